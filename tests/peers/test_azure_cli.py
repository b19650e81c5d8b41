"""What the Azure CLI does on the emulator, compared with what the module's library then sees."""

from __future__ import annotations

from conftest import GROUP, LOCATION, VM, get_vm
from views import assert_same_vm, cli_identity, kinds, library_identities


def test_an_identity_from_creation_to_removal(az, emulator):
    created = az(
        *("identity", "create", "--resource-group", GROUP, "--name", "cli"),
        *("--location", LOCATION, "--tags", "team=payments", "costCenter=4711"),
    )
    assert created["tags"] == {"team": "payments", "costCenter": "4711"}
    seen = library_identities(emulator)
    assert seen[created["id"].casefold()] == cli_identity(created)

    listed = [cli_identity(one) for one in az("identity", "list", "--resource-group", GROUP)]
    assert {one["id"]: one for one in listed} == seen
    assert len(listed) == len(seen), "an identity was listed twice"

    az("identity", "delete", "--resource-group", GROUP, "--name", "cli")
    assert created["id"].casefold() not in library_identities(emulator)


def test_a_vm_s_identities(az, emulator, compute, make, bare_vm):
    one, two = make("one"), make("two")
    named = ("--resource-group", GROUP, "--name", VM)

    def assert_shown(kind: set[str], *identities):
        shown = az("vm", "identity", "show", *named)
        assert kinds(shown["type"]) == kind
        assert (shown.get("principalId") is not None) == ("SystemAssigned" in kind)
        assert {
            key.casefold(): (value["principalId"], value["clientId"])
            for key, value in (shown.get("userAssignedIdentities") or {}).items()
        } == {
            identity.id.casefold(): (identity.principal_id, identity.client_id)
            for identity in identities
        }
        assert_same_vm(emulator, get_vm(compute))

    az("vm", "identity", "assign", *named, "--identities", one.id)
    assert_shown({"UserAssigned"}, one)

    # `[system]` is the CLI's name for the machine's own.
    az("vm", "identity", "assign", *named, "--identities", "[system]", two.id)
    assert_shown({"SystemAssigned", "UserAssigned"}, one, two)

    az("vm", "identity", "remove", *named, "--identities", one.id)
    assert_shown({"SystemAssigned", "UserAssigned"}, two)
