"""Which files and texts hold a customer's number, and what the answers say that a ledger keeps sealed."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM


def files_holding(folder: Path, text: str) -> list[str]:
    """The files below a folder in which a text stands."""
    return [
        str(one) for one in folder.rglob("*") if one.is_file() and text.encode() in one.read_bytes()
    ]


def is_named_in(text: str, customer_id: str) -> bool:
    """Whether a number stands in a text by itself: ``c012`` may come by chance within a digest or an id of ours."""
    alone = rf"(?<![0-9A-Za-z-]){re.escape(customer_id)}(?![0-9A-Za-z-])"
    return re.search(alone, text) is not None


def kept_answers(ledger: Path) -> list[bytes]:
    """Every kept answer that somebody who has the database can read."""
    with closing(sqlite3.connect(ledger)) as connection:
        sealed = connection.execute(
            "SELECT secret, content FROM first_calls JOIN kept_contents USING (name)"
        ).fetchall()
    return [AESGCM(secret).decrypt(bytes(12), content, None) for secret, content in sealed]
