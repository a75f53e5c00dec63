"""What a few sampled texts look like: numbers, dates in some orders, or only texts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from features.sources.formats.instants import NAMED, DateOrder
from features.sources.formats.numbers import looks_like_number
from features.sources.formats.respelling import respelt
from features.sources.formats.words import ENGLISH_MONTHS, ZONES_MINUTES, month_of

_FIRST = 60
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

    def day_in(self, order: DateOrder) -> date | None:
        """The day it is in an order; None where it is none."""
        if self.parts is None or order not in self.forms:
            return None
        by_part = dict(zip(order.order, self.parts, strict=True))
        year = by_part["y"]
        if year < 100:
            year += 2000 if year < 69 else 1900
        try:
            return date(year, by_part["m"], by_part["d"])
        except ValueError:
            return None


@dataclass(frozen=True)
class SampleLook:
    """What the sampled texts of a column look like: "text", "numeric" or "dates"."""

    kind: str
    texts: tuple[str, ...] = ()
    dates: tuple[DateText, ...] = ()

    @property
    def forms(self) -> Counter[str]:
        """How often each form of date is there, after the order it stands for."""
        return Counter(
            f"{order.key}\t{form}" for one in self.dates for order, form in one.forms.items()
        )

    @property
    def orders(self) -> tuple[DateOrder, ...]:
        """The orders that a tenth of the dates may be in, the most frequent first."""
        found = Counter(order for one in self.dates for order in one.forms)
        return tuple(order for order, count in found.most_common() if count * 10 >= len(self.dates))

    def share_read(self, order: DateOrder) -> float:
        """The share of the dates that are some day in an order."""
        return sum(one.day_in(order) is not None for one in self.dates) / max(1, len(self.dates))


def look_of(texts: Sequence[str]) -> SampleLook:
    """What most of some texts look like."""
    filled = tuple(one for one in (text.strip() for text in texts) if one)
    if not filled or not any(map(_is_like, filled[:_FIRST])):
        return SampleLook("text", filled)
    numbers = sum(map(looks_like_number, filled))
    if numbers * 2 < len(filled) or any(date_of(one) is not None for one in filled[:_FIRST]):
        dates = tuple(found for one in filled if (found := date_of(one)) is not None)
        if dates and len(dates) * 2 >= len(filled):
            return SampleLook("dates", filled, dates)
    return SampleLook("numeric" if numbers * 2 >= len(filled) else "text", filled)


def _is_like(text: str) -> bool:
    return looks_like_number(text) or date_of(text) is not None


def date_of(text: str) -> DateText | None:
    """A text taken apart as a date; None where it is none."""
    text = respelt(re.sub(r"\s+", " ", text.strip()))
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
    day = found.day_in(order) if found is not None else None
    return f"{day:%d %B} {day.year}" if day is not None else ""
