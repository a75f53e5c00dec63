"""What is kept of one table once its rows are converted, named and compared."""

from __future__ import annotations

from pathlib import Path

from tests.features.checks.identities.companies import checked, company


def test_of_customers_with_several_ids_a_row_is_the_same_by_whichever_id_and_no_other_persons(
    tmp_path: Path,
) -> None:
    line = ("o1", "2026-01-01 10:00", "tea", 1, 4.50)
    bought = [(one, *line) for one in ("anna", "a-7", "carl", "carl")]
    purchases = checked(company(tmp_path, [("a-7", "anna")], bought=bought)).of("purchases")
    assert (purchases.rows_duplicate, purchases.rows_kept) == (2, 2)
