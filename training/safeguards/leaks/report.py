"""The leak report of a training: what each of the strongest columns tells, and which are not to be believed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats
from training.safeguards.leaks.coding import Coded, standing
from training.safeguards.leaks.columns import Known, ReadColumn
from training.safeguards.leaks.sides import one_sided
from training.safeguards.leaks.tried import Tried, tried
from training.safeguards.leaks.verdict import may_be_suspected, why_suspected
from training.safeguards.leaks.weighing import Weighing, by_feature, concordance

MOST_SHOWN = 10
MOST_ROWS, ENOUGH_ROWS = 6_000, 2_000
FEWEST_OF_A_SIDE, ENOUGH_OF_A_SIDE = 20, 200
_DIGITS = 6


@dataclass(frozen=True)
class LeakReport:
    """The strongest features by name, the strongest columns tried, and those that keep the model from use.

    ``history`` is what all that is dated tells together, None where nothing is. ``suspected`` says why of each
    column that may have been written after the outcome; ``excused`` are those of them a person knows better of,
    with what they said, and ``unread`` what they said of columns that are not there. ``read`` are the columns
    the model reads: only these can do harm.
    """

    rows: int
    history: float | None
    strongest: Sequence[tuple[str, float]]
    columns: Sequence[Tried]
    suspected: Mapping[str, str]
    excused: Mapping[str, str]
    unread: Sequence[str]
    read: frozenset[str]

    @property
    def blocking(self) -> dict[str, str]:
        """Why, by column, of those that nobody has spoken for."""
        return {
            name: why
            for name, why in self.suspected.items()
            if name in self.read and name not in self.excused
        }

    def as_dict(self) -> dict[str, Any]:
        """The report as plain fields."""
        return {
            "rows": self.rows,
            "history": None if self.history is None else round(self.history, _DIGITS),
            "features": [
                {"feature": name, "auc": round(area, _DIGITS)} for name, area in self.strongest
            ],
            "columns": [self._row(one) for one in self.columns],
            "suspected": dict(self.suspected),
            "known_before": dict(self.excused),
            "unread": list(self.unread),
            "blocking": list(self.blocking),
        }

    def _row(self, found: Tried) -> dict[str, Any]:
        known = found.column.known
        return {
            "column": found.column.name,
            "known": known.value,
            "feature": found.strongest,
            "feature_auc": round(found.strongest_alone, _DIGITS),
            "alone": round(found.alone, _DIGITS),
            "without": round(found.without, _DIGITS),
            "fall": round(found.fall, _DIGITS),
            "one_sided": found.one_sided,
            "beats_history": known is Known.ALWAYS
            and self.history is not None
            and found.alone > self.history,
            "why": self.suspected.get(found.column.name, ""),
        }


def said_before(report: Mapping[str, Any]) -> dict[str, str]:
    """What a person had said of columns by the time of a report: settings may say more by now."""
    return {**report["known_before"], **dict.fromkeys(report["unread"], "")}


def look_for_leaks(
    vectors: Vectors,
    outcomes: Floats,
    columns: Sequence[ReadColumn],
    known_before: Mapping[str, str],
    *,
    model_reads: Sequence[str],
    own_table: str,
    own_columns: Collection[str] = (),
    happened: tuple[str, str],
) -> LeakReport:
    """Try every column that features read against what came of their customers: 1 and 0, or amounts.

    The newest outcomes are looked at, for there a leak shows most. ``model_reads`` are the features of the
    model that ships, ``own_table`` holds the events outcomes are made of, ``own_columns`` what of them is added up: who pays the
    same every month is told by that alone. ``happened`` says how it is said that it came true, and that it did not.
    """
    rows = newest_rows(vectors.cutoff_seconds, outcomes)
    seen, came = vectors.select(rows), outcomes[rows]
    names = tuple(dict.fromkeys(name for one in columns for name in one.feature_names))
    fine = {name for one in columns if one.known is Known.ALWAYS for name in one.feature_names}
    found: list[Tried] = []
    # More threads would sum in another order, and the same data must give the same report.
    with threadpool_limits(1):
        if _fewer(came) >= FEWEST_OF_A_SIDE and names:
            values = {name: seen.column(name).astype(np.float64) for name in names}
            stands = {name: standing(one) for name, one in values.items()}
            missing = {name: np.isnan(one) for name, one in values.items()}
            coded = Coded.of(stands, missing, frozenset(fine))
            weighing = Weighing(coded, came, seen.customer_keys)
            single = by_feature(came, stands)
            whole = concordance(came, weighing.without(set()))
            # What the outcome itself is made of was the same before: all honest models live by it.
            asked = [one for one in columns if one.name not in (own_table, *own_columns)]
            found = _tried(asked, weighing, whole, single, seen, happened)
            suspected = _suspected(found, weighing, whole, single, own_table)
            history = _history(columns, weighing)
        else:
            single, suspected, history = {}, {}, None
    by_whom = {name: _spoken_for(name, found, known_before) for name in suspected}
    excused = {name: known_before[said] for name, said in by_whom.items() if said}
    ordered = sorted(single.items(), key=lambda one: (-one[1], one[0]))
    shown = [one for at, one in enumerate(found) if at < MOST_SHOWN or one.column.name in suspected]
    return LeakReport(
        rows=len(rows),
        history=history,
        strongest=ordered[:MOST_SHOWN],
        columns=shown,
        suspected=suspected,
        excused=excused,
        unread=sorted(set(known_before) - {one.name for one in columns}),
        read=frozenset(one.name for one in columns if set(model_reads) & set(one.feature_names)),
    )


def newest_rows(cutoff_seconds: NDArray[np.int64], outcomes: Floats) -> NDArray[np.intp]:
    """The rows of the latest cutoffs that have enough of both sides; of very many evenly spaced ones."""
    rows = np.empty(0, np.intp)
    for cutoff in np.unique(cutoff_seconds)[::-1]:
        rows = np.flatnonzero(cutoff_seconds >= cutoff)
        if len(rows) >= ENOUGH_ROWS and _fewer(outcomes[rows]) >= ENOUGH_OF_A_SIDE:
            break
    most = min(len(rows), MOST_ROWS)
    return rows[np.arange(most) * len(rows) // max(most, 1)]


def _fewer(outcomes: Floats) -> int:
    some = int((outcomes > 0).sum())
    return min(some, len(outcomes) - some) if len(np.unique(outcomes)) <= 2 else some


def _tried(
    columns: Sequence[ReadColumn],
    weighing: Weighing,
    whole: float,
    single: dict[str, float],
    seen: Vectors,
    happened: tuple[str, str],
) -> list[Tried]:
    """The columns that tell most, tried; and every one known of one side alone."""
    came_true = weighing.outcomes > 0
    sides = {one.name: one_sided(one, seen, came_true, happened) for one in columns}
    first = {
        one.name: concordance(weighing.outcomes, weighing.alone(set(one.feature_names)))
        for one in columns
    }
    ordered = sorted(columns, key=lambda one: (-first[one.name], one.name))
    chosen = [one for at, one in enumerate(ordered) if at < MOST_SHOWN or sides[one.name]]
    return [
        replace(tried(one, weighing, whole, single), one_sided=sides[one.name]) for one in chosen
    ]


def _suspected(
    found: Sequence[Tried],
    weighing: Weighing,
    whole: float,
    single: dict[str, float],
    own_table: str,
) -> dict[str, str]:
    said: dict[str, str] = {}
    for one in found:
        others: list[Tried] = []
        if may_be_suspected(one):
            own = frozenset(one.column.feature_names)
            others = [
                tried(other.column, weighing, whole, single, without=own)
                for other in found
                if not own & set(other.column.feature_names)
            ]
        why = why_suspected(one, others, own_table=own_table)
        if why:
            said[one.column.name] = why
    # A table as a whole is named only where none of its columns is.
    columns = [one.column for one in found if one.column.name in said]
    tables = {one.table for one in columns if not one.is_whole_table}
    return {name: why for name, why in said.items() if name not in tables}


def _history(columns: Sequence[ReadColumn], weighing: Weighing) -> float | None:
    dated = {name for one in columns if one.known is not Known.ALWAYS for name in one.feature_names}
    return concordance(weighing.outcomes, weighing.alone(dated)) if dated else None


def _spoken_for(name: str, found: Sequence[Tried], known_before: Mapping[str, str]) -> str:
    """Under which name a person has said that a column was known before; empty where nobody has."""
    if name in known_before:
        return name
    column = next(one.column for one in found if one.column.name == name)
    return column.table if column.table in known_before else ""
