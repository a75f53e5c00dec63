"""A backup put back into an empty workspace, without anybody who was erased at any time.

A demand that came after the backup was made is not in it. Where the workspace of then is still there in part, or a later
backup, what it knows of demands, of revoked keys and of accounts is taken over; whoever is erased by now goes out of the ledger again.
"""

from __future__ import annotations

import json
import secrets
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from features.company.disk import is_full
from features.company.erased_names import ErasedNames
from features.company.transactions import together
from features.company.workspace import TOMBSTONES, Workspace
from features.vocabulary.errors import UsageRefused, WorkspaceRefused
from serving.ledger.audit import COMMAND_LINE
from serving.ledger.backups.backup import (
    LEDGER,
    MANIFEST,
    VERSION,
    copy_database,
    copy_file,
    digests_of,
    flush,
    require_empty,
)
from serving.ledger.clearing import tables_of_people
from serving.ledger.ledger import Ledger

_OF_THEN = ("jobs", "sessions", "tickets", "failed_sign_ins")
"""What belongs to calls that are over: the files of jobs and the browsers that were signed in are not in a backup."""
_LATER_DEMANDS = (
    "DELETE FROM objections",
    "INSERT INTO objections SELECT customer_id, objected_at FROM later.objections",
    "INSERT OR REPLACE INTO erasures (erasure_id, status, customers, requested_at, done_at, cleared) "
    "SELECT erasure_id, status, customers, requested_at, done_at, '' FROM later.erasures",
    "INSERT OR IGNORE INTO to_be_erased SELECT erasure_id, customer_id FROM later.to_be_erased",
    "DELETE FROM to_be_erased WHERE erasure_id IN (SELECT erasure_id FROM erasures WHERE status = 'done')",
    "DELETE FROM accounts",
    "INSERT INTO accounts SELECT * FROM later.accounts",
    "UPDATE keys SET revoked_at = (SELECT revoked_at FROM later.keys AS one WHERE one.key_id = keys.key_id) "
    "WHERE key_id IN (SELECT key_id FROM later.keys WHERE revoked_at IS NOT NULL)",
)


@dataclass(frozen=True)
class Restored:
    """What was put back: so many files, and so many customers that were taken out again, being erased by now."""

    files: int
    erased_again: int


def restore(
    workspace: Workspace,
    backup: Path,
    *,
    at: int,
    demands: Path | None = None,
    ignore_case: bool = False,
) -> Restored:
    """Put a backup into an empty workspace: all of it, checked file by file, or nothing.

    ``demands`` is a folder with the ``erased.db`` and ``ledger.db`` of now. Raises ``UsageRefused`` for a workspace that
    holds something, and ``WorkspaceRefused`` for a backup that is not as it was written.
    """
    require_empty(workspace.folder)
    digests = _verified(backup)
    draft = workspace.folder.with_name(f".{workspace.folder.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700, parents=True)
    try:
        for name in digests:
            copy_file(backup / name, draft / name)
        if digests_of(draft) != digests:
            raise _changed("the copy")
        if demands is not None:
            _take_names(draft, demands / TOMBSTONES)
        erased_again = _settle(draft, demands, at=at, ignore_case=ignore_case)
        flush(draft)
        draft.rename(workspace.folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return Restored(len(digests), erased_again)


def _verified(backup: Path) -> dict[str, str]:
    try:
        said = json.loads((backup / MANIFEST).read_text(encoding="utf-8"))
        version, digests = said["version"], dict(said["files"])
    except (OSError, ValueError, KeyError, TypeError):
        raise UsageRefused(
            expected=f"a folder that `regulars backup` wrote, with {MANIFEST}",
            found="none that can be read",
            remedy="Name the folder that was given to `regulars backup`.",
        ) from None
    if version != VERSION:
        raise WorkspaceRefused(
            expected=f"a backup of version {VERSION}",
            found=f"version {version}, written by another version of the program",
            remedy="Restore it with the version that wrote it.",
        )
    if digests_of(backup) != digests:
        raise _changed("the backup")
    return digests


def _changed(what: str) -> WorkspaceRefused:
    return WorkspaceRefused(
        expected=f"every file of {what} as it was written, and no other",
        found="one that is changed, missing or added",
        remedy="Nothing was restored. Take another backup.",
    )


def _take_names(draft: Path, later: Path) -> None:
    """Name whoever was erased since among the erased; both files belong to one workspace, or they are refused."""
    if not later.exists():
        raise UsageRefused(
            expected=f"{TOMBSTONES} in the folder of --demands",
            found="none",
            remedy="Leave --demands out where nothing newer than the backup is left.",
        )
    beside = draft / f"{TOMBSTONES}.later"
    copy_database(later, beside)
    with closing(ErasedNames(beside)) as names:
        tombstones = names.tombstones()
    for path in draft.glob(f"*{beside.name}*"):
        path.unlink()
    with closing(ErasedNames(draft / TOMBSTONES)) as names:
        names.take_over(tombstones)


def _settle(draft: Path, demands: Path | None, *, at: int, ignore_case: bool) -> int:
    """Bring the ledger forward, take over what was demanded since, and forget whoever is erased by now."""
    path = draft / LEDGER
    if not path.exists():
        return 0
    # To open it is to bring it forward.
    Ledger(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        if demands is not None and (demands / LEDGER).exists():
            _take_demands(connection, draft, demands / LEDGER)
        for table in _OF_THEN:
            connection.execute(f"DELETE FROM {table}")
        named = {
            str(one)
            for table in tables_of_people()
            for (one,) in connection.execute(f"SELECT DISTINCT customer_id FROM {table}")
        }
    ledger = Ledger(path)
    try:
        ledger.privacy.clear()
        erased = ledger.privacy.erased_among(named, ignore_case=ignore_case)
        # Those whose erasure is under way are out of it by now.
        if unasked := erased - ledger.privacy.withheld.erased:
            ledger.privacy.erase(sorted(unasked), at=at, ignore_case=ignore_case)
        ledger.audit.note(
            at=at,
            caller=COMMAND_LINE,
            method="RUN",
            route="regulars restore",
            correlation_id=secrets.token_hex(8),
        )
    finally:
        ledger.close()
    return len(erased)


def _take_demands(connection: sqlite3.Connection, draft: Path, later: Path) -> None:
    beside = draft / f"{LEDGER}.later"
    try:
        copy_database(later, beside)
        connection.execute("ATTACH DATABASE ? AS later", (str(beside),))
        with together(connection):
            for statement in _LATER_DEMANDS:
                connection.execute(statement)
        connection.execute("DETACH DATABASE later")
    except sqlite3.DatabaseError as fault:
        if is_full(fault):
            raise
        raise WorkspaceRefused(
            expected=f"{LEDGER} in the folder of --demands to be a ledger that can be read",
            found="one that is damaged, or of another version",
            remedy=f"Leave {TOMBSTONES} alone in that folder: whoever was erased stays so, and objections and revoked "
            "keys since the backup have to be told again.",
        ) from None
    for path in draft.glob(f"{beside.name}*"):
        path.unlink()
