"""Who is known by several ids: how many they are, and where a working database has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MERGED_IDS = "merged_ids"
"""The relation of the ids that are another's, with the id of the person: ``merged id``, ``merged person``."""
MERGED_ID = "merged id"
"""The column that keeps what a row was written with where its customer is known by another id."""
MERGED_PERSON = "merged person"
ERASED_IDS = "erased_ids"
"""The relation of all ids of persons of whom one id was erased: ``id``."""


@dataclass(frozen=True)
class Merges:
    """The ids that were merged, and into how many persons; ``waiting`` are those of a later date.

    ``last_since`` is the latest date, in seconds, that was reached. ``known_as`` names the merges without
    naming an id, empty where there are none.
    """

    ids: int = 0
    persons: int = 0
    waiting: int = 0
    last_since: int | None = None
    known_as: str = ""
    has_erased: bool = False

    @property
    def sentence(self) -> str:
        """How many were merged, as it is said to people; empty where there is no word of any.

        >>> Merges(3, 2).sentence, Merges(1, 1, waiting=1).sentence
        ('3 ids are merged into 2 persons', '1 id is merged into 1 person; 1 waits for its date')
        """
        said = []
        if self.ids:
            ids = f"{self.ids:,} ids are" if self.ids > 1 else "1 id is"
            said.append(f"{ids} merged into {self.persons:,} person{'s' * (self.persons > 1)}")
        if self.waiting:
            some = f"{self.waiting:,} wait for their dates" if self.waiting > 1 else ""
            said.append(some or "1 waits for its date")
        return "; ".join(said)

    def as_dict(self) -> dict[str, Any]:
        """The counts as plain fields; no id is among them."""
        names = ("ids", "persons", "waiting", "last_since")
        return {name: getattr(self, name) for name in names}

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Merges:
        """The counts from their plain fields."""
        return cls(**plain)


NO_MERGES = Merges()
