"""The rungs of the value ladder learned: from a dataset of amounts to models, levels and ranges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.lifecycle.repeat_buying import fit_buying_model
from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats
from features.vocabulary.errors import ModelRefused
from training.families.value.dataset import ValueDataset
from training.families.value.level import Intervals, Level
from training.families.value.model import DORMANT, ONE_TIME, REGULAR, CalibratedValue, kinds
from training.families.value.models import (
    BLEND,
    LAST,
    LEARNED,
    PARAMETRIC,
    RATE,
    RUNGS,
    TWEEDIE,
    TWO_PART,
    ParametricValue,
    RuleValue,
    TreeValue,
    ValueModel,
)
from training.families.value.spending import fit_spending_model
from training.learners.columns import SHARED_BY, Columns, shared_bounds
from training.learners.trees import BinnedRows, BoostingSettings, Trees

_TWEEDIE_POWER = 1.5
SETTINGS = BoostingSettings(learning_rate=0.15, rounds=150, patience=15, rounds_untested=40)
_MOST_FEATURES = 80
"""So many features are kept once trees have shown which ones they use."""
_FEATURES_A_TREE = 30
"""Trees of so many features each are as good as trees of a third of four hundred, and much faster."""


@dataclass
class Tuning:
    """What was found at earlier cutoffs: the number of trees an objective, and the features of use."""

    rounds: dict[str, int] = field(default_factory=dict)
    feature_names: tuple[str, ...] = ()

    def keep_best(self, names: Sequence[str], gains: Floats) -> None:
        """Keep the features that gained most, in the order given; all of them where nothing was found."""
        if not self.feature_names and gains.any():
            best = np.sort(np.argsort(-gains, kind="stable")[:_MOST_FEATURES])
            self.feature_names = tuple(names[one] for one in best)


def fit_rungs(
    dataset: ValueDataset,
    feature_names: Sequence[str],
    horizon_days: int,
    *,
    wanted: Sequence[str] = RUNGS,
    tuning: Tuning | None = None,
    now: Vectors | None = None,
    threads: int = 1,
) -> dict[str, ValueModel]:
    """The wanted rungs, fitted on all cutoffs of a dataset; those the data cannot carry are left out.

    What needs no outcome, the rhythm of buying and what a purchase is worth, is fitted on what is known ``now``, as
    whoever has nothing else would do it; without it on the dataset's latest cutoff. ``tuning`` remembers what served best: what an earlier dataset found is used again, and what this
    one finds is added. It may only come from earlier cutoffs.
    """
    dataset.require_fit()
    found: dict[str, ValueModel] = {}
    known = dataset.vectors.feature_names
    if RATE in wanted:
        columns = Columns.unbounded(("spend_sum_lifetime", "days_since_first_order"))
        found[RATE] = RuleValue(RATE, columns, horizon_days, 0)
    if LAST in wanted:
        days = _window(known, horizon_days)
        columns = Columns.unbounded((f"spend_sum_{days}d",))
        found[LAST] = RuleValue(LAST, columns, horizon_days, days)
    if PARAMETRIC in wanted:
        with suppress(ModelRefused):
            found[PARAMETRIC] = _parametric(now or _latest(dataset), horizon_days)
    if set(wanted) & set(LEARNED):
        found |= _trees(dataset, feature_names, horizon_days, wanted, tuning or Tuning(), threads)
    return found


def _window(names: Sequence[str], horizon_days: int) -> int:
    """The stretch with a feature of its own that is nearest to the horizon, by ratio; of equals the shorter."""
    known = [days for days in (7, 30, 90, 180, 365) if f"spend_sum_{days}d" in names]
    return min(known, key=lambda days: (max(days, horizon_days) / min(days, horizon_days), days))


def _latest(dataset: ValueDataset) -> Vectors:
    return dataset.vectors.at(int(dataset.vectors.cutoff_seconds.max()))


def _parametric(known: Vectors, horizon_days: int) -> ParametricValue:
    """Both models, fitted on the purchases of customers as they are known at one moment."""
    names = (
        "active_days_count_lifetime",
        "days_since_order",
        "days_since_first_order",
        "gross_spend_sum_lifetime",
    )
    days, since_last, since_first, spend = (known.column(one).astype(np.float64) for one in names)
    buying = fit_buying_model(np.maximum(days - 1.0, 0.0), since_last, since_first)
    again = days >= 2
    spending = fit_spending_model(days[again], spend[again] / days[again])
    return ParametricValue(PARAMETRIC, Columns.unbounded(names), horizon_days, buying, spending)


def _trees(
    dataset: ValueDataset,
    names: Sequence[str],
    horizon_days: int,
    wanted: Sequence[str],
    tuning: Tuning,
    threads: int,
) -> dict[str, ValueModel]:
    """The rungs of trees; they share theirs, so each is grown once."""
    vectors, bought = dataset.vectors, dataset.bought
    columns = Columns.learn(vectors, tuning.feature_names or names)
    share = float(np.clip(_FEATURES_A_TREE / len(columns.names), 0.05, 0.3))
    ground = BinnedRows(
        columns.prepare(vectors.values, columns.positions(vectors.feature_names)),
        vectors.cutoff_seconds == vectors.cutoff_seconds.max(),
        columns.names,
        replace(SETTINGS, feature_fraction=share),
        threads=threads,
    )
    gains = np.zeros(len(columns.names))

    def grown(rows: NDArray[np.bool_], targets: Floats, **objective: Any) -> Trees:
        name = objective["objective"]
        is_new = name not in tuning.rounds and ground.can_find_rounds(targets, rows)
        trees = ground.grow(targets, rows, objective, tuning.rounds.get(name))
        if is_new:
            tuning.rounds[name] = trees.rounds
            gains[:] += trees.gains / max(float(trees.gains.sum()), 1e-12)
        return trees

    everybody = np.ones(dataset.rows, np.bool_)
    chance = grown(everybody, bought.astype(np.float64), objective="binary")
    tweedie = amount = None
    if {TWEEDIE, BLEND} & set(wanted):
        power = {"objective": "tweedie", "tweedie_variance_power": _TWEEDIE_POWER}
        tweedie = grown(everybody, dataset.amounts, **power)
    if {TWO_PART, BLEND} & set(wanted):
        amount = grown(bought, dataset.amounts, objective="gamma")
    tuning.keep_best(columns.names, gains)
    parts = {TWEEDIE: (tweedie, None), TWO_PART: (None, amount), BLEND: (tweedie, amount)}
    return {
        title: TreeValue(title, columns, horizon_days, chance, *parts[title])
        for title in LEARNED
        if title in wanted
    }


def score_rungs(
    rungs: Mapping[str, ValueModel], vectors: Vectors, *, threads: int = 1
) -> dict[str, tuple[Floats, Floats]]:
    """Each rung's amounts and chances; trees that several rungs share are asked once."""
    kept: dict[int, Floats] = {}
    prepared: dict[int, NDArray[np.float32]] = {}

    def answer(trees: Trees, rows: NDArray[np.float32]) -> Floats:
        if id(trees) not in kept:
            kept[id(trees)] = trees.answer(rows, threads=threads)
        return kept[id(trees)]

    found: dict[str, tuple[Floats, Floats]] = {}
    for name, model in rungs.items():
        if not isinstance(model, TreeValue):
            found[name] = model.score(vectors, threads=threads)
            continue
        if id(model.columns) not in prepared:
            positions = model.columns.positions(vectors.feature_names)
            prepared[id(model.columns)] = model.columns.prepare(vectors.values, positions)
        rows = prepared[id(model.columns)]
        found[name] = model.combined(lambda trees, rows=rows: answer(trees, rows))  # type: ignore[misc]
    return found


