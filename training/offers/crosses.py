"""What is known of a customer and an offer at an instant: taste, price, past answers and fatigue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from features.pack import MISSING_NUMBER, EventStream, Pack
from features.spec import Feature, ReasonGroup
from features.vocabulary import DAY_SECONDS, Cutoff
from training.items.bought import Bought
from training.items.ease import ease_weights
from training.model import Floats
from training.offers.terms import Offers

TASTE, PRICE, ANSWERS, FATIGUE, TERMS = GROUPS = (
    ReasonGroup("offer_taste", "Taste for what it is about"),
    ReasonGroup("offer_price", "Price and discount"),
    ReasonGroup("offer_answers", "Answers to earlier offers"),
    ReasonGroup("offer_fatigue", "How much was offered lately"),
    ReasonGroup("offer_terms", "The offer itself"),
)
_RIDGE = 50.0
_PRIOR_SHOWN = 20.0
"""A rate of acceptance is told by so many exposures beside the offer's own."""
_RECENT_DAYS = 30


def _feature(name: str, group: ReasonGroup, unit: str, meaning: str, said: str) -> Feature:
    return Feature(
        name, meaning, unit, group.name, "context", "Missing when nothing is known.", said
    )


CROSSES: tuple[Feature, ...] = (
    _feature("offer_category_orders", TASTE, "count", "Orders with items of the offer's category.", "{value} orders of what it is about"),
    _feature("offer_category_share", TASTE, "share", "Share of all lines that are of the offer's category.", "{value} of all lines are of what it is about"),
    _feature("days_since_offer_category", TASTE, "days", "Days since the offer's category was last bought.", "what it is about was last bought {value} ago"),
    _feature("offer_category_taste", TASTE, "score", "What the other categories bought say for the offer's: a ridge regression of categories.", "other purchases speak for it by {value}"),
    _feature("offer_item_orders", TASTE, "count", "Orders with the offer's own item.", "{value} orders of the item"),
    _feature("own_discount_share", PRICE, "share", "Share of the amount bought that was taken off as discount.", "{value} of the usual price was discount so far"),
    _feature("offer_discount_over_own", PRICE, "share", "The offer's discount less the customer's usual one.", "{value} more discount than usual"),
    _feature("offer_margin_over_line", PRICE, "score", "The offer's margin over the customer's usual amount a line, in logarithms.", "its price is away from the usual by {value}"),
    _feature("offers_taken_before", ANSWERS, "count", "Offers taken so far.", "{value} offers taken so far"),
    _feature("offers_taken_share_before", ANSWERS, "share", "Share of the offers shown so far that were taken, held to the usual.", "{value} of earlier offers taken"),
    _feature("offer_kind_taken_share", ANSWERS, "share", "The same of offers of this kind.", "{value} of earlier offers of this kind taken"),
    _feature("days_since_offer_taken", ANSWERS, "days", "Days since an offer was last taken.", "an offer was last taken {value} ago"),
    _feature("same_offer_shown", FATIGUE, "count", "How often this offer was shown already.", "shown {value} times already"),
    _feature("offers_shown_before", FATIGUE, "count", "Offers shown so far.", "{value} offers shown so far"),
    _feature("offers_shown_30_days", FATIGUE, "count", "Offers shown in the last 30 days.", "{value} offers shown in 30 days"),
    _feature("days_since_offer_shown", FATIGUE, "days", "Days since an offer was last shown.", "an offer was last shown {value} ago"),
    _feature("offer_discount", TERMS, "share", "The offer's discount.", "{value} taken off"),
    _feature("offer_reward_cost", TERMS, "cents", "What the offer's reward costs.", "a reward that costs {value}"),
    _feature("offer_taken_rate", TERMS, "share", "Share of those shown this offer who took it, held to the usual of its kind.", "{value} of those shown it take it"),
    _feature("offer_category_popularity", TERMS, "share", "Share of all lines that are of the offer's category.", "{value} of all sales are of what it is about"),
)  # fmt: skip
NAMES = tuple(one.name for one in CROSSES)
POSITIONS = {name: at for at, name in enumerate(NAMES)}


