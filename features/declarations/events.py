"""Which events a value is computed from: those of one stream that meet all conditions.

An event counts when it happened before the cutoff and was known before it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from features.vocabulary.errors import PlanRefused

Comparison = Literal["<", "<=", "=", "!=", ">=", ">"]
COMPARISONS: tuple[Comparison, ...] = ("<", "<=", "=", "!=", ">=", ">")
MARKER = "local_day"
"""The column that tells one calendar day with events from the next, as gaps count them."""


@dataclass(frozen=True)
class Condition:
    """A test of one column against a whole number or, for a text column, against a text."""

    column: str
    comparison: Comparison
    value: int | str

    def __post_init__(self) -> None:
        if self.comparison not in COMPARISONS:
            raise PlanRefused(
                expected="a comparison out of " + " ".join(COMPARISONS),
                found=f"{self.column} {self.comparison} {self.value}",
                remedy="Correct the condition in the declaration.",
            )
        if isinstance(self.value, str) and self.comparison not in ("=", "!="):
            raise PlanRefused(
                expected="a text to be compared by = or != alone",
                found=f"{self.column} {self.comparison} {self.value!r}",
                remedy="Correct the condition in the declaration.",
            )


@dataclass(frozen=True)
class Moment:
    """Whether an instant that a row carries lies before the cutoff: an acceptance, a settlement, an end.

    Such a column is filled in later than its row, so it may only be believed once its own instant has
    passed: at an earlier cutoff it must look as if it were empty. ``passed`` holds for an instant
    strictly before the cutoff, its opposite for one at or after it and for none at all.
    """

    column: str
    passed: bool


@dataclass(frozen=True)
class Events:
    """The events of one stream that meet all conditions."""

    stream: str
    where: tuple[Condition | Moment, ...] = ()

    def also(self, column: str, comparison: Comparison, value: int | str) -> Events:
        """The same events, with one more condition."""
        return replace(self, where=(*self.where, Condition(column, comparison, value)))

    def once(self, column: str) -> Events:
        """The same events, from the instant in this column on."""
        return replace(self, where=(*self.where, Moment(column, passed=True)))

    def until(self, column: str) -> Events:
        """The same events, as long as the instant in this column has not passed."""
        return replace(self, where=(*self.where, Moment(column, passed=False)))
