"""Which reason group a declared attribute belongs to: one of its own, or one that the company names.

Of more than twelve attributes those that go together are put together, pair by pair: how far two of them
go together is Cramér's V (1946) of their five commonest entries, or of five classes of a number. The
profile's own columns, such as region and referrals, stay in the profile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from types import MappingProxyType
from typing import cast, get_args

import numpy as np

from features.behaviour.groups import attribute_group
from features.declarations import Actionable, Declaration, Declared, ReasonGroup
from features.store.pack import Attributes
from features.vocabulary.arrays import MISSING_CODE, MISSING_NUMBER, Ints
from features.vocabulary.errors import PlanRefused, did_you_mean

MOST_GROUPS = 12
_CLASSES = 5
_ROWS = 20_000
_NUMBERS = ("_milli", "_seconds")
_NOTHING: Mapping[str, str] = MappingProxyType({})


def attribute_groups(columns: Sequence[str], attributes: Attributes) -> dict[str, ReasonGroup]:
    """The reason group of each of these columns, at most twelve different ones."""
    together = [[column] for column in columns]
    if len(together) > MOST_GROUPS:
        classes = {column: _classes(column, attributes) for column in columns}
        alike = {
            frozenset(pair): _going_together(*(classes[one] for one in pair))
            for pair in combinations(columns, 2)
        }
        while len(together) > MOST_GROUPS:
            first, second = max(
                combinations(range(len(together)), 2),
                key=lambda pair: _between(together[pair[0]], together[pair[1]], alike),
            )
            together[first] += together.pop(second)
    return {
        column: attribute_group(_title([plain_name(one) for one in members]))
        for members in together
        for column in members
    }


def plain_name(column: str) -> str:
    """An attribute as the company calls it, without what we append to tell numbers and instants.

    >>> plain_name("monthly_charges_milli")
    'monthly_charges'
    """
    for ending in _NUMBERS:
        column = column.removesuffix(ending)
    return column


def regrouped(
    declarations: Sequence[Declaration],
    titles: Mapping[str, str],
    actionable: Mapping[str, str] = _NOTHING,
) -> tuple[Declaration, ...]:
    """The same declarations with the attributes that ``titles`` names in groups of these titles.

    ``actionable`` tells of attributes whether the business can act on them: now, indirect or context.
    Raises ``PlanRefused`` for a name that is no attribute among them, and for another word than these.
    """
    known = sorted(
        {plain_name(one.value.column) for one in declarations if isinstance(one.value, Declared)}
    )
    for setting, names in (("groups", titles), ("actionable", actionable)):
        for name in names:
            if name not in known:
                raise PlanRefused(
                    expected=f"an attribute of the table of customers in [reasons.{setting}]",
                    found=f'"{name}"',
                    remedy=did_you_mean(name, known) if known else "Map it there first.",
                )
    for name, word in actionable.items():
        if word not in get_args(Actionable):
            raise PlanRefused(
                expected=f"now, indirect or context for {name} in [reasons.actionable]",
                found=f'"{word}"',
                remedy="Say now for what an offer or a call can change.",
            )
    return tuple(_renamed(one, titles, actionable) for one in declarations)


def _renamed(
    declaration: Declaration, titles: Mapping[str, str], actionable: Mapping[str, str]
) -> Declaration:
    value, feature = declaration.value, declaration.feature
    if not isinstance(value, Declared):
        return declaration
    name = plain_name(value.column)
    if name in titles:
        feature = replace(feature, group=attribute_group(titles[name]).name)
    if name in actionable:
        feature = replace(feature, actionable=cast(Actionable, actionable[name]))
    return replace(declaration, feature=feature)


def _title(names: Sequence[str]) -> str:
    """The first two by name, and how many more there are."""
    words = [name.replace("_", " ") for name in sorted(names)]
    if len(words) <= 2:
        return " and ".join(words)
    return f"{words[0]}, {words[1]} and {len(words) - 2} more"


def _classes(column: str, attributes: Attributes) -> Ints:
    """Each customer's class in an attribute, from 0; what is missing is a class of its own."""
    entries = attributes.columns[column]
    chosen = entries[np.arange(min(len(entries), _ROWS)) * len(entries) // min(len(entries), _ROWS)]
    if column.endswith(_NUMBERS):
        known = chosen[chosen != MISSING_NUMBER]
        edges = np.quantile(known, np.linspace(0, 1, _CLASSES + 1)[1:-1]) if len(known) else []
        return np.where(chosen == MISSING_NUMBER, _CLASSES, np.searchsorted(edges, chosen))
    distinct, place, counts = np.unique(chosen, return_inverse=True, return_counts=True)
    rank = np.empty(len(distinct), np.int64)
    rank[np.argsort(-np.where(distinct == MISSING_CODE, -1, counts), kind="stable")] = np.arange(
        len(distinct)
    )
    return np.minimum(rank, _CLASSES)[place]


def _going_together(first: Ints, second: Ints) -> float:
    """Cramér's V: 0 for attributes that say nothing of one another, 1 where one tells the other."""
    seen = np.zeros((_CLASSES + 1, _CLASSES + 1))
    np.add.at(seen, (first, second), 1.0)
    seen = seen[seen.sum(axis=1) > 0][:, seen.sum(axis=0) > 0]
    least = min(seen.shape) - 1
    if least < 1:
        return 0.0
    expected = seen.sum(axis=1, keepdims=True) * seen.sum(axis=0) / seen.sum()
    return float(np.sqrt((((seen - expected) ** 2) / expected).sum() / seen.sum() / least))


def _between(
    first: Sequence[str], second: Sequence[str], alike: Mapping[frozenset[str], float]
) -> float:
    """How far two groups go together: the mean over their pairs, so that none swallows all others."""
    pairs = [alike[frozenset((one, other))] for one in first for other in second]
    return sum(pairs) / len(pairs)
