"""Nothing is dropped in silence: the records of every file are the sum of all that became of them."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from features.checks.breaches import CheckReport
from features.checks.checking import check
from features.checks.figures import FileAccount
from features.company.settings.reading import Settings, settings_from
from tests.features.tables import COLUMNS, SEVEN, Row, settings_for, write_table

BAD = (None, "o9", "2026-01-03", "tea", 1, 4.5)


def files(folder: Path, *tables: list[Row]) -> None:
    for place, rows in enumerate(tables):
        write_table(folder / f"{place}.parquet", rows)


def many(folder: Path, duplicates: str = "drop", where: str | None = None) -> Settings:
    mapping = {"source": "*.parquet", "columns": dict(COLUMNS), "duplicates": duplicates}
    if where is not None:
        mapping["where"] = where
    plain = {"company": {"currency": "EUR"}, "tables": {"purchases": mapping}}
    return settings_from(plain, folder=folder)


def records(report: CheckReport, table: str = "purchases") -> tuple[FileAccount, ...]:
    (found,) = [one for one in report.summaries if one.table == table]
    return found.records


def test_a_row_that_repeats_one_of_an_earlier_file_is_repeated_in_its_own(tmp_path: Path) -> None:
    files(tmp_path, [*SEVEN, SEVEN[1]], [SEVEN[1], SEVEN[1], BAD], [SEVEN[1], *SEVEN[:1]])
    assert records(check(many(tmp_path))) == (
        FileAccount("0.parquet", 8, kept=7, set_aside=0, repeated=1),
        FileAccount("1.parquet", 3, kept=0, set_aside=1, repeated=2),
        FileAccount("2.parquet", 2, kept=0, set_aside=0, repeated=2),
    )


def test_repeated_rows_that_are_set_aside_or_kept_on_purpose_are_not_counted_as_repeated(
    tmp_path: Path,
) -> None:
    files(tmp_path, [*SEVEN, *SEVEN], [BAD, BAD, *SEVEN[:2]])
    assert records(check(many(tmp_path)))[1] == FileAccount("1.parquet", 4, 0, 2, 2)
    assert records(check(many(tmp_path, "keep"))) == (
        FileAccount("0.parquet", 14, 14, 0, 0),
        FileAccount("1.parquet", 4, 2, 2, 0),
    )


def test_rows_that_where_leaves_out_are_told_by_file(tmp_path: Path) -> None:
    files(tmp_path, list(SEVEN), list(SEVEN[3:5]))
    assert records(check(many(tmp_path, where="customer <> 'bert'"))) == (
        FileAccount("0.parquet", 7, 5, 0, 0, not_selected=2),
        FileAccount("1.parquet", 2, 0, 0, 0, not_selected=2),
    )


def test_rows_that_share_a_key_are_repeated_in_a_table_that_describes(tmp_path: Path) -> None:
    write_table(tmp_path / "purchases.parquet", SEVEN)
    write_table(tmp_path / "a.parquet", [("tea", "Tea"), ("cup", "Cup"), (None, "?")], ("n", "t"))
    write_table(tmp_path / "b.parquet", [("tea", "Chai"), ("pot", "Pot")], ("n", "t"))
    plain = {
        "company": {"currency": "EUR"},
        "tables": {
            "purchases": {"source": "purchases.parquet", "columns": dict(COLUMNS)},
            "items": {"source": "[ab].parquet", "columns": {"item_id": "n", "name": "t"}},
        },
    }
    assert records(check(settings_from(plain, folder=tmp_path)), "items") == (
        FileAccount("a.parquet", 3, kept=2, set_aside=1, repeated=0),
        FileAccount("b.parquet", 2, kept=1, set_aside=0, repeated=1),
    )


ROWS = st.lists(st.sampled_from([*SEVEN, BAD, (*SEVEN[0][:2], None, *SEVEN[0][3:])]), min_size=1)


@settings(max_examples=25, deadline=None)
@given(st.lists(ROWS, min_size=1, max_size=3), st.sampled_from(["drop", "keep"]))
def test_the_files_of_a_source_add_up_to_its_table_whatever_is_in_them(
    tables: list[list[Row]], duplicates: str
) -> None:
    # Where no row at all has a date, Parquet has no type for it.
    tables = [[SEVEN[0], *tables[0]], *tables[1:]]
    with tempfile.TemporaryDirectory() as folder:
        files(Path(folder), *tables)
        report = check(many(Path(folder), duplicates))
    found, told = records(report), report.of("purchases")
    assert [one.in_file for one in found] == [len(rows) for rows in tables]
    assert sum(one.kept for one in found) == told.rows_kept
    assert sum(one.set_aside for one in found) == told.rows_set_aside
    assert sum(one.repeated for one in found) == told.rows_duplicate


def test_a_single_file_is_named_as_it_is_written(tmp_path: Path) -> None:
    write_table(tmp_path / "purchases.parquet", SEVEN)
    assert records(check(settings_for(tmp_path)))[0].file == "purchases.parquet"
