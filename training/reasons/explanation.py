"""Reasons as they are shown: which, in which order, with what sentence; base and all sum to the score."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from features.declarations.feature import Actionable
from features.vocabulary.arrays import Floats
from training.reasons.points import (
    LEAST_POINTS,
    MAIN_REASONS,
    MOST_LOWERING,
    MOST_RAISING,
    SIMILAR,
    THRESHOLD,
    Points,
    add_up,
    selected,
    together,
    weighty,
)
from training.reasons.said_together import tellable, worded
from training.reasons.wording import UNSAYABLE, Fact, Rows, Wording

Direction = Literal["raises", "lowers"]
TOLERANCE = 1e-6


class Reason(NamedTuple):
    """One reason as it is shown: what it is about, how much it adds and what is known about it.

    ``points`` is exact and ``shown_points`` rounded so that everything shown adds up. Other groups whose sentence
    would tell the same fact are ``joined`` to it: their points are among its own. ``similar`` says that it weighs
    about as much as the one before it, so that their order means little.
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
    joined: tuple[str, ...] = ()


class Explanation(NamedTuple):
    """Why one customer has the score they have: base, reasons and the rest sum to the probability.

    The ``shown_`` figures are percentages with one decimal that add up as they stand. A group of which nothing can
    be told truthfully is no reason: its points are among the rest. ``withheld`` counts those whose sentence the facts
    contradict.
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

    ``row`` is the customer, ``group`` the reason group, ``lead`` the feature that leads it, ``points`` what it adds
    and ``texts`` what is said. ``begins[row]:begins[row + 1]`` are a customer's. ``withheld`` names the leading
    features of groups that are no reasons because the facts contradict what would be said, and the direction.
    """

    row: NDArray[np.intp]
    group: NDArray[np.intp]
    lead: NDArray[np.intp]
    points: Floats
    similar: NDArray[np.bool_]
    texts: list[str]
    withheld: list[tuple[int, Direction]]
    begins: NDArray[np.intp]

    @classmethod
    def of(
        cls,
        by_group: Floats,
        leading: NDArray[np.integer],
        values: Rows,
        wording: Wording,
        *,
        only_main: bool = False,
    ) -> Reasons:
        """Choose, order and word; one row a customer in each, ``values`` one column a feature.

        With ``only_main`` only the main reasons that raise have texts.
        """
        row, group = np.nonzero(weighty(by_group))
        lead, lowers = leading[row, group].astype(np.intp), by_group[row, group] < 0
        is_told, contradicted = tellable(row, lead, lowers, values, wording)
        told, alike = np.zeros(by_group.shape, np.bool_), np.zeros(by_group.shape, np.bool_)
        told[row, group] = is_told
        alike[row, group] = is_told & ~lowers & wording.silences(lead, values[row, lead])
        held_back = contradicted & selected(by_group)[row, group]
        withheld = [
            (int(one), _direction(-1.0 if is_lowering else 1.0))
            for one, is_lowering in zip(lead[held_back], lowers[held_back], strict=True)
        ]
        added = together(by_group, alike)
        row, group = np.nonzero(selected(added, is_tellable=told))
        points, lead = added[row, group], leading[row, group].astype(np.intp)
        # Those that raise come first, by weight; mere context comes last of its kind.
        order = np.lexsort((-np.abs(points), wording.is_context[lead], points < 0, row))
        row, group, points, lead = row[order], group[order], points[order], lead[order]
        begins = np.searchsorted(row, np.arange(len(by_group) + 1))
        is_worded = np.ones(len(row), np.bool_)
        if only_main:
            is_worded = (points > 0) & (np.arange(len(row)) - begins[row] < MAIN_REASONS)
        shown = np.full(len(row), "", object)
        some = np.flatnonzero(is_worded)
        shown[some] = worded(row[some], lead[some], points[some] < 0, values, wording)
        similar = _similar(row, points)
        return cls(row, group, lead, points, similar, shown.tolist(), withheld, begins)

    def direction(self, place: int) -> Direction:
        """Which way a reason moves the score."""
        return _direction(self.points[place])


def main_raising(
    by_group: Floats,
    leading: NDArray[np.integer],
    sayable: Mapping[str, NDArray[np.int8]],
    values: Rows,
    wording: Wording,
) -> NDArray[np.bool_]:
    """Which groups are the first three reasons that raise each customer's risk, without wording them.

    ``sayable`` is that of the wording for these values; it tells as much of each group as ``Reasons`` does.
    """
    lead = (np.arange(len(by_group))[:, None], leading)
    told = (by_group > 0) & weighty(by_group) & (sayable["raises"][lead] > UNSAYABLE)
    added = together(by_group, told & wording.silences(leading, values[lead]))
    shown = selected(added, is_tellable=told) & (added > 0)
    order = np.lexsort((-added, wording.is_context[leading], ~shown))
    place = np.empty_like(order)
    np.put_along_axis(place, order, np.arange(by_group.shape[1])[None, :], axis=1)
    main: NDArray[np.bool_] = shown & (place < MAIN_REASONS)
    return main


