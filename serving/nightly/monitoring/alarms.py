"""What a look has found that somebody should know, as findings whose sentences ``serving.findings`` knows."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from serving.findings.findings import Finding, Look
from serving.findings.wording import sentence, to_do
from training.measures.monitoring.feeds import FeedBreak
from training.measures.monitoring.shrinkage import Loss
from training.measures.monitoring.stability import Shift

RISK = "risk"
"""What the scores are called among the columns that are looked at."""


class LookedAt(NamedTuple):
    """What a feature says, and the group its reasons are summed into, by its name and its title."""

    meaning: str
    group: str
    title: str


def shift_alarms(shifts: Sequence[Shift], inputs: Mapping[str, LookedAt]) -> Iterator[Finding]:
    """The columns that are not what they were, the furthest of each group with how many moved beside it."""
    moved = sorted((one for one in shifts if one.is_alarm), key=lambda one: -one.index)
    groups: dict[str, list[Shift]] = {}
    for one in moved:
        groups.setdefault(inputs[one.name].group if one.name in inputs else RISK, []).append(one)
    for group, (furthest, *others) in groups.items():
        figures = _figures(furthest)
        if group == RISK:
            yield Finding("scores", RISK, figures)
            continue
        known = inputs[furthest.name]
        said = {
            "meaning": known.meaning.rstrip("."),
            "group": group,
            "title": known.title,
            "beside": len(others),
        }
        yield Finding("input", furthest.name, figures | said)


def _figures(one: Shift) -> dict[str, Any]:
    medians = {"median_before": one.median_before, "median_now": one.median_now}
    return {
        "index": one.index,
        "no_news": max(one.by_chance, one.usual),
        "missing_before": one.missing_before,
        "missing_now": one.missing_now,
        # JSON knows no number that is none.
        **{name: None if math.isnan(value) else value for name, value in medians.items()},
    }


def break_alarms(breaks: Sequence[FeedBreak]) -> Iterator[Finding]:
    """The feeds that broke."""
    for one in breaks:
        what = f"{one.table}.{one.column}" if one.column else one.table
        about = f'{what} "{one.word}"' if one.word else what
        yield Finding(one.kind, about, {"now": one.now, "before": one.before})


def loss_alarms(losses: Sequence[Loss]) -> Iterator[Finding]:
    """What is no more that was there at the last look."""
    for one in losses:
        figures = {
            "of": "file" if one.is_file else "month" if one.part else "table",
            "table": one.table,
            "part": one.part,
            "before": one.rows_before,
            "now": one.rows_now,
        }
        yield Finding("shrank", f"{one.table}, {one.part}" if one.part else one.table, figures)


def since_when(found: Sequence[Finding], before: Look, end: str) -> list[Finding]:
    """Findings of data that end on a day, each since the day it was found first where the look before found it too."""
    known = {
        one.subject: one.since
        for one in map(Finding.from_dict, before.get("alarms", ()))
        if one.since
    }
    return [replace(one, since=min(known.get(one.subject, end), end)) for one in found]


def as_alarm(found: Finding) -> dict[str, Any]:
    """A finding as plain fields, with its sentence and what to do in English."""
    return {
        "kind": found.kind,
        "about": found.about,
        "since": found.since,
        "sentence": sentence(found),
        "to_do": to_do(found.kind),
        "figures": dict(found.figures),
    }
