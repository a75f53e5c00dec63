"""What an order leaves on average: against orders that were filled, and by head where it can be."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.world import WorldSpec
from experiments.world.answering.margins import OrderMargins
from experiments.world.baskets import NO_OFFER, Orders, lines_of
from experiments.world.campaigns import NO_EXPOSURES
from experiments.world.catalogue import catalogue_of
from experiments.world.people import People, drawn_people
from experiments.world.spec import NEVER, random_stream

SPEC = WorldSpec(customers=6, items=120, days=3_000)
ORDERS, MEAN_LINES = 8_000, 4.0


def customers() -> People:
    return drawn_people(np.arange(SPEC.customers), SPEC, np.random.default_rng(2))


def placed(people: People) -> Orders:
    """Many orders of each, all on the first day, so that whatever comes back comes back in time."""
    person = np.repeat(np.arange(len(people)), ORDERS)
    nothing = np.full(len(person), NEVER)
    plain = np.zeros(len(person), np.int64)
    no_offer = np.full(len(person), NO_OFFER)
    return Orders(person, plain, plain + 1, no_offer, nothing, nothing, plain, plain - 1)


def test_a_regular_order_leaves_what_many_orders_left_on_average() -> None:
    people = customers()
    catalogue = catalogue_of(SPEC, random_stream(SPEC, -1, "people"))
    random = np.random.default_rng(3)
    orders = placed(people)
    lines = lines_of(SPEC, people, orders, NO_EXPOSURES, catalogue, MEAN_LINES, random)
    margin = lines.amount_cents - lines.quantity * catalogue.cost_cents[lines.item]
    left = np.bincount(lines.order, margin, minlength=len(orders.person)).reshape(-1, ORDERS)
    expected = OrderMargins.of(SPEC, people, catalogue, MEAN_LINES).order_cents
    errors = left.std(axis=1) / np.sqrt(ORDERS)
    assert (np.abs(left.mean(axis=1) - expected) < 4 * errors).all()
    assert (errors < 0.03 * expected).all()


def test_an_offer_comes_to_those_alone_who_agreed_to_marketing_and_leaves_less_than_an_order() -> (
    None
):
    people = customers()
    catalogue = catalogue_of(SPEC, random_stream(SPEC, -1, "people"))
    margins = OrderMargins.of(SPEC, people, catalogue, MEAN_LINES)
    agreed = people.marketing_consent
    assert 0 < agreed.sum() < len(people)
    for found in (margins.offer_chance, margins.offer_cents):
        assert (found[:, ~agreed] == 0).all()
        assert (found[:, agreed] > 0).all()
    per_order = margins.offer_cents[:, agreed] / margins.offer_chance[:, agreed]
    assert (per_order < 2 * margins.order_cents[agreed]).all()
    assert margins.offer_chance.max() == pytest.approx(0.35 * 0.3, abs=0.1)
