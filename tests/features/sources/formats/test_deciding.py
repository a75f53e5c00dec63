"""What is decided about the columns of a source, and what is left for a person."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import pytest

from features.sources.formats import SaidFormats, decided
from features.vocabulary.errors import DataRefused
from tests.features.sources.formats.tables import decision, read

DAYS = [date(2022, 1, 3) + timedelta(days=3 * at) for at in range(150)]
LOW_DAYS = [date(2022, month, day) for month in range(1, 13) for day in (2, 5, 7, 9, 12)]
US = [f"{one.month}/{one.day}/{one.year}" for one in DAYS]
US_LOW = [f"{one.month}/{one.day}/{one.year}" for one in LOW_DAYS]


def kind(database: duckdb.DuckDBPyConnection, name: str, texts: list[str | None]) -> str:
    return decision(database, {name: texts}).formats[name].kind


@pytest.mark.parametrize(
    ("name", "texts", "right"),
    [
        ("order_id", ["1001", "1002"], "whole"),
        ("order_id", ["1001", "C1002"], "text"),
        ("StockCode", ["22423", "85123A"] + ["22423"] * 500, "text"),
        ("StockCode", ["POST"] + ["22423"] * 500, "text"),
        ("PLZ", ["02035", "50667"], "text"),
        ("hour", ["09", "21"], "text"),
        ("card", ["98269458073021573681", "98269303642621299722"], "text"),
        ("customer_id", ["13146.0", "13137.0", None], "number"),
        ("customer_id", [" 13146", "13137"], "text"),
        ("phone", ["123 456 789", "123 456 780"], "text"),
        ("quantity", ["1", "2", "n/a", "NULL", ""], "whole"),
        ("quantity", ["1", "3"] * 60 + ["Total"], "whole"),
        ("TotalCharges", ["29.85", " ", "1889.5"], "number"),
        ("amount", ["1.5", "2.25"] * 60 + ["Summe"], "number"),
        ("amount", ["1.5", "2.25", "some", "words", "more"], "text"),
        # Of a measure one in twenty may be no number, of anything else one in a hundred; of five one may.
        ("amount", ["1.5"] * 95 + ["word"] * 5, "number"),
        ("amount", ["1.5"] * 94 + ["word"] * 6, "text"),
        ("share", ["1.5"] * 198 + ["word"] * 2, "number"),
        ("share", ["1.5"] * 197 + ["word"] * 3, "text"),
        ("share", ["1.5"] * 4 + ["word"], "number"),
        ("share", ["1.5"] * 3 + ["word"], "text"),
        ("tax rate", ["19 %", "7 %"], "text"),
        ("name", ["Anna", "Bert"], "text"),
        ("empty", ["", None, "  "], "text"),
        ("created", ["2022-01-04", "2022-02-05"], "instant"),
        ("created", ["2022-01-04T10:00:00Z", "2022-02-05T10:00:00Z"], "zoned instant"),
        ("end date", ["9999-12-31", "2022-02-05", "0001-01-01"], "instant"),
        ("order date", ["44565.43581", "44567.6"], "instant"),
        ("amount", ["44565.43581", "44567.6"], "number"),
        ("created_at", ["1641292054", "1641480751"], "zoned instant"),
        ("customer_id", ["1641292054", "1641480751"], "whole"),
        ("day", ["20220104", "20220230", "20220106"] * 2, "whole"),
        ("day", ["20220104", "20220106"], "instant"),
        ("order number", ["20220104", "20220106"], "whole"),
    ],
)
def test_a_column_is_what_its_values_and_its_name_say(
    database: duckdb.DuckDBPyConnection, name: str, texts: list[str | None], right: str
) -> None:
    assert kind(database, name, texts) == right


def test_days_beyond_the_twelfth_in_one_file_decide_for_all(
    database: duckdb.DuckDBPyConnection,
) -> None:
    daily = [{"order_date": [one] * 4} for one in US[-10:] if int(one.split("/")[1]) <= 12]
    found = decision(database, {"order_date": US}, *daily)
    assert found.formats["order_date"].date_format == "%m/%d/%Y"
    assert not found.doubts


def test_one_daily_file_of_low_days_is_in_doubt(database: duckdb.DuckDBPyConnection) -> None:
    found = decision(database, {"order_date": ["01/05/2022"] * 9})
    (doubt,) = found.doubts
    assert doubt.column == "order_date" and doubt.setting == "date_format"
    assert set(doubt.readings) == {"%d/%m/%Y", "%m/%d/%Y"}
    assert doubt.sample["%d/%m/%Y"] == ("01 May 2022",)
    assert doubt.sample["%m/%d/%Y"] == ("05 January 2022",)


def test_a_date_that_is_the_same_in_both_orders_is_in_no_doubt(
    database: duckdb.DuckDBPyConnection,
) -> None:
    found = decision(database, {"order_date": ["05/05/2022", "01/01/2022"]})
    assert not found.doubts
    texts = ["05/05/2022"]
    assert read(database, found.formats["order_date"], texts) == ["2022-05-05 00:00:00"]


@pytest.mark.parametrize("is_newest_first", [False, True])
def test_the_order_of_the_rows_decides_where_it_is_plain(
    database: duckdb.DuckDBPyConnection, is_newest_first: bool
) -> None:
    texts = US_LOW[::-1] if is_newest_first else US_LOW
    found = decision(database, {"order_date": texts})
    assert not found.doubts
    assert found.formats["order_date"].date_format == "%m/%d/%Y"
    assert "follow each other" in found.formats["order_date"].note


def test_too_few_rows_in_order_decide_nothing(database: duckdb.DuckDBPyConnection) -> None:
    # 30 steps are enough and 29 are not; each month has five days.
    assert not decision(database, {"order_date": US_LOW[:31]}).doubts
    assert decision(database, {"order_date": US_LOW[:30]}).doubts


def test_the_order_of_files_of_one_day_each_decides(database: duckdb.DuckDBPyConnection) -> None:
    found = decision(database, *({"order_date": [one] * 2} for one in US_LOW))
    assert not found.doubts
    assert found.formats["order_date"].date_format == "%m/%d/%Y"


def test_running_numbers_decide_where_the_rows_are_in_no_order(
    database: duckdb.DuckDBPyConnection,
) -> None:
    numbered = [(f"A{1000 + at}", one) for at, one in enumerate(US_LOW)]
    shuffled = sorted(numbered, key=lambda one: (int(one[0][1:]) * 37 % 60, one))
    columns = {"order no": [one for one, _ in shuffled], "date": [one for _, one in shuffled]}
    found = decision(database, columns)
    assert not found.doubts
    assert found.formats["date"].date_format == "%m/%d/%Y"
    assert decision(database, {"date": columns["date"]}).doubts


def test_another_column_of_the_same_source_decides(database: duckdb.DuckDBPyConnection) -> None:
    found = decision(database, {"paid at": ["01/05/2022"] * 3, "sent at": ["13/05/2022"] * 3})
    assert not found.doubts
    assert found.formats["paid at"].date_format == "%d/%m/%Y"
    assert found.formats["paid at"].note == "the day first, as in sent at"


def test_points_stand_behind_the_day(database: duckdb.DuckDBPyConnection) -> None:
    found = decision(database, {"datum": ["01.05.2022"] * 3})
    assert not found.doubts
    assert found.formats["datum"].date_format == "%d.%m.%Y"


def test_days_first_and_months_first_in_one_column_are_in_doubt(
    database: duckdb.DuckDBPyConnection,
) -> None:
    found = decision(database, {"date": ["13/05/2022"] * 60 + ["05/13/2022"] * 40})
    (doubt,) = found.doubts
    assert doubt.readings == ("%d/%m/%Y", "%m/%d/%Y")
    assert "40" in doubt.evidence


def test_years_of_two_digits_are_told_from_days(database: duckdb.DuckDBPyConnection) -> None:
    days = [date(2022, 1, 1) + timedelta(days=at) for at in range(365)]
    first = decision(database, {"date": [f"{one:%y/%m/%d}" for one in days]})
    last = decision(database, {"date": [f"{one:%d/%m/%y}" for one in days]})
    assert (first.formats["date"].date_format, first.doubts) == ("%y/%m/%d", ())
    assert (last.formats["date"].date_format, last.doubts) == ("%d/%m/%y", ())
    few = decision(database, {"date": ["22/01/21", "23/02/22"]})
    assert set(few.doubts[0].readings) == {"%d/%m/%y", "%y/%m/%d"}


def test_the_zone_in_the_name_is_heeded(database: duckdb.DuckDBPyConnection) -> None:
    texts = ["2022-01-03 08:36:57"]
    found = decision(database, {"Created (UTC)": texts, "Created": texts})
    assert found.formats["Created (UTC)"].kind == "zoned instant"
    assert read(database, found.formats["Created (UTC)"], texts) == ["2022-01-03 08:36:57+00"]
    assert found.formats["Created"].kind == "instant"


@pytest.mark.parametrize(
    ("texts", "marks"),
    [
        (["12.50", "1,234.50"], (".", ",")),
        (["12,50", "1.234,50", "1.500"], (",", ".")),
        (["50,00 €", "1 234,50 €"], (",", " ")),
        (["1'196.00", "218.00"], (".", "'")),
        (["1.500", "0.250"], (".", "")),
        (["1.234.567", "1.500"], (",", ".")),
        (["1.500", "900", "2.750", "120", "1.000"] * 5, (",", ".")),
        (["(12.50)", "3.20-"], (".", "")),
    ],
)
def test_the_marks_of_numbers_are_found(
    database: duckdb.DuckDBPyConnection, texts: list[str], marks: tuple[str, str]
) -> None:
    found = decision(database, {"amount": texts})
    assert not found.doubts
    one = found.formats["amount"]
    assert (one.kind, one.decimal, one.thousands) == ("number", *marks)


def test_three_digits_after_the_only_mark_are_in_doubt(
    database: duckdb.DuckDBPyConnection,
) -> None:
    (doubt,) = decision(database, {"amount": ["1.500", "2.750"]}).doubts
    assert (doubt.setting, doubt.readings) == ("decimal", (",", "."))
    assert doubt.sample == {
        "text": ("1.500", "2.750"),
        ",": ("1500", "2750"),
        ".": ("1.500", "2.750"),
    }


def test_three_digits_are_thousands_in_a_file_of_the_language_that_writes_so(
    database: duckdb.DuckDBPyConnection,
) -> None:
    points, commas = {"amount": ["1.500"] * 20}, {"amount": ["1,500"] * 20}
    assert not decision(database, points, delimiter=";").doubts
    assert not decision(database, commas, delimiter=",").doubts
    assert decision(database, points, delimiter=",").doubts
    assert decision(database, commas, delimiter=";").doubts
    assert decision(database, {"amount": ["1.500"] * 19}, delimiter=";").doubts
    assert decision(database, {"weight": ["1.500"] * 20}, delimiter=";").doubts


def test_points_and_commas_before_decimals_in_one_column_are_in_doubt(
    database: duckdb.DuckDBPyConnection,
) -> None:
    (doubt,) = decision(database, {"amount": ["12.50", "12,75"]}).doubts
    assert doubt.sample[doubt.readings[0]] != doubt.sample[doubt.readings[1]]
    assert sorted(doubt.sample["."]) == ["", "12.50"]


def test_amounts_in_several_currencies_are_no_numbers(database: duckdb.DuckDBPyConnection) -> None:
    found = decision(database, {"total": ["EUR 12,00", "12,00 €"], "sum": ["EUR 12,00", "$ 12,00"]})
    assert found.formats["total"].kind == "number"
    assert found.formats["sum"].kind == "text"
    assert found.formats["sum"].note == "text: amounts in several currencies, EUR, USD"


def test_dates_in_two_forms_are_texts_and_their_note_says_so(
    database: duckdb.DuckDBPyConnection,
) -> None:
    found = decision(database, {"date": ["2022-01-04", "2022-01-05", "06.01.2022"]})
    assert found.formats["date"].kind == "text"
    assert "2 of 3 values are dates in one order" in found.formats["date"].note


def test_another_column_tells_the_mark_of_decimals(database: duckdb.DuckDBPyConnection) -> None:
    found = decision(database, {"total": ["1.500", "2.750"], "price": ["12,50", "3,20"]})
    assert not found.doubts
    assert (found.formats["total"].decimal, found.formats["total"].thousands) == (",", ".")


def test_what_a_person_said_settles_every_doubt(database: duckdb.DuckDBPyConnection) -> None:
    columns = {"amount": ["1.500", "2.750"], "date": ["01/05/2022", "02/06/2022"]}
    for decimal, value in ((",", 1500.0), (".", 1.5)):
        for form, day in (("%d/%m/%Y", "2022-05-01"), ("%m/%d/%Y", "2022-01-05")):
            said = SaidFormats(decimal=decimal, date_format=form)
            found = decision(database, columns, said=said)
            assert not found.doubts
            assert read(database, found.formats["amount"], ["1.500"]) == [value]
            assert read(database, found.formats["date"], ["01/05/2022"]) == [f"{day} 00:00:00"]


def test_what_was_said_of_one_column_counts_and_its_note_tells_what_does_not_fit(
    database: duckdb.DuckDBPyConnection,
) -> None:
    columns = {"date": US, "number": ["1", "2"], "code": ["A1", "2"]}
    said = SaidFormats(columns={"date": "%d/%m/%Y", "number": "text", "code": "number"})
    found = decision(database, columns, said=said)
    assert not found.doubts
    assert {name: one.kind for name, one in found.formats.items()} == {
        "date": "instant", "number": "text", "code": "whole",
    }  # fmt: skip
    misfits = sum(int(one.split("/")[1]) > 12 for one in US)
    assert f"{misfits} of 150 values cannot be read so" in found.formats["date"].note
    assert "1 of 2 values cannot be read so" in found.formats["code"].note


def test_what_was_said_of_the_source_leaves_a_column_alone_that_plainly_has_another_form(
    database: duckdb.DuckDBPyConnection,
) -> None:
    columns = {"a date": ["13/05/2022"], "b date": ["2022-05-13"], "lat": ["52.51", "48.1"]}
    found = decision(database, columns, said=SaidFormats(decimal=",", date_format="%d/%m/%Y"))
    assert found.formats["b date"].date_format == "ISO"
    assert read(database, found.formats["lat"], ["52.51"]) == [52.51]
    assert "other than was said" in found.formats["lat"].note


@pytest.mark.parametrize(
    "said",
    [
        SaidFormats(decimal=";"),
        SaidFormats(thousands="x"),
        SaidFormats(decimal=",", thousands=","),
        SaidFormats(date_format="dd.mm.yyyy"),
        SaidFormats(columns={"a": "%q"}),
    ],
)
def test_what_cannot_be_understood_is_refused(said: SaidFormats) -> None:
    with pytest.raises(DataRefused):
        decided({}, said)
