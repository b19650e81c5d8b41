"""Roles that the module gives, read by the Azure SDK, and the other way round."""

from __future__ import annotations

import uuid

import pytest
from azure.mgmt.authorization import AuthorizationManagementClient

from conftest import GROUP, SCOPE, noted

READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"


@pytest.fixture(scope="module")
def authorization(emulator, credential, subscription, ran):
    with AuthorizationManagementClient(
        credential,
        subscription,
        base_url=emulator.endpoint,
        credential_scopes=[SCOPE],
        api_version="2022-04-01",
    ) as client:
        yield noted(ran, "azure-mgmt-authorization", client)


@pytest.fixture
def scope(subscription, authorization):
    """A group that nobody has a role on, before the test and after."""
    scope = f"/subscriptions/{subscription}/resourceGroups/{GROUP}"
    yield scope
    for one in authorization.role_assignments.list_for_scope(scope):
        authorization.role_assignments.delete_by_id(one.id)


def by_sdk(authorization, scope: str, principal_id: str) -> list:
    wanted = f"principalId eq '{principal_id}'"
    return list(authorization.role_assignments.list_for_scope(scope, filter=wanted))


def test_the_sdk_sees_the_role_that_the_module_gives(emulator, make, authorization, scope):
    identity = make("holder")
    given = emulator.roles("--identity", "holder", "--give", "Reader")
    again = emulator.roles("--identity", "holder", "--give", "Reader")
    assert again == given

    (seen,) = by_sdk(authorization, scope, identity.principal_id)
    (assignment,) = given
    assert seen.id.casefold() == assignment["id"].casefold()
    assert seen.name == assignment["name"]
    assert seen.principal_type == "ServicePrincipal" == assignment["principalType"]
    assert seen.scope.casefold() == scope.casefold() == assignment["scope"].casefold()
    role = authorization.role_definitions.get_by_id(seen.role_definition_id)
    assert role.role_name == "Reader" == assignment["roleName"]


def test_the_module_sees_the_role_that_the_sdk_gives(emulator, make, authorization, scope):
    identity = make("holder")
    role = (
        f"{scope.rsplit('/', 2)[0]}/providers/Microsoft.Authorization/roleDefinitions/{READER}"
    )
    made = authorization.role_assignments.create(
        scope,
        str(uuid.uuid4()),
        {
            "properties": {
                "roleDefinitionId": role,
                "principalId": identity.principal_id,
                "principalType": "ServicePrincipal",
            }
        },
    )
    (seen,) = emulator.roles("--identity", "holder")
    assert (seen["id"].casefold(), seen["roleName"]) == (made.id.casefold(), "Reader")

    # Giving it again, by whoever, is not a second one.
    (given,) = emulator.roles("--identity", "holder", "--give", "Reader")
    assert given["name"] == made.name
    assert len(by_sdk(authorization, scope, identity.principal_id)) == 1
