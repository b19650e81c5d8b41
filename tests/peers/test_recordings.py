"""The emulator answers as Azure did when the Azure CLI's tests were recorded, but for differences that
`tests/recordings/differences.json` gives a reason for.
"""

from __future__ import annotations

import pytest

from conftest import SCOPE
from recordings import RECORDINGS, Difference, Replay, reasons, stories

STORIES = [
    story
    for path in sorted(RECORDINGS.glob("*.json"))
    if path.stem != "differences"
    for story in stories(path)
]


@pytest.fixture(scope="module")
def differences(emulator, credential, subscription) -> list[Difference]:
    token = credential.get_token(SCOPE).token
    return [
        one
        for file, story in STORIES
        for one in Replay(emulator.endpoint, token, subscription, file, story).differences()
    ]


def test_each_difference_has_a_reason(differences):
    known = reasons()
    without = {one for one in differences if not any(reason.covers(one) for reason in known)}
    assert not without, "\n".join(sorted(f"{one.where}: {one.what}" for one in without))


def test_each_reason_is_of_a_difference(differences):
    stale = [one for one in reasons() if not any(map(one.covers, differences))]
    assert not stale
    assert all(one.reason for one in reasons())


def test_a_difference_is_seen(emulator, credential, subscription):
    """That an answer that is not as it was recorded is told: status, header, member and type."""
    (file, story) = next(one for one in STORIES if "test_identity_management" in one[1]["recording"])
    exchange = next(one for one in story["exchanges"] if one["command"] == "identity list")
    answer = exchange["response"]
    changed = answer | {
        "status": 202,
        "headers": answer["headers"] | {"x-new": "1", "pragma": "cache"},
        "body": {"value": {}, "nextLink": "x"},
    }
    story = story | {"exchanges": [exchange | {"response": changed}]}
    token = credential.get_token(SCOPE).token
    found = Replay(emulator.endpoint, token, subscription, file, story).differences()
    assert {
        "the status is 200, was 202",
        "header x-new is missing",
        "header pragma is 'no-cache', was 'cache'",
        "body.value is list, was object",
        "body.nextLink is missing",
    } <= {one.what for one in found}
