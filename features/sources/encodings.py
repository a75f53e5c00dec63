"""Whether a text file is UTF-8, and where it stops being so."""

from __future__ import annotations

import codecs
from pathlib import Path

_READ_BYTES = 1 << 22


def first_byte_outside_utf8(path: Path) -> tuple[int, str] | None:
    """The line of the first byte that is not UTF-8, with a guess at the encoding; None when all is."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines = 1
    with path.open("rb") as file:
        first = file.read(_READ_BYTES)
        if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return 1, " (it looks like UTF-16)"
        block = first
        while block:
            try:
                decoder.decode(block, final=False)
            except UnicodeDecodeError as fault:
                # The fault's own bytes may begin with the tail of the block before.
                return lines + fault.object[: fault.start].count(b"\n"), _encoding_hint(fault)
            lines += block.count(b"\n")
            block = file.read(_READ_BYTES)
    return None


def _encoding_hint(fault: UnicodeDecodeError) -> str:
    return " (it looks like Windows-1252 or Latin-1)" if fault.object[fault.start] >= 0x80 else ""
