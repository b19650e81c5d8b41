"""Runs the emulator, and reads and changes it through the Azure SDK, the Azure CLI and the module's
library.

`cargo xtask test --layer peers` does all of this. By hand, `pytest` in this folder builds with
cargo what MI_EMULATOR and MI_CLIENT do not name.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import threading
import time
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import pytest
import requests
from azure.core.credentials import AccessToken
from azure.mgmt.compute import ComputeManagementClient
from azure.mgmt.msi import ManagedServiceIdentityClient

from azure_cli import AzureCli, Unavailable, install
from ran import Ran, Recorded

ROOT = Path(__file__).resolve().parents[2]
SCOPE = "https://management.azure.com/.default"
TENANT = "aaaabbbb-0000-cccc-1111-dddd2222eeee"
CLIENT_ID = "00001111-aaaa-2222-bbbb-3333cccc4444"
# The emulator's published test secret: it opens nothing else.
CLIENT_SECRET = "emulator-secret"
PAGE_SIZE = 2
OPERATION_MS = 100
COMPUTE_API_VERSION = "2025-04-01"
GROUP = "myResourceGroup"
VM = "myVM"
LOCATION = "eastus"


def program(variable: str, *cargo: str) -> list[str]:
    """A built program, or the cargo command that builds and runs it."""
    built = os.environ.get(variable)
    return [built] if built else ["cargo", "run", "--quiet", *cargo, "--"]


def tools() -> Path:
    """Where xtask keeps what it fetches."""
    built = os.environ.get("MI_EMULATOR")
    return (Path(built).parents[1] if built else ROOT / "target") / "tools"


@dataclass(frozen=True)
class Emulator:
    endpoint: str
    ca_file: str
    admin_key: str

    def snapshot(self) -> dict:
        """What the module's library sees."""
        return self._run("snapshot")

    def change(self, *arguments: str) -> dict:
        """Changes a machine through the module's library, and gives what it reports."""
        return self._run("change", *arguments)

    def roles(self, *arguments: str) -> list[dict]:
        """Gives or reads roles through the module's library."""
        return self._run("roles", *arguments)["roleAssignments"]

    def credentials(self, identity: str) -> list[dict]:
        """The federated credentials of an identity, as the module's library sees them."""
        return self._run("credentials", "--identity", identity)["credentials"]

    def members(self, group: str) -> list[dict]:
        """The members of a group of the directory, as the module's library sees them."""
        return self._run("members", "--group", group)["members"]

    def deploy(self, name: str, template: Path, parameters: Path) -> dict:
        """Deploys a template through the module's library."""
        files = ("--template", str(template), "--parameters", str(parameters))
        return self._run("deploy", "--name", name, *files)

    def sign_in(self, environment: dict[str, str], *arguments: str) -> dict:
        """Who the module's library signs in as in that environment, and what it sees."""
        return self._run("cli_sign_in", *arguments, environment=environment)

    def _run(self, name: str, *arguments: str, environment: dict[str, str] | None = None) -> dict:
        client = program("MI_CLIENT", "--package", "examples", "--bin", "client")
        environment = (environment or os.environ) | {"SSL_CERT_FILE": self.ca_file}
        done = subprocess.run(
            [*client, name, self.endpoint, *arguments],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=600,
        )
        assert done.returncode == 0, f"the library failed:\n{done.stderr}"
        return json.loads(done.stdout)

    def log(self) -> list[dict]:
        """The requests, in the order of their answers."""
        return self.admin("GET", "requests")

    def clear_log(self) -> None:
        self.admin("DELETE", "requests")

    def set(self, **settings) -> None:
        self.admin("PATCH", "settings", settings)

    def hold(self, method: str, path: str, seconds: float) -> int:
        """Holds the next such request for a time before it is looked at."""
        action = {"delayMs": round(seconds * 1000)}
        fault = {"method": method, "pathContains": path, "action": action}
        return self.admin("POST", "faults", fault)["id"]

    def wait_until_hit(self, fault: int, seconds: float) -> None:
        """Waits until a request is held: a fault counts as it strikes, and the log only later."""
        deadline = time.monotonic() + seconds
        while not any(one["hit"] for one in self.admin("GET", "faults") if one["id"] == fault):
            assert time.monotonic() < deadline, "the request that should be held did not come"
            time.sleep(0.05)

    def admin(self, method: str, what: str, body: dict | None = None):
        url = f"{self.endpoint}/_emulator/{what}".rstrip("/")
        response = requests.request(
            method,
            url,
            json=body,
            headers={"x-emulator-key": self.admin_key},
            verify=self.ca_file,
            timeout=30,
        )
        response.raise_for_status()
        return response.json() if response.content else None


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
            *("--operation-ms", str(OPERATION_MS)),
        ],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    with process, pytest.MonkeyPatch.context() as environment:
        try:
            endpoint, ca_file, admin_key = first_lines(process, 3, seconds=600)
            # The usual way to make requests, and so the SDK, trust a private authority.
            environment.setenv("REQUESTS_CA_BUNDLE", ca_file)
            environment.setenv("NO_PROXY", "127.0.0.1,localhost")
            yield Emulator(endpoint.rstrip("/"), ca_file, admin_key)
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


