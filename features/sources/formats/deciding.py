"""The decision how each column of a source is read, from the evidence of all its files together."""

from __future__ import annotations

from collections.abc import Mapping

from features.sources.formats.evidence import Evidence
from features.sources.formats.formats import (
    INSTANT,
    NUMBER,
    TEXT,
    WHOLE,
    ZONED_INSTANT,
    ColumnFormat,
    Doubt,
    FormatDecision,
    SaidFormats,
)
from features.sources.formats.instant_deciding import (
    decided_dates,
    fault_of_dates,
    is_dated,
    said_date,
)
from features.sources.formats.instants import fault_of_form
from features.sources.formats.number_deciding import (
    Marks,
    decided_number,
    is_number,
    marks_of_source,
)
from features.vocabulary.errors import DataRefused

__all__ = ["INSTANT", "NUMBER", "TEXT", "WHOLE", "ZONED_INSTANT", "decided"]


def decided(
    evidence: Mapping[str, Evidence], said: SaidFormats, *, delimiter: str = ""
) -> FormatDecision:
    """How each column is read; where two readings remain, the likelier one and a doubt.

    What a person said counts, however the values look. Raises ``DataRefused`` where it cannot be
    understood.
    """
    _require_known(said)
    formats: dict[str, ColumnFormat] = {}
    doubts: dict[str, Doubt] = {}
    dated = {name: one for name, one in evidence.items() if is_dated(one)}
    marks = marks_of_source(evidence, said)
    has_comma_decimals = marks is not None and marks.decimal == ","
    dates, date_doubts = decided_dates(dated, said, has_comma_decimals=has_comma_decimals)
    for name, one in evidence.items():
        own = said.columns.get(name, "")
        if own == TEXT:
            formats[name] = ColumnFormat(TEXT, note="text, as was said")
        elif own and own != NUMBER:
            formats[name] = said_date(name, one, own)
        elif own == NUMBER or name not in dated:
            found, doubt = _number_or_text(name, one, said, marks, delimiter, must=own == NUMBER)
            formats[name] = found
            if doubt is not None:
                doubts[name] = doubt
        else:
            formats[name] = dates[name]
            if name in date_doubts:
                doubts[name] = date_doubts[name]
    return FormatDecision(formats, tuple(doubts[name] for name in evidence if name in doubts))


def _number_or_text(
    name: str,
    evidence: Evidence,
    said: SaidFormats,
    marks: Marks | None,
    delimiter: str,
    *,
    must: bool,
) -> tuple[ColumnFormat, Doubt | None]:
    if not must:
        why = fault_of_dates(evidence) or is_number(name, evidence)
        if why:
            return ColumnFormat(TEXT, note=why), None
    return decided_number(name, evidence, said, marks, delimiter)


def _require_known(said: SaidFormats) -> None:
    if said.decimal not in ("", ".", ","):
        raise DataRefused(
            expected='"." or "," for decimal', found=repr(said.decimal), remedy="Write one of them."
        )
    if said.thousands not in ("", ".", ",", " ", "'") or (
        said.thousands and said.thousands == said.decimal
    ):
        raise DataRefused(
            expected='".", ",", " " or "\'" for thousands, and not the mark of decimals',
            found=repr(said.thousands),
            remedy="Write one of them, or leave it out.",
        )
    forms = {"date_format": said.date_format} if said.date_format else {}
    forms |= {name: one for name, one in said.columns.items() if one not in (TEXT, NUMBER)}
    for where, form in forms.items():
        fault = fault_of_form(form)
        if fault:
            raise DataRefused(
                expected=f"a form of dates such as %d.%m.%Y for {where}",
                found=f"{form!r}: {fault}",
                remedy="Write ISO, Excel days, Unix seconds, Unix milliseconds or a form with %d, %m, %Y.",
            )
