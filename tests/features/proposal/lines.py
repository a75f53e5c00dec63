"""A small shop's lines, to which a test adds the one column it asks about."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from features.checks.breaches import CheckReport
from features.checks.checking import check
from features.company.settings.reading import load_settings
from features.proposal import Proposal, ProposedTable, propose
from tests.features.tables import write_table

NAMES = ("customer_id", "order_id", "order_date", "item_id", "quantity", "amount")
Line = dict[str, Any]
Extra = Mapping[str, Callable[[Line], Any]]


def shop(orders: int = 40) -> list[Line]:
    """Orders of one to three lines in turn, by eight customers, one a day."""
    return [
        {
            "customer_id": f"c{order % 8}",
            "order_id": f"o{1000 + order}",
            "order_date": datetime(2026, 1, 1, 9, 30) + timedelta(days=order),
            "item_id": f"A{10 + (order + line) % 9}",
            "quantity": 1 + (order + line) % 3,
            "amount": (1 + (order + line) % 3) * (2.0 + (order + line) % 9),
            "order": order,
            "line": line,
        }
        for order in range(orders)
        for line in range(1 + order % 3)
    ]


def proposed(
    folder: Path,
    extra: Extra | None = None,
    *,
    names: Sequence[str] = NAMES,
    lines: Sequence[Line] | None = None,
) -> Proposal:
    """What is proposed for the shop's lines with further columns; a further one of a known name replaces it."""
    extra = extra or {}
    kept = [name for name in names if name not in extra]
    rows = [
        (*(line[name] for name in kept), *(value(line) for value in extra.values()))
        for line in (shop() if lines is None else lines)
    ]
    write_table(folder / "sales.parquet", rows, (*kept, *extra))
    return propose(folder / "sales.parquet")


def purchases(proposal: Proposal) -> ProposedTable:
    """The proposed table of purchases."""
    return next(table for table in proposal.tables if table.name == "purchases")


def mapped(proposal: Proposal) -> dict[str, str]:
    """The proposed expressions of the purchases by column."""
    return {one.column: one.expression for one in purchases(proposal).columns}


def checked(proposal: Proposal, folder: Path) -> CheckReport:
    """What a check of the proposal as it stands says."""
    (folder / "regulars.toml").write_text(proposal.toml(folder), encoding="utf-8")
    return check(load_settings(folder / "regulars.toml"))
