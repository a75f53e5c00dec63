"""Stage × status: how many customers stand where, and what they spent in the last year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.lifecycle.stages import Lifecycle, LifecycleStatus, Stage
from features.vocabulary.time import Cutoff
from training.ladder.tables import markdown, spreadsheet


@dataclass(frozen=True)
class Standing:
    """A table with a row a stage and a column a status, in customers and in cents of 365 days.

    ``spend_cents`` is None where no purchase says what was paid.
    """

    cutoff: Cutoff
    customers: NDArray[np.int64]
    spend_cents: NDArray[np.int64] | None

    @classmethod
    def count(
        cls, cutoff: Cutoff, lifecycle: Lifecycle, spend_cents: NDArray[np.int64] | None
    ) -> Standing:
        """Count everybody once; ``spend_cents`` has one entry a row of ``lifecycle``."""
        cells = np.zeros((2, len(Stage), len(LifecycleStatus)), np.int64)
        place = (lifecycle.stage.astype(np.intp), lifecycle.status.astype(np.intp))
        np.add.at(cells[0], place, 1)
        if spend_cents is None:
            return cls(cutoff, cells[0], None)
        np.add.at(cells[1], place, spend_cents)
        return cls(cutoff, cells[0], cells[1])

    def rows(self) -> list[dict[str, Any]]:
        """One entry a cell that has customers, as plain fields; without a spend that nobody knows."""
        return [
            {
                "stage": Stage(stage).word,
                "status": LifecycleStatus(status).word,
                "customers": int(self.customers[stage, status]),
            }
            | (
                {}
                if self.spend_cents is None
                else {"spend_cents": int(self.spend_cents[stage, status])}
            )
            for stage, status in np.argwhere(self.customers > 0)
        ]

    def csv(self) -> str:
        """The cells that have customers, as a table for a spreadsheet."""
        return spreadsheet(self.rows())

    def markdown(self) -> str:
        """The stages that have customers, with customers and, where it is known, money in every status."""
        head = ["", *(one.title for one in LifecycleStatus), "all"]
        lines = []
        for stage in reversed(Stage):
            counts = self.customers[stage]
            if not counts.any():
                continue
            cells = [f"{one:,}" if one else "–" for one in (*counts, counts.sum())]
            if self.spend_cents is not None:
                money = self.spend_cents[stage]
                told = zip(cells, (*money, money.sum()), strict=True)
                cells = [
                    one if one == "–" else f"{one} ({cents / 100:,.0f})" for one, cents in told
                ]
            lines.append([stage.title, *cells])
        return markdown(head, lines)
