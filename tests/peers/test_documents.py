"""What Azure's documentation of managed identities tells its readers to do: the REST calls with
curl, the template, and the commands of the Azure CLI.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from conftest import GROUP, LOCATION, SCOPE

# The version that the documentation still uses.
OLD = "2015-08-31-preview"
KIND = "Microsoft.ManagedIdentity/userAssignedIdentities"
OTHER_GROUP = "TestRG"


@pytest.fixture
def curl(emulator, credential):
    program = shutil.which("curl")
    if not program:
        pytest.skip("curl is not installed")
    bearer = f"Authorization: Bearer {credential.get_token(SCOPE).token}"

    def send(path: str, *arguments: str) -> tuple[int, dict | None]:
        done = subprocess.run(
            [
                *(program, "--silent", "--show-error", "--cacert", emulator.ca_file),
                *("--write-out", r"\n%{http_code}", emulator.endpoint + path),
                *(*arguments, "-H", bearer),
            ],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        text, status = done.stdout.rsplit("\n", 1)
        return int(status), json.loads(text) if text else None

    return send


def test_identities_with_curl(curl, subscription):
    in_group = f"/subscriptions/{subscription}/resourceGroups/{OTHER_GROUP}/providers/{KIND}"
    one = f"{in_group}/curled?api-version={OLD}"
    json_body = ("-H", "Content-Type: application/json")

    status, created = curl(one, "-X", "PUT", "-d", json.dumps({"location": LOCATION}), *json_body)
    assert status == 201
    assert (created["name"], created["type"], created["location"]) == ("curled", KIND, LOCATION)
    assert created["properties"].keys() == {"tenantId", "principalId", "clientId"}

    status, listed = curl(f"{in_group}?api-version={OLD}")
    assert status == 200
    assert listed["value"] == [created]

    assert curl(one, "-X", "PUT", "-d", json.dumps({"location": LOCATION}), *json_body)[0] == 200
    assert curl(one, "-X", "DELETE") == (200, None)
    assert curl(one, "-X", "DELETE") == (204, None)
    assert curl(f"{in_group}?api-version={OLD}") == (200, {"value": []})


def test_a_token_of_the_cli_with_curl(az, curl, emulator, subscription):
    token = az("account", "get-access-token")["accessToken"]
    path = f"{emulator.endpoint}/subscriptions/{subscription}?api-version=2022-12-01"
    done = subprocess.run(
        [
            *(shutil.which("curl"), "--silent", "--cacert", emulator.ca_file, path),
            *("-H", f"Authorization: Bearer {token}"),
        ],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert json.loads(done.stdout)["subscriptionId"] == subscription


def test_identities_with_the_cli(az):
    az("identity", "create", "-g", OTHER_GROUP, "-n", "documented")
    (listed,) = az("identity", "list", "-g", OTHER_GROUP)
    assert (listed["name"], listed["type"]) == ("documented", KIND)
    az("identity", "delete", "-n", "documented", "-g", OTHER_GROUP)
    assert az("identity", "list", "-g", OTHER_GROUP) == []


def template(tmp_path: Path, **more) -> str:
    """A template file with one identity, of the documentation's form."""
    content = {
        "$schema": "https://schema.management.azure.com/schemas/2015-01-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "parameters": {"resourceName": {"type": "string", "metadata": {"description": "a name"}}},
        "resources": [
            {
                "type": KIND,
                "name": "[parameters('resourceName')]",
                "apiVersion": "2018-11-30",
                "location": "[resourceGroup().location]",
            },
        ],
        "outputs": {
            "identityName": {"type": "string", "value": "[parameters('resourceName')]"},
        },
    } | more
    file = tmp_path / "template.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    return str(file)


def test_an_identity_by_template(az, tmp_path):
    deployment = (
        *("--resource-group", OTHER_GROUP, "--template-file", template(tmp_path)),
        *("--parameters", "resourceName=templated"),
    )
    group = ("deployment", "group")
    valid = az(*group, "validate", *deployment)
    assert valid["properties"]["provisioningState"] == "Succeeded"
    expected = az(*group, "what-if", *deployment, "--no-pretty-print")
    assert [one["changeType"] for one in expected["changes"]] == ["Create"]

    made = az(*group, "create", *deployment, "--name", "first")
    assert made["properties"]["provisioningState"] == "Succeeded"
    assert made["properties"]["outputs"]["identityName"]["value"] == "templated"
    (identity,) = az("identity", "list", "-g", OTHER_GROUP)
    assert identity["name"] == "templated"
    assert made["properties"]["outputResources"][0]["id"].casefold() == identity["id"].casefold()

    expected = az(*group, "what-if", *deployment, "--no-pretty-print")
    assert [one["changeType"] for one in expected["changes"]] == ["NoChange"]
    named = ("--resource-group", OTHER_GROUP, "--name", "first")
    operations = az("deployment", "operation", "group", "list", *named)
    assert "templated" in [
        (one["properties"]["targetResource"] or {}).get("resourceName") for one in operations
    ]
    assert az(*group, "export", *named)["resources"][0]["type"] == KIND
    az(*group, "delete", *named)
    assert az(*group, "list", "--resource-group", OTHER_GROUP) == []
    az("identity", "delete", "-n", "templated", "-g", OTHER_GROUP)


