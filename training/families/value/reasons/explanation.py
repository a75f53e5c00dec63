"""Why one customer has the value they have: base, reasons, limit and the rest, in money that adds up as shown."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from features.declarations.feature import Actionable
from features.vocabulary.arrays import Floats
from training.reasons.points import add_up_whole, selected, weighty
from training.reasons.sentences import Sentence, Standings
from training.reasons.tendency import in_line
from training.reasons.wording import Fact, Wording

LEAST_CENTS, LEAST_SHARE = 1_00, 0.01
"""A reason moves the value by so much or more, and by such a share of it, or of the base if that is larger."""
UNIT_CENTS = 1_00
_WHOLE_UNITS_FROM = 100_00
# A claim speaks for the risk of leaving; what raises a value keeps a customer, and the other way round.
_RISK = {"raises": "lowers", "lowers": "raises"}


@dataclass(frozen=True)
class ValueReason:
    """One reason as it is shown: what it is about, how much money it adds and what is known about it.

    ``cents`` is exact. ``shown_cents`` is rounded so that everything shown adds up, and ``parts`` says
    how much of it comes about through each part of the model, such as the chance of buying at all; it is empty
    where the model has one part. Other groups whose sentence would tell the same fact are ``joined`` to it: their
    money is among its own.
    """

    group: str
    title: str
    cents: float
    shown_cents: int
    direction: Literal["raises", "lowers"]
    actionable: Actionable
    text: str
    facts: tuple[Fact, ...]
    parts: Mapping[str, int]
    joined: tuple[str, ...] = ()


@dataclass(frozen=True)
class ValueExplanation:
    """One customer's value: base, reasons, ``limit_cents`` and ``other_cents`` sum to ``expected_cents``.

    All are shown figures, in whole cents or in whole units of the currency. ``limit_cents`` is what the most
    ten customers of the kind brought takes away. A group of which nothing can be told truthfully is no reason: its
    money is among the rest. ``withheld`` counts those whose sentence the facts contradict.
    """

    expected_cents: int
    base_cents: int
    reasons: tuple[ValueReason, ...]
    limit_cents: int
    other_cents: int
    withheld: int


@dataclass(frozen=True)
class StoredShares:
    """One customer's shares as they are stored: ``by_part`` has a row a part and a column a reason group."""

    expected_cents: int
    base_cents: float
    part_names: tuple[str, ...]
    by_part: Floats
    leading: Sequence[int]
    limit_cents: float


def explain_value(
    shares: StoredShares, values: NDArray[np.float32], wording: Wording, *, unit_cents: int = 1
) -> ValueExplanation:
    """Choose, round and word one customer's reasons; ``values`` holds one raw value a feature.

    Shown amounts are multiples of ``unit_cents`` and add up.
    """
    least = max(LEAST_CENTS, LEAST_SHARE * max(shares.expected_cents, shares.base_cents))
    sentences = _sentences(shares, least, values, wording)
    shares, joined = _joined(shares, sentences, values, wording)
    by_group = shares.by_part.sum(axis=0)
    sayable = {group for group, one in sentences.items() if one.text}
    ordered = _in_order(by_group, least, sayable, shares.leading, wording)
    expected = round(shares.expected_cents / unit_cents)
    base = round(shares.base_cents / unit_cents)
    limit = round(shares.limit_cents / unit_cents)
    cents = [float(by_group[group]) for group in ordered]
    # What storing and rounding leave over belongs to everything else.
    other = shares.expected_cents - math.fsum([shares.base_cents, shares.limit_cents, *cents])
    shown = add_up_whole(expected - base - limit, [one / unit_cents for one in (*cents, other)])
    reasons = tuple(
        ValueReason(
            group=wording.groups[group].name,
            title=wording.titles[group],
            cents=amount,
            shown_cents=units * unit_cents,
            direction=_direction(amount),
            actionable=wording.features[shares.leading[group]].actionable,
            text=sentences[group].text,
            facts=sentences[group].facts,
            parts=_parts(shares, group, units, unit_cents),
            joined=tuple(wording.groups[one].name for one in joined.get(group, ())),
        )
        for group, amount, units in zip(ordered, cents, shown, strict=False)
    )
    return ValueExplanation(
        expected * unit_cents,
        base * unit_cents,
        reasons,
        limit * unit_cents,
        shown[-1] * unit_cents,
        sum(one.is_contradicted for one in sentences.values()),
    )


