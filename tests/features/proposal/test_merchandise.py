"""Which items of a file of items are merchandise, told by their names and by what the purchases call them."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.company.settings.reading import load_settings
from features.proposal import Proposal, propose
from tests.features.proposal.lines import NAMES, Line, shop
from tests.features.tables import Row, write_table


def with_items(folder: Path, items: list[Row], lines: list[Line]) -> Proposal:
    """What is proposed for a file of purchases that names no items, and one of items."""
    rows = [tuple(line[name] for name in NAMES) for line in lines]
    write_table(folder / "sales.parquet", rows, NAMES)
    write_table(folder / "items.parquet", items, ("item_id", "name"))
    return propose(folder / "sales.parquet", others={"items": folder / "items.parquet"})


def articles() -> list[Row]:
    codes = sorted({str(line["item_id"]) for line in shop()})
    return [(code, f"Article {code}") for code in codes]


def posted(code: str) -> list[Line]:
    return [*shop(), *({**line, "item_id": code} for line in shop()[:4])]


def merchandise(found: Proposal) -> dict[str, str]:
    items = next(table for table in found.tables if table.name == "items")
    return {one.column: one.reason for one in items.columns if one.column == "is_merchandise"}


@pytest.mark.parametrize(
    ("row", "lines", "named", "without"),
    [
        # Told by its name, though the purchases say nothing of it.
        (("A9000", "Versandkosten"), posted("A9000"), "A9000 Versandkosten", ()),
        # Told by its code in the purchases, though its name says nothing.
        (("POST", "x"), posted("post"), "POST", ()),
        # A test is among the items too, and would be taken for a new article.
        (("A1", "Test product"), shop(), "A1 Test product", ()),
        # Bought, and not among the items: no line about them can reach it.
        (None, posted("post"), "", ("POST",)),
        (None, shop(), "", ()),
    ],
)
def test_services_are_told_from_both_files(
    tmp_path: Path, row: Row | None, lines: list[Line], named: str, without: tuple[str, ...]
) -> None:
    found = with_items(tmp_path, [*articles(), *([row] if row else [])], lines)
    reasons = merchandise(found)
    assert found.without == without
    assert bool(reasons) == bool(named)
    assert not named or reasons["is_merchandise"].endswith(f"article of yours. {named}")
    (tmp_path / "regulars.toml").write_text(found.toml(tmp_path), encoding="utf-8")
    assert load_settings(tmp_path / "regulars.toml").recommendations.without == without


def test_a_column_that_says_which_are_merchandise_is_taken_as_it_is(tmp_path: Path) -> None:
    rows = [tuple(line[name] for name in NAMES) for line in posted("POST")]
    write_table(tmp_path / "sales.parquet", rows, NAMES)
    items = [(*row, "yes") for row in articles()] + [("POST", "Postage", "no")]
    write_table(tmp_path / "items.parquet", items, ("item_id", "name", "is_merchandise"))
    found = propose(tmp_path / "sales.parquet", others={"items": tmp_path / "items.parquet"})
    items_table = found.tables[-1]
    told = {one.column: one.expression for one in items_table.columns}
    assert told["is_merchandise"] == "is_merchandise"
