"""One block of simulated customers: their lives as the company's tables, and the truth of them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pyarrow as pa

from experiments.world import columns, ledgers
from experiments.world.baskets import NO_OFFER, Orders, SimulatedLines, lines_of, orders_of
from experiments.world.campaigns import Exposures, run_campaigns
from experiments.world.catalogue import SimulatedCatalogue
from experiments.world.contact_campaigns import NOT_ASKED, ContactCampaigns
from experiments.world.lives import Lives, live
from experiments.world.people import FAVOURITES, FOUNDING_DAYS, People, people_of
from experiments.world.seasons import Clock
from experiments.world.spec import BLOCK_CUSTOMERS, WorldSpec, random_stream
from experiments.world.touchpoints import Contacts, contacts_of
from features.vocabulary.arrays import Ints
from features.vocabulary.time import DAY_SECONDS


@dataclass(frozen=True)
class SimulatedBlock:
    """One block of customers: who they are, all that became of them, and ``tables`` by name, those of the truth too."""

    people: People
    region: Ints
    clock: Clock
    lives: Lives
    exposures: Exposures
    orders: Orders
    lines: SimulatedLines
    contacts: Contacts
    tables: dict[str, Any]


def block_of(
    spec: WorldSpec, block: int, catalogue: SimulatedCatalogue, mean_lines: float
) -> SimulatedBlock:
    """Simulate one block: depends on spec and block alone."""
    people = people_of(spec, block)
    profile = random_stream(spec, block, "profile")
    registered_day = _registered_days(spec, people, profile)
    region = profile.integers(0, len(ledgers.REGIONS), len(people))
    clock = Clock.of(spec, spec.days)
    asked = ContactCampaigns.drawn(spec, people, random_stream(spec, block, "contacts"))
    lives = live(people, spec.days, random_stream(spec, block, "lives"), clock, asked)
    campaigns = random_stream(spec, block, "campaigns")
    exposures = run_campaigns(spec, people, catalogue, lives.left_day, campaigns)
    baskets = random_stream(spec, block, "baskets")
    orders = orders_of(spec, people, lives, exposures, baskets)
    lines = lines_of(spec, people, orders, exposures, catalogue, mean_lines, baskets)
    touches = random_stream(spec, block, "touches")
    contacts = contacts_of(people, registered_day, lives.left_day, orders, spec.days, touches)
    shown = ledgers.exposures_table(spec, people, exposures, orders, lines, campaigns)
    tables = {
        "purchases": ledgers.purchases_table(spec, people, region, orders, lines),
        "customers": ledgers.customers_table(spec, people, registered_day, region, profile),
        "contacts": ledgers.contacts_table(spec, people, contacts),
        "exposures": shown,
        "contracts": ledgers.contracts_table(spec, people, profile),
        "truth/customers": _true_people(people, lives.left_day),
        "truth/orders": _true_orders(block, orders),
        "truth/exposures": _true_exposures(block, exposures),
        "truth/touches": _true_touches(block, contacts),
    }
    if spec.contact_campaigns:
        contacted = ledgers.contact_exposures_table(spec, people, asked)
        tables["exposures"] = pa.concat_tables([shown, contacted])
        tables["truth/contacted"] = _true_contacted(block, asked)
    return SimulatedBlock(people, region, clock, lives, exposures, orders, lines, contacts, tables)


def _registered_days(spec: WorldSpec, people: People, random: np.random.Generator) -> Ints:
    """Shortly before the first order; for many of the first customers years before it."""
    count = len(people)
    first = np.where(people.buys, people.acquired_day, random.integers(0, spec.days, count))
    is_old = (first < FOUNDING_DAYS) & people.buys & (random.random(count) < 0.7)
    return first - np.where(is_old, random.integers(0, 1_500, count), random.integers(0, 21, count))


def _true_people(people: People, left_day: Ints) -> Any:
    plain = {
        one.name: getattr(people, one.name) for one in fields(People) if one.name != "favourites"
    }
    ranked = {f"favourite_{rank}": people.favourites[:, rank] for rank in range(FAVOURITES)}
    return columns.table({**plain, **ranked, "left_day": left_day})


def _true_orders(block: int, orders: Orders) -> Any:
    return columns.table(
        {
            "customer": (orders.person + block * BLOCK_CUSTOMERS).astype(np.int32),
            "seconds": orders.seconds.astype(np.int32),
            "sequence": orders.sequence.astype(np.int32),
            "is_regular": orders.exposure == NO_OFFER,
            "open_from": orders.open_from.astype(np.int32),
            "open_until": orders.open_until.astype(np.int32),
        }
    )


def _true_exposures(block: int, exposures: Exposures) -> Any:
    return columns.table(
        {
            "customer": (exposures.person + block * BLOCK_CUSTOMERS).astype(np.int32),
            "campaign": exposures.campaign.astype(np.int32),
            "treated": exposures.treated,
            "chance_control": exposures.chance_control,
            "chance_treated": exposures.chance_treated,
            "accepted_day": exposures.accepted_day.astype(np.int32),
            "alive_share": exposures.alive_share,
        }
    )


def _true_contacted(block: int, asked: ContactCampaigns) -> Any:
    campaign, person = np.nonzero(asked.arms != NOT_ASKED)
    return columns.table(
        {
            "customer": (person + block * BLOCK_CUSTOMERS).astype(np.int32),
            "campaign": campaign.astype(np.int32),
            "arm": asked.arms[campaign, person].astype(np.int32),
        }
    )


def _true_touches(block: int, contacts: Contacts) -> Any:
    telling = contacts.tells_of_leaving
    return columns.table(
        {
            "customer": (contacts.person[telling] + block * BLOCK_CUSTOMERS).astype(np.int32),
            "day": (contacts.seconds[telling] // DAY_SECONDS).astype(np.int32),
        }
    )