def _direction(cents: float) -> Literal["raises", "lowers"]:
    return "raises" if cents > 0 else "lowers"


def _sentences(
    shares: StoredShares, least: float, values: NDArray[np.float32], wording: Wording
) -> dict[int, Sentence]:
    """What is said of each group that counts."""
    by_group = shares.by_part.sum(axis=0)
    return {
        group: wording.sentence(
            shares.leading[group], _RISK[_direction(float(by_group[group]))], values
        )
        for group in np.flatnonzero(weighty(by_group[None, :], least)[0]).tolist()
    }


def _joined(
    shares: StoredShares,
    sentences: Mapping[int, Sentence],
    values: NDArray[np.float32],
    wording: Wording,
) -> tuple[StoredShares, dict[int, tuple[int, ...]]]:
    """The shares with groups that tell of the same silence put together, and which are with which."""
    by_group = shares.by_part.sum(axis=0)
    alike = [
        group
        for group, one in sentences.items()
        if one.text
        and by_group[group] < 0
        and wording.tells_silence(shares.leading[group], float(values[shares.leading[group]]))
    ]
    if len(alike) < 2:
        return shares, {}
    first = min(alike, key=lambda group: float(by_group[group]))
    others = tuple(group for group in alike if group != first)
    by_part = shares.by_part.copy()
    by_part[:, first] = by_part[:, alike].sum(axis=1)
    by_part[:, others] = 0.0
    return replace(shares, by_part=by_part), {first: others}


def sayable_of_value(
    wording: Wording, values: NDArray[np.float32], tendency: NDArray[np.int8] | None = None
) -> dict[str, Standings]:
    """How well each feature can be told that raises or lowers a value; see ``Wording.sayable``.

    With a ``tendency`` of each feature, only facts that point its way.
    """
    found = wording.sayable(values)
    sayable = {direction: found[_RISK[direction]] for direction in found}
    if tendency is None:
        return sayable
    followed = in_line(values, wording.peers.typical[0], tendency)
    return {direction: sayable[direction] * followed[direction] for direction in sayable}


def shown_unit(expected_cents: int, base_cents: float) -> int:
    """The unit a page shows amounts in: cents where they are small, else whole units of the currency."""
    return int(shown_units(np.array([expected_cents]), base_cents)[0])


def shown_units(expected_cents: NDArray[np.int64], base_cents: float) -> NDArray[np.int64]:
    """The same of many."""
    is_whole = np.maximum(expected_cents, base_cents) >= _WHOLE_UNITS_FROM
    return np.where(is_whole, UNIT_CENTS, 1).astype(np.int64)


def _parts(shares: StoredShares, group: int, units: int, unit_cents: int) -> dict[str, int]:
    if len(shares.part_names) == 1:
        return {}
    shown = add_up_whole(units, [float(one) / unit_cents for one in shares.by_part[:, group]])
    return {name: one * unit_cents for name, one in zip(shares.part_names, shown, strict=True)}


def _in_order(
    by_group: Floats, least: float, sayable: Set[int], leading: Sequence[int], wording: Wording
) -> list[int]:
    """The shown groups, those that raise first, by weight; mere context comes last of its kind."""
    is_told = np.isin(np.arange(len(by_group)), sorted(sayable))
    chosen = selected(by_group[None, :], least, is_told[None, :])[0]

    def rank(group: int) -> tuple[bool, bool, float]:
        is_context = wording.features[leading[group]].actionable == "context"
        return bool(by_group[group] < 0), is_context, -abs(float(by_group[group]))

    return sorted(np.flatnonzero(chosen).tolist(), key=rank)
