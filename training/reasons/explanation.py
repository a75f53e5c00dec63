"""One customer's reasons: which are shown, in which order, with what sentence; base and all sum to the score."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from training.reasons.points import Points, add_up, selected
from training.reasons.wording import Fact, Wording

Direction = Literal["raises", "lowers"]
TOLERANCE = 1e-6


@dataclass(frozen=True)
class Reason:
    """One reason as it is shown: what it is about, how much it adds and what is known about it.

    ``points`` is exact and ``shown_points`` rounded so that everything shown adds up. ``text`` is empty
    where no sentence could be said that agrees with the facts.
    """

    group: str
    title: str
    points: float
    shown_points: float
    direction: Direction
    actionable: str
    text: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Explanation:
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


def explain(
    probability: float,
    base: float,
    by_group: Sequence[float],
    chosen: Sequence[bool],
    leading: Sequence[int],
    values: NDArray[np.float32],
    wording: Wording,
) -> Explanation:
    """Word one customer's reasons.

    ``by_group``, ``chosen`` (see ``selected``) and ``leading`` hold one entry a group, ``values`` one
    raw value a feature.
    """
    ordered = _in_order(by_group, chosen, leading, wording)
    other = math.fsum(by_group) - math.fsum(by_group[group] for group in ordered)
    shown_base = round(100 * base, 1)
    shown_probability = round(100 * probability, 1)
    shown = add_up(shown_probability - shown_base, [*(by_group[one] for one in ordered), other])
    reasons = []
    withheld = 0
    for group, shown_points in zip(ordered, shown, strict=False):
        direction: Direction = "raises" if by_group[group] > 0 else "lowers"
        sentence = wording.sentence(leading[group], direction, values)
        withheld += sentence.is_contradicted
        reasons.append(
            Reason(
                group=wording.groups[group].name,
                title=wording.groups[group].title,
                points=by_group[group],
                shown_points=shown_points,
                direction=direction,
                actionable=wording.features[leading[group]].actionable,
                text=sentence.text,
                facts=sentence.facts,
            )
        )
    total = 100 * base + sum(one.points for one in reasons) + other
    assert abs(total - 100 * probability) < 100 * TOLERANCE, (
        "reasons must add up to the probability"
    )
    return Explanation(
        probability=probability,
        base=base,
        reasons=tuple(reasons),
        other_points=other,
        shown_probability=shown_probability,
        shown_base=shown_base,
        shown_other=shown[-1],
        withheld=withheld,
    )


def explain_all(
    points: Points,
    leading: NDArray[np.int16],
    values: NDArray[np.float32],
    wording: Wording,
) -> list[Explanation]:
    """Word the reasons of many customers: one row each in ``points``, ``leading`` and ``values``."""
    rows = zip(
        points.probability.tolist(),
        points.by_group.tolist(),
        selected(points.by_group).tolist(),
        leading.tolist(),
        values,
        strict=True,
    )
    return [
        explain(probability, points.base, by_group, chosen, leads, row, wording)
        for probability, by_group, chosen, leads, row in rows
    ]


def _in_order(
    by_group: Sequence[float], chosen: Sequence[bool], leading: Sequence[int], wording: Wording
) -> list[int]:
    """The shown groups, those that raise first, by weight; mere context comes last of its kind."""

    def rank(group: int) -> tuple[bool, bool, float]:
        is_context = wording.features[leading[group]].actionable == "context"
        return by_group[group] < 0, is_context, -abs(by_group[group])

    return sorted((group for group, is_shown in enumerate(chosen) if is_shown), key=rank)
