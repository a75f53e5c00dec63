"""What another rule would change before it goes live: the mix of offers, the money, and who gains or loses by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from features.vocabulary.progress import Progress, silent
from serving.offers.arbitration import NOTHING, best
from serving.offers.audience import Audience
from serving.offers.offering import Offering
from serving.offers.policy import Policy

GROUPS = 4
"""Customers are told apart by how much all offers to them are worth before the change, in quarters."""


@dataclass(frozen=True)
class Side:
    """Everybody's offer under one policy, and what it is expected to bring, in cents."""

    offers: NDArray[np.int64]
    money_cents: Floats

    def shown(self, offer: int) -> int:
        """How many customers get an offer, or ``NOTHING``."""
        return int(np.count_nonzero(self.offers == offer))


@dataclass(frozen=True)
class OfferChange:
    """One offer, or nothing: to how many it is shown before and after, and what it brings."""

    name: str
    before: int
    after: int
    before_cents: float
    after_cents: float


@dataclass(frozen=True)
class GroupChange:
    """A quarter of the customers: how many get something else, and what they are expected to bring."""

    name: str
    customers: int
    others: int
    gain: int
    lose: int
    before_cents: float
    after_cents: float


@dataclass(frozen=True)
class RuleChange:
    """Everybody who may be decided about, under both policies. Nobody is shown anything by it.

    Of ``newer_customers`` events were told since the store was made, which do not count here.
    """

    customers: int
    offers: tuple[OfferChange, ...]
    groups: tuple[GroupChange, ...]
    moves: Mapping[tuple[str, str], int]
    newer_customers: int = 0

    @property
    def before_cents(self) -> float:
        """What the policy in use is expected to bring."""
        return sum(one.before_cents for one in self.offers)

    @property
    def after_cents(self) -> float:
        """What the other one is expected to bring."""
        return sum(one.after_cents for one in self.offers)


def simulate(
    offering: Offering,
    audience: Audience,
    changed: Policy,
    *,
    at: int,
    progress: Progress = silent,
) -> RuleChange:
    """Decide for the same customers under the policy in use and under another, without drawing by lot."""
    both = offering, offering.with_policy(changed)
    count = len(audience.keys)
    sides = [Side(np.full(count, NOTHING), np.zeros(count)) for _ in both]
    for block in audience.blocks(offering, "deciding twice", progress):
        for one, side in zip(both, sides, strict=True):
            terms = one.terms(block.expected)
            allowed = one.permissions(block.keys, block.expected, block.decisions, at)
            chosen = best(terms.priority, allowed.is_permitted)
            money = terms.money[np.arange(len(chosen)), chosen]
            side.offers[block.rows] = chosen
            side.money_cents[block.rows] = np.where(chosen == NOTHING, 0.0, money)
    found = compared(sides[0], sides[1], [one.name for one in offering.offers.listed])
    return replace(found, newer_customers=audience.newer_customers)


def compared(before: Side, after: Side, names: list[str]) -> RuleChange:
    """Two sides beside each other."""
    told = [*enumerate(names), (NOTHING, "nothing")]
    offers = tuple(
        OfferChange(
            name,
            before.shown(place),
            after.shown(place),
            float(before.money_cents[before.offers == place].sum()),
            float(after.money_cents[after.offers == place].sum()),
        )
        for place, name in told
    )
    title = dict(told)
    moves: dict[tuple[str, str], int] = {}
    for one, two in zip(before.offers.tolist(), after.offers.tolist(), strict=True):
        if one != two:
            pair = title[one], title[two]
            moves[pair] = moves.get(pair, 0) + 1
    order = np.argsort(-before.money_cents, kind="stable")
    quarters = np.array_split(order, GROUPS)
    groups = tuple(
        _group(name, rows, before, after) for name, rows in zip(_NAMES, quarters, strict=True)
    )
    ordered = dict(sorted(moves.items(), key=lambda one: (-one[1], one[0])))
    return RuleChange(len(before.offers), offers, groups, ordered)


_NAMES = ("worth most", "worth more", "worth less", "worth least")


def _group(name: str, rows: NDArray[np.int64], before: Side, after: Side) -> GroupChange:
    one, two = before.money_cents[rows], after.money_cents[rows]
    return GroupChange(
        name,
        len(rows),
        int(np.count_nonzero(before.offers[rows] != after.offers[rows])),
        int(np.count_nonzero(two > one + 1e-9)),
        int(np.count_nonzero(two < one - 1e-9)),
        float(one.sum()),
        float(two.sum()),
    )
