"""The texts of numbers: which value each has where these are the marks, and what is no number."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb
import pytest

from features.sources.formats.numbers import (
    ODD,
    SHAPES,
    fits,
    looks_like_number,
    number_sql,
    shape_sql,
    whole_sql,
)
from features.sources.formats.words import speaks_of_money
from tests.features.sources.formats.tables import filled

POINT, COMMA, FRENCH, SWISS = (".", ","), (",", "."), (",", " "), (".", "'")
NARROW, HARD = "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"


def values(
    connection: duckdb.DuckDBPyConnection, sql: str, texts: Iterable[str | None]
) -> dict[str | None, object]:
    """What SQL makes of each of some texts, all in one query."""
    relation = filled(connection, {"a": list(texts)})
    return dict(connection.execute(f"SELECT a, {sql} FROM {relation}").fetchall())


_READ = {
    POINT: {
        "12.50": 12.5,
        "-12.50": -12.5,
        ".5": 0.5,
        "12.50-": -12.5,
        "(12.50)": -12.5,
        "$1,234.56": 1234.56,
        "-$5": -5.0,
        "$-5": -5.0,
        "($1,234.50)": -1234.5,
        "EUR 12": 12.0,
        "Rs. 5": 5.0,
        "1500.00 kr": 1500.0,
        "\N{MINUS SIGN}5": -5.0,
        "+5": 5.0,
        " 12 ": 12.0,
        "1.2E+05": 120_000.0,
        "1,759": 1759.0,
        "12,34,567.50": 1_234_567.5,
        "-1,00,000": -100_000.0,
        "1.500": 1.5,
    },
    COMMA: {
        "1.500": 1500.0,
        "1.234.567,5": 1_234_567.5,
        "50,00 €": 50.0,
        "12,-": 12.0,
        "- 12,50": -12.5,
    },
    FRENCH: {"1 234,50": 1234.5, f"1{NARROW}234,50{HARD}€": 1234.5},
    SWISS: {"1'234.50": 1234.5, "1\N{RIGHT SINGLE QUOTATION MARK}234": 1234.0},
}


@pytest.mark.parametrize("marks", _READ)
def test_a_number_is_read_by_its_marks(
    database: duckdb.DuckDBPyConnection, marks: tuple[str, str]
) -> None:
    right = _READ[marks]
    assert values(database, number_sql("a", *marks), right) == right
    assert all(looks_like_number(one.strip()) for one in right)


_UNREADABLE: dict[tuple[str, str], tuple[str | None, ...]] = {
    POINT: (
        "1,50",
        "1,23,4",
        "12,34",
        "1234,567",
        "1'234.50",
        "12E4",
        "inf",
        "nan",
        "1_000",
        "85123A",
        "C536379",
        "ABC 12",
        "19 %",
        "n/a",
        "12.5.3",
        "",
        "  ",
        None,
    ),
    COMMA: ("12.50", "1.5"),
}


@pytest.mark.parametrize("marks", _UNREADABLE)
def test_what_is_no_number_by_these_marks_is_unreadable_and_no_fault(
    database: duckdb.DuckDBPyConnection, marks: tuple[str, str]
) -> None:
    found = values(database, number_sql("a", *marks), _UNREADABLE[marks])
    assert found == dict.fromkeys(_UNREADABLE[marks])


_WHOLE: dict[str | None, int | None] = {
        "0": 0, "-12": -12, "999999999999999999": 999_999_999_999_999_999, " 7 ": 7,
        "007": None, "+7": None, "-0": None, "7.0": None, "1e3": None, "0x10": None,
        "98269458073021573681": None, "": None, None: None,
}  # fmt: skip


def test_a_whole_number_is_what_a_computer_would_write(
    database: duckdb.DuckDBPyConnection,
) -> None:
    assert values(database, whole_sql("a"), _WHOLE) == _WHOLE


_SHAPES: dict[str | None, str | None] = {
        "999": "small", "1000": "large", "-1000": "large", "12.50": "point", "0.500": "point",
        "1000.500": "point", "12,5": "comma", "1.501": "point3", "1.500": "point30",
        "1,501": "comma3", "-1,500": "comma30", "13146.0": "point0", "1.234.567": "points",
        "1,234,567": "commas", "12,34,567": "commas", "1,23,456.5": "comma point", "12,34": "comma", "1,234.50": "comma point", "1.234,50": "point comma",
        "1 234": "blank", "1 234,5": "blank comma", "1'234.5": "apostrophe point", "$5": "dressed",
        " 5 ": "padded", "1.2E+05": "exponent", "007": "zeros", " 007": "zeros",
        "1234567890123456789": "long", "+491701234567": "long", "85123A": "code", "POST": "word",
        "19 %": "other", "12-34": "other", "N/A": "null", "-": "null", "": None, "  ": None,
}  # fmt: skip


def test_a_text_has_a_shape(database: duckdb.DuckDBPyConnection) -> None:
    assert values(database, shape_sql("a"), _SHAPES) == _SHAPES


def test_words_that_a_person_named_are_words_for_nothing(
    database: duckdb.DuckDBPyConnection,
) -> None:
    assert values(database, shape_sql("a", ("Fehlt",)), ["fehlt"]) == {"fehlt": "null"}
    assert values(database, shape_sql("a"), ["fehlt"]) == {"fehlt": "word"}


@pytest.mark.parametrize("marks", [POINT, COMMA, FRENCH, SWISS, (".", ""), (",", "")])
def test_a_shape_fits_marks_where_its_texts_are_read_by_them(
    database: duckdb.DuckDBPyConnection, marks: tuple[str, str]
) -> None:
    examples = [
        "12", "1200", "12.5", "12,5", "1.501", "1.500", "1,501", "1,500", "5.0", "1.234.567", "1,234,567",
        "1,234.5", "1.234,5", "1 234", "1 234.5", "1 234,5", "1'234", "1'234.5", "1'234,5", "$5", " 5 ",
        "1.2E+05", "007", "1234567890123456789", "85A", "POST", "1-2",
    ]  # fmt: skip
    shapes = values(database, shape_sql("a"), examples)
    numbers = values(database, number_sql("a", *marks), examples)
    for written, shape in shapes.items():
        assert isinstance(shape, str)
        if shape in SHAPES:
            assert (numbers[written] is not None) == fits(shape, *marks), (written, shape)
        else:
            assert shape in ODD


@pytest.mark.parametrize(
    ("name", "is_money"),
    [
        ("Unit Price", True), ("Gesamtbetrag", True), ("ordervalue amount", True), ("umsatz", True),
        ("Quantity", False), ("Price code", False), ("total_id", False), ("Umsatz Nr", False), ("tea", False),
    ],
)  # fmt: skip
def test_a_name_of_amounts_speaks_of_money_unless_it_is_the_name_of_something(
    name: str, is_money: bool
) -> None:
    assert speaks_of_money(name) is is_money
