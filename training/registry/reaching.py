"""Whether MLflow's store can be reached and read, said in a sentence and without its password."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from features.sources.databases import fault_of_connecting, shown_address
from features.vocabulary.errors import WorkspaceRefused

SERVERS = ("http://", "https://")
SQLITE = "sqlite:"


def require_sound(tracking_uri: str) -> None:
    """Refuse a database that is damaged or out of reach; a server is asked when it is needed.

    Raises ``WorkspaceRefused``.
    """
    if tracking_uri.startswith(SERVERS):
        return
    if not tracking_uri.startswith(SQLITE):
        # MLflow itself would try a database again and again, for minutes.
        fault = fault_of_connecting(tracking_uri)
        if fault:
            raise unreachable(tracking_uri, fault)
        return
    path = Path(tracking_uri.removeprefix(SQLITE).removeprefix("///"))
    if path.is_file() and not _is_sound(path):
        raise WorkspaceRefused(
            expected=f"{path.name} to be MLflow's database",
            found="a file that is damaged",
            remedy="Restore it from a backup, or move it away: then the next versions go on behind those of the "
            "bundles, and what was recorded of earlier trainings is not shown any more.",
        )


def _is_sound(path: Path) -> bool:
    try:
        with closing(sqlite3.connect(path)) as connection:
            found: list[tuple[str]] = connection.execute("PRAGMA quick_check(1)").fetchall()
    except sqlite3.DatabaseError:
        return False
    return found == [("ok",)]


def unreachable(tracking_uri: str, found: str) -> WorkspaceRefused:
    """The refusal of a store that does not answer."""
    return WorkspaceRefused(
        expected=f"an MLflow store at {shown_address(tracking_uri)}",
        found=f"{found} when connecting",
        remedy="Correct mlflow.tracking_uri and see that the server runs and lets you in; for Postgres, "
        "also install the driver: pip install 'regulars[postgres]'.",
    )
