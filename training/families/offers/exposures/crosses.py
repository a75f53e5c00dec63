"""What is known of a customer and an offer at an instant: taste, price, past answers and fatigue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.declarations.feature import Feature, ReasonGroup
from features.store.pack import Pack
from features.vectors.fresh import CodedEvents
from features.vocabulary.arrays import Floats
from features.vocabulary.time import Cutoff
from training.families.offers.exposures.answers import EarlierAnswers, Rates, Showings, held
from training.families.offers.exposures.habits import Habits
from training.families.offers.exposures.lines import OrderLines
from training.families.offers.exposures.tastes import Tastes
from training.families.offers.exposures.terms import Offers

TASTE, PRICE, ANSWERS, FATIGUE, TERMS = GROUPS = (
    ReasonGroup("offer_taste", "Taste for what it is about"),
    ReasonGroup("offer_price", "Price and discount"),
    ReasonGroup("offer_answers", "Answers to earlier offers"),
    ReasonGroup("offer_fatigue", "How much was offered lately"),
    ReasonGroup("offer_terms", "The offer itself"),
)


def _cross(name: str, group: ReasonGroup, unit: str, meaning: str, said: str) -> Feature:
    return Feature(
        name, meaning, unit, group.name, "context", "Missing when nothing is known.", said
    )


CROSSES: tuple[Feature, ...] = (
    _cross("offer_category_orders", TASTE, "count", "Orders with items of the offer's category.", "{value} orders of what it is about"),
    _cross("offer_category_share", TASTE, "share", "Share of all lines that are of the offer's category.", "{value} of all lines are of what it is about"),
    _cross("days_since_offer_category", TASTE, "days", "Days since the offer's category was last bought.", "what it is about was last bought {value} ago"),
    _cross("offer_category_taste", TASTE, "score", "What the other categories bought say for the offer's: a ridge regression of categories.", "other purchases speak for it by {value}"),
    _cross("offer_item_orders", TASTE, "count", "Orders with the offer's own item.", "{value} orders of the item"),
    _cross("own_discount_share", PRICE, "share", "Share of the amount bought that was taken off as discount.", "{value} of the usual price was discount so far"),
    _cross("offer_discount_over_own", PRICE, "share", "The offer's discount less the customer's usual one.", "{value} more discount than usual"),
    _cross("offer_margin_over_line", PRICE, "score", "The offer's margin over the customer's usual amount a line, in logarithms.", "its price is away from the usual by {value}"),
    _cross("offers_taken_before", ANSWERS, "count", "Offers taken so far.", "{value} offers taken so far"),
    _cross("offers_taken_share_before", ANSWERS, "share", "Share of the offers shown so far that were taken, held to the usual.", "{value} of earlier offers taken"),
    _cross("offer_kind_taken_share", ANSWERS, "share", "The same of offers of this kind.", "{value} of earlier offers of this kind taken"),
    _cross("days_since_offer_taken", ANSWERS, "days", "Days since an offer was last taken.", "an offer was last taken {value} ago"),
    _cross("same_offer_shown", FATIGUE, "count", "How often this offer was shown already.", "shown {value} times already"),
    _cross("offers_shown_before", FATIGUE, "count", "Offers shown so far.", "{value} offers shown so far"),
    _cross("offers_shown_30_days", FATIGUE, "count", "Offers shown in the last 30 days.", "{value} offers shown in 30 days"),
    _cross("days_since_offer_shown", FATIGUE, "days", "Days since an offer was last shown.", "an offer was last shown {value} ago"),
    _cross("offer_discount", TERMS, "share", "The offer's discount.", "{value} taken off"),
    _cross("offer_reward_cost", TERMS, "cents", "What the offer's reward costs.", "a reward that costs {value}"),
    _cross("offer_taken_rate", TERMS, "share", "Share of those shown this offer who took it, held to the usual of its kind.", "{value} of those shown it take it"),
    _cross("offer_category_popularity", TERMS, "share", "Share of all lines that are of the offer's category.", "{value} of all sales are of what it is about"),
)  # fmt: skip
NAMES = tuple(one.name for one in CROSSES)


class CrossFeatures:
    """Computes the crosses of some customers with offers, from a company's events known before an instant."""

    def __init__(self, pack: Pack, offers: Offers) -> None:
        self.lines = OrderLines.of_pack(pack)
        self.offers = offers
        self.showings = Showings.of(pack, offers)
        self._rates: dict[int, Rates] = {}
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
        habits = Habits.of(self.lines, customers, cutoff, tastes)
        answers = self.showings.answers(cutoff, customers, self._kind)
        rates = self._rates_at(cutoff)
        return self._crossed(habits, answers, rates, tastes, pair_customers, pair_offers)

    def of_customer(
        self,
        customer: int,
        offers: NDArray[np.integer],
        cutoff: Cutoff,
        tastes: Tastes,
        *,
        told: CodedEvents,
        store_end: Cutoff,
    ) -> NDArray[np.float32]:
        """One row an offer for one customer, with lines told since the store was made.

        What everybody answered is that of ``store_end``, for of answers nothing is told in between.
        """
        lines, nobody_else = self.lines.of_customer(customer, told), np.zeros(1, np.int64)
        habits = Habits.of(lines, nobody_else, cutoff, tastes)
        answers = self.showings.answers(cutoff, np.array([customer]), self._kind)
        first = np.zeros(len(offers), np.int64)
        return self._crossed(habits, answers, self._rates_at(store_end), tastes, first, offers)

    def _crossed(
        self,
        habits: Habits,
        answers: EarlierAnswers,
        rates: Rates,
        tastes: Tastes,
        pair_customers: NDArray[np.integer],
        pair_offers: NDArray[np.integer],
    ) -> NDArray[np.float32]:
        who, which = pair_customers, pair_offers
        category, kind = self._category[which], self._kind[which]
        has = category >= 0
        at = np.where(has, category, 0)
        orders = _picked(habits.orders, who, at, has)
        usual = rates.usual
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
            "offers_taken_share_before": held(answers.taken[who], answers.shown[who], usual, 5.0),
            "offer_kind_taken_share": held(
                answers.kind_taken[who, kind], answers.kind_shown[who, kind], usual, 5.0
            ),
            "days_since_offer_taken": answers.days_since_taken[who],
            "same_offer_shown": answers.same_shown[who, which],
            "offers_shown_before": answers.shown[who],
            "offers_shown_30_days": answers.shown_lately[who],
            "days_since_offer_shown": answers.days_since_shown[who],
            "offer_discount": discount,
            "offer_reward_cost": self._reward[which],
            "offer_taken_rate": rates.of(kind, which),
            "offer_category_popularity": np.where(
                has, tastes.shares[at] if len(tastes.shares) else 0.0, np.nan
            ),
        }
        values = np.empty((len(who), len(NAMES)), np.float32)
        for position, name in enumerate(NAMES):
            values[:, position] = columns[name]
        return values

    def taken_posterior(self, cutoff: Cutoff) -> tuple[Floats, Floats]:
        """What is known before an instant of how often each offer is taken, as parameters of a beta distribution."""
        return self._rates_at(cutoff).posterior(self._kind, np.arange(len(self.offers)))

    def _rates_at(self, cutoff: Cutoff) -> Rates:
        """What everybody answered before an instant, counted once for all who are asked about at it."""
        if cutoff.seconds not in self._rates:
            self._rates[cutoff.seconds] = self.showings.rates(cutoff, self._kind)
        return self._rates[cutoff.seconds]


def _picked(
    table: Floats, who: NDArray[np.integer], at: NDArray[np.integer], has: NDArray[np.bool_]
) -> Floats:
    """The entries of customers and categories; NaN of offers without a category."""
    if not table.shape[1]:
        return np.full(len(who), np.nan)
    return np.where(has, table[who, at], np.nan)


def crossed_names(feature_names: Sequence[str]) -> tuple[str, ...]:
    """The names of a behaviour vector followed by those of the crosses."""
    return (*feature_names, *NAMES)
