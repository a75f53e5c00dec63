"""Learning without publishing: from a pack of events to a measured, calibrated model in memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from features.company.settings.questions import ChurnSettings
from features.declarations.feature import Declaration
from features.plan.plan import Plan
from features.store.pack import Pack
from features.vocabulary.progress import Progress, silent
from training.bundles.manifest import Manifest
from training.bundles.reference import Reference
from training.datasets.dataset import Dataset
from training.datasets.splits import Splits
from training.families.churn.bundle import CHURN_KIND, ChurnTask
from training.families.churn.rungs import churn_rungs, has_rule
from training.families.churn.strongest_feature import strongest_feature
from training.ladder.ladder import Ladder, climb, fit_and_calibrate
from training.learners.calibration import Calibration
from training.learners.model import Model
from training.learners.usable import usable_features
from training.questions.buying import Inactivity
from training.questions.gaps import note_on_horizon
from training.questions.kinds import question_of
from training.questions.labelled import labelled
from training.questions.question import Question
from training.registry.provenance import provenance


@dataclass(frozen=True)
class Learned:
    """A model ready to be written, with everything that was measured on the way.

    ``usable`` are the features a model could learn from, whether the one that ships reads them or not.
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
        strongest="" if has_rule(usable.names) else strongest_feature(earliest, usable.names),
    )
    ladder = climb(dataset, splits, rungs, threads=threads, progress=progress)
    progress("fitting the model that ships", 0, 1)
    model, calibration, latest = fit_and_calibrate(
        ladder.winner, dataset, splits.shipped, threads=threads
    )
    probability = calibration.apply(model.score(latest.vectors))
    progress("fitting the model that ships", 1, 1)
    row = ladder.winning_row.as_dict()
    manifest = Manifest(
        name=CHURN_KIND.name,
        learner=model.family,
        title=ladder.winner.name,
        task=ChurnTask(question),
        **provenance(plan, pack),
        base_rate=float(np.mean(latest.outcomes)),
        metrics={key: row[key] for key in row if key not in ("name", "explained", "ships")},
        ladder=[one.as_dict() for one in ladder.rows],
        notes=[*usable.notes, *found.notes, *_on_horizon(pack, question)],
    )
    return Learned(
        manifest=manifest,
        model=model,
        calibration=calibration,
        reference=Reference.learn(latest.vectors, probability),
        ladder=ladder,
        splits=splits,
        customers=dataset.customers,
        rows=dataset.rows,
        declarations=plan.declarations,
        dataset=dataset,
        pack=pack,
        usable=usable.names,
    )


def _on_horizon(pack: Pack, question: Question) -> tuple[str, ...]:
    """What to know about a horizon in which one waits for orders."""
    if not isinstance(question, Inactivity):
        return ()
    return note_on_horizon(question.stream(pack), question.horizon_days)
