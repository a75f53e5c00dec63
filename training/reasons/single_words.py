"""The words for one customer at a time, without arrays: the same sentences and facts as for many, sooner.

A customer's row is plain numbers here. What was put into words once is remembered: most customers share their
small numbers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from training.reasons.languages.language import forms
from training.reasons.languages.numbers import CENTS_SHOWN_BELOW, DAY_SLACK

if TYPE_CHECKING:
    from training.reasons.wording import Saying, Wording

Row = Sequence[float]
_REMEMBERED = 50_000


class Fact(NamedTuple):
    """One raw fact behind a reason; ``typical`` is what it is among ``peers``, where it helps."""

    feature: str
    meaning: str
    unit: str
    value: float | None
    text: str
    typical: float | None = None
    typical_text: str = ""
    peers: str = ""


class SingleWords:
    """One model's words for single rows; ``Wording`` has the same for many, and makes what both need."""

    def __init__(self, wording: Wording) -> None:
        self._wording = wording
        self._language = wording.language
        self._units = [one.unit for one in wording.features]
        self._usual: list[list[float]] = wording.usual.astype(np.float64).tolist()
        self._texts: dict[tuple[int, float], str] = {}
        self._bare_said: dict[tuple[int, str, int], str] = {}
        self._standing: dict[tuple[int, int], Fact] = {}

    def told(
        self, position: int, direction: str, row: Row, group: int
    ) -> tuple[str, bool, tuple[Fact, ...]]:
        """The sentence about a leading feature, whether its facts contradict it, and these facts.

        As ``Wording.said`` and ``Wording.facts`` have them.
        """
        value = row[position]
        if math.isnan(value):
            return "", False, ()
        saying = self._known(position, direction, row)
        named = (position,) if saying is None else saying.named or (position,)
        facts = tuple([self._fact(one, row[one], group) for one in named])
        if saying is None:
            return self._bare(position, value, group), False, facts
        if self._side(saying.larger, row) > self._side(saying.smaller, row):
            return self._claimed(position, saying, row, group), False, facts
        if self._stands_out(saying, position, value, group):
            return self._bare(position, value, group), False, facts
        return "", True, facts

    def text(self, position: int, value: float) -> str:
        """A feature's value as a person would write it."""
        name = position, _rounded(value, self._units[position])
        found = self._texts.get(name)
        if found is None:
            if len(self._texts) >= _REMEMBERED:
                self._texts.clear()
            found = self._language.quantity(name[1], self._units[position], self._wording.currency)
            self._texts[name] = found
        return found

    def _known(self, position: int, direction: str, row: Row) -> Saying | None:
        """The first claim whose facts are known."""
        for saying in self._wording.sayings[position, direction]:
            sides = self._side(saying.larger, row), self._side(saying.smaller, row)
            if not (math.isnan(sides[0]) or math.isnan(sides[1])):
                return saying
        return None

    def _side(self, side: int | float, row: Row) -> float:
        return row[side] if isinstance(side, int) else side

    def _stands_out(self, saying: Saying, position: int, value: float, group: int) -> bool:
        larger, smaller = isinstance(saying.larger, int), isinstance(saying.smaller, int)
        if larger == smaller or self._wording.technical[position]:
            return False
        usual = self._usual[group][position]
        return value > usual if larger else value < usual

    def _claimed(self, position: int, saying: Saying, row: Row, group: int) -> str:
        at_zero = saying.at_zero and row[position] == 0
        plain, names = self._wording.template(saying.at_zero if at_zero else saying.text)
        if names:
            plain %= tuple([self._word(one, position, row) for one in names])
        else:
            plain = plain.replace("%%", "%")
        filled = self._language.sentence(plain)
        if not saying.named:
            return filled
        return self._beside_peers(saying.named[0], filled, row[saying.named[0]], group)

    def _word(self, name: str, position: int, row: Row) -> str:
        language, value = self._language, row[position]
        if name == "share":
            return language.share(value)
        if name == "size":
            return language.quantity(abs(value), self._units[position], self._wording.currency)
        stem = name.removesuffix("_declined")
        chosen = position if stem == "value" else self._wording.places[stem]
        text = self.text(chosen, row[chosen])
        return text if stem == name else language.declined(text)

    def _bare(self, position: int, value: float, group: int) -> str:
        text = self.text(position, value)
        name = position, text, group
        if name not in self._bare_said:
            if len(self._bare_said) >= _REMEMBERED:
                self._bare_said.clear()
            filled = forms(self._wording.clauses[position], text)
            filled = filled.replace("{value_declined}", self._language.declined(text))
            said = self._language.sentence(filled.replace("{value}", text))
            self._bare_said[name] = self._beside_peers(position, said, value, group)
        return self._bare_said[name]

    def _beside_peers(self, position: int, said: str, value: float, group: int) -> str:
        if self._units[position] == "yes_no":
            return said
        text, ending = self._wording.typical_said(position, group)
        return said if text in ("", self.text(position, value)) else f"{said} ({ending})"

    def _fact(self, position: int, value: float, group: int) -> Fact:
        name = position, group
        if name not in self._standing:
            self._standing[name] = self._without_value(position, group)
        fact = self._standing[name]
        if math.isnan(value):
            return fact
        return Fact(*fact[:3], value, self.text(position, value), *fact[5:])

    def _without_value(self, position: int, group: int) -> Fact:
        """What stands beside any customer's value of a feature."""
        wording, feature = self._wording, self._wording.features[position]
        group, typical = wording.measure(position, group)
        has_typical = math.isfinite(typical)
        return Fact(
            feature=feature.name,
            meaning=self._language.meaning(feature),
            unit=feature.unit,
            value=None,
            text="",
            typical=typical if has_typical else None,
            typical_text=wording.typical_said(position, group)[0] if has_typical else "",
            peers=self._language.peers[group] if has_typical else "",
        )


def _rounded(value: float, unit: str) -> float:
    """A value that is shown like others made equal to them; see ``Wording``."""
    if unit == "days":
        slack = value + math.copysign(DAY_SLACK, value)
        return float(math.trunc(slack)) if math.isfinite(slack) else slack
    if unit == "cents" and math.isfinite(value):
        whole = float(round(value))
        return round(whole / 100) * 100.0 if abs(whole) >= CENTS_SHOWN_BELOW else whole
    return value
