"""Customers by any part of a number of theirs, in capitals or not: one pass over the bytes of all numbers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from features.store.pack import TextColumn
from serving.snapshot.reading import Snapshot

_BETWEEN = b"\0"
"""What no number holds stands between two of them, so that none is found across both."""
_LAST_OF_ASCII = 127


def keys_of_number(snapshot: Snapshot, text: str, most: int) -> list[int]:
    """The keys of at most so many customers known by a number like a text, the likest first.

    A whole number comes alone. Before others come those whose number begins with the text.
    """
    key = snapshot.find(text)
    if key >= 0:
        return [key]
    if "\0" in text or not text:
        return []
    own = snapshot.remembered.of("numbers", lambda: _Numbers(snapshot.customer_ids))
    others = snapshot.remembered.of("other numbers", lambda: _Numbers(snapshot.other_ids.ids))
    wanted = text.casefold().encode("utf-8", "replace")
    found: dict[int, None] = {}
    for pattern in (_BETWEEN + wanted + _BETWEEN, _BETWEEN + wanted, wanted):
        for one in _keys(snapshot, own, others, pattern):
            found[one] = None
            if len(found) == most:
                return list(found)
        # Several whole numbers that differ in capitals alone are told apart by nobody but who asks.
        if found and pattern.endswith(_BETWEEN):
            break
    return list(found)


def _keys(snapshot: Snapshot, own: _Numbers, others: _Numbers, pattern: bytes) -> Iterator[int]:
    """The customers a pattern names, by their own numbers and then by further ones; nobody who was erased."""
    erased = snapshot.withheld.erased
    for key in own.holding(pattern):
        if not erased or snapshot.customer_ids[key] not in erased:
            yield key
    for place in others.holding(pattern):
        key = snapshot.find(snapshot.other_ids.ids[place])
        if key >= 0 and snapshot.customer_ids[key] not in erased:
            yield key


class _Numbers:
    """Numbers in small letters, one behind the other."""

    def __init__(self, numbers: TextColumn) -> None:
        content = np.insert(numbers.content, numbers.offsets, 0)
        is_ascii = not len(content) or int(content.max()) <= _LAST_OF_ASCII
        written = content.tobytes()
        self._small = (
            written.lower() if is_ascii else written.decode("utf-8").casefold().encode("utf-8")
        )
        self._edges = np.flatnonzero(np.frombuffer(self._small, np.uint8) == 0)

    def holding(self, pattern: bytes) -> Iterator[int]:
        """The places of the numbers a pattern is part of, in their order."""
        at = self._small.find(pattern)
        while at >= 0:
            place = int(np.searchsorted(self._edges, at, "right")) - 1
            yield place
            at = self._small.find(pattern, int(self._edges[place + 1]))
