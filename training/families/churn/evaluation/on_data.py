"""What is measured of a churn model on the company's data beside its answers: for whom it works, who leaves, leaks and fairness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from features.store.store import Store
from features.vectors.refresh import end_of_data
from features.vectors.vectors import Vectors
from features.vocabulary.time import Horizon
from training.actions.measured import CONTACTS, MeasuredContact
from training.families.churn.evaluation.contacted import measured_contacts
from training.families.churn.evaluation.gone import probably_gone
from training.families.churn.evaluation.leavers import leavers_by_status
from training.families.churn.evaluation.slices import Slice, slices
from training.families.churn.learning import Learned
from training.families.churn.timing.leavers import Leavers
from training.families.churn.timing.probably_gone import ProbablyGone
from training.ladder.tested import Tested
from training.questions.buying import Inactivity
from training.questions.question import Question
from training.safeguards.fairness.groups import declared_groups
from training.safeguards.fairness.protected import protected_attributes
from training.safeguards.fairness.report import FairnessReport, weigh_protected
from training.safeguards.fairness.treatment import AnsweredTest, treatments
from training.safeguards.leaks.columns import read_columns
from training.safeguards.leaks.report import LeakReport, look_for_leaks, newest_rows


@dataclass(frozen=True)
class MeasuredOnData:
    """Figures of the model that ships and of its customers, none of which needs a model to be fitted.

    ``probably_gone`` is None where nobody can be called so, ``leavers`` where too few were watched for long enough. ``contacts``
    are the kinds that campaigns have measured.
    """

    slices: Sequence[Slice]
    probably_gone: ProbablyGone | None
    leavers: Leavers | None
    contacts: Sequence[MeasuredContact]
    leaks: LeakReport
    fairness: FairnessReport

    def as_dict(self) -> dict[str, Any]:
        """The figures as plain fields, by their names in an evaluation."""
        return {
            "slices": [one.as_dict() for one in self.slices],
            "probably_gone": None if self.probably_gone is None else self.probably_gone.as_dict(),
            "leavers": None if self.leavers is None else self.leavers.as_dict(),
            CONTACTS: [one.as_dict() for one in self.contacts],
            "leaks": self.leaks.as_dict(),
            "fairness": self.fairness.as_dict(),
        }


def measured_on_data(
    learned: Learned,
    known_before: Mapping[str, str],
    *,
    store: Store | None,
    lawful: Mapping[str, str],
    list_size: int,
) -> MeasuredOnData:
    """Measure a learned model on the data it learned from and was tested on.

    ``known_before`` is what a person has said of columns that tell much of the outcome; in ``store`` lie
    the protected attributes that no pack has, and ``lawful`` says which of them are read, and why. How groups are
    treated is told of a list of ``list_size``, 0 for the riskiest tenth.
    """
    tested, vectors = tested_vectors(learned)
    question, attributes = learned.manifest.task.question, learned.pack.attributes
    return MeasuredOnData(
        slices=slices(tested, vectors, attributes, horizon_days=question.horizon_days),
        probably_gone=_gone(learned, question, tested, vectors),
        leavers=_leavers(learned, question),
        contacts=_contacts(learned, question),
        leaks=_leaks(learned, question, known_before),
        fairness=_fairness(learned, tested, store, lawful, list_size),
    )


def tested_vectors(learned: Learned) -> tuple[Sequence[Tested], Sequence[Vectors]]:
    """What the rung that ships answered at each test, the latest first, and the vectors it was given."""
    tested = learned.ladder.of(learned.ladder.winner.name)
    return tested, [split.test_rows(learned.dataset).vectors for split in learned.splits.tests]


def _leaks(learned: Learned, question: Question, known_before: Mapping[str, str]) -> LeakReport:
    return look_for_leaks(
        learned.dataset.vectors,
        learned.dataset.outcomes,
        read_columns(learned.declarations, learned.pack, learned.usable),
        known_before,
        model_reads=learned.model.columns.names,
        own_table=question.table,
        happened=question.happened,
    )


def _fairness(
    learned: Learned,
    tested: Sequence[Tested],
    store: Store | None,
    lawful: Mapping[str, str],
    list_size: int,
) -> FairnessReport:
    dataset = learned.dataset
    newest = dataset.select(newest_rows(dataset.vectors.cutoff_seconds, dataset.outcomes))
    keys = newest.vectors.customer_keys
    protected = () if store is None else protected_attributes(store, learned.pack, keys)
    columns = read_columns(learned.declarations, learned.pack, learned.usable)
    report = weigh_protected(newest.vectors, newest.outcomes, columns, protected, lawful)
    if store is None or not protected:
        return report
    everybody = np.concatenate([one.customer_keys for one in tested])
    answered = [AnsweredTest(one.customer_keys, one.outcomes, one.probability) for one in tested]
    groups = declared_groups(store, learned.pack, everybody)
    found = treatments(answered, groups, list_size=list_size)
    return replace(report, groups=found, list_size=list_size)


def _gone(
    learned: Learned, question: Question, tested: Sequence[Tested], vectors: Sequence[Vectors]
) -> ProbablyGone | None:
    """Who is probably gone; only of who buys no more can it be seen who came back."""
    if not isinstance(question, Inactivity):
        return None
    return probably_gone(
        tested,
        vectors,
        learned.pack.attributes,
        question.stream(learned.pack),
        end_seconds=end_of_data(learned.pack).seconds,
        horizon_days=question.horizon_days,
    )


def _leavers(learned: Learned, question: Question) -> Leavers | None:
    """Who leaves and had not left; only of who buys no more can that be seen."""
    if not isinstance(question, Inactivity):
        return None
    return leavers_by_status(
        learned.dataset.vectors,
        learned.pack.attributes,
        question.stream(learned.pack),
        end_seconds=end_of_data(learned.pack).seconds,
        horizon=Horizon(question.horizon_days, question.gap_days),
    )


def _contacts(learned: Learned, question: Question) -> tuple[MeasuredContact, ...]:
    """What contacts have done; only of who buys no more can it be seen who came back."""
    return measured_contacts(learned.pack, question) if isinstance(question, Inactivity) else ()
