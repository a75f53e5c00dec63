"""Numbers in texts of a source that tells its own types: 1.500 is asked about, 12.50 is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.checks.checking import check
from features.proposal import propose
from tests.features.tables import COLUMNS, SEVEN, purchases, settings_for, write_table


def amounts(*texts: str) -> list[tuple[object, ...]]:
    return [(*row[:5], texts[at % len(texts)]) for at, row in enumerate(SEVEN)]


@pytest.mark.parametrize(
    ("texts", "refuses"),
    [
        (("1.500",), True),
        (("-2.750", "3.00"), True),
        (("1.5", "12.50"), False),
        (("0.500", "1500.000"), False),
        (("1500",), False),
    ],
)
def test_a_point_before_three_digits_is_asked_about(
    tmp_path: Path, texts: tuple[str, ...], refuses: bool
) -> None:
    report = check(purchases(tmp_path, amounts(*texts)))
    asked = [one for one in report.breaches if one.rule == "two_readings.amount"]
    assert (report.refused, bool(asked)) == (refuses, refuses)


@pytest.mark.parametrize(
    ("expression", "cents"),
    [
        ('CAST("amount" AS DECIMAL(18, 3))', 1050),
        ("CAST(replace(\"amount\", '.', '') AS DECIMAL(18, 2))", 1_050_000),
    ],
)
def test_either_reading_can_be_written(tmp_path: Path, expression: str, cents: int) -> None:
    write_table(tmp_path / "purchases.parquet", amounts("1.500"))
    report = check(settings_for(tmp_path, columns={**COLUMNS, "amount": expression}))
    assert not report.refused
    bought = report.summaries[0].purchases
    assert bought is not None
    assert bought.cents == cents


def test_a_draft_makes_no_number_of_what_can_be_read_in_two_ways(tmp_path: Path) -> None:
    write_table(tmp_path / "purchases.parquet", amounts("1.500", "2.750"))
    assert "tables.purchases.columns.amount" in propose(tmp_path / "purchases.parquet").open
