"""The figures of one column: how much it tells alone, what is lost without it, and what it echoes."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, sqrt

import numpy as np

from features.vocabulary.arrays import Floats
from training.safeguards.leaks.coding import ranked
from training.safeguards.leaks.columns import ReadColumn
from training.safeguards.leaks.weighing import Weighing, concordance


@dataclass(frozen=True)
class Echo:
    """How far what a column says of the others is just what the outcome says of them.

    Something written down after the outcome, from the outcome, goes together with everything else as
    the outcome does and no more: 1. What drives the outcome by itself has nothing to do with the other
    drivers: 0. ``error`` is its standard error.
    """

    value: float
    error: float

    @property
    def is_conclusive(self) -> bool:
        """Whether there are rows and other columns enough to tell the two apart."""
        return self.error <= 0.25

    @property
    def is_heard(self) -> bool:
        """Whether it is told and is that of the outcome."""
        return self.is_conclusive and abs(self.value - 1.0) <= 0.15 + 2.0 * self.error

    @property
    def is_own(self) -> bool:
        """Whether it is told that the column goes its own way."""
        return self.is_conclusive and self.value < 0.5


@dataclass(frozen=True)
class Tried:
    """One column as it was tried; figures are the AUC of customers left out, or its like for amounts.

    ``alone`` is by the column alone, ``without`` by everything but it and ``whole`` by everything.
    ``one_sided`` tells of whom alone it is known, or alone missing, where that is so.
    """

    column: ReadColumn
    strongest: str
    strongest_alone: float
    alone: float
    without: float
    whole: float
    error: float
    echo: Echo
    one_sided: str = ""

    @property
    def fall(self) -> float:
        """What is lost when the column is left out."""
        return self.whole - self.without

    @property
    def ahead(self) -> float:
        """By how much it tells more alone than everything else together."""
        return self.alone - self.without


def echo_of(outcomes: Floats, column: Floats, others: Floats) -> Echo:
    """The echo of a column's scores in those of all others."""
    told = _correlation(outcomes, column) * _correlation(outcomes, others)
    if told <= 0.0:
        return Echo(0.0, inf)
    return Echo(_correlation(column, others) / told, 1.0 / (sqrt(len(outcomes)) * told))


def tried(
    column: ReadColumn,
    weighing: Weighing,
    whole: float,
    by_feature: dict[str, float],
    *,
    without: frozenset[str] = frozenset(),
) -> Tried:
    """Try one column; what else ``without`` names is looked at neither with it nor against it."""
    names = set(column.feature_names)
    own, others = weighing.alone(names), weighing.without(names | without)
    outcomes = weighing.outcomes
    strongest = max(column.feature_names, key=lambda name: (by_feature[name], name))
    alone = concordance(outcomes, own)
    return Tried(
        column,
        strongest,
        by_feature[strongest],
        alone,
        concordance(outcomes, others),
        whole,
        _error(alone, outcomes),
        echo_of(ranked(outcomes), ranked(own), ranked(others)),
    )


def _error(area: float, outcomes: Floats) -> float:
    above = int((outcomes > outcomes.mean()).sum())
    fewer = max(1, min(above, len(outcomes) - above))
    return sqrt(max(area * (1.0 - area), 0.01) / fewer)


def _correlation(first: Floats, second: Floats) -> float:
    if first.std() < 1e-12 or second.std() < 1e-12:
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])
