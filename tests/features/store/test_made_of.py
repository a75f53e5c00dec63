"""What a table's rows depend on beside its file: whatever else changes, they need not be read again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from features.checks.merges import NO_MERGES
from features.company.erased import NONE_ERASED
from features.company.settings.reading import settings_from
from features.store.made_of import MadeOf
from tests.features.tables import COLUMNS


@pytest.mark.parametrize(("table", "depends"), [("purchases", True), ("items", False)])
def test_who_is_merged_with_whom_matters_to_tables_of_customers_alone(
    tmp_path: Path, table: str, depends: bool
) -> None:
    tables = {
        "purchases": {"source": "purchases.parquet", "columns": COLUMNS},
        "items": {"source": "items.parquet", "columns": {"item_id": "item"}},
    }
    made_of = MadeOf(settings_from({"tables": tables}, folder=tmp_path), NONE_ERASED)
    before = made_of.table(table)
    assert made_of.table(table, people=NO_MERGES) == before
    some, others = (made_of.table(table, people=replace(NO_MERGES, known_as=one)) for one in "ab")
    assert (some != before) is (others != before) is (some != others) is depends
