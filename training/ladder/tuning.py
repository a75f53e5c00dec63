"""How far trees may go on the table at hand: a dozen settings tried by cross-fitting, the simplest of the best taken.

Each setting answers for customers whose folds it did not learn from, on the same rows and folds as all others. Of those
within one standard error of the best, which is paired and counts customers and not rows (Breiman et al. 1984), the
simplest is taken. Where there are very many customers, some of them are enough to tell settings apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from training.datasets.dataset import Dataset
from training.datasets.lots import MOST_DEALT, dealt
from training.ladder.rung import Rung
from training.learners.boosting import BoostedModel
from training.learners.columns import Columns
from training.learners.trees import BinnedRows, BoostingSettings, CrossFitted
from training.measures.metrics import log_losses

FOLDS = 4
MOST_VALUES = 1_000_000
"""So many values, rows times features, tell settings apart; of more rows those of a part of the customers are read."""
FEWEST_OF_EITHER = 20
"""Below so many of either outcome nothing is searched, and the usual settings stay."""
_SHAPES = ((4, 2), (7, 3), (15, 5), (31, 6))
_NARROW = 40
"""On so few features trees may learn slowly; with hundreds that would cost more than it gains."""
_MOST_ROWS_SLOWLY = 20_000
_MOST_VALUES_SLOWLY, _FASTER = 5_000_000, 0.1
"""Of more values slow trees would take most of the time of a training, for less than the ladder calls a tie."""
_BINARY = {"objective": "binary"}


@dataclass(frozen=True)
class TriedSettings:
    """One setting: its log loss on customers it had not learned from, and how much more than the best's that is.

    ``error`` is the standard error of the difference, over customers.
    """

    settings: BoostingSettings
    log_loss: float
    behind: float
    error: float


@dataclass(frozen=True)
class TunedSettings:
    """What was found: the settings that are taken, everything tried, the simplest first, and on how many rows.

    ``rounds`` is how many served best, where a fit has no later cutoff that tells.
    """

    settings: BoostingSettings
    tried: tuple[TriedSettings, ...]
    rows: int
    rounds: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """What was found as plain fields."""
        return {
            "rows": self.rows,
            "rounds": self.rounds,
            "tried": [
                {
                    "leaves": one.settings.leaves,
                    "depth": one.settings.depth,
                    "feature_fraction": one.settings.feature_fraction,
                    "lambda_l2": one.settings.lambda_l2,
                    "leaf_share": one.settings.leaf_share,
                    "log_loss": one.log_loss,
                    "behind": one.behind,
                    "error": one.error,
                    "taken": _growth(one.settings) == _growth(self.settings),
                }
                for one in self.tried
            ],
        }


def capped_settings(features: int) -> tuple[BoostingSettings, ...]:
    """A dozen settings for so many features, the simplest first: four shapes of trees, held back in three ways.

    Trees are shallow, so that every customer can be explained.
    """
    return tuple(
        replace(held, leaves=leaves, depth=depth)
        for leaves, depth in _SHAPES
        for held in _held_back(features)
    )


def free_settings(features: int) -> tuple[BoostingSettings, ...]:
    """Trees without a limit of depth and with twice the leaves, the simplest first: what limits cost is seen by these."""
    return tuple(
        replace(_held_back(features)[1], leaves=2 * leaves, depth=-1) for leaves, _ in _SHAPES[1:]
    )


def _held_back(features: int) -> tuple[BoostingSettings, ...]:
    """Three ways to hold trees back, the firmest first; of few features each tree sees most."""
    few, many = (float(np.clip(wanted / features, 0.3, 1.0)) for wanted in (9, 18))
    # Trees that each see other customers err less together, and bear being told of all the columns.
    usual = BoostingSettings(bagging_fraction=0.7)
    return (
        replace(usual, feature_fraction=few, lambda_l2=10.0, leaf_share=0.02),
        replace(usual, feature_fraction=many, lambda_l2=10.0, leaf_share=0.01),
        replace(usual, feature_fraction=many, lambda_l2=1.0, leaf_share=0.0),
    )


def tuned_rungs(
    rungs: Sequence[Rung], dataset: Dataset, *, threads: int = 1
) -> tuple[tuple[Rung, ...], dict[str, TunedSettings]]:
    """The same rungs with the settings that suit a dataset, in a blend too; and what was found, by the rung's name.

    Rungs that bring settings of their own keep them. The dataset may only hold what every test may learn from.
    """
    found: dict[str, TunedSettings] = {}
    tuned: list[Rung] = []
    for rung in rungs:
        if rung.family == BoostedModel.family and rung.settings is None:
            settings = capped_settings(len(rung.feature_names))
            if (searched := search(rung, dataset, settings, threads=threads)) is not None:
                found[rung.name] = searched
                rung = replace(rung, settings=searched.settings)
        by_name = {one.name: one for one in tuned}
        tuned.append(
            replace(rung, parts=tuple(by_name.get(part.name, part) for part in rung.parts))
        )
    return tuple(tuned), found


def search(
    rung: Rung, dataset: Dataset, settings: Sequence[BoostingSettings], *, threads: int = 1
) -> TunedSettings | None:
    """The simplest of some settings, given the simplest first, that is within one standard error of the best.

    Where a fit may have no later cutoff to find it on, it brings the number of rounds that served folds of customers
    best. None where there are too few of either outcome to tell.
    """
    chosen = _some_customers(dataset, MOST_VALUES // max(1, len(rung.feature_names)))
    if min(chosen.positives, chosen.rows - chosen.positives) < FEWEST_OF_EITHER:
        return None
    ground = _Ground(rung, chosen, threads)
    losses = [ground.losses(one) for one in settings]
    tried = _compared(settings, losses, chosen.vectors.customer_keys)
    taken = _paced(simplest(tried).settings, len(rung.feature_names), dataset.rows)
    # Who calibrates the earliest test has learned from one cutoff less.
    if len(np.unique(dataset.vectors.cutoff_seconds)) <= 2:
        rounds = ground.fitted(taken).rounds
        # A model of all customers learns from more than those of a fold, and bears more rounds in proportion.
        most = round(float(np.mean(rounds)) * FOLDS / (FOLDS - 1))
        return TunedSettings(replace(taken, rounds_untested=most), tried, chosen.rows, most)
    return TunedSettings(taken, tried, chosen.rows)


def _paced(settings: BoostingSettings, features: int, rows: int) -> BoostingSettings:
    """The settings with the pace at which a table of this size is learned: the smaller, the slower."""
    if features <= _NARROW and rows <= _MOST_ROWS_SLOWLY:
        slowly = settings.learning_rate / 2
        return replace(settings, learning_rate=slowly, rounds=2 * settings.rounds)
    if features * rows > _MOST_VALUES_SLOWLY:
        return replace(settings, learning_rate=_FASTER)
    return settings


def simplest(tried: Sequence[TriedSettings]) -> TriedSettings:
    """The first that is within one standard error of the best.

    >>> one = BoostingSettings()
    >>> simplest([TriedSettings(one, 0.53, 0.03, 0.01), TriedSettings(one, 0.51, 0.01, 0.01), TriedSettings(one, 0.5, 0.0, 0.0)]).log_loss
    0.51
    """
    return next(one for one in tried if one.behind <= one.error)


class _Ground:
    """The rows that are searched on, in bins once for all settings, with the fold of each."""

    def __init__(self, rung: Rung, dataset: Dataset, threads: int) -> None:
        columns = Columns.learn(dataset.vectors, rung.feature_names)
        self._rows = columns.prepare(
            dataset.vectors.values, columns.positions(dataset.vectors.feature_names)
        )
        latest = np.zeros(dataset.rows, np.bool_)
        usual = BoostingSettings()
        self._binned = BinnedRows(self._rows, latest, columns.names, usual, threads=threads)
        self._outcomes = dataset.outcomes
        self._folds = _folds_of(dataset)
        self._directions = rung.directions
        self._known: dict[BoostingSettings, Floats] = {}

    def losses(self, settings: BoostingSettings) -> Floats:
        """What each row loses by trees that learn fast, which tell settings apart as slow ones do."""
        fast = replace(settings, learning_rate=0.15, rounds=200, patience=12)
        # On few rows leaves of different shares hold equally many, and the trees are the same.
        alike = replace(fast, leaf_share=float(fast.least_in_leaf(len(self._outcomes))))
        if alike not in self._known:
            self._known[alike] = log_losses(self._outcomes, self.fitted(fast).answers)
        return self._known[alike]

    def fitted(self, settings: BoostingSettings) -> CrossFitted:
        return self._binned.cross_fitted(
            self._rows, self._outcomes, self._folds, settings, _BINARY, self._directions
        )


def _compared(
    settings: Sequence[BoostingSettings], losses: Sequence[Floats], customer_keys: NDArray[np.int32]
) -> tuple[TriedSettings, ...]:
    """Each setting beside the best, by the losses on the same rows; a customer's rows count together."""
    means = [float(one.mean()) for one in losses]
    best = int(np.argmin(means))
    _, place = np.unique(customer_keys, return_inverse=True)
    found = []
    for one, loss, mean in zip(settings, losses, means, strict=True):
        gap = loss - losses[best]
        sums = np.bincount(place, weights=gap - gap.mean())
        error = float(np.sqrt((sums**2).sum())) / len(gap)
        found.append(
            TriedSettings(one, round(mean, 9), round(mean - means[best], 9), round(error, 9))
        )
    return tuple(found)


def _some_customers(dataset: Dataset, most_rows: int) -> Dataset:
    """The rows of so many customers as fit in, each chosen by its own lot; in the order given."""
    if dataset.rows <= most_rows:
        return dataset
    share = most_rows / dataset.rows
    return dataset.select(dealt(dataset.vectors.customer_keys, 0) < share * MOST_DEALT)


def _folds_of(dataset: Dataset) -> NDArray[np.int8]:
    """Customers dealt into folds, of either outcome as many in each: by lot within those it ever came true of."""
    keys, customers = np.unique(dataset.vectors.customer_keys, return_inverse=True)
    ever = np.zeros(len(keys))
    np.maximum.at(ever, customers, dataset.outcomes)
    order = np.lexsort((dealt(keys, 1), ever))
    folds = np.empty(len(keys), np.int8)
    folds[order] = np.arange(len(keys)) % FOLDS
    return folds[customers]


def _growth(settings: BoostingSettings) -> tuple[float, ...]:
    return (settings.leaves, settings.feature_fraction, settings.lambda_l2, settings.leaf_share)
