"""Reasons as they are shown: which, in which order, with what sentence; base and all sum to the score."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from features.declarations.feature import Actionable
from features.vocabulary.arrays import Floats
from training.reasons.points import (
    MOST_LOWERING,
    MOST_RAISING,
    SIMILAR,
    Points,
    add_up,
    selected,
    strongest,
)
from training.reasons.wording import DIRECTIONS, Fact, Rows, Wording

Direction = Literal["raises", "lowers"]
TOLERANCE = 1e-6


class Reason(NamedTuple):
    """One reason as it is shown: what it is about, how much it adds and what is known about it.

    ``points`` is exact and ``shown_points`` rounded so that everything shown adds up. ``text`` is empty
    where no sentence could be said that agrees with the facts. ``similar`` says that it weighs about as
    much as the one before it, so that their order means little.
    """

    group: str
    title: str
    points: float
    shown_points: float
    direction: Direction
    actionable: Actionable
    text: str
    facts: tuple[Fact, ...]
    similar: bool = False


class Explanation(NamedTuple):
    """Why one customer has the score they have: base, reasons and the rest sum to the probability.

    The ``shown_`` figures are percentages with one decimal that add up as they stand. ``withheld``
    counts the sentences that were not said because the facts contradict them.
    """

    probability: float
    base: float
    reasons: tuple[Reason, ...]
    other_points: float
    shown_probability: float
    shown_base: float
    shown_other: float
    withheld: int

    @property
    def raising(self) -> tuple[Reason, ...]:
        """The reasons that raise the risk, first things first."""
        return tuple(one for one in self.reasons if one.direction == "raises")


@dataclass(frozen=True)
class Reasons:
    """All shown reasons of some customers, one entry a reason, customer by customer in their order.

    ``row`` is the customer, ``group`` the reason group, ``lead`` the feature that leads it and ``points``
    what it adds. ``begins[row]:begins[row + 1]`` are a customer's. ``withheld`` marks sentences that the
    facts contradict; their text, and that of a sentence said before, is empty.
    """

    row: NDArray[np.intp]
    group: NDArray[np.intp]
    lead: NDArray[np.intp]
    points: Floats
    similar: NDArray[np.bool_]
    texts: list[str]
    withheld: NDArray[np.bool_]
    begins: NDArray[np.intp]

    @classmethod
    def of(
        cls, by_group: Floats, leading: NDArray[np.integer], values: Rows, wording: Wording
    ) -> Reasons:
        """Choose, order and word; one row a customer in each, ``values`` one column a feature."""
        row, group = np.nonzero(selected(by_group))
        points, lead = by_group[row, group], leading[row, group].astype(np.intp)
        lowers = points < 0
        is_context = wording.is_context[lead]
        # Those that raise come first, by weight; mere context comes last of its kind.
        order = np.lexsort((-np.abs(points), is_context, lowers, row))
        row, group, points, lead = row[order], group[order], points[order], lead[order]
        begins = np.searchsorted(row, np.arange(len(by_group) + 1))
        texts, withheld = _worded(row, lead, points < 0, values, wording)
        _say_once(row, texts)
        return cls(row, group, lead, points, _similar(row, points), texts, withheld, begins)

    def direction(self, place: int) -> Direction:
        """Which way a reason moves the score."""
        return _direction(self.points[place])


def explain_all(
    points: Points, leading: NDArray[np.integer], values: Rows, wording: Wording
) -> list[Explanation]:
    """Word the reasons of some customers: one row each in ``points``, ``leading`` and ``values``.

    One by one and without arrays, which is sooner for as many as a call may ask for; ``Reasons`` has the
    same for everybody.
    """
    sums = [
        np.maximum(one, 0.0).sum(axis=1).tolist() for one in (points.by_group, -points.by_group)
    ]
    answers = zip(
        points.probability.tolist(),
        points.by_group.tolist(),
        leading.tolist(),
        values.tolist(),
        wording.peers.group_of(values).tolist(),
        *sums,
        strict=True,
    )
    return [_explained(*one, base=points.base, wording=wording) for one in answers]


def explain_one(
    probability: float,
    by_group: Sequence[float],
    leading: Sequence[int],
    row: Sequence[float],
    *,
    base: float,
    wording: Wording,
) -> Explanation:
    """The same of one customer, whose points, leading features and values are plain numbers."""
    raising = math.fsum(one for one in by_group if one > 0)
    lowering = -math.fsum(one for one in by_group if one < 0)
    peers = wording.peers.group_of_one(row)
    return _explained(
        probability, by_group, leading, row, peers, raising, lowering, base=base, wording=wording
    )


def shown_percentages(
    probability: float, base: float, points: Sequence[float], other: float
) -> tuple[float, float, list[float], float]:
    """Probability, base, points and rest as percentages with one decimal that add up as they stand."""
    shown_base, shown_probability = round(100 * base, 1), round(100 * probability, 1)
    shown = add_up(shown_probability - shown_base, [*points, other])
    return shown_probability, shown_base, shown[:-1], shown[-1]


def _explained(
    probability: float,
    by_group: Sequence[float],
    leading: Sequence[int],
    row: Sequence[float],
    peers: int,
    raising: float,
    lowering: float,
    *,
    base: float,
    wording: Wording,
) -> Explanation:
    """One customer's reasons, chosen and ordered as ``Reasons`` does; the sums are of all that pushes each way."""
    chosen = strongest(by_group, MOST_RAISING, raising, 1.0)
    chosen += strongest(by_group, MOST_LOWERING, lowering, -1.0)
    is_context = wording.is_context_of
    chosen.sort(
        key=lambda group: (by_group[group] < 0, is_context[leading[group]], -abs(by_group[group]))
    )
    points = [by_group[group] for group in chosen]
    other = math.fsum(by_group) - math.fsum(points)
    assert abs(100 * base + math.fsum(points) + other - 100 * probability) < 100 * TOLERANCE, (
        "reasons must add up to the probability"
    )
    total, shown_base, shown, shown_other = shown_percentages(probability, base, points, other)
    reasons, said, withheld, before = list[Reason](), set[str](), 0, math.inf
    for group, one, shown_points in zip(chosen, points, shown, strict=True):
        lead, direction = leading[group], _direction(one)
        text, is_withheld, facts = wording.told(lead, direction, row, peers)
        withheld += is_withheld
        reasons.append(
            Reason(
                group=wording.groups[group].name,
                title=wording.titles[group],
                points=one,
                shown_points=shown_points,
                direction=direction,
                actionable=wording.features[lead].actionable,
                # What an earlier reason has said already is not said again.
                text="" if text in said else text,
                facts=facts,
                similar=_is_near(before, one),
            )
        )
        said.add(text)
        before = one
    return Explanation(
        probability=probability,
        base=base,
        reasons=tuple(reasons),
        other_points=other,
        shown_probability=total,
        shown_base=shown_base,
        shown_other=shown_other,
        withheld=withheld,
    )


