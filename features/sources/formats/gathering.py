"""Evidence of a relation's columns: a sample says what may be there, and one scan counts it over all rows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from features.sources.connection import Connection, quoted
from features.sources.expressions import text
from features.sources.formats.evidence import Evidence, spread
from features.sources.formats.instants import (
    EPOCHS,
    FIRST_YEAR,
    ISO,
    NAMED,
    DateOrder,
    has_long_years,
    instant_sql,
    local_sql,
    quick_sql,
)
from features.sources.formats.numbers import ODD, SHAPES, currency_of, shape_code_sql
from features.sources.formats.sequence import steps_of
from features.sources.formats.shapes import SampleLook, look_of
from features.sources.formats.words import known_nulls, speaks_of_date, speaks_of_id

SAMPLED_ROWS = 2_000
_LOOKED_AT = 400
_ALMOST = 0.9
_SAMPLED_CELLS = 200_000
_FEW = 50
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
    ).fetchall()
    nothing = frozenset(nulls)
    found, few = {}, []
    for name, values in zip(
        columns, zip(*sample, strict=True) if sample else [[]] * len(columns), strict=True
    ):
        found[name] = _telling(values, nothing)
        # Of a column that is mostly empty a sample of rows shows too little.
        if len(sample) == rows and sum(bool(value) for value in values) < _FEW:
            few.append(name)
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
    connection: Connection,
    relation: str,
    looks: Mapping[str, SampleLook],
    null_texts: tuple[str, ...],
) -> dict[str, Evidence]:
    found: dict[str, Evidence] = {}
    texts = [name for name, look in looks.items() if look.kind == "text"]
    for start in range(0, len(texts), 100):
        some = texts[start : start + 100]
        listed = ", ".join(
            f"count({_said_sql(quoted(name), null_texts, is_empty=not looks[name].texts)})"
            for name in some
        )
        (row,) = connection.execute(f"SELECT count(*), {listed} FROM {relation}").fetchall()
        for name, filled in zip(some, row[1:], strict=True):
            found[name] = Evidence(int(row[0]), int(filled), {"text": int(filled)})
    others = [name for name, look in looks.items() if look.kind != "text"]
    for name in others:
        look = looks[name]
        found[name] = _scanned(connection, relation, name, look, null_texts)
        if look.kind == "numeric" and found[name].count("other"):
            found[name] = _scanned(connection, relation, name, look, null_texts, is_bare=False)
    return {name: found[name] for name in looks}


def _said_sql(column: str, null_texts: tuple[str, ...], *, is_empty: bool) -> str:
    """SQL for a text that says something; looked at closely only where the sample had none that does."""
    if not is_empty:
        return f"nullif({column}, '')"
    nothing = ", ".join(map(text, ("", *known_nulls(null_texts))))
    return f"CASE WHEN lower(trim({column})) NOT IN ({nothing}) THEN {column} END"


def _scanned(
    connection: Connection,
    relation: str,
    name: str,
    look: SampleLook,
    null_texts: tuple[str, ...],
    *,
    is_bare: bool = True,
) -> Evidence:
    """The evidence of one column.

    A scan a column: counting all columns at once by what they look like together takes twice as long,
    because it gives up what the file says about repeated values.
    """
    if look.kind == "dates":
        sql, keys = _date_code(name, look, null_texts)
    else:
        sql, keys = _number_code(name, look, null_texts, is_bare=is_bare)
    grouped = connection.execute(f"SELECT {sql}, count(*) FROM {relation} GROUP BY 1").fetchall()
    counts: Counter[str] = Counter()
    for code, rows in grouped:
        counts.update(dict.fromkeys(keys[int(code)], int(rows)))
    rows = sum(int(count) for _, count in grouped)
    filled = rows - counts.pop("", 0)
    if look.kind == "dates":
        counts += _from_sample(look, filled)
    else:
        currencies = filter(None, map(currency_of, look.texts))
        counts.update(f"currency {one}" for one in currencies)
    return Evidence(rows, filled, dict(counts), dict(look.forms), texts=spread(look.texts))


def _number_code(
    name: str, look: SampleLook, null_texts: tuple[str, ...], *, is_bare: bool
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


def _counted_forms(name: str, look: SampleLook) -> list[str]:
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


def _rivals(look: SampleLook) -> tuple[DateOrder, ...]:
    """The orders of day, month and year among which the most frequent one of a sample has to stand."""
    if look.kind != "dates" or not look.orders:
        return ()
    first = look.orders[0]
    if first == NAMED:
        return (first,)
    same = tuple(one for one in look.orders if one.mark == first.mark and one != NAMED)
    is_year_first = year_place(_ends_of(look)) == "first"
    read = {one: look.share_read(one) for one in same}
    most = max(read.values())

    def rank(one: DateOrder) -> tuple[bool, bool, float]:
        # A year of two digits may stand first too: it is the number with few different values.
        return read[one] < _ALMOST * most, (one.order == "ymd") != is_year_first, -read[one]

    return tuple(sorted(same, key=rank))


def _both_fit(look: SampleLook, rivals: Sequence[DateOrder]) -> bool:
    best, least = sorted((look.share_read(one) for one in rivals[:2]), reverse=True)
    return least >= _ALMOST * best


def _date_code(
    name: str, look: SampleLook, null_texts: tuple[str, ...]
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
    quick = ""
    if not is_zoned and has_long_years(forms[0]):
        # Asked first and once; what it does not read its relatives may.
        quick = f"WHEN {quick_sql(column, forms[0])} >= TIMESTAMP '{FIRST_YEAR}-01-01' THEN 4"
    if len(rivals) == 1:
        names.append((f"fits {keys[0]}", f"alone {keys[0]}"))
        sql = f"CASE WHEN {empty} THEN 0 {quick} WHEN {read[0]} IS NOT NULL THEN 4 ELSE {rest} END"
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
            # Most are dates in one order alone; how many, the sample says.
            names[4] = (f"fits {keys[0]}",)
            sql = (
                f"CASE WHEN {empty} THEN 0 {quick} WHEN {read[0]} IS NOT NULL THEN 4 "
                f"WHEN {read[1]} IS NOT NULL THEN 5 ELSE {rest} END"
            )
    return f"CAST({sql} AS UTINYINT)", names


def main_form(forms: Mapping[str, int], order: DateOrder) -> str:
    """The form that a sample has most often in an order of day, month and year."""
    own = {
        form.partition("\t")[2]: count
        for form, count in forms.items()
        if form.partition("\t")[0] == order.key
    }
    if order == DateOrder("ymd", "-") and not any("%y" in form for form in own):
        return ISO
    written = order.mark.join(f"%{part}" for part in order.order).replace("%y", "%Y")
    return max(own, key=lambda form: (own[form], form), default=written)


def _from_sample(look: SampleLook, filled: int) -> Counter[str]:
    """What is known of the sample alone, scaled to all rows."""
    scaled: Counter[str] = Counter()
    size = max(1, len(look.texts))
    for key, count in (
        ("zoned", sum(one.is_zoned for one in look.dates)),
        ("halves", sum(one.has_half for one in look.dates)),
    ):
        if count:
            scaled[key] = max(1, filled * count // size)
    rivals = _rivals(look)[:2]
    if len(rivals) == 2 and not _both_fit(look, rivals):
        one, two = (look.share_read(order) for order in rivals)
        scaled[f"alone {rivals[0].key}"] = max(1, round(filled * (one - two)))
        scaled[f"fits {rivals[1].key}"] = round(filled * two)
    return scaled + _ends_of(look)


def _ends_of(look: SampleLook) -> Counter[str]:
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
    # A day may be written with one digit, a year has two.
    if any(len(one) == 1 for one in firsts):
        return "last"
    if any(len(one) == 1 for one in lasts):
        return "first"
    if any(one.isdigit() and not 1 <= int(one) <= 31 for one in lasts) or len(firsts) >= 3 * len(
        lasts
    ):
        return "last"
    return "first" if len(lasts) >= 3 * len(firsts) else ""
