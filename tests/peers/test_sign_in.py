"""The ways in which the Azure SDK signs in, each with its own credential, and what they make of
refusals.
"""

from __future__ import annotations

import base64
import json
import webbrowser
from datetime import datetime, timedelta, timezone
from pathlib import Path

import msal.managed_identity
import pytest
import requests
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import (
    CertificateCredential,
    ClientSecretCredential,
    CredentialUnavailableError,
    DefaultAzureCredential,
    DeviceCodeCredential,
    EnvironmentCredential,
    InteractiveBrowserCredential,
    ManagedIdentityCredential,
    WorkloadIdentityCredential,
)
from azure.mgmt.msi import ManagedServiceIdentityClient

from browser import Browser
from conftest import CLIENT_ID, CLIENT_SECRET, GROUP, LOCATION, SCOPE, TENANT
from credentials import ISSUER, make_certificate, workload_token

GRAPH = "https://graph.microsoft.com/.default"
USER = "cccccccc-dddd-eeee-3333-444444444444"
MFA = {"access_token": {"acrs": {"essential": True, "value": "p1"}}}

pytestmark = pytest.mark.usefixtures("nobody_signed_in")


@pytest.fixture
def here(emulator) -> dict:
    """Where credentials find the emulator."""
    return {"authority": emulator.endpoint, "disable_instance_discovery": True}


def claims(token) -> dict:
    part = token.token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def assert_opens(emulator, token) -> dict:
    """The token is good for Azure Resource Manager; its claims."""
    response = requests.get(
        f"{emulator.endpoint}/subscriptions",
        params={"api-version": "2022-12-01"},
        headers={"Authorization": f"Bearer {token.token}"},
        timeout=30,
    )
    assert response.status_code == 200, response.text
    found = claims(token)
    assert abs(found["exp"] - token.expires_on) <= 2
    return found


def test_a_secret(emulator, here):
    credential = ClientSecretCredential(TENANT, CLIENT_ID, CLIENT_SECRET, **here)
    assert assert_opens(emulator, credential.get_token(SCOPE))["appid"] == CLIENT_ID


def test_secrets_that_are_refused(emulator, here):
    other = "22222222-2222-2222-2222-222222222222"
    emulator.admin(
        "POST",
        "applications",
        {"clientId": CLIENT_ID, "secrets": [{"value": "old", "expiresInSeconds": 0}]},
    )
    for arguments, code in [
        ((TENANT, CLIENT_ID, "wrong"), "AADSTS7000215"),
        ((TENANT, CLIENT_ID, "old"), "AADSTS7000222"),
        ((TENANT, other, "wrong"), "AADSTS700016"),
    ]:
        credential = ClientSecretCredential(*arguments, **here)
        with pytest.raises(ClientAuthenticationError, match=code):
            credential.get_token(SCOPE)


def test_a_clock_that_is_ahead(emulator, here, tmp_path):
    path, public = make_certificate(tmp_path)
    emulator.admin("POST", "applications", {"clientId": CLIENT_ID, "certificates": [public]})
    emulator.set(clockSkewSeconds=3600)
    response = requests.get(f"{emulator.endpoint}/common/discovery/instance", timeout=30)
    shown = datetime.strptime(response.headers["Date"], "%a, %d %b %Y %H:%M:%S GMT")
    ahead = shown.replace(tzinfo=timezone.utc) - datetime.now(timezone.utc)
    assert timedelta(minutes=59) < ahead < timedelta(minutes=61)
    with pytest.raises(ClientAuthenticationError, match="AADSTS700024"):
        CertificateCredential(TENANT, CLIENT_ID, path, **here).get_token(SCOPE)


@pytest.mark.parametrize("chain", [False, True])
def test_a_certificate(emulator, here, tmp_path, chain):
    path, public = make_certificate(tmp_path)
    credential = CertificateCredential(
        TENANT, CLIENT_ID, path, send_certificate_chain=chain, **here
    )
    with pytest.raises(ClientAuthenticationError, match="AADSTS700027.*key was not found"):
        credential.get_token(SCOPE)

    emulator.admin("POST", "applications", {"clientId": CLIENT_ID, "certificates": [public]})
    assert assert_opens(emulator, credential.get_token(SCOPE))["appid"] == CLIENT_ID


