"""`az role assignment` and `az role definition` on the emulator, compared with what the module's
library then sees.
"""

from __future__ import annotations

import json

import pytest

from azure_cli import Failed
from conftest import GROUP, LOCATION

IN_GROUP = ("--resource-group", GROUP)
NAME = "11111111-2222-3333-4444-555555555555"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"


@pytest.fixture
def scope(subscription) -> str:
    return f"/subscriptions/{subscription}/resourceGroups/{GROUP}"


@pytest.fixture
def holder(az):
    """An identity, whose roles are gone after the test."""
    named = (*IN_GROUP, "--name", "role-holder")
    made = az("identity", "create", *named, "--location", LOCATION)
    yield made
    for one in az("role", "assignment", "list", "--assignee", made["principalId"], "--all"):
        az("role", "assignment", "delete", "--ids", one["id"])
    az("identity", "delete", *named)


def terms(assignment: dict, role: str) -> dict:
    """An assignment that the Azure CLI prints, in the library's terms."""
    names = ("name", "principalId", "principalType", "description", "condition")
    return {name: assignment.get(name) for name in (*names, "conditionVersion")} | {
        "id": assignment["id"].casefold(),
        "roleDefinitionId": assignment["roleDefinitionId"].casefold(),
        "roleName": role,
        "scope": assignment["scope"].casefold(),
    }


def seen(emulator) -> dict[str, dict]:
    """The roles of the identity, as the library sees them, by name."""
    found = emulator.roles("--identity", "role-holder")
    return {one["name"]: terms(one, one["roleName"]) for one in found}


def test_a_role_from_assignment_to_deletion(az, emulator, holder, scope):
    made = az(
        *("role", "assignment", "create", "--assignee", holder["clientId"], "--role", "Reader"),
        *("--scope", scope, "--name", NAME, "--description", "Reads"),
        *("--condition", "@Resource[a] StringEquals 'b'", "--condition-version", "2.0"),
    )
    assert (made["name"], made["principalId"]) == (NAME, holder["principalId"])
    assert seen(emulator) == {NAME: terms(made, "Reader")}

    listed = az("role", "assignment", "list", "--assignee", holder["principalId"], "--scope", scope)
    assert [one["roleDefinitionName"] for one in listed] == ["Reader"]
    changed = az(
        *("role", "assignment", "update", "--role-assignment"),
        json.dumps(listed[0] | {"description": "Reads everything"}),
    )
    assert changed["description"] == "Reads everything"
    assert seen(emulator) == {NAME: terms(changed, "Reader")}

    az("role", "assignment", "delete", "--ids", made["id"])
    assert seen(emulator) == {}


def test_ways_to_name_who_and_where(az, emulator, holder, scope):
    principal = holder["principalId"]
    who = ("--assignee-object-id", principal, "--assignee-principal-type", "ServicePrincipal")
    command = ("role", "assignment")
    on_group = az(*command, "create", *who, "--role", READER, "--scope", scope)
    above = scope.rsplit("/", 2)[0]
    on_all = az(*command, "create", *who, "--role", "Contributor", "--scope", above)
    assert seen(emulator) == {
        on_group["name"]: terms(on_group, "Reader"),
        on_all["name"]: terms(on_all, "Contributor"),
    }

    # The same again is no second one.
    assert az(*command, "create", *who, "--role", READER, "--scope", scope)["id"] == on_group["id"]

    def names(*arguments: str) -> set[str]:
        found = az(*command, "list", "--assignee-object-id", principal, *arguments)
        return {one["name"] for one in found}

    both = {on_group["name"], on_all["name"]}
    assert names(*IN_GROUP) == {on_group["name"]}
    assert names(*IN_GROUP, "--include-inherited") == both
    assert names("--all") == both
    assert names("--scope", above, "--role", "Contributor") == {on_all["name"]}
    assert names("--all", "--include-groups") == both
    unnamed = ("--fill-principal-name", "false", "--fill-role-definition-name", "false")
    for one in az(*command, "list", "--assignee", principal, "--all", *unnamed):
        assert not one.get("principalName") and not one.get("roleDefinitionName")

    by_name = ("--assignee", holder["clientId"], "--role", "Reader", *IN_GROUP)
    az(*command, "delete", *by_name)
    assert set(seen(emulator)) == {on_all["name"]}
    az(*command, "delete", *who[:2], "--scope", scope, "--include-inherited", "--yes")
    assert seen(emulator) == {}


