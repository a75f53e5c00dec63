"""Purchases none of which brings any money are refused, unless the mapping itself says that there is none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from features.checks.breaches import Severity
from features.checks.checking import check
from features.company.settings.reading import Settings
from tests.features.tables import purchases

RULE = "no_money.amount"


def shop(folder: Path, *amounts: float) -> Settings:
    rows = [
        (f"c{at}", f"o{at}", f"2026-01-{1 + at:02d}", "tea", 1, amount)
        for at, amount in enumerate(amounts)
    ]
    return purchases(folder, rows)


@pytest.mark.parametrize(
    ("amounts", "is_refused"),
    [((0.0, 0.0), True), ((0.0, -3.0), True), ((0.0, 0.01), False), ((-3.0, 0.01), False)],
)
def test_purchases_of_which_none_brings_a_cent_are_refused(
    tmp_path: Path, amounts: tuple[float, ...], is_refused: bool
) -> None:
    report = check(shop(tmp_path, *amounts))
    found = [one for one in report.breaches if one.rule == RULE]
    assert report.refused is bool(found) is is_refused
    if found:
        assert (found[0].rows, found[0].severity) == (len(amounts), Severity.REFUSES)


def test_rows_that_are_taken_off_as_repeated_bring_no_money(tmp_path: Path) -> None:
    row = ("c1", "o1", "2026-01-04", "tea", 1, -4.0)
    report = check(purchases(tmp_path, [row, row, row]))
    (found,) = [one for one in report.breaches if one.rule == RULE]
    assert found.rows == 1


def test_a_company_that_says_there_is_no_money_is_believed(tmp_path: Path) -> None:
    settings = shop(tmp_path, 5.0, 7.0)
    table = settings.tables["purchases"]
    columns = {**table.columns, "amount": "0"}
    said = replace(settings, tables={"purchases": replace(table, columns=columns)})
    report = check(said)
    assert not report.refused
    assert not [one for one in report.breaches if one.rule == RULE]
