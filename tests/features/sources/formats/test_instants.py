"""The texts of instants: what a form and its relatives make of them."""

from __future__ import annotations

import duckdb
import pytest

from features.sources.formats import ColumnFormat
from features.sources.formats.instants import fault_of_form, order_of
from tests.features.sources.formats.tables import read


def read_one(
    connection: duckdb.DuckDBPyConnection, form: str, written: str | None, zone: str | None = None
) -> object:
    kind = "instant" if zone is None else "zoned instant"
    column = ColumnFormat(kind, date_format=form, zone=zone or "")
    return read(connection, column, [written])[0]


@pytest.mark.parametrize(
    ("form", "written", "instant"),
    [
        ("%d/%m/%Y %H:%M", "5/3/2022 7:01", "2022-03-05 07:01:00"),
        ("%d/%m/%Y %H:%M", "05/03/2022", "2022-03-05 00:00:00"),
        ("%d/%m/%Y %H:%M", "05/03/22", "2022-03-05 00:00:00"),
        ("%d/%m/%Y %H:%M", "Tue 05/03/2022 10:00:01", "2022-03-05 10:00:01"),
        ("%d/%m/%Y %H:%M", "5/3/2022 10:27:34,123", "2022-03-05 10:27:34.123"),
        ("%d/%m/%Y %H:%M", " 5/3/2022 ", "2022-03-05 00:00:00"),
        ("%m/%d/%Y, %I:%M %p", "1/4/2022, 10:27 AM", "2022-01-04 10:27:00"),
        ("%m/%d/%Y", "1/4/2022\N{NARROW NO-BREAK SPACE}12:05:09 a.m.", "2022-01-04 00:05:09"),
        ("%d.%m.%y", "17.01.22", "2022-01-17 00:00:00"),
        ("%d.%m.%Y", "01.01.0001", "0001-01-01 00:00:00"),
        ("%-d.%-m.%Y", "7.1.2022", "2022-01-07 00:00:00"),
        ("ISO", "2022-01-04T10:27:34", "2022-01-04 10:27:34"),
        ("ISO", "2022-01-04 10:27", "2022-01-04 10:27:00"),
        ("ISO", "2022-1-4", "2022-01-04 00:00:00"),
        ("ISO", "9999-12-31", "9999-12-31 00:00:00"),
        ("ISO", "2022-01-04 10:27 PM", "2022-01-04 22:27:00"),
        ("%d %B %Y", "4 janvier 2022", "2022-01-04 00:00:00"),
        ("%d. %B %Y", "4. März 2022 10:00 Uhr", "2022-03-04 10:00:00"),
        ("%d %B %Y", "mar. 4 août 2022", "2022-08-04 00:00:00"),
        ("%d %B %Y", "4 de março de 2022", "2022-03-04 00:00:00"),
        ("%d %B %Y", "12 mrt. 2022", "2022-03-12 00:00:00"),
        ("%d %B %Y", "3 giugno 2022", "2022-06-03 00:00:00"),
        ("%d %B %Y", "3 juillet 2022", "2022-07-03 00:00:00"),
        ("%d %B %Y", "3 diciembre 2022", "2022-12-03 00:00:00"),
        ("%b-%d-%y", "Jan-05-22", "2022-01-05 00:00:00"),
        ("%d-%b-%Y %H:%M", "20-Apr-2023 19:00", "2023-04-20 19:00:00"),
        ("%b %d, %Y %I:%M:%S %p", "Jan 04, 2022 9:16:06 PM", "2022-01-04 21:16:06"),
        ("%A, %B %d, %Y", "Tuesday, January 4, 2022 at 10:27:34 PM", "2022-01-04 22:27:34"),
        ("%Y%m%d", "20220104", "2022-01-04 00:00:00"),
        ("Excel days", "44565.43581", "2022-01-04 10:27:34"),
        ("Excel days", "44565,5", "2022-01-04 12:00:00"),
        ("Unix seconds", "1641292054", "2022-01-04 10:27:34"),
        ("Unix nanoseconds", "1641292054000000000", "2022-01-04 10:27:34"),
    ],
)
def test_a_form_reads_its_relatives_too(
    database: duckdb.DuckDBPyConnection, form: str, written: str, instant: str
) -> None:
    assert read_one(database, form, written) == instant


