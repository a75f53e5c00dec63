"""One normal form for texts and ids, in Python for what callers send and in SQL for what tables hold.

Blanks of every kind around a text are no part of it: tabs, no-break spaces, those of no width, marks of
direction, the mark a file begins with. Letters with accents are written one way (NFC). An id that a tool has
turned into a number, such as 12345.0, is 12345; zeros before it and all of its digits stay. The apostrophe by
which a spreadsheet knows a text, as in '0012 or '=A1, is no part of it. What tools write for nothing and nobody
else does, such as #N/A, is no id.
"""

from __future__ import annotations

import re
import unicodedata

_CONTROLS = range(0x01, 0x21)
_WIDTHS = range(0x2000, 0x2010)
_DIRECTIONS = (*range(0x2028, 0x2030), *range(0x2066, 0x206A))
_SINGLE = (0x85, 0xA0, 0xAD, 0x1680, 0x180E, 0x205F, 0x2060, 0x3000, 0xFEFF)
BLANKS = "".join(map(chr, (*_CONTROLS, *_SINGLE, *_WIDTHS, *_DIRECTIONS)))
"""Every character that is nothing to be seen at the edge of a text."""
_MARKED = "^'+([-+=@\uff1d\uff0b\uff0d\uff200-9])"
"""The apostrophes before what a spreadsheet would take for a number or a formula, and its first character."""
NO_ID = (
    "(null)", "[NULL]", "\\N", "#N/A", "#NV", "#NULL!", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "(blank)",
)  # fmt: skip
"""What databases and spreadsheets write where there is nothing; null and NaN may be somebody's number."""


def tidied(text: str) -> str:
    """A text without the blanks around it, its accents written one way.

    >>> tidied("\\ufeff C0008854\\u00a0\\t")
    'C0008854'
    """
    bare = (text if text.isascii() else _composed(text)).strip(BLANKS)
    return re.sub(_MARKED, r"\1", bare) if bare.startswith("'") else bare


def normal_id(text: str, *, ignore_case: bool = False) -> str:
    """The form in which an id is kept and looked up everywhere; empty where it says nothing.

    >>> normal_id(" 12345.0 "), normal_id("0012"), normal_id("Anna@X.de", ignore_case=True)
    ('12345', '0012', 'anna@x.de')
    """
    tidy = tidied(text)
    digits = tidy.removesuffix(".0")
    if digits != tidy and digits.isascii() and digits.isdecimal():
        tidy = digits
    if tidy in NO_ID:
        return ""
    return small(tidy) if ignore_case else tidy


def small(text: str) -> str:
    """A text in small letters, letter by letter, as the tables' SQL does it."""
    return text.lower() if text.isascii() else "".join(one.lower()[0] for one in text)


def tidied_sql(text: str) -> str:
    """SQL for ``tidied`` over a SQL text; NULL where nothing is left.

    Nearly all texts are tidy, and telling that takes less time than trimming them all.
    """
    pattern = "".join(f"\\x{{{ord(one):x}}}" for one in BLANKS)
    composed = f"nfc_normalize({text})"
    marked = _MARKED.replace("'", "''")
    return (
        f"CASE WHEN {text} > '(' AND {text}[-1] > '!' AND strlen({text}) = length({text}) "
        f"THEN {text} "
        f"WHEN regexp_matches({text}, '^[{pattern}'']|[{pattern}]$') "
        f"THEN nullif(regexp_replace(trim({composed}, '{BLANKS}'), '{marked}', '\\1'), '') "
        f"ELSE nullif({composed}, '') END"
    )


def normal_id_sql(text: str, *, ignore_case: bool = False) -> str:
    """SQL for ``normal_id`` over a SQL text; NULL where nothing is left."""
    return id_of_tidy_sql(tidied_sql(text), ignore_case=ignore_case)


def id_of_tidy_sql(tidy: str, *, ignore_case: bool = False) -> str:
    """SQL for the normal form of an id whose text is tidy already; NULL where it says nothing."""
    nothing = ", ".join(f"'{one}'" for one in NO_ID)
    whole = f"regexp_replace({tidy}, '^([0-9]+)\\.0$', '\\1')"
    normal = f"CASE WHEN contains({tidy}, '.0') THEN {whole} ELSE {tidy} END"
    said = f"CASE WHEN {tidy} NOT IN ({nothing}) THEN {normal} END"
    return f"lower({said})" if ignore_case else said


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)
