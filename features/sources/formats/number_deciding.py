"""Which columns are numbers, and by which marks they are to be read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from features.sources.formats.evidence import Evidence
from features.sources.formats.formats import (
    NUMBER,
    WHOLE,
    ColumnFormat,
    Doubt,
    SaidFormats,
)
from features.sources.formats.numbers import ODD, SHAPES, fits
from features.sources.formats.words import speaks_of_id, speaks_of_measure, speaks_of_money

_CLEAR = {
    ".": ("point", "point0", "comma point", "blank point", "apostrophe point", "commas"),
    ",": ("comma", "point comma", "blank comma", "apostrophe comma", "points"),
}
_EITHER = {".": ("point3", "point30"), ",": ("comma3", "comma30")}
_GROUPS = {
    ",": ("commas", "comma point", "comma3", "comma30"),
    ".": ("points", "point comma", "point3", "point30"),
    " ": ("blank", "blank point", "blank comma"),
    "'": ("apostrophe", "apostrophe point", "apostrophe comma"),
}
_WHOLES = ("small", "large", "padded")
_FITS = 0.99
_ODD_SHARE = 0.01
_MANY = 20
_FEW = 5


@dataclass(frozen=True)
class Marks:
    """The mark of decimals of a source, and where it was seen or said."""

    decimal: str
    seen_in: str


def is_number(name: str, evidence: Evidence) -> str:
    """Why a column is no number, in words; empty where it is one.

    Of what names something nothing may be lost, so that one code among whole numbers makes all of them
    texts. A few words among numbers, such as that of a line of totals, do not.
    """
    known, odd = evidence.known, evidence.count(*ODD) + evidence.count("text")
    numbers = evidence.count(*SHAPES)
    if not known or not numbers:
        return "text"
    currencies = sorted(key[9:] for key in evidence.counts if key.startswith("currency "))
    if len(currencies) > 1:
        return f"text: amounts in several currencies, {', '.join(currencies)}"
    codes = evidence.count("zeros", "long", "code", "other")
    is_measured = speaks_of_measure(name)
    if speaks_of_id(name):
        strays = known - evidence.count("small", "large", "point0")
        return f"text: {strays:,} of {known:,} values are no plain whole numbers" if strays else ""
    has_marks = numbers > evidence.count(*_WHOLES, "point0", "dressed")
    if codes and not is_measured and not has_marks:
        return f"text: {codes:,} of {known:,} values are codes"
    share = _ODD_SHARE * (5 if is_measured else 1)
    if odd > max(share * known, 1 if known >= _FEW else 0):
        return f"text: {odd:,} of {known:,} values are no numbers"
    return ""


def marks_of_source(evidence: Mapping[str, Evidence], said: SaidFormats) -> Marks | None:
    """The mark of decimals that columns of a source show beyond doubt; None where none does."""
    if said.decimal:
        return Marks(said.decimal, "what was said")
    if said.thousands in (".", ","):
        return Marks("," if said.thousands == "." else ".", "what was said")
    votes: dict[str, list[str]] = {".": [], ",": []}
    for name, one in evidence.items():
        if is_number(name, one):
            continue
        counts = {mark: one.count(*shapes) for mark, shapes in _CLEAR.items()}
        for mark, count in counts.items():
            if count and count >= _FITS * sum(counts.values()):
                votes[mark].append(name)
    if bool(votes["."]) == bool(votes[","]):
        return None
    mark = "." if votes["."] else ","
    return Marks(mark, votes[mark][0])


def decided_number(
    name: str, evidence: Evidence, said: SaidFormats, source: Marks | None, delimiter: str
) -> tuple[ColumnFormat, Doubt | None]:
    """How a column of numbers is read, and the doubt where its marks may mean either."""
    clear = {mark: evidence.count(*shapes) for mark, shapes in _CLEAR.items()}
    either = {mark: evidence.count(*shapes) for mark, shapes in _EITHER.items()}
    doubt: Doubt | None = None
    if said.decimal or said.thousands:
        decimal, why = _said(evidence, said)
    elif any(clear.values()):
        decimal = "." if clear["."] >= clear[","] else ","
        why = f"{clear[decimal]:,} values show that {_word(decimal)} marks the decimals"
        other = clear["," if decimal == "." else "."]
        if other > _ODD_SHARE * (clear["."] + clear[","]):
            doubt = _doubt(name, evidence, decimal, f"{why}, and {other:,} show the opposite")
    elif any(either.values()):
        mark = "." if either["."] >= either[","] else ","
        decimal, why, is_sure = _either(name, evidence, mark, source, delimiter)
        if not is_sure:
            doubt = _doubt(name, evidence, decimal, why)
    else:
        decimal, why = (source.decimal if source else "."), ""
    thousands = (
        said.thousands if _is_said(evidence, said, decimal) else _thousands(evidence, decimal)
    )
    return _format(evidence, decimal, thousands, why), doubt


def _format(evidence: Evidence, decimal: str, thousands: str, why: str) -> ColumnFormat:
    read = sum(evidence.count(shape) for shape in SHAPES if fits(shape, decimal, thousands))
    unread = evidence.known - read
    note = why
    if unread:
        note = f"{why}; " if why else ""
        note += f"{unread:,} of {evidence.known:,} values cannot be read so"
    if read == evidence.count(*_WHOLES):
        return ColumnFormat(WHOLE, note=note)
    return ColumnFormat(NUMBER, decimal, thousands, note=note)


def _said(evidence: Evidence, said: SaidFormats) -> tuple[str, str]:
    """The mark of decimals that was said, unless a column plainly has another one."""
    decimal = said.decimal or {".": ",", ",": "."}.get(said.thousands, ".")
    other = "," if decimal == "." else "."
    clear, against = evidence.count(*_CLEAR[decimal]), evidence.count(*_CLEAR[other])
    either = evidence.count(*_EITHER["."], *_EITHER[","])
    if against and not clear and not either:
        return other, f"{_word(other)} marks the decimals here, other than was said of the source"
    return decimal, f"{_word(decimal)} marks the decimals, as was said"


def _is_said(evidence: Evidence, said: SaidFormats, decimal: str) -> bool:
    return (
        bool(said.thousands) and said.thousands != decimal and decimal == _said(evidence, said)[0]
    )


def _thousands(evidence: Evidence, decimal: str) -> str:
    found = {mark: evidence.count(*shapes) for mark, shapes in _GROUPS.items() if mark != decimal}
    best = max(found, key=lambda mark: found[mark])
    return best if found[best] else ""


def _either(
    name: str, evidence: Evidence, mark: str, source: Marks | None, delimiter: str
) -> tuple[str, str, bool]:
    """The mark of decimals where three digits follow the only mark, why, and whether that is sure."""
    other = "," if mark == "." else "."
    marked = evidence.count(*_EITHER[mark])
    ends_in_nought = evidence.count(_EITHER[mark][1])
    small, large = evidence.count("small"), evidence.count("large")
    shape = f"{_word(mark)} is followed by three digits in {marked:,} values"
    if evidence.count(*_EITHER[other]):
        return other, f"{shape}, and {_word(other)} in others", False
    if source is not None:
        if source.decimal == mark:
            return mark, f"{_word(mark)} marks the decimals, as in {source.seen_in}", True
        return (
            other,
            f"{_word(mark)} stands between thousands, because {source.seen_in} has {_word(other)} before decimals",
            True,
        )
    if marked >= _FEW and small >= _FEW and not large and ends_in_nought:
        return other, f"{shape}, and no value from 1000 on is without it", True
    if large and not ends_in_nought and marked >= 2 * _MANY:
        return mark, f"{shape}, and {large:,} values from 1000 on are without it", True
    usual = {";": ".", ",": ","}.get(delimiter, "")
    if speaks_of_money(name) and mark == usual and not large and marked >= _MANY:
        return other, f"{shape}, which in a file of this language stands between thousands", True
    likely = mark if large else other
    return likely, f"{shape}, and no value says whether it marks thousands or decimals", False


def _doubt(name: str, evidence: Evidence, decimal: str, why: str) -> Doubt:
    other = "," if decimal == "." else "."
    texts = [one for one in evidence.texts if "." in one or "," in one][:3]
    return Doubt(
        column=name,
        readings=(decimal, other),
        setting="decimal",
        evidence=why,
        sample={
            "text": tuple(texts),
            decimal: tuple(_as_read(one, decimal) for one in texts),
            other: tuple(_as_read(one, other) for one in texts),
        },
    )


def _as_read(text: str, decimal: str) -> str:
    """What a number is with this mark of decimals, without marks between thousands; empty where it is none."""
    other = "," if decimal == "." else "."
    groups = rf"\d{{1,3}}(?:[{other} '’\u00a0\u202f]\d{{3}})+|\d+"
    found = re.fullmatch(rf"\D*?(-?)\D*?((?:{groups})(?:[{decimal}]\d+)?)\D*", text)
    if found is None:
        return ""
    return found[1] + re.sub(rf"[^\d{decimal}]", "", found[2]).replace(decimal, ".")


def _word(mark: str) -> str:
    return "the point" if mark == "." else "the comma"
