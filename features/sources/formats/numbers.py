"""Numbers as people write them: which shapes there are, and SQL that reads them by the marks of a column."""

from __future__ import annotations

import re
from collections.abc import Sequence

from features.sources.expressions import let, text
from features.sources.formats.words import known_nulls

BLANKS = r"[ \t\x{a0}\x{2007}\x{2009}\x{202f}]"
_CODES = (
    "EUR|USD|GBP|CHF|SEK|NOK|DKK|PLN|CZK|HUF|RON|BGN|TRY|RUB|UAH|AUD|CAD|NZD|JPY|CNY|INR|BRL|MXN|ZAR|SGD"
    "|HKD|KRW|ILS|AED|SAR|THB|MYR|IDR|PHP|VND|ARS|CLP|COP|PEN|EGP|MAD|TND|KWD|BHD|OMR|JOD|ISK"
)
CURRENCY = (
    rf"(?:(?:US|CA|AU|NZ|HK|C|A|R|S|MX)?\$|[€£¥₹₽₺₩₪₫฿₴₱₦]|(?i:{_CODES})|(?i:euros?)|(?i:kr\.?)|zł|Kč|Ft|TL|Rs\.?"
    r"|S?Fr\.)"
)
_SIGN = r"[-+\x{2212}\x{2013}]"
_MINUS = r"^[^0-9]*[-(\x{2212}\x{2013}]|[^-.,\x{2013}][-\x{2212}][^0-9]*$"
_BEFORE = rf"{BLANKS}*{_SIGN}?{BLANKS}*(?:{CURRENCY}{BLANKS}*)?{_SIGN}?{BLANKS}*"
_AFTER = rf"{BLANKS}*(?:{CURRENCY}{BLANKS}*)?[-\x{{2212}}]?{BLANKS}*(?:{CURRENCY})?{BLANKS}*"
_THOUSANDS = {
    ",": ",", ".": r"\.", " ": BLANKS, "'": r"['\x{2019}\x{2018}\x{b4}`]",
}  # fmt: skip
_DECIMAL = {".": r"\.", ",": ","}

SHAPES: tuple[str, ...] = (
    "small", "large", "point", "comma", "point3", "point30", "comma3", "comma30", "point0", "points",
    "commas", "comma point", "point comma", "blank", "blank point", "blank comma", "apostrophe",
    "apostrophe point", "apostrophe comma", "dressed", "padded", "exponent",
)  # fmt: skip
"""Shapes of texts that are numbers under some reading of the marks.

small and large: whole as a computer writes it, below 1000 and from there on. point, comma: with that as
the only mark, and not three digits after it. point3, comma3: three digits after the only mark, so that it
may be either; point30 and comma30 end in a nought. points, commas: several, between thousands. dressed:
digits with a sign, brackets or a currency.
"""
ODD: tuple[str, ...] = ("zeros", "long", "code", "word", "other")
"""Shapes of texts that are no numbers: leading noughts, too long, letters with digits, letters, others."""


def looks_like_number(value: str) -> bool:
    """Whether a text is a number under some reading of its marks, or digits of any length."""
    return _LOOKS.fullmatch(value) is not None


def currency_of(value: str) -> str:
    """The currency that an amount is written with, as one short name; empty where there is none."""
    found = _CURRENCY.search(value)
    if found is None:
        return ""
    name = found[0].upper().rstrip(".")
    return {
        "$": "USD",
        "US$": "USD",
        "€": "EUR",
        "EURO": "EUR",
        "EUROS": "EUR",
        "£": "GBP",
        "¥": "JPY",
    }.get(name, name)


def fits(shape: str, decimal: str, thousands: str) -> bool:
    """Whether texts of a shape are numbers where these are the marks."""
    if shape in ("small", "large", "dressed", "padded"):
        return True
    if shape in ("point", "point0", "exponent"):
        return decimal == "."
    if shape == "comma":
        return decimal == ","
    if shape.rstrip("0") in ("point3", "comma3"):
        mark = "." if shape.startswith("point") else ","
        return mark in (decimal, thousands)
    if shape in ("points", "commas"):
        return thousands == ("." if shape == "points" else ",")
    groups = {"comma": ",", "point": ".", "blank": " ", "apostrophe": "'"}
    first, _, last = shape.partition(" ")
    marks = {"": decimal, "point": ".", "comma": ","}
    return groups.get(first) == thousands and marks[last] == decimal


