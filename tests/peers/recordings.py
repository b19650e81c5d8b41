"""Sends the requests of recordings of Azure to an emulator, and says where its answers differ: in
status, headers, and the members and types of the body.

The tests use it with the recordings of `tests/recordings` that have `exchanges`. By itself it prints
the differences as JSON, for a new recording: `python recordings.py ENDPOINT TOKEN SUBSCRIPTION FILE…`.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import requests

RECORDINGS = Path(__file__).resolve().parents[1] / "recordings"
# What the recorder put in place of the real subscription.
SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
# Regions that only Azure's own subscriptions have.
REGIONS = {"eastus2euap": "eastus2"}
AZURE = "https://management.azure.com"
# Each connection and answer has its own of these.
FRAMING = {"connection", "content-length", "date", "transfer-encoding"}
# Headers whose value is to be the same.
STABLE = {
    "cache-control",
    "content-type",
    "expires",
    "location",
    "pragma",
    "strict-transport-security",
    "vary",
    "x-content-type-options",
}
# Members whose values Azure chooses. Later requests of the recording contain them.
CHOSEN = {"principalId", "clientId", "tenantId"}
# Members that are to have the recorded value.
KEPT = {"id", "name", "type", "location", "tags", "issuer", "subject", "audiences", "scope"}


@dataclass(frozen=True)
class Difference:
    """Where an answer is not as it was recorded."""

    # The recording's name and the recorded command: `test_identity_management: identity create`.
    where: str
    what: str


class Replay:
    """A story of a recording, sent to an emulator."""

    def __init__(self, endpoint: str, token: str, subscription: str, file: dict, story: dict):
        self.endpoint = endpoint
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {token}"
        self.common, self.story = file["headers"], story
        # What is in the recording, and what stands for it here.
        self.known = {SUBSCRIPTION: subscription} | REGIONS
        self.group = (
            f"{endpoint}/subscriptions/{subscription}/resourceGroups/{story['group']['name']}"
            "?api-version=2021-04-01"
        )

    def differences(self) -> list[Difference]:
        """Those of all exchanges. The group of the recording is there meanwhile."""
        group = self.translated(self.story["group"])
        body = {name: group[name] for name in ("location", "tags")}
        self.session.put(self.group, json=body, timeout=30).raise_for_status()
        try:
            return [one for exchange in self.story["exchanges"] for one in self.play(exchange)]
        finally:
            self.session.delete(self.group, timeout=30).raise_for_status()
            self.wait_until_gone()

    def wait_until_gone(self) -> None:
        deadline = time.monotonic() + 60
        while self.session.get(self.group, timeout=30).status_code != 404:
            assert time.monotonic() < deadline, "the group is not deleted"
            time.sleep(0.05)

    def play(self, exchange: dict) -> list[Difference]:
        request, recorded = exchange["request"], exchange["response"]
        name = Path(self.story["recording"]).stem
        found = self.send(request)
        whats = [
            *status(recorded["status"], found.status_code),
            *self.headers(recorded["headers"], found.headers),
            *self.body(recorded.get("body"), found),
        ]
        return [Difference(f"{name}: {exchange['command']}", what) for what in whats]

    def send(self, request: dict) -> requests.Response:
        request = self.translated(request)
        # As the recorded client sent it: an empty body has a length.
        body = None if "body" not in request else json.dumps(request["body"]).encode()
        headers = {"Content-Type": "application/json"} if body else {}
        return self.session.request(
            request["method"],
            self.endpoint + request["path"],
            params=request["query"],
            data=body if body or request["method"] == "GET" else b"",
            headers=headers,
            timeout=30,
        )

    def translated(self, value):
        """A value of the recording, in the terms of this emulator."""
        text = json.dumps(value)
        for recorded, here in self.known.items():
            text = text.replace(recorded, here)
        return json.loads(text.replace(AZURE, self.endpoint))

    def headers(self, recorded: dict[str, str], found) -> list[str]:
        recorded = {**self.common, **recorded}
        wanted = {name: value for name, value in recorded.items() if name not in FRAMING}
        here = {name.casefold(): value for name, value in found.items()}
        here = {name: value for name, value in here.items() if name not in FRAMING}
        whats = [f"header {name} is missing" for name in wanted if name not in here]
        whats += [f"header {name} is additional" for name in here if name not in wanted]
        for name in STABLE.intersection(wanted, here):
            value = self.translated(wanted[name])
            if value != here[name]:
                whats.append(f"header {name} is '{here[name]}', was '{value}'")
        return whats

    def body(self, recorded, found: requests.Response) -> list[str]:
        if recorded is None or not found.content:
            is_here = bool(found.content)
            if is_here == (recorded is not None):
                return []
            return ["a body is additional" if is_here else "the body is missing"]
        try:
            here = found.json()
        except ValueError:
            return ["the body is no JSON"]
        return list(self.shape("body", recorded, here))

    def shape(self, where: str, recorded, here):
        """Where members and types differ. The first of a list stands for all of it."""
        if kind(recorded) != kind(here):
            yield f"{where} is {kind(here)}, was {kind(recorded)}"
        elif isinstance(recorded, dict) and not where.endswith(".tags"):
            yield from (f"{where}.{name} is missing" for name in recorded if name not in here)
            yield from (f"{where}.{name} is additional" for name in here if name not in recorded)
            for name in recorded.keys() & here.keys():
                self.learn(name, recorded[name], here[name])
                yield from self.shape(f"{where}.{name}", recorded[name], here[name])
        elif isinstance(recorded, list) and where.endswith(".value"):
            if len(recorded) != len(here):
                yield f"{where} has {len(here)} items, had {len(recorded)}"
            for one, other in zip(recorded, here):
                yield from self.shape(f"{where}[]", one, other)
        elif where.rpartition(".")[2].removesuffix("[]") in KEPT:
            value = self.translated(recorded)
            if value != here:
                yield f"{where} is {json.dumps(here)}, was {json.dumps(value)}"

    def learn(self, name: str, recorded, here) -> None:
        if name in CHOSEN and isinstance(recorded, str) and isinstance(here, str):
            self.known.setdefault(recorded, here)


def status(recorded: int, here: int) -> list[str]:
    return [] if recorded == here else [f"the status is {here}, was {recorded}"]


def kind(value) -> str:
    names = {type(None): "null", bool: "boolean", int: "number", float: "number", str: "string"}
    return names.get(type(value), "list" if isinstance(value, list) else "object")


def stories(path: Path) -> list[tuple[dict, dict]]:
    """The stories of a file that have exchanges, each with the file."""
    file = json.loads(path.read_text(encoding="utf-8"))
    return [(file, story) for story in file["stories"] if "exchanges" in story]


@dataclass(frozen=True)
class Reason:
    """Why answers differ: patterns of where and what, and the reason."""

    where: str
    what: str
    reason: str

    def covers(self, one: Difference) -> bool:
        return fnmatchcase(one.where, self.where) and fnmatchcase(one.what, self.what)


def reasons() -> list[Reason]:
    text = (RECORDINGS / "differences.json").read_text(encoding="utf-8")
    return [Reason(**one) for one in json.loads(text)]


def main(endpoint: str, token: str, subscription: str, *files: str) -> None:
    found = [
        one
        for path in map(Path, files)
        for file, story in stories(path)
        for one in Replay(endpoint, token, subscription, file, story).differences()
    ]
    print(json.dumps([vars(one) for one in found], indent=2))


if __name__ == "__main__":
    main(*sys.argv[1:])
