"""The examples of other clients on the emulator, compared with what the module's library sees. With
MI_PEERS=all those run too that take long to build.
"""

from __future__ import annotations

import os
import subprocess
import threading

import pytest

from conftest import CLIENT_ID, CLIENT_SECRET, GROUP, TENANT, tools
from examples import EXAMPLES, Missing, environment, first_answer, row_name
from views import library_identities, library_identity

PATIENCE = 120
CALLS = (
    "create_identity",
    "create_federated_credential",
    "list_identities",
    "delete_federated_credential",
    "delete_identity",
)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_an_example(emulator, subscription, ran, example, tmp_path):
    if not example.always and os.environ.get("MI_PEERS") != "all":
        pytest.skip(f"examples/clients/{example.name} runs with MI_PEERS=all")
    try:
        command = example.command(tools())
    except Missing as missing:
        pytest.skip(f"examples/clients/{example.name}: {missing}")
    name = f"by-{example.name}"
    process = subprocess.Popen(
        [*command, subscription, GROUP, name],
        env=environment(emulator, TENANT, CLIENT_ID, CLIENT_SECRET) | example.environment(emulator, tmp_path),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    watch = threading.Timer(PATIENCE, process.kill)
    watch.start()
    with process:
        answer = first_answer(process)
        identity = answer["identity"]
        seen = library_identities(emulator)[identity["id"].casefold()]
        assert seen == library_identity(identity | {"resourceGroup": GROUP})
        assert sorted(answer["listed"]) == sorted(
            one["name"]
            for one in library_identities(emulator).values()
            if one["resourceGroup"] == GROUP.casefold()
        )
        (trusted,) = emulator.credentials(name)
        assert (trusted["name"], trusted["subject"]) == ("main", answer["subject"])
        process.stdin.close()
        errors = process.stderr.read()
    watch.cancel()
    assert process.returncode == 0, errors
    assert identity["id"].casefold() not in library_identities(emulator)
    ran.client(row_name(example), example.version(), *CALLS)
