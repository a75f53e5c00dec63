"""What can be computed of events for one customer at one cutoff.

A window is ``[cutoff - days, cutoff)`` on the time of the event.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Literal, Self

from features.declarations.events import Events
from features.vocabulary.errors import PlanRefused
from features.vocabulary.time import Window

WHOLE_PAST = Window(None)
LAST_GAPS = 3
FITTED = "fitted"
"""Marks a field that holds what was fitted to a company: it is no part of what a value means."""


@dataclass(frozen=True)
class Value:
    """Something computed for one customer at one cutoff."""

    def over(self, window: Window) -> Self:
        """The same value over another window, through all the values it is made of."""
        changes: dict[str, object] = {}
        for field in fields(self):
            part = getattr(self, field.name)
            if field.name == "window":
                changes["window"] = window
            elif isinstance(part, Value):
                changes[field.name] = part.over(window)
        return replace(self, **changes)

    def parts(self) -> tuple[Value, ...]:
        """The values this one is made of."""
        found = (getattr(self, field.name) for field in fields(self))
        return tuple(part for part in found if isinstance(part, Value))

    @property
    def is_observed(self) -> bool:
        """Whether it tells what happened, and not what a model makes of it."""
        return all(part.is_observed for part in self.parts())

    def named(self, subject: str) -> str:
        """The feature's name, made from its subject and this definition."""
        raise NotImplementedError


@dataclass(frozen=True)
class Count(Value):
    """How many events there were."""

    events: Events
    window: Window = WHOLE_PAST

    def named(self, subject: str) -> str:
        """For instance ``lines_count_90d``."""
        return f"{subject}_count_{self.window.label}"


@dataclass(frozen=True)
class Total(Value):
    """The sum of a whole-number column, divided by ``per``; zero when there were no events."""

    events: Events
    column: str
    window: Window = WHOLE_PAST
    per: int = 1

    def __post_init__(self) -> None:
        _refuse_zero_divisor(self.per)

    def named(self, subject: str) -> str:
        """For instance ``spend_sum_90d``."""
        return f"{subject}_sum_{self.window.label}"


@dataclass(frozen=True)
class Largest(Value):
    """The largest entry of a column, divided by ``per``; missing when there were no events."""

    events: Events
    column: str
    window: Window = WHOLE_PAST
    per: int = 1

    def __post_init__(self) -> None:
        _refuse_zero_divisor(self.per)

    def named(self, subject: str) -> str:
        """For instance ``line_spend_max_90d``."""
        return f"{subject}_max_{self.window.label}"


@dataclass(frozen=True)
class Distinct(Value):
    """How many different entries of a column there were: orders, days, items; missing texts aside."""

    events: Events
    key: str
    window: Window = WHOLE_PAST

    def named(self, subject: str) -> str:
        """For instance ``orders_count_90d``."""
        return f"{subject}_count_{self.window.label}"


@dataclass(frozen=True)
class SinceLast(Value):
    """Days from the latest event to the cutoff, to the second; missing without an event."""

    events: Events

    def named(self, subject: str) -> str:
        """For instance ``days_since_order``."""
        return f"days_since_{subject}"


@dataclass(frozen=True)
class SinceFirst(Value):
    """Days from the first event to the cutoff, to the second; missing without an event."""

    events: Events

    def named(self, subject: str) -> str:
        """For instance ``days_since_first_order``."""
        return f"days_since_first_{subject}"


@dataclass(frozen=True)
class Latest(Value):
    """The entry of a column in the latest event, divided by ``per``; ``back`` 2 is the event before.

    Of several events in one second the largest entry is taken, and they are one. Missing when there were
    fewer events.
    """

    events: Events
    column: str
    back: Literal[1, 2] = 1
    per: int = 1

    def __post_init__(self) -> None:
        _refuse_zero_divisor(self.per)

    def named(self, subject: str) -> str:
        """For instance ``survey_score_last``."""
        return f"{subject}_last" if self.back == 1 else f"{subject}_before_last"


@dataclass(frozen=True)
class Gap(Value):
    """Days between one day with events and the next, over the whole past.

    Counted in local calendar days; several events on one day are one. ``mean`` and ``max`` need one
    gap, ``sd`` (of the sample) needs two, ``last`` needs ``back`` of them and ``recent`` is the mean
    of the last three, or of as many as there are.
    """

    events: Events
    statistic: Literal["mean", "sd", "max", "last", "recent"]
    back: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.back <= LAST_GAPS:
            raise PlanRefused(
                expected=f"one of the last {LAST_GAPS} gaps",
                found=f"the last but {self.back - 1}",
                remedy="Correct `back` in the declaration.",
            )

    def named(self, subject: str) -> str:
        """For instance ``gap_mean_days``."""
        which = f"{self.statistic}{self.back}" if self.statistic == "last" else self.statistic
        return f"{subject}_{which}_days"


@dataclass(frozen=True)
class Bins(Value):
    """What became of a value over equal stretches of time that end at the cutoff.

    ``slope`` is the least-squares change from one stretch to the next (positive when growing),
    ``streak`` how many of the latest stretches in a row are above zero, ``active`` how many are.
    A distinct entry that occurs in several stretches counts in the latest of them.
    """

    of: Count | Total | Distinct
    statistic: Literal["slope", "streak", "active"]
    bins: int = 12
    bin_days: int = 30

    def __post_init__(self) -> None:
        if self.bins < 2 or self.bin_days < 1:
            raise PlanRefused(
                expected="at least two stretches of at least one day",
                found=f"{self.bins} of {self.bin_days} days",
                remedy="Correct `bins` and `bin_days` in the declaration.",
            )

    def over(self, window: Window) -> Self:
        """Itself: the stretches are its windows."""
        return self

    def named(self, subject: str) -> str:
        """For instance ``spend_slope_12x30d``."""
        return f"{subject}_{self.statistic}_{self.bins}x{self.bin_days}d"


@dataclass(frozen=True)
class Ratio(Value):
    """One value divided by another; missing when either is missing or the divisor is zero."""

    above: Value
    below: Value
    word: str = "ratio"
    window: Window | None = None

    def named(self, subject: str) -> str:
        """For instance ``order_spend_mean_90d`` or ``silence_ratio``."""
        return _with_window(f"{subject}_{self.word}", self.window)


@dataclass(frozen=True)
class Sum(Value):
    """Two values added; missing when either is missing."""

    left: Value
    right: Value
    word: str = "sum"
    window: Window | None = None

    def named(self, subject: str) -> str:
        """For instance ``list_price_sum_90d``."""
        return _with_window(f"{subject}_{self.word}", self.window)


@dataclass(frozen=True)
class Difference(Value):
    """One value less another; missing when either is missing."""

    left: Value
    right: Value
    word: str = "difference"
    window: Window | None = None

    def named(self, subject: str) -> str:
        """For instance ``expected_next_order_days``."""
        return _with_window(f"{subject}_{self.word}", self.window)


@dataclass(frozen=True)
class Repeats(Value):
    """How many there were after the first: one less than counted, and zero of none."""

    of: Count | Distinct

    def named(self, subject: str) -> str:
        """For instance ``contract_repeats_lifetime``."""
        return f"{subject}_repeats_{self.of.window.label}"


def _with_window(stem: str, window: Window | None) -> str:
    return stem if window is None else f"{stem}_{window.label}"


def _refuse_zero_divisor(per: int) -> None:
    if per == 0:
        raise PlanRefused(
            expected="a divisor other than zero",
            found="per = 0",
            remedy="Correct `per` in the declaration.",
        )
