"""A column of texts that are numbers but for a few blanks is a column of numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from features.checks.checking import check
from features.company.settings.reading import Settings, settings_from
from features.company.workspace import Workspace
from features.store.ingestion import ingest
from features.vocabulary.arrays import MISSING_NUMBER
from tests.features.tables import COLUMNS, SEVEN, write_table


def customers(folder: Path, charges: list[str | None], **more: Any) -> Settings:
    """Anna, Bert and Carl bought; of each customer the charges are told by a text."""
    names = ["anna", "bert", "carl", *(f"c{at}" for at in range(3, len(charges)))]
    rows = list(zip(names, charges, strict=False))
    write_table(folder / "purchases.parquet", SEVEN)
    write_table(folder / "customers.parquet", rows, ("id", "charges"))
    told = {"source": "customers.parquet", "columns": {"customer_id": "id", "total": "charges"}}
    tables = {
        "purchases": {"source": "purchases.parquet", "columns": dict(COLUMNS)},
        "customers": {**told, **more},
    }
    return settings_from({"tables": tables}, folder=folder)


@pytest.mark.parametrize(
    ("charges", "is_number"),
    [
        *[(["29.85", " ", "1889.5"], True), (["29.85", None, "-1"], True), (["7", "", "0"], True)],
        *[(["29.85", "\u00a0", "0.5"], True), (["1", "2", "few"], False), (["1", "2", "-"], False)],
        # What begins with a zero is a name, such as a postcode; 0.5 and 0 are numbers.
        *[(["01067", "80331", "10115"], False), (["1", "2", "007"], False)],
        *[([" ", None, ""], False), (["1,5", "2,5", "3"], False)],
    ],
)
def test_texts_are_numbers_where_all_that_are_filled_are(
    tmp_path: Path, charges: list[str | None], is_number: bool
) -> None:
    settings = customers(tmp_path, charges)
    report = check(settings)
    assert not report.refused
    assert not [one for one in report.breaches if one.rule.startswith("unreadable.")]
    columns = ingest(settings, Workspace(tmp_path / "ws")).store.pack().attributes.columns
    assert list(columns) == (["total_milli"] if is_number else ["total"])


def test_a_blank_among_numbers_is_unknown_and_no_zero(tmp_path: Path) -> None:
    settings = customers(tmp_path, ["29.85", " ", "1889.5"])
    pack = ingest(settings, Workspace(tmp_path / "ws")).store.pack()
    values = pack.attributes.columns["total_milli"].tolist()
    by_name = {pack.customer_ids[key]: value for key, value in enumerate(values)}
    assert by_name == {"anna": 29_850, "bert": MISSING_NUMBER, "carl": 1_889_500}


def test_rows_that_are_not_read_decide_nothing(tmp_path: Path) -> None:
    settings = customers(tmp_path, ["1", "2", "unknown"], where="charges <> 'unknown'")
    columns = ingest(settings, Workspace(tmp_path / "ws")).store.pack().attributes.columns
    assert list(columns) == ["total_milli"]


def test_a_declared_column_stays_what_it_is(tmp_path: Path) -> None:
    settings = customers(
        tmp_path, ["1", "2", "3"], columns={"customer_id": "id", "region": "charges"}
    )
    columns = ingest(settings, Workspace(tmp_path / "ws")).store.pack().attributes.columns
    assert list(columns) == ["region"]
