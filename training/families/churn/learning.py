"""Learning without publishing: from a pack of events to a measured, calibrated model in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from features.company.settings.questions import ChurnSettings
from features.declarations.feature import Declaration
from features.lifecycle.repeat_buying import buying_models_before
from features.plan.plan import Plan
from features.store.pack import Pack
from features.vocabulary.progress import Progress, silent
from training.bundles.manifest import Manifest
from training.bundles.reference import Reference
from training.datasets.dataset import Dataset
from training.datasets.splits import Splits
from training.families.churn.bundle import CHURN_KIND, ChurnTask
from training.families.churn.checks import figure_checks
from training.families.churn.rungs import churn_rungs, has_rule
from training.families.churn.strongest_feature import NO_FEATURE, strongest_feature
from training.ladder.choice import next_rung, notes_on_passed_over
from training.ladder.ladder import Ladder, climb, fit_and_calibrate
from training.ladder.tuning import TunedSettings, tuned_rungs
from training.learners.calibration import Calibration
from training.learners.model import Model
from training.learners.usable import usable_features
from training.measures.levels import HeldLevels
from training.questions.buying import Inactivity
from training.questions.gaps import note_on_horizon
from training.questions.kinds import question_of
from training.questions.labelled import labelled
from training.questions.question import Question
from training.registry.gate import failed_of, said_of
from training.registry.provenance import provenance


@dataclass(frozen=True)
class Learned:
    """A model ready to be written, with everything that was measured on the way.

    ``usable`` are the features a model could learn from, whether the one that ships reads them or not, and ``tuned``
    is how far trees may go, by their rung, and what else was tried.
    """

    manifest: Manifest[ChurnTask]
    model: Model
    calibration: Calibration
    reference: Reference
    ladder: Ladder
    splits: Splits
    customers: int
    rows: int
    declarations: tuple[Declaration, ...]
    dataset: Dataset
    pack: Pack
    usable: tuple[str, ...]
    tuned: Mapping[str, TunedSettings] = field(default_factory=dict)

    @property
    def origins(self) -> dict[str, Any]:
        """Which cutoffs fitted, calibrated and tested what."""
        return self.splits.as_dict()


def learn_churn(
    pack: Pack,
    plan: Plan,
    settings: ChurnSettings,
    *,
    threads: int = 1,
    progress: Progress = silent,
) -> Learned:
    """Build the dataset, climb the ladder, and fit the winner on the latest cutoffs.

    Raises ``ModelRefused`` when the data cannot carry a model.
    """
    question = question_of(settings)
    found = labelled(pack, plan, question, settings, threads=threads, progress=progress)
    dataset, splits = found.dataset, found.splits
    usable = usable_features(dataset)
    # The earliest test learns from nothing that any test is judged by, but for folds.
    earliest = splits.tests[-1].fit_rows(dataset)
    rungs = churn_rungs(
        usable.names,
        settings.horizon_days,
        means_leaving=question.means_leaving,
        strongest=NO_FEATURE
        if has_rule(usable.names)
        else strongest_feature(earliest, usable.names),
        # A plan without a model of buying was made where the earliest cutoff carries none.
        buying={}
        if plan.buying is None
        else buying_models_before(pack, splits.cutoffs, threads=threads),
    )
    progress("searching how far trees may go", 0, 1)
    rungs, tuned = tuned_rungs(rungs, earliest, threads=threads)
    progress("searching how far trees may go", 1, 1)
    ladder = climb(dataset, splits, rungs, threads=threads, progress=progress)
    fitted = _fitted(ladder, dataset, splits, threads, progress)
    manifest = Manifest(
        name=CHURN_KIND.name,
        task=ChurnTask(question),
        **provenance(plan, pack),
        **fitted.said(ladder),
        notes=[*usable.notes, *found.notes, *_on_horizon(pack, question)],
    )
    return Learned(
        manifest=manifest,
        model=fitted.model,
        calibration=fitted.calibration,
        reference=fitted.reference,
        ladder=ladder,
        splits=splits,
        customers=dataset.customers,
        rows=dataset.rows,
        declarations=plan.declarations,
        dataset=dataset,
        pack=pack,
        usable=usable.names,
        tuned=tuned,
    )


def next_best(
    learned: Learned, why: str, *, threads: int = 1, progress: Progress = silent
) -> Learned | None:
    """The best other rung fitted in the place of the one that ships, which is kept out; None where none is left.

    Rungs whose figures at the tests would keep them out too are passed over unfitted.
    """
    ladder = next_rung(learned.ladder, why, _kept_out)
    if ladder is None:
        return None
    fitted = _fitted(ladder, learned.dataset, learned.splits, threads, progress)
    noted = learned.ladder.passed_over
    anew = {name: why for name, why in ladder.passed_over.items() if name not in noted}
    notes = [*learned.manifest.notes, *notes_on_passed_over(anew)]
    return replace(
        learned,
        manifest=replace(learned.manifest, **fitted.said(ladder), notes=notes),
        model=fitted.model,
        calibration=fitted.calibration,
        reference=fitted.reference,
        ladder=ladder,
    )


def _kept_out(ladder: Ladder) -> str:
    return said_of(failed_of(figure_checks(ladder.winning_row.as_dict())))


@dataclass(frozen=True)
class _Fitted:
    """The rung that ships, fitted on the latest cutoffs."""

    model: Model
    calibration: Calibration
    reference: Reference
    base_rate: float

    def said(self, ladder: Ladder) -> dict[str, Any]:
        """What a manifest says of it."""
        row = ladder.winning_row.as_dict()
        return {
            "learner": self.model.family,
            "title": ladder.winner.name,
            "base_rate": self.base_rate,
            "metrics": {key: row[key] for key in row if key not in ("name", "explained", "ships")}
            | HeldLevels.from_dict(row["by_cutoff"]).next_figures,
            "ladder": [one.as_dict() for one in ladder.rows],
        }


def _fitted(
    ladder: Ladder, dataset: Dataset, splits: Splits, threads: int, progress: Progress
) -> _Fitted:
    progress("fitting the model that ships", 0, 1)
    model, calibration, latest = fit_and_calibrate(
        ladder.winner, dataset, splits.shipped, threads=threads
    )
    probability = calibration.apply(model.score(latest.vectors))
    progress("fitting the model that ships", 1, 1)
    reference = Reference.learn(latest.vectors, probability)
    return _Fitted(model, calibration, reference, float(np.mean(latest.outcomes)))


def _on_horizon(pack: Pack, question: Question) -> tuple[str, ...]:
    """What to know about a horizon in which one waits for orders."""
    if not isinstance(question, Inactivity):
        return ()
    return note_on_horizon(question.stream(pack), question.horizon_days)
