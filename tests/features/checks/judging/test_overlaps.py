"""Files that hold the same sales are named with their days, and refused before the sales count twice."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.checks.breaches import Breach, CheckReport, ContractBroken, Severity
from features.checks.checking import check
from features.checks.judging.overlaps import Overlap, joined_overlaps, shared_times
from features.company.settings.reading import Settings, settings_from
from features.company.workspace import Workspace
from features.store.ingestion import ingest
from tests.features.tables import COLUMNS, Row, write_table

SOURCE = ("customer", "order_no", "day", "item", "pieces", "price", "status", "shop")


def line(at: int, status: str = "completed", **other: object) -> Row:
    day = f"2026-{1 + at // 28:02d}-{1 + at % 28:02d} 10:00"
    row = {
        "customer": f"c{at % 9}", "order_no": f"o{at}", "day": day, "item": "tea", "pieces": 1,
        "price": 4.5, "status": status, "shop": "north",
    } | other  # fmt: skip
    return tuple(row[name] for name in SOURCE)


def settings(folder: Path, **mapping: object) -> Settings:
    columns = dict(zip(COLUMNS, SOURCE, strict=False))
    plain = {"source": "*.parquet", "columns": columns, **mapping}
    return settings_from(
        {"company": {"currency": "EUR"}, "tables": {"purchases": plain}}, folder=folder
    )


def of_files(folder: Path, *tables: list[Row], **mapping: object) -> Settings:
    for place, rows in enumerate(tables):
        write_table(folder / f"sales-{place + 1}.parquet", rows, SOURCE)
    return settings(folder, **mapping)


def told(report: CheckReport) -> Breach | None:
    found = [one for one in report.breaches if one.rule == "overlapping_files"]
    return found[0] if found else None


OLD = [line(at, "pending" if at >= 50 else "completed") for at in range(60)]


def test_sales_in_two_files_are_refused_with_files_days_and_remedy(tmp_path: Path) -> None:
    found = told(check(of_files(tmp_path, OLD, [line(at) for at in range(50, 90)])))
    assert found is not None
    assert (found.rows, found.kept, found.severity) == (10, 10, Severity.REFUSES)
    # 2026-02-23 is the day of order 50, 2026-03-04 that of order 59.
    assert found.detail == (
        "10 in sales-1.parquet and sales-2.parquet from 2026-02-23 to 2026-03-04"
    )
    assert found.sample == ("order o50, item tea", "order o51, item tea", "order o52, item tea")
    assert "(here status, shop)" in found.advice
    assert "\"other copy\" = '''\"status\" = 'the older copy''s word' '''" in found.advice


def test_an_ingest_refuses_them_too(tmp_path: Path) -> None:
    made = of_files(tmp_path, OLD, [line(at) for at in range(50, 90)])
    with pytest.raises(ContractBroken, match=r"sales-1.parquet and sales-2.parquet from 2026"):
        ingest(made, Workspace(tmp_path / "work"))


def test_a_file_that_comes_later_is_held_against_those_that_were_read(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "work")
    apart = [line(at) for at in range(60, 90)]
    ingest(of_files(tmp_path, OLD, apart), workspace)
    write_table(tmp_path / "sales-0.parquet", [line(at) for at in range(50, 60)], SOURCE)
    with pytest.raises(ContractBroken, match=r"10 in sales-0.parquet and sales-1.parquet from 202"):
        ingest(settings(tmp_path), workspace)
    write_table(tmp_path / "sales-0.parquet", [line(200), line(201)], SOURCE)
    assert not ingest(settings(tmp_path), workspace).reused


def test_a_rule_of_the_company_takes_one_copy_out(tmp_path: Path) -> None:
    rule = {"older copies": "status = 'pending'"}
    report = check(of_files(tmp_path, OLD, [line(at) for at in range(50, 90)], set_aside=rule))
    assert not report.refused and told(report) is None
    assert report.of("purchases").rows_kept == 90


def test_exact_repetitions_are_dropped_and_no_overlap(tmp_path: Path) -> None:
    report = check(of_files(tmp_path, OLD, OLD[40:]))
    assert not report.refused and told(report) is None
    assert report.of("purchases").rows_duplicate == 20


def test_where_repetitions_are_kept_the_order_number_tells_one_sale(tmp_path: Path) -> None:
    found = told(check(of_files(tmp_path, OLD, OLD[40:], duplicates="keep")))
    assert found is not None and (found.rows, found.severity) == (20, Severity.REFUSES)
    assert 'duplicates = "drop"' in found.advice


def test_equal_rows_of_orders_that_are_days_may_be_sales_of_their_own(tmp_path: Path) -> None:
    columns = dict(zip(COLUMNS, SOURCE, strict=False)) | {"order_id": "left(day, 10)"}
    report = check(of_files(tmp_path, OLD, OLD[40:], duplicates="keep", columns=columns))
    assert told(report) is None


def test_returns_and_further_lines_of_an_order_in_a_later_file_are_no_overlap(
    tmp_path: Path,
) -> None:
    later = [line(at, pieces=-1, price=-4.5) for at in range(30, 60)]
    later += [line(at, item="milk") for at in range(30, 60)]
    assert told(check(of_files(tmp_path, OLD, later))) is None


def test_a_mapped_column_tells_sales_of_two_shops_apart(tmp_path: Path) -> None:
    south = [line(at, shop="south") for at in range(60)]
    columns = dict(zip(COLUMNS, SOURCE, strict=False))
    north = [line(at) for at in range(60)]
    assert told(check(of_files(tmp_path, north, south, columns=columns))) is not None
    apart = of_files(tmp_path, north, south, columns={**columns, "store": "shop"})
    assert told(check(apart)) is None


def test_a_line_that_a_file_has_twice_is_one_that_the_other_has_once(tmp_path: Path) -> None:
    twice = [row for at in range(60) for row in (line(at), line(at, "shipped"))]
    assert told(check(of_files(tmp_path, twice))) is None
    found = told(check(of_files(tmp_path, twice, [line(at, "new") for at in range(10, 30)])))
    assert found is not None and found.rows == 20


@pytest.mark.parametrize(
    ("rows", "shared", "severity"),
    [
        (60, 0, None),
        (60, 5, Severity.NOTES),
        (60, 6, Severity.REFUSES),
        # One in two hundred of 1,600 rows is eight.
        (1592, 8, Severity.NOTES),
        (1592, 9, Severity.REFUSES),
    ],
)
def test_a_small_share_is_noted_and_counts_twice(
    tmp_path: Path, rows: int, shared: int, severity: Severity | None
) -> None:
    first = [line(at % 300, order_no=f"o{at}") for at in range(rows)]
    second = [line(at % 300, "new", order_no=f"o{at}") for at in range(shared)]
    report = check(of_files(tmp_path, first, second or [line(299, order_no="x")]))
    found = told(report)
    assert (found.severity if found else None) is severity
    assert report.refused is (severity is Severity.REFUSES)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 8)), max_size=8))
def test_times_are_shared_where_two_spans_have_them(pairs: list[tuple[int, int]]) -> None:
    spans = [(first, first + length) for first, length in pairs]
    covered = Counter(time for first, last in spans for time in range(first, last + 1))
    shared = [time for first, last in shared_times(spans) for time in range(first, last + 1)]
    # In their order, and none of them twice.
    assert shared == sorted(time for time, times in covered.items() if times > 1)


def test_overlaps_of_months_add_up_by_pair_of_files() -> None:
    parts = [
        Overlap(("a", "b"), 3, 10, 12, ("order 1",)),
        Overlap(("a", "c"), 1, 11, 11),
        Overlap(("a", "b"), 4, 5, 40, ("order 0",)),
    ]
    assert joined_overlaps(parts) == (
        Overlap(("a", "b"), 7, 5, 40, ("order 0", "order 1")),
        Overlap(("a", "c"), 1, 11, 11),
    )