@pytest.mark.parametrize(
    ("form", "written"),
    [
        ("%d/%m/%Y", "31/02/2022"),
        ("%d/%m/%Y", "01/13/2022"),
        ("%d/%m/%Y", "01.12.2022"),
        ("%d/%m/%Y", "5/3/2022 10:00 UTC"),
        ("ISO", "2022-01-04T10:27:34Z"),
        ("ISO", "2022-01-04T10:27+01"),
        ("ISO", "infinity"),
        ("%d %B %Y", "4 Marzo"),
        ("Excel days", "19999"),
        ("Excel days", "1e308"),
        ("Unix seconds", "99999999"),
        ("Unix milliseconds", "n/a"),
        ("ISO", ""),
        ("ISO", None),
    ],
)
def test_what_a_form_cannot_mean_is_unreadable_and_no_fault(
    database: duckdb.DuckDBPyConnection, form: str, written: str | None
) -> None:
    assert read_one(database, form, written) is None


@pytest.mark.parametrize(
    ("form", "written", "zone", "instant"),
    [
        ("ISO", "2022-01-04T10:27:34+00:00", "", "2022-01-04 10:27:34+00"),
        ("ISO", "2022-01-04T10:27:34Z", "", "2022-01-04 10:27:34+00"),
        ("ISO", "2022-01-04 05:27:34 -0500", "", "2022-01-04 10:27:34+00"),
        ("ISO", "2022-01-04T10:27:34+01", "", "2022-01-04 09:27:34+00"),
        ("ISO", "2022-01-04T10:27:34-0330", "", "2022-01-04 13:57:34+00"),
        ("ISO", "2022-01-04 10:27:34 UTC", "", "2022-01-04 10:27:34+00"),
        ("ISO", "2022-01-04 10:27:34 EST", "", "2022-01-04 15:27:34+00"),
        ("ISO", "2022-01-04 10:27 CEST", "", "2022-01-04 08:27:00+00"),
        ("ISO", "2022-01-04 10:27:34", "UTC", "2022-01-04 10:27:34+00"),
        ("ISO", "2022-01-04 10:27:34", "-05:00", "2022-01-04 15:27:34+00"),
        ("ISO", "2022-01-04T10:27:34+01:00", "-05:00", "2022-01-04 09:27:34+00"),
        ("%a, %d %b %Y %H:%M:%S %z", "Tue, 04 Jan 2022 10:27:34 +0100", "", "2022-01-04 09:27:34+00"),
        ("%d/%m/%Y %H:%M %z", "04/01/2022 10:27 GMT+0100 (Central Europe)", "", "2022-01-04 09:27:00+00"),
        ("%d/%m/%Y", "04/01/2022 10:27 PM PDT", "", "2022-01-05 05:27:00+00"),
        ("Unix milliseconds", "1641292054000", "", "2022-01-04 10:27:34+00"),
    ],
)  # fmt: skip
def test_zones_in_values_are_heeded_and_that_of_the_column_is_for_the_others(
    database: duckdb.DuckDBPyConnection, form: str, written: str, zone: str, instant: str
) -> None:
    assert read_one(database, form, written, zone) == instant


def test_the_order_of_day_month_and_year_is_in_the_form() -> None:
    orders = {form: order_of(form) for form in ("%d.%m.%y", "%m/%d/%Y %H:%M", "ISO", "%b %d, %Y")}
    assert {form: one.key for form, one in orders.items() if one} == {
        "%d.%m.%y": "dmy .",
        "%m/%d/%Y %H:%M": "mdy /",
        "ISO": "ymd -",
        "%b %d, %Y": "named",
    }
    assert order_of("%H:%M") is None


@pytest.mark.parametrize("form", ["%d.%m.%Y", "%-d/%-m/%y", "ISO", "Excel days", "Unix seconds"])
def test_a_form_that_can_be_used_has_no_fault(form: str) -> None:
    assert not fault_of_form(form)


@pytest.mark.parametrize("form", ["%d.%m", "%q%Y", "dd.mm.yyyy", "%Y%"])
def test_a_form_that_cannot_be_used_has_one(form: str) -> None:
    assert fault_of_form(form)
