"""The examples of other clients, `examples/clients`: how each is built, and with which program.

All do the same: they create an identity with a federated credential, print it as JSON, wait for the
end of their input, and delete it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "examples/clients"
# For the registries: before the tests name the emulator's certificate as the one to trust.
ENVIRONMENT = dict(os.environ)


class Missing(Exception):
    """A tool that is not here: one sentence that says what to install."""


@dataclass(frozen=True)
class Example:
    """A client: its folder, what it is called, its package and the file with the version of that, and
    how its program is made.
    """

    name: str
    label: str
    package: str
    version_in: str
    tools: tuple[str, ...]
    # From a folder of its own to the command that runs it.
    build: Callable[[Path], list[str]]
    # Whether it runs always, or with MI_PEERS=all.
    always: bool = False
    # What else it needs to trust the emulator.
    environment: Callable[[object, Path], dict[str, str]] = lambda emulator, folder: {}

    def command(self, tools: Path) -> list[str]:
        """The command that runs it, built in a copy unless that is there."""
        for tool in self.tools:
            if shutil.which(tool) is None:
                raise Missing(f"{tool} is not installed")
        folder = tools / "clients" / self.name
        for file in sorted((FOLDER / self.name).rglob("*")):
            copy = folder / file.relative_to(FOLDER / self.name)
            if file.is_file() and not is_same(file, copy):
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, copy)
        return self.build(folder)

    def version(self) -> str:
        text = (FOLDER / self.name / self.version_in).read_text(encoding="utf-8")
        (found,) = re.findall(rf"{re.escape(self.package)}[^\d]*(\d[\w.-]*)", text)[-1:]
        return found


def row_name(example: Example) -> str:
    """The example in the table of emulator/README.md."""
    return f"[{example.label}](../examples/clients/{example.name})"


def is_same(file: Path, copy: Path) -> bool:
    return copy.exists() and copy.read_bytes() == file.read_bytes()


def run(folder: Path, *command: str) -> None:
    """A step of a build, such as a download; what it says is in the error."""
    done = subprocess.run(
        [shutil.which(command[0]) or command[0], *command[1:]],
        cwd=folder,
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        timeout=600,
    )
    if done.returncode != 0:
        lines = [line for line in done.stdout.splitlines() if line.strip()]
        why = next((line for line in lines if "error" in line.casefold()), "it says nothing")
        raise Missing(f"`{' '.join(command)}` failed: {why}")


def python(folder: Path) -> list[str]:
    # The packages are those of the tests.
    return [sys.executable, str(folder / "main.py")]


def javascript(folder: Path) -> list[str]:
    lock = folder / "package-lock.json"
    made_from = folder / "node_modules" / ".made-from"
    if not is_same(lock, made_from):
        run(folder, "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
        shutil.copyfile(lock, made_from)
    return ["node", str(folder / "main.js")]


def go(folder: Path) -> list[str]:
    program = folder / ("client.exe" if os.name == "nt" else "client")
    run(folder, "go", "build", "-o", program.name, ".")
    return [str(program)]


def java(folder: Path) -> list[str]:
    pom, made_from = folder / "pom.xml", folder / "target" / "made-from"
    if not is_same(pom, made_from):
        run(folder, "mvn", "-B", "-q", "compile", "dependency:copy-dependencies")
        shutil.copyfile(pom, made_from)
    run(folder, "mvn", "-B", "-q", "-o", "compile")
    classes = [str(folder / "target/classes"), str(folder / "target/dependency/*")]
    return ["java", "-cp", os.pathsep.join(classes), "Main"]


def trust_store(emulator, folder: Path) -> dict[str, str]:
    """The emulator's certificate in a file of Java's form, and what names it."""
    words = ("-importcert", "-noprompt", "-alias", "emulator", "-storepass", "changeit")
    run(folder, "keytool", *words, "-file", emulator.ca_file, "-keystore", "trust.p12")
    store = f"-Djavax.net.ssl.trustStore={folder / 'trust.p12'}"
    return {"JAVA_TOOL_OPTIONS": f"{store} -Djavax.net.ssl.trustStorePassword=changeit"}


EXAMPLES = [
    Example("python", "Azure SDK for Python", "azure-mgmt-msi", "requirements.txt", (), python, always=True),
    Example("javascript", "Azure SDK for JavaScript", "@azure/arm-msi", "package.json", ("node", "npm"), javascript, always=True),
    Example(
        *("java", "Azure SDK for Java", "azure-resourcemanager-msi", "pom.xml"),
        *(("java", "mvn", "keytool"), java),
        environment=trust_store,
    ),
    Example("go", "Azure SDK for Go", "resourcemanager/msi/armmsi", "go.mod", ("go",), go),
]


def environment(emulator, tenant: str, client_id: str, secret: str) -> dict[str, str]:
    """What the README of the examples tells to set."""
    return os.environ | {
        "AZURE_TENANT_ID": tenant,
        "AZURE_CLIENT_ID": client_id,
        "AZURE_CLIENT_SECRET": secret,
        "AZURE_AUTHORITY_HOST": emulator.endpoint,
        "AZURE_RESOURCE_MANAGER": emulator.endpoint,
        "REQUESTS_CA_BUNDLE": emulator.ca_file,
        "NODE_EXTRA_CA_CERTS": emulator.ca_file,
        "SSL_CERT_FILE": emulator.ca_file,
        "NO_PROXY": "127.0.0.1,localhost",
    }


def first_answer(process: subprocess.Popen) -> dict:
    line = process.stdout.readline()
    if not line:
        process.wait(timeout=60)
        raise AssertionError(f"the example failed:\n{process.stderr.read()}")
    return json.loads(line)
