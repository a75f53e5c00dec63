"""The simulated company's own tables, as its systems would export them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from experiments.world import called, columns
from experiments.world.baskets import STORES_PER_REGION, Orders, SimulatedLines
from experiments.world.campaigns import Exposures, campaign_day
from experiments.world.catalogue import (
    BRANDS,
    CATEGORY_NAMES,
    DEPARTMENTS,
    OFFERS,
    SimulatedCatalogue,
    offer_of,
)
from experiments.world.contact_campaigns import CHANNELS as CONTACT_CAMPAIGN_CHANNELS
from experiments.world.contact_campaigns import (
    CONTACTED_SHARE,
    NOT_ASKED,
    SHARES,
    ContactCampaigns,
)
from experiments.world.people import CHANNELS, NOTICE_DAYS, TERM_DAYS, People
from experiments.world.spec import NEVER, WorldSpec
from experiments.world.touchpoints import CONTACT_CHANNELS, KINDS, TOPICS, Contacts
from features.vocabulary.arrays import Ints
from features.vocabulary.time import DAY_SECONDS

REGIONS = ("North", "North East", "East", "South East", "South", "South West", "West", "Capital")
_OFFER_KINDS = ("discount", "voucher")


def customer_ids(numbers: Ints) -> Any:
    """The company's customer numbers, such as ``C0000123``."""
    return columns.numbered("C", numbers, 7)


def offer_ids(count: int = OFFERS) -> list[str]:
    """The company's offer numbers, such as ``OFFER-03``."""
    return list(columns.texts("OFFER-", count, 2))


def items_table(catalogue: SimulatedCatalogue) -> Any:
    """One row an item."""
    count = len(catalogue.category)
    ids = columns.texts("I", count, 5)
    names = catalogue.category_names
    departments = [DEPARTMENTS[at] for at, group in enumerate(CATEGORY_NAMES) for _ in group]
    return columns.table(
        {
            "item_id": ids,
            "name": [
                f"{names[category]} {number}" for number, category in enumerate(catalogue.category)
            ],
            "category": columns.coded(catalogue.category, names),
            "department": columns.coded(
                catalogue.category, pa.array(departments)
            ).dictionary_decode(),
            "brand": columns.coded(catalogue.brand, columns.texts("Brand ", BRANDS, 2)),
            "list_price": columns.money(catalogue.price_cents),
            "unit_cost": columns.money(catalogue.cost_cents),
        }
    )


def offers_table(spec: WorldSpec, catalogue: SimulatedCatalogue) -> Any:
    """One row an offer, with what an acceptance costs and earns on average."""
    names = catalogue.category_names
    category = catalogue.offer_category
    price = np.array([catalogue.price_cents[catalogue.category == one].mean() for one in category])
    cost = np.array([catalogue.cost_cents[catalogue.category == one].mean() for one in category])
    reward = np.round(price * catalogue.offer_discount).astype(np.int64)
    begins = np.array([campaign_day(offer) for offer in range(OFFERS)])
    return columns.table(
        {
            "offer_id": offer_ids(),
            "name": [
                f"{share:.0%} off {names[one]}"
                for one, share in zip(category, catalogue.offer_discount, strict=True)
            ],
            "kind": [_OFFER_KINDS[offer % 2] for offer in range(OFFERS)],
            "category": columns.coded(category, names),
            "discount": catalogue.offer_discount,
            "reward_cost": columns.money(reward),
            "margin": columns.money(np.round(price - cost).astype(np.int64)),
            "channel": ["email"] * OFFERS,
            "starts_at": columns.midnights(begins, spec.first.seconds),
        }
    )


def customers_table(
    spec: WorldSpec, people: People, registered_day: Ints, region: Ints, random: np.random.Generator
) -> Any:
    """One row a customer, with what they declared."""
    count = len(people)
    registered = registered_day * DAY_SECONDS + random.integers(0, 7 * 3600, count)
    no_member = (random.random(count) >= 0.4) | (registered_day < 0) | ~people.buys
    referrals = random.poisson(0.2 * np.exp(0.5 * people.satisfaction))
    return columns.table(
        {
            "customer_id": customer_ids(people.number),
            "name": called.names(people.number),
            "email": called.emails(people.number),
            "registered_at": columns.instants(registered, spec.first.seconds),
            "region": columns.coded(region, REGIONS),
            "member_since": columns.instants(registered + 60, spec.first.seconds, no_member),
            "referrals": np.where(people.buys, referrals, 0),
            "marketing_consent": people.marketing_consent,
            "profiling_consent": random.random(count) < 0.94,
        }
    )


def purchases_table(
    spec: WorldSpec, people: People, region: Ints, orders: Orders, lines: SimulatedLines
) -> Any:
    """One row a line; a return is a line of its own with a number of its own and minus signs."""
    number = people.number[orders.person]
    placed = columns.numbered("O", number, 7, orders.sequence)
    returned = lines.quantity < 0
    # Returns follow all lines of the block; their numbers are those of the orders, with an R.
    back = np.unique(lines.order[returned])
    credited = columns.numbered("R", number[back], 7, orders.sequence[back])
    order_code = lines.order.copy()
    order_code[returned] = len(placed) + np.searchsorted(back, lines.order[returned])
    order_id = columns.coded(order_code, pa.concat_arrays([placed, credited]))
    branch = region[orders.person] * STORES_PER_REGION + orders.store
    store = np.where(orders.store >= 0, branch, -1)
    return columns.table(
        {
            "customer_id": columns.coded(orders.person[lines.order], customer_ids(people.number)),
            "order_id": order_id,
            "ordered_at": columns.instants(lines.seconds, spec.first.seconds),
            "item_id": columns.coded(lines.item, columns.texts("I", spec.items, 5)),
            "quantity": lines.quantity.astype(np.int32),
            "amount": columns.money(lines.amount_cents),
            "discount": columns.money(lines.discount_cents),
            "channel": columns.coded(orders.channel[lines.order], CHANNELS),
            "store": columns.coded(
                store[lines.order],
                columns.texts("S", len(REGIONS) * STORES_PER_REGION, 2),
            ),
        }
    )


