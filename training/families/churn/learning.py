"""Learning without publishing: from a pack of events to a measured, calibrated model in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np

from features.company.settings.questions import ChurnSettings
from features.declarations.feature import Declaration
from features.lifecycle.repeat_buying import buying_models_before
from features.plan.plan import Plan
from features.store.pack import Pack
from features.vocabulary.errors import ModelRefused
from features.vocabulary.progress import Progress, silent
from training.bundles.manifest import Manifest
from training.bundles.reference import Reference
from training.datasets.dataset import Dataset
from training.datasets.splits import Splits
from training.families.churn.bundle import CHURN_KIND, ChurnTask
from training.families.churn.checks import figure_checks
from training.families.churn.rungs import churn_rungs, has_rule
from training.families.churn.small import is_small, rungs_for_few, small_figures
from training.families.churn.strongest_feature import NO_FEATURE, strongest_feature
from training.ladder.choice import best_shippable, next_rung, notes_on_passed_over
from training.ladder.fitting import fit_and_calibrate
from training.ladder.ladder import Ladder, climb
from training.ladder.reported import chosen_at
from training.ladder.rung import Rung
from training.ladder.seasons.levels import NO_SEASONS, SeasonLevels, chance_levels
from training.ladder.tuning import TunedSettings, tuned_rungs
from training.learners.calibration import Calibration
from training.learners.model import Model
from training.learners.usable import usable_features
from training.measures.levels import HeldLevels
from training.questions.buying import Inactivity
from training.questions.gaps import note_on_horizon, note_on_paces
from training.questions.kinds import question_of
from training.questions.labelled import Labelled, labelled
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
    seasons: SeasonLevels = NO_SEASONS
    tuned: Mapping[str, TunedSettings] = field(default_factory=dict)

    @property
    def origins(self) -> dict[str, Any]:
        """Which cutoffs fitted, calibrated and tested what."""
        return self.splits.as_dict()


@dataclass(frozen=True)
class OneLearner:
    """The only rung that may ship, by its ``name``: no other takes its place where it is no better than the rules.

    ``reads`` says which of the usable features a pack has it may learn from, and ``among`` gives it out of a ladder, as it is
    to learn, with the rules it is held against; it is told whether the company is small.
    """

    name: str
    reads: Callable[[Pack, Sequence[str]], tuple[str, ...]]
    among: Callable[[Sequence[Rung], bool], tuple[Rung, ...]]


def learn_churn(
    pack: Pack,
    plan: Plan,
    settings: ChurnSettings,
    *,
    only: OneLearner | None = None,
    threads: int = 1,
    progress: Progress = silent,
) -> Learned:
    """Build the dataset, climb the ladder, and fit the winner once more on all that is known.

    With ``only`` that learner ships and no other. Raises ``ModelRefused`` when the data cannot carry a model, and where the only
    learner is no better than the rules.
    """
    question = question_of(settings)
    found = labelled(pack, plan, question, settings, threads=threads, progress=progress)
    dataset, splits, question = found.dataset, found.splits, found.question
    usable = usable_features(dataset)
    names = usable.names if only is None else only.reads(pack, usable.names)
    rungs, tuned = _tuned(pack, plan, found, names, settings, only, threads, progress)
    every = [*splits.tests, splits.shipped]
    seasons = chance_levels(pack, plan, question, every, splits.horizon, threads=threads)
    ladder = climb(dataset, splits, rungs, seasons=seasons, threads=threads, progress=progress)
    if only is None:
        ladder = best_shippable(ladder, partial(_gate_fault, splits))
    elif ladder.winner.name != only.name:
        raise _no_better(only.name, ladder.winner.name)
    fitted = _fitted(ladder, dataset, splits, seasons, progress)
    manifest = Manifest(
        name=CHURN_KIND.name,
        task=ChurnTask(question),
        **provenance(plan, pack),
        **fitted.said(ladder, splits),
        notes=[
            *usable.notes,
            *found.notes,
            *seasons.notes,
            *_on_horizon(pack, question),
            *notes_on_passed_over(ladder.passed_over),
        ],
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
        seasons=seasons,
        tuned=tuned,
    )


def rungs_at_hand(
    pack: Pack,
    plan: Plan,
    found: Labelled,
    names: Sequence[str],
    settings: ChurnSettings,
    *,
    threads: int = 1,
) -> tuple[Rung, ...]:
    """The rungs that the features at hand allow, before anything is tuned."""
    splits, question = found.splits, found.question
    return churn_rungs(
        names,
        settings.horizon_days,
        means_leaving=question.means_leaving,
        is_of_own_rhythm=question.is_of_own_rhythm,
        strongest=NO_FEATURE if has_rule(names) else strongest_feature(earliest_rows(found), names),
        # A plan without a model of buying was made where the earliest cutoff carries none.
        buying={}
        if plan.buying is None
        else buying_models_before(pack, splits.cutoffs, threads=threads),
    )


def earliest_rows(found: Labelled) -> Dataset:
    """The rows the earliest test learns from: none that any test is judged by is among them, but for folds."""
    return found.splits.tests[-1].fit_rows(found.dataset)


def _tuned(
    pack: Pack,
    plan: Plan,
    found: Labelled,
    names: Sequence[str],
    settings: ChurnSettings,
    only: OneLearner | None,
    threads: int,
    progress: Progress,
) -> tuple[tuple[Rung, ...], dict[str, TunedSettings]]:
    """The rungs for the features at hand, with the settings of trees that suit the data."""
    rungs = rungs_at_hand(pack, plan, found, names, settings, threads=threads)
    progress("searching how far trees may go", 0, 1)
    few = is_small(found.splits)
    if only is not None:
        rungs = only.among(rungs, few)
    elif few:
        rungs = rungs_for_few(rungs)
    tuned = tuned_rungs(rungs, earliest_rows(found), threads=threads)
    progress("searching how far trees may go", 1, 1)
    return tuned


def next_best(learned: Learned, why: str, *, progress: Progress = silent) -> Learned | None:
    """The best other rung fitted in the place of the one that ships, which is kept out; None where none is left.

    Rungs whose figures at the tests would keep them out too are passed over unfitted.
    """
    splits = learned.splits
    ladder = next_rung(learned.ladder, why, partial(_gate_fault, splits))
    if ladder is None:
        return None
    fitted = _fitted(ladder, learned.dataset, splits, learned.seasons, progress)
    noted = learned.ladder.passed_over
    anew = {name: why for name, why in ladder.passed_over.items() if name not in noted}
    notes = [*learned.manifest.notes, *notes_on_passed_over(anew)]
    return replace(
        learned,
        manifest=replace(learned.manifest, **fitted.said(ladder, splits), notes=notes),
        model=fitted.model,
        calibration=fitted.calibration,
        reference=fitted.reference,
        ladder=ladder,
    )


def _gate_fault(splits: Splits, ladder: Ladder) -> str:
    figures = ladder.winning_row.as_dict() | small_figures(ladder, splits)
    return said_of(failed_of(figure_checks(figures)))


@dataclass(frozen=True)
class _Fitted:
    """The rung that ships, fitted on all that is known."""

    model: Model
    calibration: Calibration
    reference: Reference
    base_rate: float

    def said(self, ladder: Ladder, splits: Splits) -> dict[str, Any]:
        """What a manifest says of it."""
        row = ladder.winning_row.as_dict()
        return {
            "learner": self.model.family,
            "title": ladder.winner.name,
            "base_rate": self.base_rate,
            "metrics": {key: row[key] for key in row if key not in ("name", "explained", "ships")}
            | HeldLevels.from_dict(row["by_cutoff"]).next_figures
            | {"chosen": chosen_at(splits, ladder.passed_over), "leads": ladder.leads}
            | small_figures(ladder, splits),
            "ladder": [one.as_dict() for one in ladder.rows],
        }


def _fitted(
    ladder: Ladder, dataset: Dataset, splits: Splits, seasons: SeasonLevels, progress: Progress
) -> _Fitted:
    progress("fitting the model that ships", 0, 1)
    split, fitted = splits.shipped, ladder.fitted
    over_newest = seasons.over_newest(split)
    found = fit_and_calibrate(ladder.winner, dataset, split, fitted=fitted, over_newest=over_newest)
    progress("fitting the model that ships", 1, 1)
    reference = Reference.learn(found.held.vectors, found.probability)
    base_rate = float(np.mean(found.held.outcomes))
    return _Fitted(found.model, found.curve, reference, base_rate)


def _no_better(name: str, winner: str) -> ModelRefused:
    return ModelRefused(
        expected=f"{name} to be better than every simple rule at the cutoffs of a training",
        found=f"{winner}, which is as good",
        remedy="Nothing is registered. Train without it: `regulars train churn` takes the best rung there is.",
    )


def _on_horizon(pack: Pack, question: Question) -> tuple[str, ...]:
    """What to know about a horizon in which one waits for orders."""
    if not isinstance(question, Inactivity):
        return ()
    purchases = question.stream(pack)
    return (*note_on_horizon(purchases, question.horizon_days), *note_on_paces(purchases))
