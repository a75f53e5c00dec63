"""Evidence of a relation's columns: a sample says what may be there, and one scan counts it over all rows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from features.sources.connection import Connection, quoted
from features.sources.formats.evidence import Evidence, spread
from features.sources.formats.expressions import text
from features.sources.formats.instants import (
    EPOCHS,
    ISO,
    NAMED,
    DateOrder,
    instant_sql,
    local_sql,
)
from features.sources.formats.numbers import ODD, SHAPES, shape_code_sql
from features.sources.formats.sequence import steps_of
from features.sources.formats.shapes import Look, look_of
from features.sources.formats.words import known_nulls, speaks_of_date, speaks_of_id

SAMPLED_ROWS = 2_000
_LOOKED_AT = 400
_SAMPLED_CELLS = 200_000
_FEW = 50
_COLUMNS_A_SCAN = 8
_DIGITS_FORMS = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
_NUMERIC_NAMES = ("", "null", *SHAPES, *ODD)


def evidence_of(
    connection: Connection, relation: str, columns: Sequence[str], null_texts: Sequence[str] = ()
) -> dict[str, Evidence]:
    """What speaks for each reading of the columns of a relation of texts."""
    if not columns:
        return {}
    sampled = _sampled(connection, relation, columns, known_nulls(null_texts))
    looks = {name: look_of(texts) for name, texts in sampled.items()}
    found = _counted(connection, relation, looks, tuple(null_texts))
    ids = [name for name in columns if speaks_of_id(name) and looks[name].kind != "dates"]
    for name, look in looks.items():
        rivals = _rivals(look)
        if len(rivals) > 1 and _both_fit(look, rivals):
            steps, edges = steps_of(connection, relation, name, rivals, ids)
            one = found[name]
            found[name] = Evidence(
                one.rows, one.filled, one.counts, one.forms, steps, edges, one.texts
            )
    return found


def _sampled(
    connection: Connection, relation: str, columns: Sequence[str], nulls: Sequence[str]
) -> dict[str, list[str]]:
    """A few different values of each column, without those that say nothing."""
    rows = max(100, min(SAMPLED_ROWS, _SAMPLED_CELLS // len(columns)))
    listed = ", ".join(quoted(name) for name in columns)
    # The seed makes two looks at the same file see the same.
    sample = connection.execute(
        f"SELECT {listed} FROM {relation} USING SAMPLE reservoir({rows} ROWS) REPEATABLE (1)"
    ).fetchnumpy()
    nothing = frozenset(nulls)
    found = {}
    for name, values in zip(columns, sample.values(), strict=True):
        found[name] = _telling(values.tolist(), nothing)
    few = [name for name in columns if len(found[name]) < _FEW and len(sample[columns[0]]) == rows]
    for start in range(0, len(few), 50):
        some = few[start : start + 50]
        lists = ", ".join(
            f"(list({quoted(name)}) FILTER (WHERE {quoted(name)} <> ''))[:{20 * rows}]"
            for name in some
        )
        (row,) = connection.execute(f"SELECT {lists} FROM {relation}").fetchall()
        for name, values in zip(some, row, strict=True):
            found[name] = _telling(values or [], nothing)
    return found


def _telling(values: Sequence[Any], nothing: frozenset[str]) -> list[str]:
    different = dict.fromkeys(value for value in values if isinstance(value, str))
    return [one for one in different if one.strip() and one.strip().casefold() not in nothing][
        :_LOOKED_AT
    ]


def _counted(
    connection: Connection, relation: str, looks: Mapping[str, Look], null_texts: tuple[str, ...]
) -> dict[str, Evidence]:
    found: dict[str, Evidence] = {}
    texts = [name for name, look in looks.items() if look.kind == "text"]
    for start in range(0, len(texts), 100):
        some = texts[start : start + 100]
        listed = ", ".join(f"count(nullif({quoted(name)}, ''))" for name in some)
        (row,) = connection.execute(f"SELECT count(*), {listed} FROM {relation}").fetchall()
        for name, filled in zip(some, row[1:], strict=True):
            found[name] = Evidence(int(row[0]), int(filled), {"text": int(filled)})
    others = [name for name, look in looks.items() if look.kind != "text"]
    for start in range(0, len(others), _COLUMNS_A_SCAN):
        some = others[start : start + _COLUMNS_A_SCAN]
        seen = _scanned(connection, relation, {name: looks[name] for name in some}, null_texts)
        dressed = {
            name: looks[name]
            for name, one in seen.items()
            if looks[name].kind == "numeric" and one.count("other")
        }
        if dressed:
            seen |= _scanned(connection, relation, dressed, null_texts, is_bare=False)
        found |= seen
    return {name: found[name] for name in looks}


def _scanned(
    connection: Connection,
    relation: str,
    looks: Mapping[str, Look],
    null_texts: tuple[str, ...],
    *,
    is_bare: bool = True,
) -> dict[str, Evidence]:
    """The evidence of some columns from one scan: rows are counted by what all of them look like at once."""
    codes = [
        _date_code(name, look, null_texts)
        if look.kind == "dates"
        else _number_code(name, look, null_texts, is_bare=is_bare)
        for name, look in looks.items()
    ]
    listed = ", ".join(f"{sql} AS c{at}" for at, (sql, _) in enumerate(codes))
    grouped = connection.execute(
        f"SELECT count(*), COLUMNS('c[0-9]+') FROM (SELECT {listed} FROM {relation}) GROUP BY ALL"
    ).fetchall()
    found = {}
    for at, (name, look) in enumerate(looks.items()):
        counts: Counter[str] = Counter()
        for row in grouped:
            for key in codes[at][1][int(row[at + 1])]:
                counts[key] += int(row[0])
        rows = sum(int(row[0]) for row in grouped)
        empty = counts.pop("", 0)
        forms = dict(look.forms)
        if look.kind == "dates":
            counts += _from_sample(look, rows - empty)
        found[name] = Evidence(rows, rows - empty, dict(counts), forms, texts=spread(look.texts))
    return found


def _number_code(
    name: str, look: Look, null_texts: tuple[str, ...], *, is_bare: bool
) -> tuple[str, list[tuple[str, ...]]]:
    """SQL for the code of a text's shape, and what each code counts for."""
    column = quoted(name)
    names: list[tuple[str, ...]] = [(one,) for one in _NUMERIC_NAMES]
    sql = shape_code_sql(column, _NUMERIC_NAMES, null_texts, is_bare=is_bare)
    forms = _counted_forms(name, look)
    size = len(names)
    for at, form in enumerate(forms, start=1):
        names += [(*one, f"fits {form}") for one in names[:size]]
        fitting = (
            local_sql(column, form)
            if form.startswith("%")
            else instant_sql(column, form, is_zoned=False)
        )
        if form.startswith("%"):
            length = next(length for length, one in _DIGITS_FORMS.items() if one == form)
            fitting = f"CASE WHEN strlen({column}) = {length} AND {column}[:2] IN ('19', '20') THEN {fitting} END"
        sql = f"({sql}) + CASE WHEN {fitting} IS NOT NULL THEN {size * at} ELSE 0 END"
        # A number is counted for the one form that most of the sample has.
        break
    return f"CAST({sql} AS UTINYINT)", names


