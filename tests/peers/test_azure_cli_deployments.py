"""`az deployment group` in full on the emulator, compared with what the module's library deploys and
sees.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from azure_cli import Failed
from conftest import GROUP, LOCATION, OPERATION_MS, TENANT
from views import library_identities

IN_GROUP = ("--resource-group", GROUP)
TYPE = "Microsoft.ManagedIdentity/userAssignedIdentities"
SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01"
TEMPLATE = {
    "$schema": f"{SCHEMA}/deploymentTemplate.json#",
    "contentVersion": "1.0.0.0",
    "parameters": {"name": {"type": "string"}},
    "resources": [
        {
            "type": TYPE,
            "apiVersion": "2023-01-31",
            "name": "[parameters('name')]",
            "location": "[resourceGroup().location]",
        }
    ],
    "outputs": {
        "principal": {
            "type": "string",
            "value": f"[reference(resourceId('{TYPE}', parameters('name'))).principalId]",
        }
    },
}


@pytest.fixture
def files(tmp_path) -> tuple[Path, Path]:
    """A template of one identity, and the parameters that name it."""
    template, parameters = tmp_path / "template.json", tmp_path / "parameters.json"
    template.write_text(json.dumps(TEMPLATE), encoding="utf-8")
    values = {"name": {"value": "deployed"}}
    whole = {
        "$schema": f"{SCHEMA}/deploymentParameters.json#",
        "contentVersion": "1.0.0.0",
        "parameters": values,
    }
    parameters.write_text(json.dumps(whole), encoding="utf-8")
    return template, parameters


@pytest.fixture
def deploy(az, files):
    """Runs `az deployment group`, and deletes what comes of it."""
    template, _ = files

    def words(verb: str, name: str, *arguments: str) -> tuple[str, ...]:
        named = (*IN_GROUP, "--name", name)
        return ("deployment", "group", verb, *named, "--template-file", str(template), *arguments)

    def deploy(*words_of_one: str):
        return az(*words(*words_of_one))

    deploy.text = lambda *words_of_one: az.text(*words(*words_of_one))
    yield deploy
    for one in az("deployment", "group", "list", *IN_GROUP):
        az("deployment", "group", "delete", *IN_GROUP, "--name", one["name"])
    az("identity", "delete", *IN_GROUP, "--name", "deployed")


def state(deployment: dict) -> dict:
    """What a deployment of az says, as far as the library does."""
    properties = deployment["properties"]
    names = ("provisioningState", "mode", "duration", "correlationId")
    outputs = properties["outputs"] or {}
    return {name: properties[name] for name in names} | {
        "name": deployment["name"],
        "timestamp": datetime.fromisoformat(properties["timestamp"]),
        "outputs": {name: output["value"] for name, output in outputs.items()},
        "resources": [one["id"].casefold() for one in properties["outputResources"] or []],
    }


def test_a_template_from_az_and_from_the_library(az, emulator, deploy, files):
    template, parameters = files
    made = deploy("create", "by-az", "--parameters", f"@{parameters}")
    (identity,) = [one for one in library_identities(emulator).values() if one["name"] == "deployed"]
    assert state(made)["outputs"] == {"principal": identity["principalId"]}
    assert state(made)["resources"] == [identity["id"]]

    library = emulator.deploy("by-library", template, parameters)
    shown = az("deployment", "group", "show", *IN_GROUP, "--name", "by-library")
    names = ("name", "provisioningState", "mode", "duration", "correlationId")
    assert {name: state(shown)[name] for name in names} == {name: library[name] for name in names}
    # The CLI writes six digits, and Azure seven.
    assert datetime.fromisoformat(library["timestamp"][:26] + "+00:00") == state(shown)["timestamp"]
    assert {key: one["value"] for key, one in library["outputs"].items()} == state(shown)["outputs"]
    assert [one.casefold() for one in library["resources"]] == state(shown)["resources"]

    listed = az("deployment", "group", "list", *IN_GROUP)
    assert {one["name"] for one in listed} == {"by-az", "by-library"}
    assert [state(one) for one in listed if one["name"] == "by-az"] == [state(made)]
    ended = ("--filter", "provisioningState eq 'Failed'")
    assert az("deployment", "group", "list", *IN_GROUP, *ended) == []
    exported = az("deployment", "group", "export", *IN_GROUP, "--name", "by-az")
    assert exported["resources"] == TEMPLATE["resources"]

    operations = ("deployment", "operation", "group")
    listed = az(*operations, "list", *IN_GROUP, "--name", "by-az")
    targets = [one["properties"]["targetResource"] for one in listed]
    assert [one["id"].casefold() for one in targets if one] == [identity["id"]]
    one = listed[0]["operationId"]
    (shown,) = az(*operations, "show", *IN_GROUP, "--name", "by-az", "--operation-ids", one)
    assert shown == listed[0]


def test_options_of_a_deployment(az, emulator, deploy, subscription):
    name = ("--parameters", "name=deployed")
    for options in (
        ("--mode", "Incremental", "--no-prompt", "true"),
        ("--validation-level", "Template", "--handle-extended-json-format"),
        ("--aux-tenants", TENANT),
        ("--aux-subs", subscription),
    ):
        assert deploy("create", "with-options", *name, *options)["properties"]["error"] is None
    # With nothing to change it does not ask; it prints the what-if and then the deployment.
    confirm = ("--confirm-with-what-if", "--proceed-if-no-change", "--output", "none")
    assert "Resource changes: 1 no change" in deploy.text("create", "confirmed", *name, *confirm)
    assert any(one["name"] == "deployed" for one in library_identities(emulator).values())


def test_a_deployment_that_goes_on(az, deploy):
    deploy("create", "later", "--parameters", "name=deployed", "--no-wait")
    wait = ("deployment", "group", "wait", *IN_GROUP, "--name", "later", "--interval", "1")
    az(*wait, "--exists", "--timeout", "60")
    az(*wait, "--created")
    az(*wait, "--updated")
    az(*wait, "--custom", "properties.provisioningState=='Succeeded'")
    with pytest.raises(Failed, match="cannot be cancelled"):
        az("deployment", "group", "cancel", *IN_GROUP, "--name", "later")
    az("deployment", "group", "delete", *IN_GROUP, "--name", "later", "--no-wait")
    az(*wait, "--deleted")
    with pytest.raises(Failed, match="DeploymentNotFound"):
        az("deployment", "group", "show", *IN_GROUP, "--name", "later")


def test_a_deployment_that_is_cancelled(az, emulator, deploy):
    emulator.set(operationMs=30_000)
    try:
        deploy("create", "stopped", "--parameters", "name=deployed", "--no-wait")
        az("deployment", "group", "cancel", *IN_GROUP, "--name", "stopped")
    finally:
        emulator.set(operationMs=OPERATION_MS)
    shown = az("deployment", "group", "show", *IN_GROUP, "--name", "stopped")
    assert shown["properties"]["provisioningState"] == "Canceled"


def test_validation(az, deploy, files):
    quiet = ("--validation-level", "Provider", "--no-prompt", "true", "--mode", "Incremental")
    options = (*quiet, "--handle-extended-json-format")
    valid = deploy("validate", "valid", "--parameters", "name=deployed", *options)
    assert valid["error"] is None
    assert valid["properties"]["provisioningState"] == "Succeeded"
    broken = json.dumps(TEMPLATE).replace("resourceGroup()", "noSuchFunction()")
    files[0].write_text(broken, encoding="utf-8")
    with pytest.raises(Failed, match="InvalidTemplate"):
        deploy("validate", "invalid", "--parameters", "name=deployed", *quiet)
    assert az("deployment", "group", "list", *IN_GROUP) == [], "nothing is deployed"


def test_what_if(az, emulator, deploy):
    options = ("--parameters", "name=deployed", "--mode", "Incremental", "--no-prompt", "true")
    plain = (*options, "--no-pretty-print")
    found = deploy("what-if", "plan", *plain, "--exclude-change-types", "Ignore")
    assert found["status"] == "Succeeded"
    (change,) = found["changes"]
    assert (change["changeType"], change["after"]["name"]) == ("Create", "deployed")
    assert change["after"]["location"] == LOCATION
    ids = (*plain, "--result-format", "ResourceIdOnly", "--validation-level", "Provider")
    found = deploy("what-if", "plan", *ids, "--aux-tenants", TENANT)
    (change,) = [one for one in found["changes"] if one["changeType"] != "Ignore"]
    assert change["after"] is None
    assert change["resourceId"].casefold().endswith("/userassignedidentities/deployed")
    assert not any(one["name"] == "deployed" for one in library_identities(emulator).values())


def test_what_if_before_a_deployment(az, deploy, files):
    template, parameters = files
    text = az.text(
        *("deployment", "group", "create", *IN_GROUP, "--name", "plan", "--what-if"),
        *("--template-file", str(template), "--parameters", f"@{parameters}"),
        *("--what-if-result-format", "FullResourcePayloads", "--what-if-exclude-change-types"),
        "Ignore",
    )
    assert "Resource changes: 1 to create." in text
    assert az("deployment", "group", "list", *IN_GROUP) == []
