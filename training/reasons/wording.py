"""What is said to a marketer: sentences that the facts bear out, for one customer or for everybody.

A sentence is made from a customer's raw facts, never from a model's contributions. A ``ReasonClaim`` says
more than a bare fact ("silent for longer than usual"), so it carries the comparison that must hold;
where a claim's facts say the opposite, nothing is said and the silence is counted.

What holds is decided here, for many rows at a time or for one without arrays; ``Renderer`` has the words for either.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.declarations.feature import Feature, ReasonGroup
from features.vocabulary.arrays import Rows
from training.reasons.claims import ReasonClaim, claims_about, is_technical
from training.reasons.languages.known import ENGLISH
from training.reasons.languages.language import Language
from training.reasons.peers import Peers
from training.reasons.renderer import Renderer
from training.reasons.sentences import DIRECTIONS, Fact, Saying, Sentence, Truth

__all__ = ["DIRECTIONS", "Fact", "Rows", "Saying", "Sentence", "Wording"]


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
        self._technical = np.array([is_technical(one.name) for one in self.features], np.bool_)
        typical = self.peers.typical
        self._usual = np.where(np.isnan(typical), typical[0], typical)
        self._usual_of: list[list[float]] = self._usual.astype(np.float64).tolist()
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
        text, contradicted, facts = self.told(
            position, direction, row, self.peers.group_of_one(row)
        )
        return Sentence(text, facts, contradicted)

    def told(
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
        if saying is None:
            return self._words.bare(position, value, group), False, facts
        if _side(saying.larger, row) > _side(saying.smaller, row):
            return self._words.claimed(saying, position, row, group), False, facts
        if self._is_change(saying, position) and _lies_beyond(
            saying, value, self._usual_of[group][position]
        ):
            return self._words.bare(position, value, group), False, facts
        return "", True, facts

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
            texts[rows] = self._claimed(saying, position, values[rows], group[rows])
        rows = np.flatnonzero(bare)
        cells = zip(values[rows, position].tolist(), group[rows].tolist(), strict=True)
        texts[rows] = _of_each(cells, lambda cell: self._words.bare(position, cell[0], cell[1]))
        return texts.tolist(), contradicted

    def sayable(self, values: Rows) -> dict[str, Truth]:
        """Of which features something can be said, by direction: one row a row, one column a feature.

        An unknown value, and one that contradicts the claim about it, leads no reason if another can.
        """
        plain = ~np.isnan(values) & ~self._technical
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

    def _known(self, position: int, direction: str, row: Sequence[float]) -> Saying | None:
        """The first claim whose facts are known."""
        for saying in self._sayings[position, direction]:
            if not (
                math.isnan(_side(saying.larger, row)) or math.isnan(_side(saying.smaller, row))
            ):
                return saying
        return None

    def _verdicts(
        self, position: int, direction: str, values: Rows, group: NDArray[np.intp]
    ) -> Iterator[tuple[Saying, Truth, Truth, Truth]]:
        """For each claim about a feature: of which rows it speaks, where it holds, who stands out.

        The first claim whose facts are known speaks for a row.
        """
        undecided = ~np.isnan(values[:, position])
        for saying in self._sayings[position, direction]:
            larger, smaller = (
                np.full(len(values), one, np.float32) if isinstance(one, float) else values[:, one]
                for one in (saying.larger, saying.smaller)
            )
            told = undecided & ~np.isnan(larger) & ~np.isnan(smaller)
            undecided = undecided & ~told
            stands_out = np.zeros(len(values), np.bool_)
            if self._is_change(saying, position):
                usual = self._usual[group, position]
                stands_out = np.asarray(_lies_beyond(saying, values[:, position], usual))
            yield saying, told, larger > smaller, stands_out

    def _is_change(self, saying: Saying, position: int) -> bool:
        """Whether a value is held against a number, so that it may stand out among peers instead.

        Spend that grew, but by less than that of steady customers, may raise a risk.
        """
        is_change = isinstance(saying.larger, int) != isinstance(saying.smaller, int)
        return is_change and not self._technical[position]

    def _claimed(
        self, saying: Saying, position: int, values: Rows, group: NDArray[np.intp]
    ) -> list[str]:
        """A claim for each row, of which only the features are read that it speaks of."""
        read = self._words.read(saying, position)
        columns = [values[:, one].tolist() for one in read]
        cells = zip(*columns, group.tolist(), strict=True)
        return _of_each(
            cells,
            lambda cell: self._words.claimed(
                saying, position, dict(zip(read, cell, strict=False)), cell[-1]
            ),
        )

    def _ways(self, position: int, direction: str) -> tuple[Saying, ...]:
        """The claims that can be made of a feature with the features this model has."""
        found = []
        for claim, caught in claims_about(self.features[position].name, direction):
            names = [one for one in (claim.larger, claim.smaller) if isinstance(one, str)]
            if all(one == "value" or one in self._places for one in names):
                named = tuple(self._places[one] for one in names if one != "value")
                found.append(self._way(claim, caught, position, named))
        return tuple(found)

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


def _lies_beyond(saying: Saying, own: Any, usual: Any) -> Any:
    """Whether a value, or each of a column, lies on the claim's side of what is usual among peers."""
    return own > usual if isinstance(saying.larger, int) else own < usual


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
