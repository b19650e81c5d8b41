"""The examples of other clients, `examples/clients`: how each is built, and with which program.

All do the same: they create an identity with a federated credential, print it as JSON, wait for the
end of their input, and delete it. Ansible's does it in two runs, and assigns the identity to a
virtual machine between them.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "examples/clients"
# For the registries: before the tests name the emulator's certificate as the one to trust.
ENVIRONMENT = dict(os.environ)
# Has the collection that requirements.yml of Ansible's example names.
COLLECTIONS = "ansible==14.5.0"


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
    # Whether it makes in one run and deletes in another.
    is_playbook: bool = False
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


def ansible(folder: Path) -> list[str]:
    """Ansible and what its collection for Azure imports. The collection is a small part of PyPI's
    package of all collections.
    """
    if os.name == "nt":
        raise Missing("Ansible does not run on Windows")
    there = folder / "environment"
    wanted, made_from = folder / "requirements.txt", there / "made-from"
    from_what = f"{COLLECTIONS}\n{wanted.read_text(encoding='utf-8')}"
    if not made_from.exists() or made_from.read_text(encoding="utf-8") != from_what:
        run(folder, sys.executable, "-m", "venv", "--clear", there.name)
        pip = (str(there / "bin/python"), "-m", "pip", "--quiet", "--disable-pip-version-check")
        run(folder, *pip, "install", "--no-compile", "-r", wanted.name)
        # The package wants a newer Python than the collection does.
        only = ("--no-deps", "--only-binary=:all:", "--python-version", "3.13")
        run(folder, *pip, "download", *only, "--dest", str(there), COLLECTIONS)
        (package,) = there.glob("ansible-*.whl")
        (site,) = there.glob("lib/*/site-packages")
        with zipfile.ZipFile(package) as archive:
            names = archive.namelist()
            inside = "ansible_collections/azure/"
            archive.extractall(site, [name for name in names if name.startswith(inside)])
        package.unlink()
        made_from.write_text(from_what, encoding="utf-8")
    return [str(there / "bin/ansible-playbook"), str(folder / "main.yml")]


def trust_store(emulator, folder: Path) -> dict[str, str]:
    """The emulator's certificate in a file of Java's form, and what names it."""
    words = ("-importcert", "-noprompt", "-alias", "emulator", "-storepass", "changeit")
    run(folder, "keytool", *words, "-file", emulator.ca_file, "-keystore", "trust.p12")
    store = f"-Djavax.net.ssl.trustStore={folder / 'trust.p12'}"
    return {"JAVA_TOOL_OPTIONS": f"{store} -Djavax.net.ssl.trustStorePassword=changeit"}


def custom_cloud(emulator, folder: Path) -> dict[str, str]:
    """The emulator as a cloud of Ansible's collection, and folders for what Ansible writes."""
    return {
        "AZURE_CLOUD_ENVIRONMENT": emulator.endpoint,
        "ARM_CLOUD_METADATA_URL": f"{emulator.endpoint}/metadata/endpoints?api-version=2019-05-01",
        "AZURE_DISABLE_INSTANCE_DISCOVERY": "true",
        "AZURE_CONFIG_DIR": str(folder / "azure"),
        "ANSIBLE_HOME": str(folder / "ansible"),
        "ANSIBLE_NOCOLOR": "true",
    }


EXAMPLES = [
    Example("python", "Azure SDK for Python", "azure-mgmt-msi", "requirements.txt", (), python, always=True),
    Example("javascript", "Azure SDK for JavaScript", "@azure/arm-msi", "package.json", ("node", "npm"), javascript, always=True),
    Example(
        *("java", "Azure SDK for Java", "azure-resourcemanager-msi", "pom.xml"),
        *(("java", "mvn", "keytool"), java),
        environment=trust_store,
    ),
    Example("go", "Azure SDK for Go", "resourcemanager/msi/armmsi", "go.mod", ("go",), go),
    Example(
        *("ansible", "Ansible", "azure.azcollection", "requirements.yml", (), ansible),
        environment=custom_cloud,
        is_playbook=True,
    ),
]


def environment(
    emulator, subscription: str, tenant: str, client_id: str, secret: str
) -> dict[str, str]:
    """What the README of the examples tells to set."""
    return os.environ | {
        "AZURE_TENANT_ID": tenant,
        "AZURE_CLIENT_ID": client_id,
        "AZURE_CLIENT_SECRET": secret,
        # Ansible's names.
        "AZURE_SUBSCRIPTION_ID": subscription,
        "AZURE_TENANT": tenant,
        "AZURE_SECRET": secret,
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
