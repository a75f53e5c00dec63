"""What is no merchandise is told in a note, with a doubt where it is most of what is sold."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.checks.breaches import Breach, Severity
from features.checks.checking import check
from features.company.settings.reading import settings_from
from tests.features.tables import COLUMNS, SEVEN, write_table


def told(folder: Path, flags: dict[str, str | None], column: str = "flag") -> Breach | None:
    """The note about items with these flags; tea is bought on three of seven lines, cup and pot on two each."""
    write_table(folder / "purchases.parquet", SEVEN)
    write_table(folder / "items.parquet", [*flags.items()], ("item", "flag"))
    items = {"item_id": "item", "is_merchandise": column}
    tables = {
        "purchases": {"source": "purchases.parquet", "columns": dict(COLUMNS)},
        "items": {"source": "items.parquet", "columns": items},
    }
    report = check(settings_from({"company": {"currency": "EUR"}, "tables": tables}, folder=folder))
    assert not report.refused
    return next((one for one in report.breaches if one.rule == "no_merchandise"), None)


@pytest.mark.parametrize(
    ("flags", "what", "is_doubtful"),
    [
        ({"tea": "no", "cup": "yes", "pot": None}, "1 of 3 items are no merchandise, 42.9%", False),
        ({"cup": "no", "pot": "no", "tea": "yes", "a": "yes"}, "2 of 4 items are no merchandise, 57.1%", True),
        ({"tea": "no"}, "1 of 1 items are no merchandise, 42.9%", True),
        # Never bought, and half of the items: nothing to doubt.
        ({"post": "no", "tea": "yes"}, "1 of 2 items are no merchandise, 0.0%", False),
    ],
)  # fmt: skip
def test_how_much_is_no_merchandise_is_told(
    tmp_path: Path, flags: dict[str, str | None], what: str, is_doubtful: bool
) -> None:
    found = told(tmp_path, flags)
    assert found is not None and found.severity is Severity.NOTES
    assert found.what == f"{what} of the lines bought"
    assert ("the opposite" in found.advice) is is_doubtful


def test_nothing_is_told_where_all_is_merchandise(tmp_path: Path) -> None:
    assert told(tmp_path, {"tea": "yes", "cup": None}) is None
    assert told(tmp_path, {"tea": "no"}, "true") is None
