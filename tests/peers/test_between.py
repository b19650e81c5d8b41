"""Other clients change a machine between the module's look at it and its write, and nothing is
lost: the module's write is refused, it looks again, and applies its wish to what it finds.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from conftest import COMPUTE_API_VERSION, GROUP, VM, get_vm, update_vm
from views import assert_same_vm, library_vm, sdk_vm

# The longest that a held write is waited for.
PATIENCE = 60


class Sdk:
    """The changes of the Azure SDK: merge patches, and a PUT of the whole machine."""

    def __init__(self, compute):
        self.compute = compute
        self.agent = "azsdk-python"

    def assign(self, identity: str) -> None:
        body = {"type": "UserAssigned", "userAssignedIdentities": {identity: {}}}
        update_vm(self.compute, body)

    def remove(self, identity: str) -> None:
        body = {"type": "UserAssigned", "userAssignedIdentities": {identity: None}}
        update_vm(self.compute, body)

    def replace(self, identity: str) -> None:
        """Reads the machine and writes it back with one more identity."""
        vm = get_vm(self.compute)
        assigned = {key: {} for key in vm.identity.user_assigned_identities}
        body = {
            "location": vm.location,
            "identity": {
                "type": "UserAssigned",
                "userAssignedIdentities": assigned | {identity: {}},
            },
        }
        self.compute.virtual_machines.begin_create_or_update(
            GROUP, VM, body, api_version=COMPUTE_API_VERSION
        ).result(timeout=60)


class Cli:
    """The changes of the Azure CLI."""

    def __init__(self, az):
        self.az = az
        self.agent = "AZURECLI"

    def assign(self, identity: str) -> None:
        self._identity("assign", identity)

    def remove(self, identity: str) -> None:
        self._identity("remove", identity)

    def _identity(self, verb: str, identity: str) -> None:
        named = ("--resource-group", GROUP, "--name", VM)
        self.az("vm", "identity", verb, *named, "--identities", identity)


@pytest.fixture
def peer(request):
    """A client by its name."""
    if request.param == "sdk":
        return Sdk(request.getfixturevalue("compute"))
    return Cli(request.getfixturevalue("az"))


def seconds(action) -> float:
    started = time.monotonic()
    action()
    return time.monotonic() - started


@pytest.mark.parametrize(
    ("peer", "change"),
    [
        ("sdk", "assign"),
        ("sdk", "remove"),
        ("sdk", "replace"),
        ("cli", "assign"),
        ("cli", "remove"),
    ],
    indirect=["peer"],
)
def test_a_change_between_the_look_and_the_write(emulator, compute, make, bare_vm, peer, change):
    names = ("kept", "dropped", "gone", "ours", "theirs")
    ids = {name: make(name).id for name in names}
    body = {ids[name]: {} for name in ("kept", "dropped", "gone")}
    update_vm(compute, {"type": "UserAssigned", "userAssignedIdentities": body})

    # What the peer's calls take on this machine, and generously more: a held write can't be let
    # go before its time. The rehearsal changes nothing in the end.
    rehearsal = seconds(lambda: peer.assign(ids["theirs"]))
    peer.remove(ids["theirs"])
    held_for = 2 + 2 * rehearsal

    emulator.clear_log()
    fault = emulator.hold("PATCH", f"/virtualMachines/{VM}", held_for)
    with ThreadPoolExecutor() as pool:
        module = pool.submit(
            emulator.change,
            *("--vm", VM, "--add", ids["ours"], "--remove", ids["dropped"], "--enable-system"),
        )
        emulator.wait_until_hit(fault, PATIENCE)
        getattr(peer, change)(ids["gone" if change == "remove" else "theirs"])
        assert not module.done(), "the peer was slower than the module's write was held for"
        result = module.result(timeout=PATIENCE)

    # The order of the answers: the module's look, the peer's write, and only then the module's.
    path = f"/virtualMachines/{VM}?"
    steps = [
        ("module" if entry["userAgent"].startswith("ManagedIdentity/") else "peer", entry)
        for entry in emulator.log()
        if path in entry["path"]
    ]
    assert all(peer.agent in entry["userAgent"] for who, entry in steps if who == "peer")
    writes = [
        (who, entry["status"] < 400)
        for who, entry in steps
        if entry["method"] in ("PATCH", "PUT")
    ]
    assert writes == [("peer", True), ("module", False), ("module", True)]
    ours = [(entry["method"], entry["status"]) for who, entry in steps if who == "module"]
    assert ours[:2] == [("GET", 200), ("PATCH", 412)]
    assert ours[2:] in ([("GET", 200), ("PATCH", status), ("GET", 200)] for status in (200, 202))
    refused, written = (entry for who, entry in steps if who == "module" and entry["ifMatch"])
    assert refused["ifMatch"] != written["ifMatch"], "it wrote what it had read before"

    if change == "remove":
        expected = {"kept", "ours"}
    else:
        expected = {"kept", "gone", "ours", "theirs"}
    vm = get_vm(compute)
    seen = sdk_vm(vm)
    assert seen["type"] == {"SystemAssigned", "UserAssigned"}
    assert seen["principalId"]
    assert set(seen["assigned"]) == {ids[name].casefold() for name in expected}
    assert library_vm(result) == seen, "the module reports what came of it"
    assert_same_vm(emulator, vm)
