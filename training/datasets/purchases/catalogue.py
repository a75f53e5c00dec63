"""The items there are: their numbers, names and categories, by place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from features.store.pack import TextColumn
from features.store.store import Store
from training.datasets.purchases.bought import Items
from training.datasets.purchases.merchandise import NotRecommended

_NO_CATEGORY = -1


@dataclass(frozen=True)
class Catalogue:
    """Items by place, in the order of their numbers' UTF-8 bytes.

    ``names`` is empty where an item has none; ``category`` is a place in ``categories``, -1 without one.
    """

    ids: TextColumn
    names: TextColumn
    categories: tuple[str, ...]
    category: Items

    def __len__(self) -> int:
        return len(self.ids)

    @classmethod
    def of(
        cls,
        ids: Sequence[str],
        names: Mapping[str, str] | None = None,
        categories: Mapping[str, str] | None = None,
    ) -> Self:
        """A catalogue of these items, in whatever order they come."""
        ordered = sorted(set(ids), key=lambda one: one.encode("utf-8"))
        told, groups = names or {}, categories or {}
        titles = tuple(sorted({groups[one] for one in ordered if groups.get(one)}))
        place = {title: at for at, title in enumerate(titles)}
        category = [place.get(groups.get(one, ""), _NO_CATEGORY) for one in ordered]
        return cls(
            TextColumn.of(ordered),
            TextColumn.of([told.get(one, "") for one in ordered]),
            titles,
            np.array(category, np.int32),
        )

    @classmethod
    def of_store(cls, store: Store, not_recommended: NotRecommended | None = None) -> Self:
        """Everything that was ever bought, and everything in the table of items, as far as it is merchandise."""
        kept_out = not_recommended or NotRecommended.of_store(store)
        bought = [
            one
            for one in store.pack().streams["purchases"].dictionaries["item"]
            if one not in kept_out
        ]
        path = store.table("items")
        if not path.is_file():
            return cls.of(bought)
        import pyarrow.parquet as pq

        known = {"item_id", "name", "category"} & set(pq.read_schema(path).names)
        table = pq.read_table(path, columns=sorted(known)).to_pydict()
        ids = [str(one) for one in table["item_id"]]

        def text_by_id(column: str) -> dict[str, str]:
            values = table.get(column, [])
            return {one: str(said) for one, said in zip(ids, values, strict=False) if said}

        described = [one for one in ids if one not in kept_out]
        return cls.of([*bought, *described], text_by_id("name"), text_by_id("category"))

    def find(self, item_id: str) -> int:
        """The place of an item, -1 of one that is not here."""
        return self.ids.find(item_id)

    def places(self, item_ids: Sequence[str]) -> Items:
        """The places of many items, -1 of those that are not here."""
        known = {one: place for place, one in enumerate(self.ids)}
        return np.array([known.get(one, -1) for one in item_ids], np.int32)

    def name(self, place: int) -> str:
        """What an item is called: its name, or its number where it has none."""
        return self.names[place] or self.ids[place]

    def in_category(self, title: str) -> NDArray[np.bool_]:
        """Whether each item is in a category; nobody is in one that does not exist."""
        if title not in self.categories:
            return np.zeros(len(self), np.bool_)
        return np.asarray(self.category == self.categories.index(title))

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """The catalogue as plain arrays by name."""
        titles = TextColumn.of(self.categories)
        return {
            "ids_offsets": self.ids.offsets,
            "ids": self.ids.content,
            "names_offsets": self.names.offsets,
            "names": self.names.content,
            "categories_offsets": titles.offsets,
            "categories": titles.content,
            "category": self.category,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The catalogue read back."""
        titles = TextColumn(arrays["categories_offsets"], arrays["categories"])
        return cls(
            TextColumn(arrays["ids_offsets"], arrays["ids"]),
            TextColumn(arrays["names_offsets"], arrays["names"]),
            tuple(titles),
            arrays["category"],
        )
