"""Runs commands of the Azure CLI in one process, for `azure_cli.py`: az takes a second to start.

A line of the input is JSON, `{"arguments": […], "environment": {…}}`, and so is its line of the
output: `{"status", "output", "errors", "command", "options"}`. `{"describe": [group, …]}` asks for
the commands of the groups, each with its options, for what a test has to run.
"""

from __future__ import annotations

import io
import json
import os
import sys
import time
import traceback

# Between two looks at an operation.
LONGEST_WAIT = 0.1


class Text(io.StringIO):
    """What az prints: what it has made for one command stays bound to it for the next."""

    def take(self) -> str:
        text = self.getvalue()
        self.seek(0)
        self.truncate()
        return text


def run(cli, arguments: list[str]) -> int:
    try:
        return cli.invoke(arguments) or 0
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1


def answer(question: dict, out: Text, errors: Text) -> dict:
    from azure.cli.core import get_default_cli

    if "describe" in question:
        return {"commands": describe(get_default_cli, question["describe"])}
    os.environ.clear()
    os.environ.update(question["environment"])
    # All that a command leaves behind is in here.
    cli = get_default_cli()
    status = run(cli, question["arguments"])
    return {
        "status": status,
        "output": out.take(),
        "errors": errors.take(),
        "command": cli.data["command"],
        "options": cli.data.get("safe_params") or [],
    }


def describe(new_cli, groups: list[str]) -> dict[str, list[list[str]]]:
    """The commands of the groups, and of each command the spellings of every option of its own."""
    # Otherwise only the commands of the words that are asked for are loaded.
    os.environ["AZURE_AAZ_FULL_LOAD"] = "true"
    found = {}
    for group in groups:
        cli = new_cli()
        cli.invocation = cli.invocation_cls(
            cli_ctx=cli,
            parser_cls=cli.parser_cls,
            commands_loader_cls=cli.commands_loader_cls,
            help_cls=cli.help_cls,
        )
        loader = cli.invocation.commands_loader
        table = loader.load_command_table(group.split())
        for name, command in table.items():
            if f"{name} ".startswith(f"{group} "):
                loader.command_name = cli.invocation.data["command_string"] = name
                loader.load_arguments(name)
                found[name] = options(command)
    return found


def options(command) -> list[list[str]]:
    found = []
    for name, argument in command.arguments.items():
        settings = argument.type.settings
        spellings = settings.get("options_list") or [f"--{name.replace('_', '-')}"]
        # The rest are not for users: `cmd`, and what argcomplete alone uses.
        if settings.get("help") != "==SUPPRESS==" and name != "cmd":
            found.append([one for one in spellings if isinstance(one, str)])
    return [spellings for spellings in found if spellings]


def look_soon() -> None:
    """Looks at an operation again at once, where Azure's usual pace is 30 s."""
    from azure.core.pipeline.transport import HttpTransport, RequestsTransport

    for transport in (HttpTransport, RequestsTransport):
        transport.sleep = lambda self, seconds: time.sleep(min(seconds, LONGEST_WAIT))


def main() -> None:
    # What is no answer of this program goes where it does not disturb: programs that az starts
    # have the same standard output.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    questions = sys.stdin
    sys.stdin = open(os.devnull, encoding="utf-8")
    sys.stdout, sys.stderr = out, errors = Text(), Text()
    look_soon()
    for line in questions:
        try:
            answered = answer(json.loads(line), out, errors)
        except BaseException:
            traceback.print_exc(file=sys.__stderr__)
            raise
        answers.write(json.dumps(answered) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
