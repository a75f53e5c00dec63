"""What stands beside the reasons of an expected value, in the language it is told in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from training.families.value.reasons.contributions import AMOUNT, CHANCE
from training.reasons.languages.language import Language


@dataclass(frozen=True)
class ValueWords:
    """The steps of the way from the base to a value, and through which part of the model it comes."""

    base: str
    base_said: str
    limit: str
    limit_said: str
    other: str
    total: str
    through: Mapping[str, str]


def value_words(language: Language) -> ValueWords:
    """These words in one language."""
    return ValueWords(
        base=language.say("Base value"),
        base_said=language.say("Where the model starts for everybody."),
        limit=language.say("Limit"),
        limit_said=language.say(
            "Nobody is expected to bring more than ten customers alike brought."
        ),
        other=language.say("Everything else"),
        total=language.say("Value"),
        through={
            CHANCE: language.say("through the chance of buying at all"),
            AMOUNT: language.say("through how much if they buy"),
        },
    )
