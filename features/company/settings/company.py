"""Who the tables belong to, and how each of them is mapped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Strict, ValidationInfo, field_validator
from pydantic.dataclasses import dataclass

from features.company.settings.declared import CLOSED, Fault, Faults, NamedTexts, setting, table_of
from features.company.settings.sources import NamedJoins, SourceSettings
from features.vocabulary.errors import did_you_mean
from features.vocabulary.tables import RawTable

LanguageCode = Literal["en", "de"]
LANGUAGES: tuple[str, ...] = get_args(LanguageCode)


@dataclass(frozen=True, config=CLOSED)
class CompanySettings:
    """Who the tables belong to, and how numbers and dates are shown."""

    name: str = setting("Your company", "The name shown on pages and model cards.")
    currency: str = setting("EUR", "The currency amounts are shown in, as three letters.")
    language: LanguageCode = setting("en", "The language reasons are told in: en or de.")
    ignore_case: Annotated[bool, Strict()] | None = setting(
        None,
        "Whether customer numbers that differ in capitals alone are one customer, in tables and calls; "
        "until it is written they are not, and the check refuses where many do.",
    )


@dataclass(frozen=True, config=CLOSED)
class TableMapping(SourceSettings):
    """How one of the company's own tables becomes a raw table.

    Read from a file, it is held to the raw table it is for, which is the context it is checked in.
    """

    columns: NamedTexts = table_of(
        "For each column of ours, a SQL expression over the columns of the source."
    )
    join: NamedJoins = table_of(
        "Further files, by a name of yours, whose row of the same key stands beside each row of the source."
    )
    fill: NamedTexts = table_of(
        "Columns whose blank cells take the value other rows of the same order in the same file have: "
        'the source\'s column, and the column or expression that names the order, or "the row above".'
    )
    split: NamedTexts = table_of(
        "Money that stands for a whole order, on each of its rows or on one: split over its rows to the "
        "cent. The source's column, and the column or expression that names the order."
    )
    where: str = setting("", "Only source rows that meet this SQL condition are read at all.")
    timezone: str = setting("UTC", "The time zone of instants that do not carry their own.")
    duplicates: Literal["drop", "keep", "refuse"] = setting(
        "drop", "What becomes of rows repeated in every column: drop, keep or refuse."
    )
    set_aside: NamedTexts = table_of(
        "Named SQL conditions over the source; a row that meets one is counted and left out."
    )

    @field_validator("columns")
    @classmethod
    def _belong_to_the_table(cls, columns: NamedTexts, info: ValidationInfo) -> NamedTexts:
        if isinstance(info.context, RawTable):
            faults = tuple(_faults_of(columns, info.context))
            if faults:
                raise Faults(*faults)
        return columns

    @field_validator("timezone")
    @classmethod
    def _is_known(cls, timezone: str) -> str:
        try:
            ZoneInfo(timezone)
        except (ZoneInfoNotFoundError, ValueError):
            raise Faults(
                Fault(
                    expected="a time zone for {place}",
                    found=repr(timezone),
                    remedy='Give a name such as "Europe/London", or "UTC".',
                )
            ) from None
        return timezone


def _faults_of(columns: NamedTexts, table: RawTable) -> Iterator[Fault]:
    """Columns the table does not have, and those it needs that are not there."""
    for column in columns:
        if column not in table.column_names and not table.open_attributes:
            yield Fault(
                expected=f"a column of {table.name}",
                found=f'"{column}"',
                remedy=did_you_mean(column, table.column_names),
            )
    missing = [column for column in table.required_names if column not in columns]
    if missing:
        yield Fault(
            expected=f"[{{table}}] to map {', '.join(table.required_names)}",
            found=f"no {', '.join(missing)}",
            remedy="Add the missing columns to `columns`.",
        )
