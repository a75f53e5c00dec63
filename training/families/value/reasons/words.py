"""What stands beside the reasons of an expected value, in each language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from training.families.value.reasons.contributions import AMOUNT, CHANCE


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


VALUE_WORDS: Mapping[str, ValueWords] = {
    "en": ValueWords(
        base="Base value",
        base_said="Where the model starts for everybody.",
        limit="Limit",
        limit_said="Nobody is expected to bring more than ten customers alike brought.",
        other="Everything else",
        total="Value",
        through={
            CHANCE: "through the chance of buying at all",
            AMOUNT: "through how much if they buy",
        },
    ),
    "de": ValueWords(
        base="Grundwert",
        base_said="Wovon das Modell bei allen ausgeht.",
        limit="Grenze",
        limit_said="Von niemandem wird mehr erwartet, als zehn ähnliche Kunden gebracht haben.",
        other="Alles Übrige",
        total="Wert",
        through={
            CHANCE: "über die Chance, dass überhaupt gekauft wird",
            AMOUNT: "über den Betrag, wenn gekauft wird",
        },
    ),
}
