"""The rungs of the value ladder learned: from a dataset of amounts to models, levels and ranges."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.buying_fit import fit_buying_model
from features.errors import ModelRefused
from training.boosting import BoostingSettings, Trees, can_find_rounds, grow_trees
from training.level import Intervals, Level
from training.model import SHARED_BY, Columns, Floats, shared_bounds
from training.spending import fit_spending_model
from training.value import DORMANT, ONE_TIME, REGULAR, CalibratedValue, kinds
from training.value_dataset import ValueDataset
from training.value_models import (
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

_TWEEDIE_POWER = 1.5
_FEATURES_A_TREE = 45
"""Trees of so many features each are as good as trees of a third of four hundred, and much faster."""


def fit_rungs(
    dataset: ValueDataset,
    feature_names: Sequence[str],
    horizon_days: int,
    *,
    wanted: Sequence[str] = RUNGS,
    rounds: dict[str, int] | None = None,
    threads: int = 1,
) -> dict[str, ValueModel]:
    """The wanted rungs, fitted on all cutoffs of a dataset; those the data cannot carry are left out.

    ``rounds`` remembers how many trees served each objective best: what an earlier dataset found is
    used again, and what this one finds is added. It may only come from earlier cutoffs.
    """
    dataset.require_fit()
    found: dict[str, ValueModel] = {}
    known = dataset.vectors.feature_names
    if RATE in wanted:
        columns = _unbounded("spend_sum_lifetime", "days_since_first_order")
        found[RATE] = RuleValue(RATE, columns, horizon_days, 0)
    if LAST in wanted:
        days = _window(known, horizon_days)
        columns = _unbounded(f"spend_sum_{days}d")
        found[LAST] = RuleValue(LAST, columns, horizon_days, days)
    if PARAMETRIC in wanted:
        with suppress(ModelRefused):
            found[PARAMETRIC] = _parametric(dataset, horizon_days)
    if set(wanted) & set(LEARNED):
        kept = {} if rounds is None else rounds
        found |= _trees(dataset, feature_names, horizon_days, wanted, kept, threads)
    return found


def _unbounded(*names: str) -> Columns:
    """Columns held to no bounds: a rule keeps nobody's extremes, and tenure grows from year to year."""
    most = np.full(len(names), np.finfo(np.float32).max, np.float32)
    return Columns(names, -most, most)


def _window(names: Sequence[str], horizon_days: int) -> int:
    """The longest stretch with a feature of its own that is no longer than the horizon."""
    known = [days for days in (7, 30, 90, 180, 365) if f"spend_sum_{days}d" in names]
    return max((one for one in known if one <= horizon_days), default=min(known))


def _parametric(dataset: ValueDataset, horizon_days: int) -> ParametricValue:
    """Both models, fitted on what was known at the latest cutoff of the dataset."""
    latest = dataset.vectors.at(int(dataset.vectors.cutoff_seconds.max()))
    names = (
        "active_days_count_lifetime",
        "days_since_order",
        "days_since_first_order",
        "gross_spend_sum_lifetime",
    )
    days, since_last, since_first, spend = (latest.column(one).astype(np.float64) for one in names)
    buying = fit_buying_model(np.maximum(days - 1.0, 0.0), since_last, since_first)
    again = days >= 2
    spending = fit_spending_model(days[again], spend[again] / days[again])
    return ParametricValue(PARAMETRIC, _unbounded(*names), horizon_days, buying, spending)


def _trees(
    dataset: ValueDataset,
    names: Sequence[str],
    horizon_days: int,
    wanted: Sequence[str],
    rounds: dict[str, int],
    threads: int,
) -> dict[str, ValueModel]:
    """The rungs of trees; they share theirs, so each is grown once."""
    vectors, amounts = dataset.vectors, dataset.amounts
    columns = Columns.learn(vectors, names)
    prepared = columns.prepare(vectors.values, columns.positions(vectors.feature_names))
    is_latest = vectors.cutoff_seconds == vectors.cutoff_seconds.max()

    share = float(np.clip(_FEATURES_A_TREE / len(columns.names), 0.1, 0.3))
    settings = BoostingSettings(
        learning_rate=0.1, feature_fraction=share, rounds=300, patience=20, rounds_untested=60
    )

    def grown(rows: NDArray[np.bool_], targets: Floats, **objective: Any) -> Trees:
        known = rounds.get(objective["objective"])
        trees = grow_trees(
            prepared[rows],
            targets[rows],
            is_latest[rows],
            names=columns.names,
            objective=objective,
            settings=settings,
            rounds=known,
            threads=threads,
        )
        if known is None and can_find_rounds(targets[rows], is_latest[rows]):
            rounds[objective["objective"]] = trees.rounds
        return trees

    bought, everybody = dataset.bought, np.ones(dataset.rows, np.bool_)
    chance = grown(everybody, bought.astype(np.float64), objective="binary")
    tweedie = amount = None
    if {TWEEDIE, BLEND} & set(wanted):
        power = {"objective": "tweedie", "tweedie_variance_power": _TWEEDIE_POWER}
        tweedie = grown(everybody, amounts, **power)
    if {TWO_PART, BLEND} & set(wanted):
        amount = grown(bought, amounts, objective="gamma")
    parts = {TWEEDIE: (tweedie, None), TWO_PART: (None, amount), BLEND: (tweedie, amount)}
    return {
        title: TreeValue(title, columns, horizon_days, chance, *parts[title])
        for title in LEARNED
        if title in wanted
    }


def calibrate_value(
    model: ValueModel, earlier: ValueDataset, later: ValueDataset, *, threads: int = 1
) -> CalibratedValue:
    """Learn level, chance and ranges from a later cutoff, and limits from all that is known.

    ``earlier`` is what the model was fitted on, ``later`` the latest cutoff with a known outcome.
    """
    amounts, chances = model.score(later.vectors, threads=threads)
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
