"""The worked example says what the check really finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.checks.checking import check
from features.company.settings.reading import load_settings
from features.proposal import propose

PAGE = Path(__file__).resolve().parents[2] / "docs" / "online-retail.md"


@pytest.mark.data
def test_every_count_of_the_check_stands_on_the_page(public_data: Path, tmp_path: Path) -> None:
    file = public_data / "online_retail_2009_2010" / "purchases.parquet"
    settings = tmp_path / "regulars.toml"
    settings.write_text(propose(file).toml(tmp_path), encoding="utf-8")
    report = check(load_settings(settings))
    page = PAGE.read_text(encoding="utf-8")
    rows = [one.rows for one in report.breaches]
    kept = [one.rows_kept for one in report.tables]
    assert {107_927, 10_206, 6_865, 3_690} <= set(rows)
    assert [number for number in (*rows, *kept) if f"{number:,}" not in page] == []
