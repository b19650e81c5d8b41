"""Service principals and groups with the Azure CLI on the emulator."""

from __future__ import annotations

import pytest

from conftest import GROUP, LOCATION

DIRECTORY_GROUP = "bbbbbbbb-cccc-dddd-2222-333333333333"


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
