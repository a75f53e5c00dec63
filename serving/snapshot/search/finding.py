"""Customers by any part of a number, name or e-mail address of theirs, in capitals or not."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from serving.snapshot.reading import Snapshot
from serving.snapshot.search.customer_names import NO_NAMES, CustomerNames
from serving.snapshot.search.searched_texts import SearchedTexts


def keys_of(
    snapshot: Snapshot, text: str, most: int, names: CustomerNames = NO_NAMES, *, number: str = ""
) -> list[int]:
    """The keys of at most so many customers known by something like a text, the likest first.

    ``number`` is the text as numbers are written; without it, it is the text itself. A whole number comes alone. Before
    others come those whose number begins with it, then those whose number holds it, and then who is called so.
    """
    number = number or text
    key = snapshot.find(number)
    if key >= 0:
        return [key]
    if "\0" in text or not text.strip():
        return []
    own = snapshot.remembered.of("numbers", lambda: SearchedTexts(snapshot.customer_ids))
    others = snapshot.remembered.of("other numbers", lambda: SearchedTexts(snapshot.other_ids.ids))
    numbers = snapshot.customer_ids, snapshot.other_ids.ids
    # Several whole numbers that differ in capitals alone are told apart by nobody but who asks.
    same = _first(
        chain(
            _shown(snapshot, (numbers[0][one] for one in own.equal_to(number))),
            _shown(snapshot, (numbers[1][one] for one in others.equal_to(number))),
        ),
        most,
    )
    if same:
        return same
    likely = chain(
        (numbers[0][one] for one in own.beginning_with(number)),
        (numbers[1][one] for one in others.beginning_with(number)),
        (numbers[0][one] for one in own.holding(number)),
        (numbers[1][one] for one in others.holding(number)),
        names.holding(text),
    )
    return _first(_shown(snapshot, likely), most)


def _shown(snapshot: Snapshot, customer_ids: Iterator[str]) -> Iterator[int]:
    """The keys of customers in the scores; of nobody who was erased."""
    for one in customer_ids:
        key = snapshot.find(one)
        if key >= 0 and snapshot.customer_ids[key] not in snapshot.withheld.erased:
            yield key


def _first(keys: Iterator[int], most: int) -> list[int]:
    """The first few, each once."""
    found: dict[int, None] = {}
    for key in keys:
        found[key] = None
        if len(found) == most:
            break
    return list(found)
