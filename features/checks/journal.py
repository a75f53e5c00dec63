"""What a store was made of: the files of every table, the months their rows fall in, and each month's account.

The next ingest compares the files with it and makes only the months anew whose files are others.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from features.checks.accounts import PartAccount
from features.checks.breaches import Breach, Severity, TableReport
from features.sources.files import Schema
from features.vocabulary.months import month_name, month_number

JOURNAL = "journal.json"


@dataclass(frozen=True)
class FileRecord:
    """One file as it was: its stamp, columns, rows, months, and the account of its rows without a date."""

    stamp: str
    schema: Schema
    rows_in_source: int
    months: tuple[int, ...] = ()
    undated: PartAccount | None = None


@dataclass(frozen=True)
class MonthRecord:
    """One month as it was: what became of its rows, and the digest of those that are stored."""

    account: PartAccount
    rows: int
    digest: str = ""


@dataclass(frozen=True)
class TableRecord:
    """One table as it was. ``made_of`` names the mapping and all else that every row depends on.

    A describing table has its report and breaches instead of months; one of events has the breaches of
    the files that are joined to it.
    """

    made_of: str
    columns: Mapping[str, str]
    files: Mapping[str, FileRecord] = field(default_factory=dict)
    months: Mapping[int, MonthRecord] = field(default_factory=dict)
    report: TableReport | None = None
    breaches: tuple[Breach, ...] = ()


Journal = Mapping[str, TableRecord]


def write_journal(journal: Journal, folder: Path) -> None:
    """Write a journal beside the store it belongs to."""
    plain = {}
    for name, one in journal.items():
        plain[name] = {
            "made_of": one.made_of,
            "columns": dict(one.columns),
            "files": {file: _plain_file(record) for file, record in one.files.items()},
            "months": {month_name(month): asdict(record) for month, record in one.months.items()},
            "report": None if one.report is None else asdict(one.report),
            "breaches": [breach.as_dict() for breach in one.breaches],
        }
    text = json.dumps(plain, ensure_ascii=False, indent=1)
    (folder / JOURNAL).write_text(text + "\n", encoding="utf-8")


def read_journal(folder: Path) -> Journal:
    """The journal of a store; an empty one when there is none that can be read."""
    try:
        plain = json.loads((folder / JOURNAL).read_text(encoding="utf-8"))
        return {name: _table(one) for name, one in plain.items()}
    except (OSError, ValueError, TypeError, KeyError):
        return {}


def _table(plain: Mapping[str, Any]) -> TableRecord:
    return TableRecord(
        made_of=plain["made_of"],
        columns=plain["columns"],
        files={name: _file(one) for name, one in plain["files"].items()},
        months={
            month_number(name): MonthRecord(
                PartAccount.of(one["account"]), one["rows"], one["digest"]
            )
            for name, one in plain["months"].items()
        },
        report=None if plain["report"] is None else TableReport(**plain["report"]),
        breaches=tuple(_breach(one) for one in plain["breaches"]),
    )


def _plain_file(record: FileRecord) -> dict[str, Any]:
    return {
        **vars(record),
        "schema": record.schema.as_dict(),
        "months": [month_name(month) for month in record.months],
        "undated": None if record.undated is None else asdict(record.undated),
    }


def _file(plain: Mapping[str, Any]) -> FileRecord:
    undated = plain["undated"]
    return FileRecord(
        stamp=plain["stamp"],
        schema=Schema.of(plain["schema"]),
        rows_in_source=plain["rows_in_source"],
        months=tuple(map(month_number, plain["months"])),
        undated=None if undated is None else PartAccount.of(undated),
    )


def _breach(plain: Mapping[str, Any]) -> Breach:
    return Breach(
        **{**plain, "severity": Severity(plain["severity"]), "sample": tuple(plain["sample"])}
    )
