"""What a check says of text files: lines that could not be read, and forms that have two readings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from features.checks.breaches import Breach, Severity, refusal
from features.company.settings.company import TableMapping
from features.sources.attachment import Source
from features.sources.files import TextFile
from features.sources.formats import Doubt
from features.sources.naming import is_named
from features.sources.texts.records import SAMPLE_LINES
from features.vocabulary.errors import DataRefused
from features.vocabulary.tables import RawTable

REFUSED_SHARE = 0.01
"""Above this share of lines that cannot be read, those at its end aside, a file is taken to be broken."""


def faults_of_texts(table: RawTable, mapping: TableMapping, source: Source) -> Iterator[Breach]:
    """What keeps a table's text files from being used: doubts, names that repeat, broken lines."""
    expressions = [*mapping.columns.values(), *mapping.set_aside.values(), mapping.where]
    expressions += [one.on for one in mapping.join.values()]
    for where, shown, doubt in _doubts(table, source):
        if any(is_named(doubt.column, one) for one in expressions):
            yield refusal(table.name, f"reading.{doubt.column}", _doubtful(where, shown, doubt))
    texts = _texts(source)
    for file, text in texts.items():
        for name in text.repeated_names:
            if any(is_named(name, one) for one in expressions):
                yield refusal(table.name, f"names.{name}", _repeated(file, name))
        records = text.records
        if records.broken > REFUSED_SHARE * records.in_file:
            yield refusal(table.name, f"lines.{file}", _broken(file, text))


def notes_of_texts(table: RawTable, source: Source) -> Iterator[Breach]:
    """The lines that were left out, for they have too many values or too few: a note for each file."""
    for file, text in _texts(source).items():
        records = text.records
        if not records.refused:
            continue
        foot = f", {records.footer:,} of them at its end" if records.footer else ""
        yield Breach(
            table=table.name,
            rule=f"lines.{file}",
            what=f"lines of {file} that have another number of values than there are names{foot}",
            rows=records.refused,
            becomes="not read",
            severity=Severity.NOTES,
            sample=tuple(
                f"line {one.line:,} with {_counted(one.values, 'value')}"
                for one in records.first[:SAMPLE_LINES]
            ),
            advice="Lines below a table, such as totals, need nothing done. Where the file was cut off, "
            "export it again.",
        )


def _texts(source: Source) -> Mapping[str, TextFile]:
    schemas = [source.schemas, *(one.schemas for one in source.joins)]
    every = [pair for one in schemas for pair in one.items()]
    return {name: one.text for name, one in every if one.text is not None}


def _doubts(table: RawTable, source: Source) -> Iterator[tuple[str, str, Doubt]]:
    """The columns in doubt, as expressions name them, each with its section and its source."""
    yield from ((f"tables.{table.name}", source.shown, one) for one in source.doubts)
    for joined in source.joins:
        where = f"tables.{table.name}.join.{joined.name}"
        for one in joined.doubts:
            yield where, joined.shown, replace(one, column=f"{joined.name}.{one.column}")


def _doubtful(where: str, shown: str, doubt: Doubt) -> DataRefused:
    choices = " or ".join(f'{doubt.setting} = "{one}"' for one in doubt.readings)
    return DataRefused(
        expected=f"one way to read {doubt.column} of {shown}",
        found=f"{len(doubt.readings)} ways that fit: {_readings(doubt)}",
        remedy=f"Write {choices} under [{where}]. {doubt.evidence}",
    )


def _readings(doubt: Doubt) -> str:
    """What each reading makes of a value, such as "03/04/2026 is 2026-04-03 by %d/%m/%Y"."""
    texts = doubt.sample.get("text", ())
    return ", ".join(
        f"{texts[0]} is {doubt.sample[one][0]} by {one}" if texts and doubt.sample.get(one) else one
        for one in doubt.readings
    )


def _repeated(file: str, name: str) -> DataRefused:
    return DataRefused(
        expected=f"every column of {file} that is mapped to have its own name",
        found=f'several called "{name}"',
        remedy=f'Map the one you mean: they are read as "{name}_1", "{name}_2" and so on.',
    )


def _broken(file: str, text: TextFile) -> DataRefused:
    records = text.records
    many = records.refused - records.few
    kind = "too many values" if many >= records.few else "too few values"
    lines = ", ".join(f"{one.line:,}" for one in records.first)
    return DataRefused(
        expected=f"as many values in each line of {file} as there are names",
        found=f"{records.broken:,} of {records.in_file:,} lines that have {kind}, the first in line "
        f"{records.first[0].line:,}",
        rows=f"lines {lines}",
        remedy="Export the file again; a new column needs a name, and a value with the mark between "
        "values in it needs quotes around it.",
    )


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