def _counted_forms(name: str, look: Look) -> list[str]:
    """Forms of dates that are but digits and that most of a sample has."""
    found: Counter[str] = Counter()
    is_date = speaks_of_date(name)
    for one in look.texts:
        digits = one.strip()
        form = _DIGITS_FORMS.get(len(digits)) if digits.isdigit() else None
        if (
            form
            and digits[:2] in ("19", "20")
            and "01" <= digits[4:6] <= "12"
            and "01" <= digits[6:8] <= "31"
        ):
            found[form] += 1
        elif is_date:
            found.update(_epoch_of(digits))
    often = [form for form, count in found.most_common(1) if count * 2 >= len(look.texts)]
    # An order number may look like a date, and so may an amount.
    return (
        often if is_date or (often and often[0].startswith("%") and not speaks_of_id(name)) else []
    )


def _epoch_of(digits: str) -> list[str]:
    try:
        number = float(digits.replace(",", "."))
    except ValueError:
        return []
    return [form for form, (_, low, high) in EPOCHS.items() if low <= number <= high]


def _rivals(look: Look) -> tuple[DateOrder, ...]:
    """The orders of day, month and year among which the most frequent one of a sample has to stand."""
    if look.kind != "dates" or not look.orders:
        return ()
    first = look.orders[0]
    if first == NAMED:
        return (first,)
    same = tuple(one for one in look.orders if one.mark == first.mark and one != NAMED)
    is_year_first = year_place(_ends_of(look))
    # A year of two digits may stand first too: it is the number with few different values.
    read = {one: look.share_read(one) for one in same}
    return tuple(
        sorted(
            same, key=lambda one: ((one.order == "ymd") != (is_year_first == "first"), -read[one])
        )
    )


