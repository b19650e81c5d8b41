"""The ways in which the Azure CLI signs in."""

from __future__ import annotations

import base64
import json
import threading
import time
from pathlib import Path

import pytest

from azure_cli import AzureCli
from conftest import CLIENT_ID, GROUP, TENANT
from credentials import ISSUER, make_certificate, workload_token

pytestmark = pytest.mark.usefixtures("nobody_signed_in")

SUBJECT = "system:serviceaccount:peers:azure-cli"


@pytest.fixture
def cli(emulator, azure_cli, tmp_path):
    """The Azure CLI, knowing the emulator, with nobody signed in."""
    az = AzureCli(azure_cli.python, tmp_path / "config", emulator.ca_file, azure_cli.ran)
    az.register(emulator.endpoint)
    yield az
    az.close()


def assert_works(az) -> None:
    assert isinstance(az("identity", "list", "--resource-group", GROUP), list)


def test_a_certificate(cli, emulator, tmp_path):
    path, public = make_certificate(tmp_path)
    emulator.admin("POST", "applications", {"clientId": CLIENT_ID, "certificates": [public]})
    cli(
        *("login", "--service-principal", "--tenant", TENANT),
        *("--username", CLIENT_ID, "--certificate", path),
    )
    assert_works(cli)


def test_the_token_of_another_issuer(cli, emulator):
    credential = {"issuer": ISSUER, "subject": SUBJECT}
    emulator.admin(
        "POST", "applications", {"clientId": CLIENT_ID, "federatedCredentials": [credential]}
    )
    login = ("login", "--service-principal", "--tenant", TENANT, "--username", CLIENT_ID)
    with pytest.raises(AssertionError, match="AADSTS700213"):
        cli(*login, "--federated-token", workload_token(SUBJECT + "2"))
    cli(*login, "--federated-token", workload_token(SUBJECT))
    assert_works(cli)


def test_a_managed_identity(cli, make, host):
    one, two = make("one"), make("two")
    cli.environment |= host("imds")
    with pytest.raises(AssertionError, match="Multiple user assigned identities exist"):
        cli("login", "--identity")
    (account,) = cli("login", "--identity", "--client-id", two.client_id)
    assert account["user"]["type"] == "servicePrincipal"
    assert_works(cli)
    assert one.client_id != two.client_id


def approve(emulator, seconds: float) -> None:
    """Answers the next device code that somebody is shown."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for one in emulator.admin("GET", "devicecodes"):
            if one["status"] == "pending":
                emulator.admin("POST", f"devicecodes/{one['userCode']}", {"approve": True})
                return
        time.sleep(0.05)


def with_approval(emulator, action):
    """Does it, while somebody stands by to answer a device code."""
    person = threading.Thread(target=approve, args=(emulator, 60), daemon=True)
    person.start()
    done = action()
    person.join(timeout=60)
    return done


def test_a_browser(cli, emulator):
    # In the background: the CLI answers the browser only when that has started.
    script = Path(__file__).with_name("browser.py")
    cli.environment |= {"BROWSER": f"{cli.python} {script} %s &"}
    (account,) = cli("login", "--tenant", TENANT)
    assert account["user"] == {"name": "user@emulator.invalid", "type": "user"}
    assert_works(cli)
    shown = cli("ad", "signed-in-user", "show")
    assert shown["userPrincipalName"] == "user@emulator.invalid"
    counts = emulator.admin("GET", "tokens")
    assert any(one["grant"] == "authorizationCode" for one in counts)


def test_a_device_code_and_a_claims_challenge(cli, emulator):
    required = {"access_token": {"acrs": {"essential": True, "value": "p1"}}}
    emulator.set(deviceCodeIntervalSeconds=1, requireClaims=required)
    login = ("login", "--use-device-code", "--tenant", TENANT)
    (account,) = with_approval(emulator, lambda: cli(*login))
    assert account["user"] == {"name": "user@emulator.invalid", "type": "user"}
    assert_works(cli)

    create = ("identity", "create", "--resource-group", GROUP, "--name", "challenged")
    with pytest.raises(AssertionError, match="AADSTS50076|claims-challenge|multi-factor"):
        cli(*create)
    challenge = base64.b64encode(json.dumps(required).encode()).decode()
    with_approval(emulator, lambda: cli(*login, "--claims-challenge", challenge))
    assert cli(*create)["name"] == "challenged"
    cli("identity", "delete", "--resource-group", GROUP, "--name", "challenged")
