"""What the tests run: the commands of the Azure CLI with their options, and the other clients.

`test_table.py` compares it with the table in emulator/README.md, and with what az has.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Client:
    """A client that has run: its version, and what of it."""

    version: str
    what: set[str] = field(default_factory=set)


@dataclass
class Ran:
    clients: dict[str, Client] = field(default_factory=dict)
    # Of each command of az the options that it was run with.
    commands: dict[str, set[str]] = field(default_factory=dict)

    def command(self, name: str, options: list[str]) -> None:
        self.commands.setdefault(name, set()).update(options)

    def client(self, name: str, version: str, *what: str) -> None:
        self.clients.setdefault(name, Client(version)).what.update(what)


class Recorded:
    """A client of the Azure SDK, or a group of its operations, whose calls are noted."""

    def __init__(self, inner, note, group: str = ""):
        self._inner, self._note, self._group = inner, note, group

    def __getattr__(self, name: str):
        found = getattr(self._inner, name)
        if not self._group:
            return Recorded(found, self._note, name)
        self._note(f"{self._group}.{name}")
        return found