@dataclass(frozen=True)
class Tastes:
    """What buying one category says for another, and how much of all sales each is."""

    categories: tuple[str, ...]
    weights: NDArray[np.float32]
    shares: NDArray[np.float32]

    @classmethod
    def learn(cls, lines: Lines, cutoff: Cutoff) -> Self:
        """From everybody's purchases before a cutoff."""
        known = np.flatnonzero(lines.known_seconds < cutoff.seconds)
        known = known[lines.category[known] >= 0]
        size = len(lines.categories)
        counts = np.bincount(lines.category[known], minlength=size).astype(np.float64)
        shares = (counts / max(counts.sum(), 1.0)).astype(np.float32)
        if not size:
            return cls((), np.zeros((0, 0), np.float32), shares)
        shape = (lines.customers, size)
        bought = Bought.of_pairs(lines.owners[known], lines.category[known], shape)
        return cls(lines.categories, ease_weights(bought, _RIDGE), shares)

    def among(self, categories: tuple[str, ...]) -> Tastes:
        """The same for these categories, which say nothing of one another where they are new."""
        if categories == self.categories:
            return self
        known = {title: at for at, title in enumerate(self.categories)}
        places = np.array([known.get(one, -1) for one in categories], np.int64)
        here = np.flatnonzero(places >= 0)
        weights = np.zeros((len(categories), len(categories)), np.float32)
        shares = np.zeros(len(categories), np.float32)
        weights[np.ix_(here, here)] = self.weights[np.ix_(places[here], places[here])]
        shares[here] = self.shares[places[here]]
        return Tastes(categories, weights, shares)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """The tastes as plain arrays."""
        return {"weights": self.weights, "shares": self.shares}


@dataclass(frozen=True)
class Lines:
    """Everybody's lines of orders by customer, with the category of each as a place in ``categories``."""

    offsets: NDArray[np.int64]
    seconds: NDArray[np.int64]
    known_seconds: NDArray[np.int64]
    category: NDArray[np.int64]
    item: NDArray[np.int64]
    items: Mapping[str, int]
    amount_cents: NDArray[np.int64]
    discount_cents: NDArray[np.int64]
    categories: tuple[str, ...]

    @classmethod
    def of_pack(cls, pack: Pack) -> Self:
        """The purchases of a company; a company without any has none."""
        stream = pack.streams.get("purchases")
        if stream is None:
            none = np.zeros(0, np.int64)
            offsets = np.zeros(pack.customers + 1, np.int64)
            return cls(offsets, none, none, none, none, {}, none, none, ())
        seconds = np.asarray(stream.seconds)
        known = seconds if stream.known is None else np.maximum(seconds, stream.known)
        items = {text: code for code, text in enumerate(stream.dictionaries.get("item", ()))}
        return cls(
            np.asarray(stream.offsets),
            seconds,
            known,
            _codes(stream, "category"),
            _codes(stream, "item"),
            items,
            _cents(stream, "amount_cents"),
            _cents(stream, "discount_cents"),
            tuple(stream.dictionaries.get("category", ())),
        )

    @property
    def customers(self) -> int:
        """How many customers there are."""
        return len(self.offsets) - 1

    @property
    def owners(self) -> NDArray[np.int64]:
        """The customer of each line."""
        return np.repeat(np.arange(self.customers), np.diff(self.offsets))


def _codes(stream: EventStream, name: str) -> NDArray[np.int64]:
    column = stream.columns.get(name)
    return np.full(stream.rows, -1) if column is None else np.asarray(column).astype(np.int64)


def _cents(stream: EventStream, name: str) -> NDArray[np.int64]:
    column = stream.columns.get(name)
    if column is None:
        return np.zeros(stream.rows, np.int64)
    cents = np.asarray(column).astype(np.int64)
    return np.where(cents == MISSING_NUMBER, 0, cents)


