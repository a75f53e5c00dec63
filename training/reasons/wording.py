"""What is said to a marketer: sentences that the facts bear out, for one customer or for everybody.

A sentence is made from a customer's raw facts, never from a model's contributions. A ``ReasonClaim`` says
more than a bare fact ("silent for longer than usual"), so it carries the comparison that must hold;
where a claim's facts say the opposite, nothing is said and the silence is counted.

What holds is decided here, for many rows at a time or for one without arrays; ``Renderer`` has the words for either.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.declarations.feature import Feature, ReasonGroup
from features.vocabulary.arrays import Rows, SomeRows
from training.reasons.claims import SILENCE, ReasonClaim, claims_about
from training.reasons.languages.known import ENGLISH
from training.reasons.languages.language import Language
from training.reasons.peers import Peers
from training.reasons.renderer import Renderer
from training.reasons.sentences import DIRECTIONS, Fact, Saying, Sentence, Standings, Truth

__all__ = ["DIRECTIONS", "UNSAYABLE", "Fact", "Rows", "Saying", "Sentence", "Wording"]

UNSAYABLE, SAYABLE, TELLING = 0, 1, 2
"""How well a feature can be told of a customer: not at all, by its bare value, or by what sets it apart."""
_OF_PURCHASES = frozenset({"rhythm", "frequency", "spend", "basket", "trend"})
_NAMED = re.compile(r"\{(\w+)\}")
_OF_THE_LEADING = frozenset({"value", "share", "size"})


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
        self._others: dict[str, Wording] = {}
        self._words = Renderer(self.features, self.peers, currency, language)
        self._places = {one.name: position for position, one in enumerate(self.features)}
        self._sayings = {
            (position, direction): self._ways(position, direction)
            for position in range(len(self.features))
            for direction in DIRECTIONS
        }
        self._claimed_of = {
            direction: [one for one in range(len(self.features)) if self._sayings[one, direction]]
            for direction in DIRECTIONS
        }
        self._is_fact = [one.said_as == "fact" for one in self.features]
        self._tells_silence = [self._is_about_silence(one) for one in range(len(self.features))]
        self._is_of_purchases = [one.group in _OF_PURCHASES for one in self.features]
        typical = self.peers.typical
        self._usual = np.where(np.isnan(typical), typical[0], typical)
        self._usual_of: list[list[float]] = self._usual.astype(np.float64).tolist()
        tendency = self.peers.tendency
        self._tendency = None if tendency is None else tendency.tolist()
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
        return self._places.get(name)

    def value_text(self, position: int, value: float) -> str:
        """One value of a feature as a person would write it; empty where it is unknown."""
        return "" if math.isnan(value) else self._words.text(position, float(value))

    def sentence(self, position: int, direction: str, values: Rows) -> Sentence:
        """What to say of one customer about the feature that leads a reason; ``values`` is their row."""
        row = values.tolist()
        text, contradicted, facts = self.sentence_with_facts(
            position, direction, row, self.peers.group_of_one(row)
        )
        return Sentence(text, facts, contradicted)

    def sentence_with_facts(
        self, position: int, direction: str, row: Sequence[float], group: int
    ) -> tuple[str, bool, tuple[Fact, ...]]:
        """The sentence about a leading feature, whether its facts contradict it, and these facts.

        As ``said`` has them for many, from plain numbers; ``group`` is that of the customer's peers.
        """
        value = row[position]
        if math.isnan(value):
            return "", False, ()
        saying = self._known(position, direction, row)
        named = (position,) if saying is None else saying.named or (position,)
        facts = tuple([self._words.fact(one, row[one], group) for one in named])
        if saying is not None:
            holds = _side(saying.larger, row) > _side(saying.smaller, row)
            text = self._words.claimed(saying, position, row) if holds else ""
            return text, not holds, facts
        usual = self._usual_of[group][position]
        standing = self._standing(position, direction, value, usual)
        if standing == UNSAYABLE:
            return "", False, ()
        is_compared = standing == TELLING
        return self._words.bare(position, value, group, is_compared=is_compared), False, facts

    def said(self, position: int, direction: str, values: SomeRows) -> tuple[list[str], Truth]:
        """The sentence about a leading feature for each row, and whether its facts contradict it.

        The text is empty where the feature's value is unknown or says nothing by itself, where the claim about it
        does not hold, and where it is what is usual, or the other way than the reason.
        """
        texts = np.full(len(values), "", object)
        contradicted = np.zeros(len(values), np.bool_)
        bare = ~np.isnan(values.column(position))
        group = self.peers.group_among(values)
        for saying, told, holds in self._verdicts(position, direction, values):
            contradicted |= told & ~holds
            bare &= ~told
            rows = np.flatnonzero(told & holds)
            texts[rows] = self._claimed(saying, position, values.some(rows))
        column, usual = values.column(position), self._usual[group, position]
        standing = np.where(bare, self._standings(position, direction, column, usual), UNSAYABLE)
        for is_compared, level in ((False, SAYABLE), (True, TELLING)):
            rows = np.flatnonzero(standing == level)
            cells = zip(column[rows].tolist(), group[rows].tolist(), strict=True)
            say = partial(self._bare, position, is_compared)
            texts[rows] = _of_each(cells, say)
        return texts.tolist(), contradicted

    def tellable(self, position: int, direction: str, values: SomeRows) -> tuple[Truth, Truth]:
        """Whether ``said`` has a sentence for each row, and whether its facts contradict it, without wording any."""
        told, contradicted = np.zeros(len(values), np.bool_), np.zeros(len(values), np.bool_)
        column = values.column(position)
        bare = ~np.isnan(column)
        for _, is_about, holds in self._verdicts(position, direction, values):
            told |= is_about & holds
            contradicted |= is_about & ~holds
            bare &= ~is_about
        usual = self._usual[self.peers.group_among(values), position]
        standing = self._standings(position, direction, column, usual)
        return told | (bare & (standing > UNSAYABLE)), contradicted

    def sayable(self, values: Rows) -> dict[str, Standings]:
        """How well each feature can be told, by direction: one row a row, one column a feature.

        What cannot be told, and an unknown value, lead no reason if another can; what sets a customer apart leads
        before what does not.
        """
        group, all_rows = self.peers.group_of(values), SomeRows(values)
        usual = self._usual[group]
        known = ~np.isnan(values)
        found = {}
        for direction in DIRECTIONS:
            standing = np.zeros(values.shape, np.int8)
            for position in range(len(self.features)):
                if self._is_fact[position]:
                    standing[:, position] = self._standings(
                        position, direction, values[:, position], usual[:, position]
                    )
            for position in self._claimed_of[direction]:
                for _, told, holds in self._verdicts(position, direction, all_rows):
                    standing[told, position] = np.where(holds[told], TELLING, UNSAYABLE)
            found[direction] = np.where(known, standing, np.int8(UNSAYABLE))
        return found

    def tells_silence(self, position: int, value: float) -> bool:
        """Whether a sentence about this value that raises a risk says that nothing was bought for a while.

        Sentences that do tell the same fact, whatever they are about.
        """
        return self._tells_silence[position] or (self._is_of_purchases[position] and value == 0)

    def silences(self, positions: NDArray[np.integer], values: NDArray[np.floating]) -> Truth:
        """The same of many."""
        about, bought = np.array(self._tells_silence), np.array(self._is_of_purchases)
        return np.asarray(about[positions] | (bought[positions] & (values == 0)))

    def _is_about_silence(self, position: int) -> bool:
        is_named = self.features[position].name == SILENCE.strip("{}")
        return is_named or any(SILENCE in one.text for one in self._raw_claims(position))

    def _standing(self, position: int, direction: str, value: float, usual: float) -> int:
        """How well the bare value can be told beside what is usual."""
        if not self._is_fact[position] or (value == 0 and usual == 0):
            return UNSAYABLE
        if self._tendency is None:
            return TELLING
        tendency = self._tendency[position]
        away = (value - usual) * (tendency if direction == "raises" else -tendency)
        # An unknown usual value, and one that is met, set nobody apart.
        return UNSAYABLE if away < 0 else TELLING if away > 0 else SAYABLE

    def _standings(
        self,
        position: int,
        direction: str,
        values: NDArray[np.floating],
        usual: NDArray[np.floating],
    ) -> Standings:
        """The same of a column."""
        if not self._is_fact[position]:
            return np.zeros(len(values), np.int8)
        is_no_news = (values == 0) & (usual == 0)
        if self._tendency is None:
            return np.where(is_no_news, UNSAYABLE, TELLING).astype(np.int8)
        tendency = self._tendency[position]
        away = (values - usual) * (tendency if direction == "raises" else -tendency)
        told = np.where(away < 0, UNSAYABLE, np.where(away > 0, TELLING, SAYABLE))
        return np.where(is_no_news, UNSAYABLE, told).astype(np.int8)

    def _known(self, position: int, direction: str, row: Sequence[float]) -> Saying | None:
        """The first claim whose facts are known."""
        for saying in self._sayings[position, direction]:
            held = (_side(saying.larger, row), _side(saying.smaller, row))
            if not any(math.isnan(one) for one in (*held, *[row[one] for one in saying.named])):
                return saying
        return None

    def _verdicts(
        self, position: int, direction: str, values: SomeRows
    ) -> Iterator[tuple[Saying, Truth, Truth]]:
        """For each claim about a feature: of which rows it speaks, and where it holds.

        The first claim whose facts are known speaks for a row.
        """
        undecided = ~np.isnan(values.column(position))
        for saying in self._sayings[position, direction]:
            larger, smaller = (
                np.full(len(values), one, np.float32)
                if isinstance(one, float)
                else values.column(one)
                for one in (saying.larger, saying.smaller)
            )
            told = undecided & ~np.isnan(larger) & ~np.isnan(smaller)
            for one in saying.named:
                told &= ~np.isnan(values.column(one))
            undecided = undecided & ~told
            yield saying, told, larger > smaller

    def _bare(self, position: int, is_compared: bool, cell: tuple[Any, ...]) -> str:
        return self._words.bare(position, cell[0], cell[1], is_compared=is_compared)

    def _claimed(self, saying: Saying, position: int, values: SomeRows) -> list[str]:
        """A claim for each row, of which only the features are read that it speaks of."""
        read = self._words.read(saying, position)
        cells = zip(*[values.column(one).tolist() for one in read], strict=True)
        return _of_each(
            cells,
            lambda cell: self._words.claimed(saying, position, dict(zip(read, cell, strict=True))),
        )

    def _ways(self, position: int, direction: str) -> tuple[Saying, ...]:
        """The claims that can be made of a feature with the features this model has."""
        found = []
        for claim, caught in claims_about(self.features[position].name, direction):
            asked = [one for one in (claim.larger, claim.smaller) if isinstance(one, str)]
            named = dict.fromkeys([*asked, *_NAMED.findall(claim.text)])
            facts = [one for one in named if one not in _OF_THE_LEADING and one not in caught]
            if all(one in self._places for one in facts):
                places = tuple(self._places[one] for one in facts)
                found.append(self._way(claim, caught, position, places))
        return tuple(found)

    def _raw_claims(self, position: int) -> list[ReasonClaim]:
        return [one for one, _ in claims_about(self.features[position].name, "raises")]

    def _way(
        self, claim: ReasonClaim, caught: dict[str, str], position: int, named: tuple[int, ...]
    ) -> Saying:
        """One claim in the model's language, or in English where that lacks it or what it is about."""
        texts = [(one, "claim") for one in (claim.text, claim.at_zero) if one]
        texts += [
            (word.replace("_", " "), "subject") for key, word in caught.items() if key == "what"
        ]
        is_known = all(self.language.has(*one) for one in texts)
        language = self.language if is_known else ENGLISH
        words = {
            key: language.subject(word) if key == "what" else word for key, word in caught.items()
        }
        larger, smaller = (self._held(one, position) for one in (claim.larger, claim.smaller))
        at_zero = _filled(language.claim(claim.at_zero), words) if claim.at_zero else ""
        return Saying(
            larger, smaller, named, _filled(language.claim(claim.text), words), at_zero, language
        )

    def _held(self, side: str | float, position: int) -> int | float:
        """A position of a feature as an int, a number to compare with as a float."""
        if isinstance(side, float):
            return float(np.float32(side))
        return position if side == "value" else self._places[side]


def _side(side: int | float, row: Sequence[float]) -> float:
    return row[side] if isinstance(side, int) else side


def _of_each(cells: Iterable[tuple[Any, ...]], say: Callable[[tuple[Any, ...]], str]) -> list[str]:
    """What is said of each, asked once for all that are alike."""
    known: dict[tuple[Any, ...], str] = {}
    texts = []
    for cell in cells:
        text = known.get(cell)
        if text is None:
            text = known[cell] = say(cell)
        texts.append(text)
    return texts


def _filled(template: str, words: dict[str, str]) -> str:
    for name, text in words.items():
        template = template.replace(f"{{{name}}}", text)
    return template
