"""What the latest look found is read as it lies in the workspace, and followed as later looks replace it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from features.company.workspace import Workspace, write_whole
from serving.findings.findings import KINDS, Finding, LatestFindings, latest_look


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


def keep(workspace: Workspace, text: str, at: int) -> None:
    path = workspace.monitoring / "latest.json"
    path.parent.mkdir(exist_ok=True)
    write_whole(path, text)
    os.utime(path, (at, at))


def look_of(*kinds: str) -> str:
    alarms: list[dict[str, Any]] = [
        {"kind": kind, "about": "contacts", "since": "2026-06-19", "figures": {"now": 0.0}}
        for kind in kinds
    ]
    return json.dumps({"end": "2026-06-19", "alarms": alarms})


def test_without_a_look_nothing_was_found_and_that_is_not_the_same_as_quiet(
    workspace: Workspace,
) -> None:
    assert LatestFindings(workspace).now is None
    assert latest_look(workspace) == {}


def test_findings_are_counted_by_kind_and_kinds_without_any_are_none(workspace: Workspace) -> None:
    keep(workspace, look_of("stopped", "stopped", "input"), 1_000)
    found = LatestFindings(workspace).now
    assert found is not None
    expected = dict.fromkeys(KINDS, 0) | {"stopped": 2, "input": 1}
    assert (found.by_kind, found.looked_at_seconds, found.end) == (expected, 1_000, "2026-06-19")
    assert found.found[0] == Finding("stopped", "contacts", {"now": 0.0}, "2026-06-19")


def test_a_later_look_takes_the_place_of_the_one_before(workspace: Workspace) -> None:
    followed = LatestFindings(workspace)
    keep(workspace, look_of("stopped"), 1_000)
    before = followed.now
    assert followed.now is before
    keep(workspace, look_of(), 2_000)
    now = followed.now
    assert now is not None and (list(now.found), now.looked_at_seconds) == ([], 2_000)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"end": "2026-06-19"}', '{"alarms": [1]}'])
def test_a_look_that_cannot_be_read_is_none(workspace: Workspace, text: str) -> None:
    keep(workspace, text, 1_000)
    assert LatestFindings(workspace).now is None


def test_inputs_of_one_group_are_the_same_subject_whichever_is_the_furthest() -> None:
    one, other = (Finding("input", name, {"group": "spend"}) for name in ("a_7d", "b_7d"))
    assert one.subject == other.subject
    assert one.subject != Finding("input", "a_7d", {"group": "price"}).subject
