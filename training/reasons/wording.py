"""What is said to a marketer: sentences that the facts bear out, for one customer or for everybody.

A sentence is made from a customer's raw facts, never from a model's contributions. A ``Claim`` says
more than a bare fact ("silent for longer than usual"), so it carries the comparison that must hold;
where a claim's facts say the opposite, nothing is said and the silence is counted.

Sentences are made for many rows at a time: those that are led by one feature in one direction share a
template, and whoever has the same value the same words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from features.declarations.values import Feature, ReasonGroup
from training.reasons.claims import claims_about, is_technical
from training.reasons.languages.known import ENGLISH
from training.reasons.languages.language import Language, forms
from training.reasons.languages.numbers import CENTS_SHOWN_BELOW, DAY_SLACK
from training.reasons.peers import Peers
from training.reasons.single_words import Fact, SingleWords

__all__ = ["DIRECTIONS", "Fact", "Rows", "Saying", "Sentence", "Wording"]

DIRECTIONS = ("raises", "lowers")
_PLACE = re.compile(r"\{(\w+)\}")
Rows = NDArray[np.float32]
Truth = NDArray[np.bool_]


@dataclass(frozen=True)
class Sentence:
    """What is said about one reason; no text when nothing can be said truthfully."""

    text: str
    facts: tuple[Fact, ...]
    is_contradicted: bool = False


@dataclass(frozen=True)
class Saying:
    """One way of speaking of a leading feature: what must hold, and the words."""

    larger: int | float
    smaller: int | float
    named: tuple[int, ...]
    text: str
    at_zero: str


class Wording:
    """The words of one model: its features and groups, what is typical, currency and language."""

    def __init__(
        self,
        features: Sequence[Feature],
        groups: Sequence[ReasonGroup],
        typical: Peers | Rows,
        currency: str,
        language: Language = ENGLISH,
    ) -> None:
        self.features = tuple(features)
        self.groups = tuple(groups)
        self.currency = currency
        self.language = language
        self.peers = typical if isinstance(typical, Peers) else Peers.everybody(typical)
        self.titles = tuple(language.title(one) for one in groups)
        self.clauses = tuple(language.clause(one) for one in self.features)
        self._others: dict[str, Wording] = {}
        self._templates: dict[str, tuple[str, tuple[str, ...]]] = {}
        self._usual_said: dict[tuple[int, int], tuple[str, str]] = {}
        self.places = {one.name: position for position, one in enumerate(self.features)}
        self.sayings = {
            (position, direction): self._ways(position, direction)
            for position in range(len(self.features))
            for direction in DIRECTIONS
        }
        self._claimed_of = {
            direction: [one for one in range(len(self.features)) if self.sayings[one, direction]]
            for direction in DIRECTIONS
        }
        self.technical = np.array([is_technical(one.name) for one in self.features], np.bool_)
        typical = self.peers.typical
        self.usual = np.where(np.isnan(typical), typical[0], typical)
        self.is_context_of = tuple(one.actionable == "context" for one in self.features)
        self.is_context = np.array(self.is_context_of, np.bool_)
        names = [group.name for group in self.groups]
        self.group_of = np.array([names.index(one.group) for one in self.features], np.intp)

    def in_language(self, language: Language) -> Wording:
        """The same words in another language."""
        if language.code == self.language.code:
            return self
        if language.code not in self._others:
            self._others[language.code] = Wording(
                self.features, self.groups, self.peers, self.currency, language
            )
        return self._others[language.code]

    def position(self, name: str) -> int | None:
        """Where a feature stands among those of the model; None where it is not one of them."""
        return self.places.get(name)

    def value_text(self, position: int, value: float) -> str:
        """One value of a feature as a person would write it; empty where it is unknown."""
        return "" if np.isnan(value) else self._texts(position, np.array([value], np.float32))[0]

    def sentence(self, position: int, direction: str, values: Rows) -> Sentence:
        """What to say of one customer about the feature that leads a reason; ``values`` is their row."""
        texts, contradicted = self.said(position, direction, values[None, :])
        return Sentence(texts[0], self.facts(position, direction, values), bool(contradicted[0]))

    def said(self, position: int, direction: str, values: Rows) -> tuple[list[str], Truth]:
        """The sentence about a leading feature for each row, and whether its facts contradict it.

        The text is empty where the feature's value is unknown, or the claim about it does not hold. Where
        it does not hold against the customer's own past, but does among peers, the bare fact is said.
        """
        texts = np.full(len(values), "", object)
        contradicted = np.zeros(len(values), np.bool_)
        bare = ~np.isnan(values[:, position])
        group = self.peers.group_of(values)
        for saying, told, holds, stands_out in self._verdicts(position, direction, values, group):
            contradicted |= told & ~holds & ~stands_out
            bare &= ~told | (stands_out & ~holds)
            rows = np.flatnonzero(told & holds)
            if len(rows):
                texts[rows] = self._claimed(position, saying, values[rows], group[rows])
        rows = np.flatnonzero(bare)
        if len(rows):
            texts[rows] = self._bare(position, values[rows], group[rows])
        return texts.tolist(), contradicted

    def sayable(self, values: Rows) -> dict[str, Truth]:
        """Of which features something can be said, by direction: one row a row, one column a feature.

        An unknown value, and one that contradicts the claim about it, leads no reason if another can.
        """
        plain = ~np.isnan(values) & ~self.technical
        group = self.peers.group_of(values)
        found = {}
        for direction in DIRECTIONS:
            holds = plain.copy()
            for position in self._claimed_of[direction]:
                for _, told, claimed, stands_out in self._verdicts(
                    position, direction, values, group
                ):
                    holds[told, position] = (claimed | stands_out)[told]
            found[direction] = holds
        return found

    def _verdicts(
        self, position: int, direction: str, values: Rows, group: NDArray[np.intp]
    ) -> Iterator[tuple[Saying, Truth, Truth, Truth]]:
        """For each claim about a feature: of which rows it speaks, where it holds, who stands out.

        The first claim whose facts are known speaks for a row.
        """
        undecided = ~np.isnan(values[:, position])
        for saying in self.sayings[position, direction]:
            larger, smaller = self._sides(saying, values)
            told = undecided & ~np.isnan(larger) & ~np.isnan(smaller)
            undecided = undecided & ~told
            yield saying, told, larger > smaller, self._stands_out(saying, position, values, group)

    def _stands_out(
        self, saying: Saying, position: int, values: Rows, group: NDArray[np.intp]
    ) -> Truth:
        """Whether a value held against a number lies on the claim's side of what is usual among peers.

        Spend that grew, but by less than that of steady customers, may raise a risk.
        """
        is_change = isinstance(saying.larger, int) != isinstance(saying.smaller, int)
        if not is_change or self.technical[position]:
            return np.zeros(len(values), np.bool_)
        own, usual = values[:, position], self.usual[group, position]
        return np.asarray(own > usual if isinstance(saying.larger, int) else own < usual)

    def facts(
        self, position: int, direction: str, values: Rows, group: int | None = None
    ) -> tuple[Fact, ...]:
        """The facts behind what is said of one customer; ``values`` is their row.

        ``group`` is that of their peers, where it is known already.
        """
        if group is None:
            group = int(self.peers.group_of(values[None, :])[0])
        return self.single.told(position, direction, values.tolist(), group)[2]

    @cached_property
    def single(self) -> SingleWords:
        """The same words for one row at a time."""
        return SingleWords(self)

    def template(self, text: str) -> tuple[str, tuple[str, ...]]:
        """A template with a place for each of its words, and what these are."""
        if text not in self._templates:
            plain = _PLACE.sub("%s", text.replace("%", "%%"))
            self._templates[text] = plain, tuple(_PLACE.findall(text))
        return self._templates[text]

    def _ways(self, position: int, direction: str) -> tuple[Saying, ...]:
        """The claims that can be made of a feature with the features this model has."""
        language, found = self.language, []
        for claim, caught in claims_about(self.features[position].name, direction):
            names = [one for one in (claim.larger, claim.smaller) if isinstance(one, str)]
            if not all(one == "value" or one in self.places for one in names):
                continue
            sides = [self._side(one, position) for one in (claim.larger, claim.smaller)]
            words = {
                key: language.subject(word) if key == "what" else word
                for key, word in caught.items()
            }
            found.append(
                Saying(
                    sides[0],
                    sides[1],
                    tuple(self.places[one] for one in names if one != "value"),
                    _filled(language.claim(claim.text), words),
                    _filled(language.claim(claim.at_zero), words) if claim.at_zero else "",
                )
            )
        return tuple(found)

    def _side(self, side: str | float, position: int) -> int | float:
        """A position of a feature as an int, a number to compare with as a float."""
        if isinstance(side, float):
            return float(np.float32(side))
        return position if side == "value" else self.places[side]

    def _sides(self, saying: Saying, values: Rows) -> tuple[Rows, Rows]:
        larger, smaller = (
            np.full(len(values), one, np.float32) if isinstance(one, float) else values[:, one]
            for one in (saying.larger, saying.smaller)
        )
        return larger, smaller

    def _claimed(
        self, position: int, saying: Saying, values: Rows, group: NDArray[np.intp]
    ) -> list[str]:
        zero = values[:, position] == 0
        if saying.at_zero and zero.any():
            texts = np.full(len(values), "", object)
            for rows, template in ((zero, saying.at_zero), (~zero, saying.text)):
                chosen = np.flatnonzero(rows)
                if len(chosen):
                    filled = self._fill(template, position, values[chosen])
                    texts[chosen] = self._beside_peers(
                        saying.named, filled, values[chosen], group[chosen]
                    )
            return list(texts)
        filled = self._fill(saying.text, position, values)
        return self._beside_peers(saying.named, filled, values, group)

    def _fill(self, template: str, position: int, values: Rows) -> list[str]:
        """A template for each row; whoever shares all values shares the words."""
        plain, names = self.template(template)
        columns = [self._words(name, position, values) for name in names]
        sentence = self.language.sentence
        if not columns:
            return [sentence(plain.replace("%%", "%"))] * len(values)
        return [sentence(plain % words) for words in zip(*columns, strict=True)]

    def _words(self, name: str, position: int, values: Rows) -> list[str]:
        """What stands in one place of a template, for each row."""
        language = self.language
        unit, column = self.features[position].unit, values[:, position]
        if name == "share":
            return _by_value(column, language.share)
        if name == "size":
            return _by_value(
                np.abs(column), lambda one: language.quantity(one, unit, self.currency)
            )
        stem = name.removesuffix("_declined")
        chosen = position if stem == "value" else self.places[stem]
        texts = self._texts(chosen, values[:, chosen])
        return texts if stem == name else [language.declined(one) for one in texts]

    def _texts(self, position: int, column: Rows) -> list[str]:
        """A feature's values as a person would write them."""
        unit = self.features[position].unit
        return _by_value(
            _rounded(column, unit), lambda one: self.language.quantity(one, unit, self.currency)
        )

    def _bare(self, position: int, values: Rows, group: NDArray[np.intp]) -> list[str]:
        """The fact itself, beside what is typical of peers."""
        clause, language = self.clauses[position], self.language
        said: dict[str, str] = {}
        texts = self._texts(position, values[:, position])
        for text in set(texts):
            filled = forms(clause, text).replace("{value_declined}", language.declined(text))
            said[text] = language.sentence(filled.replace("{value}", text))
        return self._beside_peers((position,), [said[one] for one in texts], values, group)

    def _beside_peers(
        self, named: Sequence[int], said: list[str], values: Rows, group: NDArray[np.intp]
    ) -> list[str]:
        """Sentences, each followed by what is typical of the customer's peers, unless it is the same."""
        if not named or self.features[named[0]].unit == "yes_no":
            return said
        position = named[0]
        endings = [self.typical_said(position, one) for one in range(len(self.peers.typical))]
        if not any(text for text, _ in endings):
            return said
        own = self._texts(position, values[:, position])
        return [
            f"{one} ({endings[peers][1]})" if endings[peers][0] not in ("", text) else one
            for one, text, peers in zip(said, own, group.tolist(), strict=True)
        ]

    def typical_said(self, position: int, group: int) -> tuple[str, str]:
        """What is typical of a group of peers, and the same with their name; empty where unknown."""
        if (position, group) not in self._usual_said:
            self._usual_said[position, group] = self._say_typical(position, group)
        return self._usual_said[position, group]

    def _say_typical(self, position: int, group: int) -> tuple[str, str]:
        group, value = self.measure(position, group)
        if np.isnan(value):
            return "", ""
        text = self._texts(position, np.array([value], np.float32))[0]
        who = self.language.peers[group]
        return text, f"{who}: {text}" if who else self.language.typical.format(value=text)

    def measure(self, position: int, group: int) -> tuple[int, float]:
        """The typical value of a group of peers, or of everybody where the group has none."""
        value = float(self.peers.typical[group, position])
        return (0, float(self.peers.typical[0, position])) if np.isnan(value) else (group, value)


def _filled(template: str, words: dict[str, str]) -> str:
    for name, text in words.items():
        template = template.replace(f"{{{name}}}", text)
    return template


def _rounded(column: Rows, unit: str) -> NDArray[np.floating]:
    """Values that are shown alike made alike, so that each is put into words once."""
    wide = column.astype(np.float64)
    if unit == "days":
        return np.trunc(wide + np.copysign(DAY_SLACK, wide))
    if unit == "cents":
        whole = np.round(wide)
        return np.where(np.abs(whole) >= CENTS_SHOWN_BELOW, np.round(whole / 100) * 100, whole)
    return wide


def _by_value(column: NDArray[np.floating], say: Callable[[float], str]) -> list[str]:
    """What is said of each value, asked once for each different one."""
    if len(column) == 1:
        return [say(float(column[0]))]
    distinct, place = np.unique(column, return_inverse=True)
    said = np.array([say(float(one)) for one in distinct], object)
    return list(said[place])
