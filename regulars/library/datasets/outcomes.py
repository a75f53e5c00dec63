"""A labelled dataset as a table: the features a training may learn from, what came of it, and the part of each row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import get_args

import numpy as np

from features.company.settings.questions import ChurnSettings, OutcomeKind
from features.company.settings.reading import Settings
from features.company.workspace import Workspace
from features.store.pack import Pack
from features.store.store import open_store
from features.vocabulary.errors import UsageRefused, did_you_mean
from features.vocabulary.progress import Progress, silent
from features.vocabulary.time import Cutoff
from regulars.library.columns import CUSTOMER_AT_CUTOFF
from regulars.library.datasets.labelled import (
    OUTCOME,
    SPLIT,
    SPLIT_ENTRY,
    LabelledTable,
    labelled_rows,
    of_the_named,
    plan_entries,
)
from regulars.library.datasets.value import VALUE, value_table
from regulars.library.names import NamesInTables
from regulars.library.tables import DescribedTable, Entry
from training.bundles.plans import plan_to_learn
from training.datasets.parts import parts_of
from training.learners.usable import usable_features
from training.questions.kinds import question_of
from training.questions.labelled import Labelled, labelled, labelled_at

CHURN = "churn"
KINDS: tuple[OutcomeKind, ...] = tuple(one for one in get_args(OutcomeKind) if one != "stated")
OUTCOMES = (CHURN, *KINDS, VALUE)
"""What a dataset can be asked: ``churn`` is the question of ``[churn]``, the others the same with another outcome, ``value`` what customers bring."""


def churn_settings(settings: Settings, outcome: str) -> ChurnSettings:
    """The question of an outcome; ``UsageRefused`` for one nobody knows."""
    if outcome == CHURN:
        return settings.churn
    for kind in KINDS:
        if outcome == kind:
            return replace(settings.churn, outcome=kind)
    raise UsageRefused(
        expected=f"an outcome out of {', '.join(OUTCOMES)}",
        found=repr(outcome),
        remedy=did_you_mean(outcome, OUTCOMES),
    )


def dataset_table(
    settings: Settings,
    workspace: Workspace,
    names: NamesInTables,
    outcome: str = CHURN,
    cutoffs: Sequence[Cutoff] = (),
    *,
    threads: int = 2,
    progress: Progress = silent,
) -> LabelledTable:
    """The labelled data of an outcome, ``value`` among them; at the cutoffs of a training where none is given.

    Raises ``UsageRefused`` for an unknown outcome and for a cutoff whose outcome is not known, and ``ModelRefused`` as a
    training would.
    """
    if outcome == VALUE:
        return value_table(settings, workspace, names, cutoffs, threads=threads, progress=progress)
    pack = open_store(workspace).pack()
    return labelled_table(
        settings, pack, names, outcome, cutoffs, threads=threads, progress=progress
    )


def labelled_table(
    settings: Settings,
    pack: Pack,
    names: NamesInTables,
    outcome: str = CHURN,
    cutoffs: Sequence[Cutoff] = (),
    *,
    threads: int = 2,
    progress: Progress = silent,
) -> LabelledTable:
    """The judged customers with their behaviour and what came of them; at the cutoffs of a training where none is given.

    A model of buying that features ask is fitted on what was known at the earliest of the cutoffs. Whoever was erased is
    in no row. Raises ``UsageRefused`` for an unknown outcome and for a cutoff whose outcome is not known, and
    ``ModelRefused`` as a training would.
    """
    asked = churn_settings(settings, outcome)
    question = question_of(asked)
    plan = plan_to_learn(pack, asked, settings.reasons, earliest=min(cutoffs, default=None))
    if cutoffs:
        found = labelled_at(pack, plan, question, cutoffs, threads=threads, progress=progress)
    else:
        found = labelled(pack, plan, question, asked, threads=threads, progress=progress)
    said = names.of_everybody()
    dataset = of_the_named(found.dataset, said)
    usable = usable_features(dataset)
    table = labelled_rows(
        dataset.vectors,
        pack,
        said,
        usable.names,
        parts_of(found.splits, dataset),
        dataset.outcomes.astype(np.int8),
    )
    dictionary = plan_entries(plan) | _entries(found)
    described = DescribedTable.of(table, dictionary, CUSTOMER_AT_CUTOFF)
    return LabelledTable(described, found.question.said, (*usable.notes, *found.notes))


def _entries(found: Labelled) -> dict[str, Entry]:
    yes, no = found.question.happened
    asked = f"1 where the customer {found.question.asked}: {yes}; 0 where not: {no}"
    return {SPLIT: SPLIT_ENTRY, OUTCOME: {"meaning": asked, "unit": "yes_no"}}
