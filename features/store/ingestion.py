"""From a company's tables to the next generation of the store, reading no more than what has changed."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow

from features.checks.breaches import CheckReport, ContractBroken
from features.checks.checking import Before, CheckedTable, Checking
from features.checks.identities.merging import merged_ids
from features.checks.journal import MonthRecord, TableRecord, read_journal, write_journal
from features.checks.merges import NO_MERGES, Merges
from features.company.block_digests import damage_in
from features.company.erased import Tombstones
from features.company.erased_names import read_tombstones
from features.company.settings.reading import Settings
from features.company.workspace import Workspace
from features.sources.connection import MEMORY, Connection, connect, faults_worded
from features.store.customers.contact_columns import take_over_contact_details, write_customers
from features.store.customers.other_ids import FOLDER, OtherIds, write_other_ids
from features.store.made_of import MadeOf
from features.store.month_files import (
    describing_columns,
    month_file,
    reached_months,
    reference_file,
    write_identities,
    write_months,
    write_reference,
)
from features.store.pack import Pack, finish_pack
from features.store.packing import (
    EventTable,
    Packed,
    build_pack,
    customers_with_events,
    texts_of,
)
from features.store.store import MANIFEST, SCHEMA, Store, StoreManifest, open_store
from features.store.stored_refusals import misread, strangers
from features.store.table_changes import TableChange, table_changes
from features.store.table_events import link
from features.vocabulary.errors import RegularsError
from features.vocabulary.progress import Progress, silent
from features.vocabulary.tables import CUSTOMERS, IDENTITIES
from features.vocabulary.time import Cutoff

_SORTED, _AGAIN = "the checked tables to be sorted", "Run `regulars ingest` again."


@dataclass(frozen=True)
class IngestSummary:
    """What an ingest did: the store that is now current, and whether it was already there.

    ``changes`` are the tables of events that another store came before, each with what became of it.
    """

    store: Store
    reused: bool
    changes: tuple[TableChange, ...] = ()

    @property
    def rows(self) -> Mapping[str, int]:
        """The stored rows by table."""
        return self.store.manifest.rows

    @property
    def people(self) -> Merges:
        """How many ids count as how many persons, by the journal of the store."""
        return _people(read_journal(self.store.folder))

    def as_dict(self) -> dict[str, Any]:
        """The summary as plain fields, for ``--json``."""
        return {
            "reused": self.reused,
            "changes": [dataclasses.asdict(one) for one in self.changes],
            "people": self.people.as_dict(),
            **dataclasses.asdict(self.store.manifest),
        }


def ingest(
    settings: Settings,
    workspace: Workspace,
    progress: Progress = silent,
    *,
    as_of: Cutoff | None = None,
    threads: int = 2,
    memory: str = MEMORY,
    again: bool = False,
) -> IngestSummary:
    """Check the mapped tables, sort them and publish them as the workspace's store.

    Only files that are new, changed or gone are looked at, with the months they reach into; the rest is
    taken over from the store there is. When nothing changed since the last time, that store stays. Of a
    store that is damaged nothing is taken over, nor is it ``again``.
    ``memory`` is what the working database may hold; the rest goes to the draft's folder.
    Raises ``ContractBroken`` (a ``DataRefused``) when the check refuses, with the report attached.
    """
    with workspace.writing():
        erased = read_tombstones(workspace.erased)
        work = Ingestion(settings, progress, erased, as_of=as_of, threads=threads, memory=memory)
        last = None if again else work.last(workspace)
        if last is not None and work.changes_nothing(last):
            return IngestSummary(last, reused=True)
        with workspace.store.draft() as draft:
            changes = work.write(draft, last)
        return IngestSummary(open_store(workspace), reused=False, changes=changes)


class Ingestion:
    """One ingest: what it starts from, and the store it writes."""

    def __init__(
        self,
        settings: Settings,
        progress: Progress,
        erased: Tombstones,
        *,
        as_of: Cutoff | None,
        threads: int,
        memory: str,
    ) -> None:
        self.settings = settings
        self.progress = progress
        self.erased = erased
        self.as_of = as_of
        self.threads = threads
        self.memory = memory
        self.made_of = MadeOf(settings, erased)
        self.known_as = self.made_of.store()

    def last(self, workspace: Workspace) -> Store | None:
        """The current store, if it can be gone on from: every byte of it is as it was written."""
        try:
            store = open_store(workspace)
            store.pack()
        except RegularsError:
            return None
        if damage_in(store.folder):
            return None
        return store if store.manifest.schema == SCHEMA and read_journal(store.folder) else None

    def changes_nothing(self, last: Store) -> bool:
        """Whether making the store again would give the same."""
        manifest = last.manifest
        if not self.known_as or manifest.fingerprint != self.known_as:
            return False
        if manifest.as_of == (str(self.as_of) if self.as_of else ""):
            return True
        if self._merges_otherwise(_people(read_journal(last.folder))):
            return False
        had_future = any(one["rule"].startswith("future.") for one in manifest.report["breaches"])
        is_past = self.as_of is None or manifest.last_seconds < self.as_of.seconds
        return not had_future and is_past

    def _merges_otherwise(self, people: Merges) -> bool:
        """Whether on the present day a merge may have come to hold, or hold no more."""
        is_past = self.as_of is None or (people.last_since or 0) < self.as_of.seconds
        return bool(people.waiting) or not is_past

    def write(self, draft: Path, last: Store | None) -> tuple[TableChange, ...]:
        """Write the whole store into a draft; answers what became of each table of events."""
        scratch = draft / "scratch"
        before = _before(last)
        with connect(scratch, threads=self.threads, memory=self.memory) as connection:
            checking = Checking(
                connection, self.settings, scratch, self.progress, self.as_of, before, self.erased
            )
            # Whose ids are merged is known once the first of the describing tables was judged.
            references = list(
                checking.references(lambda name: self.made_of.table(name, (), checking.people))
            )
            # What describing tables say is written beside events, so these come first.
            if not checking.report(references, _uncounted).refused:
                with faults_worded(_SORTED, _AGAIN):
                    _write_references(connection, references, draft, last)
            shown = {one.table.name: one.stored_names for one in references}
            events = list(
                checking.events(
                    lambda name: self.made_of.table(
                        name, describing_columns(name, shown), checking.people
                    ),
                    _reached(connection, draft, last, shown),
                )
            )
            _refuse(checking.report([*references, *events], _uncounted))
            with faults_worded(_SORTED, _AGAIN):
                packed = self._pack(connection, events, references, draft, last, shown)
            report = checking.report(
                [*references, *events],
                lambda one: customers_with_events(packed.pack, one.table.name),
            )
            # The numbers of all customers, also of months that were not read again.
            connection.register("packed", pyarrow.table({"id": texts_of(packed.pack.customer_ids)}))
            report = checking.with_near_ids(report, "SELECT id FROM packed")
            connection.unregister("packed")
            _refuse(report)
            with faults_worded("the stored tables to be compared", _AGAIN):
                every = [*references, *events]
                _refuse(strangers(connection, every, report, draft / "tables"))
                _refuse(misread(connection, every, report, draft / "tables"))
            if checking.people.ids:
                write_other_ids(OtherIds.of(merged_ids(connection)), draft / FOLDER)
        finish_pack(packed.pack, draft / "pack")
        write_journal(_journal(references, events, packed), draft)
        self._write_manifest(report, packed.pack, draft)
        shutil.rmtree(scratch)
        return table_changes(events, before.journal) if last is not None else ()

    def _pack(
        self,
        connection: Connection,
        events: list[CheckedTable],
        references: list[CheckedTable],
        draft: Path,
        last: Store | None,
        shown: Mapping[str, tuple[str, ...]],
    ) -> Packed:
        tables = []
        for done, one in enumerate(events):
            self.progress(f"sort {one.table.name}", done, len(events))
            describing = describing_columns(one.table.name, shown)
            written = write_months(connection, one, draft / "tables", describing)
            staying = {
                month: record.digest
                for month, record in one.record.months.items()
                if record.digest and record.rows
            }
            for month in staying:
                assert last is not None
                old, new = (
                    month_file(folder / "tables", one.table.name, month)
                    for folder in (last.folder, draft)
                )
                link(old, new)
            tables.append(EventTable(one, describing, written, staying))
            # All that is needed of these rows is in the files now.
            connection.execute(f"DROP TABLE {one.opened.judged}")
        opened = None if last is None else (last.folder, last.pack())
        return build_pack(
            connection,
            tables,
            references,
            draft,
            opened,
            self.progress,
            as_of=self.as_of,
            lawful=self.settings.fairness.lawful,
        )

    def _write_manifest(self, report: CheckReport, pack: Pack, draft: Path) -> None:
        firsts = [one.first_seconds for one in report.tables if one.first_seconds is not None]
        lasts = [one.last_seconds for one in report.tables if one.last_seconds is not None]
        main = next(iter(pack.streams))
        manifest = StoreManifest(
            schema=SCHEMA,
            digest=pack.digest,
            rows={one.table: one.rows_kept for one in report.tables},
            customers=pack.customers,
            first_seconds=min(firsts),
            last_seconds=max(lasts),
            last_known_seconds=pack.last_known,
            currency=self.settings.company.currency,
            timezone=self.settings.tables[main].timezone,
            fingerprint=self.known_as,
            as_of=str(self.as_of) if self.as_of else "",
            report=report.as_dict(),
        )
        text = json.dumps(dataclasses.asdict(manifest), ensure_ascii=False, indent=1)
        (draft / MANIFEST).write_text(text + "\n", encoding="utf-8")


def _before(last: Store | None) -> Before:
    if last is None:
        return Before()
    as_of = last.manifest.as_of
    return Before(read_journal(last.folder), Cutoff.parse(as_of) if as_of else None)


def _people(journal: Mapping[str, TableRecord]) -> Merges:
    record = journal.get(IDENTITIES.name)
    return NO_MERGES if record is None or record.people is None else record.people


def _uncounted(_: CheckedTable) -> None:
    return None


def _refuse(report: CheckReport) -> None:
    if report.refused:
        raise ContractBroken(report)


def _write_references(
    connection: Connection, references: list[CheckedTable], draft: Path, last: Store | None
) -> None:
    tables = draft / "tables"
    tables.mkdir()
    for one in references:
        path = reference_file(tables, one.table.name)
        if one.table is IDENTITIES:
            write_identities(connection, one, path)
        elif one.is_as_it_was and last is not None:
            link(reference_file(last.folder / "tables", one.table.name), path)
            if one.table is CUSTOMERS:
                take_over_contact_details(last.folder, draft)
        elif one.table is CUSTOMERS:
            write_customers(connection, one, path, draft)
        else:
            write_reference(connection, one, path)


def _reached(
    connection: Connection, draft: Path, last: Store | None, shown: Mapping[str, tuple[str, ...]]
) -> Callable[[str], Collection[int]]:
    """Which months of a table have rows that the describing tables describe otherwise now."""

    def months(table: str) -> Collection[int]:
        if last is None or not (draft / "tables").is_dir():
            return ()
        folders = last.folder / "tables", draft / "tables"
        return reached_months(connection, table, *folders, describing_columns(table, shown))

    return months


def _journal(
    references: list[CheckedTable], events: list[CheckedTable], packed: Packed
) -> dict[str, TableRecord]:
    journal = {one.table.name: one.record for one in references}
    for one in events:
        digests = packed.digests[one.table.name]
        months = {
            month: MonthRecord(record.account, record.rows, digests.get(month, ""))
            for month, record in one.record.months.items()
        }
        journal[one.table.name] = dataclasses.replace(one.record, months=months)
    return journal
