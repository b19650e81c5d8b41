"""The newest azure-mgmt-msi: restrictions of identities, and flexible federated credentials, in each
api-version that has them.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from azure.core.exceptions import HttpResponseError

from azure_cli import ENVIRONMENT
from conftest import GROUP, LOCATION, SCOPE, get_vm, tools, update_vm

REQUIREMENTS = Path(__file__).with_name("requirements-newest.txt")

NAME = "newest"
ISSUER = "https://token.actions.githubusercontent.com"
AUDIENCE = "api://AzureADTokenExchange"
EXPRESSION = "claims['sub'] matches 'repo:contoso/*:ref:refs/heads/main'"


def installed(folder: Path) -> Path:
    """The folder, with the newest client in it: fetched unless it is there."""
    wanted = REQUIREMENTS.read_text(encoding="utf-8")
    made_from = folder / "requirements.txt"
    if made_from.exists() and made_from.read_text(encoding="utf-8") == wanted:
        return folder
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--no-input", "--no-deps"),
            *("--disable-pip-version-check", "--timeout=15", "--retries=2", "--upgrade"),
            *("--target", folder, "-r", REQUIREMENTS),
        ],
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )
    if done.returncode != 0:
        pytest.skip(f"the newest azure-mgmt-msi could not be fetched: {done.stderr.strip()}")
    made_from.write_text(wanted, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def client(emulator, credential, subscription):
    """Makes clients of the newest azure-mgmt-msi, which has a name of its own here: the other tests
    have an older one under its usual name.
    """
    package = installed(tools() / "azure-mgmt-msi-newest") / "azure" / "mgmt" / "msi"
    spec = importlib.util.spec_from_file_location("newest_msi", package / "__init__.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)

    def make(**options):
        return module.ManagedServiceIdentityClient(
            credential,
            subscription,
            base_url=emulator.endpoint,
            credential_scopes=[SCOPE],
            **options,
        )

    return make


@pytest.fixture(params=["2025-05-31-preview", "2026-05-31"])
def newest(request, client):
    with client(api_version=request.param) as made:
        yield made.user_assigned_identities
        made.user_assigned_identities.delete(GROUP, NAME)


@pytest.fixture
def flexible(client):
    """The client in its own api-version, which has expressions."""
    with client() as made:
        body = {"location": LOCATION}
        made.user_assigned_identities.create_or_update(GROUP, NAME, body)
        yield made.federated_identity_credentials
        made.user_assigned_identities.delete(GROUP, NAME)


def library_restriction(emulator, identity) -> list[str] | None:
    restrictions = emulator.snapshot()["restrictions"]
    return {id.casefold(): one for id, one in restrictions.items()}.get(identity.id.casefold())


def test_restrictions_go_round(emulator, newest):
    plain = newest.create_or_update(GROUP, NAME, {"location": LOCATION})
    assert plain.properties.assignment_restrictions is None
    assert plain.properties.isolation_scope == "None"

    providers = ["Microsoft.Compute", "Microsoft.Storage/Accounts"]
    properties = {"assignmentRestrictions": {"providers": providers}, "isolationScope": "Regional"}
    changed = newest.update(GROUP, NAME, {"properties": properties})
    assert changed.properties.assignment_restrictions.providers == providers
    assert changed.properties.isolation_scope == "Regional"
    assert changed.properties.principal_id == plain.properties.principal_id

    # What is not named stays: in a PATCH, and in a PUT.
    tagged = newest.update(GROUP, NAME, {"tags": {"a": "b"}})
    assert tagged.properties.assignment_restrictions.providers == providers
    again = newest.create_or_update(GROUP, NAME, {"location": LOCATION, "tags": {}})
    assert again.properties.assignment_restrictions.providers == providers
    for found in (
        newest.get(GROUP, NAME),
        *(one for one in newest.list_by_resource_group(GROUP) if one.name == NAME),
        *(one for one in newest.list_by_subscription() if one.name == NAME),
    ):
        assert found.properties.assignment_restrictions.providers == providers
    assert library_restriction(emulator, plain) == providers

    none = {"assignmentRestrictions": {"providers": []}}
    cleared = newest.update(GROUP, NAME, {"properties": none})
    assert cleared.properties.assignment_restrictions.providers == []
    assert library_restriction(emulator, plain) is None


def test_a_restricted_identity_is_not_assigned(newest, compute, bare_vm):
    restricted = {"assignmentRestrictions": {"providers": ["Microsoft.Web"]}}
    body = {"location": LOCATION, "properties": restricted}
    identity = newest.create_or_update(GROUP, NAME, body)
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
