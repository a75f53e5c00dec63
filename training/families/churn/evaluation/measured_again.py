"""The figures of a churn model's card that need the company's data, measured once more without a fit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from features.company.settings.questions import ChurnSettings
from features.store.pack import Pack
from features.store.store import Store
from features.vocabulary.errors import ModelRefused
from training.families.churn.bundle import Bundle
from training.families.churn.evaluation.on_data import measured_on_data
from training.families.churn.evaluation.recomputed import ladder_of_predictions
from training.families.churn.learning import Learned
from training.families.churn.trust import examine_alone
from training.ladder.ladder import Ladder
from training.learners.usable import usable_features
from training.measures.predictions.predictions import Predictions
from training.questions.kinds import question_of
from training.questions.labelled import Labelled, labelled
from training.safeguards.leaks.report import said_before

_OF_REFITS = "it is told by fits on other customers or without limits, which only a training makes"
LEFT_OUT: Mapping[str, str] = dict.fromkeys(
    (
        "evaluation.trust.stability",
        "evaluation.trust.cap",
        "evaluation.trust.figures.trust/stable_",
        "evaluation.trust.figures.trust/permuted",
        "evaluation.trust.figures.trust/cap_",
    ),
    _OF_REFITS,
)
"""What nothing but another training tells."""
_OTHERS_FITS = ("stability", "cap", "bars")


def measured_again(
    bundle: Bundle,
    predictions: Predictions,
    pack: Pack,
    store: Store | None,
    settings: ChurnSettings,
    *,
    threads: int = 1,
) -> dict[str, Any]:
    """Slices, leavers, contacts, leaks, fairness and reasons, each where the manifest has it.

    Vectors are built anew by the features of the bundle, outcomes are asked for anew, and the model is the bundle's; what was answered
    at the tests are the ``predictions``. ``ModelRefused`` where another question is asked by now, or other customers.
    """
    manifest = bundle.manifest
    question = question_of(settings)
    if manifest.task.question.as_set != question:
        raise ModelRefused(
            expected="[churn] in regulars.toml as the model was trained by it",
            found="another question",
            remedy="Put it back, or train once more.",
        )
    plan = bundle.plan.compiled(pack)
    found = labelled(pack, plan, question, settings, threads=threads)
    ladder = ladder_of_predictions(manifest, predictions)
    _require_same_tests(found, ladder)
    learned = Learned(
        manifest=manifest,
        model=bundle.model,
        calibration=bundle.calibration,
        reference=bundle.reference,
        ladder=ladder,
        splits=found.splits,
        customers=found.dataset.customers,
        rows=found.dataset.rows,
        declarations=plan.declarations,
        dataset=found.dataset,
        pack=pack,
        usable=usable_features(found.dataset).names,
    )
    said = manifest.evaluation
    on_data = measured_on_data(
        learned,
        said_before(said["leaks"]),
        store=store,
        lawful=said["fairness"]["lawful"],
        list_size=said["fairness"].get("list_size", 0),
    )
    trust = examine_alone(learned, currency=said["currency"]).as_dict()
    held = found.splits.shipped.calibration_rows(found.dataset)
    return {
        "base_rate": float(np.mean(held.outcomes)),
        "evaluation": {
            **on_data.as_dict(),
            "trust": {key: one for key, one in trust.items() if key not in _OTHERS_FITS},
        },
    }


def _require_same_tests(found: Labelled, ladder: Ladder) -> None:
    """Refuse to measure predictions on other rows than they were made for."""
    asked = {split.name: split.test_rows(found.dataset).outcomes for split in found.splits.tests}
    tested = {one.test: one.outcomes for one in ladder.of(ladder.winner.name)}
    if asked.keys() != tested.keys() or any(
        len(asked[test]) != len(outcomes) for test, outcomes in tested.items()
    ):
        raise ModelRefused(
            expected="the customers and days that the model was tested on",
            found="others, by [churn] in regulars.toml",
            remedy="Put it back, or train once more.",
        )
