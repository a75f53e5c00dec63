"""SQL from a value of a source to the value that is stored: instants in seconds, money in cents, numbers in thousandths.

Money and numbers are rounded half away from zero, after a first rounding to the sixth decimal that takes off what binary
floating point added: 3 x 0.165 is 0.495 and becomes 50 cents, a return of it -50.
"""

from __future__ import annotations

import re

from features.sources.connection import literal
from features.vocabulary.identifiers import tidied_sql
from features.vocabulary.tables import ColumnKind
from features.vocabulary.words import NO, YES, YES_OR_NO, Words, folded_sql

INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
NUMBERS = (*INTEGERS, "DECIMAL")
UNSIGNED = ("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT")
FLOATS = ("FLOAT", "DOUBLE")
# A cross in a table says yes.
_TRUE = f"({', '.join(map(literal, (*YES, 'x')))})"
_FALSE = f"({', '.join(map(literal, NO))})"

_LITERALS = re.compile(r"'(?:[^']|'')*'")
_CONTROL_NAMED = re.compile(
    r"control|kontroll|hold.?out|held|withh|placebo|t[eé]moin|unexposed|untreated|not_",
    re.IGNORECASE,
)
"""What names a column of which yes may mean that an offer was not shown."""


def converted_sql(raw: str, kind: ColumnKind, found: str) -> str:
    """SQL for the stored value of a kind, over a value of a type of the database; NULL where it reads as none."""
    if kind is ColumnKind.INSTANT:
        instant = f"TRY_CAST({raw} AS TIMESTAMPTZ)"
        # Whole numbers are divided towards zero, and what lies before 1970 must not reach into it.
        down = f"epoch_us({instant}) // 1000000 - CAST(epoch_us({instant}) % 1000000 < 0 AS BIGINT)"
        return f"CASE WHEN isfinite({instant}) THEN {down} END"
    if kind is ColumnKind.MONEY:
        return _scaled(raw, 2, found)
    if kind is ColumnKind.NUMBER:
        return _scaled(raw, 3, found)
    if kind is ColumnKind.FLAG:
        if found == "BOOLEAN":
            return raw
        said = f"lower(strip_accents(trim(CAST({raw} AS VARCHAR))))"
        return f"CASE WHEN {said} IN {_TRUE} THEN true WHEN {said} IN {_FALSE} THEN false END"
    raise AssertionError(kind)


def _scaled(raw: str, decimals: int, found: str) -> str:
    scale = 10**decimals
    if found.startswith((*INTEGERS, *UNSIGNED)):
        most = 9 * 10**18 // scale
        return (
            f"CASE WHEN TRY_CAST({raw} AS BIGINT) BETWEEN -{most} AND {most} "
            f"THEN CAST({raw} AS BIGINT) * {scale} END"
        )
    if found in FLOATS:
        # The same rounding as below in whole numbers of 64 bits, which is many times faster.
        millionths = f"CAST(round(CAST({raw} AS DOUBLE) * 1000000) AS BIGINT)"
        unit = 1_000_000 // scale
        rounded = f"sign({millionths}) * ((abs({millionths}) + {unit // 2}) // {unit})"
        return f"CASE WHEN abs({raw}) < 9e12 THEN {rounded} END"
    if found == "VARCHAR":
        raw = f"trim({raw})"
    # A digit is left free: of what fills all 38 the scaled number could not even be reckoned.
    rounded = f"round(TRY_CAST({raw} AS DECIMAL(37, 6)), {decimals})"
    return f"TRY_CAST({rounded} * {scale} AS BIGINT)"


def text_sql(raw: str, found: str) -> str:
    """SQL for the text a value is; a number with an empty fraction is written without it."""
    if found.startswith((*FLOATS, "DECIMAL")):
        # Numbers with gaps come as 13085.0 from some tools; the customer number is 13085.
        whole = f"CAST(TRY_CAST({raw} AS HUGEINT) AS VARCHAR)"
        present = f"WHEN isnan({raw}) THEN NULL " if found in FLOATS else ""
        return (
            f"CASE {present}WHEN {raw} = floor({raw}) THEN {whole} ELSE CAST({raw} AS VARCHAR) END"
        )
    text = f"CAST({raw} AS VARCHAR)"
    if found.startswith((*INTEGERS, *UNSIGNED)):
        return text
    return tidied_sql(text)


def known_word_sql(written: str, words: Words, expression: str) -> str:
    """SQL for the word of ours that a written one means; NULL where it is not known."""
    meant = words.word_sql(written)
    asked = words.asked_by(_LITERALS.sub("", expression))
    if asked is not None:
        said = folded_sql(written)
        yes, no = map(literal, asked)
        answered = f"WHEN {said} IN {_TRUE} THEN {yes} WHEN {said} IN {_FALSE} THEN {no}"
        return f"CASE {answered} ELSE {meant} END"
    if words.is_closed and _CONTROL_NAMED.search(_LITERALS.sub("", expression)):
        # Whether the 1 of a column that is_control means control, nobody can tell from the rows.
        told = ", ".join(literal(one) for one in sorted(YES_OR_NO))
        return f"CASE WHEN {folded_sql(written)} NOT IN ({told}) THEN {meant} END"
    return meant
