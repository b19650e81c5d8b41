"""The examples of other clients on the emulator, compared with what the module's library sees. With
MI_PEERS=all those run too that take long to build.
"""

from __future__ import annotations

import os
import subprocess
import threading

import pytest

from conftest import CLIENT_ID, CLIENT_SECRET, GROUP, TENANT, VM, get_vm, tools
from examples import EXAMPLES, Missing, environment, first_answer, row_name
from views import assert_same_vm, kinds, library_identities, library_identity

PATIENCE = 300
CALLS = (
    "create_identity",
    "create_federated_credential",
    "list_identities",
    "delete_federated_credential",
    "delete_identity",
)
MODULES = ("azure_rm_resource", "azure_rm_virtualmachine")


def are(playbooks: bool):
    """A test's parameter: the examples that are playbooks, or the others."""
    chosen = [example for example in EXAMPLES if example.is_playbook == playbooks]
    return pytest.mark.parametrize("example", chosen, ids=lambda example: example.name)


@pytest.fixture
def start(emulator, subscription, tmp_path):
    """Starts an example, or skips the test."""

    def start(example, *arguments: str) -> subprocess.Popen:
        if not example.always and os.environ.get("MI_PEERS") != "all":
            pytest.skip(f"examples/clients/{example.name} runs with MI_PEERS=all")
        try:
            command = example.command(tools())
        except Missing as missing:
            pytest.skip(f"examples/clients/{example.name}: {missing}")
        settings = environment(emulator, subscription, TENANT, CLIENT_ID, CLIENT_SECRET)
        process = subprocess.Popen(
            [*command, *arguments],
            env=settings | example.environment(emulator, tmp_path),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        watch = threading.Timer(PATIENCE, process.kill)
        watch.daemon = True
        watch.start()
        return process

    return start


@are(playbooks=False)
def test_an_example(emulator, subscription, ran, start, example):
    name = f"by-{example.name}"
    with start(example, subscription, GROUP, name) as process:
        answer = first_answer(process)
        identity = answer["identity"]
        seen = library_identities(emulator)
        found = library_identity(identity | {"resourceGroup": GROUP})
        assert seen[identity["id"].casefold()] == found
        in_group = [one for one in seen.values() if one["resourceGroup"] == found["resourceGroup"]]
        assert sorted(answer["listed"]) == sorted(one["name"] for one in in_group)
        (trusted,) = emulator.credentials(name)
        assert (trusted["name"], trusted["subject"]) == ("main", answer["subject"])
        _, errors = process.communicate()
    assert process.returncode == 0, errors
    assert identity["id"].casefold() not in library_identities(emulator)
    ran.client(row_name(example), example.version(), *CALLS)


@are(playbooks=True)
def test_a_playbook(emulator, compute, bare_vm, ran, start, example):
    name = f"by-{example.name}"

    def play(state: str) -> str:
        values = (f"group={GROUP}", f"identity={name}", f"vm={VM}", f"state={state}")
        with start(example, *(word for value in values for word in ("-e", value))) as process:
            output, errors = process.communicate()
        assert process.returncode == 0, output + errors
        return output

    assert "changed=3" in play("present")
    (identity,) = [one for one in library_identities(emulator).values() if one["name"] == name]
    assert identity["tags"] == {"team": "payments"}
    (trusted,) = emulator.credentials(name)
    assert trusted["subject"] == "repo:contoso/app:ref:refs/heads/main"
    vm = get_vm(compute)
    assert_same_vm(emulator, vm)
    assert [one.casefold() for one in vm.identity.user_assigned_identities] == [identity["id"]]

    assert "changed=2" in play("absent")
    assert identity["id"] not in library_identities(emulator)
    vm = get_vm(compute)
    assert_same_vm(emulator, vm)
    assert kinds(vm.identity and vm.identity.type) == set()
    ran.client(row_name(example), example.version(), *MODULES)
