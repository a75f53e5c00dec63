"""What a rank is worth in money: levels and intervals learned from the latest customers whose year is over.

Trees order customers well and miss the level, because customers age between one cutoff and the next. So
the model gives the order, and the latest cutoff with a known outcome gives the money: customers in
bins of equal size by the model's answer, each bin at what it brought, rising from bin to bin
(isotonic regression by pooling neighbours, Ayer et al. 1955) and joined by straight lines. A model that is then fitted
on that cutoff too takes the level over by ranks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from features.vocabulary.arrays import Floats
from training.learners.columns import SHARED_BY

MOST_BINS = 20
FEWEST_IN_BIN = 50
INTERVAL_BINS = 10
FEWEST_IN_INTERVAL = 100
COVERED = 0.8


@dataclass(frozen=True)
class Level:
    """Knots from a model's answer to what customers with that answer brought on average.

    Both ascend. Below the first knot the line runs to nothing at nothing, beyond the last one the
    answer is scaled as the last knot is. What was brought is scaled once more so that the customers it
    was learned from bring exactly what they brought.
    """

    answers: Floats
    brought: Floats

    @classmethod
    def learn(cls, answers: Floats, brought: Floats) -> Level:
        """The level of customers with these answers who brought so much; neither is below zero."""
        bins = int(np.clip(len(answers) // FEWEST_IN_BIN, 1, MOST_BINS))
        order = np.argsort(answers, kind="stable")
        blocks: list[list[float]] = []
        for rows in np.array_split(order, bins):
            blocks.append(
                [float(answers[rows].sum()), float(brought[rows].sum()), float(len(rows))]
            )
            while len(blocks) > 1 and (
                blocks[-2][1] * blocks[-1][2] >= blocks[-1][1] * blocks[-2][2]
                or blocks[-2][0] * blocks[-1][2] >= blocks[-1][0] * blocks[-2][2]
            ):
                upper = blocks.pop()
                blocks[-1] = [one + two for one, two in zip(blocks[-1], upper, strict=True)]
        sums = np.array(blocks)
        raw = cls(sums[:, 0] / sums[:, 2], sums[:, 1] / sums[:, 2])
        expected = float(raw.apply(answers).sum())
        factor = float(brought.sum()) / expected if expected > 0 else 1.0
        return cls(raw.answers, raw.brought * factor)

    def apply(self, answers: Floats) -> Floats:
        """What customers with these answers bring on average; never below zero."""
        top, worth = self.answers[-1], self.brought[-1]
        inside = np.interp(answers, np.r_[0.0, self.answers], np.r_[0.0, self.brought])
        beyond = answers * (worth / top) if top > 0 else np.full(len(answers), worth)
        return np.maximum(np.where(answers > top, beyond, inside), 0.0)

    def raised(self, by: float) -> Level:
        """The same level where everybody brings more: the logarithm of what they bring is higher by so much."""
        return Level(self.answers, self.brought * float(np.exp(by)))

    def carried_over(self, before: Floats, after: Floats) -> Level:
        """The same level for a model that answers on another scale.

        ``before`` and ``after`` are what the two models answer of the same customers. As many customers lie below a
        knot as did, and of all of them together as much is expected as was: the newer model says who, the level how
        much. Trees that have seen more answer further apart, which would be taken for a level that moved.
        """
        if np.array_equal(before, after):
            return self
        ranks_before, ranks_after = np.r_[0.0, np.sort(before)], np.r_[0.0, np.sort(after)]
        inside = np.interp(self.answers, ranks_before, ranks_after)
        top = ranks_before[-1]
        stretched = self.answers * (ranks_after[-1] / top) if top > 0 else inside
        knots, place = np.unique(
            np.where(self.answers > top, stretched, inside), return_inverse=True
        )
        brought = np.bincount(place, self.brought) / np.bincount(place)
        raw = Level(knots, brought)
        expected, found = float(self.apply(before).sum()), float(raw.apply(after).sum())
        return Level(knots, brought * (expected / found)) if found > 0 else raw

    def as_dict(self) -> dict[str, Any]:
        """The knots as plain lists."""
        return {"answers": self.answers.tolist(), "brought": self.brought.tolist()}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Level:
        """The knots read back."""
        return cls(np.array(content["answers"], float), np.array(content["brought"], float))


@dataclass(frozen=True)
class Intervals:
    """Between which shares of the expected value four customers in five end, by expected value.

    ``edges`` are the inner edges of bins by expected value; ``low`` and ``high`` one share a bin.
    Split conformal prediction within each bin (Romano et al. 2019 call it locally weighted): the shares are the
    ones that covered 80 % of later customers' outcomes. Where more than a tenth of a bin brought
    nothing, the interval begins at nothing and the whole fifth is left out above.
    """

    edges: Floats
    low: Floats
    high: Floats

    @classmethod
    def learn(cls, expected: Floats, brought: Floats) -> Intervals:
        """The shares among customers of whom so much was expected and who brought so much."""
        bins = int(np.clip(len(expected) // FEWEST_IN_INTERVAL, 1, INTERVAL_BINS))
        edges = np.unique(np.quantile(expected, np.linspace(0.0, 1.0, bins + 1)[1:-1]))
        share = np.divide(brought, expected, out=np.zeros(len(brought)), where=expected > 0)
        place = np.searchsorted(edges, expected, side="right")
        ends = [_ends(share[place == one]) for one in range(len(edges) + 1)]
        low, high = np.array(ends).T
        return cls(edges, low, high)

    def apply(self, expected: Floats) -> tuple[Floats, Floats]:
        """The lower and upper end for customers of whom so much is expected; both hold the expectation."""
        place = np.searchsorted(self.edges, expected, side="right")
        low, high = expected * self.low[place], expected * self.high[place]
        return np.minimum(low, expected), np.maximum(high, expected)

    def says_something(self, expected: Floats) -> Any:
        """Whether more than a fifth of the customers of like value brought anything at all.

        Of the others nothing is the best guess and is right more often than four times in five.
        """
        return self.high[np.searchsorted(self.edges, expected, side="right")] > 0

    def as_dict(self) -> dict[str, Any]:
        """The table as plain lists."""
        return {
            "edges": self.edges.tolist(),
            "low": self.low.tolist(),
            "high": self.high.tolist(),
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Intervals:
        """The table read back."""
        return cls(*(np.array(content[name], float) for name in ("edges", "low", "high")))


def _ends(share: Floats) -> tuple[float, float]:
    """The shares between which 80 % lie; ten customers or more lie at or beyond each, where there are."""
    if not len(share):
        return 0.0, 1.0
    ordered = np.sort(share)
    tail = (1.0 - COVERED) / 2.0
    if np.mean(ordered <= 0) > tail:
        return 0.0, _rank(ordered, COVERED)
    return _rank(ordered, tail), _rank(ordered, 1.0 - tail)


def _rank(ordered: Floats, share: float) -> float:
    """The conformal quantile: one more customer is counted than there are; shared by ten."""
    count = len(ordered)
    place = int(np.ceil(share * (count + 1))) - 1
    edge = min(SHARED_BY, max(1, count // 2))
    return float(ordered[int(np.clip(place, edge - 1, count - edge))])