def whole_sql(column: str) -> str:
    """SQL for the whole number a text is, as a computer writes it; NULL for any other text."""
    # 007 and +7 are no whole numbers: what is read must be what is written.
    return (
        f"CASE WHEN CAST(TRY_CAST({column} AS BIGINT) AS VARCHAR) = trim({column}) "
        f"THEN TRY_CAST({column} AS BIGINT) END"
    )


def number_sql(column: str, decimal: str, thousands: str) -> str:
    """SQL for the number a text is where these are its marks; NULL for any other text."""
    core = _core(decimal, thousands)
    dressed = _dressed(core)
    # Of "Rs. 5" the point belongs to the currency, so the number itself is cut out first.
    digits = f"regexp_replace(regexp_extract({column}, {text(core)}), '[^0-9{decimal}]', '', 'g')"
    if decimal != ".":
        digits = f"replace({digits}, {text(decimal)}, '.')"
    value = f"TRY_CAST({digits} AS DOUBLE)"
    negative = f"regexp_matches({column}, {text(_MINUS)})"
    slow = (
        f"CASE WHEN regexp_full_match({column}, {text(dressed)}) THEN "
        f"CASE WHEN {negative} THEN -{value} ELSE {value} END END"
    )
    plain = rf"-?(?:\d+(?:{_DECIMAL[decimal]}\d+)?|{_DECIMAL[decimal]}\d+)"
    quick = column if decimal == "." else f"replace({column}, {text(decimal)}, '.')"
    exponent = (
        f" WHEN regexp_full_match({column}, {text(_EXPONENT)}) THEN TRY_CAST({column} AS DOUBLE)"
        if decimal == "."
        else ""
    )
    return (
        f"CASE WHEN regexp_full_match({column}, {text(plain)}) THEN TRY_CAST({quick} AS DOUBLE)"
        f"{exponent} ELSE {slow} END"
    )


def shape_sql(column: str, null_texts: tuple[str, ...] = (), *, is_bare: bool = False) -> str:
    """SQL for the shape of a text: one of the shapes, one of the odd ones, "null" or NULL where empty.

    Where it ``is_bare``, what has a sign of currency or marks between thousands is "other", which costs
    a tenth of the time to prepare.
    """
    cores = " ".join(
        f"WHEN regexp_full_match(core, {text(pattern)}) THEN '{shape}'" for shape, pattern in _CORES
    )
    branches = [
        f"WHEN {column} IS NULL OR {column} = '' THEN NULL",
        f"WHEN CAST(TRY_CAST({column} AS BIGINT) AS VARCHAR) = {column} THEN "
        f"CASE WHEN strlen({column}) > 18 THEN 'long' "
        f"WHEN TRY_CAST({column} AS BIGINT) BETWEEN -999 AND 999 THEN 'small' ELSE 'large' END",
        *(
            f"WHEN regexp_full_match({column}, {text(pattern)}) THEN '{shape}'"
            for shape, pattern in _PLAIN
        ),
        f"WHEN trim({column}) = '' THEN NULL",
        f"WHEN CAST(TRY_CAST({column} AS BIGINT) AS VARCHAR) = trim({column}) THEN 'padded'",
        f"WHEN lower(trim({column})) IN ({', '.join(map(text, known_nulls(null_texts)))}) THEN 'null'",
        f"WHEN NOT regexp_matches({column}, '[0-9]') THEN "
        f"CASE WHEN regexp_matches({column}, '\\p{{L}}') THEN 'word' ELSE 'other' END",
    ]
    any_core = let(
        "core", f"regexp_extract({column}, {text(_ANY_CORE)})", f"CASE {cores} ELSE 'other' END"
    )
    if not is_bare:
        dressed = f"regexp_full_match({column}, {text(_dressed(_ANY_CORE))})"
        branches.append(f"WHEN {dressed} THEN {any_core}")
        branches.append(f"WHEN regexp_matches({column}, '\\p{{L}}') THEN 'code'")
    return "CASE " + " ".join(branches) + " ELSE 'other' END"


def shape_code_sql(
    column: str, names: Sequence[str], null_texts: tuple[str, ...] = (), *, is_bare: bool = False
) -> str:
    """SQL for the place of a text's shape among some names."""
    sql = shape_sql(column, null_texts, is_bare=is_bare)
    for name in sorted(names, key=len, reverse=True):
        sql = sql.replace(f"THEN '{name}'", f"THEN {names.index(name)}")
        sql = sql.replace(f"ELSE '{name}'", f"ELSE {names.index(name)}")
    return sql.replace("THEN NULL", "THEN 0")


