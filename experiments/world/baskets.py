"""What simulated customers put into their orders: the lines of the purchases table, returns included."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from experiments.world.affinities import PRICE_SPREAD
from experiments.world.campaigns import (
    FAVOURITE_DECAY,
    NO_EXPOSURES,
    OTHER_CATEGORY_SHARE,
    Exposures,
)
from experiments.world.catalogue import SimulatedCatalogue, offer_of
from experiments.world.lives import Lives, live
from experiments.world.people import CATEGORIES, CHANNELS, FAVOURITES, People, drawn_people
from experiments.world.seasons import Clock
from experiments.world.spec import BLOCK_CUSTOMERS, NEVER, WorldSpec, random_stream
from features.vocabulary.arrays import Floats, Ints
from features.vocabulary.time import DAY_SECONDS

NO_OFFER = -1
_OPENING_SECOND, _CLOSING_SECOND = 9 * 3600, 21 * 3600
QUANTITIES = np.repeat([1, 2, 3, 4, 6, 12], [168, 52, 18, 10, 6, 2])
PERCENT_OFF = np.repeat([10, 15, 20, 30], [112, 64, 56, 24])
_RETURN_SHARE = 0.025
STORES_PER_REGION = 5


@dataclass(frozen=True)
class Orders:
    """Orders of some people, by person and time: regular ones and those an offer brought.

    ``offer`` is the exposure (a row of ``Exposures``) that brought the order, or ``NO_OFFER``;
    ``seconds`` count from the first simulated instant; ``sequence`` numbers a person's orders.
    """

    person: Ints
    seconds: Ints
    sequence: Ints
    exposure: Ints
    open_from: Ints
    open_until: Ints
    channel: Ints
    store: Ints


@dataclass(frozen=True)
class SimulatedLines:
    """Lines of orders: ``order`` is a position in ``Orders``; a return has a negative quantity."""

    order: Ints
    item: Ints
    quantity: Ints
    amount_cents: Ints
    discount_cents: Ints
    seconds: Ints


def basket_mean(spec: WorldSpec, catalogue: SimulatedCatalogue) -> float:
    """The mean lines an order that meets the spec's lines a customer, found on a trial block.

    Repeated items of an order are one line and some lines come back, so the first guess, lines by
    orders, is corrected twice by what it led to.
    """
    random = random_stream(spec, -1, "lives")
    trial = drawn_people(np.arange(BLOCK_CUSTOMERS), spec, random)
    lives = live(trial, spec.days, random, Clock.of(spec, spec.days))
    orders = orders_of(spec, trial, lives, NO_EXPOSURES, random)
    mean = spec.lines_per_customer * len(trial) / max(len(orders.person), 1)
    for _ in range(2):
        lines = lines_of(spec, trial, orders, NO_EXPOSURES, catalogue, mean, random)
        mean *= spec.lines_per_customer * len(trial) / max(len(lines.order), 1)
    return max(1.0, mean)


def orders_of(
    spec: WorldSpec, people: People, lives: Lives, exposures: Exposures, random: np.random.Generator
) -> Orders:
    """Regular orders and accepted offers as one list, each at an instant of its day."""
    accepted = np.flatnonzero(exposures.accepted_day < spec.days)
    person = np.concatenate([lives.person, exposures.person[accepted]])
    day = np.concatenate([lives.day, exposures.accepted_day[accepted]])
    exposure = np.concatenate([np.full(len(lives.day), NO_OFFER), accepted])
    never = np.full(len(accepted), NEVER)
    count = len(person)
    seconds = day * DAY_SECONDS + random.integers(_OPENING_SECOND, _CLOSING_SECOND, count)
    at_home = random.random(count) < 0.8
    channel = np.where(
        at_home, people.home_channel[person], random.integers(0, len(CHANNELS), count)
    )
    in_store = (channel == CHANNELS.index("store")) & (exposure == NO_OFFER)
    channel = np.where(exposure == NO_OFFER, channel, CHANNELS.index("web"))
    sorting = np.lexsort((exposure, seconds, person))
    person = person[sorting]
    begins = np.searchsorted(person, np.arange(len(people)))
    return Orders(
        person=person,
        seconds=seconds[sorting],
        sequence=np.arange(count) - begins[person] + 1,
        exposure=exposure[sorting],
        open_from=np.concatenate([lives.open_from, never])[sorting],
        open_until=np.concatenate([lives.open_until, never])[sorting],
        channel=channel[sorting],
        store=np.where(in_store, random.integers(0, STORES_PER_REGION, count), -1)[sorting],
    )


def lines_of(
    spec: WorldSpec,
    people: People,
    orders: Orders,
    exposures: Exposures,
    catalogue: SimulatedCatalogue,
    mean_lines: float,
    random: np.random.Generator,
) -> SimulatedLines:
    """Fill every order: categories by taste, items by price level, then discounts and returns."""
    by_offer = orders.exposure != NO_OFFER
    extra = further_lines(people, mean_lines)[orders.person]
    sizes = 1 + np.where(by_offer, 0, random.poisson(extra))
    order = np.repeat(np.arange(len(sizes)), sizes)
    person = orders.person[order]
    category = _categories(people, person, random)
    promoted = np.flatnonzero(by_offer[order])
    exposure = orders.exposure[order[promoted]]
    offer = offer_of(exposures.campaign[exposure])
    category[promoted] = catalogue.offer_category[offer]
    item = _items(people, person, category, catalogue, random)
    order, item, kept = _merged(order, item, spec.items)
    percent = _percent_off(people, person[kept], random)
    # Every order of an accepted offer has one line, so the merging kept all of them in place.
    percent[np.flatnonzero(by_offer[order])] = np.where(
        exposures.treated[exposure], np.round(100 * catalogue.offer_discount[offer]), 0
    )
    quantity = QUANTITIES[random.integers(0, len(QUANTITIES), len(order), np.uint8)]
    full = quantity * catalogue.price_cents[item]
    discount = full * percent // 100
    lines = SimulatedLines(order, item, quantity, full - discount, discount, orders.seconds[order])
    return _with_returns(spec, people, orders, lines, random)


def _categories(people: People, person: Ints, random: np.random.Generator) -> Ints:
    """A favourite by its share (a cut-off geometric law, inverted), or now and then anything."""
    uniform = random.random(len(person), np.float32)
    reach = (1.0 - FAVOURITE_DECAY**people.breadth).astype(np.float32)
    rank = (np.log1p(-uniform * reach[person]) / np.float32(np.log(FAVOURITE_DECAY))).astype(
        np.int64
    )
    rank = np.minimum(rank, people.breadth[person] - 1)
    category = people.favourites.ravel()[person * FAVOURITES + rank]
    other = np.flatnonzero(random.random(len(person), np.float32) < OTHER_CATEGORY_SHARE)
    category[other] = random.integers(0, CATEGORIES, len(other))
    return np.asarray(category)


def _items(
    people: People,
    person: Ints,
    category: Ints,
    catalogue: SimulatedCatalogue,
    random: np.random.Generator,
) -> Ints:
    """An item near the customer's own price level, popular ones more often."""
    cells = catalogue.grid.shape[1]
    spread = random.random(len(person), np.float32) - random.random(len(person), np.float32)
    level = people.price_level.astype(np.float32)[person] + np.float32(PRICE_SPREAD) * spread
    cell = np.clip(level * np.float32(cells), 0, cells - 1).astype(np.int64)
    item = catalogue.grid.ravel()[category * cells + cell]
    return np.asarray(item, np.int64)


