"""Who moved from which segment to which, in customers, rates and money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Ints
from features.vocabulary.cells import csv_text
from features.vocabulary.time import Cutoff
from training.ladder.tables import markdown

NOT_YET = "Not a customer yet"


@dataclass(frozen=True)
class Migration:
    """A matrix between two cutoffs: a row where customers were, a column where they are.

    ``spend_before_cents`` and ``spend_after_cents`` are what the customers of each cell spent in the
    365 days before the first and before the second cutoff; None where no purchase says what was paid.
    """

    first: Cutoff
    second: Cutoff
    names: tuple[str, ...]
    customers: Ints
    spend_before_cents: Ints | None
    spend_after_cents: Ints | None

    @classmethod
    def count(
        cls,
        cutoffs: tuple[Cutoff, Cutoff],
        names: Sequence[str],
        places: tuple[Ints, Ints],
        spend_cents: tuple[Ints, Ints] | None,
    ) -> Migration:
        """Count the customers of each cell; places are positions among ``names``, one a customer."""
        counted = (np.ones(len(places[0]), np.int64), *(spend_cents or ()))
        cells = np.zeros((len(counted), len(names), len(names)), np.int64)
        for table, amounts in zip(cells, counted, strict=True):
            np.add.at(table, places, amounts)
        customers, *money = cells
        before, after = money or (None, None)
        return cls(*cutoffs, tuple(names), customers, before, after)

    @property
    def rates(self) -> NDArray[np.float64]:
        """Of the customers of each row, the share that went to each column; 0 for an empty row."""
        rows = np.maximum(self.customers.sum(axis=1, keepdims=True), 1)
        rates: NDArray[np.float64] = self.customers / rows
        return rates

    def as_dict(self) -> dict[str, Any]:
        """The matrix as plain fields."""
        return {
            "first": str(self.first),
            "second": str(self.second),
            "names": list(self.names),
            "customers": self.customers.tolist(),
            "rates": self.rates.round(6).tolist(),
            **{name: table.tolist() for name, table in self._spend.items()},
        }

    @property
    def _spend(self) -> dict[str, Ints]:
        """The tables of money by their names; none where nobody knows any."""
        tables = {
            "spend_before_cents": self.spend_before_cents,
            "spend_after_cents": self.spend_after_cents,
        }
        return {name: table for name, table in tables.items() if table is not None}

    def markdown(self) -> str:
        """Customers with rates and, where it is known, the change of their yearly spend."""
        rates = self.rates
        moved = [
            [
                f"{self.customers[row, column]:,} ({100 * rates[row, column]:.0f} %)"
                for column in range(len(self.names))
            ]
            for row in range(len(self.names))
        ]
        told = (
            f"From {self.first} (rows) to {self.second} (columns): customers, and of the row\n\n"
            f"{self._table(moved)}"
        )
        if self.spend_before_cents is None or self.spend_after_cents is None:
            return told
        change = self.spend_after_cents - self.spend_before_cents
        money = [[f"{cell / 100:+,.0f}" for cell in row] for row in change]
        return f"{told}\nChange of their spend of 365 days\n\n{self._table(money)}"

    def csv(self) -> str:
        """One line a cell that has customers."""
        names = ("from", "to", "customers", "rate", *self._spend)
        lines = [
            (
                *(self.names[row], self.names[column], self.customers[row, column]),
                f"{self.rates[row, column]:.6f}",
                *(table[row, column] for table in self._spend.values()),
            )
            for row, column in np.argwhere(self.customers > 0)
        ]
        return csv_text([names, *lines], line_end="\n")

    def _table(self, cells: Sequence[Sequence[str]]) -> str:
        rows = [[name, *row] for name, row in zip(self.names, cells, strict=True)]
        return markdown(["", *self.names], rows)
