"""Why an item is proposed: which reason groups speak for it, in a sentence, and which bought items say so."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from serving.items.lists import due_in_days
from serving.items.recommended import ItemReason, Recommended
from training.families.items.bundle import ItemBundle
from training.families.items.pairs.pair_features import DUE, HABIT, PAIR_GROUPS, POSITIONS, TASTE
from training.families.items.pairs.pairs import SOURCES, Pairs
from training.families.items.words import ItemWords
from training.purchases.bought import Bought

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
            text=headline(bundle, int(pairs.items[row]), owned, pushes[at], values[at], words),
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


def headline(
    bundle: ItemBundle,
    item: int,
    owned: NDArray[np.int32],
    pushes: Floats,
    row: NDArray[np.float32],
    words: ItemWords,
) -> str:
    """What is said of an item in one sentence, on a list as in a file."""
    category = category_of(bundle, item)
    ordered = leading(pushes, float(row[POSITIONS["times_bought"]]))
    for group in ordered:
        names = [name for _, name, _ in because(bundle, item, owned)] if group == _TASTE else []
        if words.speaks_for(GROUPS[group], row, category, names):
            return words.sentence(GROUPS[group], row, category, names)
    strongest = ordered[0] if ordered else int(np.argmax(np.abs(pushes)))
    return words.sentence(GROUPS[strongest], row, category, [])


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
