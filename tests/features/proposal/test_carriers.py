"""Few customers who carry the money are proposed as a segment, with the decision left to a person."""

from __future__ import annotations

import tomllib
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from features.checks.checking import check
from features.company.settings.reading import load_settings
from features.proposal import Proposal, propose
from tests.features.tables import Row, write_table

NAMES = ("customer_id", "order_id", "order_date", "item_id", "quantity", "amount")


def sales(large: list[float], small: int = 98, *, customer: str = "c{:03d}") -> list[Row]:
    """One order of each customer: some of these amounts, and others of one."""
    amounts = [*large, *[1.0] * small]
    return [
        (customer.format(at), f"o{at}", datetime(2026, 1, 1) + timedelta(hours=at), f"A{at % 9}", 1, amount)
        for at, amount in enumerate(amounts)
    ]  # fmt: skip


def proposed(folder: Path, rows: list[Row]) -> Proposal:
    write_table(folder / "sales.parquet", rows, NAMES)
    return propose(folder / "sales.parquet")


def test_wholesalers_are_a_segment_to_be_taken_or_left(tmp_path: Path) -> None:
    found = proposed(tmp_path, sales([50.0, 60.0]))
    # 60 of 208 is less than two fifths, 110 is more.
    assert found.segment[0].startswith("2 of 100 customers bring 53% of the money. ")
    text = found.toml(tmp_path)
    assert "customers" not in tomllib.loads(text)["tables"]
    begin = text.index("# [tables.customers]")
    marked = text[begin : text.index("\n\n", begin)]
    taken = text.replace(marked, marked.replace("# ", ""))
    segment = tomllib.loads(taken)["tables"]["customers"]["columns"]["segment"]
    assert segment == (
        "CASE WHEN CAST(customer_id AS VARCHAR) IN ('c001', 'c000') THEN 'wholesale' ELSE 'retail' END"
    )
    (tmp_path / "regulars.toml").write_text(taken, encoding="utf-8")
    assert not check(load_settings(tmp_path / "regulars.toml")).refused


@pytest.mark.parametrize(
    ("large", "small", "is_proposed"),
    [
        ([200.0] * 10, 90, True),
        ([200.0] * 11, 109, True),
        # Evenly spread, or so few customers that those who carry are a tenth.
        ([1.0] * 10, 90, False),
        ([200.0] * 10, 20, False),
        ([-500.0] * 10, 90, False),
    ],
)
def test_only_few_who_bring_two_fifths_are_told(
    tmp_path: Path, large: list[float], small: int, is_proposed: bool
) -> None:
    found = proposed(tmp_path, sales(large, small))
    assert bool(found.segment[1]) is is_proposed
    assert ("# segment = " in found.toml()) is is_proposed


def test_addresses_of_people_stand_in_no_settings(tmp_path: Path) -> None:
    found = proposed(tmp_path, sales([50.0, 60.0], customer="anna{}@example.com"))
    assert "@" not in found.segment[1] and "IN ('number', 'number')" in found.segment[1]


def test_where_customers_are_mapped_the_line_belongs_there(tmp_path: Path) -> None:
    rows = sales([50.0, 60.0])
    names = (*NAMES, "country")
    places = [(*row, ("France", "Spain")[at % 2]) for at, row in enumerate(rows)]
    write_table(tmp_path / "sales.parquet", places, names)
    text = propose(tmp_path / "sales.parquet").toml(tmp_path)
    assert "# Under [tables.customers.columns]:" in text and "# [tables.customers]" not in text


@pytest.mark.parametrize(("large", "small"), [(20, 1_980), (21, 2_079)])
def test_twenty_customers_are_named_and_more_are_not(
    tmp_path: Path, large: int, small: int
) -> None:
    # 20 x 66 is two fifths of 1,320 and 1,980, and 21 x 66 of 1,386 and 2,079: it takes all of them, a hundredth.
    found = proposed(tmp_path, sales([66.0] * large, small, customer="c{:04d}"))
    assert found.segment[0].startswith(f"{large} of {large + small:,} customers")
    assert found.segment[1].count("'c00") == (20 if large == 20 else 0)
