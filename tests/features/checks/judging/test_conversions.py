"""What becomes of one value of a source: cents, thousandths, seconds, days and texts, at every limit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from features.checks.checking import check
from features.checks.judging.conversions import MappedColumn, _accepts, _declared
from features.company.settings.reading import settings_from
from features.vocabulary.tables import CUSTOMERS, Column, ColumnKind
from tests.features.tables import COLUMNS, NAMES

MONEY, NUMBER, INSTANT, FLAG, TEXT = (
    ColumnKind.MONEY,
    ColumnKind.NUMBER,
    ColumnKind.INSTANT,
    ColumnKind.FLAG,
    ColumnKind.TEXT,
)


@pytest.fixture(scope="module")
def database() -> duckdb.DuckDBPyConnection:
    """A database whose clock is that of Berlin."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'Europe/Berlin'")
    return connection


def made_of(database: duckdb.DuckDBPyConnection, kind: ColumnKind, value: str, what: str) -> Any:
    """The stored value, the local day or whether it is missing, of a value of a source in SQL."""
    ((found,),) = database.execute(f"SELECT typeof({value})").fetchall()
    column = MappedColumn(Column("x", kind, "a value"), value, found)
    asked = {"stored": column.converted, "day": column.local_day, "missing": column.is_missing}
    ((answer,),) = database.execute(f"""
        WITH raw AS (SELECT {value} AS "{column.raw}"),
        tidied AS (SELECT {column.tidied} AS "{column.raw}" FROM raw),
        made AS (SELECT *, {column.converted} AS "{column.stored}" FROM tidied)
        SELECT {asked[what]} FROM made
    """).fetchall()
    return answer


@pytest.mark.parametrize(
    ("value", "cents"),
    [
        # Half a cent is rounded away from zero, and what binary floating point added is taken off.
        *[("0.004::DOUBLE", 0), ("0.005::DOUBLE", 1), ("0.006::DOUBLE", 1)],
        *[("-0.004::DOUBLE", 0), ("-0.005::DOUBLE", -1), ("-0.006::DOUBLE", -1)],
        *[("1.005::DOUBLE", 101), ("-1.005::DOUBLE", -101), ("0.1::FLOAT", 10)],
        *[("3 * 0.165::DOUBLE", 50), ("-3 * 0.165::DOUBLE", -50)],
        *[("0.0049994::DOUBLE", 0), ("0.0049996::DOUBLE", 1)],
        *[("8999999999999.99::DOUBLE", 899_999_999_999_999), ("9e12::DOUBLE", None)],
        *[("-8999999999999.99::DOUBLE", -899_999_999_999_999), ("-9e12::DOUBLE", None)],
        *[("'nan'::DOUBLE", None), ("'inf'::DOUBLE", None), ("'-inf'::DOUBLE", None)],
        *[("0.004::DECIMAL(9, 3)", 0), ("0.005::DECIMAL(9, 3)", 1)],
        *[("-0.004::DECIMAL(9, 3)", 0), ("-0.005::DECIMAL(9, 3)", -1)],
        *[("0.0049994::DECIMAL(9, 7)", 0), ("0.0049996::DECIMAL(9, 7)", 1)],
        ("92233720368547758.07::DECIMAL(38, 2)", 9_223_372_036_854_775_807),
        ("92233720368547758.08::DECIMAL(38, 2)", None),
        ("-92233720368547758.07::DECIMAL(38, 2)", -9_223_372_036_854_775_807),
        ("-92233720368547758.09::DECIMAL(38, 2)", None),
        *[("127::TINYINT", 12_700), ("(-128)::TINYINT", -12_800), ("255::UTINYINT", 25_500)],
        *[("90000000000000000", 9 * 10**18), ("90000000000000001", None)],
        *[("-90000000000000000", -9 * 10**18), ("-90000000000000001", None)],
        *[("90000000000000000::UHUGEINT", 9 * 10**18), (f"{2**128 - 1}::UHUGEINT", None)],
        *[(f"{2**64 - 1}::UBIGINT", None), (f"{2**127 - 1}::HUGEINT", None)],
        *[("' 12.345 '", 1_235), ("'-12.345'", -1_235), ("'1e3'", 100_000)],
        *[("'12,34'", None), ("'twelve'", None), ("''", None), ("NULL::VARCHAR", None)],
        (f"'{'9' * 32}.999999'", None),
        (f"'-{'9' * 32}.999999'", None),
    ],
)
def test_money_becomes_whole_cents(
    database: duckdb.DuckDBPyConnection, value: str, cents: int | None
) -> None:
    assert made_of(database, MONEY, value, "stored") == cents


