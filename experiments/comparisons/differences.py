"""How far figures of several sides differ on the same rows, with the interval that resampled customers give."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.comparisons.paired import PairedAnswers, said_cutoff
from features.vocabulary.arrays import Floats
from training.measures.intervals import customer_draws, interval
from training.measures.metrics import log_losses
from training.measures.profit import Costs, by_falling

EVERYWHERE = "all cutoffs"
AUC, LOG_LOSS, BRIER, FOUND, PROFIT = "auc", "log_loss", "brier", "list_found", "list_profit_cents"
SMALLER_IS_BETTER = (LOG_LOSS, BRIER)
_ROWS_A_PLACE, _ROWS_MORE = 3, 100


class WithEnds:
    """A difference with the ends of its 95 % interval."""

    low: float
    high: float

    @property
    def is_beyond_chance(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class FigureDifference(WithEnds):
    """One figure of a side beside that of the first, and how much more it is, with 95 % ends.

    ``where`` is a cutoff or all of them, of which it is the mean.
    """

    figure: str
    where: str
    base: str
    side: str
    base_value: float
    value: float
    difference: float
    low: float
    high: float

    def as_dict(self) -> dict[str, Any]:
        """The row as plain fields."""
        return asdict(self)


@dataclass(frozen=True)
class ListTerms:
    """How long the list at a cutoff is, 0 for the riskiest tenth, and what it costs and brings."""

    size: int
    costs: Costs

    def of(self, customers: float) -> int:
        """The list among so many customers."""
        return min(self.size or math.ceil(customers / 10), int(customers))


def figure_differences(
    paired: PairedAnswers, terms: ListTerms, *, resamples: int
) -> list[FigureDifference]:
    """Every side against the first: each figure over all cutoffs, and at each where there are several.

    The same customers are drawn for all sides, each with all of their rows, so that the interval is of the difference.
    """
    from threadpoolctl import threadpool_limits

    tests = [_Test(paired, cutoff, terms) for cutoff in paired.cutoffs]
    measured = np.stack([one.figures() for one in tests])
    drawn = np.empty((resamples, *measured.shape))
    customers = int(paired.customers.max()) + 1
    # For sums as short as these the threads of a library of matrices would mostly wait for one another.
    with threadpool_limits(limits=1):
        for row, draw in enumerate(customer_draws(customers, resamples=resamples)):
            for place, test in enumerate(tests):
                drawn[row, place] = test.figures(draw)
    found: list[FigureDifference] = []
    for number, figure in enumerate(_figures(terms)):
        wholes = measured[..., number].mean(axis=0), drawn[..., number].mean(axis=1)
        found += _rows(paired, figure, EVERYWHERE, *wholes)
    if len(tests) > 1:
        for place, cutoff in enumerate(paired.cutoffs):
            for number, figure in enumerate(_figures(terms)):
                one = measured[place, :, number], drawn[:, place, :, number]
                found += _rows(paired, figure, said_cutoff(cutoff), *one)
    return found


def _figures(terms: ListTerms) -> list[str]:
    """The figures in their order; money alone where it is known what a customer brings."""
    return [AUC, LOG_LOSS, BRIER, FOUND, *([PROFIT] if terms.costs.value else [])]


def _rows(
    paired: PairedAnswers, figure: str, where: str, values: Floats, drawn: Floats
) -> Iterator[FigureDifference]:
    for side in range(1, len(paired.sides)):
        low, high = interval(drawn[:, side] - drawn[:, 0])
        yield FigureDifference(
            figure,
            where,
            paired.sides[0],
            paired.sides[side],
            float(values[0]),
            float(values[side]),
            float(values[side] - values[0]),
            low,
            high,
        )


class _Test:
    """The rows of one cutoff, sorted once for every side."""

    def __init__(self, paired: PairedAnswers, cutoff: int, terms: ListTerms) -> None:
        rows = np.flatnonzero(paired.cutoff_seconds == cutoff)
        self._customers = paired.customers[rows]
        self._terms, outcomes = terms, paired.outcomes[rows]
        self._sides = [_SideOfTest.of(outcomes, one[rows]) for one in paired.probability]
        self._names = _figures(terms)

    def figures(self, draw: Floats | None = None) -> Floats:
        """A line a side and a column a figure, each customer counting as often as drawn."""
        weights = np.ones(len(self._customers)) if draw is None else draw[self._customers]
        total = float(weights.sum())
        size = self._terms.of(round(total))
        lines = [one.figures(weights, total, size, self._terms) for one in self._sides]
        return np.array([[line[name] for name in self._names] for line in lines])


@dataclass(frozen=True)
class _SideOfTest:
    """One side at one cutoff, its rows by falling probability; sorted once, so that a resample costs two sums along them."""

    order: NDArray[np.intp]
    left: Floats
    lasts_of_ties: NDArray[np.intp] | None
    surprises: Floats

    @classmethod
    def of(cls, outcomes: Floats, probability: Floats) -> _SideOfTest:
        order, lasts = by_falling(probability)
        squares = (probability - outcomes) ** 2
        return cls(
            order,
            outcomes[order],
            lasts if len(lasts) < len(order) else None,
            np.stack([log_losses(outcomes, probability), squares]),
        )

    def figures(
        self, weights: Floats, total: float, size: int, terms: ListTerms
    ) -> Mapping[str, float]:
        held = weights[self.order]
        hits = held * self.left
        left = np.cumsum(hits)
        if self.lasts_of_ties is None:
            pairs = float(left[-1]) * (total - float(left[-1]))
            auc = float((held - hits) @ left) / pairs if pairs else math.nan
            # Behind so many rows no list ends, unless a resample draws nearly none of them.
            top = min(_ROWS_A_PLACE * size + _ROWS_MORE, len(held))
            customers = np.cumsum(held[:top])
            if customers[-1] < size:
                customers = np.cumsum(held)
        else:
            customers, left = np.cumsum(held)[self.lasts_of_ties], left[self.lasts_of_ties]
            auc = _area(customers - left, left)
        loss, square = self.surprises @ weights / max(total, 1.0)
        begun = np.r_[0.0, left[: len(customers)]]
        found = float(np.interp(size, np.r_[0.0, customers], begun))
        return {
            AUC: auc,
            LOG_LOSS: float(loss),
            BRIER: float(square),
            FOUND: found,
            PROFIT: float(terms.costs.of_list(found, size)),
        }


def _area(stayed: Floats, left: Floats) -> float:
    """The AUC by those who left and who stayed down to each distinct probability; NaN where either is nobody.

    >>> _area(np.array([0.0, 1.0, 2.0]), np.array([1.0, 2.0, 2.0]))
    0.875
    """
    pairs = float(left[-1]) * float(stayed[-1])
    if not pairs:
        return math.nan
    # Each who stayed stands below all who left before, and ties with those of the same probability.
    area = np.diff(stayed) @ (left[1:] + left[:-1]) + stayed[0] * left[0]
    return float(area) / 2.0 / pairs