def contacts_table(spec: WorldSpec, people: People, contacts: Contacts) -> Any:
    """One row a touchpoint; what is not settled by the last day has no settling instant."""
    first = spec.first.seconds
    resolved = contacts.resolved_seconds
    open_still = (resolved < 0) | (resolved >= spec.days * DAY_SECONDS)
    return columns.table(
        {
            "customer_id": columns.coded(contacts.person, customer_ids(people.number)),
            "contacted_at": columns.instants(contacts.seconds, first),
            "channel": columns.coded(contacts.channel, CONTACT_CHANNELS),
            "kind": columns.coded(contacts.kind, KINDS),
            "topic": columns.coded(contacts.topic, TOPICS),
            "resolved_at": columns.instants(resolved, first, open_still),
            "score": pa.array(contacts.score.astype(np.int32), mask=contacts.score < 0),
        }
    )


def exposures_table(
    spec: WorldSpec,
    people: People,
    exposures: Exposures,
    orders: Orders,
    lines: SimulatedLines,
    random: np.random.Generator,
) -> Any:
    """One row a customer in a campaign's audience, in both arms; sold lines give the revenue."""
    count = len(exposures.person)
    day = np.array([campaign_day(one) for one in range(int(exposures.campaign.max(initial=0)) + 1)])
    shown = day[exposures.campaign] * DAY_SECONDS + random.integers(6 * 3600, 8 * 3600, count)
    sold = np.flatnonzero((orders.exposure[lines.order] >= 0) & (lines.quantity > 0))
    exposure = orders.exposure[lines.order[sold]]
    accepted = np.full(count, NEVER, np.int64)
    revenue = np.zeros(count, np.int64)
    accepted[exposure] = lines.seconds[sold]
    revenue[exposure] = lines.amount_cents[sold]
    untaken = np.ones(count, np.bool_)
    untaken[exposure] = False
    return columns.table(
        {
            "customer_id": columns.coded(exposures.person, customer_ids(people.number)),
            "offer_id": columns.coded(offer_of(exposures.campaign), offer_ids()),
            "shown_at": columns.instants(shown, spec.first.seconds),
            "channel": columns.coded(np.zeros(count, np.int64), ["email"]),
            "arm": columns.coded(exposures.treated.astype(np.int64), ("control", "treated")),
            "action_probability": np.full(count, spec.treated_share),
            "accepted_at": columns.instants(accepted, spec.first.seconds, untaken),
            "revenue": columns.money(revenue, untaken),
        }
    )


def contact_exposures_table(spec: WorldSpec, people: People, asked: ContactCampaigns) -> Any:
    """One row a customer in a campaign of plain contacts, in both arms; the kind of contact stands in the place of an offer."""
    campaign, person = np.nonzero(asked.arms != NOT_ASKED)
    kind = asked.kinds[campaign]
    shown = asked.days[campaign] * DAY_SECONDS + 9 * 3600
    nothing = np.ones(len(person), np.bool_)
    return columns.table(
        {
            "customer_id": columns.coded(person, customer_ids(people.number)),
            "offer_id": columns.coded(kind, list(SHARES)),
            "shown_at": columns.instants(shown, spec.first.seconds),
            "channel": columns.coded(kind, CONTACT_CAMPAIGN_CHANNELS),
            "arm": columns.coded(asked.arms[campaign, person], ("control", "treated")),
            "action_probability": np.full(len(person), CONTACTED_SHARE),
            "accepted_at": columns.instants(shown, spec.first.seconds, nothing),
            "revenue": columns.money(np.zeros(len(person), np.int64), nothing),
        }
    )


def contracts_table(spec: WorldSpec, people: People, random: np.random.Generator) -> Any:
    """One row a contract term begun by the last day; notice is given a month before the end."""
    holders = np.flatnonzero(people.contract_from < spec.days)
    begins, ends = people.contract_from[holders], people.contract_until[holders]
    terms = np.minimum(ends - begins, spec.days - begins + TERM_DAYS - 1) // TERM_DAYS
    person = np.repeat(holders, terms)
    plan = np.repeat(random.integers(0, 2, len(holders)), terms)
    term = np.arange(len(person)) - np.repeat(np.cumsum(terms) - terms, terms)
    starts = people.contract_from[person] + term * TERM_DAYS
    notice = people.contract_until[person] - NOTICE_DAYS
    is_last = starts + TERM_DAYS == people.contract_until[person]
    no_notice = ~is_last | ~people.contract_renews[person] | (notice >= spec.days)
    first = spec.first.seconds
    return columns.table(
        {
            "customer_id": columns.coded(person, customer_ids(people.number)),
            "contract_id": columns.numbered("K", people.number[person], 7, term + 1),
            "starts_at": columns.midnights(starts, first),
            "ends_at": columns.midnights(starts + TERM_DAYS, first),
            "plan": columns.coded(plan, ("basic", "plus")),
            "price": columns.money(np.array([3_900, 7_900])[plan]),
            "auto_renew": people.contract_renews[person],
            "cancelled_at": columns.midnights(notice, first, no_notice),
        }
    )
