"""Each rule at its limit: just inside, on it, just outside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from features.checks.breaches import Severity
from features.checks.checking import check
from features.company.settings.reading import settings_from
from features.vocabulary.time import Cutoff
from tests.features.tables import SEVEN, purchases


def found(folder: Path, rule: str, rows: list[tuple[Any, ...]], as_of: str = "") -> int:
    """How many rows a rule finds among some and a hundred good ones."""
    good = [("dora", f"g{number}", "2026-01-04", "tea", 1, 4.5) for number in range(100)]
    mapped = purchases(folder, [*rows, *good])
    report = check(mapped, as_of=Cutoff.parse(as_of) if as_of else None)
    return sum(one.rows for one in report.breaches if one.rule == rule)


@pytest.mark.parametrize(
    ("day", "rows"),
    [
        ("1969-12-31 23:59:59", 1),
        ("1970-01-01 00:00:00", 0),
        ("2099-12-31 23:59:59", 0),
        ("2100-01-01 00:00:00", 1),
    ],
)
def test_a_time_is_plausible_from_1970_until_2099(tmp_path: Path, day: str, rows: int) -> None:
    assert found(tmp_path, "implausible.ordered_at", [("anna", "o1", day, "tea", 1, 4.5)]) == rows


@pytest.mark.parametrize(
    ("day", "rows"), [("2026-02-01 09:59:59", 0), ("2026-02-01 10:00:00", 1), ("2100-01-01", 0)]
)
def test_a_row_lies_in_the_future_from_the_day_we_stand_at_on(
    tmp_path: Path, day: str, rows: int
) -> None:
    row = ("anna", "o1", day, "tea", 1, 4.5)
    assert found(tmp_path, "future.ordered_at", [row], as_of="2026-02-01T10:00:00") == rows


@pytest.mark.parametrize(
    ("quantity", "amount", "told"),
    [
        (-0.001, -4.5, {"returns"}),
        (-0.001, 0.0, {"returns"}),
        (-0.001, 0.01, {"returns", "return_adds_money"}),
        (0.0, 4.5, {"no_pieces"}),
        (0.0, -4.5, {"no_pieces"}),
        (0.001, 0.01, set()),
        (0.001, 0.0, {"amount_not_above_zero"}),
        (0.001, -0.01, {"amount_not_above_zero"}),
    ],
)
def test_pieces_and_money_are_told_by_their_signs(
    tmp_path: Path, quantity: float, amount: float, told: set[str]
) -> None:
    rows = [("anna", "o1", "2026-01-01", "tea", quantity, amount)]
    report = check(purchases(tmp_path, [*rows, *SEVEN[:4]]))
    assert {one.rule for one in report.breaches if one.rows} == told
    assert all(one.severity is Severity.NOTES for one in report.breaches)
    assert report.of("purchases").rows_kept == 5


@pytest.mark.parametrize(
    ("number", "rows"),
    [
        *[("1.23457E+12", 1), ("1,23457E+12", 1), ("9e+15", 1), (" 1.2E+10 ", 1)],
        *[("1.23457E-12", 0), ("1E5", 0), ("12E+10", 0), ("A1E+12", 0), ("1.E+12", 0)],
    ],
)
def test_a_number_whose_last_digits_a_spreadsheet_cut_off_is_nobodys(
    tmp_path: Path, number: str, rows: int
) -> None:
    for column in ("customer_id", "order_id", "item_id"):
        row = {"customer_id": "anna", "order_id": "o1", "item_id": "tea"} | {column: number}
        line = (row["customer_id"], row["order_id"], "2026-01-04", row["item_id"], 1, 4.5)
        assert found(tmp_path, f"shortened.{column}", [line]) == rows


@pytest.mark.parametrize(("shortened", "is_refused"), [(1, False), (2, True)])
def test_more_than_one_of_a_hundred_shortened_numbers_refuses(
    tmp_path: Path, shortened: int, is_refused: bool
) -> None:
    rows = [(f"c{at}", f"o{at}", "2026-01-04", "tea", 1, 4.5) for at in range(100 - shortened)]
    rows += [("1.23457E+12", f"s{at}", "2026-01-04", "tea", 1, 4.5) for at in range(shortened)]
    assert check(purchases(tmp_path, rows)).refused is is_refused


@pytest.mark.parametrize(
    ("lacking", "of", "is_refused"),
    [(5, 100, False), (6, 100, True), (10, 200, False), (11, 200, True), (5, 20, False), (6, 20, True)],
)  # fmt: skip
def test_more_than_five_rows_and_five_of_a_hundred_without_their_money_refuse(
    tmp_path: Path, lacking: int, of: int, is_refused: bool
) -> None:
    rows = [
        (f"c{number % 9}", f"g{number}", "2026-01-04", "tea", 1, None if number < lacking else 4.5)
        for number in range(of)
    ]
    report = check(purchases(tmp_path, rows))
    (missing,) = [one for one in report.breaches if one.rule == "missing.amount"]
    assert missing.rows == lacking
    assert report.refused is (missing.severity is Severity.REFUSES) is is_refused


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_outcomes_nobody_knows_yet_are_noted_and_kept_however_many(
    tmp_path: Path, share: float
) -> None:
    rows = [(f"l{number}", "" if number < 100 * share else "yes") for number in range(100)]
    (tmp_path / "leads.csv").write_text("lead,won\n" + "\n".join(map(",".join, rows)) + "\n")
    columns = {
        "customer_id": "lead",
        "cutoff": "DATE '2026-01-01'",
        "name": "'won'",
        "value": "coalesce(won, '') = 'yes'"
        if share == 0.0
        else "CASE WHEN won = 'yes' THEN true END",
    }
    mapped = {"tables": {"outcomes": {"source": "leads.csv", "columns": columns}}}
    report = check(settings_from(mapped, folder=tmp_path))
    assert (report.refused, report.of("outcomes").rows_kept) == (False, 100)
    found = [(one.rows, one.severity) for one in report.breaches if one.rule == "open.value"]
    assert found == ([(round(100 * share), Severity.NOTES)] if share else [])