def test_a_role_through_a_group(az, emulator, holder, scope):
    group = az("ad", "group", "create", "--display-name", "peers", "--mail-nickname", "peers")
    member = ("--group", group["id"], "--member-id", holder["principalId"])
    az("ad", "group", "member", "add", *member)
    who = ("--assignee-object-id", group["id"], "--assignee-principal-type", "Group")
    made = az("role", "assignment", "create", *who, "--role", "Reader", "--scope", scope)

    through = ("--assignee", holder["principalId"], "--all", "--include-groups")
    (found,) = az("role", "assignment", "list", *through)
    assert (found["name"], found["principalName"]) == (made["name"], "peers")
    assert seen(emulator) == {}, "it has none of its own"
    az("role", "assignment", "delete", "--ids", made["id"])
    az("ad", "group", "delete", "--group", group["id"])


def test_role_definitions(az, emulator, holder, scope):
    listed = az("role", "definition", "list")
    (reader,) = az("role", "definition", "list", "--name", "Reader")
    assert reader in listed
    assert az("role", "definition", "list", "--scope", scope, "--name", READER) == [reader]
    assert az("role", "definition", "list", *IN_GROUP, "--custom-role-only") == []
    shown = az("role", "definition", "show", "--id", reader["id"])
    assert (shown["roleName"], shown["name"], shown["roleType"]) == ("Reader", READER, "BuiltInRole")
    assert az("role", "definition", "show", "--name", READER, "--scope", scope)["name"] == READER

    # The library gives the role that az shows by that name.
    (given,) = emulator.roles("--identity", "role-holder", "--give", "Reader")
    assert given["roleDefinitionId"].casefold() == reader["id"].casefold()
    with pytest.raises(Failed, match="doesn't exist"):
        az(
            *("role", "assignment", "create", "--assignee", holder["principalId"]),
            *("--role", "No such role", "--scope", scope),
        )


def test_a_role_of_one_s_own(az, emulator, holder, scope, subscription):
    above = f"/subscriptions/{subscription}"
    wanted = {
        "Name": "Peer role",
        "Description": "Reads machines",
        "Actions": ["Microsoft.Compute/*/read"],
        "NotActions": [],
        "AssignableScopes": [above],
    }
    command = ("role", "definition")
    made = az(*command, "create", "--role-definition", json.dumps(wanted))
    assert (made["roleName"], made["roleType"]) == ("Peer role", "CustomRole")
    # The library gives it by its name.
    (given,) = emulator.roles("--identity", "role-holder", "--give", "Peer role")
    assert given["roleDefinitionId"].casefold() == made["id"].casefold()
    az("role", "assignment", "delete", "--ids", given["id"])

    wanted["Actions"].append("Microsoft.Network/*/read")
    changed = az(*command, "update", "--role-definition", json.dumps(wanted))
    assert changed["id"] == made["id"]
    assert changed["permissions"][0]["actions"] == wanted["Actions"]
    (listed,) = az(*command, "list", "--custom-role-only")
    assert listed["permissions"] == changed["permissions"]
    az(*command, "delete", "--name", "Peer role", "--custom-role-only", "--scope", above)
    assert az(*command, "list", "--custom-role-only") == []


def test_a_definition_is_deleted_where_it_is_assignable(az, scope, subscription):
    wanted = {"Name": "Second peer role", "Actions": ["*/read"], "AssignableScopes": [scope]}
    command = ("role", "definition")
    az(*command, "create", "--role-definition", json.dumps(wanted))
    az(*command, "delete", "--name", "Second peer role", *IN_GROUP)
    assert az(*command, "list", "--name", "Second peer role") == []


def test_deny_assignments(az, emulator, scope):
    denied = {"name": "No writes", "scope": scope, "actions": ["Microsoft.Web/*/write"]}
    emulator.set(denyAssignments=[denied])
    try:
        command = ("role", "deny-assignment")
        (listed,) = az(*command, "list", "--scope", scope)
        assert listed["denyAssignmentName"] == "No writes"
        assert az(*command, "list", "--scope", scope, "--filter", "atScope()") == [listed]
        assert az(*command, "show", "--id", listed["id"]) == listed
        name = ("--name", listed["name"], "--scope", scope)
        assert az(*command, "show", *name)["permissions"][0]["actions"] == denied["actions"]
    finally:
        emulator.set(denyAssignments=[])
