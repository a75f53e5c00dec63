"""The figures of a check: what became of every file's records, and what the kept rows come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class FileAccount:
    """The records of one file: ``in_file`` is the sum of all that became of them.

    ``refused`` are records that could not be read as rows of the table at all.

    >>> FileAccount("may.csv", in_file=9, kept=5, set_aside=2, repeated=1, refused=1).as_dict()["kept"]
    5
    """

    file: str
    in_file: int
    kept: int
    set_aside: int
    repeated: int
    refused: int = 0
    not_selected: int = 0
    joined: str = ""
    """The name under which a further file is joined to the table's own; empty for these."""

    def __post_init__(self) -> None:
        accounted = (
            self.not_selected + self.set_aside + self.repeated + self.kept + self.refused
        )  # fmt: skip
        if accounted != self.in_file:
            raise RuntimeError(
                f"{self.file}: {self.in_file} records in the file, {accounted} accounted for"
            )

    def as_dict(self) -> dict[str, Any]:
        """The account as plain fields; only files that are joined say as what."""
        return {name: one for name, one in asdict(self).items() if name != "joined" or one}


def joined_records(records: Sequence[FileAccount]) -> dict[str, int]:
    """What became of the records of all files together.

    >>> joined_records([FileAccount("a", 3, 2, 1, 0), FileAccount("b", 4, 4, 0, 0)])["kept"]
    6
    """
    names = ("in_file", "not_selected", "set_aside", "repeated", "kept", "refused")
    return {name: sum(getattr(one, name) for one in records) for name in names}


@dataclass(frozen=True)
class MonthOfPurchases:
    """One month of the calendar in the table's time zone: its lines, orders and money."""

    month: str
    rows: int
    orders: int
    cents: int


@dataclass(frozen=True)
class PurchaseSummary:
    """All kept purchases together; ``first`` and ``last`` are Unix seconds.

    ``orders_bought`` are those with a line of more than no pieces; the others are returns alone.
    ``largest_share`` is what the five customers with the most money bring of all the money, None where
    there is no money to share.
    """

    rows: int
    customers: int
    orders: int
    orders_bought: int
    cents: int
    pieces: float
    items: int
    first: int | None
    last: int | None
    by_month: tuple[MonthOfPurchases, ...]
    largest_share: float | None


@dataclass(frozen=True)
class Meeting:
    """How many keys of one table are among those of another."""

    table: str
    other: str
    column: str
    keys: int
    other_keys: int
    met: int

    def as_dict(self) -> dict[str, Any]:
        """The meeting as plain fields."""
        return asdict(self)


@dataclass(frozen=True)
class TableSummary:
    """What a table comes to: its figures, and what became of the records of every file."""

    table: str
    rows: int
    customers: int
    first: int | None
    last: int | None
    records: tuple[FileAccount, ...]
    purchases: PurchaseSummary | None = None
    meets: tuple[Meeting, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The summary as plain fields."""
        own = (
            {
                "rows": self.rows,
                "customers": self.customers,
                "first": self.first,
                "last": self.last,
            }
            if self.purchases is None
            else asdict(self.purchases)
        )
        told = {**own, "records": [one.as_dict() for one in self.records]}
        if self.meets:
            told["meets"] = [one.as_dict() for one in self.meets]
        return told
