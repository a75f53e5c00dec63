"""How a source's text files are read, as lines of a proposal: what was found out, and what is in doubt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from features.sources.attachment import Source
from features.sources.files import TextFile
from features.sources.formats import ColumnFormat, Doubt
from features.sources.naming import is_named

_NUMBER = "number"
_INSTANTS = ("instant", "zoned instant")
_ISO = "ISO"


@dataclass(frozen=True)
class ProposedReading:
    """One setting of how texts are read, and what speaks for it; ``others`` remain where it is in doubt."""

    setting: str
    value: str | int
    reason: str
    others: tuple[str, ...] = ()

    @property
    def is_doubtful(self) -> bool:
        """Whether a person has to choose between it and others."""
        return bool(self.others)


def readings_of(
    source: Source, expressions: Sequence[str], prefix: str = ""
) -> tuple[ProposedReading, ...]:
    """The settings by which a source's text files are read, as far as the mapped expressions depend on them.

    None for columns that tell their own types. ``prefix`` stands before the names of columns in the
    expressions, where the source is joined to another.
    """
    texts = [one.text for one in source.schemas.values() if one.text is not None]
    used = {
        name: one
        for name, one in source.formats.items()
        if any(is_named(f"{prefix}{name}", expression) for expression in expressions)
    }
    doubts = [one for one in source.doubts if one.column in used]
    settings = {one.setting for one in doubts}
    return (
        *_layout(texts),
        *(one for one in (*_marks(used), *_dates(used)) if one.setting not in settings),
        *_doubtful(doubts),
    )


def _layout(texts: list[TextFile]) -> Iterator[ProposedReading]:
    encodings = {one.encoding for one in texts}
    if len(encodings) == 1 and encodings != {"utf-8"}:
        yield ProposedReading(
            "encoding",
            min(encodings),
            "how letters such as ä and é are stored: the file is no UTF-8, and so they make words",
        )
    delimiters = {one.delimiter for one in texts} - {""}
    if len(delimiters) == 1:
        yield ProposedReading(
            "delimiter",
            min(delimiters),
            "the mark between the columns: nearly every line has it equally often",
        )
    headers = {one.header_row for one in texts}
    if len(headers) == 1 and min(headers) > 1:
        yield ProposedReading(
            "header_row",
            min(headers),
            "the line with the names of the columns; what stands above it is no part of the table",
        )


def _marks(formats: Mapping[str, ColumnFormat]) -> Iterator[ProposedReading]:
    numbers = {name: one for name, one in formats.items() if one.kind == _NUMBER}
    names = ", ".join(numbers)
    if len({one.decimal for one in numbers.values()}) == 1:
        mark = next(iter(numbers.values())).decimal
        yield ProposedReading(
            "decimal", mark, f"the mark before the cents or other fractions in {names}"
        )
    thousands = {one.thousands for one in numbers.values()} - {""}
    if len(thousands) == 1:
        yield ProposedReading(
            "thousands", min(thousands), f"the mark that groups the thousands in {names}"
        )


def _dates(formats: Mapping[str, ColumnFormat]) -> Iterator[ProposedReading]:
    """The one form of the dates, where it is no form that tells itself; of several each is found out again."""
    dates = {name: one for name, one in formats.items() if one.kind in _INSTANTS}
    forms = {one.date_format for one in dates.values()}
    if len(forms) == 1 and forms != {_ISO}:
        note = next(iter(dates.values())).note
        reason = f"how {', '.join(dates)} is written" + (f": {note}" if note else "")
        yield ProposedReading("date_format", min(forms), reason)


def _doubtful(doubts: Sequence[Doubt]) -> Iterator[ProposedReading]:
    """One for each setting: columns that are in doubt alike are settled together."""
    for setting in dict.fromkeys(one.setting for one in doubts):
        same = [one for one in doubts if one.setting == setting]
        likely, *others = same[0].readings
        names = ", ".join(one.column for one in same)
        reason = f"{names} can be read in {1 + len(others)} ways. {same[0].evidence}"
        yield ProposedReading(setting, likely, reason, tuple(others))
