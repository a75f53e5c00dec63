"""What the riskiest customers of each rung would have been worth to a campaign, at the test cutoffs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from training.ladder.ladder import Ladder
from training.ladder.tested import WholeTest, whole_tests
from training.measures.estimates import Estimate
from training.measures.intervals import customer_draws
from training.measures.profit import Costs, Ranked, by_falling

_RESAMPLES = 200
_SIZES = 60


@dataclass(frozen=True)
class ListResult:
    """The list of one rung: leavers found and money made, as means over the test cutoffs.

    Money is in cents. ``best_size`` is the list with the highest profit at ``best_cents``. ``found_less`` and
    ``profit_less_cents`` are what the shipped model's list of the same size finds and makes beyond this one's, on
    the same customers; ``found_by_cutoff`` tells the tests apart.
    """

    rung: str
    found: float
    profit_cents: float
    best_size: int
    best_cents: float
    found_less: Estimate
    profit_less_cents: Estimate
    found_by_cutoff: Mapping[str, float]


@dataclass(frozen=True)
class Campaign:
    """A list of ``size`` customers, by the shipped model, by each other rung and by no ranking at all.

    ``kept_value_is_known`` is False where neither the settings nor the customers' spend say what a
    customer is worth; then every amount of money is 0 here, must not be shown, and is not written down. ``gain_cents`` compares
    the shipped model with ``rule``, of those that need no learning the one whose list finds most, on the
    same customers;
    ``half_value_cents`` and ``more_value_cents`` are the list's worth if a customer is worth half as
    much, or half as much again.
    """

    costs: Costs
    size: int
    customers: int
    base_rate: float
    kept_value_is_known: bool
    rule: str
    by_chance: float
    chance_cents: float
    found: Estimate
    profit_cents: Estimate
    gain_cents: Estimate
    half_value_cents: float
    more_value_cents: float
    rows: tuple[ListResult, ...]

    def of(self, rung: str) -> ListResult:
        """The list of one rung."""
        return next(row for row in self.rows if row.rung == rung)

    def as_dict(self) -> dict[str, Any]:
        """The comparison as plain fields; None for every amount where nobody knows what a customer is worth."""
        plain = asdict(self)
        if self.kept_value_is_known:
            return plain
        plain["costs"]["value"] = None
        unpriced = [dict.fromkeys(row, None) | _counted(row) for row in plain["rows"]]
        amounts = {name: None for name in plain if name.endswith("_cents")}
        return plain | amounts | {"rows": unpriced}


def campaign(ladder: Ladder, costs: Costs, *, list_size: int = 0) -> Campaign:
    """Reckon the lists of all rungs; the shipped model's is held against the best of the rules'.

    A ``list_size`` of 0 is the riskiest tenth.

    The interval resamples customers with all their cutoffs, the same for both.
    """
    lists = {row.name: _Lists(whole_tests(ladder.of(row.name)), list_size) for row in ladder.rows}
    rules = [row.name for row in ladder.rows if row.is_rule]
    rule = max(rules, key=lambda name: lists[name].found)
    mine, theirs = lists[ladder.winner.name], lists[rule]
    draws = _resampled(lists, len(mine.everybody))
    found = draws[ladder.winner.name]
    size = _mean(mine.sizes)
    rates = [float(one.outcomes.mean()) for one in mine.tests]
    by_chance = _mean(rate * one for rate, one in zip(rates, mine.sizes, strict=True))

    def money(leavers: Any, reckoned: Costs = costs) -> Any:
        return reckoned.of_list(leavers, size) if costs.value else 0.0 * leavers

    return Campaign(
        costs=costs,
        size=round(size),
        customers=round(_mean(len(one.outcomes) for one in mine.tests)),
        base_rate=_mean(rates),
        kept_value_is_known=costs.value > 0,
        rule=rule,
        by_chance=by_chance,
        chance_cents=float(money(by_chance)),
        found=Estimate.of(mine.found, found),
        profit_cents=Estimate.of(float(money(mine.found)), money(found)),
        gain_cents=Estimate.of(
            float(money(mine.found) - money(theirs.found)), money(found) - money(draws[rule])
        ),
        half_value_cents=float(money(mine.found, replace(costs, value=0.5 * costs.value))),
        more_value_cents=float(money(mine.found, replace(costs, value=1.5 * costs.value))),
        rows=tuple(
            _list_result(
                name,
                one,
                costs,
                float(money(one.found)),
                Estimate.of(mine.found - one.found, found - draws[name]),
                Estimate.of(
                    float(money(mine.found) - money(one.found)), money(found) - money(draws[name])
                ),
            )
            for name, one in lists.items()
        ),
    )


def _resampled(lists: Mapping[str, _Lists], everybody: int) -> dict[str, Floats]:
    """Leavers found by each rung's list among customers drawn anew, the same for all."""
    drawn: dict[str, list[float]] = {name: [] for name in lists}
    for draw in customer_draws(everybody, resamples=_RESAMPLES):
        for name, one in lists.items():
            drawn[name].append(one.resampled(draw))
    return {name: np.array(found) for name, found in drawn.items()}


