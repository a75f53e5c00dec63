"""The data sheet of what a model learned from: what came in, what was left out, over which days, who agreed, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from features.store.store import Store
from features.vocabulary.tables import CUSTOMERS
from features.vocabulary.time import DAY_SECONDS, Cutoff
from training.ladder.tables import markdown

DATA_SHEET_FILE = "data.md"
CONSENTS = ("profiling_consent", "marketing_consent")
LATE_DAYS = 31
"""A table that ends so long before the data do is named: its feed may have stopped."""
_ROWS = (
    ("rows_in_source", "in the source"),
    ("rows_not_selected", "not selected"),
    ("rows_set_aside", "set aside"),
    ("rows_duplicate", "duplicates"),
    ("rows_merged", "merged"),
    ("rows_kept", "in use"),
    ("customers", "customers"),
)


def data_sheet(store: Store) -> str:
    """The tables of a store as Markdown: counts and days alone, nothing of a single customer, and no place they came from."""
    manifest = store.manifest
    first, last = _day(manifest.first_seconds), _day(manifest.last_seconds)
    tables = manifest.report["tables"]
    notes = manifest.report["breaches"]
    parts = [
        "# Data sheet",
        f"Data `{manifest.digest}`: {manifest.customers:,} customers from {first} to {last}, money in {manifest.currency}.",
        "## What came in",
        markdown(
            ["table", *(title for _, title in _ROWS), "from", "to"],
            [
                [
                    one["table"],
                    *(f"{one[key]:,}" for key, _ in _ROWS),
                    _day(one["first_seconds"]),
                    _day(one["last_seconds"]),
                ]
                for one in tables
            ],
        ),
        "## What was found in it",
        markdown(
            ["table", "what", "rows", "what became of them"],
            [
                [
                    one["table"],
                    one["what"],
                    f"{one['rows']:,}" if one["rows"] else "–",
                    one["becomes"],
                ]
                for one in notes
            ],
        )
        if notes
        else "Nothing that a rule of the tables speaks of.",
        "## Who agreed",
        _consents(store),
        "## Known gaps",
        "\n".join(f"- {one}" for one in _gaps(store, tables)) or "None was found.",
    ]
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def _consents(store: Store) -> str:
    """How many customers said yes and no to what; nobody may be scored or contacted by an answer that is not there."""
    path = store.table(CUSTOMERS.name)
    if not path.exists():
        return "There is no table of customers, so nobody has said yes or no."
    from pyarrow import parquet

    known = [one for one in CONSENTS if one in parquet.read_schema(path).names]
    if not known:
        return "The table of customers has no column of consents, so nobody has said yes or no."
    table = parquet.ParquetFile(path).read(columns=known)
    rows = []
    for name in known:
        answers = table[name].to_pylist()
        counts = [sum(one is wanted for one in answers) for wanted in (True, False, None)]
        rows.append([name, *(f"{one:,}" for one in counts)])
    return markdown(["consent", "yes", "no", "not said"], rows)


def _gaps(store: Store, tables: list[Mapping[str, Any]]) -> Iterator[str]:
    """Months without a row between the first and the last of a table, and tables that end before the others."""
    for one in tables:
        if not one["rows_kept"]:
            yield f"{one['table']}: no row is in use"
            continue
        months = _empty_months(store.table(one["table"]))
        if months:
            yield f"{one['table']}: no row in {', '.join(months)}"
        last = one["last_seconds"]
        if last is not None and store.manifest.last_seconds - last > LATE_DAYS * DAY_SECONDS:
            days = (store.manifest.last_seconds - last) // DAY_SECONDS
            yield f"{one['table']}: the last row is of {_day(last)}, {days:,} days before the data end"


def _empty_months(folder: Path) -> list[str]:
    """The months between the first and the last that have no file."""
    months = sorted(one.stem for one in folder.glob("*.parquet")) if folder.is_dir() else []
    if not months:
        return []
    (year, month), wanted = map(int, months[0].split("-")), []
    while (found := f"{year:04d}-{month:02d}") < months[-1]:
        wanted.append(found)
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return [one for one in wanted if one not in months]


def _day(seconds: int | None) -> str:
    return "–" if seconds is None else str(Cutoff(seconds // DAY_SECONDS * DAY_SECONDS))
