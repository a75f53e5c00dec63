"""By which further ids the customers of a store are known, found without reading the whole list."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.store.pack import TextColumn, incomplete_refused
from features.vocabulary.arrays import Ints

FOLDER = "other_ids"


@dataclass(frozen=True)
class OtherIds:
    """Ids that are another's, sorted, each with the place of its person among the sorted persons.

    >>> other = OtherIds.of({"till-7": "anna", "web-3": "anna"})
    >>> other.person("till-7"), other.person("bert"), other.all_of(["web-3"])
    ('anna', 'bert', ['anna', 'till-7', 'web-3'])
    """

    ids: TextColumn
    persons: TextColumn
    places: Ints

    @classmethod
    def of(cls, people: Mapping[str, str]) -> OtherIds:
        """Pack whose each id is."""
        ids, persons = sorted(people), sorted(set(people.values()))
        place = {person: at for at, person in enumerate(persons)}
        places = np.array([place[people[one]] for one in ids], np.int64)
        return cls(TextColumn.of(ids), TextColumn.of(persons), places)

    def person(self, customer_id: str) -> str:
        """The id a customer is kept by; the given one where it is nobody else's."""
        at = self.ids.find(customer_id) if len(self.ids) else -1
        return customer_id if at < 0 else self.persons[int(self.places[at])]

    def beside(self, person: str) -> list[str]:
        """The further ids of a person, sorted."""
        place = self.persons.find(person) if len(self.persons) else -1
        if place < 0:
            return []
        begin, end = np.searchsorted(self.places, [place, place + 1], sorter=self._by_person)
        return [self.ids[int(at)] for at in self._by_person[begin:end]]

    def all_of(self, customer_ids: Iterable[str]) -> list[str]:
        """Some customers by all of their ids, the given ones among them, each once."""
        found: dict[str, None] = {}
        for one in customer_ids:
            person = self.person(one)
            found |= dict.fromkeys((person, *self.beside(person)))
        return list(found)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The columns as they are written."""
        return {
            "ids.offsets": self.ids.offsets,
            "ids.content": self.ids.content,
            "persons.offsets": self.persons.offsets,
            "persons.content": self.persons.content,
            "places": self.places,
        }

    @cached_property
    def name(self) -> str:
        """The SHA-256 of who is whose; empty where nobody is anybody else's."""
        digest = hashlib.sha256()
        for values in self.arrays().values():
            digest.update(np.ascontiguousarray(values).data)
        return digest.hexdigest() if len(self.ids) else ""

    @cached_property
    def _by_person(self) -> Ints:
        order: Ints = np.argsort(self.places, kind="stable")
        return order


NO_OTHER_IDS = OtherIds.of({})


def write_other_ids(other: OtherIds, folder: Path) -> None:
    """Write them into a folder of their own; nothing where there are none."""
    if not len(other.ids):
        return
    folder.mkdir(parents=True)
    for name, values in other.arrays().items():
        np.save(folder / f"{name}.npy", values)


def open_other_ids(folder: Path) -> OtherIds:
    """Those of a folder, none where it is not there; ``WorkspaceRefused`` where it is damaged."""
    if not folder.is_dir():
        return NO_OTHER_IDS
    with incomplete_refused("complete ids of the customers in the workspace"):
        found = {
            name: np.load(folder / f"{name}.npy", allow_pickle=False)
            for name in NO_OTHER_IDS.arrays()
        }
    ids, persons = (
        TextColumn(found[f"{name}.offsets"], found[f"{name}.content"])
        for name in ("ids", "persons")
    )
    other = OtherIds(ids, persons, found["places"])
    # Sorted now, so that no call has to wait for it.
    other.beside(other.persons[0])
    return other
