"""What the riskiest customers of each rung would have been worth to a campaign, at the test cutoffs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.settings import CampaignSettings
from training.ladder import Ladder, Tested
from training.metrics import Ranking, interval
from training.model import Floats
from training.profit import Costs, Ranked, campaign_costs

_RESAMPLES = 200
_SIZES = 60


@dataclass(frozen=True)
class Estimate:
    """A figure with the 95 % interval that resampled customers give."""

    mean: float
    low: float
    high: float

    @classmethod
    def of(cls, mean: float, replicates: Floats) -> Estimate:
        """The figure as measured, with the middle of its replicates around it."""
        return cls(mean, *interval(replicates))

    @property
    def is_above_zero(self) -> bool:
        """Whether chance alone does not explain a figure above zero."""
        return self.low > 0


@dataclass(frozen=True)
class ListWorth:
    """The list of one rung: leavers found and money made, as means over the test cutoffs.

    Money is in cents. ``best_size`` is the list with the highest profit at ``best_cents``.
    """

    rung: str
    found: float
    profit_cents: float
    best_size: int
    best_cents: float


@dataclass(frozen=True)
class Campaign:
    """A list of ``size`` customers, by the shipped model, by each other rung and by no ranking at all.

    ``kept_value_is_known`` is False where neither the settings nor the customers' spend say what a
    customer is worth; then every amount of money is 0 and must not be shown. ``gain_auc`` and
    ``gain_cents`` compare the shipped model with the best simple rule, on the same customers;
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
    gain_auc: Estimate
    gain_cents: Estimate
    half_value_cents: float
    more_value_cents: float
    rows: tuple[ListWorth, ...]

    def of(self, rung: str) -> ListWorth:
        """The list of one rung."""
        return next(row for row in self.rows if row.rung == rung)

    def as_dict(self) -> dict[str, Any]:
        """The comparison as plain fields."""
        return asdict(self)


def campaign(
    ladder: Ladder,
    settings: CampaignSettings,
    *,
    spent_by_leavers_cents: float,
    rules: Sequence[str],
) -> Campaign:
    """Reckon the lists of all rungs; ``rules`` names the simple ones the shipped model is held against.

    The interval resamples customers with all their cutoffs, the same for every rung.
    """
    costs = campaign_costs(settings, usual_value_cents=max(0.0, spent_by_leavers_cents))
    winner = ladder.winner.name
    rule = max(rules, key=lambda name: _mean(one.figures["auc"] for one in ladder.of(name)))
    lists = {row.name: _Lists(ladder.of(row.name), settings.list_size) for row in ladder.rows}
    mine, theirs = lists[winner], lists[rule]
    draws = [(mine.resampled(one), theirs.resampled(one)) for one in _draws(mine.everybody)]
    found, auc = (np.array([[a[at], b[at]] for a, b in draws]) for at in (0, 1))
    size = _mean(mine.sizes)
    rates = [float(one.outcomes.mean()) for one in mine.tested]
    by_chance = _mean(rate * one for rate, one in zip(rates, mine.sizes, strict=True))

    def money(leavers: Any, reckoned: Costs = costs) -> Any:
        return reckoned.of_list(leavers, size) if costs.value else 0.0 * leavers

    def other(share: float) -> Costs:
        return Costs(costs.value * share, costs.incentive, costs.contact, costs.success)

    return Campaign(
        costs=costs,
        size=round(size),
        customers=round(_mean(len(one.outcomes) for one in mine.tested)),
        base_rate=_mean(rates),
        kept_value_is_known=costs.value > 0,
        rule=rule,
        by_chance=by_chance,
        chance_cents=float(money(by_chance)),
        found=Estimate.of(mine.found, found[:, 0]),
        profit_cents=Estimate.of(float(money(mine.found)), money(found[:, 0])),
        gain_auc=Estimate.of(mine.auc - theirs.auc, auc[:, 0] - auc[:, 1]),
        gain_cents=Estimate.of(
            float(money(mine.found) - money(theirs.found)), money(found[:, 0]) - money(found[:, 1])
        ),
        half_value_cents=float(money(mine.found, other(0.5))),
        more_value_cents=float(money(mine.found, other(1.5))),
        rows=tuple(
            _worth(name, one, costs, float(money(one.found))) for name, one in lists.items()
        ),
    )


def profit_curve(tested: Tested, costs: Costs) -> tuple[Floats, Floats]:
    """The profit of each list size at one test cutoff, in cents, the list filled from the riskiest on."""
    sizes = np.linspace(0.0, len(tested.outcomes), _SIZES + 1)
    ranked = Ranked.of(tested.outcomes, tested.probability)
    return sizes, np.asarray(costs.of_list(ranked.found(sizes), sizes))


class _Lists:
    """One rung's lists, one a test cutoff."""

    def __init__(self, tested: Sequence[Tested], list_size: int) -> None:
        self.tested = tested
        self.sizes = [
            min(list_size or math.ceil(len(one.outcomes) / 10), len(one.outcomes)) for one in tested
        ]
        self.ranked = [Ranked.of(one.outcomes, one.probability) for one in tested]
        self.rankings = [Ranking.of(one.outcomes, one.probability) for one in tested]
        self.everybody = np.unique(np.concatenate([one.customer_keys for one in tested]))
        self.columns = [np.searchsorted(self.everybody, one.customer_keys) for one in tested]
        self.found = _mean(
            float(one.found(size)) for one, size in zip(self.ranked, self.sizes, strict=True)
        )
        self.auc = _mean(one.figures["auc"] for one in tested)

    def resampled(self, draw: Floats) -> tuple[float, float]:
        """Leavers found and AUC when each customer counts as often as drawn."""
        found, auc = [], []
        for one, size, ranking, columns in zip(
            self.tested, self.sizes, self.rankings, self.columns, strict=True
        ):
            weights = draw[columns]
            ranked = Ranked.of(one.outcomes, one.probability, weights)
            found.append(float(ranked.found(size)))
            auc.append(ranking.auc(weights))
        return _mean(found), _mean(auc)


def _draws(everybody: NDArray[np.int32]) -> Iterator[Floats]:
    generator = np.random.default_rng(1)
    customers = len(everybody)
    for _ in range(_RESAMPLES):
        drawn = np.bincount(generator.integers(0, customers, customers), minlength=customers)
        yield drawn.astype(np.float64)


def _worth(name: str, lists: _Lists, costs: Costs, profit_cents: float) -> ListWorth:
    best = [ranked.best(costs) for ranked in lists.ranked] if costs.value else [(0, 0.0)]
    return ListWorth(
        rung=name,
        found=lists.found,
        profit_cents=profit_cents,
        best_size=round(_mean(size for size, _ in best)),
        best_cents=_mean(cents for _, cents in best),
    )


def _mean(values: Any) -> float:
    held = list(values)
    return math.fsum(held) / len(held)
