"""Which files of a folder hold a text, and what the answers say that a ledger keeps sealed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM


def files_holding(folder: Path, text: str) -> list[str]:
    """The files below a folder in which a text stands."""
    return [
        str(one) for one in folder.rglob("*") if one.is_file() and text.encode() in one.read_bytes()
    ]


def kept_answers(ledger: Path) -> list[bytes]:
    """Every kept answer that somebody who has the database can read."""
    with closing(sqlite3.connect(ledger)) as connection:
        sealed = connection.execute(
            "SELECT secret, content FROM first_calls JOIN kept_contents USING (name)"
        ).fetchall()
    return [AESGCM(secret).decrypt(bytes(12), content, None) for secret, content in sealed]
