"""What a check says: what refuses, what adds up, and where a list is cut."""

from __future__ import annotations

from dataclasses import replace

import pytest

from features.checks.breaches import (
    Breach,
    CheckReport,
    ContractBroken,
    Severity,
    TableReport,
    refusal,
    shortened,
)
from features.vocabulary.errors import DataRefused

TOLD = Breach("purchases", "returns", "quantity below zero", 1_234, "kept", Severity.NOTES)
ASIDE = replace(TOLD, rule="future", severity=Severity.SETS_ASIDE)
REFUSED = replace(TOLD, rule="unreadable", severity=Severity.REFUSES, advice="Mend it.")


def test_a_report_refuses_where_a_breach_does_and_there_alone() -> None:
    for severe, refused in (((TOLD, ASIDE), False), ((TOLD, REFUSED, ASIDE), True), ((), False)):
        report = CheckReport((), severe)
        assert (report.refused, report.as_dict()["refused"]) == (refused, refused)
        assert report.refusals == tuple(one for one in severe if one is REFUSED)


def test_a_broken_contract_counts_every_refusal_and_names_three_rows() -> None:
    empty = replace(REFUSED, rows=0, what="no rows", sample=("c", "d"), advice="")
    again = replace(REFUSED, sample=("a", "b"))
    broken = ContractBroken(CheckReport((), (again, TOLD, empty, replace(REFUSED, rows=1))))
    assert broken.found == (
        "purchases: quantity below zero (1,234 rows); purchases: no rows; "
        "purchases: quantity below zero (1 rows)"
    )
    assert (broken.rows, broken.remedy) == ("a, b, c", "Mend it.")


def test_a_table_is_found_by_its_name_and_its_rows_add_up() -> None:
    table = TableReport("purchases", "p.csv", 15, 1, 2, 3, 4, 5)
    assert table.rows_read == 14 and table.as_dict()["rows_read"] == 14
    report = CheckReport((replace(table, table="items"), table), ())
    assert report.of("purchases") is table
    with pytest.raises(KeyError):
        report.of("offers")
    for surplus in (-1, 1):
        with pytest.raises(RuntimeError, match="15 accounted for"):
            replace(table, rows_in_source=15 + surplus)


def test_a_fault_becomes_a_refusal_that_names_its_row() -> None:
    fault = DataRefused(expected="a", found="b", remedy="c", rows="row 7")
    found = refusal("items", "source", fault)
    assert (found.what, found.sample, found.advice) == ("expected a, found b", ("row 7",), "c")
    assert (found.severity, found.rows) == (Severity.REFUSES, 0)
    assert refusal("items", "source", DataRefused(expected="a", found="b", remedy="c")).sample == ()


@pytest.mark.parametrize(
    ("names", "said"),
    [("", ""), ("a", "a"), ("abc", "a, b, c"), ("abcd", "a, b, c and 1 more"), ("abcdefg", "a, b, c and 4 more")],
)  # fmt: skip
def test_a_list_is_cut_behind_so_many_names(names: str, said: str) -> None:
    assert shortened(list(names), 3) == said


def test_a_list_of_eight_is_told_whole() -> None:
    assert shortened(list("abcdefgh")) == "a, b, c, d, e, f, g, h"
    assert shortened(list("abcdefghi")).endswith("h and 1 more")
