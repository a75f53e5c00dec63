"""When a night trains anew, and that whatever comes of it is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from features.company.settings.reading import load_settings
from features.company.settings.service import NightlySettings
from features.company.workspace import Workspace
from features.vocabulary.time import Cutoff
from regulars.main import main
from regulars.retraining import ANOTHER_DAY_KNOWN, due
from serving.snapshot.reading import open_snapshot
from tests.commands.shop import (
    SETTINGS,
    leaving_and_staying,
    nobody_leaves,
    trained_shop_in,
    write_shop,
)

SCHEDULED = NightlySettings(retrain="on_schedule", retrain_every_days=28)
ALARMED = NightlySettings(retrain="on_alarm")
END = "2026-06-19"


def look(*alarms: tuple[str, str, str], **further: Any) -> dict[str, Any]:
    named = [{"kind": kind, "about": about, "since": since} for kind, about, since in alarms]
    return {"end": END, "alarms": named, **further}


def learned(day: str) -> Cutoff:
    return Cutoff.parse(day)


def test_on_a_schedule_it_is_due_once_so_many_days_of_data_are_new() -> None:
    assert not due(SCHEDULED, look(), learned("2026-05-23")).is_due
    found = due(SCHEDULED, look(), learned("2026-05-22"))
    assert (found.is_due, found.why) == (True, "learned last from data until 2026-05-22")


def test_where_nothing_was_learned_yet_it_is_due_either_way() -> None:
    for asked in (SCHEDULED, ALARMED):
        assert due(asked, look(), None).is_due


@pytest.mark.parametrize("kind", ["input", "scores"])
def test_an_alarm_of_customers_who_changed_calls_for_it_once(kind: str) -> None:
    moved = look((kind, "gap_mean_days", END))
    found = due(ALARMED, moved, learned("2026-06-18"))
    assert (found.is_due, found.why) == (True, "not what it was: gap_mean_days")
    assert not due(ALARMED, moved, learned(END)).is_due
    assert not due(ALARMED, look(), learned("2026-06-18")).is_due


@pytest.mark.parametrize("kind", ["stopped", "fell", "rose", "emptied", "shrank"])
def test_nothing_is_learned_from_tables_whose_feeds_are_broken(kind: str) -> None:
    broken = look((kind, "contacts", END), ("input", "gap_mean_days", END))
    for asked in (SCHEDULED, ALARMED):
        found = due(asked, broken, learned("2025-01-01"))
        assert not found.is_due and found.why.endswith(
            "nothing is learned before contacts is mended"
        )
    assert not due(ALARMED, look((kind, "contacts", END)), learned("2025-01-01")).is_due


def test_of_a_table_that_is_late_what_is_there_is_learned() -> None:
    assert due(SCHEDULED, look(("late", "contacts", END)), learned("2025-01-01")).is_due


def test_risks_that_did_not_come_true_call_for_it_when_another_day_is_known() -> None:
    off = look(realised=[{}], cannot_estimate="100 were expected to leave and 300 did")
    long_ago = Cutoff.parse(END).plus_days(-ANOTHER_DAY_KNOWN)
    assert due(ALARMED, off, long_ago).why == (
        "its risks did not come true: 100 were expected to leave and 300 did"
    )
    assert not due(ALARMED, off, long_ago.plus_days(1)).is_due
    unknown = look(realised=[], cannot_estimate="what came of too few is known")
    assert not due(ALARMED, unknown, long_ago).is_due


def night(settings: Path) -> dict[str, Any]:
    """The step of a night that trains anew."""
    result = CliRunner().invoke(main, ["nightly", "--settings", str(settings), "--json"])
    assert result.exit_code == 0, result.output
    answer = json.loads(result.output.splitlines()[-1])
    [step] = [one for one in answer["steps"] if one["step"] == "retrain"]
    return dict(step)


def set_to(settings: Path, *lines: str) -> None:
    settings.write_text("\n".join([SETTINGS, "[nightly]", *lines, ""]), encoding="utf-8")


def test_a_night_trains_on_schedule_puts_to_use_what_passes_and_says_so(tmp_path: Path) -> None:
    settings = write_shop(tmp_path, leaving_and_staying(300, 300))
    set_to(settings, 'retrain = "on_schedule"')
    first = CliRunner().invoke(main, ["nightly", "--settings", str(settings)])
    assert "(version 1 promoted: nothing was learned yet)" in first.output
    workspace = Workspace(load_settings(settings).workspace_folder)
    assert open_snapshot(workspace).manifest["model_version"] == "1"
    # A night that was killed before it could note what it had learned trains no second time.
    workspace.retraining.unlink()
    step = night(settings)
    assert (step["state"], step["counts"]["result"]) == ("unchanged", "not due")
    assert step["counts"]["why"].startswith("due with data until")
    write_shop(tmp_path, leaving_and_staying(300, 340))
    set_to(settings, 'retrain = "by_hand"')
    step = night(settings)
    assert (step["state"], step["counts"]) == ("off", {})
    set_to(settings, 'retrain = "on_schedule"')
    counts = night(settings)["counts"]
    assert (counts["trained"], counts["version"]) == (True, "2")
    assert (counts["gate"], counts["result"]) in (("passed", "promoted"), ("refused", "waiting"))
    assert "learned last from data until" in counts["told"]
    assert night(settings)["counts"]["result"] == "not due"


def test_a_training_that_cannot_be_is_told_and_ends_no_night(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    settings = trained_shop_in(tmp_path / "shop", tmp_path_factory)
    write_shop(settings.parent, nobody_leaves(300, 400))
    set_to(settings, 'retrain = "on_schedule"', "retrain_every_days = 1")
    step = night(settings)
    assert (step["state"], step["counts"]["result"]) == ("done", "not trained")
    assert "learned last from" in step["counts"]["told"] and "; found " in step["counts"]["told"]


def test_a_word_nobody_knows_is_refused_with_those_there_are(tmp_path: Path) -> None:
    settings = write_shop(tmp_path, leaving_and_staying(10))
    set_to(settings, 'retrain = "on_alrm"')
    result = CliRunner().invoke(main, ["nightly", "--settings", str(settings)])
    assert result.exit_code != 0 and "on_alarm" in result.output
