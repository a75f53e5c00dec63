"""Everything a training says of its model beyond the ladder: grade, money, slices, age, when, reasons and leaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from features.company.settings.actions import ActionSettings
from features.company.settings.questions import CampaignSettings
from features.store.store import Store
from features.vectors.refresh import end_of_data
from features.vectors.vectors import Vectors
from features.vocabulary.time import Horizon
from training.actions.actions import Action
from training.actions.measured import CONTACTS, MeasuredContact
from training.families.churn.contacts import contacts_by_past_days
from training.families.churn.evaluation.campaign import Campaign, campaign
from training.families.churn.evaluation.contacted import measured_contacts
from training.families.churn.evaluation.decay import Aged, decay
from training.families.churn.evaluation.gone import probably_gone
from training.families.churn.evaluation.grade import Grade, grade
from training.families.churn.evaluation.leavers import leavers_by_status
from training.families.churn.evaluation.list_costs import list_costs
from training.families.churn.evaluation.slices import Slice, slices
from training.families.churn.learning import Learned
from training.families.churn.timing.hazard import Hazard
from training.families.churn.timing.leavers import Leavers
from training.families.churn.timing.probably_gone import ProbablyGone
from training.families.churn.timing.when import When, hazard_to_ship, say_when
from training.families.churn.trust import Trust, examine
from training.ladder.tested import Tested
from training.measures.intervals import finite
from training.measures.pooled import PooledLevel
from training.questions.buying import Inactivity
from training.questions.question import Question
from training.safeguards.fairness.protected import protected_attributes
from training.safeguards.fairness.report import FairnessReport, weigh_protected
from training.safeguards.leaks.columns import read_columns
from training.safeguards.leaks.report import LeakReport, look_for_leaks, newest_rows

NO_CHANGES = ActionSettings()
"""Actions as they are where a company has said nothing of them."""


@dataclass(frozen=True)
class Evaluation:
    """What is measured of the shipped model, each figure from test cutoffs alone.

    ``probably_gone`` is None where nobody can be called so, ``leavers`` where too few were watched for long enough. ``contacts`` are
    the kinds that campaigns have measured, and ``list_contact`` is what a list is worked with, None where nothing is possible. ``hazard`` tells when, fitted as late as the
    shipped model; None where there is no telling.
    """

    title: str
    currency: str
    grade: Grade
    campaign: Campaign
    slices: Sequence[Slice]
    probably_gone: ProbablyGone | None
    leavers: Leavers | None
    contacts: Sequence[MeasuredContact]
    list_contact: Action | None
    decay: Sequence[Aged]
    when: When | None
    when_said: str
    hazard: Hazard | None
    trust: Trust
    leaks: LeakReport
    fairness: FairnessReport

    def as_dict(self) -> dict[str, Any]:
        """The evaluation as plain JSON: eight digits, and None where there is no answer."""
        content = {
            "title": self.title,
            "currency": self.currency,
            "grade": self.grade.as_dict(),
            "campaign": self.campaign.as_dict(),
            "slices": [one.as_dict() for one in self.slices],
            "probably_gone": None if self.probably_gone is None else self.probably_gone.as_dict(),
            "leavers": None if self.leavers is None else self.leavers.as_dict(),
            "list_contact": _contact_as_dict(self.list_contact),
            CONTACTS: [one.as_dict() for one in self.contacts],
            "decay": [one.as_dict() for one in self.decay],
            "when": None if self.when is None else self.when.as_dict(),
            "when_said": self.when_said,
            "trust": self.trust.as_dict(),
            "leaks": self.leaks.as_dict(),
            "fairness": self.fairness.as_dict(),
        }
        plain: dict[str, Any] = _plain(content)
        return plain

    @property
    def figures(self) -> Mapping[str, float]:
        """The few figures that are compared from run to run; money in cents."""
        found = self.campaign
        figures = {
            "list/size": float(found.size),
            "list/found": found.found.mean,
            "list/found_by_chance": found.by_chance,
            "list/lift": found.found.mean / found.by_chance,
        }
        if found.kept_value_is_known:
            best = found.of(self.title)
            figures |= {
                "list/profit_cents": found.profit_cents.mean,
                "list/profit_cents_low": found.profit_cents.low,
                "list/profit_cents_high": found.profit_cents.high,
                "list/profit_cents_by_rule": found.of(found.rule).profit_cents,
                "list/profit_cents_by_chance": found.chance_cents,
                "best_list/size": float(best.best_size),
                "best_list/profit_cents": best.best_cents,
            }
        if self.when is not None:
            last = self.when.rows[-1]
            figures |= {"when/brier": last.brier, "when/held": self.when.held}
        return figures | self.trust.figures


def evaluate(
    learned: Learned,
    settings: CampaignSettings,
    actions: ActionSettings = NO_CHANGES,
    known_before: Mapping[str, str] = MappingProxyType({}),
    *,
    store: Store | None = None,
    lawful: Mapping[str, str] = MappingProxyType({}),
    currency: str = "EUR",
    threads: int = 1,
) -> Evaluation:
    """Measure a learned model: what its list is worth, whom it fails, how it ages, and whether its reasons hold.

    A list is worked with the contact of ``settings``, by what campaigns have measured of it, else by what ``actions`` assume.

    ``known_before`` is what a person has said of columns that tell much of the outcome; in ``store`` lie
    the protected attributes that no pack has, and ``lawful`` says which of them are read, and why.
    """
    ladder = learned.ladder
    tested = ladder.of(ladder.winner.name)
    vectors = [split.test_rows(learned.dataset).vectors for split in learned.splits.tests]
    question = learned.manifest.task.question
    contacts, gone = _contacts(learned, question), _gone(learned, question, tested, vectors)
    spent = _spent_by_leavers(tested, vectors) if question.means_leaving else 0.0
    leavers = _leavers(learned, question)
    action = _action(settings, actions, contacts, gone, leavers)
    costs = list_costs(
        action,
        tested,
        vectors,
        learned.pack.attributes,
        list_size=settings.list_size,
        value_cents=settings.kept_value_cents or spent,
        horizon_days=question.horizon_days,
        gone=gone,
    )
    worth = campaign(ladder, costs, list_size=settings.list_size)
    when, when_said, hazard = _when(learned, question, tested[0], threads)
    return Evaluation(
        title=ladder.winner.name,
        currency=currency,
        grade=grade(
            worth,
            ladder.winning_row,
            question,
            currency=currency,
            pooled=PooledLevel.from_metrics(learned.manifest.metrics),
        ),
        campaign=worth,
        slices=slices(tested, vectors, learned.pack.attributes, horizon_days=question.horizon_days),
        probably_gone=gone,
        leavers=leavers,
        contacts=contacts,
        list_contact=action,
        decay=decay(ladder, learned.dataset, learned.splits),
        when=when,
        when_said=when_said,
        hazard=hazard,
        trust=examine(learned, currency=currency, threads=threads),
        leaks=_leaks(learned, question, known_before),
        fairness=_fairness(learned, store, lawful),
    )


def _action(
    settings: CampaignSettings,
    actions: ActionSettings,
    contacts: Sequence[MeasuredContact],
    gone: ProbablyGone | None,
    leavers: Leavers | None,
) -> Action | None:
    """What is done for a list: the contact it is to be worked with, else another that is possible; None where none is."""
    possible = contacts_by_past_days(actions, {one.name: one for one in contacts}, gone, leavers)
    wanted = [one for one in possible if one.name == settings.action]
    return next(iter([*wanted, *possible]), None)


def _contact_as_dict(action: Action | None) -> dict[str, str] | None:
    """What is done for a list and how its effect is known."""
    return None if action is None else {"name": action.name, "source": action.source}


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


def _fairness(learned: Learned, store: Store | None, lawful: Mapping[str, str]) -> FairnessReport:
    dataset = learned.dataset
    newest = dataset.select(newest_rows(dataset.vectors.cutoff_seconds, dataset.outcomes))
    keys = newest.vectors.customer_keys
    protected = () if store is None else protected_attributes(store, learned.pack, keys)
    columns = read_columns(learned.declarations, learned.pack, learned.usable)
    return weigh_protected(newest.vectors, newest.outcomes, columns, protected, lawful)


def _when(
    learned: Learned, question: Question, latest: Tested, threads: int
) -> tuple[When | None, str, Hazard | None]:
    """How well the date of the next order is told, and what will tell it; only of who buys no more."""
    if not isinstance(question, Inactivity):
        return None, "When is told of the next order alone, and this question is another.", None
    purchases, end = question.stream(learned.pack), end_of_data(learned.pack)
    dataset, splits = learned.dataset, learned.splits
    when, said = say_when(purchases, dataset, splits, end, latest.probability, threads=threads)
    return when, said, hazard_to_ship(purchases, dataset, splits, end, when, threads=threads)


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


def _spent_by_leavers(tested: Sequence[Tested], vectors: Sequence[Vectors]) -> float:
    """What tested customers who left had spent on average in the year before, in cents."""
    spent = []
    for one, seen in zip(tested, vectors, strict=True):
        if "spend_sum_365d" not in seen.feature_names:
            return 0.0
        spent.append(seen.column("spend_sum_365d")[one.outcomes > 0.5])
    everybody = np.concatenate(spent).astype(np.float64)
    return float(np.nanmean(everybody)) if np.isfinite(everybody).any() else 0.0


def _plain(content: Any) -> Any:
    if isinstance(content, dict):
        return {key: _plain(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_plain(value) for value in content]
    if isinstance(content, float):
        return finite({"": content})[""]
    return content
