"""How a language says numbers, times, money, and the clause of a feature: English, and what others change.

English stands in the declarations of the features; another language has a phrase for each of its phrases,
found by ``Phrasebook``. A phrase may hold ``[one|many]``, of which the shown number chooses.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from features.declarations.values import Feature, ReasonGroup
from features.vocabulary.errors import ModelRefused
from training.reasons.languages.numbers import days, money, quantity, share, short

_SINGULAR = re.compile(r"(?<![\d.,])1 ((?:different |order )?)(?!times)([a-z]+?)(ies|s)\b")
_FORMS = re.compile(r"\[([^|\]]*)\|([^\]]*)\]")


class Language:
    """English."""

    code = "en"
    base, other, total = "Base risk", "Everything else", "Risk"
    base_said = "Where the model starts for everybody."
    similar = "similar weight"
    typical = "typical: {value}"
    peers = ("", "steady customers in their first year", "steady customers in their second year",
             "steady customers of two years or more")  # fmt: skip
    """Who peers are, by their number in ``training.reasons.peers``."""

    def quantity(self, value: float, unit: str, currency: str) -> str:
        """A value as a person would write it."""
        return quantity(value, unit, currency)

    def share(self, value: float) -> str:
        """A part of a whole in percent."""
        return share(value)

    def days(self, value: float) -> str:
        """A stretch of time."""
        return days(value)

    def number(self, value: float) -> str:
        """A number with as many digits as one reads at a glance."""
        return short(value)

    def money(self, cents: int, currency: str, places: int | None = None) -> str:
        """An amount with its currency; cents are shown for small amounts alone, or as ``places`` says."""
        return money(cents, currency, places)

    def fact(self, feature: Feature, value: float, currency: str) -> str:
        """A feature's clause with a customer's value in it, as a sentence of its own."""
        text = self.quantity(value, feature.unit, currency)
        said = forms(self.clause(feature), text).replace("{value_declined}", self.declined(text))
        return self.sentence(said.replace("{value}", text))

    def date(self, day: date) -> str:
        """A day of the calendar.

        >>> Language().date(date(2026, 11, 5))
        '5 Nov 2026'
        """
        return f"{day.day} {day:%b %Y}"

    def clause(self, feature: Feature) -> str:
        """What is said of a feature, with ``{value}`` in it."""
        return feature.said

    def meaning(self, feature: Feature) -> str:
        """What a feature means, as it stands beside its value."""
        return feature.meaning

    def unknown(self, feature: Feature) -> str:
        """What is said where a customer has no value."""
        return feature.missing

    def title(self, group: ReasonGroup) -> str:
        """What a reason is about."""
        return group.title

    def claim(self, text: str) -> str:
        """The template of a claim."""
        return text

    def subject(self, word: str) -> str:
        """What a claim is about, where its pattern caught that from a feature's name."""
        return word.replace("_", " ")

    def declined(self, said: str) -> str:
        """A quantity as it stands behind a preposition that asks for another case."""
        return said

    def sentence(self, said: str) -> str:
        """One order, not one orders; no orders, not zero orders; and a capital to begin with."""
        singular = _SINGULAR.sub(
            lambda found: f"1 {found[1]}{found[2]}{'y' if found[3] == 'ies' else ''}", said
        )
        said = re.sub(r"^0 (?=[a-z])", "no ", singular)
        return said[:1].upper() + said[1:]


class Phrasebook:
    """A phrase of ours for each English one; the places of both hold the same things.

    ``{window}``, ``{days}`` and ``{name}`` stand for what differs between features that are said alike.
    """

    def __init__(self, phrases: Mapping[str, str], windows: Mapping[str, str]) -> None:
        self._windows = windows
        self._plain = {one: said for one, said in phrases.items() if "{" not in _bare(one)}
        self._patterns = [
            (_pattern(one), said) for one, said in phrases.items() if one not in self._plain
        ]

    def find(self, english: str) -> str | None:
        """The phrase that stands for an English one; None where the book has none."""
        if english in self._plain:
            return self._plain[english]
        for pattern, said in self._patterns:
            found = pattern.fullmatch(english)
            if found is not None:
                return self._filled(said, found.groupdict())
        return None

    def _filled(self, said: str, caught: Mapping[str, str | None]) -> str:
        for name, text in caught.items():
            shown = self._window(text or "") if name == "window" else text or ""
            said = said.replace(f"{{{name}}}", shown)
        return said

    def _window(self, english: str) -> str:
        digits = re.search(r"\d+", english)
        return self._windows["days" if digits else "ever"].format(days=digits[0] if digits else "")


def forms(said: str, number: str) -> str:
    """The word that goes with a number out of ``[one|many]``.

    >>> forms("{value} [Besuch|Besuche]", "1"), forms("{value} [Besuch|Besuche]", "3")
    ('{value} Besuch', '{value} Besuche')
    """
    return _FORMS.sub(lambda found: found[1] if number == "1" else found[2], said)


def untranslated(what: str, english: str, code: str) -> ModelRefused:
    """The refusal of a feature, a reason or a claim that a language cannot say."""
    return ModelRefused(
        expected=f"words for every {what} in every language",
        found=f'nothing for "{english}" in "{code}"',
        remedy="Add the phrase to the language's book in training/reasons.",
    )


def _bare(phrase: str) -> str:
    """A phrase without the places that are filled later and stand in both languages alike."""
    return re.sub(r"\{(?!window|days|name)\w+\}", "", phrase)


def _pattern(phrase: str) -> re.Pattern[str]:
    escaped = re.escape(phrase)
    for name, pattern in (
        ("window", r"in the last \d+ days|so far"),
        ("days", r"\d+"),
        ("name", ".+"),
    ):
        place = re.escape(f"{{{name}}}")
        escaped = escaped.replace(place, f"(?P<{name}>{pattern})", 1)
        escaped = escaped.replace(place, f"(?P={name})")
    return re.compile(escaped)
