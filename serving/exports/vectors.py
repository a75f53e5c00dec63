"""Behaviour vectors in a file for other programs, without whoever is not to be profiled.

A vector is a profile: whoever objected, said no to being scored or was erased stands in no such file. Labelled rows, of which
a model learns, are another thing (``regulars dataset``).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import closing
from typing import TypeVar

from features.company.erased_names import ErasedNames
from features.company.workspace import Workspace
from features.exports.parquet import WithheldAmong
from features.store.store import open_store
from serving.ledger.administration import made_without_withheld
from serving.ledger.privacy import Withheld
from serving.snapshot.consent import refused_profiling

Written = TypeVar("Written")


def written_without_withheld(
    workspace: Workspace, write: Callable[[WithheldAmong, Callable[[], None]], Written]
) -> Written:
    """Write vectors without whoever may not be profiled, and once more where somebody demands it meanwhile.

    ``write`` is given who of some customers is to be left out, and what it has to call just before the file is put in
    place. Raises ``WorkspaceRefused`` without ingested data, and where demands do not cease.
    """
    store = open_store(workspace)
    pack = store.pack()
    said_no = [pack.customer_ids[int(key)] for key in refused_profiling(store, pack)]
    # A table of a catalog may know them by another of their numbers.
    declined = frozenset((*said_no, *store.other_ids().all_of(said_no)))

    def make(withheld: Withheld, check: Callable[[], None]) -> Written:
        hidden = declined | withheld.objected | withheld.erased
        with closing(ErasedNames(workspace.erased)) as erased:

            def among(customer_ids: Collection[str]) -> Collection[str]:
                return hidden.intersection(customer_ids) | erased.among(customer_ids)

            return write(among, check)

    return made_without_withheld(workspace, make)
