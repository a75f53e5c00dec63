"""SQL that reads the texts of instants: one order of day, month and year, with or without time and zone.

A form of strptime says the order of day, month and year and what stands between them. Its relatives are
read too: without a time, with seconds, with fractions, with AM and PM, with a weekday before it, with two
digits of the year, with the months' names in seven languages. What is most often there is tried first,
because a form that does not fit costs ten times what one costs that does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from features.sources.expressions import let, text
from features.sources.formats.respelling import respelt_sql
from features.sources.formats.words import MONTH_STARTS, ZONES_MINUTES

ISO = "ISO"
EPOCHS = {
    "Excel days": (86_400_000_000, 20_000, 60_000),
    "Unix seconds": (1_000_000, 10**8, 42 * 10**8),
    "Unix milliseconds": (1_000, 10**11, 42 * 10**11),
    "Unix microseconds": (1, 10**14, 42 * 10**14),
    "Unix nanoseconds": (0.001, 9 * 10**17, 42 * 10**17),
}
"""Counted instants: microseconds in one, and from where to where a number is taken for one.

Fewer nanoseconds are rather the ticks since the year 1 or 1601 that Windows counts, which are not read."""
FIRST_YEAR = 1000
"""What a form reads as an earlier year may be a year of two digits."""
EXCEL_DAYS_TO_1970 = 25_569

_BLANKS = r"[ \t\x{a0}\x{2009}\x{202f}]+"
_NAMES = "|".join(sorted(ZONES_MINUTES, key=len, reverse=True))
_TIME = r":\d{2}(?:\.\d+)?(?: ?[ap]m)?"
_ZONE = rf"(?i)({_TIME}) ?((?:UTC|GMT)?[-+]\d{{1,2}}:?(?:\d{{2}})?|{_NAMES})(?: ?\([^)]*\))?$"
_DIRECTIVES = frozenset("dmYyHIMSfgnpbBaAzZjeT%")
_NAMED = re.compile(r"%-?[bB]")


@dataclass(frozen=True)
class DateOrder:
    """The order of day, month and year, such as "dmy", and what stands between them.

    A month by its name makes the order "named" and what stands between them nothing.
    """

    order: str
    mark: str

    @property
    def key(self) -> str:
        """The order in a word, as evidence counts it."""
        return f"{self.order} {self.mark}".strip()

    @classmethod
    def of_key(cls, key: str) -> DateOrder:
        """The order that has this key."""
        order, _, mark = key.partition(" ")
        return cls(order, mark)


NAMED = DateOrder("named", "")


def order_of(form: str) -> DateOrder | None:
    """The order of day, month and year of a form of strptime; None where it has none we know."""
    if form == ISO:
        return DateOrder("ymd", "-")
    if _NAMED.search(form):
        return NAMED
    found = re.search(r"%-?([dmYy])(\. |[^%A-Za-z0-9]?)%-?([dmYy])\2%-?([dmYy])", form)
    if found is None:
        return None
    order = (found[1] + found[3] + found[4]).lower()
    return DateOrder(order, found[2]) if sorted(order) == ["d", "m", "y"] else None


def fault_of_form(form: str) -> str:
    """Why a form of date cannot be used, in words; empty where it can."""
    if form == ISO or form in EPOCHS:
        return ""
    unknown = [one for one in re.findall(r"%-?(.?)", form) if one not in _DIRECTIVES or not one]
    if unknown:
        return f"%{unknown[0]} is unknown in it"
    if not re.search(r"%-?[Yy]", form):
        return "it has no year"
    return ""


def instant_sql(column: str, form: str, *, is_zoned: bool, zone: str = "") -> str:
    """SQL for the instant a text is; NULL where it is empty or is none."""
    if form in EPOCHS:
        found = _counted(column, form)
        return _placed(found, "UTC") if is_zoned else found
    if not is_zoned:
        return local_sql(column, form)
    slow = let("tidied", _tidy(column), _zoned_tidied("tidied", _without_zone(form), zone))
    quick = _quick_zoned_sql(column, form, zone)
    return f"coalesce({quick}, {slow})" if quick else slow


def _quick_zoned_sql(column: str, form: str, zone: str) -> str:
    """SQL for the most frequent ways to write an instant with its zone; empty where there is none."""
    cast = "TRY_CAST({} AS TIMESTAMP WITH TIME ZONE)"
    if form == ISO:
        local = _placed(quick_sql(column, form), zone)
        utc = _placed(f"try_strptime({column}, '%Y-%m-%d %H:%M:%S UTC')", "UTC")
        together = f"replace(replace({column}, ' -', '-'), ' +', '+')"
        return (
            f"CASE WHEN strlen({column}) IN (20, 24, 27) AND ends_with({column}, 'Z') "
            f"THEN {cast.format(column)} "
            f"WHEN ends_with({column}, ' UTC') THEN {utc} "
            f"WHEN strlen({column}) = 25 AND (contains({column}, ' -') OR contains({column}, ' +')) "
            f"THEN {cast.format(together)} "
            f"WHEN strlen({column}) IN (25, 29, 32) THEN {cast.format(column)} ELSE {local} END"
        )
    if "%z" not in form or not re.search("%-?Y", form):
        return ""
    read = f"try_strptime({column}, {text(_portable(form))})"
    return f"CASE WHEN {read} >= TIMESTAMPTZ '{FIRST_YEAR}-01-02 00:00:00+00' THEN {read} END"


def _zoned_tidied(tidy: str, form: str, zone: str) -> str:
    order = order_of(form)
    if order is None:
        return _placed(f"try_strptime({tidy}, {text(_portable(form))})", zone)
    name = f"upper(regexp_extract({tidy}, {text(_ZONE)}, 2))"
    bare = f"regexp_replace({tidy}, {text(_ZONE)}, '\\1')"
    return let(
        "name",
        name,
        let(
            "bare",
            bare,
            (
                f"CASE WHEN name = '' THEN {_placed(_read(tidy, order), zone)} "
                f"ELSE timezone('UTC', {_read('bare', order)} - to_minutes({_minutes('name')})) END"
            ),
        ),
    )


def _read(tidy: str, order: DateOrder) -> str:
    """SQL that reads a tidied text without a zone."""
    if order == NAMED:
        return let("numbered", _numbered(tidy), _read_tidy("numbered", DateOrder("ymd", "-")))
    return _read_tidy(tidy, order)


def local_sql(column: str, form: str) -> str:
    """SQL for what a calendar and a clock show in a text that names no zone."""
    order = order_of(form)
    if order is None:
        return f"try_strptime({column}, {text(_portable(form))})"
    slow = let("tidied", _tidy(column), _read("tidied", order))
    quick = quick_sql(column, form)
    if not has_long_years(form):
        return f"coalesce({quick}, {slow})"
    # To %Y the text 22 is a year of the Romans.
    return f"CASE WHEN {quick} >= TIMESTAMP '{FIRST_YEAR}-01-01' THEN {quick} ELSE {slow} END"


def quick_sql(column: str, form: str) -> str:
    """SQL for what is written in a form itself and in none of its relatives, which is fast."""
    if form != ISO:
        return f"try_strptime({column}, {text(_portable(form))})"
    # By its length, so that no zone and no afternoon is overheard behind it.
    times = {16: "%H:%M", 19: "%H:%M:%S", 23: "%H:%M:%S.%f", 26: "%H:%M:%S.%f"}
    branches = " ".join(
        f"WHEN {length} THEN CASE WHEN contains({column}, 'T') "
        f"THEN try_strptime({column}, '%Y-%m-%dT{time}') "
        f"ELSE try_strptime({column}, '%Y-%m-%d {time}') END"
        for length, time in times.items()
    )
    return f"CASE strlen({column}) WHEN 10 THEN try_strptime({column}, '%Y-%m-%d') {branches} END"


def has_long_years(form: str) -> bool:
    """Whether years have four digits in a form, all of which it reads."""
    return order_of(form) != NAMED and not re.search("%-?y", form)


def _portable(form: str) -> str:
    # DuckDB reads one digit or two for %d, and knows %-d only where it writes.
    return re.sub(r"%-([dmHIMSyj])", r"%\1", form)


def _without_zone(form: str) -> str:
    return form if form == ISO else re.sub(r"\s*%[zZ]", "", form)


def _counted(column: str, form: str) -> str:
    micros, low, high = EPOCHS[form]
    if form == "Unix nanoseconds":
        number = f"TRY_CAST({column} AS BIGINT)"
        return (
            f"make_timestamp(CASE WHEN {number} BETWEEN {low} AND {high} THEN {number} // 1000 END)"
        )
    number = f"TRY_CAST(replace({column}, ',', '.') AS DECIMAL(28, 10))"
    since = f"({number} - {EXCEL_DAYS_TO_1970})" if form == "Excel days" else number
    micro = f"CAST(round(CAST({since} AS DOUBLE) * {micros}) AS BIGINT)"
    if form == "Excel days":
        # Five decimals of a day are a second, give or take: the nearest whole one is meant.
        micro = f"CAST(round(CAST({since} AS DOUBLE) * 86400) AS BIGINT) * 1000000"
    return f"make_timestamp(CASE WHEN {number} BETWEEN {low} AND {high} THEN {micro} END)"


def _placed(local: str, zone: str) -> str:
    """SQL for the instant at which clocks of a zone show something."""
    if not zone:
        return f"CAST({local} AS TIMESTAMP WITH TIME ZONE)"
    if zone[0] in "+-":
        hours, minutes = int(zone[1:3]), int(zone[4:6])
        ahead = (hours * 60 + minutes) * (-1 if zone[0] == "-" else 1)
        return f"timezone('UTC', {local} - to_minutes({ahead}))"
    return f"timezone({text(zone)}, {local})"


def _minutes(name: str) -> str:
    """SQL for the minutes ahead of UTC of the name of a zone or of an offset."""
    named = " ".join(f"WHEN '{one}' THEN {minutes}" for one, minutes in ZONES_MINUTES.items())
    offset = (
        f"regexp_extract({name}, '([-+])(\\d{{1,2}}?):?(\\d{{2}})?$', ['sign', 'hours', 'minutes'])"
    )
    hours = "coalesce(TRY_CAST(ahead.hours AS INTEGER), 0)"
    minutes = "coalesce(TRY_CAST(ahead.minutes AS INTEGER), 0)"
    signed = f"({hours} * 60 + {minutes}) * CASE ahead.sign WHEN '-' THEN -1 ELSE 1 END"
    return f"CASE {name} {named} ELSE {let('ahead', offset, signed)} END"


def _tidy(column: str) -> str:
    """SQL for a text with single blanks, one blank before the time, a point before fractions, am and pm."""
    found = respelt_sql(f"trim(regexp_replace({column}, {text(_BLANKS)}, ' ', 'g'))")
    steps = (
        (r"^(.*\d),? ?(?:at|um|om|à|a las|às|alle|as|kl\.?) (\d{1,2}:)", r"\1 \2"),
        (r"^(\S.*?\d),? ?[Tt, ] ?(\d{1,2}:\d{2})", r"\1 \2"),
        (r"(?i) ?([ap])\. ?m\.|(\d) ?([ap])m", r"\2 \1\3m"),
        (r"(:\d{2}),(\d+)", r"\1.\2"),
        (r"(\.\d{6})\d+", r"\1"),
        (r"(?i) ?uhr$", ""),
    )
    for pattern, instead in steps:
        found = f"regexp_replace({found}, {text(pattern)}, {text(instead)})"
    # What is tidy already is spared all that.
    tidy = r"\d+[./-]\d+[./-]\d+(?: \d{1,2}:\d{2}(?::\d{2})?)?"
    return f"CASE WHEN regexp_full_match({column}, {text(tidy)}) THEN {column} ELSE {found} END"


def _read_tidy(tidy: str, order: DateOrder) -> str:
    """SQL that reads a tidied text in the form that its colons and its length ask for."""
    bare = f"regexp_replace({tidy}, '^\\p{{L}}{{2,}}[.,]* ?', '')"
    mark = order.mark.strip() or order.mark
    if order.mark == ". ":
        bare = f"regexp_replace({bare}, '\\. ', '.', 'g')"

    def forms(time: str) -> str:
        dates = [mark.join("%" + one for one in order.order), ""]
        dates[1] = dates[0].replace("%y", "%Y")
        # Two digits first: to %Y the text 22 is a year of the Romans.
        return "[" + ", ".join(text(f"{date}{time}") for date in dates) + "]"

    def read(time: str) -> str:
        return f"try_strptime(bare_date, {forms(time)})"

    return let(
        "bare_date",
        bare,
        (
            f"CASE WHEN NOT contains({tidy}, ':') THEN {read('')} "
            f"WHEN regexp_matches({tidy}, '(?i)[ap]m$') THEN CASE WHEN regexp_matches({tidy}, ':.*:') "
            f"THEN {read(' %I:%M:%S %p')} ELSE {read(' %I:%M %p')} END "
            f"WHEN regexp_matches({tidy}, ':\\d+\\.\\d') THEN {read(' %H:%M:%S.%f')} "
            f"WHEN regexp_matches({tidy}, ':.*:') THEN {read(' %H:%M:%S')} ELSE {read(' %H:%M')} END"
        ),
    )


_YEAR = r"'?(\d{4}|\d{2})"
_BETWEEN = r"[ .,/-]*"
_WEEKDAY = r"^(?:[a-z]+[.,]* )?"
_NAMED_DATES = (
    rf"{_WEEKDAY}(\d{{1,2}})(?:st|nd|rd|th|er|º|°)?{_BETWEEN}(?:de |d')?([a-z]{{3,}}){_BETWEEN}(?:de |del |d')?{_YEAR}(?:,? (.*))?$",
    rf"{_WEEKDAY}([a-z]{{3,}}){_BETWEEN}(\d{{1,2}})(?:st|nd|rd|th)?[ .,/-]+{_YEAR}(?:,? (.*))?$",
    r"^(\d{4})[ .,/-]*([a-z]{3,})[ .,/-]*(\d{1,2})(?: (.*))?$",
)


def _numbered(tidy: str) -> str:
    """SQL for a tidied text with the name of a month as year-month-day, so that it reads in one way."""

    def put(at: int, day: int, month: int, year: int) -> str:
        pattern = text(_NAMED_DATES[at])
        found = f"regexp_extract(spelt, {pattern}, ['p1', 'p2', 'p3', 'p4'])"
        written = (
            f"concat(part.p{year}, '-', {_month(f'part.p{month}')}, '-', part.p{day}, ' ', part.p4)"
        )
        return f"WHEN regexp_matches(spelt, {pattern}) THEN {let('part', found, written)}"

    branches = f"trim(CASE {put(0, 1, 2, 3)} {put(1, 2, 1, 3)} {put(2, 3, 2, 1)} END)"
    return let("spelt", f"strip_accents(lower({tidy}))", branches)


def _month(word: str) -> str:
    branches = " ".join(
        f"WHEN {word}[:{len(start)}] = '{start}' THEN '{month}'"
        for month, starts in enumerate(MONTH_STARTS, start=1)
        for start in starts
    )
    return f"CASE {branches} END"
