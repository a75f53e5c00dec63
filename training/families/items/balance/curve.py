"""What every balance of repeats and new items finds on one past day, and which of them is chosen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np

from features.vocabulary.arrays import Floats
from training.families.items.balance.balance import Balance
from training.families.items.balance.sides import Sides
from training.families.items.ladder import COUNTS, Trial
from training.families.items.measures import NOTHING, ndcg, recall
from training.measures.intervals import mean_interval

OFFSETS = tuple(round(0.1 * step, 1) for step in range(-10, 41))
ASKED_SHARES = tuple(round(0.1 * step, 1) for step in range(1, 10))
MOST_LOST = 0.01
"""So much of its NDCG may a list lose for what is new on it, at the end of the interval."""
_COUNT = COUNTS[0]


@dataclass(frozen=True)
class BalancePoint:
    """Lists of ten under one offset: what share of them is new, and what they found.

    ``ndcg_error`` is the standard error of the NDCG of the best offset; ``ndcg_below_best`` is how much lower the NDCG
    is than that one, customer by customer, and ``ndcg_below_most`` the upper end of its 95 % interval.
    """

    offset: float
    new_share: float
    recall_10: float
    ndcg_10: float
    repeat_recall_10: float
    explore_recall_10: float
    ndcg_below_best: float
    ndcg_below_most: float
    ndcg_error: float

    @property
    def is_as_good(self) -> bool:
        """Whether the NDCG is within one standard error of the best, and surely not lower by more than ``MOST_LOST`` of it."""
        best = self.ndcg_10 + self.ndcg_below_best
        is_within = self.ndcg_below_best <= self.ndcg_error
        return is_within and self.ndcg_below_most <= MOST_LOST * best


@dataclass(frozen=True)
class BalanceCurve:
    """A point an offset, in ascending order, as measured on one past day."""

    points: Sequence[BalancePoint]

    @classmethod
    def measured(cls, trial: Trial, sides: Sides, offsets: Sequence[float] = OFFSETS) -> Self:
        """Fill everybody's list under every offset; ``sides`` are those of the customers the trial asks about."""
        found = [_figures(trial, sides, offset) for offset in offsets]
        best = max((one["ndcg"] for one in found), key=lambda values: float(np.mean(values)))
        return cls([_point(offset, one, best) for offset, one in zip(offsets, found, strict=True)])

    @property
    def chosen(self) -> BalancePoint:
        """The one that finds most first purchases among those that are as good as the best by their NDCG.

        The rule of one standard error (Breiman and others 1984), within a margin that the loss surely keeps to: the
        error of few customers is wide. Of several that find as much it is the smallest offset.
        """
        return max(
            (one for one in self.points if one.is_as_good),
            key=lambda one: (one.explore_recall_10, -one.offset),
        )

    def rows(self) -> list[dict[str, Any]]:
        """The points as plain fields, each with whether it was chosen."""
        chosen = self.chosen
        return [asdict(one) | {"is_chosen": one is chosen} for one in self.points]


def against_none(trial: Trial, sides: Sides, offset: float) -> dict[str, float | None]:
    """What an offset changes on another day than it was chosen on: lists of ten under it and under none.

    NDCG and recall as a share of those under none, with the ends of the 95 % interval of the paired difference;
    ``explore_recall_times`` is how many times as many first purchases are found. None where nothing was found without.
    """
    without, under = (_figures(trial, sides, one) for one in (0.0, offset))
    changed: dict[str, float | None] = {"new_share": _mean(under["new_share"])}
    changed["new_share_without"] = _mean(without["new_share"])
    for name in ("ndcg", "recall"):
        level = _mean(without[name])
        difference = under[name] - without[name]
        low, high = mean_interval(difference)
        for key, value in (("", _mean(difference)), ("_low", low), ("_high", high)):
            changed[f"{name}_10_change{key}"] = value / level if level else None
    before, after = (_mean(one["explore_recall"]) for one in (without, under))
    changed["explore_recall_10"], changed["explore_recall_10_without"] = after, before
    changed["explore_recall_times"] = after / before if before else None
    return changed


def asked_against_given(
    balance: Balance, sides: Sides, count: int = _COUNT
) -> list[dict[str, float]]:
    """What share of everybody's lists is new on another day than the borders were found on, by what is asked for."""
    borders = sides.borders(count)
    return [
        {
            "asked": share,
            "reachable": balance.reachable(share, count),
            "given": float(np.mean(borders < balance.offset_for(share, count)))
            if len(borders)
            else 0.0,
        }
        for share in ASKED_SHARES
    ]


def _point(offset: float, figures: dict[str, Floats], best: Floats) -> BalancePoint:
    below, most, error = _below(best, figures["ndcg"])
    return BalancePoint(
        offset=offset,
        new_share=_mean(figures["new_share"]),
        recall_10=_mean(figures["recall"]),
        ndcg_10=_mean(figures["ndcg"]),
        repeat_recall_10=_mean(figures["repeat_recall"]),
        explore_recall_10=_mean(figures["explore_recall"]),
        ndcg_below_best=below,
        ndcg_below_most=most,
        ndcg_error=error,
    )


def _figures(trial: Trial, sides: Sides, offset: float) -> dict[str, Floats]:
    """The figures of each customer under an offset."""
    lists, targets = sides.lists(offset, _COUNT), trial.targets
    hits = targets.hits(lists)
    kinds = {kind: targets.only(kind == "repeat") for kind in ("repeat", "explore")}
    had = trial.had.hits(lists).sum(axis=1)
    listed = np.maximum((lists != NOTHING).sum(axis=1), 1)
    return {
        "new_share": 1.0 - had / listed,
        "recall": recall(hits, targets.counts),
        "ndcg": ndcg(hits, targets.counts),
        **{f"{kind}_recall": recall(one.hits(lists), one.counts) for kind, one in kinds.items()},
    }


def _below(best: Floats, mine: Floats) -> tuple[float, float, float]:
    """How much lower mine are on average, the upper end of that, and the standard error of the best themselves."""
    _, most = mean_interval(best - mine)
    if math.isnan(most):
        # One customer tells nothing of others but which list was the best.
        most = 0.0 if mine is best else math.inf
    error = float(np.std(best, ddof=1)) / len(best) ** 0.5 if len(best) > 1 else 0.0
    return float(np.mean(best - mine)), most, error


def _mean(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else 0.0
