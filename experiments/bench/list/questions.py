"""Every question the list's own form can ask, one filter at a time, in every order, and its pages near and far."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from serving.in_use.models_in_use import InUse
from serving.pages.churn_list import sorts
from serving.pages.contexts import Choice
from serving.pages.figures import customer_link
from serving.pages.filter_view import filter_form
from serving.pages.list_query import CELLS, ListQuery

_FAR = 10**9
"""Beyond the last page, which is then shown."""


def filtered(in_use: InUse, currency: str) -> list[ListQuery]:
    """The list with each of its filters set to each of its choices."""
    form = filter_form(in_use, ListQuery(), currency)
    chosen: dict[str, Sequence[Choice]] = {
        "band": form.bands,
        "stage": form.stages,
        "status": form.statuses,
        "segment": form.segments,
        "reason": form.groups,
        "action": form.actions,
        "consent": form.consents,
    }
    found = [
        ListQuery.parse({name: one.value})
        for name, choices in chosen.items()
        for one in choices
        if one.value
    ]
    found += [ListQuery(cell=one) for one in CELLS]
    found += [
        ListQuery.parse({attribute.name: one.value})
        for attribute in form.declared
        for one in attribute.choices
        if one.value
    ]
    numbers = [("spend", 50), ("spend", 500), ("value", 20), ("silent", 30), ("silent", 180)]
    numbers += [("tenure", 365), ("tenure_most", 90)]
    found += [ListQuery.parse({name: str(one)}) for name, one in numbers]
    return [*found, ListQuery(jumped=True), ListQuery(band="high", spend=100, silent=30)]


def ordered(in_use: InUse) -> Iterator[ListQuery]:
    """The list in each of its orders, both ways round."""
    for sort in sorts(in_use.snapshot):
        yield ListQuery(sort=sort)
        yield ListQuery(sort=sort, rising=True)


def turned(queries: Sequence[ListQuery]) -> Iterator[str]:
    """The second and the last page of some lists, and the first of the longest size."""
    for one in queries:
        yield one.link(page=2)
        yield one.link(page=_FAR)
        yield one.link(size=100)


def customers(in_use: InUse, queries: Sequence[ListQuery], seed: int = 1) -> Iterator[str]:
    """A customer's page for each of some lists that lead there."""
    generator = np.random.default_rng(seed)
    for one in queries:
        yield customer_link(in_use, int(generator.integers(in_use.snapshot.judged)), one)


def numbers(in_use: InUse, count: int, seed: int = 2) -> Iterator[str]:
    """Numbers as people type them: whole, the beginning, the end, and one nobody has."""
    ids, generator = in_use.snapshot.customer_ids, np.random.default_rng(seed)
    for key in generator.choice(len(ids), count).tolist():
        whole = ids[key]
        yield from (whole, whole[:-2], whole[-4:], f"{whole}0")
