"""What customers bring: trees for whether, and for how much."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.contracts.families.family import ROWS, Answers, Family, behaviour
from tests.training.companies import DECLARATIONS, dataset, manifest_of
from tests.training.companies import NAMES as BEHAVIOUR
from training.bundles.reference import Reference
from training.families.value.bundle import VALUE_KIND, ValueBundle, ValueTask
from training.families.value.dataset import ValueDataset
from training.families.value.models import TWO_PART
from training.families.value.rungs import calibrate_value, fit_rungs
from training.learners.boosting import BoostedModel


def value() -> ValueBundle:
    """Trees for whether and how much customers bring."""
    learned = dataset(ROWS)
    spend = 300.0 + 40.0 * learned.vectors.column("orders_count_lifetime").astype(np.float64)
    money = ValueDataset(learned.vectors, np.where(learned.outcomes == 1, 0.0, spend))
    rungs = fit_rungs(money, BEHAVIOUR, 60, wanted=(TWO_PART,))
    value = calibrate_value(rungs[TWO_PART], money, money)
    manifest = manifest_of(
        BoostedModel.fit(learned, rounds=1), name="value", learner="trees", task=ValueTask(60)
    )
    expected = value.of(learned.vectors).expected
    return ValueBundle(manifest, value, Reference.learn(learned.vectors, expected), DECLARATIONS)


def value_answers(bundle: ValueBundle) -> Answers:
    found, shares = bundle.of(behaviour().values), bundle.shares(behaviour().values)
    return {name: getattr(found, name) for name in ("expected", "low", "high", "chance")} | {
        "by_group": shares.by_group,
        "limit": shares.limit,
    }


def value_explained(bundle: ValueBundle) -> tuple[NDArray[Any], NDArray[Any]]:
    shares = bundle.shares(behaviour().values)
    whole = shares.base_cents + shares.by_group.sum(axis=(1, 2)) + shares.limit
    return whole, bundle.of(behaviour().values).expected


FAMILY = Family(VALUE_KIND, value, value_answers, value_explained)
