"""From counts to breaches: shares just below, on and just above what is tolerated."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from features.checks.breaches import Breach, CheckReport, Severity
from features.checks.checking import check
from features.checks.findings import _items_met, protected_notes
from features.company.settings.reading import settings_from
from features.vocabulary.tables import Column, ColumnKind
from tests.features.tables import COLUMNS, Row, purchases, settings_for, write_table


def told(report: CheckReport, rule: str) -> Breach | None:
    return next((one for one in report.breaches if one.rule == rule), None)


def sold(number: str, *, quantity: Any = 1, amount: Any = 4.5, who: str = "") -> Row:
    return (who or f"c{len(number)}", number, "2026-01-04", "tea", quantity, amount)


@pytest.mark.parametrize(
    ("returns", "sales", "cancels"), [(99, 1, True), (98, 1, False), (98, 2, False), (1, 0, True)]
)
def test_letters_mark_cancellations_where_ninety_nine_in_a_hundred_are_returns(
    tmp_path: Path, returns: int, sales: int, cancels: bool
) -> None:
    rows = [sold(f"c{number}", quantity=-1, amount=-4.5) for number in range(returns)]
    rows += [sold(f"C9{number}") for number in range(sales)]
    rows += [sold("1"), sold("22")]
    found = told(check(purchases(tmp_path, rows)), "cancellations.C")
    assert (found is not None) is cancels
    if found is not None:
        lines = returns + sales
        assert (found.rows, found.kept, found.severity) == (lines, lines, Severity.NOTES)
        assert found.detail == (
            f"{lines:,} orders; quantity is below zero on {returns:,} of the lines"
        )


def test_letters_of_sales_alone_mark_nothing(tmp_path: Path) -> None:
    report = check(purchases(tmp_path, [sold("W1"), sold("W22")]))
    assert told(report, "cancellations.W") is None


@pytest.mark.parametrize(("bad", "refused"), [(1, False), (2, False), (3, True)])
def test_one_value_in_a_hundred_may_be_unreadable(tmp_path: Path, bad: int, refused: bool) -> None:
    rows = [sold(f"o{number}", quantity="1", who=f"c{number}") for number in range(200 - bad)]
    rows += [sold(f"b{number}", quantity="few") for number in range(bad)]
    found = told(check(purchases(tmp_path, rows)), "unreadable.quantity")
    assert found is not None and found.rows == bad
    expected = (Severity.REFUSES, "refused") if refused else (Severity.SETS_ASIDE, "set aside")
    assert (found.severity, found.becomes) == expected


@pytest.mark.parametrize(("old", "refused"), [(4, False), (5, False), (6, True)])
def test_half_of_the_rows_may_lie_before_1970(tmp_path: Path, old: int, refused: bool) -> None:
    days = ["1900-01-01"] * old + ["2026-01-04"] * (10 - old)
    rows = [(f"c{at}", f"o{at}", day, "tea", 1, 4.5) for at, day in enumerate(days)]
    found = told(check(purchases(tmp_path, rows)), "implausible.ordered_at")
    assert found is not None and found.rows == old
    assert (found.severity is Severity.REFUSES) is refused


@pytest.mark.parametrize("customers", [1, 2])
def test_purchases_of_one_customer_are_refused_and_of_two_are_not(
    tmp_path: Path, customers: int
) -> None:
    rows = [sold(f"o{number}", who=f"c{number % customers}") for number in range(4)]
    report = check(purchases(tmp_path, rows))
    assert (told(report, "one_customer") is not None) is report.refused is (customers == 1)
    assert report.of("purchases").customers == customers


def test_contacts_of_one_customer_are_no_fault(tmp_path: Path) -> None:
    write_table(tmp_path / "purchases.parquet", [sold("1"), sold("22")])
    contacts = [("c1", "2026-01-04", "mail", "sent"), ("c1", "2026-01-05", "mail", "sent")]
    write_table(tmp_path / "contacts.parquet", contacts, ("who", "day", "channel", "kind"))
    told_by = {"customer_id": "who", "contacted_at": "day", "channel": "channel", "kind": "kind"}
    tables = {
        "purchases": {"source": "purchases.parquet", "columns": COLUMNS},
        "contacts": {"source": "contacts.parquet", "columns": told_by},
    }
    report = check(settings_from({"tables": tables}, folder=tmp_path))
    assert not report.refused and report.of("contacts").customers == 1


def test_rows_repeated_and_set_aside_are_told_and_cost_no_place_twice(tmp_path: Path) -> None:
    rows = [sold("1"), sold("1"), sold("22"), *[sold("333", amount=0.0)] * 3]
    aside = {"free": "amount = 0"}
    dropped = check(purchases(tmp_path, rows, set_aside=aside))
    account = dropped.of("purchases")
    assert (account.rows_set_aside, account.rows_duplicate, account.rows_kept) == (3, 1, 2)
    found = told(dropped, "duplicates")
    assert found is not None and (found.rows, found.decided, found.kept) == (3, 1, 0)
    kept = told(check(purchases(tmp_path, rows, set_aside=aside, duplicates="keep")), "duplicates")
    assert kept is not None and (kept.rows, kept.decided, kept.kept) == (3, 0, 1)


def test_where_no_row_repeats_another_nothing_is_told_of_it(tmp_path: Path) -> None:
    report = check(purchases(tmp_path, [sold("1"), sold("22")]))
    assert told(report, "duplicates") is None


def test_the_items_a_rule_is_about_are_told_by_their_number_up_to_a_hundred() -> None:
    assert _items_met({"b": 2, "a": 2, "c": 1_500}) == "items: c (1,500), a (2), b (2)"
    assert _items_met({}) == _items_met(None or {}) == ""
    many = {f"i{number:03d}": 1 for number in range(100)}
    assert _items_met(many).endswith("i011 (1) and 88 more")
    assert _items_met({**many, "more": 1}) == ""


def test_protected_attributes_are_noted_and_others_are_not() -> None:
    columns = [Column(name, ColumnKind.TEXT, "") for name in ("region", "gender", "age_group")]
    found = list(protected_notes("customers", columns, 7))
    assert [one.rule for one in found] == ["protected.gender", "protected.age_group"]
    assert {(one.rows, one.kept, one.severity) for one in found} == {(7, 7, Severity.NOTES)}


NAMES = ("customer", "order", "day", "item", "quantity", "amount", "off", "known")


@pytest.mark.parametrize(
    ("amount", "off", "known", "expected"),
    [
        (4.5, -0.01, "2026-01-04 10:00:00", {"discount_below_zero"}),
        *[(4.5, off, "2026-01-04 10:00:00", set()) for off in (0.0, 0.01)],
        *[(amount, -0.01, "2026-01-04 10:00:00", set()) for amount in (0.0, -4.5)],
        (4.5, 0.0, "2026-01-04 09:59:59", {"early.known_at"}),
        (4.5, 0.0, "2026-01-04 10:00:01", set()),
        (4.5, 0.0, None, set()),
    ],
)
def test_a_discount_below_zero_and_a_row_known_too_early_are_told_and_kept(
    tmp_path: Path, amount: float, off: float, known: str | None, expected: set[str]
) -> None:
    pieces = 1 if amount > 0 else 0
    good = ("2026-01-04 10:00:00", "tea", 1, 4.5, 0.0, "2026-01-04 10:00:00")
    row = ("anna", "o1", "2026-01-04 10:00:00", "tea", pieces, amount, off, known)
    rows = [row, ("bert", "o2", *good), ("carl", "o3", *good)]
    write_table(tmp_path / "purchases.parquet", rows, NAMES)
    columns = {**COLUMNS, "discount": "off", "known_at": "known"}
    report = check(settings_for(tmp_path, columns=columns))
    assert {one.rule for one in report.breaches if one.rows} - {"no_pieces"} == expected
    assert report.of("purchases").rows_kept == 3
