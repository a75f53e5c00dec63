"""Where rows come from and how their texts are read: a table's own source, and files joined to it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

from pydantic import AfterValidator, field_validator
from pydantic.dataclasses import dataclass

from features.company.settings.declared import CLOSED, Fault, Faults, NamedTexts, setting, table_of


@dataclass(frozen=True, config=CLOSED)
class SourceSettings:
    """Files or a database, and how the texts in them are read."""

    source: str = setting(
        "",
        "A file or pattern (Parquet, CSV, Excel), relative to this file, or a database address "
        "followed by # and a table or query.",
    )
    encoding: str = setting(
        "", "How text files are encoded, such as cp1252; empty to find it out from their bytes."
    )
    delimiter: str = setting("", "The mark between the values of text files; empty to find it out.")
    header_row: int = setting(
        0, "The line of text files that names the columns, from 1 on; 0 to find it out.", least=0
    )
    decimal: str = setting("", "The mark of decimals in texts: . or ,; empty to find it out.")
    thousands: str = setting("", "The mark between thousands in texts; empty to find it out.")
    date_format: str = setting(
        "", "How dates are written in texts, such as %d.%m.%Y; empty to find it out."
    )
    null_texts: tuple[str, ...] = setting(
        (), "Texts that stand for an empty value, such as n/a, beside the usual ones."
    )
    formats: NamedTexts = table_of(
        "For a column that is written otherwise: how its dates are written, or text or number."
    )

    @field_validator("source")
    @classmethod
    def _is_named(cls, source: str) -> str:
        if not source:
            raise Faults(
                Fault(
                    expected="a source for [{table}]",
                    found="none",
                    remedy='Name the file, such as source = "purchases.parquet".',
                )
            )
        return source

    @field_validator("decimal")
    @classmethod
    def _is_a_mark(cls, decimal: str) -> str:
        if decimal not in ("", ".", ","):
            raise Faults(Fault(expected=". or , for {place}", found=repr(decimal)))
        return decimal

    @field_validator("delimiter")
    @classmethod
    def _is_one_letter(cls, delimiter: str) -> str:
        if len(delimiter) > 1 or delimiter in ('"', "\n", "\r"):
            raise Faults(
                Fault(
                    expected="one letter for {place}",
                    found=repr(delimiter),
                    remedy='Write the mark itself, such as ";" or "\\t" for tabs.',
                )
            )
        return delimiter


@dataclass(frozen=True, config=CLOSED)
class JoinedSource(SourceSettings):
    """A file of which one row at most belongs to each row of a table's source, such as its order."""

    on: str = setting(
        "",
        "What says to which row of the file a row of the source belongs: a column or a SQL expression.",
    )
    key: str = setting(
        "",
        "The column or expression of the file that is equal to it; empty where it has the same name.",
    )

    @property
    def own_key(self) -> str:
        """What names a row of the file."""
        return self.key or self.on

    @field_validator("source")
    @classmethod
    def _is_of_files(cls, source: str) -> str:
        if "://" in source:
            raise Faults(
                Fault(
                    expected="files for {place}",
                    found="the address of a database",
                    remedy="Let the database join its tables: write the query behind the # of the table's source.",
                )
            )
        return source

    @field_validator("on")
    @classmethod
    def _is_said(cls, on: str) -> str:
        if not on.strip():
            raise Faults(
                Fault(
                    expected="the column that both files have for [{table}]",
                    found="none",
                    remedy='Name it, such as on = "order_id".',
                )
            )
        return on


NamedJoins = Annotated[Mapping[str, JoinedSource], AfterValidator(MappingProxyType)]
"""Joined files by the name that stands before their columns."""
