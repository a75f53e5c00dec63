"""Further tables: each column by its name, and what is missing left open."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from features.proposal import propose
from tests.features.tables import write_table

DAY = datetime(2026, 1, 5)


def test_exposures_and_offers_are_proposed_without_purchases(tmp_path: Path) -> None:
    shown = [(f"c{n % 5}", f"o{n % 2}", DAY, ("Treated", "Control")[n % 2], 0.7) for n in range(20)]
    write_table(tmp_path / "e.parquet", shown, ("customer_id", "offer_id", "shown_at", "arm", "p"))
    write_table(tmp_path / "o.parquet", [("o0", "Tea 10"), ("o1", "Mug 10")], ("offer_id", "name"))
    found = propose(others={"exposures": tmp_path / "e.parquet", "offers": tmp_path / "o.parquet"})
    exposures, offers = found.tables
    assert {one.column: one.expression for one in exposures.columns} == {
        "customer_id": "customer_id",
        "offer_id": "offer_id",
        "shown_at": "shown_at",
        "arm": "arm",
        "action_probability": "p",
    }
    assert [one.column for one in offers.columns] == ["offer_id", "name"]


def test_a_needed_column_nothing_fits_is_left_open_with_what_could_be_it(tmp_path: Path) -> None:
    rows = [(f"anna{n}@example.com", DAY, "mail", 3) for n in range(9)]
    write_table(tmp_path / "c.parquet", rows, ("E-Mail", "date", "channel", "abc"))
    found = propose(others={"contacts": tmp_path / "c.parquet"})
    columns = {one.column: one for one in found.tables[0].columns}
    assert columns["customer_id"].expression == 'lower(trim("E-Mail"))'
    assert columns["kind"].is_open
    assert found.open == ("tables.contacts.columns.kind",)
    assert ("abc", "1 different values") in columns["kind"].candidates
    assert '# kind = "abc"' in found.toml(tmp_path).splitlines()


def test_of_what_could_be_a_column_what_is_named_most_like_it_comes_first(tmp_path: Path) -> None:
    rows = [(f"K{n}", DAY, "mail", *"abcdef", "visit") for n in range(9)]
    # It speaks for the channel as well, and a little more.
    names = ("Kundennummer", "date", "channel", *(f"abc {n}" for n in range(6)), "channel event")
    write_table(tmp_path / "c.parquet", rows, names)
    found = propose(others={"contacts": tmp_path / "c.parquet"})
    kind = next(one for one in found.tables[0].columns if one.column == "kind")
    assert kind.is_open and kind.candidates[0] == ('"channel event"', "1 different values")
    assert len(kind.candidates) == 5


def test_identities_are_proposed_with_the_person_and_the_date(tmp_path: Path) -> None:
    rows = [(f"K{n}", f"P{n // 2}", DAY) for n in range(10)]
    write_table(tmp_path / "i.parquet", rows, ("Kundennummer", "Merged into", "Merged on"))
    found = propose(others={"identities": tmp_path / "i.parquet"})
    assert {one.column: one.expression for one in found.tables[0].columns} == {
        "customer_id": "Kundennummer",
        "person_id": '"Merged into"',
        "since": '"Merged on"',
    }
    assert not found.open


def test_a_direction_is_proposed_by_its_name_where_its_values_are_understood(
    tmp_path: Path,
) -> None:
    named = [
        ("hs_call_direction", "INBOUND", True),
        ("CallType", "Outbound", True),
        ("is_outbound", True, True),
    ]
    named += [("direccion", "Calle Mayor 5", False), ("direction", "north", False)]
    for name, value, is_direction in named:
        rows = [(f"K{n}", DAY, "phone", "call", value) for n in range(9)]
        write_table(tmp_path / "c.parquet", rows, ("Kundennummer", "date", "channel", "kind", name))
        found = propose(others={"contacts": tmp_path / "c.parquet"})
        columns = {one.column: one.expression for one in found.tables[0].columns}
        assert columns.get("direction") == (name if is_direction else None), name
