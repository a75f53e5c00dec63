"""Every kind of question by its name: made from the settings, and read back from a bundle."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from features.company.settings.questions import ChurnSettings
from training.questions.buying import Inactivity, PartialChurn, SecondPurchase
from training.questions.contract import ContractChurn
from training.questions.overdue import Overdue
from training.questions.question import Question
from training.questions.stated import Stated

KINDS: Mapping[str, type[Question]] = {
    one.kind: one
    for one in (Inactivity, Overdue, ContractChurn, PartialChurn, SecondPurchase, Stated)
}


def question_of(settings: ChurnSettings) -> Question:
    """The question ``[churn]`` asks."""
    horizon, gap = settings.horizon_days, settings.gap_days
    match settings.outcome:
        case "inactivity":
            return Inactivity(horizon, gap, settings.minimum_orders, settings.population_days)
        case "overdue":
            return Overdue(horizon, gap, settings.minimum_orders, settings.overdue_percent)
        case "second_purchase":
            return SecondPurchase(horizon, gap, settings.population_days)
        case "contract":
            return ContractChurn(horizon, gap, settings.grace_days)
        case "partial":
            return PartialChurn(horizon, gap, settings.drop_percent)
        case "stated":
            return Stated(horizon, gap, settings.outcome_name)


def question_from(content: Mapping[str, Any]) -> Question:
    """Read a question as ``as_dict`` wrote it; ``KeyError`` or ``TypeError`` for anything else."""
    fields = {key: value for key, value in content.items() if key != "kind"}
    question: Question = KINDS[content["kind"]](**fields)
    return question
