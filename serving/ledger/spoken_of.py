"""Whom kept answers speak of, by names nobody can read, so that an answer is found by anybody it speaks of.

Answers about a few people stand in an index. One about a crowd would dirty a page of it for each of them, so crowds
are kept as they are, eight bytes a person, and looked through: a gigabyte of answers has some megabytes of them.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection

import numpy as np
import sqlalchemy as sa

from features.company.erased import BYTES_A_NAME, short_names
from serving.ledger.database import TABLES

FEW = 8
sa.Table(
    "answers_about",
    TABLES,
    sa.Column("person", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True, index=True),
    sqlite_with_rowid=False,
)
sa.Table(
    "answers_about_crowds",
    TABLES,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("people", sa.LargeBinary, nullable=False),
)
SPOKEN_OF = ("answers_about", "answers_about_crowds")
"""The tables, each with the ``name`` of an answer."""


def note(connection: sqlite3.Connection, name: str, people: Collection[str]) -> None:
    """Keep that an answer speaks of some people."""
    if len(people) <= FEW:
        connection.executemany(
            "INSERT OR IGNORE INTO answers_about (person, name) VALUES (?, ?)",
            [(one, name) for one in people],
        )
    else:
        connection.execute(
            "INSERT OR REPLACE INTO answers_about_crowds (name, people) VALUES (?, ?)",
            (name, short_names(people).tobytes()),
        )


def speaking_of(connection: sqlite3.Connection, people: Collection[str]) -> list[str]:
    """The answers that speak of any of some people."""
    found = connection.execute(
        "SELECT name FROM answers_about WHERE person IN (SELECT value FROM json_each(?))",
        (json.dumps(list(people)),),
    ).fetchall()
    crowds = connection.execute("SELECT name, people FROM answers_about_crowds").fetchall()
    sizes = [len(some) // BYTES_A_NAME for _, some in crowds]
    everybody = np.frombuffer(b"".join(some for _, some in crowds), np.int64)
    spoken = np.flatnonzero(np.isin(everybody, short_names(people)))
    places = np.searchsorted(np.cumsum(sizes), spoken, side="right")
    of_crowds = [crowds[place][0] for place in np.unique(places).tolist()]
    return list(dict.fromkeys([*(name for (name,) in found), *of_crowds]))
