"""The sorted store: a company's checked events by customer and time, with the pack made of them.

A generation of the store holds ``store.json``, ``journal.json``, ``tables/`` and ``pack/``: a folder of
monthly Parquet files for every table of events, one file for every table that describes. What customers are called
stands in ``contact_details/``, where nothing that learns looks. It is published
in one step, so a reader sees the old generation or the new one, and an ingest that is killed leaves
the old one in place.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from features.company.block_digests import require_whole
from features.company.workspace import Workspace
from features.store.customers.contact_details import (
    CONTACT_FOLDER,
    ContactDetails,
    open_contact_details,
)
from features.store.customers.other_ids import FOLDER, OtherIds, open_other_ids
from features.store.pack import Pack, open_pack
from features.vocabulary.errors import WorkspaceRefused
from features.vocabulary.tables import TABLES

SCHEMA = 6
MANIFEST = "store.json"
PACK_FOLDER = "pack"
_MADE_AGAIN = "Run `regulars ingest` again."


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
    """One published generation of the sorted store; whatever is asked for is checked before it is opened."""

    folder: Path
    manifest: StoreManifest

    def pack(self) -> Pack:
        """Open the events as memory-mapped arrays."""
        self._require(f"{PACK_FOLDER}/")
        return open_pack(self.folder / PACK_FOLDER)

    def other_ids(self) -> OtherIds:
        """By which further ids its customers are known."""
        self._require(f"{FOLDER}/")
        return open_other_ids(self.folder / FOLDER)

    def contact_details(self) -> ContactDetails:
        """What its customers are called; see there who may read it."""
        self._require(f"{CONTACT_FOLDER}/")
        return open_contact_details(self.folder / CONTACT_FOLDER)

    def table(self, name: str) -> Path:
        """The sorted rows of one table: a folder of monthly Parquet files, or a single one.

        A table of events has the folder, a table that describes the file.
        """
        is_monthly = name in TABLES and TABLES[name].event_time is not None
        self._require(f"tables/{name}/" if is_monthly else f"tables/{name}.parquet")
        tables = self.folder / "tables"
        return tables / name if is_monthly else tables / f"{name}.parquet"

    def with_tables(self) -> Path:
        """The folder for whoever reads all of its tables."""
        self._require("tables/")
        return self.folder

    def _require(self, *within: str) -> None:
        require_whole(self.folder, "a store", _MADE_AGAIN, *within)


def open_store(workspace: Workspace) -> Store:
    """Open the current store; ``WorkspaceRefused`` when there is none or it is damaged."""
    folder = workspace.store.current
    if folder is None:
        raise WorkspaceRefused(
            expected="a store in the workspace",
            found="none",
            remedy="Run `regulars ingest` first.",
        )
    require_whole(folder, "a store", _MADE_AGAIN, MANIFEST, "journal.json")
    try:
        content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        manifest = StoreManifest(**content)
    except (OSError, ValueError, TypeError) as fault:
        raise WorkspaceRefused(
            expected="a complete store in the workspace",
            found=f"{type(fault).__name__} while opening it",
            remedy=_MADE_AGAIN,
        ) from None
    if manifest.schema > SCHEMA:
        raise WorkspaceRefused(
            expected=f"a store of schema version {SCHEMA} or an earlier one",
            found=f"schema version {manifest.schema}, written by a newer version of the program",
            remedy="Run that version, or `regulars ingest` to make it again with this one.",
        )
    return Store(folder, manifest)
