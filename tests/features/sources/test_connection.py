"""Reading a company's files: what is understood, and how faults are worded."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as arrow
import pyarrow.parquet as parquet
import pytest

from features.company.settings.company import TableMapping
from features.sources.attachment import Source, attach
from features.sources.connection import Connection, connect, fingerprint, quoted
from features.sources.databases import shown_address
from features.vocabulary.errors import DataRefused

ROWS: dict[str, list[Any]] = {
    "Invoice": ["489434", "489435", "C489449"],
    "Customer ID": [13085, 13085, None],
    "Quantity": [12, 6, -1],
    "Price": [6.95, 2.1, 2.95],
}


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    with connect(tmp_path / "scratch", threads=1) as opened:
        yield opened


def opened(connection: Connection, folder: Path, source: str) -> Source:
    return attach(
        connection,
        "purchases",
        TableMapping(source=source),
        folder=folder,
        scratch=folder / "scratch",
    )


def rows(connection: Connection, source: Source, columns: str = "") -> list[tuple[Any, ...]]:
    columns = columns or ", ".join(map(quoted, source.columns))
    return connection.execute(f"SELECT {columns} FROM {source.relation}").fetchall()


def refused(connection: Connection, folder: Path, source: str) -> DataRefused:
    with pytest.raises(DataRefused) as caught:
        opened(connection, folder, source)
    return caught.value


def write_csv(path: Path, *lines: str, encoding: str = "utf-8") -> None:
    path.write_bytes("\n".join(lines).encode(encoding))


def test_parquet_files_matching_a_pattern_are_read_as_one(
    connection: Connection, tmp_path: Path
) -> None:
    parquet.write_table(arrow.table({"a": [1, 2]}), tmp_path / "sales-1.parquet")
    parquet.write_table(arrow.table({"a": [3], "b": ["x"]}), tmp_path / "sales-2.parquet")
    source = opened(connection, tmp_path, "sales-*.parquet")
    assert rows(connection, source) == [(1, None), (2, None), (3, "x")]


def test_brackets_in_a_files_own_name_are_no_pattern(
    connection: Connection, tmp_path: Path
) -> None:
    parquet.write_table(arrow.table({"a": [1]}), tmp_path / "sales [2026].parquet")
    assert rows(connection, opened(connection, tmp_path, "sales [2026].parquet")) == [(1,)]


def test_an_absolute_path_is_taken_as_it_is(connection: Connection, tmp_path: Path) -> None:
    parquet.write_table(arrow.table({"a": [1]}), tmp_path / "one.parquet")
    elsewhere = tmp_path / "elsewhere"
    source = opened(connection, elsewhere, str(tmp_path / "o*.parquet"))
    assert rows(connection, source) == [(1,)]


def test_a_letter_in_the_last_order_number_of_a_csv_makes_all_of_them_texts(
    connection: Connection, tmp_path: Path
) -> None:
    numbers = [f"{number};1" for number in range(30_000)]
    write_csv(tmp_path / "sales.csv", "Invoice;Quantity", *numbers, "C1;-1")
    source = opened(connection, tmp_path, "sales.csv")
    assert dict(source.columns) == {"Invoice": "VARCHAR", "Quantity": "BIGINT"}


def test_tab_separated_texts_are_read(connection: Connection, tmp_path: Path) -> None:
    write_csv(tmp_path / "sales.tsv", "Kunde\tDatum", "Ä1\t2026-01-02")
    source = opened(connection, tmp_path, "sales.tsv")
    assert rows(connection, source, '"Kunde", CAST("Datum" AS VARCHAR)') == [
        ("Ä1", "2026-01-02 00:00:00")
    ]


def test_a_file_in_another_encoding_is_read_and_one_in_two_is_refused_with_its_line(
    connection: Connection, tmp_path: Path
) -> None:
    write_csv(tmp_path / "s.csv", "Kunde,Ort", "1,Bonn", "2,Köln", encoding="latin-1")
    source = opened(connection, tmp_path, "s.csv")
    assert rows(connection, source, "Kunde, Ort") == [(1, "Bonn"), (2, "Köln")]
    old = (tmp_path / "s.csv").read_bytes()
    (tmp_path / "s.csv").write_bytes("Kunde,Ort\n3,Zürich\n".encode() + old)
    fault = refused(connection, tmp_path, "s.csv")
    assert "in line 5 of s.csv" in fault.found
    assert "UTF-8" in fault.remedy


def write_excel(path: Path, sheets: Mapping[str, Sequence[Sequence[Any]]]) -> None:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, lines in sheets.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(list(line))
    book.save(path)


def test_an_excel_sheet_keeps_numbers_dates_and_mixed_texts(
    connection: Connection, tmp_path: Path
) -> None:
    lines: list[list[Any]] = [
        ["Invoice", "When", "Price", "Customer"],
        [489434, datetime(2009, 12, 1, 7, 45), 6.95, 13085],
        ["C489449", datetime(2009, 12, 1, 9, 0), 2, None],
    ]
    write_excel(tmp_path / "sales.xlsx", {"empty": [], "Sales": lines})
    source = opened(connection, tmp_path, "sales.xlsx")
    assert dict(source.columns) == {
        "Invoice": "VARCHAR",
        "When": "TIMESTAMP",
        "Price": "DOUBLE",
        "Customer": "BIGINT",
    }
    assert rows(connection, source, 'Invoice, CAST("When" AS VARCHAR), Price, Customer') == [
        ("489434", "2009-12-01 07:45:00", 6.95, 13085),
        ("C489449", "2009-12-01 09:00:00", 2.0, None),
    ]


def test_an_excel_sheet_keeps_times_flags_and_leading_zeros_apart_from_numbers_and_dates(
    connection: Connection, tmp_path: Path
) -> None:
    lines: list[list[Any]] = [
        ["Opens", "Postcode", "Sure", "Born", "Faulty"],
        [time(7, 45), "01067", True, date(2009, 12, 1), 1],
        [time(18, 0), "53111", "perhaps", datetime(2009, 12, 2, 9, 0), "#N/A"],
    ]
    write_excel(tmp_path / "shops.xlsx", {"Shops": lines})
    source = opened(connection, tmp_path, "shops.xlsx")
    assert dict(source.columns) == {
        "Opens": "VARCHAR",
        "Postcode": "VARCHAR",
        "Sure": "VARCHAR",
        "Born": "TIMESTAMP",
        "Faulty": "BIGINT",
    }
    read = 'Opens, Postcode, Sure, CAST("Born" AS VARCHAR), Faulty'
    assert rows(connection, source, read) == [
        ("07:45:00", "01067", "True", "2009-12-01 00:00:00", 1),
        ("18:00:00", "53111", "perhaps", "2009-12-02 09:00:00", None),
    ]


def test_a_sheet_is_named_after_the_file(connection: Connection, tmp_path: Path) -> None:
    sheets: dict[str, list[list[Any]]] = {"January": [["a"], [1]], "February": [["a"], [2]]}
    write_excel(tmp_path / "b.xlsx", sheets)
    assert rows(connection, opened(connection, tmp_path, "b.xlsx#February")) == [(2,)]
    fault = refused(connection, tmp_path, "b.xlsx#Febuary")
    assert fault.remedy == 'Did you mean "February"?'


def test_an_excel_column_without_a_name_is_numbered_and_one_without_values_is_none(
    connection: Connection, tmp_path: Path
) -> None:
    write_excel(tmp_path / "b.xlsx", {"S": [["a", None, "c", None], [1, 2, 3, None]]})
    source = opened(connection, tmp_path, "b.xlsx")
    assert list(source.columns) == ["a", "column_2", "c"]
    assert rows(connection, source) == [(1, 2, 3)]
    write_excel(tmp_path / "b.xlsx", {"S": [["a", None], [1, 2]]})
    assert "no row of names" in refused(connection, tmp_path, "b.xlsx").found


def test_titles_may_stand_above_a_sheet_and_a_merged_cell_fills_the_rows_it_spans(
    connection: Connection, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    lines = [["Sales 2026", None], [None, None], ["order", "item"], ["A1", "x"], [None, "y"]]
    for line in [*lines, ["A2", "z"], [None, "w"]]:
        sheet.append(line)
    sheet.merge_cells("A1:B1")
    sheet.merge_cells("A4:A5")
    book.save(tmp_path / "b.xlsx")
    # The blank cell below A2 is not merged, so that nobody knows what it stands for.
    assert rows(connection, opened(connection, tmp_path, "b.xlsx")) == [
        ("A1", "x"),
        ("A1", "y"),
        ("A2", "z"),
        (None, "w"),
    ]


def make_database(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute('CREATE TABLE orders (id INTEGER, "when" TEXT, total REAL, note TEXT)')
        database.executemany(
            "INSERT INTO orders VALUES (?, ?, ?, ?)",
            [(1, "2026-01-01 10:00:00", 9.5, None), (2, "2026-01-02 11:00:00", 3, None)],
        )
    database.close()


def test_a_database_table_and_a_query_are_read(connection: Connection, tmp_path: Path) -> None:
    make_database(tmp_path / "shop.db")
    table = opened(connection, tmp_path, "sqlite:///shop.db#orders")
    assert rows(connection, table, 'id, "when", total, note') == [
        (1, datetime(2026, 1, 1, 10), 9.5, None),
        (2, datetime(2026, 1, 2, 11), 3.0, None),
    ]
    query = opened(connection, tmp_path, "sqlite:///shop.db#select id from orders where total > 5")
    assert rows(connection, query) == [(1,)]


def test_an_empty_database_table_keeps_its_columns(connection: Connection, tmp_path: Path) -> None:
    make_database(tmp_path / "shop.db")
    source = opened(connection, tmp_path, "sqlite:///shop.db#select * from orders where id > 9")
    assert list(source.columns) == ["id", "when", "total", "note"]
    assert rows(connection, source) == []


def test_faults_of_a_database_are_sentences(connection: Connection, tmp_path: Path) -> None:
    make_database(tmp_path / "shop.db")
    assert refused(connection, tmp_path, "sqlite:///shop.db#order").remedy == (
        'Did you mean "orders"?'
    )
    assert (
        "no such column"
        in refused(connection, tmp_path, "sqlite:///shop.db#select x from orders").found
    )
    assert "after a #" in refused(connection, tmp_path, "sqlite:///shop.db").remedy
    assert refused(connection, tmp_path, "sqlite:///absent.db#orders").found == "no such file"
    assert not (tmp_path / "absent.db").exists()


def test_a_password_is_never_shown() -> None:
    shown = shown_address("postgresql://anna:secret@host/shop#orders")
    assert "secret" not in shown
    assert shown.endswith("@host/shop#orders")


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("absent.parquet", "no such file"),
        ("sales/absent.parquet", "no folder sales"),
        ("absent-*.csv", "no such file"),
        ("empty.csv", "an empty file, empty.csv"),
        ("letter.pdf", 'the ending ".pdf"'),
        (".", "a folder"),
    ],
)
def test_a_source_that_is_not_there_is_a_sentence(
    connection: Connection, tmp_path: Path, source: str, found: str
) -> None:
    (tmp_path / "empty.csv").touch()
    (tmp_path / "letter.pdf").write_bytes(b"%PDF")
    assert refused(connection, tmp_path, source).found == found


@pytest.mark.parametrize("name", ["sales.parquet", "sales.xlsx"])
def test_a_damaged_file_is_a_sentence(connection: Connection, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"neither a table nor a workbook" * 20)
    fault = refused(connection, tmp_path, name)
    assert "\n" not in str(fault)
    assert name in fault.expected


def test_a_fingerprint_changes_with_the_file(tmp_path: Path) -> None:
    write_csv(tmp_path / "a.csv", "x", "1")
    before = fingerprint("a.csv", tmp_path)
    assert before == fingerprint("a.csv", tmp_path)
    write_csv(tmp_path / "a.csv", "x", "1", "2")
    assert before != fingerprint("a.csv", tmp_path)
    assert fingerprint("postgresql://host/shop#orders", tmp_path) is None


def test_nothing_is_downloaded(connection: Connection) -> None:
    settings = connection.execute("""
        SELECT name, value FROM duckdb_settings()
        WHERE name IN ('autoinstall_known_extensions', 'autoload_known_extensions') ORDER BY name
    """).fetchall()
    assert [value for _, value in settings] == ["false", "false"]
