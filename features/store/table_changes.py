"""What an ingest did to each table of events, as it is counted and as it is said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from features.checks.checking import CheckedTable
from features.checks.journal import TableRecord
from features.vocabulary.months import month_name


@dataclass(frozen=True)
class TableChange:
    """What an ingest did to one table of events: its files, the months it made anew, and the rows."""

    table: str
    files_new: int
    files_changed: int
    files_gone: int
    months_made: tuple[str, ...]
    months_kept: int
    rows_read: int
    rows_before: int
    rows_after: int

    @property
    def sentence(self) -> str:
        """The change as it is said to people."""
        made = ", ".join(self.months_made[:3])
        if len(self.months_made) > 3:
            made = f"{self.months_made[0]} to {self.months_made[-1]}"
        counts = (
            (self.files_new, "new"),
            (self.files_changed, "changed"),
            (self.files_gone, "gone"),
        )
        files = ", ".join(
            f"{count:,} {what} file{'s' if count > 1 else ''}" for count, what in counts if count
        )
        because = f" ({files})" if files else ""
        added = self.rows_after - self.rows_before
        is_appended = added > 0 and self.files_new and not self.files_changed + self.files_gone
        rows = f"{added:,} row{'s' if added > 1 else ''}"
        what = f"Appended {rows} of {made}" if is_appended else f"Made {made} anew"
        kept = f"{self.months_kept:,} month{'s' if self.months_kept != 1 else ''} kept"
        return f"{what}{because}; {kept}" if made else f"Nothing dated{because}; {kept}"


def table_changes(
    events: Sequence[CheckedTable], before: Mapping[str, TableRecord]
) -> tuple[TableChange, ...]:
    """What became of each table of events whose files or months are not as they were."""
    changes = []
    for checked in events:
        reading = checked.reading
        assert reading is not None
        old = before.get(checked.table.name)
        was = sum(record.rows for record in old.months.values()) if old is not None else 0
        if not (reading.touched or reading.files_new + reading.files_changed + reading.files_gone):
            continue
        months = checked.record.months
        changes.append(
            TableChange(
                table=checked.table.name,
                files_new=reading.files_new,
                files_changed=reading.files_changed,
                files_gone=reading.files_gone,
                months_made=tuple(month_name(month) for month in reading.touched),
                months_kept=len(set(months) - set(reading.touched)),
                rows_read=reading.rows_read,
                rows_before=was,
                rows_after=sum(record.rows for record in months.values()),
            )
        )
    return tuple(changes)
