"""The newest azure-mgmt-msi: restrictions of identities, and flexible federated credentials, in each
api-version that has them.
"""

from __future__ import annotations

import pytest
from azure.core.exceptions import HttpResponseError
from azure.mgmt.msi import ManagedServiceIdentityClient

from conftest import GROUP, LOCATION, SCOPE, get_vm, update_vm

NAME = "newest"
ISSUER = "https://token.actions.githubusercontent.com"
AUDIENCE = "api://AzureADTokenExchange"
EXPRESSION = "claims['sub'] matches 'repo:contoso/*:ref:refs/heads/main'"


def client(emulator, credential, subscription, **options) -> ManagedServiceIdentityClient:
    return ManagedServiceIdentityClient(
        credential,
        subscription,
        base_url=emulator.endpoint,
        credential_scopes=[SCOPE],
        **options,
    )


@pytest.fixture(params=["2025-05-31-preview", "2026-05-31"])
def msi(request, emulator, credential, subscription):
    with client(emulator, credential, subscription, api_version=request.param) as made:
        yield made
        made.user_assigned_identities.delete(GROUP, NAME)


@pytest.fixture
def flexible(emulator, credential, subscription):
    """The client in its own api-version, which has expressions."""
    with client(emulator, credential, subscription) as made:
        body = {"location": LOCATION}
        made.user_assigned_identities.create_or_update(GROUP, NAME, body)
        yield made.federated_identity_credentials
        made.user_assigned_identities.delete(GROUP, NAME)


def library_restriction(emulator, identity) -> list[str] | None:
    restrictions = emulator.snapshot()["restrictions"]
    return {id.casefold(): one for id, one in restrictions.items()}.get(identity.id.casefold())


def test_restrictions_go_round(emulator, msi):
    operations = msi.user_assigned_identities
    plain = operations.create_or_update(GROUP, NAME, {"location": LOCATION})
    assert plain.assignment_restrictions is None
    assert plain.isolation_scope == "None"

    providers = ["Microsoft.Compute", "Microsoft.Storage/Accounts"]
    properties = {"assignmentRestrictions": {"providers": providers}, "isolationScope": "Regional"}
    changed = operations.update(GROUP, NAME, {"properties": properties})
    assert changed.assignment_restrictions.providers == providers
    assert changed.isolation_scope == "Regional"
    assert changed.principal_id == plain.principal_id

    # What is not named stays: in a PATCH, and in a PUT.
    tagged = operations.update(GROUP, NAME, {"tags": {"a": "b"}})
    assert tagged.assignment_restrictions.providers == providers
    again = operations.create_or_update(GROUP, NAME, {"location": LOCATION, "tags": {}})
    assert again.assignment_restrictions.providers == providers
    for found in (
        operations.get(GROUP, NAME),
        *(one for one in operations.list_by_resource_group(GROUP) if one.name == NAME),
        *(one for one in operations.list_by_subscription() if one.name == NAME),
    ):
        assert found.assignment_restrictions.providers == providers
    assert library_restriction(emulator, plain) == providers

    none = {"assignmentRestrictions": {"providers": []}}
    cleared = operations.update(GROUP, NAME, {"properties": none})
    assert cleared.assignment_restrictions.providers == []
    assert library_restriction(emulator, plain) is None


def test_a_restricted_identity_is_not_assigned(msi, compute, bare_vm):
    restricted = {"assignmentRestrictions": {"providers": ["Microsoft.Web"]}}
    body = {"location": LOCATION, "properties": restricted}
    identity = msi.user_assigned_identities.create_or_update(GROUP, NAME, body)
    assigned = {"type": "UserAssigned", "userAssignedIdentities": {identity.id: {}}}
    with pytest.raises(HttpResponseError) as refused:
        update_vm(compute, assigned)
    assert refused.value.error.code == "FailedIdentityOperation"
    assert get_vm(compute).identity is None


def test_an_expression_goes_round(flexible):
    expression = {"value": EXPRESSION, "languageVersion": 1}
    trust = {"issuer": ISSUER, "audiences": [AUDIENCE]}
    body = {"properties": trust | {"claimsMatchingExpression": expression}}
    made = flexible.create_or_update(GROUP, NAME, "any", body)
    assert made.claims_matching_expression.value == EXPRESSION
    assert made.claims_matching_expression.language_version == 1
    assert made.subject is None

    (listed,) = flexible.list(GROUP, NAME)
    got = flexible.get(GROUP, NAME, "any")
    assert got == listed == made

    with pytest.raises(HttpResponseError):
        both = {"claimsMatchingExpression": expression, "subject": "s"}
        flexible.create_or_update(GROUP, NAME, "both", {"properties": trust | both})
    with pytest.raises(HttpResponseError):
        flexible.create_or_update(GROUP, NAME, "twin", body)

    subject = {"properties": trust | {"subject": "repo:contoso/web:pull_request"}}
    changed = flexible.create_or_update(GROUP, NAME, "any", subject)
    assert changed.claims_matching_expression is None
    assert changed.subject == "repo:contoso/web:pull_request"
