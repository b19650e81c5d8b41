"""The table of clients in emulator/README.md is what the tests have run, and the commands of the
Azure CLI have run in full: each with every option of its own, but for what `NOT_RUN` gives a reason for.

It runs last. Where only a part of the tests runs, or some fail, there is nothing to compare.
"""

from __future__ import annotations

import os
from collections import Counter

import pytest

from azure_cli import version
from conftest import ROOT
from examples import EXAMPLES, row_name
from ran import Client, Ran

PAGE = ROOT / "emulator/README.md"
BEGIN, END = "<!-- clients: MI_BLESS=1 in tests/peers writes this -->\n", "<!-- end of clients -->\n"
HEAD = "| Client | Version | What the tests run | What they do not, and why |\n| --- | --- | --- | --- |\n"

# The commands that run in full.
GROUPS = (
    "identity",
    "vm identity",
    "vmss identity",
    "role",
    "deployment group",
    "deployment operation group",
    "ad",
    "rest",
)

REGISTRATIONS = "the emulator has no registrations of applications"
USERS = "the emulator's users do not change"
OWNERS = "the emulator has no owners"
# A command, or an option of one, that does not run, and why.
NOT_RUN = {
    ("ad app", ""): REGISTRATIONS,
    ("ad group owner", ""): OWNERS,
    ("ad sp owner", ""): OWNERS,
    ("ad sp create", ""): REGISTRATIONS,
    ("ad sp create-for-rbac", ""): REGISTRATIONS,
    ("ad sp credential delete", ""): REGISTRATIONS,
    ("ad sp credential list", "--cert"): REGISTRATIONS,
    ("ad sp credential reset", ""): REGISTRATIONS,
    ("ad sp update", ""): "the emulator's service principals do not change",
    ("ad sp delete", ""): "the emulator's service principals do not change",
    ("ad sp list", "--show-mine"): OWNERS,
    ("ad signed-in-user list-owned-objects", ""): OWNERS,
    ("ad user create", ""): USERS,
    ("ad user delete", ""): USERS,
    ("ad user update", ""): USERS,
    ("deployment group", "--template-uri"): "az itself downloads it",
    ("deployment group", "--template-spec"): "the emulator has no template specs",
    ("deployment group", "--query-string"): "it goes with --template-uri",
    ("deployment group", "--rollback-on-error"): "the emulator refuses it",
    ("role assignment list-changelogs", ""): "the emulator has no activity log",
    ("role deny-assignment create", ""): "a setting of the emulator makes them",
    ("role deny-assignment delete", ""): "a setting of the emulator makes them",
}
# What az makes itself of a command: the parts of a written-out object, and of a list.
AZ_ALONE = {"--add", "--force-string", "--remove", "--set", "--next-token", "--skiptoken"}


@pytest.fixture
def whole(request, ran) -> Ran:
    """What ran, where all of the tests did."""
    session = request.session
    if not getattr(session, "is_whole", False):
        pytest.skip("a part of the tests runs")
    if session.testsfailed:
        pytest.skip("tests failed: what they run is not known")
    return ran


def reason(command: str, options: list[str]) -> tuple[str, str] | None:
    """The reason for which an option of a command, or the command, does not run."""
    for group, option in NOT_RUN:
        if f"{command} ".startswith(f"{group} ") and (not option or option in options):
            return group, option
    return None


def test_every_command_with_every_option(whole, azure_cli):
    declared = azure_cli.commands(*GROUPS)
    used = Counter()
    missing = []
    for command, options in sorted(declared.items()):
        ran = whole.commands.get(command)
        for spellings in [[], *options]:
            is_run = ran is not None and (not spellings or not ran.isdisjoint(spellings))
            if is_run or AZ_ALONE.intersection(spellings):
                continue
            why = reason(command, spellings)
            if why is None:
                missing.append(" ".join([command, "/".join(spellings)]))
            used[why] += 1
    assert not missing, f"no test runs these: {missing}"
    stale = [f"{group} {option}".strip() for group, option in NOT_RUN if not used[group, option]]
    assert not stale, f"these run, or are gone from az, and have a reason not to: {stale}"


def command_rows(ran: Ran) -> dict[str, Client]:
    """A row for each group of commands, and one for the others."""
    rows = {f"`az {group}`": Client(version()) for group in GROUPS}
    others = rows.setdefault("`az`, others", Client(version()))
    for command in ran.commands:
        group = next((one for one in GROUPS if f"{command} ".startswith(f"{one} ")), None)
        if group is None:
            others.what.add(command)
        else:
            rows[f"`az {group}`"].what.add(command.removeprefix(group).strip() or group)
    return rows


def without(client: str) -> str:
    """What does not run of a client, and why."""
    group = client.strip("`").removeprefix("az ")
    left_out: dict[str, list[str]] = {}
    for (command, option), why in NOT_RUN.items():
        if f"{command} ".startswith(f"{group} "):
            words = f"{command.removeprefix(group)} {option}".strip()
            left_out.setdefault(why, []).append(f"`{words}`")
    return "; ".join(f"{', '.join(words)}: {why}" for why, words in left_out.items())


def row(client: str, seen: Client) -> str:
    what = ", ".join(f"`{one}`" for one in sorted(seen.what))
    return f"| {client} | {seen.version} | {what} | {without(client)} |\n"


def read(text: str) -> dict[str, str]:
    """The rows of the table, by client."""
    lines = text.removeprefix(HEAD).splitlines(keepends=True)
    return {line.split(" | ")[0].removeprefix("| "): line for line in lines}


def regardless_of_version(line: str) -> list[str]:
    cells = line.split(" | ")
    return [cells[0], *cells[2:]]


def test_the_table_of_clients(whole, azure_cli):
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    table, _, after = rest.partition(END)
    known = read(table)
    ran = {
        client: row(client, seen)
        for client, seen in (command_rows(whole) | whole.clients).items()
    }
    # An example that this machine can't run, or that runs with MI_PEERS=all, keeps its row.
    kept = {client: line for client, line in known.items() if client in map(row_name, EXAMPLES)}
    if os.environ.get("MI_BLESS") == "1":
        text = "".join(line for _, line in sorted((kept | ran).items()))
        PAGE.write_text(f"{before}{BEGIN}{HEAD}{text}{END}{after}", encoding="utf-8")
        return
    stale = known.keys() - kept.keys() - ran.keys()
    assert not stale, f"these clients of the table in emulator/README.md do not run: {stale}"
    for client, line in ran.items():
        found = known.get(client, "")
        assert regardless_of_version(found) == regardless_of_version(line), (
            f"the table of clients in emulator/README.md is not what ran: "
            f"MI_BLESS=1 cargo xtask test --layer peers writes it\n- {found}+ {line}"
        )
