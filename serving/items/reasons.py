"""Why an item is proposed: which reason groups speak for it, in a sentence, and which bought items say so."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from serving.items.lists import due_in_days
from serving.items.recommended import ItemReason, Recommended
from training.families.items.bundle import ItemBundle
from training.families.items.pairs.pair_features import PAIR_GROUPS, POSITIONS
from training.families.items.pairs.pairs import SOURCES, Pairs
from training.families.items.words import ItemWords
from training.purchases.bought import Bought

GROUPS = tuple(group.name for group in PAIR_GROUPS)
NAMED_ITEMS = 2
"""So many of the items that speak for another are named."""
_TASTE = GROUPS.index("taste")


def recommended(
    bundle: ItemBundle,
    bought: Bought,
    pairs: Pairs,
    rows: NDArray[np.int64],
    scores: Floats,
    values: NDArray[np.float32],
    words: ItemWords,
) -> list[Recommended]:
    """The items of a list, each with its chance, where it came from and why it is proposed."""
    if not len(rows):
        return []
    catalogue = bundle.catalogue
    pushes, due = bundle.ranker.pushes(values), due_in_days(values)
    owned = np.unique(bought.items)
    return [
        Recommended(
            item_id=catalogue.ids[int(pairs.items[row])],
            name=catalogue.name(int(pairs.items[row])),
            category=category_of(bundle, int(pairs.items[row])),
            probability=float(1.0 / (1.0 + np.exp(-scores[row]))),
            log_odds=float(scores[row]),
            source=SOURCES[pairs.sources[row]],
            times_bought=round(float(values[at, POSITIONS["times_bought"]])),
            due_in_days=None if np.isnan(due[at]) else round(float(due[at]), 1),
            reasons=_reasons(bundle, int(pairs.items[row]), owned, pushes[at], values[at], words),
        )
        for at, row in enumerate(rows.tolist())
    ]


def _reasons(
    bundle: ItemBundle,
    item: int,
    owned: NDArray[np.int32],
    pushes: Floats,
    row: NDArray[np.float32],
    words: ItemWords,
) -> tuple[ItemReason, ...]:
    """The groups by how much they move the log-odds, either way; ties by their order."""
    bought = because(bundle, item, owned)
    category = category_of(bundle, item)
    names = [name for _, name, _ in bought]
    order = np.argsort(-np.abs(pushes), kind="stable").tolist()
    return tuple(
        ItemReason(
            GROUPS[group],
            words.titles[GROUPS[group]],
            float(pushes[group]),
            words.sentence(GROUPS[group], row, category, names),
            bought if group == _TASTE else (),
        )
        for group in order
        if pushes[group] != 0.0
    )


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
