"""The words for one row after the other; what was put into words once is remembered.

Most customers share their small numbers, so that what is said of one has often been said before. A row is plain
numbers, a value a feature, or as many of them as a sentence speaks of.
"""

from __future__ import annotations

import math
import re
from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

from features.declarations.feature import Feature
from training.reasons.languages.known import ENGLISH
from training.reasons.languages.language import Language
from training.reasons.languages.numbers import rounded
from training.reasons.languages.phrasebook import forms
from training.reasons.peers import EVERYBODY, Peers
from training.reasons.sentences import Fact, Saying

Row = Mapping[int, float] | Sequence[float]
_PLACE = re.compile(r"\{(\w+)\}")
_REMEMBERED = 50_000
_T = TypeVar("_T", bound=Hashable)


class Renderer:
    """One model's words: its features, what is typical of peers, currency and language."""

    def __init__(
        self, features: Sequence[Feature], peers: Peers, currency: str, language: Language
    ) -> None:
        self._features = tuple(features)
        self._units = [one.unit for one in features]
        self._places = {one.name: position for position, one in enumerate(features)}
        self._typical: list[list[float]] = peers.typical.astype(float).tolist()
        self._currency = currency
        self._language = language
        self._speakers = [language if language.knows(one) else ENGLISH for one in features]
        self._clauses = [
            speaker.clause(one) for speaker, one in zip(self._speakers, features, strict=True)
        ]
        self._texts: dict[tuple[int, float, str], str] = {}
        self._bare: dict[tuple[int, float, int, bool], str] = {}
        self._claims: dict[tuple[str, tuple[str, ...]], str] = {}
        self._templates: dict[str, tuple[str, tuple[str, ...]]] = {}
        self._standing: dict[tuple[int, int], Fact] = {}

    def text(self, position: int, value: float, speaker: Language | None = None) -> str:
        """A feature's value as a person would write it."""
        language, unit = speaker or self._language, self._units[position]
        key = position, rounded(value, unit), language.code
        text = self._texts.get(key)
        if text is None:
            text = language.quantity(key[1], unit, self._currency)
            _remember(self._texts, key, text)
        return text

    def bare(self, position: int, value: float, group: int, *, is_compared: bool = True) -> str:
        """The fact itself, beside what is typical of peers where it is compared."""
        key = position, rounded(value, self._units[position]), group, is_compared
        said = self._bare.get(key)
        if said is None:
            speaker = self._speakers[position]
            text = self.text(position, value, speaker)
            filled = forms(self._clauses[position], text)
            filled = filled.replace("{value_declined}", speaker.declined(text))
            sentence = speaker.sentence(filled.replace("{value}", text))
            said = self._beside_peers(position, sentence, value, group) if is_compared else sentence
            _remember(self._bare, key, said)
        return said

    def claimed(self, saying: Saying, position: int, row: Row) -> str:
        """A claim with its facts, which compares with the customer's own past and with nobody."""
        template = saying.at_zero if saying.at_zero and row[position] == 0 else saying.text
        plain, names = self._template(template)
        words = tuple([self._word(name, position, row, saying.language) for name in names])
        said = self._claims.get((plain, words))
        if said is None:
            said = saying.language.sentence(plain % words)
            _remember(self._claims, (plain, words), said)
        return said

    def read(self, saying: Saying, position: int) -> tuple[int, ...]:
        """The features that are read to tell a claim."""
        names = [name for one in (saying.text, saying.at_zero) for name in self._template(one)[1]]
        told = [self._places.get(name.removesuffix("_declined"), position) for name in names]
        return tuple(dict.fromkeys((position, *told)))

    def fact(self, position: int, value: float, group: int) -> Fact:
        """One fact behind a reason."""
        key = position, group
        if key not in self._standing:
            self._standing[key] = self._without_value(position, group)
        fact = self._standing[key]
        if math.isnan(value):
            return fact
        return Fact(*fact[:3], value, self.text(position, value), *fact[5:])

    def _word(self, name: str, position: int, row: Row, language: Language) -> str:
        """What stands in one place of a template."""
        if name == "share":
            return language.share(row[position])
        if name == "size":
            return language.quantity(abs(row[position]), self._units[position], self._currency)
        stem = name.removesuffix("_declined")
        chosen = position if stem == "value" else self._places[stem]
        text = self.text(chosen, row[chosen], language)
        return text if stem == name else language.declined(text)

    def _template(self, text: str) -> tuple[str, tuple[str, ...]]:
        """A template with a place for each of its words, and what these are."""
        if text not in self._templates:
            plain = _PLACE.sub("%s", text.replace("%", "%%"))
            self._templates[text] = plain, tuple(_PLACE.findall(text))
        return self._templates[text]

    def _beside_peers(self, position: int, said: str, value: float, group: int) -> str:
        """A sentence followed by what is typical of the customer's peers, unless it is the same.

        Who the peers are stands beside the facts, once for all sentences.
        """
        if self._units[position] == "yes_no":
            return said
        text = self._typical_text(position, group)
        if text in ("", self.text(position, value)):
            return said
        return f"{said} ({self._language.typical.format(value=text)})"

    def _typical_text(self, position: int, group: int) -> str:
        """What is typical of a group of peers; empty where it is unknown."""
        _, value = self._measure(position, group)
        return "" if math.isnan(value) else self.text(position, value)

    def _measure(self, position: int, group: int) -> tuple[int, float]:
        """The typical value of a group of peers, or of everybody where the group has none."""
        value = self._typical[group][position]
        if math.isnan(value):
            return EVERYBODY, self._typical[EVERYBODY][position]
        return group, value

    def _without_value(self, position: int, group: int) -> Fact:
        """What stands beside any customer's value of a feature."""
        feature = self._features[position]
        group, typical = self._measure(position, group)
        has_typical = math.isfinite(typical)
        return Fact(
            feature=feature.name,
            meaning=self._language.meaning(feature),
            unit=feature.unit,
            value=None,
            text="",
            typical=typical if has_typical else None,
            typical_text=self._typical_text(position, group),
            peers=self._language.peers[group] if has_typical else "",
        )


def _remember(known: dict[_T, str], key: _T, said: str) -> None:
    """Keep what was said, and forget everything where that is too much."""
    if len(known) >= _REMEMBERED:
        known.clear()
    known[key] = said
