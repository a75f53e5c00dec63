"""Every reading that dates and amounts of a file allow, found by trying them all on all rows.

A day may be written day, month or year first, a mark may be the decimal's or the thousands'. A reading
stands where it reads every row; of several those stay in which order numbers rise with time, where there
are such, and then those in which the file itself runs with time. Nothing of the product is asked.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from experiments.bench.spellings.countries import COUNTRIES
from experiments.bench.spellings.export import Export

_TIMES = ("", " %H:%M", " %H:%M:%S", ", %I:%M %p", " %I:%M %p", "T%H:%M:%SZ")
_DAYS = ("%d{0}%m{0}{1}", "%m{0}%d{0}{1}", "{1}{0}%m{0}%d", "{1}{0}%d{0}%m")
_NAMED_DAYS = ("%d %b %Y", "%b %d, %Y", "%d. %b %Y", "%d de %b de %Y")
_YEARS = range(1990, 2030)
_SIGNS = re.compile(r"[€$£]|EUR|[()\s\u202f'+-]")


def readings(export: Export) -> int:
    """How many different readings the rows of a file allow: 1 where there is no doubt."""
    days = days_read(export.written["at"], export.written["order"])
    amounts = [
        amounts_read(export.written[part])
        for part in ("amount", "unit_price", "refunded")
        if part in export.written
    ]
    # One file writes all its amounts by the same marks.
    common = set(amounts[0]).intersection(*map(set, amounts[1:]))
    values = {tuple(one[mark] for one in amounts) for mark in common}
    return len(days) * len(values)


def days_read(values: Sequence[str], orders: Sequence[str]) -> list[tuple[datetime, ...]]:
    """The instants of a column by every form that reads all of its values."""
    texts = [_with_english_months(value) for value in values]
    distinct = list(dict.fromkeys(texts))
    found: set[tuple[datetime, ...]] = set()
    for form in _forms():
        read = _read(distinct, form)
        if read is not None:
            found.add(tuple(read[text] for text in texts))
    numbers = [int(re.sub(r"\D", "", order)) for order in orders]
    by_number = sorted(range(len(numbers)), key=numbers.__getitem__)
    rising = _preferred(found, lambda days: _rises([days[place] for place in by_number]))
    return _preferred(rising, lambda days: _rises(days) or _rises(days[::-1]))


def amounts_read(values: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """The cents of a column by every decimal mark under which no amount has parts of a cent."""
    found: dict[str, tuple[int, ...]] = {}
    for decimal in ".,":
        thousands = "," if decimal == "." else "."
        whole = rf"(\d+|\d{{1,3}}(\{thousands}\d{{3}})+)"
        form = re.compile(rf"{whole}(\{decimal}\d{{1,2}})?")
        bare = [_SIGNS.sub("", value) for value in values]
        if all(form.fullmatch(text) for text in bare):
            found[decimal] = tuple(_cents(text, decimal, thousands) for text in bare)
    return found


def _forms() -> Iterator[str]:
    for day, mark, year in itertools.product(_DAYS, "/-.", ("%Y", "%y")):
        for time in _TIMES:
            yield day.format(mark, year) + time
    for day in _NAMED_DAYS:
        for time in _TIMES:
            yield day + time


def _read(texts: Iterable[str], form: str) -> dict[str, datetime] | None:
    """The instants of all texts by one form, or nothing where one has another."""
    found: dict[str, datetime] = {}
    for text in texts:
        try:
            found[text] = datetime.strptime(text, form)
        except ValueError:
            return None
        if found[text].year not in _YEARS:
            return None
    return found


def _preferred(
    found: Iterable[tuple[datetime, ...]], is_likely: Callable[[tuple[datetime, ...]], bool]
) -> list[tuple[datetime, ...]]:
    """The likely readings, or all where none is."""
    all_found = sorted(found)
    return [one for one in all_found if is_likely(one)] or all_found


def _rises(days: Sequence[datetime]) -> bool:
    return all(one <= other for one, other in itertools.pairwise(days))


def _with_english_months(text: str) -> str:
    for country in COUNTRIES.values():
        for place, name in enumerate(country.months):
            short = COUNTRIES["en"].months[place][:3]
            text = re.sub(rf"(?<!\w)({name}|{name[:3]})(?!\w)", short, text, flags=re.IGNORECASE)
    return text


def _cents(text: str, decimal: str, thousands: str) -> int:
    whole, _, rest = text.replace(thousands, "").partition(decimal)
    return int(whole) * 100 + int(rest.ljust(2, "0"))
