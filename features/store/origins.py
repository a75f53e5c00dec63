"""What the rows of a table come from, as values that can be compared with those of another day."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from features.company.settings.reading import Settings
from features.sources.connection import fingerprint
from features.vocabulary.errors import RegularsError


def plain(mapping: Any) -> dict[str, Any]:
    """A mapping of the settings as values that can be written as JSON."""
    return {one.name: _value(getattr(mapping, one.name)) for one in dataclasses.fields(mapping)}


def _value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _value(one) for name, one in value.items()}
    return plain(value) if dataclasses.is_dataclass(value) else value


def joined_files(settings: Settings, name: str) -> list[Any]:
    """What every row of a table depends on where further files are joined: all of its files."""
    mapping = settings.tables[name]
    if not mapping.join:
        return []
    sources = [mapping.source, *(one.source for one in mapping.join.values())]
    try:
        return [fingerprint(one, settings.folder) for one in sources]
    except RegularsError:
        return []