def _merged(order: Ints, item: Ints, items: int) -> tuple[Ints, Ints, Ints]:
    """Each item once an order: the lines that stay, and their former positions."""
    key = order * items + item
    unique, kept = np.unique(key, return_index=True)
    return unique // items, unique % items, kept


def reduced_share(people: People) -> Floats:
    """The share of each customer's lines that are sold at a discount."""
    return np.asarray(0.35 / (1.0 + np.exp(0.8 - 1.1 * people.discount_liking)))


def returned_share(people: People) -> Floats:
    """The share of each customer's lines that come back."""
    return np.minimum(_RETURN_SHARE * np.exp(-0.4 * people.satisfaction), 0.3)


def further_lines(people: People, mean_lines: float) -> Floats:
    """How many lines an order of each customer has on average beside the first, before an item drawn twice becomes one line."""
    return np.maximum(mean_lines * people.basket_factor - 1.0, 0.02)


def _percent_off(people: People, person: Ints, random: np.random.Generator) -> Ints:
    chance = reduced_share(people)
    reduced = random.random(len(person), np.float32) < chance.astype(np.float32)[person]
    percent = PERCENT_OFF[random.integers(0, len(PERCENT_OFF), len(person), np.uint8)]
    return np.where(reduced, percent, 0)


def _with_returns(
    spec: WorldSpec,
    people: People,
    orders: Orders,
    lines: SimulatedLines,
    random: np.random.Generator,
) -> SimulatedLines:
    """Append the lines that come back; all of an order's returns come back at one instant."""
    share = returned_share(people)
    delay = random.integers(3 * DAY_SECONDS, 21 * DAY_SECONDS, len(orders.seconds))
    back = orders.seconds + delay
    chosen = random.random(len(lines.order), np.float32) < share[orders.person[lines.order]]
    rows = np.flatnonzero(chosen & (back[lines.order] < spec.days * DAY_SECONDS))
    appended = SimulatedLines(
        order=lines.order[rows],
        item=lines.item[rows],
        quantity=-lines.quantity[rows],
        amount_cents=-lines.amount_cents[rows],
        discount_cents=np.zeros(len(rows), np.int64),
        seconds=back[lines.order[rows]],
    )
    return SimulatedLines(
        **{
            one.name: np.concatenate([getattr(lines, one.name), getattr(appended, one.name)])
            for one in fields(SimulatedLines)
        }
    )
