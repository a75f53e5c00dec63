"""How the columns of a text file are laid out: the mark between them, the quotes, and the line with the names.

Each mark is tried on the beginning of a file, and the one is taken by which most records have equally many
values. Above the names there may be titles, blank lines and the ``sep=;`` that Excel writes.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from features.vocabulary.errors import DataRefused

DELIMITERS = (",", ";", "\t", "|")
_ESCAPES = ("", "\\")
"""Within quotes a quote is doubled, or else has a backslash before it."""
_LOOKED_AT_RECORDS = 1_000
_LOOKED_AT_TITLES = 40
_SEPARATOR = re.compile(r"sep=(.)\s*", re.IGNORECASE)
_VALUE = re.compile(r"[-+(]?[$€£]? ?\d[\d.,:/ -]*\d? ?[€%)]?|.*@.*\..*")
_MOST_VALUES = 1 / 3
"""A line of names has no larger share of numbers, dates and addresses."""
_FILLED = 0.6
"""A line of names fills so large a share of the columns at least."""


@dataclass(frozen=True)
class SaidLayout:
    """What a person wrote down of a source's layout; empty and 0 for what is to be found out."""

    delimiter: str = ""
    header_row: int = 0


@dataclass(frozen=True)
class TextLayout:
    """The layout of one file: its marks, the names of its columns and the line these end in.

    ``header_line`` counts from 1 and is the last line of the names, where a name runs over several.
    """

    delimiter: str
    escape: str
    header_line: int
    names: tuple[str, ...]
    repeated: tuple[str, ...] = ()
    """Names that several columns have; each of those bears a number behind its name."""


@dataclass(frozen=True)
class _Record:
    line: int
    values: list[str]

    @property
    def filled(self) -> int:
        return sum(bool(one.strip()) for one in self.values)


def layout_of(path: Path, shown: str, said: SaidLayout) -> TextLayout:
    """The layout of a file of plain UTF-8.

    Raises ``DataRefused`` where no line looks like the names of columns.
    """
    stated = _stated_separator(path)
    delimiter, escape = _marks(path, said.delimiter or stated)
    records = list(_records(path, delimiter, escape))
    if stated:
        records = records[1:]
    header = _said_header(path, records, said.header_row) if said.header_row else _header(records)
    if header is None or (not said.header_row and _looks_like_values(header)):
        raise DataRefused(
            expected=f"a line with the names of the columns in {shown}",
            found=f"none in {path.name}" if header is None else f"values in line {header.line}",
            remedy="Write the names above the columns, or say with `header_row` in which line they are.",
        )
    names, repeated = _names([*header.values, *_blank_ends(header, records)])
    return TextLayout(delimiter, escape, header.line, names, repeated)


def header_of(rows: Sequence[Sequence[str]]) -> int | None:
    """The place of the row that names the columns among the rows of a sheet; None where none does."""
    records = [_Record(at, list(values)) for at, values in enumerate(rows[:_LOOKED_AT_RECORDS])]
    found = _header(records)
    return None if found is None or _looks_like_values(found) else found.line


def named_columns(values: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names for columns, and those that several have.

    >>> named_columns(["Customer ID ", "price", "", "price"])
    (('Customer ID', 'price_1', 'column_3', 'price_2'), ('price',))
    """
    return _names(values)


def _stated_separator(path: Path) -> str:
    with path.open(encoding="utf-8-sig", newline="") as file:
        found = _SEPARATOR.fullmatch(file.readline().strip('"\r\n') + " ")
    return found[1] if found else ""


def _records(path: Path, delimiter: str, escape: str) -> Iterator[_Record]:
    """The first records of a file that are not blank, each with the line it ends in."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(
            file, delimiter=delimiter, doublequote=not escape, escapechar=escape or None
        )
        found = 0
        try:
            for values in reader:
                if values:
                    yield _Record(reader.line_num, values)
                    found += 1
                if found == _LOOKED_AT_RECORDS:
                    return
        except csv.Error:
            # A value longer than any: what stands before it has to do.
            return


def _marks(path: Path, said: str) -> tuple[str, str]:
    """The mark between values and the escape of quotes by which the records are most alike."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        has_backslash = '\\"' in file.read(1 << 16)
    best, most = (said or ",", ""), (-1.0, 0)
    for delimiter in (said,) if said else DELIMITERS:
        for escape in _ESCAPES if has_backslash else _ESCAPES[:1]:
            widths = Counter(len(one.values) for one in _records(path, delimiter, escape))
            if not widths:
                continue
            width, times = max(widths.items(), key=lambda pair: (pair[1] * (pair[0] > 1), pair[0]))
            alike = times / widths.total() if width > 1 else 0.0
            if (alike, width) > most:
                best, most = (delimiter, escape), (alike, width)
    return best


def _header(records: Sequence[_Record]) -> _Record | None:
    """The first record that fills most of the columns; the titles above fill few."""
    if not records:
        return None
    widths = Counter(len(one.values) for one in records)
    width = max(widths.items(), key=lambda pair: (pair[1], pair[0]))[0]
    for one in records[:_LOOKED_AT_TITLES]:
        if one.filled >= max(_FILLED * width, min(2, width)):
            return one
    return None


def _blank_ends(header: _Record, records: Sequence[_Record]) -> list[str]:
    """The values without a name that end most lines and say nothing, as where each line ends in a mark."""
    named = len(header.values)
    below = [one.values for one in records if one.line > header.line]
    width = max(Counter(map(len, below)).items(), key=lambda pair: pair[1])[0] if below else 0
    if any(value.strip() for values in below for value in values[named:]):
        return []
    return [""] * max(width - named, 0)


def _said_header(path: Path, records: Sequence[_Record], line: int) -> _Record:
    for one in records:
        if one.line >= line:
            return one
    raise DataRefused(
        expected=f"the names of the columns in line {line} of {path.name}",
        found="fewer lines",
        remedy="Correct `header_row` in regulars.toml, or take it out so that it is found out.",
    )


def _looks_like_values(header: _Record) -> bool:
    filled = [one.strip() for one in header.values if one.strip()]
    values = sum(bool(_VALUE.fullmatch(one)) for one in filled)
    return values > _MOST_VALUES * len(filled)


def _names(values: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    plain = [" ".join(one.split()) or f"column_{at}" for at, one in enumerate(values, start=1)]
    folded = [one.casefold() for one in plain]
    times = Counter(folded)
    seen: Counter[str] = Counter()
    names = []
    for name, key in zip(plain, folded, strict=True):
        seen[key] += 1
        names.append(f"{name}_{seen[key]}" if times[key] > 1 else name)
    repeated = dict.fromkeys(
        name for name, key in zip(plain, folded, strict=True) if times[key] > 1
    )
    first_spelt = {name.casefold(): name for name in reversed(list(repeated))}
    return tuple(names), tuple(dict.fromkeys(first_spelt[name.casefold()] for name in repeated))
