"""What is said to a marketer: numbers with their units, and sentences that the facts bear out.

A sentence is made from a customer's raw facts, never from a model's contributions. A ``Claim`` says
more than a bare fact ("silent for longer than usual"), so it carries the comparison that must hold;
where a claim's facts say the opposite, nothing is said and the silence is counted.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.spec import Feature, ReasonGroup
from training.bundle import Bundle

_SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$", "JPY": "¥", "INR": "₹"}
_CENTS_SHOWN_BELOW = 100_00
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


@dataclass(frozen=True)
class Claim:
    """A sentence that compares: said only where ``larger`` exceeds ``smaller``.

    It speaks for the leading features that match ``about`` when they push in ``direction``. Either side
    is a feature's name, ``value`` for the leading feature itself, or a number. The text names features
    in braces; ``{value}``, ``{share}`` (as a percentage) and ``{size}`` (without sign)
    stand for the leading one, other words for what ``about`` captured.
    """

    about: str
    direction: str
    larger: str | float
    smaller: str | float
    text: str
    at_zero: str = ""
    """What is said instead where the leading feature is exactly zero."""


_OVERDUE = "days_since_order|silence_ratio|expected_next_order_days"

# fmt: off
CLAIMS = (
    Claim(_OVERDUE, "raises", "days_since_order", "gap_mean_days", "Silent for {days_since_order}; usually buys every {gap_mean_days}"),
    Claim(_OVERDUE, "lowers", "gap_mean_days", "days_since_order", "Last order {days_since_order} ago; usually buys every {gap_mean_days}"),
    Claim("silence_longest_ratio", "raises", "days_since_order", "gap_max_days", "Silent for {days_since_order}, longer than ever; longest pause before {gap_max_days}"),
    Claim("silence_longest_ratio", "lowers", "gap_max_days", "days_since_order", "Last order {days_since_order} ago; has paused for {gap_max_days} before"),
    Claim("silence_recent_ratio", "raises", "days_since_order", "gap_recent_days", "Silent for {days_since_order}; lately bought every {gap_recent_days}"),
    Claim("silence_recent_ratio", "lowers", "gap_recent_days", "days_since_order", "Last order {days_since_order} ago; lately buys every {gap_recent_days}"),
    Claim("gap_change_ratio", "raises", "gap_recent_days", "gap_mean_days", "Buying more slowly: lately every {gap_recent_days}, usually every {gap_mean_days}"),
    Claim("gap_change_ratio", "lowers", "gap_mean_days", "gap_recent_days", "Buying faster: lately every {gap_recent_days}, usually every {gap_mean_days}"),
    Claim(r"(?P<what>\w+)_growth_(?P<days>\d+)d", "raises", 1.0, "value", "{what} of the last {days} days fell to {share} of the {days} days before", at_zero="No {what} in the last {days} days; some in the {days} before"),
    Claim(r"(?P<what>\w+)_growth_(?P<days>\d+)d", "lowers", "value", 1.0, "{what} of the last {days} days grew to {share} of the {days} days before"),
    Claim(r"(?P<what>\w+)_slope_12x30d", "raises", 0.0, "value", "{what} falling by {size} a month over the last year"),
    Claim(r"(?P<what>\w+)_slope_12x30d", "lowers", "value", 0.0, "{what} rising by {size} a month over the last year"),
    Claim(r"(?P<what>\w+)_slope_share", "raises", 0.0, "value", "{what} shrinking from month to month over the last year"),
    Claim(r"(?P<what>\w+)_slope_share", "lowers", "value", 0.0, "{what} growing from month to month over the last year"),
)
# fmt: on


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
            (position, direction): _claims_about(one.name, direction)
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
            return Sentence(_as_sentence(_grammatical(said.replace("_", " "))), facts)
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
        said = _grammatical(feature.said.format(value=fact.text))
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


def quantity(value: float, unit: str, currency: str) -> str:
    """A value as a person would write it.

    >>> quantity(41.6, "days", "EUR"), quantity(0.125, "share", "EUR"), quantity(123456, "cents", "GBP")
    ('41 days', '12 %', '£1,235')
    """
    if unit == "cents":
        return money(round(value), currency)
    if unit == "days":
        return days(value)
    if unit == "share":
        return share(value)
    if unit == "yes_no":
        return "yes" if value >= 0.5 else "no"
    return _short(value)


def share(value: float) -> str:
    """A part of a whole in percent.

    >>> share(0.0049), share(0.283), share(0.0)
    ('0.5 %', '28 %', '0 %')
    """
    percent = 100 * value
    return f"{percent:,.0f} %" if percent == 0 or abs(percent) >= 10 else f"{percent:.1f} %"


def days(value: float) -> str:
    """A stretch of time in whole days that have passed.

    >>> days(1.2), days(0.4)
    ('1 day', 'less than a day')
    """
    # A float32 holds 41 days as 40.9999962 where the seconds do not divide evenly.
    whole = math.trunc(value + math.copysign(1e-3, value))
    if whole == 0:
        return "less than a day"
    return f"{whole:,} day{'' if abs(whole) == 1 else 's'}".replace("-", "−")


def money(cents: int, currency: str) -> str:
    """An amount with its currency; cents are shown for small amounts alone.

    >>> money(4_50, "EUR"), money(-1_234_50, "GBP"), money(99_00, "CHF")
    ('€4.50', '−£1,234', 'CHF 99.00')
    """
    sign = "−" if cents < 0 else ""
    amount = abs(cents) / 100
    symbol = _SYMBOLS.get(currency, f"{currency} ")
    places = 2 if 0 < abs(cents) < _CENTS_SHOWN_BELOW else 0
    return f"{sign}{symbol}{amount:,.{places}f}"


def described(facts: Sequence[Fact]) -> list[Mapping[str, object]]:
    """Facts as plain fields for the CRM."""
    return [
        {
            "feature": one.feature,
            "meaning": one.meaning,
            "unit": one.unit,
            "value": one.value,
            "text": one.text,
            "typical": one.typical,
        }
        for one in facts
    ]


def _short(value: float) -> str:
    """A number with as many digits as one reads at a glance."""
    places = 0 if abs(value) >= 100 else 1 if abs(value) >= 1 else 2
    text = f"{value:,.{places}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text.replace("-", "−")


def _claims_about(name: str, direction: str) -> list[tuple[Claim, dict[str, str]]]:
    """The claims that may speak for a feature, with what their pattern captured of its name."""
    found = [
        (claim, re.fullmatch(claim.about, name)) for claim in CLAIMS if claim.direction == direction
    ]
    return [(claim, match.groupdict()) for claim, match in found if match is not None]


def _texts(facts: Sequence[Fact]) -> dict[str, str]:
    return {one.feature: one.text for one in facts}


def _grammatical(said: str) -> str:
    """One order, not one orders; no orders, not zero orders."""
    singular = _SINGULAR.sub(
        lambda found: f"1 {found[1]}{found[2]}{'y' if found[3] == 'ies' else ''}", said
    )
    return re.sub(r"^0 (?=[a-z])", "no ", singular)


def _as_sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
