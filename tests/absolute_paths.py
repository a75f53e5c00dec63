"""Where a folder holds a text, such as the path it lay at: in a file's bytes, its name, or a row of a database."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path


def places_naming(folder: Path, text: str) -> list[str]:
    """Every file, and every column of a database's table, that has the text in it."""
    found: list[str] = []
    for path in sorted(one for one in folder.rglob("*") if one.is_file() or one.is_symlink()):
        name = str(path.relative_to(folder))
        if path.is_symlink() and text in str(path.readlink()):
            found.append(f"{name} leads there")
        if text.encode() in path.read_bytes():
            found.append(name)
        if path.suffix == ".db":
            found += [f"{name}: {one}" for one in _rows_naming(path, text)]
    return found


def _rows_naming(database: Path, text: str) -> list[str]:
    found: list[str] = []
    with closing(sqlite3.connect(database)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for (table,) in tables.fetchall():
            rows = connection.execute(f'SELECT * FROM "{table}"')
            names = [one[0] for one in rows.description]
            found += [
                f"{table}.{name}"
                for row in rows.fetchall()
                for name, value in zip(names, row, strict=True)
                if text in str(value)
            ]
    return found
