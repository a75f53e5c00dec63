"""Everybody offers may be decided about at once: who they are, and what was decided for them since the store was made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from features.company.workspace import Workspace
from features.vocabulary.progress import Progress, silent
from serving.ledger.administration import withheld_in
from serving.ledger.hold_out import STANDING
from serving.ledger.ledger import ledger_of
from serving.offers.expected import Expected
from serving.offers.offering import Offering, PlacedDecisions, decisions_by_place

_AT_ONCE = 2_000


@dataclass(frozen=True)
class Block:
    """Some of an audience: where they stand in it, and all that is needed to decide about them."""

    rows: slice
    keys: NDArray[np.int32]
    expected: Expected
    decisions: PlacedDecisions


@dataclass(frozen=True)
class Audience:
    """Customers by key, and what was shown to anybody after what the store tells of.

    Of ``newer_customers`` of them events were told since the store was made, which do not count here.
    """

    keys: NDArray[np.int32]
    shown: tuple[tuple[str, str, int], ...] = ()
    newer_customers: int = 0

    @classmethod
    def of(cls, found: Offering, workspace: Workspace, *, at: int) -> Self:
        """Everybody who may be decided about and is not held out."""
        percent = found.policy.hold_out_percent
        keys = decidable(found, workspace)
        with ledger_of(workspace) as ledger:
            names = [found.customer_ids[int(key)] for key in keys]
            held = np.array([ledger.hold_out.holds(one, STANDING, percent) for one in names], bool)
            since = ledger.events.customers_since(found.as_of.seconds)
            # What no table of the company has is read by no model.
            newer = {found.key(one) for one, table in since if table in found.pack.streams}
            shown = tuple(ledger.offers.shown(found.counted_from(at)))
            return cls(keys[~held], shown, len(newer.intersection(keys[~held].tolist())))

    def blocks(
        self, found: Offering, step: str, progress: Progress = silent, *, at_once: int = _AT_ONCE
    ) -> Iterator[Block]:
        """The audience some at a time, with what the model says of them."""
        for begin in range(0, len(self.keys), at_once):
            progress(step, begin, len(self.keys))
            keys = self.keys[begin : begin + at_once]
            rows = slice(begin, begin + len(keys))
            yield Block(rows, keys, found.expect(keys), decisions_by_place(found, keys, self.shown))
        progress(step, len(self.keys), len(self.keys))


def decidable(found: Offering, workspace: Workspace) -> NDArray[np.int32]:
    """The customers of the store who may be decided about: nobody who declined, objected or was erased."""
    withheld = withheld_in(workspace)
    left_out = {found.key(one) for one in withheld.objected | withheld.erased}
    return np.array(
        [
            key
            for key in range(len(found.customer_ids))
            if key not in left_out and not found.declined(key)
        ],
        np.int32,
    )