def test_a_workload(emulator, here, tmp_path):
    file = tmp_path / "token"
    emulator.admin(
        "POST",
        "applications",
        {
            "clientId": CLIENT_ID,
            "federatedCredentials": [
                {"issuer": ISSUER, "subject": "system:serviceaccount:peers:good"}
            ],
        },
    )

    def credential():
        return WorkloadIdentityCredential(
            tenant_id=TENANT, client_id=CLIENT_ID, token_file_path=str(file), **here
        )

    file.write_text(workload_token("system:serviceaccount:peers:bad"))
    with pytest.raises(ClientAuthenticationError, match="AADSTS700213"):
        credential().get_token(SCOPE)
    file.write_text(workload_token("system:serviceaccount:peers:good"))
    assert_opens(emulator, credential().get_token(SCOPE))


def test_the_environment_that_the_emulator_names(emulator, monkeypatch):
    for variable, value in emulator.admin("GET", "")["environment"].items():
        monkeypatch.setenv(variable, value)
    credential = EnvironmentCredential(disable_instance_discovery=True)
    assert assert_opens(emulator, credential.get_token(SCOPE))["appid"] == CLIENT_ID


@pytest.fixture
def browser():
    """The browser of this process."""
    before = list(webbrowser._tryorder or [])
    webbrowser.register("peers", None, Browser("peers"), preferred=True)
    yield
    webbrowser._tryorder = before


def test_a_browser_and_what_it_is_good_for(emulator, here, browser):
    credential = InteractiveBrowserCredential(tenant_id=TENANT, timeout=60, **here)
    found = assert_opens(emulator, credential.get_token(SCOPE))
    assert (found["oid"], found["upn"]) == (USER, "user@emulator.invalid")
    assert claims(credential.get_token(GRAPH))["aud"] == "https://graph.microsoft.com"


def test_a_browser_where_the_user_declines(emulator, here, browser):
    emulator.set(declineSignIns=True)
    credential = InteractiveBrowserCredential(tenant_id=TENANT, timeout=60, **here)
    with pytest.raises(ClientAuthenticationError, match="AADSTS65004|access_denied"):
        credential.get_token(SCOPE)


class Person:
    """Answers the device codes that a credential shows."""

    def __init__(self, emulator, approve: bool = True):
        self.emulator = emulator
        self.approve = approve
        self.asked = 0

    def __call__(self, _uri: str, user_code: str, _expires_on) -> None:
        self.asked += 1
        self.emulator.admin("POST", f"devicecodes/{user_code}", {"approve": self.approve})


def test_a_device_code_and_what_it_is_good_for(emulator, here):
    emulator.set(deviceCodeIntervalSeconds=1)
    person = Person(emulator)
    credential = DeviceCodeCredential(tenant_id=TENANT, prompt_callback=person, **here)

    found = assert_opens(emulator, credential.get_token(SCOPE))
    assert (found["oid"], found["upn"]) == (USER, "user@emulator.invalid")
    # The refresh token is for every resource.
    assert claims(credential.get_token(GRAPH))["aud"] == "https://graph.microsoft.com"
    assert person.asked == 1

    # Once it is revoked, the user has to come again.
    emulator.admin("DELETE", "refreshtokens")
    credential.get_token("https://management.core.windows.net/.default")
    assert person.asked == 2


def test_a_device_code_that_is_declined(emulator, here):
    emulator.set(deviceCodeIntervalSeconds=1)
    person = Person(emulator, approve=False)
    credential = DeviceCodeCredential(tenant_id=TENANT, prompt_callback=person, **here)
    with pytest.raises(ClientAuthenticationError, match="AADSTS65004"):
        credential.get_token(SCOPE)


def test_a_client_answers_a_claims_challenge(emulator, here, subscription):
    emulator.set(deviceCodeIntervalSeconds=1, requireClaims=MFA)
    person = Person(emulator)
    credential = DeviceCodeCredential(tenant_id=TENANT, prompt_callback=person, **here)
    client = ManagedServiceIdentityClient(
        credential, subscription, base_url=emulator.endpoint, credential_scopes=[SCOPE]
    )
    identities = client.user_assigned_identities
    list(identities.list_by_resource_group(GROUP))
    assert person.asked == 1, "reading demands nothing"

    identities.create_or_update(GROUP, "demanded", {"location": LOCATION})
    assert person.asked == 2, "the user signed in again, with the claims of the challenge"
    identities.delete(GROUP, "demanded")
    assert person.asked == 2


