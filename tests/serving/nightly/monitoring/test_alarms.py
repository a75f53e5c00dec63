"""Since when a finding is so: the first look of those in a row that found it."""

from __future__ import annotations

from serving.findings.findings import Finding
from serving.nightly.monitoring.alarms import as_alarm, since_when

STOPPED = Finding("stopped", "contacts", {"now": 0.0, "before": 100.0})
BEFORE = {
    "alarms": [{"kind": "stopped", "about": "contacts", "since": "2026-06-12", "figures": {}}]
}


def test_what_is_found_for_the_first_time_is_so_since_the_day_of_its_data() -> None:
    [found] = since_when([STOPPED], {}, "2026-06-19")
    assert found.since == "2026-06-19"


def test_what_the_look_before_found_too_is_so_since_then() -> None:
    rose = Finding("rose", "contacts", {"now": 300.0, "before": 100.0})
    found = since_when([STOPPED, rose], BEFORE, "2026-06-19")
    assert [one.since for one in found] == ["2026-06-12", "2026-06-19"]


def test_a_look_back_at_older_data_does_not_speak_of_later_days() -> None:
    [found] = since_when([STOPPED], BEFORE, "2026-06-05")
    assert found.since == "2026-06-05"


def test_a_look_that_says_not_since_when_begins_anew() -> None:
    before = {"alarms": [{"kind": "stopped", "about": "contacts"}]}
    assert since_when([STOPPED], before, "2026-06-19")[0].since == "2026-06-19"


def test_an_alarm_says_what_was_found_since_when_and_what_to_do() -> None:
    said = as_alarm(since_when([STOPPED], BEFORE, "2026-06-19")[0])
    assert said["sentence"].startswith("contacts stopped: no row")
    assert said["since"] == "2026-06-12" and "regulars ingest" in said["to_do"]
