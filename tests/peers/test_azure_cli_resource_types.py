"""What the Azure CLI does to the identities of resources that are no machines, each type in its own
way: by a PUT of the whole, by a PATCH, with and without operations to follow.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import pytest
import requests

from conftest import GROUP, LOCATION, SCOPE, Emulator


@dataclass(frozen=True)
class Kind:
    """A type, and the words of the CLI for it."""

    path: str
    version: str
    command: tuple[str, ...]
    assign: str = "--identities"
    body: dict = field(default_factory=dict)
    # What a PATCH does with ids that it does not name, as the CLI takes it to be.
    unnamed: str = "merge"

    def __str__(self) -> str:
        return "-".join(self.command)


SECRETS = {
    "secrets": [{"name": "pass", "value": "hidden"}],
    "registries": [{"server": "r", "username": "u", "passwordSecretRef": "pass"}],
}
KINDS = [
    Kind("Microsoft.Web/sites/peer", "2023-12-01", ("webapp",), body={"kind": "app,linux"}),
    # It reads the secrets before it sends the whole: a GET does not show them.
    Kind(
        "Microsoft.App/containerApps/peer",
        "2025-07-01",
        ("containerapp",),
        "--user-assigned",
        {"properties": {"configuration": SECRETS}},
    ),
    Kind("Microsoft.ContainerRegistry/registries/peer1", "2025-11-01", ("acr",)),
    Kind("Microsoft.DocumentDB/databaseAccounts/peer", "2024-08-15", ("cosmosdb",)),
    # It removes an identity by leaving it out of a PATCH.
    Kind(
        "Microsoft.AppConfiguration/configurationStores/peer1",
        "2024-05-01",
        ("appconfig",),
        unnamed="replace",
    ),
    Kind(
        "Microsoft.RecoveryServices/vaults/peer",
        "2025-08-01",
        ("backup", "vault"),
        "--user-assigned",
    ),
]


@pytest.fixture
def create(emulator: Emulator, credential, subscription):
    """Creates resources that are gone after the test."""
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {credential.get_token(SCOPE).token}"
    made = []

    def create(path: str, version: str, body: dict) -> None:
        group = f"/subscriptions/{subscription}/resourceGroups/{GROUP}/providers/"
        url = f"{emulator.endpoint}{group}{path}?api-version={version}"
        whole = {"location": LOCATION, "sku": {"name": "Standard"}, "properties": {}} | body
        session.put(url, json=whole, timeout=30).raise_for_status()
        made.append(url)
        wait_until(lambda: is_settled(session.get(url, timeout=30)))

    yield create
    emulator.set(unknownMap="merge")
    for url in reversed(made):
        session.delete(url, timeout=30).raise_for_status()
        wait_until(lambda url=url: session.get(url, timeout=30).status_code == 404)


def is_settled(response: requests.Response) -> bool:
    """Whether no operation runs on the resource: some types say nothing of it."""
    state = response.json()["properties"].get("provisioningState", "Succeeded")
    return state.casefold() == "succeeded"


def wait_until(condition, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the operation does not end"
        time.sleep(0.05)


def assigned(identity: dict) -> tuple[set[str], set[str]]:
    """The kinds, which registries write with a small letter, and the ids."""
    found = {part.strip().casefold() for part in identity["type"].split(",")}
    return found, {one.casefold() for one in identity.get("userAssignedIdentities") or {}}


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_identities_of_a_resource(az, emulator, create, make, kind):
    # Cosmos DB's commands take ids of other casing for other ids.
    one, two = (
        make(name).id.replace("/resourcegroups/", "/resourceGroups/") for name in ("one", "two")
    )
    emulator.set(unknownMap=kind.unnamed)
    create(kind.path, kind.version, kind.body)
    named = ("--resource-group", GROUP, "--name", kind.path.rpartition("/")[2])

    def identity(verb: str, *arguments: str):
        return az(*kind.command, "identity", verb, *named, *arguments)

    identity("assign", kind.assign, one, two)
    both = {one.casefold(), two.casefold()}
    assert assigned(identity("show")) == ({"userassigned"}, both)

    identity("remove", kind.assign, one)
    assert assigned(identity("show")) == ({"userassigned"}, {two.casefold()})


def test_a_slot_has_an_identity_of_its_own(az, create, make):
    one = make("one")
    for path in ("Microsoft.Web/sites/peer", "Microsoft.Web/sites/peer/slots/staging"):
        create(path, "2023-12-01", {"kind": "app,linux"})
    named = ("--resource-group", GROUP, "--name", "peer")
    az("webapp", "identity", "assign", *named, "--slot", "staging", "--identities", one.id)
    shown = az("webapp", "identity", "show", *named, "--slot", "staging")
    assert assigned(shown) == ({"userassigned"}, {one.id.casefold()})
    assert az("webapp", "identity", "show", *named) is None