def test_a_template_that_fails(az, tmp_path):
    file = template(tmp_path)
    deployment = ("--resource-group", OTHER_GROUP, "--template-file", file)
    with pytest.raises(AssertionError, match="InvalidResourceName"):
        az("deployment", "group", "create", *deployment, "--parameters", "resourceName=-x-")
    with pytest.raises(AssertionError, match="resourceName.* is not provided|resourceName"):
        az("deployment", "group", "create", *deployment)


@pytest.fixture
def new_group(az):
    az("group", "create", "--name", "machines", "--location", LOCATION)
    yield "machines"
    az("group", "delete", "--name", "machines", "--yes")


def test_machines_with_identities(az, new_group, subscription):
    scope = f"/subscriptions/{subscription}/resourceGroups/{new_group}"
    machine = (
        *("vm", "create", "--resource-group", new_group, "--image", "Ubuntu2204"),
        *("--admin-username", "azureuser", "--admin-password", "Only-for-the-emulator-1"),
    )
    own = az(
        *(*machine, "--name", "one", "--assign-identity", "--role", "Reader", "--scope", scope)
    )
    assert own["powerState"] == "VM running"
    principal = own["identity"]["systemAssignedIdentity"]
    (found,) = az("ad", "sp", "list", "--display-name", "one")
    assert found["id"] == principal
    # A user-assigned one by its name, and the machine's own beside it.
    identity = az("identity", "create", "-g", new_group, "-n", "assigned")
    both = az(*machine, "--name", "two", "--assign-identity", "[system]", identity["id"])
    assert [key.casefold() for key in both["identity"]["userAssignedIdentities"]] == [
        identity["id"].casefold()
    ]
    assert both["identity"]["systemAssignedIdentity"]

    for who in (principal, identity["principalId"]):
        roles = az("role", "assignment", "list", "--assignee", who, "--scope", scope)
        assert [role["roleDefinitionName"] for role in roles] == (
            ["Reader"] if who == principal else []
        )
    az(
        *("role", "assignment", "create", "--assignee", identity["clientId"]),
        *("--role", "Reader", "--scope", scope),
    )
    (role,) = az(
        *("role", "assignment", "list", "--assignee", identity["principalId"], "--scope", scope)
    )
    assert role["principalId"] == identity["principalId"]

    resources = az("resource", "list", "--resource-group", new_group)
    assert {"one", "two", "assigned"} <= {one["name"] for one in resources}
    shown = az("resource", "show", "--ids", identity["id"])
    assert shown["properties"]["principalId"] == identity["principalId"]
    identities = az("resource", "list", "--resource-type", KIND, "--resource-group", new_group)
    assert [one["name"] for one in identities] == ["assigned"]


def test_a_machine_by_template(az, new_group, tmp_path, subscription):
    identity_id = "[resourceId('{}', parameters('resourceName'))]".format(KIND)
    machine = {
        "type": "Microsoft.Compute/virtualMachines",
        "apiVersion": "2024-07-01",
        "location": "[resourceGroup().location]",
        "properties": {"hardwareProfile": {"vmSize": "Standard_B2ms"}},
        "dependsOn": ["[parameters('resourceName')]"],
    }
    kinds = {
        "system": {"type": "SystemAssigned"},
        "user": {"type": "UserAssigned", "userAssignedIdentities": {identity_id: {}}},
        "both": {
            "type": "SystemAssigned, UserAssigned",
            "userAssignedIdentities": {identity_id: {}},
        },
    }
    file = template(
        tmp_path,
        resources=[
            {
                "type": KIND,
                "name": "[parameters('resourceName')]",
                "apiVersion": "2018-11-30",
                "location": "[resourceGroup().location]",
            },
            *(machine | {"name": name, "identity": identity} for name, identity in kinds.items()),
        ],
    )
    az(
        *("deployment", "group", "create", "--resource-group", new_group),
        *("--template-file", file, "--parameters", "resourceName=shared"),
    )
    for name, wanted in kinds.items():
        identity = az("vm", "identity", "show", "--resource-group", new_group, "--name", name)
        assert identity["type"] == wanted["type"]
        assert bool(identity.get("principalId")) == ("System" in wanted["type"])
        users = identity.get("userAssignedIdentities") or {}
        assert [key.rsplit("/", 1)[1] for key in users] == (
            ["shared"] if "User" in wanted["type"] else []
        )


def test_a_scale_set_with_identities(az, new_group):
    az("identity", "create", "-g", new_group, "-n", "assigned")
    named = ("--resource-group", new_group, "--name", "set")
    az(
        *("vmss", "create", *named, "--image", "Ubuntu2204", "--orchestration-mode", "Uniform"),
        *("--admin-username", "azureuser", "--admin-password", "Only-for-the-emulator-1"),
        *("--assign-identity", "[system]", "assigned"),
    )
    shown = az("vmss", "identity", "show", *named)
    assert shown["type"] == "SystemAssigned, UserAssigned"
    (found,) = az("ad", "sp", "list", "--display-name", "set")
    assert found["id"] == shown["principalId"]
    az("vmss", "identity", "remove", *named, "--identities", "assigned")
    assert az("vmss", "identity", "show", *named)["type"] == "SystemAssigned"