def _counted(row: Mapping[str, Any]) -> dict[str, Any]:
    """What is known of a list without any money: whose it is, and how many it finds."""
    return {name: row[name] for name in ("rung", "found", "found_less", "found_by_cutoff")}


def profit_curve(tested: WholeTest, costs: Costs) -> tuple[Floats, Floats]:
    """The profit of each list size in one test, in cents, the list filled from the riskiest on."""
    sizes = np.linspace(0.0, len(tested.outcomes), _SIZES + 1)
    ranked = Ranked.of(tested.outcomes, tested.probability)
    return sizes, np.asarray(costs.of_list(ranked.found(sizes), sizes))


class _Lists:
    """One rung's lists, one a test."""

    def __init__(self, tests: Sequence[WholeTest], list_size: int) -> None:
        self.tests = tests
        self.sizes = [
            min(list_size or math.ceil(len(one.outcomes) / 10), len(one.outcomes)) for one in tests
        ]
        self.ranked = [Ranked.of(one.outcomes, one.probability) for one in tests]
        self.everybody = np.unique(np.concatenate([one.customer_keys for one in tests]))
        self.tops = [
            _Top.of(one, size, self.everybody) for one, size in zip(tests, self.sizes, strict=True)
        ]
        self.found_by_test = {
            test.name: float(ranked.found(size))
            for test, ranked, size in zip(tests, self.ranked, self.sizes, strict=True)
        }
        self.found = _mean(self.found_by_test.values())

    def resampled(self, draw: Floats) -> float:
        """Leavers found when each customer counts as often as drawn."""
        return _mean(one.found(draw) for one in self.tops)


@dataclass(frozen=True)
class _Top:
    """The riskiest customers of a test in their order: enough of them for any resampled list."""

    size: int
    columns: NDArray[np.intp]
    outcomes: Floats
    last_of_tie: NDArray[np.intp]

    @classmethod
    def of(cls, test: WholeTest, size: int, everybody: NDArray[np.int32]) -> _Top:
        order, last_of_tie = by_falling(test.probability)
        # A resample leaves out about one customer in three; three times as many are enough and to spare.
        ties = int(np.searchsorted(last_of_tie, min(3 * size + 100, len(order)) - 1)) + 1
        last_of_tie = last_of_tie[:ties]
        top = order[: last_of_tie[-1] + 1]
        columns = np.searchsorted(everybody, test.customer_keys[top])
        return cls(size, columns, test.outcomes[top], last_of_tie)

    def found(self, draw: Floats) -> float:
        ranked = Ranked.cumulated(self.outcomes, draw[self.columns], self.last_of_tie)
        return float(ranked.found(self.size))


def _list_result(
    name: str,
    lists: _Lists,
    costs: Costs,
    profit_cents: float,
    found_less: Estimate,
    profit_less_cents: Estimate,
) -> ListResult:
    best = [ranked.best(costs) for ranked in lists.ranked] if costs.value else [(0, 0.0)]
    return ListResult(
        rung=name,
        found=lists.found,
        profit_cents=profit_cents,
        best_size=round(_mean(size for size, _ in best)),
        best_cents=_mean(cents for _, cents in best),
        found_less=found_less,
        profit_less_cents=profit_less_cents,
        found_by_cutoff=lists.found_by_test,
    )


def _mean(values: Any) -> float:
    held = list(values)
    return math.fsum(held) / len(held)
