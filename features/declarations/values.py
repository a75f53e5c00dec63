"""How a feature is declared: a value computed from events, and its entry in the dictionary.

A declaration is data. The values below say *what* is computed (a total, a distinct count, a gap, a
ratio) over *which* events and *which* window; ``compiler`` turns them into the integer tables the
kernel interprets. So a new feature is a new line in ``behaviour``, and no engine code.

An event counts when it happened before the cutoff and was known before it. A window is
``[cutoff - days, cutoff)`` on the time of the event.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Literal, Self

from features.vocabulary.errors import PlanRefused
from features.vocabulary.time import Window

Actionable = Literal["now", "indirect", "context"]
Comparison = Literal["<", "<=", "=", "!=", ">=", ">"]
COMPARISONS: tuple[Comparison, ...] = ("<", "<=", "=", "!=", ">=", ">")

WHOLE_PAST = Window(None)
WINDOWS = (*(Window(days) for days in (7, 30, 90, 180, 365)), WHOLE_PAST)
MARKER = "local_day"
LAST_GAPS = 3


@dataclass(frozen=True)
class ReasonGroup:
    """A theme under which features are summed into one reason, with the title a marketer reads."""

    name: str
    title: str


@dataclass(frozen=True)
class Feature:
    """One column of a behaviour vector, as the dictionary explains it.

    ``unit`` says how to show a value: money is in ``cents``, times are fractional ``days`` of 24
    hours, a ``share`` lies between 0 and 1. ``said`` is a clause with ``{value}`` in it, ready to be
    told to a marketer. ``actionable`` is ``now`` (an offer can change it), ``indirect`` or ``context``.
    """

    name: str
    meaning: str
    unit: str
    group: str
    actionable: Actionable
    missing: str
    said: str


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


@dataclass(frozen=True)
class Declaration:
    """A feature and how it is computed."""

    feature: Feature
    value: Value


def declare(
    subject: str,
    value: Value,
    *,
    meaning: str,
    unit: str,
    group: ReasonGroup,
    said: str,
    missing: str,
    actionable: Actionable = "indirect",
) -> Declaration:
    """One feature, named after its subject and its definition."""
    if "{value}" not in said:
        raise PlanRefused(
            expected="a clause with {value} in it",
            found=repr(said),
            remedy=f"Correct `said` of {value.named(subject)}.",
        )
    name = value.named(subject)
    return Declaration(Feature(name, meaning, unit, group.name, actionable, missing, said), value)


def windowed(
    subject: str,
    value: Value,
    *,
    meaning: str,
    unit: str,
    group: ReasonGroup,
    said: str,
    missing: str,
    actionable: Actionable = "indirect",
    windows: Iterable[Window] = WINDOWS,
) -> tuple[Declaration, ...]:
    """One feature a window; ``{window}`` in the texts becomes "in the last 90 days" or "so far"."""
    return tuple(
        declare(
            subject,
            value.over(window),
            meaning=meaning.replace("{window}", window_phrase(window)),
            unit=unit,
            group=group,
            said=said.replace("{window}", window_phrase(window)),
            missing=missing,
            actionable=actionable,
        )
        for window in windows
    )


def window_phrase(window: Window) -> str:
    """How a window is said in a sentence.

    >>> window_phrase(Window(30)), window_phrase(Window(None))
    ('in the last 30 days', 'so far')
    """
    return "so far" if window.days is None else f"in the last {window.days} days"


def slugs(texts: Iterable[str]) -> dict[str, str]:
    """Texts of the data as parts of features' names, each different from the others.

    >>> slugs(["Web shop", "web-shop", "?"])
    {'Web shop': 'web_shop', 'web-shop': 'web_shop_2', '?': 'unnamed'}
    """
    found: dict[str, str] = {}
    for text in texts:
        kept = "".join(letter if letter.isalnum() else " " for letter in text.casefold())
        stem = name = "_".join(kept.split()) or "unnamed"
        number = 1
        while name in found.values():
            number += 1
            name = f"{stem}_{number}"
        found[text] = name
    return found


def quoted(text: str) -> str:
    """A text of the data inside a sentence: its braces must not be taken for places to fill."""
    return text.replace("{", "(").replace("}", ")")


def _with_window(stem: str, window: Window | None) -> str:
    return stem if window is None else f"{stem}_{window.label}"


def _refuse_zero_divisor(per: int) -> None:
    if per == 0:
        raise PlanRefused(
            expected="a divisor other than zero",
            found="per = 0",
            remedy="Correct `per` in the declaration.",
        )
