"""Hold a company's tables against their declaration: all breaches, counted, and the fate of every row.

Each file is read once into a working table with one bit a rule and row; counts, samples and fates
follow from these bits. Files that were read before, and the months they reach into, are left alone.
Nothing is dropped in silence: the rows of a source are the sum of those not selected, set aside,
dropped as duplicates, merged into their key and kept.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from features.checks.accounts import repeated_relation
from features.checks.breaches import Breach, CheckReport, TableReport, refusal
from features.checks.findings import Account, accepted_customers, account_of_reference
from features.checks.identities.findings import account_of_identities
from features.checks.identities.merging import merge_people
from features.checks.journal import FileRecord, Journal, TableRecord
from features.checks.judging.conversions import MappedColumn
from features.checks.judging.joins import join_breaches
from features.checks.judging.judged_table import OpenTable, judge, open_table
from features.checks.judging.texts import notes_of_texts
from features.checks.merges import NO_MERGES
from features.checks.near_ids import near_equal_ids
from features.checks.overview.overview import with_figures
from features.checks.overview.records import rows_by_file
from features.checks.reading import TableReading, read_table
from features.company.erased import NONE_ERASED, Tombstones
from features.company.settings.reading import Settings
from features.sources.connection import Connection, connect
from features.vocabulary.errors import DataRefused, RegularsError
from features.vocabulary.progress import Progress, silent
from features.vocabulary.tables import CUSTOMER_ID, IDENTITIES, TABLES, RawTable
from features.vocabulary.time import Cutoff


@dataclass(frozen=True)
class CheckedTable:
    """A table whose rows were judged as far as needed, and where the kept ones are."""

    opened: OpenTable
    record: TableRecord
    reading: TableReading | None = None
    """How far a table of events was read; None for a table that describes."""
    is_as_it_was: bool = False
    """Whether a describing table was left alone, because its files are the same."""

    @property
    def table(self) -> RawTable:
        """The declaration."""
        return self.opened.table

    @property
    def columns(self) -> tuple[MappedColumn, ...]:
        """The mapped columns."""
        return self.opened.columns

    @property
    def stored_names(self) -> tuple[str, ...]:
        """The names of the stored columns, in the order of the declaration."""
        return tuple(column.stored for column in self.columns)

    def accepted_rows_sql(self, month: int | None = None) -> str:
        """SQL for the kept rows, of one month where the table has months; each repeated row once."""
        opened = self.opened
        names = ", ".join(opened.stored_columns_sql)
        mask = f"bits & {opened.mask} = 0"
        if month is None:
            return f"SELECT {names} FROM {opened.judged} WHERE {mask}"
        rows = f"FROM {opened.judged} AS judged WHERE part = {month} AND {mask}"
        account = self.record.months[month].account
        if opened.mapping.duplicates != "drop" or not account.repeated_kept:
            return f"SELECT {names} {rows}"
        repeated = (
            f"EXISTS (SELECT 1 FROM {repeated_relation(opened)} AS repeated WHERE part = {month} AND "
            "repeated.print_1 = judged.print_1 AND repeated.print_2 = judged.print_2)"
        )
        return f"""
            SELECT {names} {rows} AND NOT {repeated} UNION ALL
            SELECT {names} FROM (SELECT DISTINCT ON (print_1, print_2) * {rows} AND {repeated})
        """


@dataclass(frozen=True)
class Before:
    """What an earlier ingest left: its journal and the day from which on rows lay in the future."""

    journal: Journal = field(default_factory=dict)
    as_of: Cutoff | None = None


def check(
    settings: Settings,
    progress: Progress | None = None,
    *,
    as_of: Cutoff | None = None,
    threads: int = 2,
) -> CheckReport:
    """Look at all mapped tables and say what is wrong with them, how often, and what becomes of it.

    Nothing is stored. Rows at or after ``as_of`` lie in the future; without it no row does, for no
    clock is read here. Faults of the data are reported, not raised.
    """
    with (
        tempfile.TemporaryDirectory(prefix="regulars-", ignore_cleanup_errors=True) as scratch,
        connect(Path(scratch), threads=threads) as connection,
    ):
        checking = Checking(connection, settings, Path(scratch), progress or silent, as_of)
        tables = list(checking.references()) + list(checking.events())
        report = checking.report(tables, lambda one: accepted_customers(one.opened))
        report = checking.with_near_ids(report, checking.accepted_ids_sql(tables))
        opened = {one.table.name: (one.opened, one.record.files) for one in tables}
        return with_figures(connection, report, opened)


class Checking:
    """Judges the mapped tables inside a working database, describing ones before those of events."""

    def __init__(
        self,
        connection: Connection,
        settings: Settings,
        scratch: Path,
        progress: Progress = silent,
        as_of: Cutoff | None = None,
        before: Before | None = None,
        erased: Tombstones = NONE_ERASED,
    ) -> None:
        self.connection = connection
        self.settings = settings
        self.scratch = scratch
        self.progress = progress
        self.as_of = as_of
        self.before = before or Before()
        self.erased = erased
        self.people = NO_MERGES
        """Whose ids are merged; known once the tables that describe were judged."""
        self.faults: list[Breach] = []
        self.mapped = [name for name in TABLES if name in settings.tables]

    def references(self, made_of: Callable[[str], str] = str) -> Iterable[CheckedTable]:
        """Judge the tables that describe; those of the same files as before are left alone.

        The identities come first, and always: they say whose every other row is.
        """
        if IDENTITIES.name in self.mapped:
            yield from self._identities(made_of(IDENTITIES.name))
        for name in self.mapped:
            if TABLES[name].event_time is not None or name == IDENTITIES.name:
                continue
            opened, old = self._opened(name, made_of(name))
            if opened is None:
                continue
            if old is not None and not opened.source.fresh and set(old.files) == set(
                opened.source.schemas
            ):  # fmt: skip
                yield CheckedTable(opened, old, is_as_it_was=True)
                continue
            if old is not None:
                opened, _ = self._opened(name, made_of(name), anew=True)
                if opened is None:
                    continue
            try:
                with opened.faults_worded():
                    judge(opened)
                    found = account_of_reference(opened)
                    joined = tuple(join_breaches(opened.table, opened.source))
            except RegularsError as fault:
                self.faults.append(refusal(name, "values", fault))
                continue
            record = _reference_record(opened, made_of(name), found)
            yield CheckedTable(opened, replace(record, breaches=(*record.breaches, *joined)))

    def _identities(self, made_of: str) -> Iterable[CheckedTable]:
        """Judge the identities, and merge the ids of all tables after them."""
        opened = self._open(IDENTITIES.name, None)
        if opened is None:
            return
        company = self.settings.company
        try:
            with opened.faults_worded():
                judge(opened)
                merged = merge_people(
                    opened, self.as_of, self.erased, ignore_case=bool(company.ignore_case)
                )
                found = account_of_reference(opened)
        except RegularsError as fault:
            self.faults.append(refusal(IDENTITIES.name, "values", fault))
            return
        self.people = merged.people
        found = account_of_identities(found, merged, company.most_ids_a_person)
        record = _reference_record(opened, made_of, found)
        yield CheckedTable(opened, replace(record, people=merged.people))

    def events(
        self,
        made_of: Callable[[str], str] = str,
        also: Callable[[str], Collection[int]] = lambda _: (),
    ) -> Iterable[CheckedTable]:
        """Judge the tables of events: files that are new, and the months they reach into.

        ``also`` names further months of a table that are to be made anew.
        """
        futures = self.before.as_of, self.as_of
        for name in self.mapped:
            if TABLES[name].event_time is None:
                continue
            opened, old = self._opened(name, made_of(name))
            if opened is None:
                continue
            try:
                with opened.faults_worded():
                    reading = read_table(
                        opened,
                        old,
                        made_of(name),
                        also=also(name) if old is not None else (),
                        futures=futures,
                    )
            except RegularsError as fault:
                self.faults.append(refusal(name, "values", fault))
                continue
            yield CheckedTable(opened, reading.record, reading)

    def report(
        self,
        tables: Iterable[CheckedTable],
        customers: Callable[[CheckedTable], int | None],
    ) -> CheckReport:
        """What became of every row of every table, in the order of the declarations."""
        reports: dict[str, TableReport] = {}
        breaches: dict[str, list[Breach]] = {name: [] for name in self.mapped}
        for fault in self.faults:
            breaches[fault.table].append(fault)
        for one in tables:
            name = one.table.name
            if one.reading is None:
                assert one.record.report is not None
                reports[name], found = one.record.report, one.record.breaches
            else:
                account = one.reading.account(one.opened, customers(one))
                reports[name], found = account.report, account.breaches
            breaches[name] += [*found, *notes_of_texts(one.table, one.opened.source)]
        every = [breach for name in self.mapped for breach in breaches[name]]
        if not any(TABLES[name].event_time for name in self.mapped):
            every.append(_nothing_mapped())
        self.progress("check", len(self.mapped), len(self.mapped))
        ordered = tuple(reports[name] for name in self.mapped if name in reports)
        return CheckReport(ordered, tuple(every))

    def accepted_ids_sql(self, tables: Iterable[CheckedTable]) -> str:
        """SQL for the customer numbers of all kept rows, in a column ``id``."""
        named = [
            f"SELECT {CUSTOMER_ID} AS id FROM {one.opened.judged} WHERE bits & {one.opened.mask} = 0"
            for one in tables
            if any(column.column.name == CUSTOMER_ID for column in one.columns)
            and one.table is not IDENTITIES
        ]
        return " UNION ALL ".join(named) or "SELECT CAST(NULL AS VARCHAR) AS id"

    def with_near_ids(self, report: CheckReport, ids: str) -> CheckReport:
        """The report with what is to be said of customer numbers that are nearly equal."""
        ignore_case = self.settings.company.ignore_case
        table = next((name for name in self.mapped if TABLES[name].event_time), "customers")
        found = near_equal_ids(self.connection, ids, table, ignore_case)
        return replace(report, breaches=(*report.breaches, *found))

    def _opened(
        self, name: str, made_of: str, *, anew: bool = False
    ) -> tuple[OpenTable | None, TableRecord | None]:
        """A table opened, with its record if that still holds for files that have not changed."""
        self.progress(f"check {name}", self.mapped.index(name), len(self.mapped))
        old = self.before.journal.get(name)
        if anew or old is None or old.made_of != made_of:
            return self._open(name, None), None
        opened = self._open(name, old)
        if opened is not None and any(
            opened.source.read_as.get(column) != kind for column, kind in old.columns.items()
        ):
            # A value may read otherwise now that its column has another type.
            return self._open(name, None), None
        return opened, old

    def _open(self, name: str, old: TableRecord | None) -> OpenTable | None:
        files = old.files if old is not None else {}
        opened, faults = open_table(
            self.connection,
            TABLES[name],
            self.settings.tables[name],
            folder=self.settings.folder,
            scratch=self.scratch,
            as_of=self.as_of,
            known={file: (one.stamp, one.schema) for file, one in files.items()},
            # Of the identities also those of the erased are read, to know all of their ids.
            erased=NONE_ERASED if name == IDENTITIES.name else self.erased,
            ignores_case=bool(self.settings.company.ignore_case),
            people=self.people,
        )
        self.faults += faults
        return opened


def _reference_record(opened: OpenTable, made_of: str, found: Account) -> TableRecord:
    """A describing table as it was read just now."""
    rows, source = rows_by_file(opened), opened.source
    files = {
        one.name: FileRecord(one.stamp, source.schemas[one.name], rows.get(one.name, 0))
        for one in source.files
    }
    return TableRecord(
        made_of, source.read_as, files, report=found.report, breaches=found.breaches
    )  # fmt: skip


def _nothing_mapped() -> Breach:
    fault = DataRefused(
        expected="a table of events, as a rule purchases, or else contracts or outcomes",
        found="none in regulars.toml",
        remedy="Run `regulars init --purchases FILE`, or write [tables.purchases].",
    )
    return refusal("purchases", "unmapped", fault)
