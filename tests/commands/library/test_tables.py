"""A table with its dictionary: what survives a notebook and a file, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from features.vocabulary.errors import UsageRefused
from regulars.library.tables import DescribedTable, as_arrow, as_frame, describe

ENTRIES = {
    "customer_id": {"meaning": "the customer's number", "unit": "text"},
    "silence": {"meaning": "how long the customer is silent", "unit": "days", "group": "rhythm"},
}
DESCRIBED = DescribedTable.of(
    pa.table({"customer_id": ["anna", "bert"], "silence": [3.5, 9.0]}), ENTRIES, ("customer_id",)
)


def test_a_frame_is_indexed_and_says_of_each_column_what_it_means() -> None:
    frame = as_frame(DESCRIBED)
    assert frame.index.tolist() == ["anna", "bert"] and list(frame) == ["silence"]
    about = describe(frame)
    assert about.index.tolist() == ["customer_id", "silence"]
    assert about.loc["silence"].to_dict() == {
        **dict.fromkeys(("actionable", "missing", "said"), ""),
        **ENTRIES["silence"],
    }
    assert about.equals(describe(as_arrow(DESCRIBED)))


def test_the_dictionary_outlives_selections_copies_and_a_file(tmp_path: Path) -> None:
    frame = as_frame(DESCRIBED)
    frame.to_parquet(tmp_path / "table.parquet")
    for one in (
        frame[["silence"]].copy(),
        frame.query("silence > 4"),
        frame.reset_index(),
        frame.drop(index="anna").assign(twice=2),
        pd.read_parquet(tmp_path / "table.parquet"),
    ):
        assert describe(one).meaning["silence"] == "how long the customer is silent"
    assert describe(frame.assign(twice=2)).meaning["twice"] == ""


def test_a_table_without_a_dictionary_is_refused() -> None:
    for table in (pd.DataFrame({"silence": [1.0]}), pa.table({"silence": [1.0]}), 5):
        with pytest.raises(UsageRefused, match="found one without"):
            describe(table)
