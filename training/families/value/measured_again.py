"""The figures of a value model's card that need the company's data, measured once more without a fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from features.company.settings.questions import ValueSettings
from features.store.pack import Pack
from features.store.store import Store
from features.vectors.refresh import end_of_data
from features.vocabulary.errors import ModelRefused
from training.datasets.dataset import Dataset
from training.families.value.bundle import ValueBundle
from training.families.value.concentration import carried_by_few, without_largest
from training.families.value.dataset import (
    ValueDataset,
    first_purchase,
    value_dataset,
    value_features,
    value_splits,
)
from training.families.value.margins import Margins
from training.families.value.on_data import value_fairness, value_leaks
from training.families.value.recomputed import tested_value
from training.families.value.tested_value import TestedValue
from training.families.value.trust import examine_value
from training.learners.usable import usable_features
from training.measures.intervals import finite
from training.measures.predictions.predictions import Predictions
from training.safeguards.leaks.columns import read_columns
from training.safeguards.leaks.report import said_before

LEFT_OUT: Mapping[str, str] = {
    "evaluation.cost_to_serve": "costs are learned beside the value, and what they were expected to be at the tests is not kept",
}
"""What neither predictions nor data give."""


def measured_again(
    bundle: ValueBundle,
    predictions: Predictions,
    pack: Pack,
    store: Store | None,
    settings: ValueSettings,
    margins: Margins,
    *,
    threads: int = 1,
) -> dict[str, Any]:
    """Leaks, fairness, reasons and the bias without the largest customers, each where the manifest has it.

    Vectors and amounts are made anew, by the features of the bundle and the ``margins`` of purchase lines; the model is the bundle's, and what was answered at the tests are
    the ``predictions``. ``ModelRefused`` where another horizon is asked for by now, or other customers.
    """
    manifest, said = bundle.manifest, bundle.manifest.evaluation
    splits, _ = value_splits(first_purchase(pack), end_of_data(pack), settings)
    if splits.horizon.days != manifest.horizon_days:
        raise _others("a horizon of the days the model was trained for")
    plan = bundle.plan.compiled(pack)
    dataset = value_dataset(pack, plan, splits, margins, threads=threads)
    usable = usable_features(Dataset(dataset.vectors, dataset.bought.astype(np.float64)))
    columns = read_columns(plan.declarations, pack, value_features(usable.names))
    latest = dataset.at(splits.shipped.calibration.seconds)
    leaks = value_leaks(dataset, columns, said_before(said["leaks"]), bundle.value)
    fairness = value_fairness(dataset, columns, pack, store, said["fairness"]["lawful"])
    return {
        "base_rate": float(np.mean(latest.bought)),
        "metrics": _without_largest(bundle, predictions, pack, dataset),
        "evaluation": {
            "leaks": leaks.as_dict(),
            "fairness": fairness.as_dict(),
            "trust": examine_value(bundle, latest.vectors, threads=threads).as_dict(),
        },
    }


def _without_largest(
    bundle: ValueBundle, predictions: Predictions, pack: Pack, dataset: ValueDataset
) -> dict[str, Any]:
    """The bias with the largest customers taken out, where few carry the money; nothing where they do not."""
    if not carried_by_few(pack):
        return {}
    mine = [part for part in predictions.tested if part.rung == bundle.manifest.title]
    tested = [_by_key(tested_value(part), dataset) for part in mine]
    return finite(without_largest(pack, tested).figures)


def _by_key(tested: TestedValue, dataset: ValueDataset) -> TestedValue:
    """The same test with the customers' keys in the place of the names that stand in the file."""
    keys = dataset.at(tested.cutoff.seconds).vectors.customer_keys
    if len(keys) != len(tested.brought):
        raise _others("the customers that the model was tested on")
    return replace(tested, customer_keys=keys)


def _others(expected: str) -> ModelRefused:
    return ModelRefused(
        expected=expected,
        found="another, by [value] in regulars.toml",
        remedy="Put it back, or train once more.",
    )