def calibrate_value(
    model: ValueModel,
    earlier: ValueDataset,
    later: ValueDataset,
    scored: tuple[Floats, Floats] | None = None,
    *,
    threads: int = 1,
) -> CalibratedValue:
    """Learn level, chance and ranges from a later cutoff, and limits from all that is known.

    ``earlier`` is what the model was fitted on, ``later`` the latest cutoff with a known outcome and
    ``scored`` the model's answers there, where they are known already.
    """
    amounts, chances = scored or model.score(later.vectors, threads=threads)
    level = Level.learn(amounts, later.amounts)
    most = _limits(earlier, later, model.horizon_days)
    kind = kinds(later.vectors, model.horizon_days)
    expected = np.minimum(level.apply(amounts), most[kind])
    intervals = Intervals.learn(expected, later.amounts)
    chance = Level.learn(chances, later.bought.astype(np.float64))
    return CalibratedValue(model, level, chance, intervals, most)


def _limits(earlier: ValueDataset, later: ValueDataset, horizon_days: int) -> Floats:
    """What ten customers of each kind brought or exceeded; that of all where there are fewer."""
    keys = np.concatenate([earlier.vectors.customer_keys, later.vectors.customer_keys])
    kind = np.concatenate([kinds(one.vectors, horizon_days) for one in (earlier, later)])
    amounts = np.concatenate([earlier.amounts, later.amounts]).astype(np.float32)
    whole = shared_bounds(amounts, keys)[1]
    limits = []
    for one in (REGULAR, ONE_TIME, DORMANT):
        rows = kind == one
        few = len(np.unique(keys[rows])) < SHARED_BY
        limits.append(whole if few else shared_bounds(amounts[rows], keys[rows])[1])
    return np.array(limits, float)
