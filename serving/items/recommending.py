"""What customers would take next, and why: the model in use over the store's purchases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np

from features.company.workspace import Workspace
from features.store.customers.other_ids import NO_OTHER_IDS, OtherIds
from features.store.pack import Pack
from features.store.store import open_store
from features.vectors.refresh import natural_cutoff
from features.vocabulary.arrays import Floats
from features.vocabulary.time import Cutoff
from serving.items.lists import ItemList, Shelving, Wishes, due_in_days, fill
from serving.items.reasons import recommended
from serving.items.recommended import CustomerList, LikelyTaker
from serving.ledger.privacy import Withheld
from serving.process.waiter import look_up
from serving.process.without_training import libraries_hidden
from serving.scores.order_chance import BY_CHURN, BY_RECOMMENDATIONS, OrderChances
from serving.scores.scoring import Scorer
from serving.snapshot.consent import refused_marketing, refused_profiling
from training.bundles.bundle import current
from training.bundles.manifest import Manifest
from training.datasets.purchases.bought import Bought, Items
from training.datasets.purchases.merchandise import NotRecommended
from training.datasets.purchases.sold import FreshLine, Sold
from training.families.items.bundle import ITEM_KIND, ItemBundle
from training.families.items.pairs.pair_features import POSITIONS
from training.families.items.pairs.pairs import Pairs
from training.families.items.words import WORDS, ItemWords
from training.reasons.languages.known import ENGLISH

_ONE_PIECE_MILLI = 1_000
POPULAR_INSTEAD = "what most customers buy now, for nothing is known of this one"
ALIKE_BY_KERNEL, ALIKE_BY_CATEGORY = "bought by the same customers", "same category, nearest price"


class Recommending:
    """The model in use over a store; safe to use from many threads."""

    def __init__(
        self,
        bundle: ItemBundle,
        pack: Pack,
        declined: Iterable[int] = (),
        unreachable: Iterable[int] = (),
        not_recommended: NotRecommended | None = None,
        other_ids: OtherIds = NO_OTHER_IDS,
    ) -> None:
        self.bundle = bundle
        self._not_recommended = not_recommended or NotRecommended()
        self.customer_ids, self._other_ids = pack.customer_ids, other_ids
        self.as_of = natural_cutoff(pack.last_known)
        self._sold = Sold.of(pack.streams["purchases"], bundle.catalogue).leaving_out(
            self._not_recommended
        )
        self._left_out = np.flatnonzero(
            [one in self._not_recommended for one in bundle.catalogue.ids]
        ).astype(np.int32)
        self._codes = {
            text: code for code, text in enumerate(self._sold.purchases.dictionaries["item"])
        }
        self._declined, self._unreachable = frozenset(declined), frozenset(unreachable)

    @property
    def manifest(self) -> Manifest:
        """Which model answers."""
        return self.bundle.manifest

    @property
    def base(self) -> float:
        """The log-odds every item starts from."""
        return self.bundle.ranker.base

    def key(self, customer_id: str) -> int:
        """The customer's place in the store, -1 of who is not there."""
        return self.customer_ids.find(self._other_ids.person(customer_id))

    def declined(self, key: int) -> bool:
        """Whether the customer refused profiling."""
        return key in self._declined

    def left_out(self, withheld: Withheld) -> frozenset[int]:
        """The keys of everybody who may be on no list: who declined, objected or was erased."""
        return self._declined | {self.key(one) for one in withheld.objected | withheld.erased}

    def not_to_be_contacted(self, withheld: Withheld) -> frozenset[int]:
        """The keys of everybody to whom no offer may be sent: also who said no to marketing."""
        return self.left_out(withheld) | self._unreachable

    def place(self, item_id: str) -> int:
        """The place of an item; -1 of one that is not known or never recommended."""
        if item_id in self._not_recommended:
            return -1
        return self.bundle.catalogue.find(item_id)

    def places(self, item_ids: Sequence[str]) -> tuple[Items, list[str]]:
        """The places of known items, and the numbers of those nobody knows."""
        found = [self.place(one) for one in item_ids]
        unknown = [one for one, place in zip(item_ids, found, strict=True) if place < 0]
        return np.unique([place for place in found if place >= 0]).astype(np.int32), unknown

    def lines(self, bought: Sequence[tuple[str, int, int, int]], key: int) -> list[FreshLine]:
        """Purchases told with a call, as item, when, when known and thousandths, that the store lacks.

        A line counts once, however often it is told.
        """
        stream = self._sold.purchases
        mine = (
            slice(int(stream.offsets[key]), int(stream.offsets[key + 1])) if key >= 0 else slice(0)
        )
        stored = set(
            zip(
                stream.seconds[mine].tolist(),
                stream.columns["item"][mine].tolist(),
                stream.columns["quantity_milli"][mine].tolist(),
                strict=True,
            )
        )
        return [
            (when, known, self.place(item), milli)
            for item, when, known, milli in dict.fromkeys(bought)
            if (when, self._codes.get(item, -1), milli) not in stored
        ]

    def shelving(
        self,
        *,
        allowed: Items | None = None,
        unavailable: Items | None = None,
        categories: Sequence[str] | None = None,
    ) -> Shelving:
        """Which items may be listed."""
        titles = self.bundle.catalogue.categories
        codes = None if categories is None else [titles.index(c) for c in categories if c in titles]
        return Shelving.of(
            self.bundle.catalogue.category,
            allowed=allowed,
            unavailable=unavailable,
            categories=codes,
            left_out=self._left_out,
        )

    def bought(self, key: int, fresh: Sequence[FreshLine] = ()) -> Bought:
        """What one customer has bought by now: the end of the store, or the latest told line."""
        latest = max([self.as_of.seconds, *(line[1] + 1 for line in fresh)])
        return self._sold.of_customer(key, Cutoff(latest), fresh)

    def list_for(
        self,
        bought: Bought,
        shelving: Shelving,
        wishes: Wishes,
        words: ItemWords,
        by_churn: float | None = None,
    ) -> CustomerList:
        """As many items as wished for, as long as so many may be listed; otherwise why there are fewer.

        ``by_churn`` is the chance of an order that the scores in use say, None where they say nothing.
        """
        look_up()
        found, pairs, scores = self._filled(bought, shelving, wishes)
        values = pairs.values[found.rows]
        own = np.full(1, np.nan)
        if len(bought.items) and len(pairs.values):
            own = self.bundle.ranker.order_chance(pairs.values[:1])
        said = np.array([np.nan if by_churn is None else by_churn])
        order = OrderChances.of(said, own)
        items = recommended(
            self.bundle, bought, pairs, found.rows, scores, values, words, order.known_chance(0)
        )
        fewer = None
        if len(items) < wishes.count:
            kept_off = shelving.counts()
            fewer = kept_off | {
                name: count for name, count in found.dropped.items() if name not in kept_off
            }
        return CustomerList(
            tuple(items),
            order.known_chance(0),
            order.source(0),
            "" if len(bought.items) else POPULAR_INSTEAD,
            fewer,
            found.is_within_quotas,
        )

    def rehearse(self) -> None:
        """List items for somebody invented, so that whatever a first list makes is made before anybody waits."""
        if len(self.bundle.catalogue.ids):
            line = (self.as_of.seconds - 1, self.as_of.seconds - 1, 0, _ONE_PIECE_MILLI)
            shelving, wishes = self.shelving(), Wishes(1)
            self.list_for(self.bought(-1, [line]), shelving, wishes, WORDS[ENGLISH.code])
            self.bundle.shelf.kernel.weight(0, 0)

    def _filled(
        self, bought: Bought, shelving: Shelving, wishes: Wishes
    ) -> tuple[ItemList, Pairs, Floats]:
        """The list from candidates of all kinds, and from everything eligible where those are too few."""
        shelf, ranker = self.bundle.shelf, self.bundle.ranker
        category, balance = self.bundle.catalogue.category, self.bundle.balance
        pairs = shelf.pairs(bought, asked=wishes.promoted)
        scores = ranker.log_odds(pairs.values)
        found = fill(pairs.items, scores, pairs.values, category, shelving, wishes, balance)
        if len(found.rows) < wishes.count:
            eligible = shelving.eligible
            if not np.isin(eligible, pairs.items).all():
                pairs = shelf.pairs(bought, asked=eligible, only_asked=True)
                scores = ranker.log_odds(pairs.values)
                found = fill(pairs.items, scores, pairs.values, category, shelving, wishes, balance)
        return found, pairs, scores

    def similar(self, item: int, count: int) -> tuple[str, list[tuple[str, str, float]]]:
        """Items alike, each with how much; of an item too few bought, those of its category at its price."""
        look_up()
        catalogue, facts = self.bundle.catalogue, self.bundle.shelf.facts
        alike = [
            one
            for one in self.bundle.shelf.kernel.alike(item, count + len(self._left_out))
            if one[0] not in self._left_out
        ][:count]
        if alike:
            return ALIKE_BY_KERNEL, [
                (catalogue.ids[one], catalogue.name(one), weight) for one, weight in alike
            ]
        same = np.flatnonzero(catalogue.category == catalogue.category[item])
        same = same[same != item] if catalogue.category[item] >= 0 else same[:0]
        same = same[~np.isin(same, self._left_out)]
        away = np.abs(np.nan_to_num(facts.price[same] - facts.price[item], nan=99.0))
        nearest = same[np.lexsort((same, -facts.share[same], away))][:count]
        return ALIKE_BY_CATEGORY, [
            (catalogue.ids[int(one)], catalogue.name(int(one)), 0.0) for one in nearest
        ]

    @cached_property
    def everybody(self) -> Bought:
        """What all customers of the store have bought by its end."""
        return self._sold.before(self.as_of)

    def takers(
        self,
        item: int,
        count: int,
        *,
        new_alone: bool,
        left_out: frozenset[int],
        by_churn: Floats | None = None,
    ) -> list[LikelyTaker]:
        """Who would most likely take an item; ``left_out`` are keys of customers nobody may be told about.

        ``by_churn`` is the chance of an order that the scores in use say of each customer key, NaN where nothing.
        """
        bought = self.everybody
        pairs = self.bundle.shelf.pairs(
            bought, asked=np.array([item], np.int32), only_asked=True, threads=2
        )
        ranker = self.bundle.ranker
        look_up()
        taken = 1.0 / (1.0 + np.exp(-ranker.log_odds(pairs.values, threads=2)))
        said = None if by_churn is None else by_churn[pairs.owners]
        orders = OrderChances.of(said, ranker.order_chance(pairs.values))
        chances = taken * orders.probability
        times, due = pairs.values[:, POSITIONS["times_bought"]], due_in_days(pairs.values)
        is_open = ~np.isin(pairs.owners, list(left_out)) & ~np.isnan(chances)
        if new_alone:
            is_open &= times == 0
        open_rows = np.flatnonzero(is_open)
        chosen = open_rows[np.argsort(-chances[open_rows], kind="stable")][:count]
        return [
            LikelyTaker(
                self.customer_ids[int(pairs.owners[row])],
                float(chances[row]),
                float(taken[row]),
                float(orders.probability[row]),
                BY_CHURN if orders.is_by_churn[row] else BY_RECOMMENDATIONS,
                round(float(times[row])),
                None if np.isnan(due[row]) else round(float(due[row]), 1),
            )
            for row in chosen.tolist()
        ]


def recommending_in(workspace: Workspace, without: Sequence[str] = ()) -> Recommending | None:
    """The model in use over the store; None where none was promoted yet.

    ``without`` are items that the settings leave out, beside those the table of items says no of: also
    of a model that was trained before they were.
    Raises ``BundleRefused`` for a damaged model and ``WorkspaceRefused`` without a store.
    """
    with libraries_hidden():
        bundle = current(ITEM_KIND, workspace)
    if bundle is None:
        return None
    store = open_store(workspace)
    pack = store.pack()
    if "purchases" not in pack.streams:
        return None
    found = Recommending(
        bundle,
        pack,
        refused_profiling(store, pack).tolist(),
        refused_marketing(store, pack).tolist(),
        not_recommended=NotRecommended.of_store(store, without),
        other_ids=store.other_ids(),
    )
    found.rehearse()
    return found


def words_of(code: str) -> ItemWords:
    """The sentences of a language."""
    return WORDS[code]


def order_chances_of(scorer: Scorer | None, found: Recommending) -> Floats | None:
    """What the scores in use say of orders within the recommender's horizon, by customer key; None without scores."""
    if scorer is None:
        return None
    return scorer.order_chances_of(found.customer_ids, found.manifest.horizon_days)