def _direction(points: float) -> Direction:
    return "lowers" if points < 0 else "raises"


def _is_near(before: float, points: float) -> bool:
    """Whether a reason weighs about as much as the one before it, of the same direction."""
    if math.isinf(before) or (before < 0) != (points < 0):
        return False
    return abs(points - before) <= SIMILAR * max(abs(points), abs(before))


def _worded(
    row: NDArray[np.intp],
    lead: NDArray[np.intp],
    lowers: NDArray[np.bool_],
    values: Rows,
    wording: Wording,
) -> tuple[list[str], NDArray[np.bool_]]:
    """The sentence of each reason: those led by one feature in one direction are said together."""
    texts = np.full(len(row), "", object)
    withheld = np.zeros(len(row), np.bool_)
    key = 2 * lead + lowers
    order = np.argsort(key, kind="stable")
    edges = np.flatnonzero(np.r_[len(key) > 0, np.diff(key[order]) != 0, len(key) > 0])
    for first, last in pairwise(edges.tolist()):
        places = order[first:last]
        position, direction = divmod(int(key[places[0]]), 2)
        texts[places], withheld[places] = wording.said(
            position, DIRECTIONS[direction], values[row[places]]
        )
    return list(texts), withheld


def _say_once(row: NDArray[np.intp], texts: list[str]) -> None:
    """A sentence that a customer's earlier reason has said already is not said again."""
    said: set[str] = set()
    before = -1
    for place, (one, text) in enumerate(zip(row.tolist(), texts, strict=True)):
        if one != before:
            said, before = set(), one
        if text in said:
            texts[place] = ""
        said.add(text)


def _similar(row: NDArray[np.intp], points: Floats) -> NDArray[np.bool_]:
    """Whether each reason weighs about as much as the one before, of the same customer and direction."""
    found = np.zeros(len(row), np.bool_)
    if len(row) > 1:
        before, size = points[:-1], np.abs(points)
        near = np.abs(points[1:] - before) <= SIMILAR * np.maximum(size[1:], size[:-1])
        found[1:] = (row[1:] == row[:-1]) & ((points[1:] < 0) == (before < 0)) & near
    return found
