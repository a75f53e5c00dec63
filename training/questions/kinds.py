"""Every kind of question by its name: made from the settings, and read back from a bundle."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from features.company.settings.reading import ChurnSettings
from features.vocabulary.errors import SettingsRefused, did_you_mean
from training.questions.buying import Inactivity, PartialChurn, SecondPurchase
from training.questions.contract import ContractChurn
from training.questions.question import Question
from training.questions.stated import Stated

KINDS: Mapping[str, type[Question]] = {
    one.kind: one for one in (Inactivity, ContractChurn, PartialChurn, SecondPurchase, Stated)
}


def question_of(settings: ChurnSettings) -> Question:
    """The question ``[churn]`` asks.

    Raises ``SettingsRefused`` for an unknown outcome, a stated one without a name, and numbers that
    no outcome can have.
    """
    horizon, gap = settings.horizon_days, settings.gap_days
    if settings.active_within_days < 0:
        raise _wrong("active_within_days", "zero days or more", str(settings.active_within_days))
    match settings.outcome:
        case Inactivity.kind:
            return Inactivity(horizon, gap, settings.minimum_orders, settings.population_days)
        case SecondPurchase.kind:
            return SecondPurchase(horizon, gap, settings.population_days)
        case ContractChurn.kind:
            if settings.grace_days < 0:
                raise _wrong("grace_days", "zero days or more", str(settings.grace_days))
            return ContractChurn(horizon, gap, settings.grace_days)
        case PartialChurn.kind:
            if not 0 < settings.drop_percent <= 100:
                raise _wrong("drop_percent", "from 1 to 100", str(settings.drop_percent))
            return PartialChurn(horizon, gap, settings.drop_percent)
        case Stated.kind:
            if not settings.outcome_name:
                raise _wrong("outcome_name", "a name out of the table of outcomes", "none")
            return Stated(horizon, gap, settings.outcome_name)
    raise SettingsRefused(
        expected=f"one of {', '.join(KINDS)} for churn.outcome",
        found=repr(settings.outcome),
        remedy=did_you_mean(settings.outcome, list(KINDS)),
    )


def question_from(content: Mapping[str, Any]) -> Question:
    """Read a question as ``as_dict`` wrote it; ``KeyError`` or ``TypeError`` for anything else."""
    fields = {key: value for key, value in content.items() if key != "kind"}
    question: Question = KINDS[content["kind"]](**fields)
    return question


def _wrong(name: str, expected: str, found: str) -> SettingsRefused:
    return SettingsRefused(
        expected=f"{expected} for churn.{name}",
        found=found,
        remedy=f"Correct {name} in [churn].",
    )
