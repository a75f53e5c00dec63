"""Day and time of day in two columns make one instant."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time
from pathlib import Path

import pytest

from features.checks.checking import check
from features.company.settings.reading import load_settings
from features.proposal import propose
from tests.features.proposal.lines import Extra, Line, checked, mapped, proposed, shop


def day(line: Line) -> object:
    found: date = line["order_date"].date()
    return found


def two_columns(name: str, clock: Callable[[Line], object]) -> Extra:
    """The shop's lines with a day, and a time of day beside it."""
    return {"order_date": day, name: clock}


@pytest.mark.parametrize(
    ("name", "clock", "read"),
    [
        ("Time", lambda _: "14:05", 'TRY_CAST(trim("Time") AS TIME)'),
        ("Uhrzeit", lambda _: " 14:05:00 ", "TRY_CAST(trim(Uhrzeit) AS TIME)"),
        (
            "Transaction Time",
            lambda _: "2:05 PM",
            "CAST(try_strptime(trim(\"Transaction Time\"), ['%I:%M:%S %p', '%I:%M %p']) AS TIME)",
        ),
        ("heure", lambda _: time(14, 5), "heure"),
    ],
)
def test_a_column_of_times_is_added_to_the_days(
    tmp_path: Path, name: str, clock: Callable[[Line], object], read: str
) -> None:
    found = proposed(tmp_path, two_columns(name, clock))
    expected = f"CAST(order_date AS DATE) + coalesce({read}, TIME '00:00')"
    assert mapped(found)["ordered_at"] == expected
    # The first order is of 1 January 2026, 14:05 UTC: 1,767,225,600 s is its midnight.
    report = checked(found, tmp_path)
    assert report.of("purchases").first_seconds == 1_767_225_600 + (14 * 60 + 5) * 60


def test_a_line_without_a_time_keeps_its_day(tmp_path: Path) -> None:
    found = proposed(tmp_path, two_columns("time", lambda line: "09:30" if line["order"] else None))
    assert checked(found, tmp_path).of("purchases").first_seconds == 1_767_225_600


def test_what_is_no_time_of_day_is_left_alone(tmp_path: Path) -> None:
    words = two_columns("time", lambda line: "morning" if line["order"] % 50 == 0 else "09:30")
    assert mapped(proposed(tmp_path, words))["ordered_at"] == "order_date"


def test_dates_that_have_times_keep_their_own(tmp_path: Path) -> None:
    found = proposed(tmp_path, {"time": lambda _: "14:05"})
    assert mapped(found)["ordered_at"] == "order_date"


def test_a_time_that_is_utc_makes_an_instant_of_utc(tmp_path: Path) -> None:
    found = proposed(tmp_path, two_columns("Time (UTC)", lambda _: "14:05"))
    assert mapped(found)["ordered_at"].endswith("TIME '00:00')) AT TIME ZONE 'UTC'")


def test_a_text_file_of_a_till_is_read_with_both(tmp_path: Path) -> None:
    rows = [
        f"{line['order_date']:%d.%m.%Y},0{8 + line['order'] % 2}:15,{line['customer_id']},{line['order_id']},"
        f"{line['item_id']},{line['quantity']},{line['amount']:.2f}"
        for line in shop()
    ]
    file = tmp_path / "till.csv"
    head = "Datum,Uhrzeit,Kunde,Bonnummer,Artikelnummer,Menge,Betrag"
    file.write_text("\n".join([head, *rows, ""]), encoding="utf-8")
    (tmp_path / "regulars.toml").write_text(propose(file).toml(tmp_path), encoding="utf-8")
    report = check(load_settings(tmp_path / "regulars.toml"))
    assert not report.refused
    told = report.of("purchases")
    assert told.first_seconds is not None and told.first_seconds % 3600 == 15 * 60