@pytest.mark.parametrize(
    ("value", "thousandths"),
    [
        *[("0.0004::DOUBLE", 0), ("0.0005::DOUBLE", 1), ("1.0005::DOUBLE", 1_001)],
        *[("-0.0004::DOUBLE", 0), ("-0.0005::DOUBLE", -1), ("-1.0005::DOUBLE", -1_001)],
        *[("8999999999999.5::DOUBLE", 8_999_999_999_999_500), ("9e12::DOUBLE", None)],
        *[("-8999999999999.5::DOUBLE", -8_999_999_999_999_500), ("-9e12::DOUBLE", None)],
        *[("9000000000000000", 9 * 10**18), ("9000000000000001", None)],
        *[("-9000000000000000", -9 * 10**18), ("-9000000000000001", None)],
        *[("'0.0005'", 1), ("'-0.0005'", -1), ("'0.0004'", 0), ("'7'", 7_000)],
        (f"'{'9' * 32}.999999'", None),
        (f"'-{'9' * 32}.999999'", None),
    ],
)
def test_a_number_becomes_whole_thousandths(
    database: duckdb.DuckDBPyConnection, value: str, thousandths: int | None
) -> None:
    assert made_of(database, NUMBER, value, "stored") == thousandths


@pytest.mark.parametrize(
    ("value", "seconds", "day"),
    [
        ("TIMESTAMPTZ '1970-01-01 00:00:00+00'", 0, 0),
        ("TIMESTAMPTZ '1970-01-01 00:00:00.999999+00'", 0, 0),
        # Down to the second on either side of 1970: what lies before it stays before it.
        ("TIMESTAMPTZ '1969-12-31 23:59:59.999999+00'", -1, 0),
        ("TIMESTAMPTZ '1969-12-31 23:59:59+00'", -1, 0),
        ("TIMESTAMPTZ '1969-12-31 23:59:58.5+00'", -2, 0),
        ("TIMESTAMPTZ '1969-12-31 22:59:59+00'", -3_601, -1),
        ("TIMESTAMPTZ '9999-12-31 12:00:00.999999+00'", 253_402_257_600, 2_932_896),
        # Without a zone it is the time of Berlin, an hour or two ahead of UTC.
        ("TIMESTAMP '2026-01-01 00:30:00'", 1_767_223_800, 20_454),
        ("'2026-01-01 00:30:00'", 1_767_223_800, 20_454),
        ("'2026-01-01T00:30:00+01:00'", 1_767_223_800, 20_454),
        ("TIMESTAMPTZ '2025-12-31 23:30:00+00'", 1_767_223_800, 20_454),
        ("TIMESTAMPTZ '2025-12-31 22:59:59+00'", 1_767_221_999, 20_453),
        ("DATE '2026-01-01'", 1_767_222_000, 20_454),
        ("TIMESTAMP '2026-03-29 02:30:00'", 1_774_747_800, 20_541),
        ("TIMESTAMP '2026-10-25 02:30:00'", 1_792_891_800, 20_751),
        ("'infinity'::TIMESTAMP", None, None),
        ("'-infinity'::TIMESTAMPTZ", None, None),
        ("'infinity'::DATE", None, None),
        ("'yesterday'", None, None),
        ("''", None, None),
    ],
)
def test_an_instant_becomes_its_second_and_its_day(
    database: duckdb.DuckDBPyConnection, value: str, seconds: int | None, day: int | None
) -> None:
    assert made_of(database, INSTANT, value, "stored") == seconds
    assert made_of(database, INSTANT, value, "day") == day