RAN = pytest.StashKey[Ran]()


def pytest_collection_modifyitems(session, config, items):
    """Puts the table of what ran to the end, and notes whether all tests run."""
    items.sort(key=lambda item: item.path.name == "test_table.py")
    here = Path(__file__).parent
    files = {path.name for path in here.glob("test_*.py")}
    chosen = config.getoption("keyword") or config.getoption("markexpr")
    is_part = any("::" in argument for argument in config.args)
    session.is_whole = {item.path.name for item in items} == files and not (chosen or is_part)


@pytest.fixture(scope="session")
def ran(request) -> Ran:
    """What the tests run, for the table in emulator/README.md."""
    return request.config.stash.setdefault(RAN, Ran())


def noted(ran: Ran, package: str, client) -> Recorded:
    """A client of the Azure SDK, whose calls come into the table."""
    version = metadata.version(package)
    return Recorded(client, lambda call: ran.client(f"{package} (Python)", version, call))


@pytest.fixture(scope="session")
def msi(emulator, credential, subscription, ran):
    with ManagedServiceIdentityClient(
        credential,
        subscription,
        base_url=emulator.endpoint,
        credential_scopes=[SCOPE],
    ) as client:
        yield noted(ran, "azure-mgmt-msi", client)


@pytest.fixture(scope="session")
def compute(emulator, credential, subscription, ran):
    with ComputeManagementClient(
        credential,
        subscription,
        base_url=emulator.endpoint,
        credential_scopes=[SCOPE],
        # Its default, 30 s before the first poll, is for the real Azure.
        polling_interval=0,
    ) as client:
        yield noted(ran, "azure-mgmt-compute", client)


@pytest.fixture(scope="session")
def azure_cli(emulator, tmp_path_factory, ran):
    try:
        python = install(tools() / "azure-cli")
    except Unavailable as missing:
        pytest.skip(str(missing))
    az = AzureCli(python, tmp_path_factory.mktemp("azure-cli"), emulator.ca_file, ran)
    az.sign_in(emulator.endpoint, TENANT, CLIENT_ID, CLIENT_SECRET)
    yield az
    az.close()


@pytest.fixture
def az(azure_cli) -> AzureCli:
    """The Azure CLI, signed in."""
    return azure_cli


@pytest.fixture
def make(msi):
    """Makes identities that are gone after the test."""
    made = []

    def make(name: str, **tags: str):
        made.append(name)
        body = {"location": LOCATION, "tags": tags} if tags else {"location": LOCATION}
        return msi.user_assigned_identities.create_or_update(GROUP, name, body)

    yield make
    for name in made:
        msi.user_assigned_identities.delete(GROUP, name)


def update_vm(compute, identity: dict, **options):
    """Changes a VM's identity by merge patch and polls the operation to its end."""
    poller = compute.virtual_machines.begin_update(
        GROUP, VM, {"identity": identity}, api_version=COMPUTE_API_VERSION, **options
    )
    vm = poller.result(timeout=60)
    assert poller.done()
    assert poller.status() == "Succeeded"
    return vm


def get_vm(compute):
    return compute.virtual_machines.get(GROUP, VM, api_version=COMPUTE_API_VERSION)


@pytest.fixture
def bare_vm(compute):
    """The VM without an identity, before the test and after."""
    none = {"type": "None", "userAssignedIdentities": None}
    update_vm(compute, none)
    yield
    update_vm(compute, none)


@pytest.fixture
def nobody_signed_in(emulator, monkeypatch):
    """No host is on and no credential is in the environment, before the test and after."""
    for name in list(os.environ):
        if name.startswith(("AZURE_", "IDENTITY_", "MSI_", "IMDS_", "AUTOMATION_")):
            monkeypatch.delenv(name)
    yield
    for host in emulator.admin("GET", "hosts"):
        emulator.admin("DELETE", f"hosts/{host['name']}")
    emulator.set(
        requireClaims=None,
        deviceCodeIntervalSeconds=5,
        declineSignIns=False,
        clockSkewSeconds=0,
    )


@pytest.fixture
def host(emulator, nobody_signed_in, monkeypatch):
    """Switches a host on, and runs the rest of the test on it; its environment."""

    def switch_on(name: str, **setup) -> dict:
        environment = emulator.admin("PUT", f"hosts/{name}", setup)["environment"]
        for variable, value in environment.items():
            monkeypatch.setenv(variable, value)
        return environment

    return switch_on