class CrossFeatures:
    """Computes the crosses of some customers with offers, from a company's events known before an instant."""

    def __init__(self, pack: Pack, offers: Offers) -> None:
        self.lines = Lines.of_pack(pack)
        self.offers = offers
        self._shown = _Shown.of(pack, offers)
        listed = offers.listed
        places = {title: at for at, title in enumerate(self.lines.categories)}
        self._category = np.array([places.get(one.category, -1) for one in listed])
        self._item = np.array([self.lines.items.get(one.item_id, -2) for one in listed])
        kinds = sorted({one.kind for one in listed})
        self._kind = np.array([kinds.index(one.kind) for one in listed])
        self._discount = np.array([one.discount for one in listed])
        self._margin = np.array([float(one.margin_cents) for one in listed])
        self._reward = np.array([float(one.reward_cost_cents) for one in listed])

    def of_pairs(
        self,
        customers: NDArray[np.integer],
        pair_customers: NDArray[np.integer],
        pair_offers: NDArray[np.integer],
        cutoff: Cutoff,
        tastes: Tastes,
    ) -> NDArray[np.float32]:
        """One row a pair, one column a cross; ``pair_customers`` are places among ``customers``."""
        habits = _Habits.of(self.lines, customers, cutoff, tastes)
        answers = self._shown.by(cutoff, customers, self._kind)
        who, which = pair_customers, pair_offers
        category, kind = self._category[which], self._kind[which]
        has = category >= 0
        at = np.where(has, category, 0)
        orders = _picked(habits.orders, who, at, has)
        usual = answers.usual
        discount = self._discount[which]
        own_discount = habits.discount_share[who]
        columns: dict[str, Any] = {
            "offer_category_orders": orders,
            "offer_category_share": orders / np.maximum(habits.orders_all[who], 1.0),
            "days_since_offer_category": _picked(habits.days_since, who, at, has),
            "offer_category_taste": _picked(habits.taste, who, at, has),
            "offer_item_orders": habits.item_orders(self._item, who, which),
            "own_discount_share": own_discount,
            "offer_discount_over_own": discount - own_discount,
            "offer_margin_over_line": np.log1p(self._margin[which]) - habits.log_line[who],
            "offers_taken_before": answers.taken[who],
            "offers_taken_share_before": _held(answers.taken[who], answers.shown[who], usual, 5.0),
            "offer_kind_taken_share": _held(
                answers.kind_taken[who, kind], answers.kind_shown[who, kind], usual, 5.0
            ),
            "days_since_offer_taken": answers.days_since_taken[who],
            "same_offer_shown": answers.same_shown[who, which],
            "offers_shown_before": answers.shown[who],
            "offers_shown_30_days": answers.shown_lately[who],
            "days_since_offer_shown": answers.days_since_shown[who],
            "offer_discount": discount,
            "offer_reward_cost": self._reward[which],
            "offer_taken_rate": answers.rates(kind, which),
            "offer_category_popularity": np.where(
                has, tastes.shares[at] if len(tastes.shares) else 0.0, np.nan
            ),
        }
        values = np.empty((len(who), len(NAMES)), np.float32)
        for position, name in enumerate(NAMES):
            values[:, position] = columns[name]
        return values


def _picked(
    table: Floats, who: NDArray[np.integer], at: NDArray[np.integer], has: NDArray[np.bool_]
) -> Floats:
    """The entries of customers and categories; NaN of offers without a category."""
    if not table.shape[1]:
        return np.full(len(who), np.nan)
    return np.where(has, table[who, at], np.nan)


def _held(taken: Floats, shown: Floats, usual: float, prior: float) -> Floats:
    """A share of few held to the usual one."""
    return np.asarray((taken + prior * usual) / (shown + prior))


@dataclass(frozen=True)
class _Habits:
    """What some customers bought before an instant, by category."""

    orders: Floats
    orders_all: Floats
    days_since: Floats
    taste: Floats
    discount_share: Floats
    log_line: Floats
    who: NDArray[np.int64]
    item: NDArray[np.int64]

    @classmethod
    def of(
        cls, lines: Lines, customers: NDArray[np.integer], cutoff: Cutoff, tastes: Tastes
    ) -> Self:
        begins, ends = lines.offsets[customers], lines.offsets[np.asarray(customers) + 1]
        counts = ends - begins
        who = np.repeat(np.arange(len(customers)), counts)
        first = np.cumsum(counts) - counts
        rows = np.arange(len(who)) - np.repeat(first - begins, counts)
        known = lines.known_seconds[rows] < cutoff.seconds
        # A line of a return is no purchase.
        known &= lines.amount_cents[rows] >= 0
        rows, who = rows[known], who[known]
        size, many = len(lines.categories), len(customers)
        category = lines.category[rows]
        named = category >= 0
        cells = who[named] * size + category[named]
        orders = np.bincount(cells, minlength=many * size).reshape(many, size).astype(np.float64)
        last = np.full(many * size, -np.inf)
        np.maximum.at(last, cells, lines.seconds[rows][named].astype(np.float64))
        days = (cutoff.seconds - last.reshape(many, size)) / DAY_SECONDS
        days[np.isinf(days)] = np.nan
        amount = np.bincount(who, lines.amount_cents[rows], many)
        off = np.bincount(who, lines.discount_cents[rows], many)
        each = np.bincount(who, minlength=many).astype(np.float64)
        has = each > 0
        taste = np.zeros((many, size))
        if len(tastes.weights) == size:
            # One after another, so that a customer alone is summed as among many.
            for owned, says in zip((orders > 0).T, tastes.weights, strict=True):
                taste[owned] += says
        return cls(
            orders,
            each,
            days,
            taste,
            np.where(has, off / np.maximum(amount + off, 1.0), np.nan),
            np.where(has, np.log1p(np.maximum(amount, 0.0) / np.maximum(each, 1.0)), np.nan),
            who,
            lines.item[rows],
        )

    def item_orders(
        self,
        items: NDArray[np.integer],
        who: NDArray[np.integer],
        which: NDArray[np.integer],
    ) -> Floats:
        """How many lines each customer of a pair has of the item of its offer."""
        found = np.zeros(len(who))
        for offer in np.unique(which):
            if items[offer] >= 0:
                counts = np.bincount(
                    self.who[self.item == items[offer]], minlength=len(self.orders)
                )
                mine = which == offer
                found[mine] = counts[who[mine]]
        return found


