"""Checking tables: every breach is counted, every row has one fate, and faults are sentences."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features.checks.breaches import Breach, CheckReport, Severity, TableReport
from features.checks.checking import Before, Checking, check
from features.checks.journal import Journal
from features.company.settings.reading import load_settings, settings_from
from features.proposal import propose
from features.sources.connection import connect
from features.vocabulary.time import Cutoff
from tests.features.tables import COLUMNS, SEVEN, purchases, settings_for, write_table


def breach(report: CheckReport, rule: str, table: str = "purchases") -> Breach:
    found = [one for one in report.breaches if one.rule == rule and one.table == table]
    assert len(found) == 1, [one.rule for one in report.breaches]
    return found[0]


def rules(report: CheckReport) -> set[str]:
    return {one.rule for one in report.breaches}


def account(report: CheckReport) -> tuple[int, int, int, int]:
    """Read, set aside, dropped as duplicates, kept."""
    told = report.of("purchases")
    return told.rows_read, told.rows_set_aside, told.rows_duplicate, told.rows_kept


def refusal(report: CheckReport) -> Breach:
    assert report.refused
    assert len(report.refusals) == 1, report.refusals
    return report.refusals[0]


def changed(row: int, column: int, value: Any) -> list[tuple[Any, ...]]:
    """The seven rows with one value replaced, and forty good rows so that one bad is below 1 in 30."""
    rows = [list(one) for one in SEVEN]
    rows[row][column] = value
    return [tuple(one) for one in rows]


def test_good_rows_are_all_kept_and_returns_are_noted(tmp_path: Path) -> None:
    report = check(purchases(tmp_path))
    assert not report.refused
    assert account(report) == (7, 0, 0, 7)
    told = report.of("purchases")
    assert told.customers == 3
    # 2026-01-01 10:00 and 2026-01-09 12:00 UTC
    assert (told.first_seconds, told.last_seconds) == (1767261600, 1767960000)
    returns = breach(report, "returns")
    assert (returns.rows, returns.kept, returns.becomes) == (1, 1, "kept as returns")
    assert returns.sample == ("order o4, item pot",)


def test_rows_without_customer_are_set_aside_and_counted(tmp_path: Path) -> None:
    rows = [
        *SEVEN,
        (None, "o7", "2026-01-03", "tea", 1, 4.5),
        ("  ", "o8", "2026-01-03", "x", 1, 1.0),
    ]
    report = check(purchases(tmp_path, rows))
    missing = breach(report, "missing.customer_id")
    assert (missing.rows, missing.decided, missing.severity) == (2, 2, Severity.SETS_ASIDE)
    assert account(report) == (9, 2, 0, 7)


def test_equal_rows_are_dropped_kept_or_refused_as_the_mapping_says(tmp_path: Path) -> None:
    rows = [*SEVEN, SEVEN[0], SEVEN[0], SEVEN[3]]
    dropped = check(purchases(tmp_path, rows))
    assert account(dropped) == (10, 0, 3, 7)
    assert breach(dropped, "duplicates").rows == 3
    assert breach(dropped, "duplicates").sample == ("order o1, item tea", "order o3, item pot")
    kept = check(purchases(tmp_path, rows, duplicates="keep"))
    assert account(kept) == (10, 0, 0, 10)
    assert breach(kept, "duplicates").severity is Severity.NOTES
    assert refusal(check(purchases(tmp_path, rows, duplicates="refuse"))).rule == "duplicates"


def test_a_row_is_a_duplicate_only_when_columns_that_are_not_mapped_agree_as_well(
    tmp_path: Path,
) -> None:
    names = ("customer", "order", "day", "item", "quantity", "amount", "line")
    rows = [(*SEVEN[0], 1), (*SEVEN[0], 2), (*SEVEN[3], 1)]
    write_table(tmp_path / "purchases.parquet", rows, names)
    assert account(check(settings_for(tmp_path))) == (3, 0, 0, 3)


def test_a_row_found_twice_is_decided_by_the_first_rule_only(tmp_path: Path) -> None:
    rows = [
        *SEVEN,
        (None, "o7", "2026-01-03", "POST", 1, 4.5),
        ("anna", "o8", "2026-01-03", "POST", 1, 0.0),
    ]
    report = check(
        purchases(tmp_path, rows, set_aside={"postage": "item = 'POST'", "free": "amount = 0"})
    )
    postage, free = breach(report, "set_aside.postage"), breach(report, "set_aside.free")
    missing = breach(report, "missing.customer_id")
    assert [(one.rows, one.decided) for one in (postage, free, missing)] == [(2, 2), (1, 0), (1, 0)]
    assert postage.detail == "items: POST (2)"
    assert account(report) == (9, 2, 0, 7)


def test_a_rule_of_ones_own_may_leave_rows_out_of_a_table_that_describes(tmp_path: Path) -> None:
    write_table(tmp_path / "purchases.parquet", SEVEN)
    write_table(tmp_path / "items.parquet", [("tea", "Tea"), ("POST", "Postage")], ("n", "t"))
    items = {
        "source": "items.parquet",
        "columns": {"item_id": "n", "name": "t"},
        "set_aside": {"postage": "n = 'POST'"},
    }
    sold = {"source": "purchases.parquet", "columns": dict(COLUMNS)}
    tables = {"purchases": sold, "items": items}
    report = check(settings_from({"tables": tables}, folder=tmp_path))
    assert breach(report, "set_aside.postage", "items").rows == 1
    assert report.of("items").rows_kept == 1


def test_a_rule_of_ones_own_that_meets_nothing_is_still_reported(tmp_path: Path) -> None:
    report = check(purchases(tmp_path, set_aside={"postage": "item = 'POST'"}))
    assert breach(report, "set_aside.postage").rows == 0


def test_rows_that_where_does_not_select_are_counted(tmp_path: Path) -> None:
    report = check(purchases(tmp_path, where="customer <> 'bert'"))
    told = report.of("purchases")
    assert (told.rows_in_source, told.rows_not_selected, told.rows_kept) == (7, 2, 5)


def test_the_account_of_a_table_must_add_up() -> None:
    with pytest.raises(RuntimeError, match="7 rows in the source, 6 accounted for"):
        TableReport("purchases", "p.csv", 7, 0, 1, 1, 0, 4)


def test_one_unreadable_number_in_two_hundred_is_set_aside(tmp_path: Path) -> None:
    many = [("dora", f"d{n}", "2026-01-04 08:00", "tea", str(n + 1), 4.5) for n in range(199)]
    rows = [*many, ("anna", "o9", "2026-01-04", "tea", "a few", 4.5)]
    report = check(purchases(tmp_path, [*rows, ("bert", "b", "2026-01-04", "tea", "1", 1.0)]))
    few = breach(report, "unreadable.quantity")
    assert (few.rows, few.decided, few.severity) == (1, 1, Severity.SETS_ASIDE)
    assert few.sample == ("order o9, item tea",)
    assert account(report) == (201, 1, 0, 200)


def test_many_unreadable_values_refuse_the_table_and_name_the_column_and_rows(
    tmp_path: Path,
) -> None:
    found = refusal(check(purchases(tmp_path, changed(5, 5, "a lot"))))
    assert (found.rule, found.what, found.rows) == (
        "unreadable.amount",
        "amount is not an amount",
        1,
    )
    assert found.sample == ("order o5, item tea",)
    assert "a lot" not in str(found.as_dict())


def test_dates_before_1970_are_set_aside_and_unreadable_ones_are_no_dates(tmp_path: Path) -> None:
    report = check(purchases(tmp_path, changed(6, 2, "1900-01-01")))
    assert breach(report, "implausible.ordered_at").decided == 1
    assert not report.refused
    assert refusal(check(purchases(tmp_path, changed(6, 2, "31.02.2026")))).rule == (
        "unreadable.ordered_at"
    )


def test_a_few_rows_in_the_future_are_set_aside(tmp_path: Path) -> None:
    # o2 (8 January) and o6 (9 January) lie at or after the 8th, 10:00.
    report = check(purchases(tmp_path), as_of=Cutoff.parse("2026-01-08T10:00:00"))
    future = breach(report, "future.ordered_at")
    assert (future.rows, future.decided) == (2, 2)
    assert future.sample == ("order o2, item tea", "order o6, item cup")
    assert account(report) == (7, 2, 0, 5)


def test_most_rows_in_the_future_refuse_the_table(tmp_path: Path) -> None:
    report = check(purchases(tmp_path), as_of=Cutoff.parse("2026-01-02"))
    assert breach(report, "future.ordered_at").severity is Severity.REFUSES
    assert breach(report, "future.ordered_at").rows == 5


def test_without_an_as_of_no_row_lies_in_the_future(tmp_path: Path) -> None:
    rows = [(*row[:2], "2089-01-01", *row[3:]) for row in SEVEN]
    assert "future.ordered_at" not in rules(check(purchases(tmp_path, rows)))


def test_all_faults_of_a_mapping_are_told_at_once(tmp_path: Path) -> None:
    columns = {
        **COLUMNS,
        "amount": "quantity * prize",
        "customer_id": "custmer",
        "order_id": "sum(amount)",
    }
    report = check(
        purchases(tmp_path, columns=columns, where="quantity", set_aside={"odd": "item ="})
    )
    told = {one.rule: one for one in report.refusals}
    assert set(told) == {
        "mapping.customer_id",
        "mapping.order_id",
        "mapping.amount",
        "where",
        "set_aside.odd",
    }
    assert 'no column "custmer"' in told["mapping.customer_id"].what
    assert told["mapping.customer_id"].advice == 'Did you mean "customer"?'
    assert told["mapping.amount"].advice.startswith("Its columns: customer, order, day")
    assert "cannot contain aggregates" in told["mapping.order_id"].what
    assert "a condition for tables.purchases.where" in told["where"].what
    assert all("\n" not in one.what for one in report.refusals)


def test_a_column_of_the_wrong_type_is_named(tmp_path: Path) -> None:
    report = check(purchases(tmp_path, columns={**COLUMNS, "ordered_at": "quantity"}))
    found = refusal(report)
    assert found.rule == "mapping.ordered_at"
    assert "expected a date or an instant for tables.purchases.columns.ordered_at" in found.what
    assert "of the type DOUBLE" in found.what


def test_an_expression_that_fails_on_a_row_is_a_sentence(tmp_path: Path) -> None:
    columns = {**COLUMNS, "quantity": "CAST(item AS INTEGER)"}
    found = refusal(check(purchases(tmp_path, columns=columns)))
    assert "Could not convert string" in found.what
    assert "TRY_CAST" in found.advice


def test_a_missing_file_an_empty_table_and_one_customer_are_sentences(tmp_path: Path) -> None:
    absent = refusal(check(settings_for(tmp_path)))
    assert absent.what == "expected a file at purchases.parquet, found no such file"
    write_table(tmp_path / "purchases.parquet", SEVEN)
    nobody = refusal(check(settings_for(tmp_path, where="quantity > 99")))
    assert "none of 7 left, `where` lets none through" in nobody.what
    aside = refusal(check(settings_for(tmp_path, set_aside={"all": "true"})))
    assert "none of 7 left, all were set aside" in aside.what
    alone = refusal(check(purchases(tmp_path, SEVEN[:3])))
    assert (alone.rule, alone.what) == (
        "one_customer",
        "expected purchases of many customers, found one customer only",
    )


def test_order_numbers_with_letters_that_only_returns_have_are_cancellations(
    tmp_path: Path,
) -> None:
    rows = [
        ("anna", "100", "2026-01-01", "tea", 2, 9.0),
        ("anna", "C101", "2026-01-02", "tea", -2, -9.0),
        ("bert", "C102", "2026-01-03", "pot", -1, -20.0),
        ("bert", "W103", "2026-01-03", "pot", 1, 20.0),
    ]
    report = check(purchases(tmp_path, rows))
    cancelled = breach(report, "cancellations.C")
    assert (cancelled.rows, cancelled.kept, cancelled.becomes) == (2, 2, "kept as returns")
    assert "cancellations.W" not in rules(report)


def test_an_order_number_of_two_customers_is_noted(tmp_path: Path) -> None:
    rows = [*SEVEN, ("dora", "o1", "2026-01-01 10:00", "tea", 1, 4.5)]
    shared = breach(check(purchases(tmp_path, rows)), "shared_order")
    assert (shared.rows, shared.sample) == (1, ("order o1",))


def test_items_and_customers_from_the_same_file_are_merged_and_contradictions_told(
    tmp_path: Path,
) -> None:
    write_table(tmp_path / "purchases.parquet", SEVEN)
    items = {"item_id": "item", "name": "CASE WHEN \"order\" = 'o5' THEN 'Tee' ELSE item END"}
    report = check(
        settings_from(
            {
                "tables": {
                    "purchases": {"source": "purchases.parquet", "columns": COLUMNS},
                    "items": {"source": "purchases.parquet", "columns": items},
                }
            },
            folder=tmp_path,
        )
    )
    told = report.of("items")
    # Seven rows name three items; the name of tea is told in two ways.
    assert (told.rows_in_source, told.rows_merged, told.rows_kept) == (7, 4, 3)
    several = breach(report, "several.name", "items")
    assert (several.rows, several.sample) == (1, ("item tea",))


def test_settings_without_an_event_table_are_refused(tmp_path: Path) -> None:
    assert refusal(check(settings_from({}, folder=tmp_path))).rule == "unmapped"


@settings(
    max_examples=8,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from([None, "", "anna", "bert", "carl"]),
            st.sampled_from([None, "o1", "o2", "C3"]),
            st.sampled_from([None, "2026-01-01", "1800-05-05", "2026-07-01 10:00"]),
            st.sampled_from(["tea", "POST"]),
            st.sampled_from([None, -1, 0, 1, 2]),
            st.sampled_from([None, -4.5, 0.0, 4.5]),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_every_row_has_exactly_one_fate(tmp_path: Path, rows: list[tuple[Any, ...]]) -> None:
    good = [("anna", f"g{n}", "2026-01-01", "tea", n + 1, 4.5) for n in range(12)]
    report = check(
        purchases(tmp_path, [*good, *rows], set_aside={"postage": "item = 'POST'"}),
        as_of=Cutoff.parse("2026-06-01"),
    )
    told = report.of("purchases")
    decided = {one.rule: one.decided for one in report.breaches}
    assert sum(decided.values()) == told.rows_set_aside + told.rows_duplicate
    # Counted anew, row by row, by the plain reading of each rule.
    kept = [
        row
        for row in [*good, *rows]
        if row[0] and row[1] and row[2] in ("2026-01-01",) and row[3] != "POST"
        and row[4] is not None and row[5] is not None
    ]  # fmt: skip
    assert told.rows_kept == len(set(kept))


@pytest.mark.data
def test_online_retail_is_proposed_and_checked_as_it_is_known_to_be(
    public_data: Path, tmp_path: Path
) -> None:
    file = public_data / "online_retail_2009_2010" / "purchases.parquet"
    (tmp_path / "regulars.toml").write_text(propose(file).toml(tmp_path), encoding="utf-8")
    report = check(load_settings(tmp_path / "regulars.toml"))
    assert not report.refused
    assert report.of("purchases").rows_in_source == 525_461
    assert breach(report, "missing.customer_id").rows == 107_927
    assert breach(report, "cancellations.C").rows == 10_206
    assert breach(report, "duplicates").rows == 6_865
    # By pandas: (Price <= 0).sum(), and the lines of POST, M, m and TEST001.
    assert breach(report, "set_aside.price zero or below").rows == 3_690
    detail = breach(report, "set_aside.tests and corrections").detail
    assert detail.startswith("items: M (850), ADJUST (67), S (41)")
    assert "TEST001 (15)" in detail


MONTHS: list[tuple[Any, ...]] = [
    *SEVEN,
    ("anna", "o7", "2026-02-01 10:00", "tea", 1, 4.5),
    ("anna", "o7", "2026-02-01 10:00", "tea", 1, 4.5),
    (None, "o8", "2026-02-02 10:00", "pot", 1, 20.0),
    ("carl", "o9", "2026-03-03 10:00", "pot", 1, 20.0),
]


@pytest.mark.parametrize(("duplicates", "orders"), [("drop", 9), ("keep", 10)])
def test_what_is_kept_of_each_month_is_kept_of_all_and_nothing_that_was_set_aside(
    tmp_path: Path, duplicates: str, orders: int
) -> None:
    settings = purchases(tmp_path, MONTHS, duplicates=duplicates)
    with connect(tmp_path / "scratch") as connection:
        (table,) = Checking(connection, settings, tmp_path / "scratch").events()
        months = {
            month: connection.execute(table.accepted_rows_sql(month)).fetchall()
            for month in sorted(table.record.months)
        }
    assert [len(rows) for rows in months.values()] == [7, orders - 8, 1]
    february = list(months.values())[1]
    order, customer = (
        table.stored_names.index(next(c.stored for c in table.columns if c.column.name == name))
        for name in ("order_id", "customer_id")
    )
    assert {(row[customer], row[order]) for row in february} == {("anna", "o7")}


@pytest.mark.parametrize(("number", "again"), [("A9", True), ("9", False)])
def test_files_of_before_are_read_again_where_a_column_has_another_type_now(
    tmp_path: Path, number: str, again: bool
) -> None:
    def write(name: str, month: int, number: str) -> None:
        lines = [
            f"{who},{number},2026-{month:02}-0{day},tea,1,4.50"
            for day, who in enumerate(("anna", "bert"), 1)
        ]
        text = "\n".join(["customer,order,day,item,quantity,amount", *lines])
        (tmp_path / name).write_text(text + "\n", encoding="utf-8")

    settings = settings_from(
        {"tables": {"purchases": {"source": "sold*.csv", "columns": COLUMNS}}}, folder=tmp_path
    )

    def read(scratch: str, before: Before | None) -> tuple[Journal, set[str]]:
        with connect(tmp_path / scratch) as connection:
            checks = Checking(connection, settings, tmp_path / scratch, before=before)
            (table,) = checks.events(lambda name: name)
            return {"purchases": table.record}, {one.name for one in table.opened.source.fresh}

    write("sold1.csv", 1, "7")
    journal, fresh = read("first", None)
    assert len(fresh) == 1
    write("sold2.csv", 3, number)
    later, fresh = read("second", Before(journal))
    assert len(fresh) == (2 if again else 1)
    assert len(later["purchases"].files) == len(later["purchases"].months) == 2
