"""How a table of ``regulars.toml`` is declared: each setting with its default, its sentence and what it may be.

A table is a frozen dataclass of pydantic's, so that no value out of its bounds can come to be, whether it
is read from a file, made or replaced.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict

SETTINGS_FILE = "regulars.toml"

CLOSED = ConfigDict(extra="forbid", validate_default=True)
"""A table knows its settings and no others; a default is held to what a value is."""

NamedTexts = Annotated[Mapping[str, str], AfterValidator(MappingProxyType)]
"""Names with texts that nobody can change afterwards."""


@dataclass(frozen=True)
class Fault:
    """What is wrong with one setting: what was expected of it, what was found, and what to do.

    ``{place}`` stands for the setting and ``{table}`` for its table, such as ``churn.horizon_days`` and
    ``churn``, and ``{file}`` for the file: a check need not know where it is made.
    """

    expected: str
    found: str
    remedy: str = "Correct {place} in {file}."
    place: str = ""

    def at(self, place: str, table: str) -> Fault:
        """The same fault, said of a setting of the file."""
        expected, remedy = (
            text.replace("{place}", place).replace("{table}", table)
            for text in (self.expected, self.remedy)
        )
        return Fault(expected, self.found, remedy, place)


class Faults(ValueError):
    """What a check of a setting raises: all that is wrong with it."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(*(f"{fault.expected}: {fault.found}" for fault in faults))
        self.faults = faults


def setting(default: Any, help: str, *, least: int | None = None, most: int | None = None) -> Any:
    """Declare one setting: its default, the sentence that explains it, and the bounds of a number."""
    bounds = {name: bound for name, bound in (("ge", least), ("le", most)) if bound is not None}
    # Unless it is strict, pydantic takes "60" and true for numbers.
    strict = {"strict": True} if isinstance(default, int) else {}
    return field(default=default, metadata={"help": help, **strict, **bounds})


def table_of(help: str) -> Any:
    """Declare a setting that holds names and values, empty by default."""
    return field(default_factory=lambda: MappingProxyType({}), metadata={"help": help})
