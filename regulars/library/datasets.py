"""A labelled dataset as a table: the features a training may learn from, what came of it, and the part of each row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, get_args

import numpy as np

from features.company.settings.questions import ChurnSettings, OutcomeKind
from features.company.settings.reading import Settings
from features.exports.parquet import arrow_table
from features.plan.plan import Plan
from features.store.pack import Pack
from features.vectors.vectors import Vectors
from features.vocabulary.errors import UsageRefused, did_you_mean
from features.vocabulary.progress import Progress, silent
from features.vocabulary.time import Cutoff
from regulars.library.columns import AT_CUTOFF, CUSTOMER_AT_CUTOFF
from regulars.library.names import NamesInTables
from regulars.library.tables import DescribedTable, Entry, feature_entry
from training.bundles.plans import plan_to_learn
from training.datasets.parts import parts_of
from training.learners.usable import usable_features
from training.questions.kinds import question_of
from training.questions.labelled import Labelled, labelled, labelled_at

if TYPE_CHECKING:
    import pyarrow as pa

CHURN = "churn"
KINDS: tuple[OutcomeKind, ...] = tuple(one for one in get_args(OutcomeKind) if one != "stated")
OUTCOMES = (CHURN, *KINDS)
"""What a dataset can be asked: ``churn`` is the question of ``[churn]``, the others the same with another outcome."""
SPLIT, OUTCOME = "split", "outcome"


@dataclass(frozen=True)
class LabelledTable:
    """A dataset as a table, what is to be known about it, and how it is split."""

    described: DescribedTable
    labelled: Labelled
    notes: tuple[str, ...]

    @property
    def table(self) -> pa.Table:
        """``customer_id``, ``cutoff``, ``split``, ``outcome``, and a column a feature."""
        return self.described.table


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
    is_there = np.array([one is not None for one in said])[found.dataset.vectors.customer_keys]
    dataset = found.dataset if is_there.all() else found.dataset.select(is_there)
    usable = usable_features(dataset)
    rows = named_rows(dataset.vectors, pack, said)
    table = rows.select([*CUSTOMER_AT_CUTOFF, *usable.names])
    columns = (
        (SPLIT, parts_of(found.splits, dataset)),
        (OUTCOME, dataset.outcomes.astype(np.int8)),
    )
    for place, (name, values) in enumerate(columns, len(CUSTOMER_AT_CUTOFF)):
        table = table.add_column(place, name, [values])
    dictionary = plan_entries(plan) | _entries(found)
    described = DescribedTable.of(table, dictionary, CUSTOMER_AT_CUTOFF)
    return LabelledTable(described, found, (*usable.notes, *found.notes))


def named_rows(vectors: Vectors, pack: Pack, names: Sequence[str | None]) -> pa.Table:
    """Vectors as a table in the form every export has, by the names customers are given."""
    import pyarrow as pa

    column = pa.array(names, pa.string()).take(pa.array(vectors.customer_keys))
    return arrow_table(vectors, pack).set_column(0, "customer_id", column)


def plan_entries(plan: Plan) -> dict[str, Entry]:
    """The dictionary of vectors by a plan."""
    return AT_CUTOFF | {one.name: feature_entry(one) for one in plan.features}


def _entries(found: Labelled) -> dict[str, Entry]:
    yes, no = found.question.happened
    asked = f"1 where the customer {found.question.asked}: {yes}; 0 where not: {no}"
    return {
        SPLIT: {
            "meaning": "what the row is for at the latest test: fit, calibration, test, or embargo where its outcome "
            "was not known by then; the fold it is tested in where customers are dealt into folds",
            "unit": "text",
        },
        OUTCOME: {"meaning": asked, "unit": "yes_no"},
    }
