"""What is kept of one table once its rows are converted, named and compared."""

from __future__ import annotations

from pathlib import Path

from features.company.settings.reading import settings_from
from tests.builders import at
from tests.features.checks.identities.companies import checked, company
from tests.features.tables import COLUMNS, NAMES


def test_of_customers_with_several_ids_a_row_is_the_same_by_whichever_id_and_no_other_persons(
    tmp_path: Path,
) -> None:
    line = ("o1", "2026-01-01 10:00", "tea", 1, 4.50)
    bought = [(one, *line) for one in ("anna", "a-7", "carl", "carl")]
    purchases = checked(company(tmp_path, [("a-7", "anna")], bought=bought)).of("purchases")
    assert (purchases.rows_duplicate, purchases.rows_kept) == (2, 2)


def test_a_text_that_would_be_read_by_its_form_is_left_to_an_expression_that_reads_it(
    tmp_path: Path,
) -> None:
    rows = [f"c{at},o{at},{at + 10:02}.01.2026,tea,1,4.50" for at in range(6)]
    lines = [",".join(NAMES), *rows]
    (tmp_path / "purchases.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def kept(ordered_at: str) -> tuple[int, int | None, int | None]:
        table = {"source": "purchases.csv", "columns": {**COLUMNS, "ordered_at": ordered_at}}
        report = checked(settings_from({"tables": {"purchases": table}}, folder=tmp_path))
        assert not report.refused, report.refusals
        told = report.of("purchases")
        return told.rows_kept, told.first_seconds, told.last_seconds

    days = (at("2026-01-10").seconds, at("2026-01-15").seconds)
    assert kept("day") == kept("strptime(day, '%d.%m.%Y')") == (6, *days)