def test_a_flag_is_read_in_the_words_of_several_languages(
    database: duckdb.DuckDBPyConnection,
) -> None:
    said = {
        True: ["true", "t", "yes", "Y", " 1 ", "ja", "J", "oui", "si", "sí", "Sì", "wahr", "X"],
        False: ["false", "f", "no", "N", " 0 ", "nein", "non", "falsch"],
        None: ["", "maybe", "2", "-1"],
    }
    for expected, words in said.items():
        for word in words:
            assert made_of(database, FLAG, f"'{word}'", "stored") is expected, word
    for value, expected in {"1": True, "0": False, "2": None, "true": True, "false": False}.items():
        assert made_of(database, FLAG, value, "stored") is expected, value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *[("13085.0::DOUBLE", "13085"), ("13085.5::DOUBLE", "13085.5"), ("-7.0::DOUBLE", "-7")],
        *[("1e17::DOUBLE", "100000000000000000"), ("'nan'::DOUBLE", None)],
        *[("13085.00::DECIMAL(9, 2)", "13085"), ("13085.50::DECIMAL(9, 2)", "13085.50")],
        *[("13085", "13085"), ("' A 7 '", "A 7"), ("'  '", None), ("'7.0'", "7.0")],
    ],
)
def test_a_customer_number_is_the_same_from_every_type(
    database: duckdb.DuckDBPyConnection, value: str, text: str | None
) -> None:
    assert made_of(database, TEXT, value, "stored") == text
    assert made_of(database, TEXT, value, "missing") is (text is None)


@pytest.mark.parametrize(
    ("kind", "value", "missing"),
    [
        *[(MONEY, "''", True), (MONEY, "' '", True), (MONEY, "'x'", False), (MONEY, "'0'", False)],
        *[(MONEY, "'nan'::DOUBLE", True), (MONEY, "'inf'::DOUBLE", False)],
        *[(MONEY, "NULL::DOUBLE", True), (MONEY, "NULL::INTEGER", True), (MONEY, "0", False)],
        *[(MONEY, "NULL::VARCHAR", True), (INSTANT, "NULL::DATE", True)],
        *[(INSTANT, "'infinity'::DATE", False), (FLAG, "NULL::BOOLEAN", True)],
        *[(FLAG, "false", False), (NUMBER, "9e12::DOUBLE", False)],
    ],
)
def test_missing_is_what_the_source_does_not_say_and_not_what_cannot_be_read(
    database: duckdb.DuckDBPyConnection, kind: ColumnKind, value: str, missing: bool
) -> None:
    assert made_of(database, kind, value, "missing") is missing


def test_a_text_that_cannot_be_read_as_a_file_writes_its_numbers_is_not_missing(
    tmp_path: Path,
) -> None:
    rows = [(f"c{at % 9}", f"o{at}", "2026-01-04", "tea", "1", "4,50") for at in range(100)]
    rows[7] = (*rows[7][:5], "four fifty")
    rows[8] = (*rows[8][:5], "")
    lines = [";".join(one) for one in (tuple(NAMES), *rows)]
    (tmp_path / "sales.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    table = {"source": "sales.csv", "columns": COLUMNS}
    report = check(settings_from({"tables": {"purchases": table}}, folder=tmp_path))
    found = {one.rule: one.rows for one in report.breaches if one.rule.endswith(".amount")}
    assert found == {"unreadable.amount": 1, "missing.amount": 1}


def test_a_column_takes_the_types_of_its_kind_alone() -> None:
    numbers = {"TINYINT", "BIGINT", "HUGEINT", "UINTEGER", "UHUGEINT", "DECIMAL(9,2)"}
    floats, instants = {"FLOAT", "DOUBLE"}, {"DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE"}
    nested = {"STRUCT(a INTEGER)", "MAP(VARCHAR, INTEGER)", "BLOB", "INTEGER[]", "DOUBLE[2]"}
    others = {"BOOLEAN", "VARCHAR", "UUID"}
    everything = numbers | floats | instants | nested | others
    takes = {
        MONEY: numbers | floats | {"VARCHAR"},
        NUMBER: numbers | floats | {"VARCHAR"},
        INSTANT: instants | {"VARCHAR"},
        FLAG: numbers | {"BOOLEAN", "VARCHAR"},
        TEXT: everything - nested,
    }
    for kind, expected in takes.items():
        assert {one for one in everything if _accepts(kind, one)} == expected, kind


def test_a_further_attribute_is_what_its_type_suggests() -> None:
    suggested = {"BOOLEAN": FLAG, "DATE": INSTANT, "INTEGER": NUMBER, "DOUBLE": NUMBER}
    suggested |= {"DECIMAL(9,2)": NUMBER, "VARCHAR": TEXT, "UUID": TEXT}
    for found, kind in suggested.items():
        assert _declared(CUSTOMERS, "shoe_size", found).kind is kind, found
    assert _declared(CUSTOMERS, "customer_id", "INTEGER").kind is TEXT
