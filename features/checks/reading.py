"""One table of events read as far as needed: the files that are new, and the months they reach into.

A month depends on the files that have rows in it and on nothing else, so a new, changed or vanished file
makes the months anew in which it has or had rows, from all files that have rows in them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import MAXYEAR

from features.checks.accounts import PartAccount, part_accounts
from features.checks.breaches import Breach
from features.checks.findings import Account, account_of
from features.checks.journal import FileRecord, MonthRecord, TableRecord
from features.checks.judging.joins import join_breaches
from features.checks.judging.judged_table import OpenTable, judge, judge_months
from features.checks.judging.overlaps import overlaps_by_part
from features.checks.judging.rules import MAY_LIE_AHEAD
from features.checks.judging.whole_files import whole_file_breaches
from features.checks.overview.records import rows_by_file
from features.vocabulary.time import Cutoff

_NEVER = MAXYEAR * 366 * 86_400


@dataclass(frozen=True)
class TableReading:
    """A table after reading: its new record, the months that were made anew, and what was read."""

    record: TableRecord
    touched: tuple[int, ...]
    files_new: int
    files_changed: int
    files_gone: int
    rows_read: int
    breaches: tuple[Breach, ...] = ()
    """What is missing in whole files of those that were read now."""

    @property
    def in_source(self) -> int:
        """The rows of all files."""
        return sum(one.rows_in_source for one in self.record.files.values())

    def account(self, opened: OpenTable, customers: int | None) -> Account:
        """What became of the rows of the whole table, those read now and those read before."""
        undated = [one.undated for one in self.record.files.values() if one.undated is not None]
        months = [one.account for one in self.record.months.values()]
        account = account_of(opened, [*months, *undated], self.in_source, customers)
        told = self.breaches + account.breaches + self.record.breaches
        return replace(account, breaches=told)


def read_table(
    opened: OpenTable,
    before: TableRecord | None,
    made_of: str,
    *,
    also: Collection[int] = (),
    futures: tuple[Cutoff | None, Cutoff | None] = (None, None),
) -> TableReading:
    """Judge the fresh files of a table, and of the others the rows of every month that is to be made anew.

    ``also`` are further months to make anew, ``futures`` the days from which on rows lay in the future
    before and do so now.
    """
    source = opened.source
    known = before.files if before is not None else {}
    judge(opened)
    fresh = _fresh_records(opened)
    breaches = whole_file_breaches(opened)
    gone = [name for name in known if name not in source.schemas]
    touched = {month for record in fresh.values() for month in record.months}
    for name in (*gone, *(name for name in fresh if name in known)):
        touched |= set(known[name].months)
    months = before.months if before is not None else {}
    touched |= {month for month in also if month in months}
    if opened.table.name not in MAY_LIE_AHEAD:
        touched |= {m for m, one in months.items() if _future_moved(one.account, *futures)}
    others = [
        one
        for one in source.files
        if one.name not in fresh and touched & set(known[one.name].months)
    ]
    judge_months(opened, others, sorted(touched))
    places = {one.name: -1 - place for place, one in enumerate(source.fresh)}
    found = part_accounts(opened, [*sorted(touched), *places.values()])
    named = [one.name for one in (*source.fresh, *others)]
    for month, overlaps in overlaps_by_part(opened, named).items():
        found[month] = replace(found[month], overlaps=overlaps)
    files = {
        one.name: _with_undated(fresh[one.name], found[places[one.name]])
        if one.name in fresh
        else known[one.name]
        for one in source.files
    }
    record = TableRecord(
        made_of,
        source.read_as,
        files,
        _months(opened, months, touched, found),
        breaches=_of_joins(opened, before),
    )
    return TableReading(
        record=record,
        touched=tuple(sorted(touched)),
        files_new=sum(name not in known for name in fresh),
        files_changed=sum(name in known for name in fresh),
        files_gone=len(gone),
        rows_read=sum(one.rows_in_source for one in fresh.values())
        + sum(known[one.name].rows_in_source for one in others),
        breaches=breaches,
    )


def _of_joins(opened: OpenTable, before: TableRecord | None) -> tuple[Breach, ...]:
    """What joined files leave to be told; a table that has some is read in all its files or in none."""
    source = opened.source
    if source.joins and len(source.fresh) == len(source.files):
        return tuple(join_breaches(opened.table, source))
    return before.breaches if before is not None else ()


def _months(
    opened: OpenTable,
    before: Mapping[int, MonthRecord],
    touched: Collection[int],
    found: Mapping[int, PartAccount],
) -> dict[int, MonthRecord]:
    months = {month: one for month, one in before.items() if month not in touched}
    drops = opened.mapping.duplicates == "drop"
    for month in touched:
        if found[month].groups:
            months[month] = MonthRecord(
                found[month], found[month].accepted_rows(opened.mask, drops=drops)
            )  # fmt: skip
    return dict(sorted(months.items()))


def _fresh_records(opened: OpenTable) -> dict[str, FileRecord]:
    """What the files that were judged just now hold, before their rows without a date are counted."""
    files = opened.source.fresh
    rows = rows_by_file(opened)
    months: dict[int, list[int]] = {}
    for place, month in opened.connection.execute(f"""
        SELECT DISTINCT "in file", part FROM {opened.judged} WHERE part >= 0 ORDER BY ALL
    """).fetchall():
        months.setdefault(place, []).append(month)
    return {
        one.name: FileRecord(
            stamp=one.stamp,
            schema=opened.source.schemas[one.name],
            rows_in_source=rows.get(one.name, 0),
            months=tuple(months.get(place, ())),
        )
        for place, one in enumerate(files)
    }


def _with_undated(record: FileRecord, undated: PartAccount) -> FileRecord:
    if not undated.groups:
        return record
    return replace(record, undated=undated)


def _future_moved(account: PartAccount, before: Cutoff | None, now: Cutoff | None) -> bool:
    """Whether any row of a month lay in the future before and does not now, or the other way round."""
    moved = sorted(_NEVER if one is None else one.seconds for one in (before, now))
    if account.earliest is None or account.latest is None or moved[0] == moved[1]:
        return False
    return account.latest >= moved[0] and account.earliest < moved[1]