def _both_fit(look: Look, rivals: Sequence[DateOrder]) -> bool:
    best, least = sorted((look.share_read(one) for one in rivals[:2]), reverse=True)
    return least >= 0.9 * best


def _date_code(
    name: str, look: Look, null_texts: tuple[str, ...]
) -> tuple[str, list[tuple[str, ...]]]:
    """SQL for the code of which orders read a text, and what each code counts for."""
    column = quoted(name)
    rivals = _rivals(look)[:2]
    forms = [main_form(look.forms, order) for order in rivals]
    is_zoned = any(one.is_zoned for one in look.dates)
    read = [instant_sql(column, form, is_zoned=is_zoned) for form in forms]
    keys = [order.key for order in rivals]
    names: list[tuple[str, ...]] = [("",), ("null",), ("other",), ()]
    rest = (
        f"CASE WHEN trim({column}) = '' THEN 0 "
        f"WHEN lower(trim({column})) IN ({', '.join(map(text, known_nulls(null_texts)))}) THEN 1 "
        "ELSE 2 END"
    )
    empty = f"{column} IS NULL OR {column} = ''"
    if len(rivals) == 1:
        names.append((f"fits {keys[0]}", f"alone {keys[0]}"))
        sql = f"CASE WHEN {empty} THEN 0 WHEN {read[0]} IS NOT NULL THEN 4 ELSE {rest} END"
    else:
        names += [
            (f"fits {keys[0]}", f"alone {keys[0]}"),
            (f"fits {keys[1]}", f"alone {keys[1]}"),
            (f"fits {keys[0]}", f"fits {keys[1]}"),
            (f"fits {keys[0]}", f"fits {keys[1]}", "same"),
        ]
        if _both_fit(look, rivals):
            one, two = read
            sql = (
                f"CASE WHEN {empty} THEN 0 WHEN {one} = {two} THEN 7 WHEN {one} IS NOT NULL THEN "
                f"CASE WHEN {two} IS NOT NULL THEN 6 ELSE 4 END "
                f"WHEN {two} IS NOT NULL THEN 5 ELSE {rest} END"
            )
        else:
            sql = (
                f"CASE WHEN {empty} THEN 0 WHEN {read[0]} IS NOT NULL THEN 4 "
                f"WHEN {read[1]} IS NOT NULL THEN 5 ELSE {rest} END"
            )
    return f"CAST({sql} AS UTINYINT)", names


def main_form(forms: Mapping[str, int], order: DateOrder) -> str:
    """The form that a sample has most often in an order of day, month and year."""
    if order == DateOrder("ymd", "-") and not any("%y" in form for form in forms):
        return ISO
    own = {
        form.partition("\t")[2]: count
        for form, count in forms.items()
        if form.partition("\t")[0] == order.key
    }
    return max(own, key=lambda form: (own[form], form))


def _from_sample(look: Look, filled: int) -> Counter[str]:
    """What is known of the sample alone, scaled to all rows."""
    scaled: Counter[str] = Counter()
    size = max(1, len(look.texts))
    for key, count in (
        ("zoned", sum(one.is_zoned for one in look.dates)),
        ("halves", sum(one.has_half for one in look.dates)),
    ):
        if count:
            scaled[key] = max(1, filled * count // size)
    return scaled + _ends_of(look)


def _ends_of(look: Look) -> Counter[str]:
    """The first and the last numbers of dates whose year has two digits and may stand at either end."""
    found: Counter[str] = Counter()
    for order in look.orders:
        if order.order == "ymd" and any("%y" in form for form in look.forms):
            for one in look.texts:
                numbers = re.split(r"\D", one.strip())
                if len(numbers) > 2:
                    found[f"first {numbers[0]}"] += 1
                    found[f"last {numbers[2]}"] += 1
    return found


def year_place(counts: Mapping[str, int]) -> str:
    """Whether years of two digits stand "first" or "last"; empty where it is not to be told."""
    firsts = {key[6:] for key in counts if key.startswith("first ")}
    lasts = {key[5:] for key in counts if key.startswith("last ")}
    if any(one.isdigit() and int(one) > 31 for one in lasts) or len(firsts) >= 3 * len(lasts):
        return "last"
    return "first" if len(lasts) >= 3 * len(firsts) else ""
