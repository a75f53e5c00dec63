"""What a look has found that somebody should know, each in one plain sentence."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from training.measures.monitoring.feeds import FeedBreak
from training.measures.monitoring.shrinkage import Loss
from training.measures.monitoring.stability import Shift

RISK = "risk"
"""What the scores are called among the columns that are looked at."""


class LookedAt(NamedTuple):
    """What a feature says, and the group its reasons are summed into."""

    meaning: str
    group: str


@dataclass(frozen=True)
class Alarm:
    """One thing somebody should know: of which kind, what it is about, and the sentence."""

    kind: str
    about: str
    sentence: str

    def as_dict(self) -> dict[str, Any]:
        """The alarm as plain fields."""
        return asdict(self)


def shift_alarms(shifts: Sequence[Shift], inputs: Mapping[str, LookedAt]) -> Iterator[Alarm]:
    """The columns that are not what they were, the furthest of each group with how many moved beside it."""
    moved = sorted((one for one in shifts if one.is_alarm), key=lambda one: -one.index)
    groups: dict[str, list[Shift]] = {}
    for one in moved:
        groups.setdefault(inputs[one.name].group if one.name in inputs else RISK, []).append(one)
    for group, (furthest, *others) in groups.items():
        no_news = max(furthest.by_chance, furthest.usual)
        how = f"{_moved(furthest)} (stability index {furthest.index:.2f}; {no_news:.2f} would be no news)."
        if group == RISK:
            yield Alarm("scores", RISK, f"The risks are not what they were: {how}")
            continue
        beside = f" Nor are {len(others):,} more of {group}." if others else ""
        meaning = inputs[furthest.name].meaning.rstrip(".")
        sentence = f"{furthest.name} is not what it was: {how} It says: {meaning}.{beside}"
        yield Alarm("input", furthest.name, sentence)


def _moved(one: Shift) -> str:
    points = 100 * (one.missing_now - one.missing_before)
    if abs(points) >= 10:
        return (
            f"missing for {one.missing_now:.0%} of customers, before for {one.missing_before:.0%}"
        )
    if math.isclose(one.median_before, one.median_now) or math.isnan(one.median_now):
        return "the values are spread otherwise around the same middle"
    return f"half of the customers lie below {_figure(one.median_now)}, before below {_figure(one.median_before)}"


def break_alarms(breaks: Sequence[FeedBreak]) -> Iterator[Alarm]:
    """The feeds that broke."""
    for one in breaks:
        what = f"{one.table}.{one.column}" if one.column else one.table
        about = f'{what} "{one.word}"' if one.word else what
        yield Alarm(one.kind, about, _broken(one, about))


def _broken(one: FeedBreak, about: str) -> str:
    now, before = _figure(one.now), _figure(one.before)
    if one.kind == "stopped":
        return f"{about} stopped: no row in the last seven days, before {before} a week."
    if one.kind == "emptied":
        return f"{about} comes empty: in {now}% of the rows of the last seven days, before in {before}%."
    if one.kind == "late":
        return f"{about} is late: its newest row is {now} days old, and it was never silent for more than {before}."
    moved = "fell" if one.kind == "fell" else "rose"
    return f"{about} {moved}: {now} rows in the last seven days, before {before} a week."


def loss_alarms(losses: Sequence[Loss]) -> Iterator[Alarm]:
    """What is no more that was there at the last look."""
    for one in losses:
        what = f"{one.table}, {one.part}" if one.part else one.table
        rows = f"{one.rows_before:,} rows at the last look, now {one.rows_now:,}"
        kind = "file" if one.is_file else "month" if one.part else "table"
        gone = "is gone" if not one.rows_now else "shrank"
        yield Alarm(
            "shrank", what, f"The {kind} {one.part or one.table} of {one.table} {gone}: {rows}."
        )


def _figure(value: float) -> str:
    if abs(value) >= 10 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.2g}"
