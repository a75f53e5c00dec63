"""The dataset of a question: everybody it is asked about at every cutoff, with what came of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from features.company.settings.questions import ChurnSettings
from features.plan.plan import Plan
from features.store.pack import Pack
from features.vectors.vectors import Vectors, build_vectors
from features.vocabulary.errors import ModelRefused
from features.vocabulary.progress import Progress, silent
from features.vocabulary.time import Cutoff
from training.datasets.dataset import Dataset
from training.datasets.splits import FEWEST_ORIGINS, OriginSplit, Splits, stated_origins
from training.questions.asking import ask
from training.questions.labels import was_treated
from training.questions.origins import splits_of
from training.questions.question import Question
from training.questions.stated import Stated

FEWEST_OUTCOMES = 30
"""It must have come true of so many, and not of as many, at every cutoff in use."""
FEWEST_IN_FOLDS = 60
"""The same over all folds together, so that every fold has some of both."""


@dataclass(frozen=True)
class Labelled:
    """A dataset with the splits it can be learned by, and what to know about it.

    ``question`` is the one asked, with what it has learned of the company by the latest cutoff.
    """

    dataset: Dataset
    splits: Splits
    notes: tuple[str, ...]
    question: Question


def labelled(
    pack: Pack,
    plan: Plan,
    question: Question,
    settings: ChurnSettings,
    *,
    threads: int = 1,
    progress: Progress = silent,
) -> Labelled:
    """The judged customers at every cutoff, with their behaviour and what came of them.

    Early cutoffs with too few outcomes are left out as long as three remain. Raises ``ModelRefused``
    when the plan cannot tell who is judged, and when a cutoff has fewer than thirty customers of
    whom it came true or of whom it did not.
    """
    _require_features(plan, question)
    splits = splits_of(pack, question, settings)
    vectors = build_vectors(
        pack,
        plan,
        splits.cutoffs,
        threads=threads,
        customers=question.customers(pack) if isinstance(question, Stated) else None,
        progress=progress,
    )
    asked = ask(question, pack, vectors)
    vectors = vectors.gathered(asked.rows)
    dataset = Dataset(vectors, asked.outcomes, _treated(pack, vectors, question))
    notes = list(asked.notes)
    if isinstance(splits.shipped, OriginSplit):
        splits, said = _enough(dataset, splits, pack, question, settings)
        if said:
            notes += said
            dataset = dataset.at(*(cutoff.seconds for cutoff in splits.cutoffs))
    elif _fewer(dataset) < FEWEST_IN_FOLDS:
        raise _too_few(dataset, question, FEWEST_IN_FOLDS, "in the whole table")
    notes += _treated_note(dataset, question)
    return Labelled(dataset, splits, tuple(notes), asked.question)


def _treated(pack: Pack, vectors: Vectors, question: Question) -> NDArray[np.bool_] | None:
    """Who was shown an offer before the outcome was known; None where nobody can know."""
    exposures = pack.streams.get("exposures")
    if exposures is None:
        return None
    return was_treated(exposures, vectors.customer_keys, vectors.cutoff_seconds, question.horizon)


def _enough(
    dataset: Dataset,
    splits: Splits,
    pack: Pack,
    question: Question,
    settings: ChurnSettings,
) -> tuple[Splits, list[str]]:
    """The splits over the latest cutoffs that all have enough outcomes."""
    enough: list[Cutoff] = []
    for cutoff in reversed(splits.cutoffs):
        if _fewer(dataset.at(cutoff.seconds)) < FEWEST_OUTCOMES:
            break
        enough.append(cutoff)
    if len(enough) == len(splits.cutoffs):
        return splits, []
    poor = splits.cutoffs[len(splits.cutoffs) - len(enough) - 1]
    found = None
    if isinstance(question, Stated):
        found = stated_origins(enough, splits.horizon, most=len(enough))
    elif len(enough) >= FEWEST_ORIGINS:
        found = splits_of(pack, question, replace(settings, origins=len(enough)))
    if found is None:
        raise _too_few(dataset.at(poor.seconds), question, FEWEST_OUTCOMES, f"at {poor}")
    note = (
        f"{len(splits.cutoffs) - len(enough)} early cutoffs up to {poor} left out: fewer than "
        f"{FEWEST_OUTCOMES} {question.happened[0]} or {question.happened[1]} there"
    )
    return found, [note]


def _fewer(dataset: Dataset) -> int:
    return min(dataset.positives, dataset.rows - dataset.positives)


def _treated_note(dataset: Dataset, question: Question) -> list[str]:
    """How many an offer was shown to within the horizon, and how often it came true of either."""
    if dataset.treated is None or not dataset.treated.any():
        return []
    shown, others = dataset.outcomes[dataset.treated], dataset.outcomes[~dataset.treated]
    rate = f"{others.mean():.1%}" if len(others) else "nobody"
    return [
        f"{len(shown) / dataset.rows:.1%} of the rows are of customers who were shown an offer before "
        f"the outcome was known: {shown.mean():.1%} of them {question.happened[0]}, {rate} of the "
        "others; both are learned from, so the risk is that under the offers made so far"
    ]


def _require_features(plan: Plan, question: Question) -> None:
    absent = [name for name in question.needs if name not in plan.feature_names]
    if absent:
        raise ModelRefused(
            expected=f"the features {', '.join(question.needs)}, by which customers are judged",
            found=f"no {', '.join(absent)}",
            remedy=f"Map the table of {question.table} in regulars.toml with its instants, or choose "
            "another outcome in [churn].",
        )


def _too_few(dataset: Dataset, question: Question, fewest: int, where: str) -> ModelRefused:
    yes, no = question.happened
    came, others = dataset.positives, dataset.rows - dataset.positives
    return ModelRefused(
        expected=f"at least {fewest} judged customers who {yes} and as many who {no} {where}",
        found=f"{came} who {yes} and {others} who {no}, of {dataset.rows} judged",
        remedy="Choose another horizon_days, a wider population or fewer origins in [churn], or add "
        "more customers.",
    )
