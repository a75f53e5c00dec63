"""The definitions of a company: TOML files in the folder ``experiments`` beside its ``regulars.toml``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from experiments.declared.definition import INHERITED, ExperimentDefinition
from features.company.settings.reading import Settings, read_declared
from features.vocabulary.errors import SettingsRefused, UsageRefused, did_you_mean

FOLDER = "experiments"
_NAME = re.compile("[A-Za-z0-9][A-Za-z0-9_-]*")


@dataclass(frozen=True)
class DefinitionFolder:
    """Where a company's experiments are declared; what is broken in one of them keeps nobody from the others."""

    settings: Settings

    @property
    def folder(self) -> Path:
        """The folder itself, which need not be there."""
        return self.settings.folder / FOLDER

    def names(self) -> list[str]:
        """The names of all experiments; ``SettingsRefused`` where two have the same."""
        return sorted(self._files())

    def read(self, name: str) -> ExperimentDefinition:
        """One experiment by its name, with the company's settings for all that it does not say.

        Raises ``UsageRefused`` for a name nobody declares, and ``SettingsRefused`` for a definition that cannot be used
        as it stands: every fault at once, with the nearest known name.
        """
        files = self._files()
        if name not in files:
            raise UsageRefused(
                expected=f"the name of an experiment declared in {self.folder}",
                found=repr(name),
                remedy=did_you_mean(name, sorted(files))
                if files
                else f"Declare one: write {FOLDER}/{_safe(name)}.toml beside regulars.toml, as docs/experiments.md shows.",
            )
        return read_definition(files[name], self.settings)

    def _files(self) -> dict[str, Path]:
        found: dict[str, Path] = {}
        for path in sorted(self.folder.glob("*.toml")):
            name = _name_in(path)
            if name in found:
                raise SettingsRefused(
                    expected="every experiment to have a name of its own",
                    found=f"{name!r} in {found[name].name} and in {path.name}",
                    remedy="Give one of them another name, or delete it.",
                )
            found[name] = path
        return found


def read_definition(path: Path, settings: Settings) -> ExperimentDefinition:
    """One definition out of its file; ``SettingsRefused`` where it cannot be used as it stands."""
    content = _parsed(path)
    name = content.get("name") or path.stem
    if isinstance(name, str) and not _NAME.fullmatch(name):
        raise SettingsRefused(
            expected=f"letters, digits, - and _ for the name of the experiment in {path.name}",
            found=repr(name),
            remedy='Give it another name = "…", or name the file otherwise.',
        )
    company = {table: asdict(getattr(settings, table)) for table in INHERITED}
    return read_declared(
        ExperimentDefinition, _over(company, {**content, "name": name}), file=path.name
    )


def _over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """What is said above, and where nothing is said what is said below."""
    both = dict(below)
    for key, value in above.items():
        under = both.get(key)
        is_table = isinstance(under, Mapping) and isinstance(value, Mapping)
        both[key] = _over(dict(under or {}), value) if is_table else value
    return both


def _parsed(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise SettingsRefused(
            expected=f"{path.name} to be TOML", found=str(fault), remedy="Correct that line."
        ) from None


def _name_in(path: Path) -> str:
    """The name a file gives its experiment; that of the file where it gives none or cannot be read."""
    try:
        name = _parsed(path).get("name")
    except SettingsRefused:
        return path.stem
    return name if isinstance(name, str) and name else path.stem


def _safe(name: str) -> str:
    return name if _NAME.fullmatch(name) else "NAME"
