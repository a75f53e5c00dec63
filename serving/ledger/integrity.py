"""Whether a database of SQLite holds together: its pages, its rows and its indexes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path


def fault_in(path: Path) -> str:
    """What SQLite itself finds wrong with a file; empty where nothing is.

    It keeps no checksums: a value that was changed into another is found where an index holds it too.
    """
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as opened:
            found = [str(one) for (one,) in opened.execute("PRAGMA integrity_check(1)")]
    except sqlite3.Error as fault:
        return f"{type(fault).__name__} while reading it"
    return "" if found == ["ok"] else "pages, rows or indexes that contradict one another"
