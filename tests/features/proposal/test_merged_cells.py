"""Order, customer and date on the first line of an order alone: filled from above where nothing speaks against it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import openpyxl
import pytest

from features.checks.checking import check
from features.company.settings.reading import load_settings
from features.proposal import Proposal, propose

NAMES = ("customer_id", "order_id", "order_date", "item_id", "quantity", "amount")
Rows = list[list[str]]


def orders() -> Rows:
    """Thirty orders of one to three lines, 2.50 a piece: 60 lines, 100 pieces."""
    rows = []
    for order in range(30):
        day = datetime(2026, 1, 13, 9) + timedelta(days=order)
        for line in range(1 + order % 3):
            head = [f"c{order % 7}", f"{1000 + order}", f"{day:%Y-%m-%d %H:%M}"]
            pieces = 1 + line
            shown = head if not line else ["", "", ""]
            rows.append([*shown, f"A{(order + line) % 5}", f"{pieces}", f"{pieces * 2.5:.2f}"])
    return rows


def proposed(folder: Path, rows: Rows) -> Proposal:
    lines = [",".join(NAMES), *(",".join(row) for row in rows)]
    (folder / "sales.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return propose(folder / "sales.csv")


def fill(proposal: Proposal) -> Mapping[str, str]:
    return proposal.tables[0].fill


def test_what_was_merged_is_filled_from_above(tmp_path: Path) -> None:
    proposal = proposed(tmp_path, orders())
    assert dict(fill(proposal)) == dict.fromkeys(NAMES[:3], "the row above")
    (tmp_path / "regulars.toml").write_text(proposal.toml(tmp_path), encoding="utf-8")
    (summary,) = check(load_settings(tmp_path / "regulars.toml")).summaries
    assert summary.purchases is not None
    assert (summary.purchases.orders, summary.purchases.rows) == (30, 60)
    assert summary.purchases.cents == 250 * 100


def test_it_is_so_in_a_sheet_whose_cells_are_merged_no_more(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(NAMES)
    for row in orders():
        sheet.append([one or None for one in row[:4]] + [float(one) for one in row[4:]])
    book.save(tmp_path / "sales.xlsx")
    assert dict(fill(propose(tmp_path / "sales.xlsx"))) == dict.fromkeys(NAMES[:3], "the row above")


def _guest(rows: Rows) -> None:
    """An order of nobody in particular."""
    rows[0][0] = ""


def _headless(rows: Rows) -> None:
    """A file cut out of a longer one."""
    rows[0][:3] = ["", "", ""]


def _total(rows: Rows) -> None:
    """A sum below the table."""
    rows.append(["", "", "", "", "100", "250.00"])


def _dated(rows: Rows) -> None:
    """Sales at the counter, which have a date and neither number nor customer."""
    for at, row in enumerate(rows):
        row[2] = f"2026-01-{at % 28 + 1:02d} 09:00"


def _numbered_twice(rows: Rows) -> None:
    """An order that goes on further below."""
    rows[-1][:3] = rows[0][:3]


@pytest.mark.parametrize("spoilt", [_guest, _headless, _total, _dated, _numbered_twice])
def test_where_anything_speaks_against_it_nothing_is_filled_and_nothing_is_accepted(
    tmp_path: Path, spoilt: Callable[[Rows], None]
) -> None:
    rows = orders()
    spoilt(rows)
    proposal = proposed(tmp_path, rows)
    assert "the row above" not in fill(proposal).values()
    if proposal.open:
        return
    (tmp_path / "regulars.toml").write_text(proposal.toml(tmp_path), encoding="utf-8")
    report = check(load_settings(tmp_path / "regulars.toml"))
    assert report.refused
