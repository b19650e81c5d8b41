"""Service principals and groups with the Azure CLI on the emulator."""

from __future__ import annotations

import json

import pytest

from conftest import GROUP, LOCATION

DIRECTORY_GROUP = "bbbbbbbb-cccc-dddd-2222-333333333333"
MICROSOFT_GRAPH = "00000003-0000-0000-c000-000000000000"


@pytest.fixture
def identity(az):
    named = ("--resource-group", GROUP, "--name", "directory")
    yield az("identity", "create", *named, "--location", LOCATION)
    az("identity", "delete", *named)


def test_an_identity_in_a_group(az, identity):
    principal = identity["principalId"]
    (shown,) = az("ad", "sp", "list", "--display-name", "directory")
    assert (shown["id"], shown["appId"]) == (principal, identity["clientId"])
    assert az("ad", "sp", "show", "--id", principal)["servicePrincipalType"] == "ManagedIdentity"

    (group,) = az("ad", "group", "list", "--display-name", "myGroup")
    assert group["id"] == DIRECTORY_GROUP
    member = ("--group", DIRECTORY_GROUP, "--member-id", principal)
    assert az("ad", "group", "member", "check", *member) == {"value": False}
    az("ad", "group", "member", "add", *member)
    assert az("ad", "group", "member", "check", *member) == {"value": True}
    members = az("ad", "group", "member", "list", "--group", DIRECTORY_GROUP)
    assert [one["displayName"] for one in members] == ["directory"]
    with pytest.raises(AssertionError, match="already exist"):
        az("ad", "group", "member", "add", *member)
    az("ad", "group", "member", "remove", *member)
    assert az("ad", "group", "member", "check", *member) == {"value": False}


def test_more_members_than_a_page_has(az, make):
    principals = sorted(make(f"member{number}").principal_id for number in range(5))
    for principal in principals:
        az("ad", "group", "member", "add", "--group", DIRECTORY_GROUP, "--member-id", principal)
    members = az("ad", "group", "member", "list", "--group", DIRECTORY_GROUP)
    assert [one["id"] for one in members] == principals


def test_a_group_from_creation_to_deletion(az):
    created = az("ad", "group", "create", "--display-name", "New one", "--mail-nickname", "new")
    assert az("ad", "group", "show", "--group", created["id"])["displayName"] == "New one"
    az("ad", "group", "delete", "--group", created["id"])
    assert az("ad", "group", "list", "--filter", "displayName eq 'New one'") == []


def test_application_permissions(az, emulator, identity):
    """az has no command for app role assignments: `az rest` sends them."""
    principal = identity["principalId"]
    graph = az("ad", "sp", "show", "--id", MICROSOFT_GRAPH)
    assert (graph["displayName"], graph["appId"]) == ("Microsoft Graph", MICROSOFT_GRAPH)
    assert graph["servicePrincipalNames"][0] == MICROSOFT_GRAPH
    (role,) = [role for role in graph["appRoles"] if role["value"] == "User.Read.All"]
    assert role["id"] == "df021288-bdef-4463-88db-98f22de89214"
    (exchange,) = az("ad", "sp", "list", "--display-name", "Office 365 Exchange Online")
    assert exchange["appId"] == "00000002-0000-0ff1-ce00-000000000000"

    def rest(method: str, path: str, *more: str):
        return az(
            *("rest", "--method", method, "--url", f"{emulator.endpoint}/v1.0/{path}"),
            *("--resource", "https://graph.microsoft.com"),
            *more,
        )

    held = f"servicePrincipals/{principal}/appRoleAssignments"
    body = {"principalId": principal, "resourceId": graph["id"], "appRoleId": role["id"]}
    given = rest("post", held, "--body", json.dumps(body))
    assert given["resourceDisplayName"] == "Microsoft Graph"
    assert given["principalDisplayName"] == "directory"
    with pytest.raises(AssertionError, match="Permission being assigned already exists"):
        rest("post", held, "--body", json.dumps(body))
    with pytest.raises(AssertionError, match="Permission being assigned was not found"):
        rest("post", held, "--body", json.dumps(body | {"appRoleId": principal}))

    (same,) = rest("get", held)["value"]
    assert given == same | {"@odata.context": given["@odata.context"]}
    (listed,) = rest("get", f"{held}?$filter=resourceId eq {graph['id']}")["value"]
    assert listed["id"] == given["id"]
    (assigned,) = rest("get", f"servicePrincipals/{graph['id']}/appRoleAssignedTo")["value"]
    assert assigned["principalId"] == principal
    rest("delete", f"{held}/{given['id']}")
    assert rest("get", held)["value"] == []
