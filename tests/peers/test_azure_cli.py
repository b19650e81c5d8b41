"""`az identity`, `az vm identity` and `az vmss identity` in full on the emulator, each compared with
what the module's library then sees.
"""

from __future__ import annotations

import pytest

from azure_cli import Failed
from conftest import GROUP, LOCATION, VM
from views import (
    cli_credential,
    cli_identity,
    kinds,
    library_credential,
    library_identities,
    library_vm,
)

IN_GROUP = ("--resource-group", GROUP)
AUDIENCE = "api://AzureADTokenExchange"
GITHUB = "https://token.actions.githubusercontent.com"


@pytest.fixture
def identity(az):
    """Creates identities, which are gone after the test."""
    made = []

    def identity(name: str, *arguments: str) -> dict:
        made.append(name)
        return az("identity", "create", *IN_GROUP, "--name", name, *arguments)

    yield identity
    for name in made:
        az("identity", "delete", *IN_GROUP, "--name", name)


def assert_same(emulator, shown: dict) -> None:
    """That the library sees the identity that az shows."""
    assert library_identities(emulator)[shown["id"].casefold()] == cli_identity(shown)


def test_an_identity_from_creation_to_removal(az, emulator):
    named = (*IN_GROUP, "--name", "cli-story")
    tags = ("--tags", "team=payments", "costCenter=4711")
    created = az("identity", "create", *named, "--location", LOCATION, *tags)
    assert created["tags"] == {"team": "payments", "costCenter": "4711"}
    assert_same(emulator, created)

    # Its location is that of the group, and another write of it keeps who it is.
    again = az("identity", "create", *named)
    who = ("principalId", "clientId", "location")
    assert [again[name] for name in who] == [created[name] for name in who]
    assert_same(emulator, again)

    assert cli_identity(az("identity", "show", *named)) == cli_identity(again)
    assert cli_identity(az("identity", "show", "--ids", created["id"])) == cli_identity(again)
    assert az("identity", "list-resources", *named) == []
    az("identity", "delete", *named)
    assert created["id"].casefold() not in library_identities(emulator)
    with pytest.raises(Failed, match="ResourceNotFound"):
        az("identity", "show", *named)


def test_lists(az, emulator, identity):
    for number in range(3):
        identity(f"listed{number}")
    seen = library_identities(emulator)
    for where in (IN_GROUP, ()):
        listed = [cli_identity(one) for one in az("identity", "list", *where)]
        assert {one["id"]: one for one in listed} == seen
        assert len(listed) == len(seen), "an identity was listed twice"
    # A page of the CLI's own making: the rest is behind its token, which goes to the errors.
    assert len(az("identity", "list", *IN_GROUP, "--max-items", "2")) == 2


def test_an_identity_that_changes(az, emulator, identity):
    identity("changing", "--tags", "team=payments", "--isolation-scope", "Regional")
    named = (*IN_GROUP, "--name", "changing")
    shown = az("identity", "show", *named)
    assert shown["isolationScope"] == "Regional"

    changed = az("identity", "update", *named, "--tags", "team=shipping")
    assert (changed["tags"], changed["isolationScope"]) == ({"team": "shipping"}, "Regional")
    assert_same(emulator, changed)
    changed = az("identity", "update", *named, "--isolation-scope", "None")
    assert changed["isolationScope"] in (None, "None")
    assert_same(emulator, az("identity", "update", *named, "--set", "tags.stage=prod"))
    changed = az("identity", "update", *named, "--remove", "tags.team")
    assert changed["tags"] == {"stage": "prod"}
    assert_same(emulator, changed)


def test_what_an_identity_can_be_assigned_to(az, emulator, identity):
    created = identity("restricted", "--resource-restriction", "{providers:[Microsoft.Compute]}")
    assert created["assignmentRestrictions"] == {"providers": ["Microsoft.Compute"]}
    named = (*IN_GROUP, "--name", "restricted")
    wider = "{providers:[Microsoft.Compute,Microsoft.Web]}"
    changed = az("identity", "update", *named, "--resource-restriction", wider)
    assert changed["assignmentRestrictions"]["providers"] == ["Microsoft.Compute", "Microsoft.Web"]
    assert_same(emulator, changed)


def test_the_operations_of_the_provider(az):
    names = {one["name"] for one in az("identity", "list-operations")}
    kind = "Microsoft.ManagedIdentity/userAssignedIdentities"
    assert {f"{kind}/{verb}" for verb in ("read", "write", "delete", "assign/action")} <= names


def test_the_resources_of_an_identity(az, emulator, identity, bare_vm):
    made = identity("associated")
    az("vm", "identity", "assign", *IN_GROUP, "--name", VM, "--identities", made["id"])
    (found,) = az("identity", "list-resources", *IN_GROUP, "--name", "associated")
    (machine,) = [one for one in emulator.snapshot()["vms"] if one["name"] == VM]
    assert found["id"].casefold() == machine["id"].casefold()
    assert [one["id"].casefold() for one in machine["assigned"]] == [made["id"].casefold()]


