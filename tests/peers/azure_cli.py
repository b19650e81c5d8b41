"""Installs the Azure CLI into an environment of its own, and runs it against an emulator.

The tests use it through the fixture `az`. `cargo xtask bench` runs it by itself:
`python azure_cli.py FOLDER` installs the CLI into the folder unless it is there, and prints the
Python that runs it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import venv
from pathlib import Path

REQUIREMENTS = Path(__file__).with_name("requirements-azure-cli.txt")
# For PyPI: before the tests name the emulator's certificate as the one to trust.
ENVIRONMENT = dict(os.environ)


class Unavailable(Exception):
    """The Azure CLI is not here and cannot be fetched: one sentence that says why."""


def install(folder: Path) -> Path:
    """The Python of an environment with the Azure CLI, made unless it is there."""
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    wanted = REQUIREMENTS.read_text(encoding="utf-8")
    # What the environment was made from: written last, so that one cut short is made anew.
    made_from = folder / "requirements.txt"
    if python.exists() and made_from.exists() and made_from.read_text(encoding="utf-8") == wanted:
        return python

    try:
        venv.create(folder, clear=True, with_pip=True)
        done = subprocess.run(
            [
                *(python, "-m", "pip", "install", "--quiet", "--no-input"),
                *("--disable-pip-version-check", "--timeout=15", "--retries=2"),
                *("-r", REQUIREMENTS),
            ],
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            timeout=600,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise Unavailable(f"the Azure CLI could not be fetched: {error}") from error
    if done.returncode != 0:
        lines = [line.strip() for line in done.stdout.splitlines() if line.strip()]
        why = next((line for line in lines if "error" in line.lower()), "pip said nothing")
        raise Unavailable(f"the Azure CLI could not be fetched from PyPI: {why}")
    made_from.write_text(wanted, encoding="utf-8")
    return python


def version() -> str:
    """The version of the Azure CLI."""
    lines = REQUIREMENTS.read_text(encoding="utf-8").splitlines()
    (wanted,) = [line for line in lines if line.startswith("azure-cli==")]
    return wanted.partition("==")[2]


class Failed(AssertionError):
    """A command that az refused, with what it says."""


class AzureCli:
    """The Azure CLI with its files in a folder of its own, so that the user's stay as they are.

    All commands run in one process, which starts with the first.
    """

    def __init__(self, python: Path, folder: Path, ca_file: str, ran=None):
        self.python = python
        # Where every command that succeeds is noted, with its options.
        self.ran = ran
        self.process = None
        self.environment = os.environ | {
            "AZURE_CONFIG_DIR": str(folder),
            "AZURE_CORE_INSTANCE_DISCOVERY": "false",
            "AZURE_CORE_COLLECT_TELEMETRY": "false",
            "AZURE_CORE_ONLY_SHOW_ERRORS": "true",
            "AZURE_CORE_NO_COLOR": "true",
            "PYTHONIOENCODING": "utf-8",
            "REQUESTS_CA_BUNDLE": ca_file,
            "NO_PROXY": "127.0.0.1,localhost",
        }

    def __call__(self, *arguments: str):
        """What a command prints as JSON; nothing when it prints nothing."""
        text = self.text(*arguments, "--output", "json")
        return json.loads(text) if text.strip() else None

    def text(self, *arguments: str) -> str:
        """What a command prints."""
        done = self._ask({"arguments": arguments, "environment": dict(self.environment)})
        if done["status"] != 0:
            raise Failed(f"az {' '.join(arguments)} failed:\n{done['errors']}")
        if self.ran is not None:
            self.ran.command(done["command"], done["options"])
        return done["output"]

    def commands(self, *groups: str) -> dict[str, list[list[str]]]:
        """The commands of groups, and of each command the spellings of its options."""
        return self._ask({"describe": groups})["commands"]

    def _ask(self, question: dict) -> dict:
        if self.process is None:
            self.process = subprocess.Popen(
                [self.python, Path(__file__).with_name("azure_cli_process.py")],
                env=self.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                encoding="utf-8",
            )
        # A command that never ends: its process is ended, and there is no answer to read.
        watch = threading.Timer(120, self.process.kill)
        watch.start()
        try:
            self.process.stdin.write(json.dumps(question) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        finally:
            watch.cancel()
        assert line, f"az ended, or took more than two minutes: {question}"
        return json.loads(line)

    def close(self) -> None:
        if self.process is not None:
            self.process.stdin.close()
            self.process.wait(timeout=60)
            self.process.stdout.close()
            self.process = None

    def register(self, endpoint: str) -> None:
        self("cloud", "register", "--name", "Emulator", "--endpoint-resource-manager", endpoint)
        self("cloud", "set", "--name", "Emulator")

    def sign_in(self, endpoint: str, tenant: str, client_id: str, secret: str) -> None:
        self.register(endpoint)
        self(
            *("login", "--service-principal", "--tenant", tenant),
            *("--username", client_id, "--password", secret),
        )

    def on_path(self, folder: Path) -> dict[str, str]:
        """An environment in which programs find this Azure CLI as az."""
        folder.mkdir()
        if os.name == "nt":
            (folder / "az.cmd").write_text(f'@"{self.python}" -m azure.cli %*\n', encoding="utf-8")
        else:
            az = folder / "az"
            az.write_text(f'#!/bin/sh\nexec "{self.python}" -m azure.cli "$@"\n', encoding="utf-8")
            az.chmod(0o755)
        path = os.pathsep.join([str(folder), self.environment["PATH"]])
        return self.environment | {"PATH": path}


if __name__ == "__main__":
    try:
        print(install(Path(sys.argv[1])))
    except Unavailable as missing:
        sys.exit(str(missing))
