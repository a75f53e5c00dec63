"""What customers would take next, and why: the model in use over the store's purchases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from features.company.workspace import Workspace
from features.store.pack import Pack
from features.store.store import open_store
from features.vectors.refresh import natural_cutoff
from features.vocabulary.time import Cutoff
from serving.items.lists import ItemList, Shelving, Wishes, due_in_days, fill
from serving.ledger.privacy import Withheld
from serving.process.without_training import kept_out
from serving.snapshot.consent import refused_profiling
from training.bundles.bundle import current
from training.bundles.manifest import Manifest
from training.families.items.bundle import ITEM_KIND, ItemBundle
from training.families.items.pairs.pair_features import PAIR_GROUPS, POSITIONS
from training.families.items.pairs.pairs import SOURCES, Pairs
from training.families.items.words import WORDS, ItemWords
from training.learners.columns import Floats
from training.purchases.bought import Bought, Items
from training.purchases.sold import FreshLine, Sold

GROUPS = tuple(group.name for group in PAIR_GROUPS)
NAMED_ITEMS = 2
"""So many of the items that speak for another are named."""
POPULAR_INSTEAD = "what most customers buy now, for nothing is known of this one"
ALIKE_BY_KERNEL, ALIKE_BY_CATEGORY = "bought by the same customers", "same category, nearest price"
_TASTE = GROUPS.index("taste")


@dataclass(frozen=True)
class ItemReason:
    """What one reason group adds to the log-odds of an item, in a sentence; ``because`` names items."""

    group: str
    title: str
    push: float
    text: str
    because: tuple[tuple[str, str, float], ...] = ()


@dataclass(frozen=True)
class Recommended:
    """An item with its chance, where it came from and why; base and pushes sum to the log-odds."""

    item_id: str
    name: str
    category: str
    probability: float
    log_odds: float
    source: str
    times_bought: int
    due_in_days: float | None
    reasons: tuple[ItemReason, ...]

    @property
    def text(self) -> str:
        """What the strongest reason for it says; where nothing speaks for it, the strongest at all."""
        speaking = [one for one in self.reasons if one.push > 0] or list(self.reasons)
        return speaking[0].text if speaking else ""


@dataclass(frozen=True)
class CustomerList:
    """What is proposed to one customer; ``fewer`` counts what was dropped where places stayed empty.

    ``order_probability`` is None of somebody without an order so far.
    """

    items: tuple[Recommended, ...]
    order_probability: float | None
    fallback: str = ""
    fewer: Mapping[str, int] | None = None
    is_within_quotas: bool = True


class Taker(NamedTuple):
    """A customer who would take an item: the chance of an order within the horizon, times that of the item in it."""

    customer_id: str
    probability: float
    times_bought: int
    due_in_days: float | None


class Recommending:
    """The model in use over a store; safe to use from many threads."""

    def __init__(self, bundle: ItemBundle, pack: Pack, declined: Iterable[int] = ()) -> None:
        self.bundle = bundle
        self.customer_ids = pack.customer_ids
        self.as_of = natural_cutoff(pack.last_known)
        self._sold = Sold.of(pack.streams["purchases"], bundle.catalogue)
        self._codes = {
            text: code for code, text in enumerate(self._sold.purchases.dictionaries["item"])
        }
        self._declined = frozenset(declined)

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
        return self.customer_ids.find(customer_id)

    def declined(self, key: int) -> bool:
        """Whether the customer refused profiling."""
        return key in self._declined

    def left_out(self, withheld: Withheld) -> frozenset[int]:
        """The keys of everybody who may be on no list: who declined, objected or was erased."""
        return self._declined | {self.key(one) for one in withheld.objected | withheld.erased}

    def places(self, item_ids: Sequence[str]) -> tuple[Items, list[str]]:
        """The places of known items, and the numbers of those nobody knows."""
        found = [self.bundle.catalogue.find(one) for one in item_ids]
        unknown = [one for one, place in zip(item_ids, found, strict=True) if place < 0]
        return np.unique([place for place in found if place >= 0]).astype(np.int32), unknown

    def lines(self, told: Sequence[tuple[str, int, int, int]], key: int) -> list[FreshLine]:
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
            (when, known, self.bundle.catalogue.find(item), milli)
            for item, when, known, milli in dict.fromkeys(told)
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
        )

    def bought(self, key: int, fresh: Sequence[FreshLine] = ()) -> Bought:
        """What one customer has bought by now: the end of the store, or the latest told line."""
        latest = max([self.as_of.seconds, *(line[1] + 1 for line in fresh)])
        return self._sold.of_customer(key, Cutoff(latest), fresh)

    def list_for(
        self, bought: Bought, shelving: Shelving, wishes: Wishes, words: ItemWords
    ) -> CustomerList:
        """As many items as wished for, as long as so many may be listed; otherwise why there are fewer."""
        found, pairs, scores = self._filled(bought, shelving, wishes)
        values = pairs.values[found.rows]
        items = self._told(bought, pairs, found.rows, scores, values, words)
        fewer = None
        if len(items) < wishes.count:
            kept_off = shelving.counts()
            fewer = kept_off | {
                name: count for name, count in found.dropped.items() if name not in kept_off
            }
        order_chance = self.bundle.ranker.order_chance(pairs.values[:1])
        return CustomerList(
            tuple(items),
            float(order_chance[0]) if len(bought.items) and len(order_chance) else None,
            "" if len(bought.items) else POPULAR_INSTEAD,
            fewer,
            found.is_within_quotas,
        )

    def _filled(
        self, bought: Bought, shelving: Shelving, wishes: Wishes
    ) -> tuple[ItemList, Pairs, Floats]:
        """The list from candidates of all kinds, and from everything eligible where those are too few."""
        shelf, ranker = self.bundle.shelf, self.bundle.ranker
        category = self.bundle.catalogue.category
        pairs = shelf.pairs(bought, asked=wishes.promoted)
        scores = ranker.log_odds(pairs.values)
        found = fill(pairs.items, scores, pairs.values, category, shelving, wishes)
        if len(found.rows) < wishes.count:
            eligible = shelving.eligible
            if not np.isin(eligible, pairs.items).all():
                pairs = shelf.pairs(bought, asked=eligible, only_asked=True)
                scores = ranker.log_odds(pairs.values)
                found = fill(pairs.items, scores, pairs.values, category, shelving, wishes)
        return found, pairs, scores

    def _told(
        self,
        bought: Bought,
        pairs: Pairs,
        rows: NDArray[np.int64],
        scores: Floats,
        values: NDArray[np.float32],
        words: ItemWords,
    ) -> list[Recommended]:
        if not len(rows):
            return []
        catalogue = self.bundle.catalogue
        pushes, due = self.bundle.ranker.pushes(values), due_in_days(values)
        owned = np.unique(bought.items)
        return [
            Recommended(
                item_id=catalogue.ids[int(pairs.items[row])],
                name=catalogue.name(int(pairs.items[row])),
                category=self.category(int(pairs.items[row])),
                probability=float(1.0 / (1.0 + np.exp(-scores[row]))),
                log_odds=float(scores[row]),
                source=SOURCES[pairs.sources[row]],
                times_bought=round(float(values[at, POSITIONS["times_bought"]])),
                due_in_days=None if np.isnan(due[at]) else round(float(due[at]), 1),
                reasons=self._reasons(int(pairs.items[row]), owned, pushes[at], values[at], words),
            )
            for at, row in enumerate(rows.tolist())
        ]

    def _reasons(
        self,
        item: int,
        owned: NDArray[np.int32],
        pushes: Floats,
        row: NDArray[np.float32],
        words: ItemWords,
    ) -> tuple[ItemReason, ...]:
        """The groups by how much they move the log-odds, either way; ties by their order."""
        because = self.because(item, owned)
        category = self.category(item)
        names = [name for _, name, _ in because]
        order = np.argsort(-np.abs(pushes), kind="stable").tolist()
        return tuple(
            ItemReason(
                GROUPS[group],
                words.titles[GROUPS[group]],
                float(pushes[group]),
                words.sentence(GROUPS[group], row, category, names),
                because if group == _TASTE else (),
            )
            for group in order
            if pushes[group] != 0.0
        )

    def because(self, item: int, owned: NDArray[np.int32]) -> tuple[tuple[str, str, float], ...]:
        """The bought items that say most for another, each with what it adds to the taste for it."""
        kernel, catalogue = self.bundle.shelf.kernel, self.bundle.catalogue
        weights = kernel.weights_to(item, owned)
        weights[owned == item] = 0.0
        order = np.argsort(-weights, kind="stable")[:NAMED_ITEMS].tolist()
        return tuple(
            (catalogue.ids[int(owned[one])], catalogue.name(int(owned[one])), float(weights[one]))
            for one in order
            if weights[one] > 0.0
        )

    def category(self, item: int) -> str:
        """The category of an item; empty without one."""
        catalogue = self.bundle.catalogue
        code = int(catalogue.category[item])
        return catalogue.categories[code] if code >= 0 else ""

    def similar(self, item: int, count: int) -> tuple[str, list[tuple[str, str, float]]]:
        """Items alike, each with how much; of an item too few bought, those of its category at its price."""
        catalogue, facts = self.bundle.catalogue, self.bundle.shelf.facts
        alike = self.bundle.shelf.kernel.alike(item, count)
        if alike:
            return ALIKE_BY_KERNEL, [
                (catalogue.ids[one], catalogue.name(one), weight) for one, weight in alike
            ]
        same = np.flatnonzero(catalogue.category == catalogue.category[item])
        same = same[same != item] if catalogue.category[item] >= 0 else same[:0]
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
        self, item: int, count: int, *, new_alone: bool, left_out: frozenset[int]
    ) -> list[Taker]:
        """Who would most likely take an item; ``left_out`` are keys of customers nobody may be told about."""
        bought = self.everybody
        pairs = self.bundle.shelf.pairs(
            bought, asked=np.array([item], np.int32), only_asked=True, threads=2
        )
        ranker = self.bundle.ranker
        taken = 1.0 / (1.0 + np.exp(-ranker.log_odds(pairs.values, threads=2)))
        chances = taken * ranker.order_chance(pairs.values)
        times, due = pairs.values[:, POSITIONS["times_bought"]], due_in_days(pairs.values)
        is_open = ~np.isin(pairs.owners, list(left_out)) & ~np.isnan(chances)
        if new_alone:
            is_open &= times == 0
        open_rows = np.flatnonzero(is_open)
        chosen = open_rows[np.argsort(-chances[open_rows], kind="stable")][:count]
        return [
            Taker(
                self.customer_ids[int(pairs.owners[row])],
                float(chances[row]),
                round(float(times[row])),
                None if np.isnan(due[row]) else round(float(due[row]), 1),
            )
            for row in chosen.tolist()
        ]


def recommending_in(workspace: Workspace) -> Recommending | None:
    """The model in use over the store; None where none was promoted yet.

    Raises ``BundleRefused`` for a damaged model and ``WorkspaceRefused`` without a store.
    """
    with kept_out():
        bundle = current(ITEM_KIND, workspace)
    if bundle is None:
        return None
    store = open_store(workspace)
    pack = store.pack()
    if "purchases" not in pack.streams:
        return None
    return Recommending(bundle, pack, refused_profiling(store, pack).tolist())


def words_of(code: str) -> ItemWords:
    """The sentences of a language."""
    return WORDS[code]


def plain(one: Recommended) -> dict[str, Any]:
    """A recommended item as plain fields, as the contract and the nightly file show it."""
    return {
        "item_id": one.item_id,
        "name": one.name,
        "category": one.category,
        "probability": one.probability,
        "log_odds": one.log_odds,
        "source": one.source,
        "times_bought": one.times_bought,
        "due_in_days": one.due_in_days,
        "text": one.text,
        "reasons": [
            {
                "group": reason.group,
                "title": reason.title,
                "push": reason.push,
                "text": reason.text,
                "because": [
                    {"item_id": item, "name": name, "share": share}
                    for item, name, share in reason.because
                ],
            }
            for reason in one.reasons
        ],
    }
