"""By which name a customer stands in a table that somebody takes along, and who stands in none."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

from features.company.erased import short_names
from features.company.erased_names import ErasedNames
from features.company.workspace import Workspace
from features.store.pack import TextColumn
from features.store.store import open_store
from serving.ledger.privacy import Withheld
from serving.snapshot.consent import refused_profiling


@dataclass(frozen=True)
class NamesInTables:
    """Who is named, who is not, and who is not there at all.

    Whoever was erased stands in no table. Whoever objected or said no to being scored keeps the rows, so that the
    figures stay those of everybody, and stands there by a name that leads to nobody outside of this workspace; it is
    the same in every table.
    """

    workspace: Workspace
    customer_ids: TextColumn
    unnamed: frozenset[str]
    erased: frozenset[str]

    @classmethod
    def of(cls, workspace: Workspace, withheld: Withheld) -> NamesInTables:
        """The names of a workspace's customers; ``WorkspaceRefused`` without ingested data."""
        store = open_store(workspace)
        pack = store.pack()
        said_no = {pack.customer_ids[int(key)] for key in refused_profiling(store, pack)}
        return cls(workspace, pack.customer_ids, withheld.objected | said_no, withheld.erased)

    def of_everybody(self) -> list[str | None]:
        """The name of each customer of the store, by key; None for whoever was erased."""
        return self.of_ids(list(self.customer_ids))

    def of_ids(self, customer_ids: Sequence[str]) -> list[str | None]:
        """The name of each of some customers, in their order; None for whoever was erased."""
        distinct = sorted(set(customer_ids))
        with closing(ErasedNames(self.workspace.erased)) as names:
            gone = self.erased | names.among(distinct)
            hidden = [one for one in distinct if one in self.unnamed and one not in gone]
            short = short_names(map(names.name, hidden))
        said: dict[str, str | None] = {one: one for one in distinct}
        said |= {one: unnamed(int(name)) for one, name in zip(hidden, short, strict=True)}
        said |= dict.fromkeys(gone & said.keys())
        return [said[one] for one in customer_ids]


def unnamed(short_name: int) -> str:
    """What stands for a customer who is not named, by the number predictions know them by.

    >>> unnamed(255)
    'unnamed-0000000000000ff'
    """
    return f"unnamed-{short_name:015x}"
