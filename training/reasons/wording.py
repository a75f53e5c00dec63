"""What is said to a marketer: sentences that the facts bear out.

A sentence is made from a customer's raw facts, never from a model's contributions. A ``Claim`` says
more than a bare fact ("silent for longer than usual"), so it carries the comparison that must hold;
where a claim's facts say the opposite, nothing is said and the silence is counted.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.spec import Feature, ReasonGroup
from training.bundle import Bundle
from training.reasons.claims import Claim, claims_about
from training.reasons.quantities import quantity, share

_SINGULAR = re.compile(r"(?<![\d.,])1 ((?:different |order )?)(?!times)([a-z]+?)(ies|s)\b")


@dataclass(frozen=True)
class Fact:
    """One raw fact behind a reason; ``typical`` is the median customer's value, where it helps."""

    feature: str
    meaning: str
    unit: str
    value: float | None
    text: str
    typical: float | None = None


@dataclass(frozen=True)
class Sentence:
    """What is said about one reason; no text when nothing can be said truthfully."""

    text: str
    facts: tuple[Fact, ...]
    is_contradicted: bool = False


class Wording:
    """The words of one model: its features and groups, what is typical, and the company's currency."""

    def __init__(
        self,
        features: Sequence[Feature],
        groups: Sequence[ReasonGroup],
        typical: NDArray[np.float32],
        currency: str,
    ) -> None:
        self.features = tuple(features)
        self.groups = tuple(groups)
        self.currency = currency
        self._typical = typical.tolist()
        self._claims = {
            (position, direction): claims_about(one.name, direction)
            for position, one in enumerate(self.features)
            for direction in ("raises", "lowers")
        }
        self._positions = {one.name: position for position, one in enumerate(self.features)}
        names = [group.name for group in self.groups]
        self.group_of = np.array([names.index(one.group) for one in self.features], np.intp)

    @classmethod
    def of(cls, bundle: Bundle, currency: str) -> Wording:
        """The words a bundle brings along."""
        middle = len(bundle.reference.features) // 2
        return cls(
            [Feature(**one) for one in bundle.manifest.features],
            [ReasonGroup(**one) for one in bundle.manifest.groups],
            bundle.reference.features[middle],
            currency,
        )

    def sentence(self, position: int, direction: str, values: NDArray[np.float32]) -> Sentence:
        """What to say about the feature that leads a reason; ``values`` is one customer's row."""
        feature = self.features[position]
        lead = self._fact(feature.name, values)
        if lead is None or lead.value is None:
            return Sentence("", ())
        for claim, captured in self._claims[position, direction]:
            sides = [self._side(one, lead, values) for one in (claim.larger, claim.smaller)]
            if sides[0] is None or sides[1] is None:
                continue
            facts = self._facts_named(claim, lead, values)
            if sides[0] <= sides[1]:
                return Sentence("", facts, is_contradicted=True)
            template = claim.at_zero if claim.at_zero and lead.value == 0 else claim.text
            said = template.format(**self._words(lead), **captured, **_texts(facts))
            return Sentence(_as_sentence(grammatical(said.replace("_", " "))), facts)
        return Sentence(self._bare(feature, lead), (lead,))

    def _side(self, side: str | float, lead: Fact, values: NDArray[np.float32]) -> float | None:
        if isinstance(side, float):
            return side
        fact = lead if side == "value" else self._fact(side, values)
        return None if fact is None else fact.value

    def _facts_named(
        self, claim: Claim, lead: Fact, values: NDArray[np.float32]
    ) -> tuple[Fact, ...]:
        named = [one for one in (claim.larger, claim.smaller) if isinstance(one, str)]
        found = [self._fact(one, values) for one in named if one != "value"]
        return tuple(one for one in found if one is not None) or (lead,)

    def _words(self, lead: Fact) -> dict[str, str]:
        assert lead.value is not None
        return {
            "value": lead.text,
            "size": quantity(abs(lead.value), lead.unit, self.currency),
            "share": share(lead.value),
        }

    def _bare(self, feature: Feature, fact: Fact) -> str:
        """The fact itself, beside what is typical."""
        said = grammatical(feature.said.format(value=fact.text))
        if fact.typical is None or feature.unit == "yes_no":
            return _as_sentence(said)
        typical = quantity(fact.typical, feature.unit, self.currency)
        return _as_sentence(said if typical == fact.text else f"{said} (typical: {typical})")

    def _fact(self, name: str, values: NDArray[np.float32]) -> Fact | None:
        position = self._positions.get(name)
        if position is None:
            return None
        feature = self.features[position]
        value = float(values[position])
        typical = self._typical[position]
        known = not math.isnan(value)
        return Fact(
            feature=name,
            meaning=feature.meaning,
            unit=feature.unit,
            value=value if known else None,
            text=quantity(value, feature.unit, self.currency) if known else "",
            typical=typical if math.isfinite(typical) else None,
        )


def _texts(facts: Sequence[Fact]) -> dict[str, str]:
    return {one.feature: one.text for one in facts}


def grammatical(said: str) -> str:
    """One order, not one orders; no orders, not zero orders."""
    singular = _SINGULAR.sub(
        lambda found: f"1 {found[1]}{found[2]}{'y' if found[3] == 'ies' else ''}", said
    )
    return re.sub(r"^0 (?=[a-z])", "no ", singular)


def _as_sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
