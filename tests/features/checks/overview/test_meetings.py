"""Tables that meet in no key are refused with what to write; how many meet is told in counts alone."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from features.checks.breaches import Breach, CheckReport, ContractBroken, Severity
from features.checks.checking import check
from features.checks.figures import Meeting
from features.checks.overview.meetings import pairs
from features.company.settings.reading import Settings, settings_from
from features.company.workspace import Workspace
from features.store.ingestion import ingest
from tests.features.tables import COLUMNS, write_table


def shop(
    folder: Path, buyers: list[str], people: list[str], customer_id: str = "who", **more: Any
) -> Settings:
    """Purchases of some customers, and a table that describes some."""
    rows = [
        (who, f"o{at}", f"2026-01-0{1 + at % 9}", "tea", 1, 4.5) for at, who in enumerate(buyers)
    ]
    write_table(folder / "purchases.parquet", rows)
    write_table(folder / "people.parquet", [(who, "north") for who in people], ("who", "place"))
    tables = {
        "purchases": {"source": "purchases.parquet", "columns": dict(COLUMNS)},
        "customers": {
            "source": "people.parquet",
            "columns": {"customer_id": customer_id, "region": "place"},
        },
        **more,
    }
    return settings_from({"company": {"currency": "EUR"}, "tables": tables}, folder=folder)


def told(report: CheckReport, table: str = "customers") -> Breach | None:
    found = [one for one in report.breaches if one.rule.startswith("meets.") and one.table == table]
    return found[0] if found else None


def numbered(count: int, form: str = "{:04d}", begin: int = 1) -> list[str]:
    return [form.format(number) for number in range(begin, begin + count)]


@pytest.mark.parametrize(("known", "refused"), [(5, False), (6, True), (9, True)])
def test_customers_of_whom_none_has_bought_are_refused(
    tmp_path: Path, known: int, refused: bool
) -> None:
    settings = shop(tmp_path, numbered(9), numbered(known, begin=100))
    report = check(settings)
    assert report.refused is refused
    if refused:
        found = told(report)
        assert found is not None
        assert f"found 0 of {known} among the 9 of purchases" in found.what
        with pytest.raises(ContractBroken, match=f"0 of {known} among the 9 of purchases"):
            ingest(settings, Workspace(tmp_path / "workspace"))


def test_leading_zeros_that_were_lost_are_named_and_the_advice_mends_them(tmp_path: Path) -> None:
    buyers, people = numbered(9), numbered(9, "{}")
    found = told(check(shop(tmp_path, buyers, people)))
    assert found is not None
    assert "9 would meet but for leading zeros" in found.advice
    written = found.advice[found.advice.index("customer_id = ") :].split(" under ")[0]
    mended = tomllib.loads(written)["customer_id"].replace("your_column", "who")
    settings = shop(tmp_path, buyers, people, mended)
    assert told(check(settings)) is None
    assert ingest(settings, Workspace(tmp_path / "workspace")).rows["customers"] == 9


@pytest.mark.parametrize(
    ("form", "difference"),
    [("C{:04d}", "letters before the number"), ("{}", "leading zeros"), ("x-{}", "letters before")],
)
def test_what_two_spellings_differ_by_is_named(tmp_path: Path, form: str, difference: str) -> None:
    found = told(check(shop(tmp_path, numbered(9), numbered(9, form))))
    assert found is not None and f"9 would meet but for {difference}" in found.advice


def test_capitals_are_named_and_no_address_is_shown(tmp_path: Path) -> None:
    people = [f"anna{number}@example.com" for number in range(9)]
    report = check(shop(tmp_path, people, [who.upper() for who in people]))
    found = told(report)
    assert found is not None and "9 would meet but for capitals" in found.advice
    assert "@" not in str(report.as_dict()["breaches"]).replace("'", "")


@pytest.mark.parametrize(("met", "is_told"), [(1, True), (4, True), (5, False), (10, False)])
def test_it_is_noted_when_less_than_half_of_those_who_could_meet_do(
    tmp_path: Path, met: int, is_told: bool
) -> None:
    people = [*numbered(met), *numbered(30 - met, begin=100)]
    report = check(shop(tmp_path, numbered(10), people))
    assert not report.refused
    found = told(report)
    assert (found is not None) is is_told
    if found is not None:
        assert found.severity is Severity.NOTES
        assert found.what == f"{met} of 30 customers are among the 10 of purchases"
    (summary,) = [one for one in report.summaries if one.table == "customers"]
    assert summary.meets == (Meeting("customers", "purchases", "customer_id", 30, 10, met),)
    assert summary.as_dict()["meets"][0]["met"] == met


def test_a_table_that_loses_its_zeros_later_is_refused_though_the_purchases_stay(
    tmp_path: Path,
) -> None:
    workspace = Workspace(tmp_path / "workspace")
    ingest(shop(tmp_path, numbered(9), numbered(9)), workspace)
    write_table(
        tmp_path / "people.parquet",
        [(who, "south") for who in numbered(9, "{}")],
        ("who", "place"),
    )
    settings = settings_from(
        {
            "company": {"currency": "EUR"},
            "tables": {
                "purchases": {"source": "purchases.parquet", "columns": dict(COLUMNS)},
                "customers": {
                    "source": "people.parquet",
                    "columns": {"customer_id": "who", "region": "place"},
                },
            },
        },
        folder=tmp_path,
    )
    with pytest.raises(ContractBroken, match="0 of 9 among the 9 of purchases"):
        ingest(settings, workspace)


def test_which_tables_are_held_against_which() -> None:
    who, item, offer = "customer_id", "item_id", "offer_id"
    tables = {
        "purchases": frozenset({who, item}),
        "customers": frozenset({who}),
        "items": frozenset({item}),
        "contacts": frozenset({who}),
        "offers": frozenset({offer}),
        "exposures": frozenset({who, offer}),
    }
    assert list(pairs(tables)) == [
        ("customers", "purchases", who),
        ("contacts", "purchases", who),
        ("exposures", "purchases", who),
        ("items", "purchases", item),
        ("exposures", "offers", offer),
    ]
    assert list(pairs({"customers": frozenset({who}), "outcomes": frozenset({who})})) == [
        ("customers", "outcomes", who)
    ]
    assert list(pairs({"customers": frozenset({who}), "items": frozenset({item})})) == []
