"""Days that stand for none are found by whatever clock, told with their share, and are no date of an event."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from features.checks.breaches import Breach, CheckReport, Severity
from features.checks.checking import check
from features.checks.judging.filler_days import FILLER_DAYS, is_filler_sql
from features.company.settings.reading import settings_from
from tests.features.tables import COLUMNS, SEVEN, purchases, write_table


def told(report: CheckReport, rule: str) -> Breach | None:
    found = [one for one in report.breaches if one.rule == rule]
    return found[0] if found else None


@pytest.mark.parametrize("day", FILLER_DAYS)
@pytest.mark.parametrize(
    ("hours", "is_one"),
    [
        (-14.01, False),
        (-14, True),
        (0, True),
        (14, True),
        (23.99, True),
        (38, True),
        (38.01, False),
    ],
)
def test_a_filler_is_found_from_its_first_midnight_in_the_world_to_its_last(
    day: str, hours: float, is_one: bool
) -> None:
    # 1899-12-30 and 1899-12-31 lie in each other's reach, and so does 1900-01-01.
    if day.startswith(("1899", "1900")) and not is_one:
        hours += 72 if hours > 0 else -72
    with duckdb.connect() as connection:
        begin = connection.execute(f"SELECT epoch(TIMESTAMP '{day} 00:00:00')").fetchall()[0][0]
        seconds = round(begin + hours * 3600)
        found = connection.execute(f"SELECT {is_filler_sql(str(seconds))}").fetchall()
    assert found == [(is_one,)]


@pytest.mark.parametrize("day", ["1970-01-01", "1970-01-01 01:00", "1900-01-01", "9999-12-31"])
def test_a_purchase_on_a_day_that_stands_for_none_is_set_aside_and_told(
    tmp_path: Path, day: str
) -> None:
    report = check(
        purchases(tmp_path, [*SEVEN, ("dora", "o9", day, "tea", 1, 1.0)], timezone="Europe/Berlin")
    )
    found = told(report, "filler.ordered_at")
    assert found is not None
    assert (found.rows, found.severity) == (1, Severity.SETS_ASIDE)
    assert found.detail == "12.5% of the rows"
    assert report.of("purchases").rows_kept == 7


@pytest.mark.parametrize(("filled", "refused"), [(5, False), (6, True), (7, True)])
def test_more_than_five_in_a_hundred_refuse_the_table(
    tmp_path: Path, filled: int, refused: bool
) -> None:
    days = ["1970-01-01"] * filled + ["2026-01-04"] * (100 - filled)
    rows = [(f"c{at % 9}", f"o{at}", day, "tea", 1, 4.5) for at, day in enumerate(days)]
    report = check(purchases(tmp_path, rows))
    assert report.refused is refused
    own = {"unknown": "day = '1970-01-01'"}
    assert not check(purchases(tmp_path, rows, set_aside=own)).refused


def test_fillers_of_a_customer_are_told_and_an_open_end_of_a_contract_is_not(
    tmp_path: Path,
) -> None:
    write_table(tmp_path / "purchases.parquet", SEVEN)
    people = [
        ("anna", "1900-01-01"),
        ("bert", "2024-05-01"),
        ("carl", None),
        ("dora", "1970-01-01"),
    ]
    write_table(tmp_path / "people.parquet", people, ("who", "since"))
    terms = [
        ("k1", "anna", "2026-01-01", "9999-12-31"),
        ("k2", "bert", "2026-01-01", "2026-03-01"),
        ("k3", "carl", "1969-01-01", "1970-01-01"),
    ]
    write_table(tmp_path / "terms.parquet", terms, ("number", "who", "since", "until"))
    plain = {
        "company": {"currency": "EUR"},
        "tables": {
            "purchases": {"source": "purchases.parquet", "columns": dict(COLUMNS)},
            "customers": {
                "source": "people.parquet",
                "columns": {"customer_id": "who", "member_since": "since"},
            },
            "contracts": {
                "source": "terms.parquet",
                "columns": {
                    "customer_id": "who",
                    "contract_id": "number",
                    "starts_at": "since",
                    "ends_at": "until",
                },
            },
        },
    }
    report = check(settings_from(plain, folder=tmp_path))
    found = told(report, "filler.member_since")
    assert found is not None and (found.rows, found.severity) == (1, Severity.NOTES)
    assert found.detail == "25.0% of the rows"
    # A day before any customer lived stands for none, and is none in the store.
    nobody = told(report, "open.member_since")
    assert nobody is not None and nobody.rows == 1
    ended = told(report, "filler.ends_at")
    assert ended is not None and (ended.rows, ended.severity) == (1, Severity.NOTES)
