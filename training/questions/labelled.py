"""The dataset of a question: everybody it is asked about at every cutoff, with what came of them."""

from __future__ import annotations

from collections.abc import Sequence
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
from training.datasets.pooled import pooled_folds, said_cutoffs
from training.datasets.splits import FEWEST_ORIGINS, OriginSplit, Splits, stated_origins
from training.questions.asking import AskedOfEverybody, ask
from training.questions.labels import was_treated
from training.questions.origins import splits_at, splits_of
from training.questions.question import Question
from training.questions.stated import Stated

FEWEST_OUTCOMES = 30
"""It must have come true of so many, and not of as many, at every cutoff in use."""
FEWEST_POOLED = 30
"""Where that is not so: of so many different customers it came true at some cutoff, and of as many not."""
FEWEST_CUSTOMERS = 60
"""So many different customers there are at least over all pooled cutoffs."""
FEWEST_IN_FOLDS = 60
"""With fewer in a table without time it is learned from like a small company's."""


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

    Early cutoffs with too few outcomes are left out as long as three remain; where fewer remain all are
    pooled and the customers dealt into folds. Raises ``ModelRefused`` when the plan cannot tell who is
    judged, and when over all cutoffs it came true of fewer than thirty different customers, or did not.
    """
    _require_features(plan, question)
    splits = splits_of(pack, question, settings)
    dataset, asked = _asked(pack, plan, question, splits.cutoffs, threads, progress)
    notes = list(asked.notes)
    if isinstance(splits.shipped, OriginSplit):
        splits, said = _enough(dataset, splits, pack, question, settings)
        if said:
            notes += said
            dataset = dataset.at(*(cutoff.seconds for cutoff in splits.cutoffs))
    elif _fewer(dataset) < FEWEST_IN_FOLDS:
        splits, said = _pooled(dataset, splits, pack, question)
        notes += said
    notes += _treated_note(dataset, question)
    return Labelled(dataset, splits, tuple(notes), asked.question)


def labelled_at(
    pack: Pack,
    plan: Plan,
    question: Question,
    cutoffs: Sequence[Cutoff],
    *,
    threads: int = 1,
    progress: Progress = silent,
) -> Labelled:
    """The judged customers at cutoffs of one's own choice, however few they are and of however few it came true.

    Raises ``UsageRefused`` for a cutoff at which nothing had happened or whose outcome is not known yet, and
    ``ModelRefused`` when the plan cannot tell who is judged or nobody is.
    """
    _require_features(plan, question)
    splits = splits_at(pack, question, cutoffs)
    wanted = sorted(set(cutoffs))
    dataset, asked = _asked(pack, plan, question, wanted, threads, progress)
    if not dataset.rows:
        raise ModelRefused(
            expected=f"customers to judge: {question.judged}",
            found=f"nobody at {', '.join(map(str, wanted))}",
            remedy="Choose later cutoffs, or a wider population in [churn].",
        )
    notes = (*asked.notes, *_treated_note(dataset, question))
    return Labelled(dataset, splits, notes, asked.question)


def _asked(
    pack: Pack,
    plan: Plan,
    question: Question,
    cutoffs: Sequence[Cutoff],
    threads: int,
    progress: Progress,
) -> tuple[Dataset, AskedOfEverybody]:
    """Everybody judged at some cutoffs with what came of them, and what was learned in asking."""
    vectors = build_vectors(
        pack,
        plan,
        cutoffs,
        threads=threads,
        customers=question.customers(pack) if isinstance(question, Stated) else None,
        progress=progress,
    )
    asked = ask(question, pack, vectors)
    vectors = vectors.gathered(asked.rows)
    return Dataset(vectors, asked.outcomes, _treated(pack, vectors, question)), asked


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
    """The splits over the latest cutoffs that all have enough outcomes; over all of them pooled where too few have."""
    enough: list[Cutoff] = []
    for cutoff in reversed(splits.cutoffs):
        if _fewer(dataset.at(cutoff.seconds)) < FEWEST_OUTCOMES:
            break
        enough.append(cutoff)
    if len(enough) == len(splits.cutoffs):
        return splits, []
    poor = splits.cutoffs[len(splits.cutoffs) - len(enough) - 1]
    found: Splits | None = None
    if isinstance(question, Stated):
        found = stated_origins(enough, splits.horizon, most=len(enough))
    elif len(enough) >= FEWEST_ORIGINS:
        found = splits_of(pack, question, replace(settings, origins=len(enough)))
    if found is None:
        return _pooled(dataset, splits, pack, question)
    note = (
        f"{len(splits.cutoffs) - len(enough)} early cutoffs up to {poor} left out: fewer than "
        f"{FEWEST_OUTCOMES} {question.happened[0]} or {question.happened[1]} there"
    )
    return found, [note]


def _pooled(
    dataset: Dataset, splits: Splits, pack: Pack, question: Question
) -> tuple[Splits, list[str]]:
    """Folds over customers with all their cutoffs; a refusal where even all cutoffs together are too few."""
    keys, came = dataset.vectors.customer_keys, dataset.outcomes == 1.0
    left, stayed = (len(np.unique(keys[one])) for one in (came, ~came))
    yes, no = question.happened
    if min(left, stayed) < FEWEST_POOLED or dataset.customers < FEWEST_CUSTOMERS:
        raise ModelRefused(
            expected=f"at least {FEWEST_POOLED} judged customers who {yes} and as many who {no} at some "
            f"cutoff, of {FEWEST_CUSTOMERS} different customers",
            found=f"{left} who {yes} and {stayed} who {no}, of {dataset.customers} judged at "
            f"{said_cutoffs(len(splits.cutoffs))}",
            remedy="Choose another horizon_days, a wider population or fewer origins in [churn], or add "
            "more customers.",
        )
    found = pooled_folds(pack.customer_ids, dataset, splits.cutoffs, splits.horizon)
    note = (
        f"a small company, pooled over {said_cutoffs(len(splits.cutoffs))} because too few {yes} or "
        f"{no} for a test in time: {left} different customers who {yes} and {stayed} who {no}, each tested "
        "by what other customers taught; only rules and one firmly held line are tried, and percentages are "
        "as open as their ranges say"
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
        f"{len(shown) / dataset.rows:.1%} of the rows are of customers who were shown an offer or contacted before "
        f"the outcome was known: {shown.mean():.1%} of them {question.happened[0]}, {rate} of the "
        "others; both are learned from, so the risk is that under what was done so far"
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
