"""`az rest` on the emulator, compared with what the module's library then sees."""

from __future__ import annotations

import json

import pytest

from azure_cli import Failed
from conftest import GROUP, LOCATION
from views import library_identities


def test_any_request(az, emulator, subscription, tmp_path):
    path = (
        f"/subscriptions/{subscription}/resourceGroups/{GROUP}/providers/"
        "Microsoft.ManagedIdentity/userAssignedIdentities/by-rest"
    )
    body = json.dumps({"location": LOCATION, "tags": {"team": "payments"}})
    version = ("--url-parameters", "api-version=2024-11-30")
    headers = ("--headers", "x-ms-client-request-id=peers", "Content-Type=application/json")
    made = az("rest", "--method", "put", "--url", path, *version, "--body", body, *headers)
    seen = library_identities(emulator)[path.casefold()]
    assert (seen["principalId"], seen["tags"]) == (
        made["properties"]["principalId"],
        {"team": "payments"},
    )

    # A path of the cloud's Resource Manager, or a whole URL and what the token is for.
    file = tmp_path / "answer.json"
    url = f"{emulator.endpoint}{path}"
    resource = ("--resource", f"{emulator.endpoint}/")
    az("rest", "--url", url, *version, *resource, "--output-file", str(file))
    assert json.loads(file.read_text(encoding="utf-8")) == made

    (user,) = az("rest", "--url", f"{emulator.endpoint}/v1.0/users", *graph(az))["value"]
    assert user["userPrincipalName"] == "user@emulator.invalid"
    with pytest.raises(Failed, match="AuthenticationFailed"):
        az("rest", "--url", url, *version, "--skip-authorization-header")
    open_to_all = f"{emulator.endpoint}/metadata/endpoints?api-version=2022-09-01"
    assert az("rest", "--url", open_to_all, "--skip-authorization-header") is not None
    az("rest", "--method", "delete", "--url", path, *version)
    assert path.casefold() not in library_identities(emulator)


def graph(az) -> tuple[str, str]:
    endpoints = az("cloud", "show")["endpoints"]
    return "--resource", endpoints["microsoftGraphResourceId"]
