"""Which offer, or none: who may have what, what each is worth, and what is shown. Pure: no clock, no lot of its own.

In this order: eligibility (is it valid, may this customer have it), applicability (does it still make sense),
suitability (is it good for the customer), contact policy (not too much), and only then the priority:

    priority = chance x context x value x lever - cost

The chance is how likely the customer takes the offer, or, where a control arm has earned it, how much likelier
they act because of it. To show nothing is always a candidate, with a priority of 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from features.vocabulary.errors import UsageRefused

Flags = NDArray[np.bool_]
NOTHING = -1
STEPS: Mapping[str, tuple[str, ...]] = {
    "eligibility": ("not_valid", "not_eligible", "no_consent"),
    "applicability": ("taken_already", "not_asked_for"),
    "suitability": ("do_not_disturb", "not_suitable"),
    "contact_policy": ("channel_full", "quiet_days", "suppressed"),
}
"""The steps in their order, each with the reasons it may drop an offer for."""
REASONS = tuple(reason for reasons in STEPS.values() for reason in reasons)
STEP_OF = {reason: step for step, reasons in STEPS.items() for reason in reasons}
PERMITTED = -1


@dataclass(frozen=True)
class Permissions:
    """For every customer (rows) and offer (columns) the first reason it is dropped for, ``PERMITTED`` without one."""

    reason: NDArray[np.int8]

    @classmethod
    def of(cls, shape: tuple[int, int], drops: Mapping[str, Flags]) -> Self:
        """From what each reason drops; of several the one of the earliest step is told.

        Raises ``KeyError`` for a reason nobody knows.
        """
        found = np.full(shape, PERMITTED, np.int8)
        for reason in sorted(drops, key=REASONS.index, reverse=True):
            found[np.broadcast_to(drops[reason], shape)] = REASONS.index(reason)
        return cls(found)

    @property
    def is_permitted(self) -> Flags:
        """What may be shown."""
        return np.asarray(self.reason == PERMITTED)

    def dropped(self, row: int) -> dict[str, list[int]]:
        """The offers dropped for one customer, by reason."""
        found: dict[str, list[int]] = {}
        for offer, reason in enumerate(self.reason[row].tolist()):
            if reason != PERMITTED:
                found.setdefault(REASONS[reason], []).append(offer)
        return found


@dataclass(frozen=True)
class Terms:
    """What a priority is made of, for every customer and offer. Money is in cents.

    ``scarcity`` is what its part of a budget that runs short would have brought elsewhere, ``spent`` what contact and
    reward cost by expectation. Where ``chance`` is an
    uplift, the reward is a cost for all who take the offer, not only for those it changed.
    """

    chance: Floats
    context: Floats
    value: Floats
    lever: Floats
    cost: Floats
    scarcity: Floats
    spent: Floats

    @classmethod
    def of(
        cls,
        propensity: Floats,
        effect: Floats | None,
        margins: Floats,
        rewards: Floats,
        contact_cents: float,
        *,
        levers: Floats | None = None,
        context: Floats | None = None,
        budget_price: float = 0.0,
    ) -> Self:
        """The terms from what is known of customers and offers; weights of 20 percent come as 1.2.

        ``budget_price`` is what one more cent for contacts and rewards would bring, as ``serving.offers.allocation.allocation`` finds it.

        Raises ``UsageRefused`` for weights that are not above zero.
        """
        shape = propensity.shape
        weights = [np.ones(shape[1]) if one is None else one for one in (levers, context)]
        if any((one <= 0).any() for one in weights):
            raise UsageRefused(
                expected="levers and context weights above -100 percent",
                found="one that would turn an offer into its opposite",
                remedy="Leave an offer out to show it to nobody.",
            )
        spent = contact_cents + propensity * rewards
        if effect is None:
            value, cost = margins - rewards, np.full(shape, contact_cents)
        else:
            value, cost = margins, spent
        return cls(
            propensity if effect is None else effect,
            np.broadcast_to(weights[1], shape),
            np.broadcast_to(value, shape),
            np.broadcast_to(weights[0], shape),
            cost,
            budget_price * spent,
            spent,
        )

    @property
    def priority(self) -> Floats:
        """What showing each offer is worth. A weight never makes a harm smaller: it counts where there is a gain."""
        weight = np.where(self.chance > 0, self.context * self.lever, 1.0)
        return np.asarray(self.chance * weight * self.value - self.cost - self.scarcity)

    @property
    def money(self) -> Floats:
        """The same without what the company only wishes and what budgets are worth: what is truly expected, in cents."""
        return np.asarray(self.chance * self.value - self.cost)

    def of_pair(self, row: int, offer: int) -> dict[str, float]:
        """The arithmetic of one customer and offer, term by term."""
        return {
            "chance": float(self.chance[row, offer]),
            "context": float(self.context[row, offer]),
            "value_cents": float(self.value[row, offer]),
            "lever": float(self.lever[row, offer]),
            "cost_cents": float(self.cost[row, offer] + self.scarcity[row, offer]),
        }


@dataclass(frozen=True)
class Decided:
    """What is shown to each customer (rows) in each slot (columns): an offer's place or ``NOTHING``.

    ``probability`` is the exact chance that this was drawn, given what stood in the slots before it.
    """

    offers: NDArray[np.int64]
    probability: Floats
    explored: Flags


@dataclass(frozen=True)
class Unknown:
    """What chance takes part in because it is unknown: in which share of decisions, and what is best by it.

    Of what is open to each customer (rows) ``best_by_draw`` tells the best, or ``NOTHING``, by equally likely draws (columns)
    of what is unknown. One of them decides, so that an offer is shown as often as it may be the best.
    """

    share: float
    best_by_draw: Callable[[Flags], NDArray[np.int64]]


def best(priority: Floats, permitted: Flags) -> NDArray[np.int64]:
    """The offer of highest priority above 0 for every customer, of equals the first; ``NOTHING`` without one."""
    worth = np.where(permitted, priority, -np.inf)
    offers = worth.argmax(axis=1)
    return np.where(worth[np.arange(len(worth)), offers] > 0, offers, NOTHING)


def decide(
    priority: Floats,
    permitted: Flags,
    lots: Floats,
    *,
    explore: float = 0.0,
    alike: Sequence[int] | None = None,
    unknown: Unknown | None = None,
) -> Decided:
    """Fill the slots of every customer, each with the best of what may still be shown, or by lot.

    ``lots`` are numbers in [0, 1), one row a customer and one column a slot. In a share of ``explore`` of them what is shown
    is drawn among everything permitted and nothing, all equally likely; in that of ``unknown`` one of its draws decides; in the
    others it is the highest priority above 0, of equals the first offer, or nothing. ``alike`` gives each offer a group; of
    one group at most one is shown. An offer fills one slot at most, and after nothing comes nothing.
    """
    customers, slots = lots.shape
    groups = np.arange(priority.shape[1]) if alike is None else np.asarray(alike)
    is_open = permitted.copy()
    chosen = np.full((customers, slots), NOTHING)
    chances = np.ones((customers, slots))
    explored = np.zeros((customers, slots), np.bool_)
    share = unknown.share if unknown else 0.0
    for slot in range(slots):
        candidates = is_open.sum(axis=1) + 1
        first = best(priority, is_open)
        is_drawn = lots[:, slot] < explore
        drawn = _drawn(is_open, candidates, lots[:, slot] / explore if explore else lots[:, slot])
        taken = np.where(is_drawn, drawn, first)
        chance = explore / candidates
        if unknown and share:
            by_draw = unknown.best_by_draw(is_open)
            falls = (lots[:, slot] - explore) / share
            taken = np.where((falls >= 0) & (falls < 1), _of_one_draw(by_draw, falls), taken)
            chance = chance + share * (by_draw == taken[:, None]).mean(axis=1)
        chosen[:, slot] = taken
        chances[:, slot] = chance + np.where(taken == first, 1.0 - explore - share, 0.0)
        explored[:, slot] = is_drawn | (taken != first)
        shown = taken != NOTHING
        is_open[~shown] = False
        is_open[shown] &= groups != groups[taken[shown]][:, None]
    return Decided(chosen, chances, explored)


def _drawn(is_open: Flags, candidates: NDArray[np.int64], lots: Floats) -> NDArray[np.int64]:
    """The open offer each lot falls on, in their order; the last share falls on nothing."""
    number = np.minimum((lots * candidates).astype(np.int64), candidates - 1)
    found = np.full(len(number), NOTHING)
    some = number < candidates - 1
    if some.any():
        counted = is_open[some].cumsum(axis=1)
        found[some] = (counted > number[some][:, None]).argmax(axis=1)
    return found


def _of_one_draw(by_draw: NDArray[np.int64], lots: Floats) -> NDArray[np.int64]:
    """What is best by the draw that each lot falls on; of lots that are none, by the first or the last."""
    draws = by_draw.shape[1]
    number = np.clip((lots * draws).astype(np.int64), 0, draws - 1)
    return np.asarray(by_draw[np.arange(len(number)), number])


def option_chances(
    priority: Floats, permitted: Flags, explore: float, unknown: Unknown | None = None
) -> Floats:
    """The chance of each offer in the first slot, and of nothing in the last column: what a log of decisions needs."""
    customers, offers = priority.shape
    candidates = permitted.sum(axis=1) + 1
    chances = np.zeros((customers, offers + 1))
    chances[:, :offers] = np.where(permitted, explore / candidates[:, None], 0.0)
    chances[:, offers] = explore / candidates
    rows = np.arange(customers)
    share = unknown.share if unknown else 0.0
    if unknown and share:
        by_draw = unknown.best_by_draw(permitted)
        # A place of -1 is the last column.
        for shown in by_draw.T:
            chances[rows, shown] += share / by_draw.shape[1]
    chances[rows, best(priority, permitted)] += 1.0 - explore - share
    return chances
