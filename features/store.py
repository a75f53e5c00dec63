"""The sorted store: a company's checked events by customer and time, with the pack made of them.

A generation of the store holds ``store.json``, ``tables/<table>.parquet`` and ``pack/``. It is published
in one step, so a reader sees the old generation or the new one, and an ingest that is killed leaves
the old one in place.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from features.breaches import ContractBroken, Report
from features.errors import RegularsError, WorkspaceRefused
from features.pack import Pack, open_pack, write_pack
from features.progress import Progress, silent
from features.settings import Settings
from features.vocabulary import Cutoff
from features.workspace import Workspace

SCHEMA = 2
MEMORY = "2500MB"
"""What the working database of an ingest may hold in memory; the rest goes to the draft's folder."""
_MANIFEST = "store.json"


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
        """The sorted Parquet file of one table."""
        return self.folder / "tables" / f"{name}.parquet"


@dataclass(frozen=True)
class IngestSummary:
    """What an ingest did: the store that is now current, and whether it was already there."""

    store: Store
    reused: bool

    @property
    def rows(self) -> Mapping[str, int]:
        """The stored rows by table."""
        return self.store.manifest.rows

    def as_dict(self) -> dict[str, Any]:
        """The summary as plain fields, for ``--json``."""
        return {"reused": self.reused, **dataclasses.asdict(self.store.manifest)}


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

    When neither the sources nor the settings changed since the last time, the store is left as it is.
    Raises ``ContractBroken`` (a ``DataRefused``) when the check refuses, with the report attached.
    """
    with workspace.writing():
        known_as = _fingerprint(settings)
        present = _unchanged(workspace, known_as, as_of)
        if present is not None:
            return IngestSummary(present, reused=True)
        with workspace.store.draft() as draft:
            _write_store(
                draft,
                settings,
                known_as=known_as,
                progress=progress,
                as_of=as_of,
                threads=threads,
                memory=memory,
            )
        return IngestSummary(open_store(workspace), reused=False)


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
        content = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        manifest = StoreManifest(**content)
    except (OSError, ValueError, TypeError) as fault:
        raise WorkspaceRefused(
            expected="a complete store in the workspace",
            found=f"{type(fault).__name__} while opening it",
            remedy="Run `regulars ingest` again.",
        ) from None
    return Store(folder, manifest)


def _write_store(
    draft: Path,
    settings: Settings,
    *,
    known_as: str,
    progress: Progress,
    as_of: Cutoff | None,
    threads: int,
    memory: str,
) -> None:
    # Imported here, because services open a store and never make one.
    from features.contracts import check_into
    from features.packing import build_pack
    from features.sorting import sort_tables
    from features.sources import connect, faults_worded

    scratch = draft / "scratch"
    with connect(scratch, threads=threads, memory=memory) as connection:
        checked = check_into(connection, settings, scratch, progress=progress, as_of=as_of)
        if checked.report.refused:
            raise ContractBroken(checked.report)
        with faults_worded("the checked tables to be sorted", "Run `regulars ingest` again."):
            sort_tables(connection, checked.tables, draft / "tables", progress)
            pack = build_pack(
                connection, checked.tables, draft / "tables", scratch / "pack", progress
            )
    write_pack(pack, draft / "pack")
    manifest = _manifest(settings, checked.report, pack, known_as, as_of)
    text = json.dumps(dataclasses.asdict(manifest), ensure_ascii=False, indent=1)
    (draft / _MANIFEST).write_text(text + "\n", encoding="utf-8")
    del pack
    shutil.rmtree(scratch)


def _manifest(
    settings: Settings, report: Report, pack: Pack, known_as: str, as_of: Cutoff | None
) -> StoreManifest:
    firsts = [one.first_seconds for one in report.tables if one.first_seconds is not None]
    lasts = [one.last_seconds for one in report.tables if one.last_seconds is not None]
    main = next(iter(pack.streams))
    return StoreManifest(
        schema=SCHEMA,
        digest=pack.digest,
        rows={one.table: one.rows_kept for one in report.tables},
        customers=pack.customers,
        first_seconds=min(firsts),
        last_seconds=max(lasts),
        last_known_seconds=pack.last_known,
        currency=settings.company.currency,
        timezone=settings.tables[main].timezone,
        fingerprint=known_as,
        as_of=str(as_of) if as_of else "",
        report=report.as_dict(),
    )


def _fingerprint(settings: Settings) -> str:
    """What a store is made from: the mapping, the currency and the files' names, sizes and times.

    Empty when a source has no files to look at, such as a database server: then nothing is reused.
    """
    from features.sources import fingerprint

    made_of: list[Any] = [SCHEMA, settings.company.currency]
    for name, mapping in sorted(settings.tables.items()):
        try:
            files = fingerprint(mapping.source, settings.folder)
        except RegularsError:
            return ""
        if files is None:
            return ""
        plain = {
            field.name: dict(value) if isinstance(value, Mapping) else value
            for field in dataclasses.fields(mapping)
            for value in [getattr(mapping, field.name)]
        }
        made_of.append([name, plain, files])
    return hashlib.sha256(json.dumps(made_of).encode()).hexdigest()


def _unchanged(workspace: Workspace, known_as: str, as_of: Cutoff | None) -> Store | None:
    """The current store when making it again would give the same."""
    if not known_as:
        return None
    try:
        store = open_store(workspace)
        store.pack()
    except RegularsError:
        return None
    manifest = store.manifest
    if manifest.schema != SCHEMA or manifest.fingerprint != known_as:
        return None
    return store if _same_future(manifest, as_of) else None


def _same_future(manifest: StoreManifest, as_of: Cutoff | None) -> bool:
    """Whether no row lies in the future, neither as seen then nor as seen now."""
    if manifest.as_of == (str(as_of) if as_of else ""):
        return True
    had_future = any(one["rule"].startswith("future.") for one in manifest.report["breaches"])
    return not had_future and (as_of is None or manifest.last_seconds < as_of.seconds)
