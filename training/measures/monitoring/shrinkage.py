"""Rows of the past that were there at the last look and are no more: a file that was cut, a table or a month that was lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from features.checks.journal import Journal
from features.vocabulary.months import month_name

SHRUNK = 0.1
"""Less than a tenth of the rows may go, as when customers are erased or lines corrected."""
LEAST_ROWS = 20
"""Of fewer lost rows nothing is said."""


@dataclass(frozen=True)
class Holdings:
    """How many rows a store holds: by table, and of each table by file and by month."""

    tables: Mapping[str, int] = field(default_factory=dict)
    files: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    months: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Mapping[str, int], journal: Journal) -> Self:
        """Those of a store, by its rows and its journal."""
        return cls(
            dict(rows),
            {
                table: {name: file.rows_in_source for name, file in one.files.items()}
                for table, one in journal.items()
            },
            {
                table: {month_name(month): found.rows for month, found in one.months.items()}
                for table, one in journal.items()
            },
        )

    def as_dict(self) -> dict[str, Any]:
        """The holdings as plain fields."""
        return {"tables": self.tables, "files": self.files, "months": self.months}


@dataclass(frozen=True)
class Loss:
    """Rows that are no more: of a table, of one of its files or of one of its months; ``part`` is empty for the table."""

    table: str
    part: str
    rows_before: int
    rows_now: int
    is_file: bool = False


def losses(before: Holdings, now: Holdings) -> list[Loss]:
    """What was lost since the last look; files first, and months only of tables none of whose files is told."""
    found: list[Loss] = []
    for table, rows in before.tables.items():
        files = _lost(before.files.get(table, {}), now.files.get(table, {}))
        if files:
            found += [Loss(table, name, *counts, is_file=True) for name, counts in files.items()]
            continue
        months = _lost(before.months.get(table, {}), now.months.get(table, {}))
        if months:
            found += [Loss(table, name, *counts) for name, counts in months.items()]
        elif _is_loss(rows, now.tables.get(table, 0)):
            found.append(Loss(table, "", rows, now.tables.get(table, 0)))
    return found


def _lost(before: Mapping[str, int], now: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    return {
        name: (rows, now.get(name, 0))
        for name, rows in before.items()
        if _is_loss(rows, now.get(name, 0))
    }


def _is_loss(before: int, now: int) -> bool:
    return before - now >= max(LEAST_ROWS, SHRUNK * before)
