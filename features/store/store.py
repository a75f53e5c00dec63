"""The sorted store: a company's checked events by customer and time, with the pack made of them.

A generation of the store holds ``store.json``, ``journal.json``, ``tables/`` and ``pack/``: a folder of
monthly Parquet files for every table of events, one file for every table that describes. It is published
in one step, so a reader sees the old generation or the new one, and an ingest that is killed leaves
the old one in place.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from features.company.settings.reading import Settings
from features.company.workspace import Workspace
from features.store.pack import Pack, open_pack
from features.vocabulary.errors import WorkspaceRefused
from features.vocabulary.progress import Progress, silent
from features.vocabulary.tables import TABLES
from features.vocabulary.time import Cutoff

SCHEMA = 3
MEMORY = "2500MB"
"""What the working database of an ingest may hold in memory; the rest goes to the draft's folder."""
MANIFEST = "store.json"


@dataclass(frozen=True)
class StoreManifest:
    """What a store holds: counts, span, units and where it came from.

    Instants are whole UTC seconds; ``digest`` names the content and does not depend on the order of
    the source rows. ``report`` is the check that let the tables in, as plain fields.
    """

    schema: int
    digest: str
    rows: Mapping[str, int]
    customers: int
    first_seconds: int
    last_seconds: int
    last_known_seconds: int
    currency: str
    timezone: str
    fingerprint: str
    as_of: str
    report: Mapping[str, Any]


@dataclass(frozen=True)
class Store:
    """One published generation of the sorted store."""

    folder: Path
    manifest: StoreManifest

    def pack(self) -> Pack:
        """Open the events as memory-mapped arrays."""
        return open_pack(self.folder / "pack")

    def table(self, name: str) -> Path:
        """The sorted rows of one table: a folder of monthly Parquet files, or a single one.

        A table of events has the folder, a table that describes the file.
        """
        tables = self.folder / "tables"
        is_monthly = name in TABLES and TABLES[name].event_time is not None
        return tables / name if is_monthly else tables / f"{name}.parquet"


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

    def as_dict(self) -> dict[str, Any]:
        """The summary as plain fields, for ``--json``."""
        return {
            "reused": self.reused,
            "changes": [dataclasses.asdict(one) for one in self.changes],
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
) -> IngestSummary:
    """Check the mapped tables, sort them and publish them as the workspace's store.

    Only files that are new, changed or gone are looked at, with the months they reach into; the rest is
    taken over from the store there is. When nothing changed since the last time, that store stays.
    Raises ``ContractBroken`` (a ``DataRefused``) when the check refuses, with the report attached.
    """
    # Imported here, because services open a store and never make one.
    from features.company.erased import Tombstones
    from features.store.ingestion import Ingestion

    with workspace.writing():
        settings = Tombstones.read(workspace.erased).left_out_of(settings)
        work = Ingestion(settings, progress, as_of=as_of, threads=threads, memory=memory)
        last = work.last(workspace)
        if last is not None and work.changes_nothing(last):
            return IngestSummary(last, reused=True)
        with workspace.store.draft() as draft:
            changes = work.write(draft, last)
        return IngestSummary(open_store(workspace), reused=False, changes=changes)


def open_store(workspace: Workspace) -> Store:
    """Open the current store; ``WorkspaceRefused`` when there is none or it is damaged."""
    folder = workspace.store.current
    if folder is None:
        raise WorkspaceRefused(
            expected="a store in the workspace",
            found="none",
            remedy="Run `regulars ingest` first.",
        )
    try:
        content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        manifest = StoreManifest(**content)
    except (OSError, ValueError, TypeError) as fault:
        raise WorkspaceRefused(
            expected="a complete store in the workspace",
            found=f"{type(fault).__name__} while opening it",
            remedy="Run `regulars ingest` again.",
        ) from None
    return Store(folder, manifest)
