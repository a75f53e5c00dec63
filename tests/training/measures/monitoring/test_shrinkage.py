"""Rows of the past that are no more are told by the file, the month or the table they were in."""

from __future__ import annotations

from training.measures.monitoring.shrinkage import Holdings, Loss, losses

BEFORE = Holdings(
    tables={"purchases": 3_000, "customers": 500},
    files={"purchases": {"2024.csv": 1_000, "2025.csv": 2_000}, "customers": {"c.csv": 500}},
    months={"purchases": {"2025-01": 100, "2025-02": 90}},
)


def holding(**changed: object) -> Holdings:
    return Holdings(**{**BEFORE.as_dict(), **changed})


def test_what_holds_as_much_or_more_has_lost_nothing() -> None:
    assert losses(BEFORE, BEFORE) == []
    assert losses(BEFORE, holding(tables={"purchases": 9_000, "customers": 500})) == []
    assert losses(Holdings(), BEFORE) == []


def test_a_file_that_shrank_or_is_gone_is_told_and_its_months_are_not() -> None:
    now = holding(
        tables={"purchases": 1_500, "customers": 500},
        files={"purchases": {"2025.csv": 1_500}, "customers": {"c.csv": 500}},
        months={"purchases": {"2025-01": 10}},
    )
    assert losses(BEFORE, now) == [
        Loss("purchases", "2024.csv", 1_000, 0, is_file=True),
        Loss("purchases", "2025.csv", 2_000, 1_500, is_file=True),
    ]


def test_a_month_that_lost_its_rows_is_told_where_every_file_is_as_long() -> None:
    now = holding(months={"purchases": {"2025-01": 100, "2025-02": 60}})
    assert losses(BEFORE, now) == [Loss("purchases", "2025-02", 90, 60)]


def test_a_table_without_files_or_months_is_told_by_its_rows() -> None:
    assert losses(BEFORE, holding(tables={"purchases": 3_000}, files={}, months={})) != []
    lost = losses(Holdings({"items": 100}), Holdings({"items": 0}))
    assert lost == [Loss("items", "", 100, 0)]


def test_an_erased_customer_and_a_corrected_line_are_no_loss() -> None:
    now = holding(
        files={"purchases": {"2024.csv": 995, "2025.csv": 1_981}, "customers": {"c.csv": 481}},
        months={"purchases": {"2025-01": 81, "2025-02": 89}},
    )
    assert losses(BEFORE, now) == []
