"""`az ad` on the emulator, compared with what the module's library sees of the directory."""

from __future__ import annotations

import pytest

from azure_cli import Failed
from conftest import CLIENT_ID, GROUP, LOCATION

USER = "cccccccc-dddd-eeee-3333-444444444444"
USER_NAME = "user@emulator.invalid"


@pytest.fixture
def identity(az):
    named = ("--resource-group", GROUP, "--name", "directory-peer")
    yield az("identity", "create", *named, "--location", LOCATION)
    az("identity", "delete", *named)


@pytest.fixture
def group(az):
    """A group, which is gone after the test."""
    made = az(
        *("ad", "group", "create", "--display-name", "peers of az", "--mail-nickname", "peers"),
        *("--description", "Made by a test", "--force"),
    )
    yield made
    az("ad", "group", "delete", "--group", made["id"])


def test_groups(az, group):
    assert group["description"] == "Made by a test"
    whole = {name: value for name, value in group.items() if not name.startswith("@")}

    def plain(found: dict) -> dict:
        return {name: value for name, value in found.items() if not name.startswith("@")}

    assert plain(az("ad", "group", "show", "--group", group["id"])) == whole
    assert plain(az("ad", "group", "show", "--group", "peers of az")) == whole
    assert [plain(one) for one in az("ad", "group", "list", "--display-name", "peers")] == [whole]
    by_filter = ("--filter", "displayName eq 'peers of az'")
    assert [plain(one) for one in az("ad", "group", "list", *by_filter)] == [whole]
    assert whole in [plain(one) for one in az("ad", "group", "list")]


def test_the_members_of_a_group(az, emulator, group, identity):
    principal = identity["principalId"]
    for member in (principal, USER):
        az("ad", "group", "member", "add", "--group", group["id"], "--member-id", member)

    listed = az("ad", "group", "member", "list", "--group", group["id"])
    seen = {one["id"]: one for one in emulator.members(group["id"])}
    assert {one["id"]: one["displayName"] for one in listed} == {
        id: one["displayName"] for id, one in seen.items()
    }
    assert seen[USER]["kind"] == "User"
    member = seen[principal]
    assert (member["kind"], member["displayName"]) == ("ServicePrincipal", "directory-peer")
    assert member["appId"] == identity["clientId"]

    of_user = ("ad", "user", "get-member-groups", "--id", USER_NAME)
    assert [one["id"] for one in az(*of_user)] == [group["id"]]
    assert [one["id"] for one in az(*of_user, "--security-enabled-only", "true")] == [group["id"]]
    outer = az("ad", "group", "create", "--display-name", "outer", "--mail-nickname", "outer")
    az("ad", "group", "member", "add", "--group", outer["id"], "--member-id", group["id"])
    above = ("ad", "group", "get-member-groups", "--group", group["id"])
    assert az(*above, "--security-enabled-only", "true") == [outer["id"]]
    az("ad", "group", "delete", "--group", outer["id"])

    member = ("--group", group["id"], "--member-id", principal)
    assert az("ad", "group", "member", "check", *member) == {"value": True}
    az("ad", "group", "member", "remove", *member)
    assert az("ad", "group", "member", "check", *member) == {"value": False}
    assert [one["id"] for one in emulator.members(group["id"])] == [USER]


def test_service_principals(az, identity):
    shown = az("ad", "sp", "show", "--id", identity["clientId"])
    assert (shown["id"], shown["servicePrincipalType"]) == (
        identity["principalId"],
        "ManagedIdentity",
    )
    # The URL of its resource is the other name by which it is known.
    assert any(identity["id"].casefold() == one.casefold() for one in shown["alternativeNames"])
    for how in (
        ("--display-name", "directory-peer"),
        ("--filter", "displayName eq 'directory-peer'"),
        ("--spn", identity["clientId"]),
    ):
        (found,) = az("ad", "sp", "list", *how)
        assert found["id"] == identity["principalId"]
    every = {one["appId"] for one in az("ad", "sp", "list", "--all")}
    assert {identity["clientId"], CLIENT_ID} <= every
    assert az("ad", "sp", "credential", "list", "--id", identity["clientId"]) == []
    # An identity's service principal goes with the identity.
    with pytest.raises(Failed):
        az("ad", "sp", "show", "--id", "99999999-9999-9999-9999-999999999999")


def test_users(az):
    shown = az("ad", "user", "show", "--id", USER_NAME)
    assert (shown["id"], shown["userPrincipalName"]) == (USER, USER_NAME)
    for how in (
        (),
        ("--display-name", "Emulator"),
        ("--upn", USER_NAME),
        ("--filter", "startswith(displayName,'Emulator')"),
    ):
        assert [one["id"] for one in az("ad", "user", "list", *how)] == [USER]
