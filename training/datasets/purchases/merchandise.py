"""What is bought and is nothing to recommend: postage, vouchers, and what a company itself leaves out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from features.store.store import Store
from features.vocabulary.identifiers import normal_id, small
from features.vocabulary.tables import ITEMS, UNKNOWN_ITEM

_MERCHANDISE = "is_merchandise"


@dataclass(frozen=True)
class NotRecommended:
    """The items that are on no list, teach nothing and speak for nothing; everything else is merchandise.

    ``ids`` are those that the table of items says no of, ``without`` those that the settings name, in
    small letters.
    """

    ids: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()

    @classmethod
    def of_store(cls, store: Store, without: Iterable[str] = ()) -> Self:
        """What the table of items of a store says, and ``without`` of the settings."""
        named = frozenset(normal_id(one, ignore_case=True) for one in without)
        path = store.table(ITEMS.name)
        if not path.is_file():
            return cls(without=named)
        import pyarrow.parquet as pq

        if _MERCHANDISE not in pq.read_schema(path).names:
            return cls(without=named)
        told = pq.read_table(path, columns=["item_id", _MERCHANDISE])
        items, flags = (told[name].to_pylist() for name in ("item_id", _MERCHANDISE))
        # Where nothing is said, an item is merchandise.
        others = (item for item, flag in zip(items, flags, strict=True) if flag is False)
        return cls(frozenset(others), named)

    def __contains__(self, item_id: object) -> bool:
        """Whether an item is never recommended; what a line without an article counts under never is."""
        if not isinstance(item_id, str):
            return False
        return item_id == UNKNOWN_ITEM or item_id in self.ids or small(item_id) in self.without