def test_federated_credentials(az, emulator, identity):
    identity("trusting")
    command = ("identity", "federated-credential")
    named = (*IN_GROUP, "--identity-name", "trusting")

    def assert_seen(*shown: dict) -> None:
        seen = {one["name"]: library_credential(one) for one in emulator.credentials("trusting")}
        assert seen == {one["name"]: cli_credential(one) for one in shown}

    trust = ("--issuer", GITHUB, "--audiences", AUDIENCE)
    branch = az(*command, "create", *named, "--name", "branch", *trust, "--subject", "repo:a/b")
    assert_seen(branch)
    expression = ("--claims-matching-expression-value", "claims['sub'] matches 'repo:contoso/*'")
    version = ("--claims-matching-expression-version", "1")
    flexible = az(*command, "create", *named, "--name", "flexible", *trust, *expression, *version)
    assert_seen(branch, flexible)

    with pytest.raises(Failed, match="Issuer and subject combination already exists"):
        az(*command, "create", *named, "--name", "second", *trust, "--subject", "repo:a/b")

    other = ("--issuer", "https://issuer.example.com", "--audiences", "api://other")
    branch = az(*command, "update", *named, "--name", "branch", *other, "--subject", "repo:a/c")
    assert (branch["issuer"], branch["audiences"]) == ("https://issuer.example.com", ["api://other"])
    assert_seen(branch, flexible)
    branch = az(*command, "update", *named, "--name", "branch", "--set", "subject=repo:a/d")
    assert branch["subject"] == "repo:a/d"
    expression = (expression[0], "claims['sub'] matches 'repo:fabrikam/*'")
    flexible = az(*command, "update", *named, "--name", "flexible", *expression, *version)
    assert flexible["claimsMatchingExpression"]["value"] == expression[1]
    assert_seen(branch, flexible)

    assert az(*command, "show", *named, "--name", "branch") == branch
    assert len(az(*command, "list", *named)) == 2
    assert len(az(*command, "list", *named, "--top", "1")) in (1, 2), "a page, and what follows it"
    assert len(az(*command, "list", *named, "--max-items", "1")) == 1
    for name in ("branch", "flexible"):
        az(*command, "delete", *named, "--name", name, "--yes")
    assert_seen()


@pytest.fixture
def scale_set(az):
    """A scale set without an identity."""
    named = (*IN_GROUP, "--name", "peers")
    az(
        *("vmss", "create", *named, "--image", "Ubuntu2204", "--instance-count", "1"),
        *("--admin-username", "azureuser", "--admin-password", "Not-a-real-secret-1"),
        *("--authentication-type", "password", "--orchestration-mode", "Uniform"),
    )
    yield "peers"
    az("vmss", "delete", *named)
    # The CLI makes it by a template.
    for one in az("deployment", "group", "list", *IN_GROUP):
        az("deployment", "group", "delete", *IN_GROUP, "--name", one["name"])


@pytest.fixture(params=["vm", "vmss"])
def machine(request, emulator):
    """A machine or a scale set without an identity: the CLI's command, its name, and the library's
    view of it.
    """
    if request.param == "vm":
        request.getfixturevalue("bare_vm")
        name, where = VM, "vms"
    else:
        name, where = request.getfixturevalue("scale_set"), "scaleSets"

    def seen() -> dict:
        (one,) = [one for one in emulator.snapshot()[where] if one["name"] == name]
        return library_vm(one)

    return request.param, name, seen


def test_the_identities_of_a_machine(az, emulator, machine, identity, subscription):
    command, name, seen = machine
    one, two = identity("one-of-two"), identity("two-of-two")
    named = (*IN_GROUP, "--name", name)

    def assert_shown(kind: set[str], *identities: dict) -> None:
        shown = az(command, "identity", "show", *named)
        shown_ids = {
            key.casefold(): (value["principalId"], value["clientId"])
            for key, value in (shown.get("userAssignedIdentities") or {}).items()
        }
        assert shown_ids == {
            one["id"].casefold(): (one["principalId"], one["clientId"]) for one in identities
        }
        found = seen()
        assert (found["type"], kinds(shown["type"])) == (kind, kind)
        assert found["assigned"] == shown_ids
        assert found["principalId"] == (shown.get("principalId") or None)
        assert (found["principalId"] is not None) == ("SystemAssigned" in kind)

    az(command, "identity", "assign", *named, "--identities", one["name"])
    assert_shown({"UserAssigned"}, one)

    # `[system]` is the CLI's name for the machine's own, here with a role on the group.
    scope = f"/subscriptions/{subscription}/resourceGroups/{GROUP}"
    given = az(
        *(command, "identity", "assign", *named, "--identities", "[system]", two["id"]),
        *("--role", "Reader", "--scope", scope),
    )
    assert_shown({"SystemAssigned", "UserAssigned"}, one, two)
    own = given["systemAssignedIdentity"]
    assert own == seen()["principalId"]
    (role,) = [role for role in emulator.roles() if role["principalId"] == own]
    assert (role["roleName"], role["scope"].casefold()) == ("Reader", scope.casefold())
    az("role", "assignment", "delete", "--ids", role["id"])

    az(command, "identity", "remove", *named, "--identities", one["id"])
    assert_shown({"SystemAssigned", "UserAssigned"}, two)
    az(command, "identity", "remove", *named, "--identities", "[system]")
    assert_shown({"UserAssigned"}, two)
    az(command, "identity", "remove", *named, "--identities", two["name"])
    assert not az(command, "identity", "show", *named)
    assert (seen()["type"], seen()["assigned"]) == (set(), {})
