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
from training.actions.actions import Action
from training.families.churn.contacts import contacts_by_past_days
from training.families.churn.evaluation.campaign import Campaign, campaign
from training.families.churn.evaluation.decay import Aged, decay
from training.families.churn.evaluation.grade import Grade, grade
from training.families.churn.evaluation.list_costs import list_costs
from training.families.churn.evaluation.on_data import (
    MeasuredOnData,
    measured_on_data,
    tested_vectors,
)
from training.families.churn.learning import Learned
from training.families.churn.timing.hazard import Hazard
from training.families.churn.timing.when import When, hazard_to_ship, say_when
from training.families.churn.trust import Trust, examine
from training.ladder.tested import Tested
from training.measures.intervals import finite
from training.measures.pooled import PooledLevel
from training.questions.buying import Inactivity
from training.questions.question import Question

NO_CHANGES = ActionSettings()
"""Actions as they are where a company has said nothing of them."""


@dataclass(frozen=True)
class Evaluation:
    """What is measured of the shipped model, each figure from test cutoffs alone.

    ``on_data`` needs nothing to be fitted. ``list_contact`` is what a list is worked with, None where nothing is possible.
    ``hazard`` tells when, fitted as late as the shipped model; None where there is no telling.
    """

    title: str
    currency: str
    grade: Grade
    campaign: Campaign
    on_data: MeasuredOnData
    list_contact: Action | None
    decay: Sequence[Aged]
    when: When | None
    when_said: str
    hazard: Hazard | None
    trust: Trust

    def as_dict(self) -> dict[str, Any]:
        """The evaluation as plain JSON: eight digits, and None where there is no answer."""
        content = {
            "title": self.title,
            "currency": self.currency,
            "grade": self.grade.as_dict(),
            "campaign": self.campaign.as_dict(),
            "list_contact": _contact_as_dict(self.list_contact),
            "decay": [one.as_dict() for one in self.decay],
            "when": None if self.when is None else self.when.as_dict(),
            "when_said": self.when_said,
            "trust": self.trust.as_dict(),
            **self.on_data.as_dict(),
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
    ladder, question = learned.ladder, learned.manifest.task.question
    tested, vectors = tested_vectors(learned)
    on_data = measured_on_data(
        learned, known_before, store=store, lawful=lawful, list_size=settings.list_size
    )
    spent = spent_by_leavers(tested, vectors) if question.means_leaving else 0.0
    action = _action(settings, actions, on_data)
    costs = list_costs(
        action,
        tested,
        vectors,
        learned.pack.attributes,
        list_size=settings.list_size,
        value_cents=settings.kept_value_cents or spent,
        horizon_days=question.horizon_days,
        gone=on_data.probably_gone,
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
        on_data=on_data,
        list_contact=action,
        decay=decay(ladder, learned.dataset, learned.splits),
        when=when,
        when_said=when_said,
        hazard=hazard,
        trust=examine(learned, currency=currency, threads=threads),
    )


def _action(
    settings: CampaignSettings,
    actions: ActionSettings,
    on_data: MeasuredOnData,
) -> Action | None:
    """What is done for a list: the contact it is to be worked with, else another that is possible; None where none is."""
    measured = {one.name: one for one in on_data.contacts}
    possible = contacts_by_past_days(actions, measured, on_data.probably_gone, on_data.leavers)
    wanted = [one for one in possible if one.name == settings.action]
    return next(iter([*wanted, *possible]), None)


def _contact_as_dict(action: Action | None) -> dict[str, str] | None:
    """What is done for a list and how its effect is known."""
    return None if action is None else {"name": action.name, "source": action.source}


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


def spent_by_leavers(tested: Sequence[Tested], vectors: Sequence[Vectors]) -> float:
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
