"""Which columns are dates, and in which order day, month and year stand in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from features.sources.formats.evidence import Evidence
from features.sources.formats.formats import (
    INSTANT,
    ZONED_INSTANT,
    ColumnFormat,
    Doubt,
    SaidFormats,
)
from features.sources.formats.gathering import main_form, year_place
from features.sources.formats.instants import EPOCHS, DateOrder, order_of
from features.sources.formats.shapes import read_numeric
from features.sources.formats.words import zone_named

_READS = 0.9
_FITS = 0.99
_MINORITY = 0.005
_STEPS = 30
_DAY_MONTH = ("dmy", "mdy")
_LANGUAGE = {"dmy": "the day first", "mdy": "the month first", "ymd": "the year first"}


@dataclass(frozen=True)
class _Choice:
    order: DateOrder
    why: str
    rivals: tuple[DateOrder, ...] = ()
    """The other orders where the choice is not sure."""


def is_dated(evidence: Evidence) -> bool:
    """Whether so many values are dates in some form that the column is one of dates."""
    fits = _fits(evidence)
    if not fits:
        return False
    best = max(fits, key=lambda key: fits[key])
    # Those that are dates only with day and month the other way round are dates as well.
    others = [key for key in fits if key != best and key[3:] == best[3:]]
    return fits[best] + evidence.count(*(f"alone {key}" for key in others)) >= max(
        1, _READS * evidence.known
    )


def fault_of_dates(evidence: Evidence) -> str:
    """Why a column with dates among its values is none of dates; empty where there are none."""
    dates = {key: count for key, count in _fits(evidence).items() if count and not _is_plain(key)}
    if not dates:
        return ""
    often = max(dates, key=lambda key: dates[key])
    return f"text: {dates[often]:,} of {evidence.known:,} values are dates in one order, the others are not"


def _is_plain(key: str) -> bool:
    return key in EPOCHS or key.startswith("%")


def said_date(name: str, evidence: Evidence, form: str) -> ColumnFormat:
    """The format of a column for which a person wrote down a form of date."""
    order = order_of(form)
    key = form if form in _fits(evidence) or order is None else order.key
    return _format(name, evidence, form, key, "as was said")


def decided_dates(
    dated: Mapping[str, Evidence], said: SaidFormats, *, has_comma_decimals: bool
) -> tuple[dict[str, ColumnFormat], dict[str, Doubt]]:
    """The formats of columns of dates, and doubts where day and month may change places."""
    formats: dict[str, ColumnFormat] = {}
    doubts: dict[str, Doubt] = {}
    choices: dict[str, _Choice] = {}
    said_order = order_of(said.date_format) if said.date_format else None
    for name, one in dated.items():
        plain = _plain_form(one)
        if said.date_format and _fits_said(one, said.date_format, said_order):
            formats[name] = said_date(name, one, said.date_format)
        elif plain:
            why = f"{_fits(one)[plain]:,} of {one.known:,} values are such numbers, and the name speaks of a date"
            formats[name] = _format(name, one, plain, plain, why if plain in EPOCHS else "")
        else:
            choices[name] = _chosen(one)
    sure = {
        one.order.order: name
        for name, one in choices.items()
        if not one.rivals and one.order.order in _DAY_MONTH
    }
    for name, choice in choices.items():
        one = dated[name]
        if choice.rivals:
            choice = _by_the_others(one, choice, sure, said_order, has_comma_decimals)
        formats[name] = _format(
            name, one, main_form(one.forms, choice.order), choice.order.key, choice.why
        )
        if choice.rivals:
            doubts[name] = _doubt(name, one, choice)
    return formats, doubts


def _fits(evidence: Evidence) -> dict[str, int]:
    return {
        key.removeprefix("fits "): count
        for key, count in evidence.counts.items()
        if key.startswith("fits ")
    }


def _plain_form(evidence: Evidence) -> str:
    """The form of dates that are but digits; empty where they are written in another way."""
    forms = [key for key in _fits(evidence) if _is_plain(key)]
    return max(forms, key=lambda key: _fits(evidence)[key]) if forms else ""


def _fits_said(evidence: Evidence, form: str, order: DateOrder | None) -> bool:
    """Whether what was said of the source reads a column as well as anything does."""
    fits = _fits(evidence)
    said = fits.get(form, fits.get(order.key, 0) if order is not None else 0)
    return said > 0 and said * 2 >= max(fits.values())


def _chosen(evidence: Evidence) -> _Choice:
    """The order that reads most values, and its rival where both read them."""
    fits = _fits(evidence)
    orders = sorted((DateOrder.of_key(key) for key in fits), key=lambda one: -fits[one.key])
    best = orders[0]
    rivals = [one for one in orders[1:] if one.mark == best.mark and one.order != best.order]
    known = evidence.known
    if best.order in ("named",) or not rivals:
        return _by_year(
            evidence, _Choice(best, f"{fits[best.key]:,} of {known:,} values are such dates")
        )
    rival = rivals[0]
    if best.order == "ymd" and year_place(evidence.counts) == "first":
        return _Choice(best, "the first number has few different values, as a year has")
    alone, against = (evidence.count(f"alone {one.key}") for one in (best, rival))
    if not alone and not against:
        return _undecided(evidence, best, rival)
    if against > alone:
        best, rival, alone, against = rival, best, against, alone
    why = f"{alone:,} values are dates only with {_LANGUAGE[best.order]}"
    if against and against >= _MINORITY * fits[best.key]:
        return _Choice(best, f"{why}, {against:,} only with {_LANGUAGE[rival.order]}", (rival,))
    if against:
        why += f", {against:,} only with {_LANGUAGE[rival.order]}"
    return _by_year(evidence, _Choice(best, why))


def _by_year(evidence: Evidence, choice: _Choice) -> _Choice:
    """A choice, in doubt where the year has two digits and might stand at the other end."""
    has_short_years = any(key.startswith("first ") for key in evidence.counts)
    order = choice.order.order
    if not has_short_years or order not in (*_DAY_MONTH, "ymd"):
        return choice
    place = year_place(evidence.counts)
    mark = choice.order.mark
    if order == "ymd":
        sure = place == "first" or not evidence.count(f"fits dmy {mark}", f"fits mdy {mark}")
        return choice if sure else _Choice(choice.order, choice.why, (DateOrder("dmy", mark),))
    # Where the middle number is no month, the year cannot stand first.
    if place == "last" or (order == "mdy" and evidence.count(f"alone {choice.order.key}")):
        return choice
    why = f"{choice.why}, and the year has two digits and might stand first"
    others = (DateOrder(one, mark) for one in _DAY_MONTH if one != order)
    rivals = choice.rivals or tuple(
        other for other in others if all(read_numeric(one, other) for one in evidence.texts)
    )
    return _Choice(choice.order, why, (*rivals, DateOrder("ymd", mark)))


def _undecided(evidence: Evidence, best: DateOrder, rival: DateOrder) -> _Choice:
    """A choice between two orders that read every value, or both of them."""
    if rival.order == "ymd":
        return _by_year(evidence, _Choice(best, f"{_LANGUAGE[best.order]}"))
    if evidence.count("same") == evidence.count(f"fits {best.key}"):
        return _by_year(
            evidence, _Choice(best, "every value is the same date with the day or the month first")
        )
    day_first = best if best.order == "dmy" else rival
    other = rival if day_first == best else best
    if best.mark.startswith(".") and day_first.order == "dmy":
        return _by_year(evidence, _Choice(day_first, "points stand between day, month and year"))
    found = _by_steps(evidence, day_first, other)
    if found is not None:
        return _by_year(evidence, found)
    likelier = other if evidence.count("halves") else _likelier_by_steps(evidence, day_first, other)
    loser = day_first if likelier == other else other
    why = f"all {evidence.count(f'fits {best.key}'):,} values are dates with the day first and with the month first"
    return _by_year(evidence, _Choice(likelier, why, (loser,)))


def _by_steps(evidence: Evidence, one: DateOrder, other: DateOrder) -> _Choice | None:
    """The order in which the rows follow each other, where one does and the other clearly does not."""
    found: list[_Choice] = []
    for by in {key.partition("\t")[2] for key in evidence.steps}:
        for order, against in ((one, other), (other, one)):
            good, bad = _turns(evidence, order, by)
            other_good, other_bad = _turns(evidence, against, by)
            is_ordered = good + bad >= _STEPS and bad <= (1 - _FITS) * (good + bad)
            is_clear = other_bad >= max(3, 5 * bad) and other_bad > 0.03 * (other_good + other_bad)
            if is_ordered and is_clear:
                sorted_by = "in the file" if by == "file" else f"by {by}"
                found.append(
                    _Choice(
                        order,
                        f"{sorted_by} the dates follow each other with {_LANGUAGE[order.order]} "
                        f"({bad:,} of {good + bad:,} steps go back) and not with {_LANGUAGE[against.order]} "
                        f"({other_bad:,} of {other_good + other_bad:,})",
                    )
                )
    if not found or len({choice.order for choice in found}) > 1:
        return None
    return sorted(found, key=lambda choice: choice.why)[0]


def _turns(evidence: Evidence, order: DateOrder, by: str) -> tuple[int, int]:
    """How many steps go the way most of them go, and how many the other way."""
    later, earlier = evidence.steps.get(f"{order.key}\t{by}", (0, 0))
    return max(later, earlier), min(later, earlier)


def _likelier_by_steps(evidence: Evidence, one: DateOrder, other: DateOrder) -> DateOrder:
    bad = [
        sum(
            _turns(evidence, order, by)[1]
            for by in {key.partition("\t")[2] for key in evidence.steps}
        )
        for order in (one, other)
    ]
    return other if bad[1] < bad[0] else one


def _by_the_others(
    evidence: Evidence,
    choice: _Choice,
    sure: Mapping[str, str],
    said: DateOrder | None,
    has_comma_decimals: bool,
) -> _Choice:
    """A choice in doubt, settled by a column of the same source, or at least leaning on its language."""
    either = {one.order: one for one in (choice.order, *choice.rivals)}
    if said is not None and said.order in either:
        return _Choice(either[said.order], f"{_LANGUAGE[said.order]}, as was said of the source")
    alone = evidence.count(*(f"alone {one.key}" for one in either.values()))
    if set(either) == set(_DAY_MONTH) and not alone:
        known = [order for order in either if order in sure]
        if len(known) == 1:
            return _Choice(either[known[0]], f"{_LANGUAGE[known[0]]}, as in {sure[known[0]]}")
        if has_comma_decimals and choice.order.order == "mdy" and not evidence.count("halves"):
            return _Choice(either["dmy"], choice.why, (choice.order,))
    return choice


def _format(name: str, evidence: Evidence, form: str, key: str, why: str) -> ColumnFormat:
    fits = _fits(evidence)
    # Of a form that nothing spoke for nobody counted how many values it reads.
    unread = evidence.known - fits[key] if key in fits else 0
    zone = zone_named(name)
    is_zoned = (
        bool(zone) or evidence.count("zoned") > 0 or "%z" in form.lower() or form.startswith("Unix")
    )
    note = why
    if zone:
        note += f"{'; ' if note else ''}its name says {zone}"
    if unread > 0:
        note += f"{'; ' if note else ''}{unread:,} of {evidence.known:,} values cannot be read so"
    return ColumnFormat(
        ZONED_INSTANT if is_zoned else INSTANT, date_format=form, note=note, zone=zone
    )


def _doubt(name: str, evidence: Evidence, choice: _Choice) -> Doubt:
    orders = (choice.order, *choice.rivals)
    texts = [
        one
        for one in evidence.texts
        if len({read_numeric(one, order) for order in orders} - {""}) > 1
    ][:3] or list(evidence.texts[:3])
    forms = tuple(main_form(evidence.forms, order) for order in orders)
    sample = {
        form: tuple(read_numeric(one, order) for one in texts)
        for form, order in zip(forms, orders, strict=True)
    }
    return Doubt(name, forms, "date_format", choice.why, {"text": tuple(texts), **sample})