def _core(decimal: str, thousands: str) -> str:
    """The pattern of a bare number with these marks."""
    mark = _THOUSANDS[thousands] if thousands else ""
    groups = rf"\d{{1,3}}(?:{mark}\d{{3}})+|" if thousands else ""
    if thousands == ",":
        # 12,34,567.00 as it is written in India.
        groups = r"\d{1,3}(?:,\d{2,3})*,\d{3}|"
    return rf"(?:{groups}\d+)(?:{_DECIMAL[decimal]}(?:\d+|-{{1,2}}|\x{{2013}}))?"


def _dressed(core: str) -> str:
    """The pattern of a number with its sign, brackets and currency, before or after."""
    bracketed = rf"{BLANKS}*{CURRENCY}?{BLANKS}*\({BLANKS}*(?:{CURRENCY}{BLANKS}*)?{core}{BLANKS}*(?:{CURRENCY}{BLANKS}*)?\){BLANKS}*{CURRENCY}?"
    return rf"{_BEFORE}{core}{_AFTER}|{bracketed}"


# 12E4 is rather a code than a number.
_EXPONENT = r"-?\d+(?:\.\d+[eE][-+]?|[eE][-+])\d{1,3}"
_POINT = r"(?:\d*\.(?:\d{1,2}|\d{4,})|0\d*\.\d{3}|\d{4,}\.\d{3}|\.\d{3})"
_COMMA = _POINT.replace(r"\.", ",")
_THREE = r"[1-9]\d{0,2}"
_ANY_CORE = (
    rf"\d(?:(?:[\d.,'\x{{2019}}\x{{2018}}\x{{b4}}`]|{BLANKS})*\d)?(?:[.,](?:-{{1,2}}|\x{{2013}}))?"
)
_PLAIN: tuple[tuple[str, str], ...] = (
    ("point0", r"-?(?:0|[1-9]\d*)\.0"),
    ("point", f"-?{_POINT}"),
    ("comma", f"-?{_COMMA}"),
    ("point30", rf"-?{_THREE}\.\d\d0"),
    ("point3", rf"-?{_THREE}\.\d{{3}}"),
    ("zeros", rf"{BLANKS}*0\d+{BLANKS}*"),
    # So long and with a plus it is the number of a telephone.
    ("long", r"\d{19,}|\+\d{8,}"),
    ("exponent", _EXPONENT),
)
_CORES: tuple[tuple[str, str], ...] = (
    ("point", rf"(?:{_POINT}|\d+\.(?:-{{1,2}}|\x{{2013}}))"),
    ("comma", rf"(?:{_COMMA}|\d+,(?:-{{1,2}}|\x{{2013}}))"),
    ("point30", rf"{_THREE}\.\d\d0"),
    ("point3", rf"{_THREE}\.\d{{3}}"),
    ("comma30", rf"{_THREE},\d\d0"),
    ("comma3", rf"{_THREE},\d{{3}}"),
    ("points", r"\d{1,3}(?:\.\d{3}){2,}"),
    ("commas", r"\d{1,3}(?:,\d{2,3})+,\d{3}"),
    ("comma point", r"\d{1,3}(?:,\d{2,3})*,\d{3}\.\d+"),
    ("point comma", r"\d{1,3}(?:\.\d{3})+,\d+"),
    ("blank", rf"\d{{1,3}}(?:{BLANKS}\d{{3}})+"),
    ("blank point", rf"\d{{1,3}}(?:{BLANKS}\d{{3}})+\.\d+"),
    ("blank comma", rf"\d{{1,3}}(?:{BLANKS}\d{{3}})+,\d+"),
    ("apostrophe", rf"\d{{1,3}}(?:{_THOUSANDS[chr(39)]}\d{{3}})+"),
    ("apostrophe point", rf"\d{{1,3}}(?:{_THOUSANDS[chr(39)]}\d{{3}})+\.\d+"),
    ("apostrophe comma", rf"\d{{1,3}}(?:{_THOUSANDS[chr(39)]}\d{{3}})+,\d+"),
    ("dressed", r"(?:0|[1-9]\d{0,14})"),
)


def _for_python(pattern: str) -> str:
    return re.sub(r"\\x\{([0-9a-f]+)\}", lambda found: chr(int(found[1], 16)), pattern)


_LOOKS = re.compile(_for_python(f"(?:{_dressed(_ANY_CORE)}|{_EXPONENT}|-?[.,]\\d+)"), re.ASCII)
_CURRENCY = re.compile(CURRENCY)
