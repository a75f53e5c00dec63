"""What an order of each simulated customer leaves on average: what is paid less what the items cost, returns taken off; exact by the laws of ``baskets.py``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from experiments.world.affinities import cell_shares, item_shares
from experiments.world.baskets import (
    PERCENT_OFF,
    QUANTITIES,
    further_lines,
    reduced_share,
    returned_share,
)
from experiments.world.campaigns import AUDIENCE_SHARE, acceptance_chances
from experiments.world.catalogue import OFFERS, SimulatedCatalogue
from experiments.world.people import People
from experiments.world.spec import WorldSpec
from features.vocabulary.arrays import Floats, Ints

_AT_ONCE = 500


@dataclass(frozen=True)
class OrderMargins:
    """In cents, by customer: what a regular order leaves, and what each offer of the archive brings who still comes through its week.

    ``offer_cents`` and ``offer_chance`` are [offers, customers] and count before it is drawn who is in an offer's audience and in which arm.
    """

    order_cents: Floats
    offer_cents: Floats
    offer_chance: Floats

    @classmethod
    def of(
        cls, spec: WorldSpec, people: People, catalogue: SimulatedCatalogue, mean_lines: float
    ) -> OrderMargins:
        """Those of some customers."""
        comes_back = 1.0 - returned_share(people)
        order = np.empty(len(people))
        for rows in _chunks(len(people)):
            order[rows] = _order_cents(people.taken(rows), catalogue, mean_lines)
        cents, chance = _offers(spec, people, catalogue)
        return cls(order * comes_back, cents * comes_back, chance)


def _order_cents(people: People, catalogue: SimulatedCatalogue, mean_lines: float) -> Floats:
    """What an order leaves before anything comes back; an item drawn twice is one line."""
    shares = item_shares(people, catalogue)
    extra = further_lines(people, mean_lines)[:, None]
    is_line = 1.0 - (1.0 - shares) * np.exp(-extra * shares)
    full = QUANTITIES.mean() * (catalogue.price_cents - catalogue.cost_cents)
    reduction = _discount_cents(catalogue.price_cents, PERCENT_OFF)
    return np.asarray(is_line @ full - reduced_share(people) * (is_line @ reduction))


def _discount_cents(price_cents: Ints, percents: Ints) -> Floats:
    """What the discount on a line of each item comes to, whole cents as on the bill, over quantities and percents."""
    full = price_cents[:, None] * QUANTITIES
    weights = np.bincount(percents) / len(percents)
    mean = sum(weights[one] * (full * one // 100).mean(axis=1) for one in np.flatnonzero(weights))
    return np.asarray(mean)


def _offers(
    spec: WorldSpec, people: People, catalogue: SimulatedCatalogue
) -> tuple[Floats, Floats]:
    """What each offer brings and the chance that it is taken, [offers, customers]."""
    cents, chance = np.empty((OFFERS, len(people))), np.empty((OFFERS, len(people)))
    full = QUANTITIES.mean() * (catalogue.price_cents - catalogue.cost_cents)
    percents = [np.array([round(100 * one)]) for one in catalogue.offer_discount]
    reduced = [full - _discount_cents(catalogue.price_cents, one) for one in percents]
    without, with_offer = _in_categories(people, catalogue, [[full] * OFFERS, reduced])
    asked = AUDIENCE_SHARE * people.marketing_consent
    share = spec.treated_share
    for offer in range(OFFERS):
        category = int(catalogue.offer_category[offer])
        discount = float(catalogue.offer_discount[offer])
        control, treated = acceptance_chances(people, category, discount)
        chance[offer] = asked * (share * treated + (1.0 - share) * control)
        taken = share * treated * with_offer[offer] + (1.0 - share) * control * without[offer]
        cents[offer] = asked * taken
    return cents, chance


def _in_categories(
    people: People, catalogue: SimulatedCatalogue, values: Sequence[Sequence[Floats]]
) -> Floats:
    """The means of some values of items, one for each offer, over what customers buy of its category: [values, offers, customers]."""
    grids = catalogue.grid[catalogue.offer_category]
    cells = np.stack([one[grid] for some in values for one, grid in zip(some, grids, strict=True)])
    found = np.empty((len(cells), len(people)))
    for rows in _chunks(len(people)):
        found[:, rows] = cells @ cell_shares(people.price_level[rows], cells.shape[1]).T
    return found.reshape(len(values), OFFERS, len(people))


def _chunks(count: int) -> Iterator[slice]:
    return (slice(begin, begin + _AT_ONCE) for begin in range(0, count, _AT_ONCE))
