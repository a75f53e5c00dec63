"""What a few sampled texts look like: numbers, dates in some orders, or only texts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from features.sources.formats.instants import NAMED, DateOrder
from features.sources.formats.words import ENGLISH_MONTHS, ZONES_MINUTES, month_of

_NUMBER_LIKE = re.compile(
    r"^[^\w]*(?:[^\W\d]{1,4}\.?\s?)?[^\w]*\d[\d\s.,'’`´]*(?:[eE][-+]?\d+)?[^\w]*(?:[^\W\d]{1,5}\.?)?[^\w]*$"
)
_ZONES = "|".join(sorted(ZONES_MINUTES, key=len, reverse=True))
_TIME = re.compile(
    r"^(?P<join>,?\s?[Tt]?\s*|,? ?(?:at|um|om|à|a las|às|alle|as|kl\.?) )(?P<hour>\d{1,2}):(?P<minute>\d{2})"
    r"(?::(?P<second>\d{2})(?P<fraction>[.,]\d+)?)?(?P<half>\s?[AaPp]\.?\s?[Mm]\.?)?(?:\s?[Uu]hr)?"
    rf"(?P<zone>\s?(?:(?:UTC|GMT)?[-+]\d{{1,2}}:?(?:\d{{2}})?|(?i:{_ZONES}))(?:\s?\([^)]*\))?)?$"
)
_NUMERIC = re.compile(
    r"^(?:(?P<weekday>[^\W\d]{2,})(?P<after>[.,]*\s+))?"
    r"(?P<one>\d{1,4})(?P<mark>\. |[./\- ])(?P<two>\d{1,2})(?P=mark)(?P<three>\d{4}|\d{1,2})(?!\d)(?P<rest>.*)$"
)
_NAMED = re.compile(
    r"^(?:(?P<weekday>[^\W\d]{2,})(?P<after>[.,]*\s+))?(?:"
    r"(?P<day>\d{1,2})(?P<s1>(?:st|nd|rd|th|er|º|°)?[ .,/-]*(?:de )?)(?P<month>[^\W\d]{3,})(?P<s2>[ .,/-]*(?:del? )?)(?P<year>\d{4}|\d{2})(?!\d)"
    r"|(?P<month2>[^\W\d]{3,})(?P<s3>[ .,/-]*)(?P<day2>\d{1,2})(?P<s4>(?:st|nd|rd|th)?[ .,/-]+)(?P<year2>\d{4}|\d{2})(?!\d)"
    r"|(?P<year3>\d{4})(?P<s5>[ .,/-]*)(?P<month3>[^\W\d]{3,})(?P<s6>[ .,/-]*)(?P<day3>\d{1,2})(?!\d))(?P<rest>.*)$"
)


@dataclass(frozen=True)
class DateText:
    """One text taken apart as a date: the orders it may be in, its form after each, and its zone."""

    forms: dict[DateOrder, str]
    is_zoned: bool
    has_half: bool
    parts: tuple[int, int, int] | None = None
    """The three numbers of a date without the name of a month."""


@dataclass(frozen=True)
class Look:
    """What the sampled texts of a column look like."""

    kind: str
    """text, numeric or dates."""
    orders: tuple[DateOrder, ...] = ()
    forms: Counter[str] = field(default_factory=Counter)
    halves: int = 0
    zoned: int = 0
    texts: tuple[str, ...] = ()


def look_of(texts: Sequence[str]) -> Look:
    """What most of some texts look like."""
    filled = [one for one in (text.strip() for text in texts) if one]
    if not filled:
        return Look("text")
    first = filled[:60]
    if not any(_is_like(one) for one in first) and len(filled) > len(first):
        return Look("text")
    numbers = sum(1 for one in filled if _NUMBER_LIKE.match(one))
    if numbers * 2 < len(filled) or _looks_dated(first):
        dates = [found for one in filled if (found := date_of(one)) is not None]
        if dates and len(dates) * 2 >= len(filled):
            return _dates(dates, filled)
    if numbers * 2 >= len(filled):
        return Look("numeric", texts=tuple(filled))
    return Look("text")


def _is_like(text: str) -> bool:
    return bool(_NUMBER_LIKE.match(text)) or date_of(text) is not None


def _looks_dated(texts: Sequence[str]) -> bool:
    return any(date_of(one) is not None for one in texts)


def _dates(dates: Sequence[DateText], texts: Sequence[str]) -> Look:
    orders: Counter[DateOrder] = Counter()
    forms: Counter[str] = Counter()
    for date in dates:
        for order, form in date.forms.items():
            orders[order] += 1
            forms[f"{order.key}\t{form}"] += 1
    often = tuple(order for order, count in orders.most_common() if count * 10 >= len(dates))
    return Look(
        "dates", often, forms, sum(one.has_half for one in dates), sum(one.is_zoned for one in dates),
        tuple(texts),
    )  # fmt: skip


def date_of(text: str) -> DateText | None:
    """A text taken apart as a date; None where it is none."""
    text = re.sub(r"\s+", " ", text.strip())
    if not text[:60].strip(" ") or not any(letter.isdigit() for letter in text):
        return None
    found = _NUMERIC.match(text)
    if found is not None:
        return _numeric(found)
    named = _NAMED.match(text)
    return _named(named) if named is not None else None


def _numeric(found: re.Match[str]) -> DateText | None:
    time = _time_form(found["rest"])
    if time is None:
        return None
    mark, one, three = found["mark"], found["one"], found["three"]
    lead = f"%a{found['after']}" if found["weekday"] else ""
    orders: list[str]
    if len(one) == 4:
        orders = ["ymd"] if len(three) < 3 else []
    elif len(one) == 3:
        orders = []
    elif len(three) == 4:
        orders = ["dmy", "mdy"]
    else:
        # The year may stand first as well, but not where there are points.
        orders = ["dmy", "mdy"] if mark.startswith(".") else ["dmy", "mdy", "ymd"]
    year = "%Y" if 4 in (len(one), len(three)) else "%y"
    if mark == " ":
        orders = orders if year == "%Y" else []
    forms = {}
    for order in orders:
        date = mark.join(year if part == "y" else f"%{part}" for part in order)
        forms[DateOrder(order, mark)] = f"{lead}{date}{time[0]}"
    parts = (int(one), int(found["two"]), int(three))
    return DateText(forms, time[1], time[2], parts) if forms else None


def _named(found: re.Match[str]) -> DateText | None:
    time = _time_form(found["rest"].removeprefix(","))
    word = found["month"] or found["month2"] or found["month3"]
    if time is None or not month_of(word):
        return None
    name = (
        "%B"
        if len(word) > 4 or (word.casefold() in ENGLISH_MONTHS and word.casefold() != "may")
        else "%b"
    )
    comma = "," if found["rest"].startswith(",") and not time[0].startswith(",") else ""
    year = "%Y" if len(found["year"] or found["year2"] or found["year3"]) == 4 else "%y"
    lead = f"%a{found['after']}" if found["weekday"] else ""
    if found["month"]:
        date = f"%d{_bare(found['s1'])}{name}{_bare(found['s2'])}{year}"
    elif found["month2"]:
        date = f"{name}{_bare(found['s3'])}%d{_bare(found['s4'])}{year}"
    else:
        date = f"%Y{found['s5']}{name}{found['s6']}%d"
    return DateText({NAMED: f"{lead}{date}{comma}{time[0]}"}, time[1], time[2])


def _bare(between: str) -> str:
    return re.sub(r"[^\W\d]+ ?|[º°]", "", between)


def _time_form(rest: str) -> tuple[str, bool, bool] | None:
    """The form of what follows a date, whether it has a zone, and whether AM or PM; None for no time."""
    if not rest.strip(" ,Z"):
        return ("", False, False) if "Z" not in rest else None
    found = _TIME.match(rest)
    if found is None:
        return None
    join = re.sub(r"\S*[^\W\dTt]\S* ", "", found["join"]) or found["join"]
    half = found["half"]
    form = f"{join}{'%I' if half else '%H'}:%M"
    if found["second"]:
        form += ":%S" + (f"{found['fraction'][0]}%f" if found["fraction"] else "")
    if half:
        form += " %p" if half[0].isspace() else "%p"
    zone = found["zone"]
    if zone:
        form += (" " if zone[0].isspace() else "") + "%z"
    return form, bool(zone), bool(half)


def read_numeric(text: str, order: DateOrder) -> str:
    """What a date in numbers is in an order, as a person writes it unmistakably; empty where it is none."""
    found = date_of(text)
    if found is None or found.parts is None or order not in found.forms:
        return ""
    by_part = dict(zip(order.order, found.parts, strict=True))
    year = by_part["y"]
    if year < 100:
        year += 2000 if year < 69 else 1900
    try:
        return f"{datetime(year, by_part['m'], by_part['d']):%d %B %Y}"
    except ValueError:
        return ""
