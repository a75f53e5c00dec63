"""Who the tables belong to, and how each of them is mapped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from features.company.settings.declared import setting, table_of
from features.vocabulary.errors import SettingsRefused, did_you_mean
from features.vocabulary.tables import TABLES

LANGUAGES = ("en", "de")


@dataclass(frozen=True)
class CompanySettings:
    """Who the tables belong to, and how numbers and dates are shown."""

    name: str = setting("Your company", "The name shown on pages and model cards.")
    currency: str = setting("EUR", "The currency amounts are shown in, as three letters.")
    language: str = setting("en", "The language reasons are told in: en or de.")


@dataclass(frozen=True)
class TableMapping:
    """How one of the company's own tables becomes a raw table."""

    source: str = setting(
        "",
        "A file or pattern (Parquet, CSV, Excel), relative to this file, or a database address "
        "followed by # and a table or query.",
    )
    columns: Mapping[str, str] = table_of(
        "For each column of ours, a SQL expression over the columns of the source."
    )
    where: str = setting("", "Only source rows that meet this SQL condition are read at all.")
    timezone: str = setting("UTC", "The time zone of instants that do not carry their own.")
    duplicates: str = setting(
        "drop", "What becomes of rows repeated in every column: drop, keep or refuse."
    )
    set_aside: Mapping[str, str] = table_of(
        "Named SQL conditions over the source; a row that meets one is counted and left out."
    )


def checked_company(company: CompanySettings) -> CompanySettings:
    """Who the tables belong to, if the language is one that reasons are told in."""
    if company.language not in LANGUAGES:
        raise SettingsRefused(
            expected=f"company.language out of {', '.join(LANGUAGES)}",
            found=repr(company.language),
            remedy=did_you_mean(company.language, list(LANGUAGES)),
        )
    return company


def checked_mapping(name: str, mapping: TableMapping) -> TableMapping:
    """How a table is mapped, if all it needs is there and nothing it does not know."""
    table = TABLES[name]
    if not mapping.source:
        raise SettingsRefused(
            expected=f"a source for [tables.{name}]",
            found="none",
            remedy='Name the file, such as source = "purchases.parquet".',
        )
    for column in mapping.columns:
        if column not in table.column_names and not table.open_attributes:
            raise SettingsRefused(
                expected=f"a column of {name}",
                found=f'"{column}"',
                remedy=did_you_mean(column, table.column_names),
            )
    missing = [column for column in table.required_names if column not in mapping.columns]
    if missing:
        raise SettingsRefused(
            expected=f"[tables.{name}] to map {', '.join(table.required_names)}",
            found=f"no {', '.join(missing)}",
            remedy="Add the missing columns to `columns`.",
        )
    if mapping.duplicates not in ("drop", "keep", "refuse"):
        raise SettingsRefused(
            expected=f"drop, keep or refuse for tables.{name}.duplicates",
            found=repr(mapping.duplicates),
            remedy="Choose one of the three.",
        )
    try:
        ZoneInfo(mapping.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        raise SettingsRefused(
            expected=f"a time zone for tables.{name}.timezone",
            found=repr(mapping.timezone),
            remedy='Give a name such as "Europe/London", or "UTC".',
        ) from None
    return mapping