@pytest.mark.parametrize("name", ["imds", "appService", "automation"])
def test_a_managed_identity(emulator, make, host, name):
    one, two = make("one"), make("two")
    host(name)
    for arguments in [
        {"client_id": two.client_id},
        {"identity_config": {"object_id": two.principal_id}},
        {"identity_config": {"resource_id": two.id}},
    ]:
        token = ManagedIdentityCredential(**arguments).get_token(SCOPE)
        assert assert_opens(emulator, token)["oid"] == two.principal_id
    # None is named, and there are two.
    with pytest.raises((ClientAuthenticationError, CredentialUnavailableError)):
        ManagedIdentityCredential().get_token(SCOPE)
    unknown = ManagedIdentityCredential(client_id="22222222-2222-2222-2222-222222222222")
    with pytest.raises((ClientAuthenticationError, CredentialUnavailableError)):
        unknown.get_token(SCOPE)
    assert one.client_id != two.client_id


def test_the_metadata_service_through_the_default_chain(emulator, make, host):
    one = make("one")
    host("imds")
    with DefaultAzureCredential(
        managed_identity_client_id=one.client_id, exclude_cli_credential=True
    ) as credential:
        assert assert_opens(emulator, credential.get_token(SCOPE))["oid"] == one.principal_id


def test_the_metadata_service_gone_for_a_while(emulator, make, host):
    one = make("one")
    host("imds")
    for status in (404, 429, 500):
        fault = {"pathContains": "/metadata/identity", "action": {"status": status}}
        emulator.admin("POST", "faults", fault)
    token = ManagedIdentityCredential(client_id=one.client_id, retry_backoff_factor=0).get_token(
        SCOPE
    )
    assert_opens(emulator, token)


def test_app_service_refuses_another_header(make, host, monkeypatch):
    make("one")
    host("appService")
    monkeypatch.setenv("IDENTITY_HEADER", "another")
    with pytest.raises(ClientAuthenticationError):
        ManagedIdentityCredential().get_token(SCOPE)


@pytest.fixture
def arc(emulator, host, monkeypatch):
    """Switches the agent on; the folder of its keys. The SDK knows where the real one is."""

    def switch_on(**setup) -> Path:
        host("arc", **setup)
        [folder] = [one["folder"] for one in emulator.admin("GET", "hosts") if one["name"] == "arc"]
        known = msal.managed_identity._supported_arc_platforms_and_their_prefixes
        for platform in list(known):
            monkeypatch.setitem(known, platform, folder)
        return Path(folder)

    return switch_on


def test_azure_arc(emulator, make, arc):
    one = make("one")
    folder = arc()
    token = ManagedIdentityCredential().get_token(SCOPE)
    assert assert_opens(emulator, token)["oid"] == one.principal_id
    named = ManagedIdentityCredential(identity_config={"resource_id": one.id})
    assert assert_opens(emulator, named.get_token(SCOPE))["oid"] == one.principal_id
    assert not list(folder.iterdir()), "a key is good once"


@pytest.mark.parametrize("challenge", ["outsideFolder", "tooLarge", "missingFile", "noRealm"])
def test_azure_arc_with_a_challenge_that_is_wrong(make, arc, challenge):
    make("one")
    arc(challenge=challenge)
    with pytest.raises(Exception, match="(?i)key file|no such file|www-authenticate|unavailable"):
        ManagedIdentityCredential().get_token(SCOPE)


def test_cloud_shell_and_machine_learning(emulator, make, host, monkeypatch):
    one = make("one")
    host("cloudShell")
    assert assert_opens(emulator, ManagedIdentityCredential().get_token(SCOPE))["oid"] == USER

    host("machineLearning")
    credential = ManagedIdentityCredential(client_id=one.client_id)
    assert assert_opens(emulator, credential.get_token(SCOPE))["oid"] == one.principal_id
    monkeypatch.setenv("MSI_SECRET", "another")
    with pytest.raises(ClientAuthenticationError):
        ManagedIdentityCredential().get_token(SCOPE)


def test_tokens_are_counted(emulator, here):
    emulator.admin("DELETE", "tokens")
    credential = ClientSecretCredential(TENANT, CLIENT_ID, CLIENT_SECRET, **here)
    credential.get_token(SCOPE)
    credential.get_token(SCOPE)
    assert emulator.admin("GET", "tokens") == [
        {
            "grant": "secret",
            "audience": "https://management.azure.com",
            "clientId": CLIENT_ID,
            "count": 1,
        }
    ], "the second came from the SDK's cache"
