"""Runs the emulator, and reads it through the Azure SDK and through the module's library.

`cargo xtask test --layer peers` does all of this. By hand, `pytest` in this folder builds with
cargo what MI_EMULATOR and MI_SNAPSHOT do not name.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from azure.core.credentials import AccessToken
from azure.mgmt.compute import ComputeManagementClient
from azure.mgmt.msi import ManagedServiceIdentityClient

ROOT = Path(__file__).resolve().parents[2]
SCOPE = "https://management.azure.com/.default"
TENANT = "aaaabbbb-0000-cccc-1111-dddd2222eeee"
CLIENT_ID = "00001111-aaaa-2222-bbbb-3333cccc4444"
# The emulator's published test secret: it opens nothing else.
CLIENT_SECRET = "emulator-secret"
PAGE_SIZE = 2
COMPUTE_API_VERSION = "2025-04-01"


def program(variable: str, *cargo: str) -> list[str]:
    """A built program, or the cargo command that builds and runs it."""
    built = os.environ.get(variable)
    return [built] if built else ["cargo", "run", "--quiet", *cargo, "--"]


@dataclass(frozen=True)
class Emulator:
    endpoint: str
    ca_file: str

    def snapshot(self) -> dict:
        """What the module's library sees."""
        environment = os.environ | {"SSL_CERT_FILE": self.ca_file}
        done = subprocess.run(
            [*program("MI_SNAPSHOT", "--example", "snapshot"), self.endpoint],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=600,
        )
        assert done.returncode == 0, f"the library failed:\n{done.stderr}"
        return json.loads(done.stdout)


def first_lines(process: subprocess.Popen, count: int, seconds: float) -> list[str]:
    """The first lines of a process's output; it goes on being read, so that it never blocks."""
    lines: queue.Queue[str] = queue.Queue()

    def read() -> None:
        for line in process.stdout:
            lines.put(line.strip())

    threading.Thread(target=read, daemon=True).start()
    deadline = time.monotonic() + seconds
    found: list[str] = []
    while len(found) < count:
        try:
            found.append(lines.get(timeout=0.2))
        except queue.Empty:
            if process.poll() is not None and lines.empty():
                pytest.fail(f"the emulator ended with status {process.returncode}")
            if time.monotonic() > deadline:
                pytest.fail("the emulator did not say where it listens")
    return found


@pytest.fixture(scope="session")
def emulator():
    process = subprocess.Popen(
        [
            *program("MI_EMULATOR", "--package", "emulator"),
            *("--port", "0", "--tls"),
            *("--page-size", str(PAGE_SIZE)),
            *("--operation-ms", "300"),
        ],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    with process, pytest.MonkeyPatch.context() as environment:
        try:
            endpoint, ca_file = first_lines(process, 2, seconds=600)
            # The usual way to make requests, and so the SDK, trust a private authority.
            environment.setenv("REQUESTS_CA_BUNDLE", ca_file)
            environment.setenv("NO_PROXY", "127.0.0.1,localhost")
            yield Emulator(endpoint.rstrip("/"), ca_file)
        finally:
            process.terminate()


class ClientSecret:
    """The client-credentials grant at the emulator's token endpoint."""

    def __init__(self, endpoint: str):
        self.url = f"{endpoint}/{TENANT}/oauth2/v2.0/token"

    def get_token(self, *scopes: str, **_) -> AccessToken:
        response = requests.post(
            self.url,
            data={
                "grant_type": "client_credentials",
                "client_id": CLIENT_ID,
                "client_secret": CLIENT_SECRET,
                "scope": " ".join(scopes),
            },
            timeout=30,
        )
        response.raise_for_status()
        answer = response.json()
        return AccessToken(answer["access_token"], int(time.time()) + int(answer["expires_in"]))


@pytest.fixture(scope="session")
def credential(emulator):
    return ClientSecret(emulator.endpoint)


@pytest.fixture(scope="session")
def subscription(emulator, credential) -> str:
    response = requests.get(
        f"{emulator.endpoint}/subscriptions",
        params={"api-version": "2022-12-01"},
        headers={"Authorization": f"Bearer {credential.get_token(SCOPE).token}"},
        timeout=30,
    )
    response.raise_for_status()
    (only,) = response.json()["value"]
    return only["subscriptionId"]


@pytest.fixture(scope="session")
def msi(emulator, credential, subscription):
    with ManagedServiceIdentityClient(
        credential,
        subscription,
        base_url=emulator.endpoint,
        credential_scopes=[SCOPE],
    ) as client:
        yield client


@pytest.fixture(scope="session")
def compute(emulator, credential, subscription):
    with ComputeManagementClient(
        credential,
        subscription,
        base_url=emulator.endpoint,
        credential_scopes=[SCOPE],
        # Its default, 30 s before the first poll, is for the real Azure.
        polling_interval=0,
    ) as client:
        yield client