def explain_all(
    points: Points, leading: NDArray[np.integer], values: Rows, wording: Wording
) -> list[Explanation]:
    """Word the reasons of some customers: one row each in ``points``, ``leading`` and ``values``.

    One by one and without arrays, which is sooner for as many as a call may ask for; ``Reasons`` has the
    same for everybody.
    """
    answers = zip(
        points.probability.tolist(),
        points.by_group.tolist(),
        leading.tolist(),
        values.tolist(),
        wording.peers.group_of(values).tolist(),
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
    peers = wording.peers.group_of_one(row)
    return _explained(probability, by_group, leading, row, peers, base=base, wording=wording)


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
    *,
    base: float,
    wording: Wording,
) -> Explanation:
    """One customer's reasons, chosen and ordered as ``Reasons`` does."""
    told, withheld = _sentences(by_group, leading, row, peers, wording)
    chosen = _shown(told, wording.is_context_of)
    points = [one.points for one in chosen]
    other = math.fsum(by_group) - math.fsum(points)
    assert abs(100 * base + math.fsum(points) + other - 100 * probability) < 100 * TOLERANCE, (
        "reasons must add up to the probability"
    )
    total, shown_base, shown, shown_other = shown_percentages(probability, base, points, other)
    reasons, before = list[Reason](), math.inf
    for one, shown_points in zip(chosen, shown, strict=True):
        reasons.append(
            Reason(
                group=wording.groups[one.group].name,
                title=wording.titles[one.group],
                points=one.points,
                shown_points=shown_points,
                direction=_direction(one.points),
                actionable=wording.features[one.lead].actionable,
                text=one.text,
                facts=one.facts,
                similar=_is_near(before, one.points),
                joined=tuple(wording.groups[group].name for group in one.joined),
            )
        )
        before = one.points
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


class _GroupSentence(NamedTuple):
    """A group of which something can be told, with the points of the groups joined to it."""

    group: int
    lead: int
    points: float
    text: str
    facts: tuple[Fact, ...]
    joined: tuple[int, ...] = ()


def _sentences(
    by_group: Sequence[float],
    leading: Sequence[int],
    row: Sequence[float],
    peers: int,
    wording: Wording,
) -> tuple[list[_GroupSentence], int]:
    """The weighty groups of which something can be told, and how many sentences the facts contradict."""
    told, alike, contradicted = list[_GroupSentence](), list[_GroupSentence](), set[int]()
    pushed = {
        sign: math.fsum(push for push in by_group if sign * push > 0) * sign for sign in (1, -1)
    }
    for group, push in enumerate(by_group):
        sign = -1 if push < 0 else 1
        if sign * push < max(LEAST_POINTS, THRESHOLD * pushed[sign]):
            continue
        lead = leading[group]
        text, is_contradicted, facts = wording.sentence_with_facts(
            lead, _direction(push), row, peers
        )
        if is_contradicted:
            contradicted.add(group)
        elif text:
            says_silence = push > 0 and wording.tells_silence(lead, row[lead])
            (alike if says_silence else told).append(_GroupSentence(group, lead, push, text, facts))
    if alike:
        first = max(alike, key=lambda one: (one.points, -one.group))
        others = tuple(one.group for one in alike if one is not first)
        points = math.fsum(one.points for one in alike)
        told.append(first._replace(points=points, joined=others))
    strongest = _strongest(by_group, 1.0, MOST_RAISING) | _strongest(by_group, -1.0, MOST_LOWERING)
    return told, len(contradicted & strongest)


def _strongest(by_group: Sequence[float], sign: float, most: int) -> set[int]:
    """The groups that push most one way, told or not."""
    pushes = [(-sign * push, group) for group, push in enumerate(by_group) if sign * push > 0]
    return {group for _, group in sorted(pushes)[:most]}


def _shown(sentences: Sequence[_GroupSentence], is_context: Sequence[bool]) -> list[_GroupSentence]:
    """The strongest each way; those that raise first, by weight, and mere context last of its kind."""
    ordered = sorted(sentences, key=lambda one: (-abs(one.points), one.group))
    raising = [one for one in ordered if one.points > 0][:MOST_RAISING]
    lowering = [one for one in ordered if one.points < 0][:MOST_LOWERING]
    return sorted(
        [*raising, *lowering],
        key=lambda one: (one.points < 0, is_context[one.lead], -abs(one.points)),
    )


def _direction(points: float) -> Direction:
    return "lowers" if points < 0 else "raises"


def _is_near(before: float, points: float) -> bool:
    """Whether a reason weighs about as much as the one before it, of the same direction."""
    if math.isinf(before) or (before < 0) != (points < 0):
        return False
    return abs(points - before) <= SIMILAR * max(abs(points), abs(before))


def _similar(row: NDArray[np.intp], points: Floats) -> NDArray[np.bool_]:
    """Whether each reason weighs about as much as the one before, of the same customer and direction."""
    found = np.zeros(len(row), np.bool_)
    if len(row) > 1:
        before, size = points[:-1], np.abs(points)
        near = np.abs(points[1:] - before) <= SIMILAR * np.maximum(size[1:], size[:-1])
        found[1:] = (row[1:] == row[:-1]) & ((points[1:] < 0) == (before < 0)) & near
    return found