@dataclass(frozen=True)
class _Answers:
    """What some customers answered before an instant, and how often each offer was taken by anybody."""

    shown: Floats
    taken: Floats
    shown_lately: Floats
    days_since_shown: Floats
    days_since_taken: Floats
    kind_shown: Floats
    kind_taken: Floats
    same_shown: Floats
    usual: float
    of_kind: tuple[Floats, Floats]
    of_offer: tuple[Floats, Floats]

    def rates(self, kind: NDArray[np.integer], which: NDArray[np.integer]) -> Floats:
        """How often each offer was taken, held to its kind's rate, that to the rate of all."""
        by_kind = _held(self.of_kind[1], self.of_kind[0], self.usual, _PRIOR_SHOWN)[kind]
        shown, taken = self.of_offer[0][which], self.of_offer[1][which]
        return np.asarray((taken + _PRIOR_SHOWN * by_kind) / (shown + _PRIOR_SHOWN))


@dataclass(frozen=True)
class _Shown:
    """Every exposure of the treated arm by customer; control customers were shown nothing."""

    owners: NDArray[np.int64]
    offers: NDArray[np.int64]
    seconds: NDArray[np.int64]
    known: NDArray[np.int64]
    accepted: NDArray[np.int64]
    customers: int
    catalogue: int

    @classmethod
    def of(cls, pack: Pack, offers: Offers) -> Self:
        from training.offers.exposed import Exposed

        none = np.zeros(0, np.int64)
        if "exposures" not in pack.streams:
            return cls(none, none, none, none, none, pack.customers, len(offers))
        found = Exposed.of_pack(pack, offers, response_days=1)
        found = found.select(np.flatnonzero(found.treated))
        found = found.select(np.argsort(found.customer_keys, kind="stable"))
        return cls(
            found.customer_keys.astype(np.int64),
            found.offers.astype(np.int64),
            found.shown_seconds,
            np.maximum(found.known_seconds, found.shown_seconds),
            found.accepted_seconds,
            pack.customers,
            len(offers),
        )

    def by(
        self, cutoff: Cutoff, customers: NDArray[np.integer], kind: NDArray[np.integer]
    ) -> _Answers:
        known = self.known < cutoff.seconds
        taken = known & (self.accepted >= 0) & (self.accepted < cutoff.seconds)
        place = np.full(self.customers, -1)
        place[customers] = np.arange(len(customers))
        who = place[self.owners] if len(self.owners) else self.owners
        mine, mine_taken = known & (who >= 0), taken & (who >= 0)
        many, kinds = len(customers), int(kind.max(initial=-1)) + 1
        lately = mine & (self.seconds >= cutoff.seconds - _RECENT_DAYS * DAY_SECONDS)
        of_kind = kind[self.offers] if len(self.offers) else self.offers

        def count(rows: NDArray[np.bool_]) -> Floats:
            return np.bincount(who[rows], minlength=many).astype(np.float64)

        def table(rows: NDArray[np.bool_], column: NDArray[np.integer], size: int) -> Floats:
            cells = who[rows] * size + column[rows]
            return np.bincount(cells, minlength=many * size).reshape(many, size).astype(np.float64)

        def since(rows: NDArray[np.bool_], seconds: NDArray[np.int64]) -> Floats:
            last = np.full(many, -np.inf)
            np.maximum.at(last, who[rows], seconds[rows].astype(np.float64))
            return np.where(np.isinf(last), np.nan, (cutoff.seconds - last) / DAY_SECONDS)

        def totals(column: NDArray[np.integer], size: int) -> tuple[Floats, Floats]:
            return (
                np.bincount(column[known], minlength=size).astype(np.float64),
                np.bincount(column[taken], minlength=size).astype(np.float64),
            )

        return _Answers(
            count(mine),
            count(mine_taken),
            count(lately),
            since(mine, self.seconds),
            since(mine_taken, self.accepted),
            table(mine, of_kind, kinds),
            table(mine_taken, of_kind, kinds),
            table(mine, self.offers, self.catalogue),
            float((taken.sum() + 1.0) / (known.sum() + _PRIOR_SHOWN)),
            totals(of_kind, kinds),
            totals(self.offers, self.catalogue),
        )


def crossed_names(feature_names: Sequence[str]) -> tuple[str, ...]:
    """The names of a behaviour vector followed by those of the crosses."""
    return (*feature_names, *NAMES)
