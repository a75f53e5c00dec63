"""The declarations taken apart into what a table engine can group: facts, and arithmetic on facts.

A good engineer's shortcuts are made once for every engine here:

* lines are first summed up by customer and day (the cutoff is a midnight, so windows are whole days);
* a distinct count over any window needs only the last day of each key: one grouping serves them all;
* a stretch of 30 days is the difference of two windows, so slopes and streaks need nothing new;
* equal facts are computed once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from features.behaviour.categories import categories
from features.behaviour.purchases import purchases
from features.behaviour.rhythm import rhythm
from features.declarations.events import Condition, Events
from features.declarations.feature import Declaration
from features.declarations.values import (
    Bins,
    Count,
    Difference,
    Distinct,
    Gap,
    Largest,
    Ratio,
    SinceFirst,
    SinceLast,
    Sum,
    Total,
    Value,
)
from features.plan.plan import Plan, plan_of
from features.store.pack import Pack
from features.vocabulary.time import Window


@dataclass(frozen=True)
class MeasuredFact:
    """One column of an engine's table of customers.

    ``operation`` is sum, max, distinct, first, last or gap; ``column`` what it is taken of (empty for a
    count of lines, the statistic for a gap); ``days`` the window, None for the whole past.
    """

    operation: str
    events: Events
    column: str
    days: int | None = None


class Engine(Protocol):
    """The arithmetic of an engine, on whatever it computes with."""

    def fact(self, fact: MeasuredFact) -> Any:
        """A fact as a column."""
        ...

    def ratio(self, above: Any, below: Any) -> Any:
        """A quotient that is missing where the divisor is zero or missing."""
        ...

    def positive(self, value: Any) -> Any:
        """1 where a value is above zero, else 0."""
        ...


def bench_plan(pack: Pack) -> Plan:
    """The features of the bench: the families of purchases, as far as every engine computes them."""
    declared = (*purchases(pack), *rhythm(pack), *categories(pack))
    return plan_of([one for one in declared if _is_known(one.value)], pack)


def evaluate(value: Value, engine: Engine, cutoff: int) -> Any:
    """A value as a column of an engine."""
    match value:
        case Count():
            return engine.fact(MeasuredFact("sum", value.events, "", value.window.days))
        case Total():
            total = engine.fact(MeasuredFact("sum", value.events, value.column, value.window.days))
            return total if value.per == 1 else total * (1.0 / value.per)
        case Largest():
            return engine.fact(MeasuredFact("max", value.events, value.column, value.window.days))
        case Distinct():
            return engine.fact(MeasuredFact("distinct", value.events, value.key, value.window.days))
        case SinceLast():
            return (
                engine.fact(MeasuredFact("last", value.events, "seconds")) * -1 + cutoff
            ) / 86_400.0
        case SinceFirst():
            return (
                engine.fact(MeasuredFact("first", value.events, "seconds")) * -1 + cutoff
            ) / 86_400.0
        case Gap():
            name = f"last{value.back}" if value.statistic == "last" else value.statistic
            return engine.fact(MeasuredFact("gap", value.events, name))
        case Bins():
            return _stretches(value, engine, cutoff)
        case Ratio():
            above, below = (evaluate(part, engine, cutoff) for part in value.parts())
            return engine.ratio(above, below)
        case Sum():
            return evaluate(value.left, engine, cutoff) + evaluate(value.right, engine, cutoff)
        case Difference():
            return evaluate(value.left, engine, cutoff) - evaluate(value.right, engine, cutoff)
    raise NotImplementedError(type(value).__name__)


def _stretches(value: Bins, engine: Engine, cutoff: int) -> Any:
    """The slope, streak or number of active ones of stretches of time, newest first."""
    upto = [
        evaluate(value.of.over(Window(value.bin_days * (number + 1))), engine, cutoff)
        for number in range(value.bins)
    ]
    each = [upto[0]] + [upto[n] - upto[n - 1] for n in range(1, value.bins)]
    if value.statistic == "slope":
        weighted = each[0] * (value.bins - 1)
        for number in range(1, value.bins):
            weighted = weighted + each[number] * (value.bins - 1 - 2 * number)
        return weighted * (6.0 / (value.bins * (value.bins**2 - 1)))
    flags = [engine.positive(one) for one in each]
    total, running = flags[0], flags[0]
    for flag in flags[1:]:
        running = running * flag if value.statistic == "streak" else flag
        total = total + running
    return total


def facts_of(declarations: Sequence[Declaration], cutoff: int) -> list[MeasuredFact]:
    """Every fact the declarations need, once each."""
    found: dict[MeasuredFact, None] = {}

    class _Collector:
        def fact(self, fact: MeasuredFact) -> float:
            found[fact] = None
            return 1.0

        def ratio(self, above: float, below: float) -> float:
            return 1.0

        def positive(self, value: float) -> float:
            return 1.0

    for one in declarations:
        evaluate(one.value, _Collector(), cutoff)
    return list(found)


_KNOWN = (
    Count, Total, Largest, Distinct, SinceLast, SinceFirst, Gap, Bins, Ratio, Sum, Difference,
)  # fmt: skip


def _is_known(value: Value) -> bool:
    return type(value) in _KNOWN and all(_is_known(part) for part in value.parts())


def fixed_conditions(events: Events) -> tuple[Condition, ...]:
    """The conditions of some events; the peers know none that turns as the cutoff moves."""
    fixed = tuple(one for one in events.where if isinstance(one, Condition))
    assert len(fixed) == len(events.where), "the bench compares purchases alone"
    return fixed
