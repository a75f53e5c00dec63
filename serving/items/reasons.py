"""Why an item is proposed: which reason groups speak for it, in a sentence, and which bought items say so."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from serving.items.lists import due_in_days
from serving.items.recommended import ItemReason, Recommended
from training.datasets.purchases.bought import Bought
from training.families.items.bundle import ItemBundle
from training.families.items.pairs.pair_features import DUE, HABIT, PAIR_GROUPS, POSITIONS, TASTE
from training.families.items.pairs.pairs import SOURCES, Pairs
from training.families.items.words import ItemWords

GROUPS = tuple(group.name for group in PAIR_GROUPS)
NAMED_ITEMS = 2
"""So many of the items that speak for another are named."""
_TASTE = GROUPS.index(TASTE.name)
_OWN_HISTORY = (PAIR_GROUPS.index(HABIT), PAIR_GROUPS.index(DUE))
_REPEATED = 2
"""Who bought it in so many orders buys it again and again."""


def recommended(
    bundle: ItemBundle,
    bought: Bought,
    pairs: Pairs,
    rows: NDArray[np.int64],
    scores: Floats,
    values: NDArray[np.float32],
    words: ItemWords,
    order_chance: float | None,
) -> list[Recommended]:
    """The items of a list, each with its chance, where it came from and why it is proposed."""
    if not len(rows):
        return []
    catalogue = bundle.catalogue
    pushes, due = bundle.ranker.pushes(values), due_in_days(values)
    owned, taken = np.unique(bought.items), 1.0 / (1.0 + np.exp(-scores[rows]))
    return [
        Recommended(
            item_id=catalogue.ids[int(pairs.items[row])],
            name=catalogue.name(int(pairs.items[row])),
            category=category_of(bundle, int(pairs.items[row])),
            probability=None if order_chance is None else float(taken[at]) * order_chance,
            probability_if_ordering=float(taken[at]),
            log_odds=float(scores[row]),
            source=SOURCES[pairs.sources[row]],
            times_bought=round(float(values[at, POSITIONS["times_bought"]])),
            due_in_days=None if np.isnan(due[at]) else round(float(due[at]), 1),
            text=grounds.headline,
            reasons=grounds.reasons,
        )
        for at, row in enumerate(rows.tolist())
        for grounds in [
            ItemGrounds(bundle, int(pairs.items[row]), owned, pushes[at], values[at], words)
        ]
    ]


@dataclass(frozen=True)
class ItemGrounds:
    """What speaks for one item: what the customer ``owned`` before, what each group ``pushes``, and the facts it is told by."""

    bundle: ItemBundle
    item: int
    owned: NDArray[np.int32]
    pushes: Floats
    facts: NDArray[np.float32]
    words: ItemWords

    @property
    def reasons(self) -> tuple[ItemReason, ...]:
        """The groups by how much they move the log-odds, either way; ties by their order."""
        order = np.argsort(-np.abs(self.pushes), kind="stable").tolist()
        return tuple(
            ItemReason(
                GROUPS[group],
                self.words.titles[GROUPS[group]],
                float(self.pushes[group]),
                self._sentence(group),
                self._bought if group == _TASTE else (),
            )
            for group in order
            if self.pushes[group] != 0.0
        )

    @property
    def headline(self) -> str:
        """What is said of the item in one sentence, on a list as in a file."""
        ordered = leading(self.pushes, float(self.facts[POSITIONS["times_bought"]]))
        for group in ordered:
            if self._speaks(group):
                return self._sentence(group)
        strongest = ordered[0] if ordered else int(np.argmax(np.abs(self.pushes)))
        # What was bought is no reason for an item that it holds back.
        return self.words.sentence(GROUPS[strongest], self.facts, self._category, [])

    @cached_property
    def _bought(self) -> tuple[tuple[str, str, float], ...]:
        return because(self.bundle, self.item, self.owned)

    @cached_property
    def _category(self) -> str:
        return category_of(self.bundle, self.item)

    def _speaks(self, group: int) -> bool:
        """Whether the sentence of a group says something for the item."""
        return self.words.speaks_for(GROUPS[group], self.facts, self._category, self._names(group))

    def _sentence(self, group: int) -> str:
        return self.words.sentence(GROUPS[group], self.facts, self._category, self._names(group))

    def _names(self, group: int) -> list[str]:
        """The bought items a sentence names, which that of taste alone does."""
        return [name for _, name, _ in self._bought] if group == _TASTE else []


def leading(pushes: Floats, times_bought: float) -> list[int]:
    """The groups that push an item up, the one to be told of it first.

    What the customer did with the very item comes first where they buy it again and again; then what pushes
    most, and of groups that push alike the earlier one.
    """
    is_first = _OWN_HISTORY if times_bought >= _REPEATED else ()
    pushing = [group for group in range(len(GROUPS)) if pushes[group] > 0]
    return sorted(pushing, key=lambda group: (group not in is_first, -pushes[group]))


def because(
    bundle: ItemBundle, item: int, owned: NDArray[np.int32]
) -> tuple[tuple[str, str, float], ...]:
    """The bought items that say most for another, each with what it adds to the taste for it."""
    kernel, catalogue = bundle.shelf.kernel, bundle.catalogue
    weights = kernel.weights_to(item, owned)
    weights[owned == item] = 0.0
    order = np.argsort(-weights, kind="stable")[:NAMED_ITEMS].tolist()
    return tuple(
        (catalogue.ids[int(owned[one])], catalogue.name(int(owned[one])), float(weights[one]))
        for one in order
        if weights[one] > 0.0
    )


def category_of(bundle: ItemBundle, item: int) -> str:
    """The category of an item; empty without one."""
    catalogue = bundle.catalogue
    code = int(catalogue.category[item])
    return catalogue.categories[code] if code >= 0 else ""
