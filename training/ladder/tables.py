"""Ladders and other rows as tables: Markdown for a card, CSV for a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from features.vocabulary.cells import csv_text


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table.

    >>> print(markdown(["a", "b"], [["1", "2"]]), end="")
    | a | b |
    | --- | --- |
    | 1 | 2 |
    """
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def ladder_markdown(
    rows: Sequence[Mapping[str, Any]],
    columns: Sequence[tuple[str, str]],
    cell: Callable[[Mapping[str, Any], str], str],
) -> str:
    """A ladder as a Markdown table, a line a rung; ``columns`` are keys and titles."""
    return markdown(
        ["", *(title for _, title in columns)],
        [
            [
                f"**{row['name']}** (ships)" if row["ships"] else row["name"],
                *(cell(row, key) for key, _ in columns),
            ]
            for row in rows
        ],
    )


def ladder_csv(rows: Sequence[Mapping[str, Any]], figure: str, *, by_cutoff: str) -> str:
    """A ladder as a table for a spreadsheet; one column a test cutoff holds the figure there.

    ``by_cutoff`` names the field with the figures of each cutoff: this one alone, or several by name.
    """

    def there(found: Any) -> Any:
        return found[figure] if isinstance(found, Mapping) else found

    return spreadsheet(
        [
            {key: value for key, value in row.items() if not isinstance(value, Mapping)}
            | {f"{figure} at {cutoff}": there(one) for cutoff, one in row[by_cutoff].items()}
            for row in rows
        ]
    )


def with_interval(
    row: Mapping[str, Any], key: str, *, places: int = 3, is_signed: bool = False
) -> str:
    """A figure of a row with the ends of its interval.

    >>> with_interval({"auc": 0.7, "auc_low": 0.65, "auc_high": 0.75}, "auc", places=2)
    '0.70 [0.65, 0.75]'
    """
    shape = f"{'+' if is_signed else ''}.{places}f"
    low, high = row[f"{key}_low"], row[f"{key}_high"]
    return f"{row[key]:{shape}} [{low:{shape}}, {high:{shape}}]"


def spreadsheet(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows of plain fields as CSV, an empty cell where there is no answer."""
    if not rows:
        return ""
    names = list(rows[0])
    return csv_text([names, *([row.get(name) for name in names] for row in rows)], line_end="\n")


def cutoffs_table(splits: Mapping[str, Any]) -> str:
    """Which cutoffs fitted, calibrated and tested what, as a Markdown table; the reserved test is named so."""
    reserved = splits.get("reserved", "")
    rows = [
        [
            f"test {number}{', reserved' if reserved and split['test'] == reserved else ''}",
            ", ".join(split["fit"]),
            split["calibration"],
            split["test"],
        ]
        for number, split in enumerate(splits["tests"], start=1)
    ]
    ships = splits["shipped"]
    untested = f"not tested itself: {ships['test']}"
    rows.append(["**ships**", ", ".join(ships["fit"]), ships["calibration"], untested])
    return markdown(["use", "fitted on", "calibrated on", "tested on"], rows).rstrip("\n")
