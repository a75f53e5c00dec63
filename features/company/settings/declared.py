"""How a setting of ``regulars.toml`` is declared: with its default and the sentence that explains it."""

from __future__ import annotations

from dataclasses import field
from types import MappingProxyType
from typing import Any

from features.vocabulary.errors import SettingsRefused

SETTINGS_FILE = "regulars.toml"


def setting(default: Any, help: str) -> Any:
    """Declare one setting: its default and the sentence that explains it."""
    return field(default=default, metadata={"help": help})


def table_of(help: str) -> Any:
    """Declare a setting that holds names and values, empty by default."""
    return field(default_factory=lambda: MappingProxyType({}), metadata={"help": help})


def texts(path: str, value: Any) -> dict[str, str]:
    """Names with texts, or the refusal of anything else."""
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise wrong_type(path, "names with texts", value)
    return value


def wrong_type(path: str, expected: str, value: Any) -> SettingsRefused:
    """The refusal of a setting that is of another kind."""
    return SettingsRefused(
        expected=f"{expected} for {path}",
        found=repr(value),
        remedy=f"Correct {path} in {SETTINGS_FILE}.",
    )
