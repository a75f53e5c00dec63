"""``regulars.toml`` read once at the edge: unknown keys refused, and all faults of a file told at once.

Each setting carries its sentence in the declaration of its table; ``docs/settings.md`` is checked against it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, fields, is_dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, TypeVar, get_args, get_type_hints

from pydantic import AfterValidator, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass
from pydantic_core import ErrorDetails

from features.company.settings.actions import ActionSettings
from features.company.settings.company import CompanySettings, TableMapping
from features.company.settings.cost_to_serve import CostToServeSettings
from features.company.settings.declared import CLOSED, SETTINGS_FILE, Fault, setting
from features.company.settings.judged import FairnessSettings, LeakSettings
from features.company.settings.offers import OfferSettings
from features.company.settings.questions import (
    CampaignSettings,
    ChurnSettings,
    ReasonSettings,
    RecommendationSettings,
    ValueSettings,
)
from features.company.settings.service import (
    ExportSettings,
    MlflowSettings,
    NightlySettings,
    RetentionSettings,
    ServiceSettings,
)
from features.company.settings.sources import JoinedSource
from features.vocabulary.errors import SettingsRefused, did_you_mean
from features.vocabulary.tables import TABLES

T = TypeVar("T")
_KINDS = {
    "int_type": "a whole number",
    "string_type": "a text",
    "bool_type": "true or false",
    "dict_type": "names with texts",
    "tuple_type": "a list",
}


@dataclass(frozen=True, config=CLOSED)
class FileSettings:
    """Everything ``regulars.toml`` says."""

    workspace: str = setting(".workspace", "The folder all state lives in, relative to this file.")
    company: CompanySettings = field(default_factory=CompanySettings)
    tables: Annotated[Mapping[str, TableMapping], AfterValidator(MappingProxyType)] = field(
        default_factory=lambda: MappingProxyType({})
    )
    churn: ChurnSettings = field(default_factory=ChurnSettings)
    reasons: ReasonSettings = field(default_factory=ReasonSettings)
    fairness: FairnessSettings = field(default_factory=FairnessSettings)
    leaks: LeakSettings = field(default_factory=LeakSettings)
    campaign: CampaignSettings = field(default_factory=CampaignSettings)
    actions: ActionSettings = field(default_factory=ActionSettings)
    value: ValueSettings = field(default_factory=ValueSettings)
    cost_to_serve: CostToServeSettings = field(default_factory=CostToServeSettings)
    recommendations: RecommendationSettings = field(default_factory=RecommendationSettings)
    offers: OfferSettings = field(default_factory=OfferSettings)
    service: ServiceSettings = field(default_factory=ServiceSettings)
    retention: RetentionSettings = field(default_factory=RetentionSettings)
    export: ExportSettings = field(default_factory=ExportSettings)
    nightly: NightlySettings = field(default_factory=NightlySettings)
    mlflow: MlflowSettings = field(default_factory=MlflowSettings)


@dataclass(frozen=True, config=CLOSED)
class Settings(FileSettings):
    """Everything ``regulars.toml`` says, and where it lies."""

    folder: Path = field(default_factory=Path, metadata={"internal": True})
    """The folder the settings file lies in; relative paths start here."""

    @property
    def workspace_folder(self) -> Path:
        """The workspace as a path."""
        return self.folder / self.workspace


def load_settings(path: Path) -> Settings:
    """Read ``regulars.toml``; every fault names the key and the nearest known one.

    Raises ``SettingsRefused`` for a missing file and broken TOML, and otherwise for all at once that is
    wrong: unknown keys, wrong types, values out of bounds, unknown tables or columns and unknown time
    zones.
    """
    if not path.exists():
        raise SettingsRefused(
            expected=f"settings in {path.name}",
            found="no such file",
            remedy="Run `regulars init --purchases FILE`, or name the file with --settings.",
        )
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise SettingsRefused(
            expected=f"{path.name} to be TOML", found=str(fault), remedy="Correct that line."
        ) from None
    return settings_from(content, folder=path.parent)


def settings_from(content: Mapping[str, Any], *, folder: Path) -> Settings:
    """Settings from parsed TOML, with paths relative to ``folder``."""
    faults: list[Fault] = []
    tables = _tables(content.get("tables", {}), faults)
    others = {key: value for key, value in content.items() if key != "tables"}
    said = _read(FileSettings, others, (), faults)
    if said is None or faults:
        raise _refusal(faults, SETTINGS_FILE)
    return Settings(**vars(said) | {"tables": tables, "folder": folder})


def read_declared(cls: type[T], content: Mapping[str, Any], *, file: str) -> T:
    """Parsed TOML of another file, in the form of ``regulars.toml``, as the declared tables of ``cls``.

    ``SettingsRefused`` tells all that is wrong with it at once, and names the ``file``.
    """
    faults: list[Fault] = []
    said = _read(cls, content, (), faults)
    if said is None:
        raise _refusal(faults, file)
    return said


def _tables(content: Any, faults: list[Fault]) -> dict[str, TableMapping]:
    """The mappings of the tables, each held to the raw table it is for."""
    if not isinstance(content, Mapping):
        faults.append(_wrong_type("a section", content).at("tables", "tables"))
        return {}
    mappings = {}
    for name, table in content.items():
        if name not in TABLES:
            place, remedy = f"tables.{name}", did_you_mean(name, list(TABLES))
            faults.append(Fault("a table Regulars knows", f"[{place}]", remedy, place))
            continue
        joins = _joins(table.get("join", {}), name, faults) if isinstance(table, Mapping) else {}
        own = {**table, "join": {}} if isinstance(table, Mapping) else table
        mapping = _read(TableMapping, own, ("tables", name), faults, context=TABLES[name])
        if mapping is not None:
            mappings[name] = replace(mapping, join=joins)
    return mappings


def _joins(content: Any, table: str, faults: list[Fault]) -> dict[str, JoinedSource]:
    """The files that are joined to the source of a table."""
    place = f"tables.{table}.join"
    if not isinstance(content, Mapping):
        faults.append(_wrong_type("a section", content).at(place, place))
        return {}
    joins = {}
    for name, said in content.items():
        if not re.fullmatch("[A-Za-z][A-Za-z0-9_]*", name):
            remedy = f"Call it by one word, such as [{place}.orders]."
            faults.append(Fault("a plain name for a joined file", f'"{name}"', remedy, place))
            continue
        joined = _read(JoinedSource, said, ("tables", table, "join", name), faults)
        if joined is not None:
            joins[name] = joined
    return joins


def _read(
    cls: type[T], content: Any, above: tuple[str, ...], faults: list[Fault], *, context: Any = None
) -> T | None:
    """One table of the file; None with further ``faults`` where it cannot be used."""
    try:
        return TypeAdapter(cls).validate_python(content, context=context)
    except ValidationError as wrong:
        for error in wrong.errors(include_url=False):
            faults += _worded(cls, error, above)
        return None


def _worded(cls: type, error: ErrorDetails, above: tuple[str, ...]) -> Iterator[Fault]:
    """What pydantic says of one setting, in the words of a refusal."""
    table, at, names = cls, list(above), [str(name) for name in error["loc"]]
    while names and isinstance(within := get_type_hints(table).get(names[0]), type):
        if not is_dataclass(within):
            break
        table, at, names = within, [*at, names[0]], names[1:]
    section = ".".join(at)
    if not names:
        yield _wrong_type("a section", error["input"]).at(section, section)
        return
    name, *key = names
    place = f"{section}.{name}" if section else name
    if error["type"] == "value_error":
        found = error["ctx"]["error"].faults
    elif error["type"] == "unexpected_keyword_argument":
        found = [_unknown(name, section, table)]
    elif key:
        found = [_wrong_entry(error)]
    else:
        found = [_wrong_value(table, name, error)]
    for fault in found:
        yield fault.at(place, section)


def _unknown(name: str, section: str, table: type) -> Fault:
    return Fault(
        expected=f"a setting of {f'[{section}]' if section else '{file}'}",
        found=f'unknown setting "{name}"',
        remedy=did_you_mean(name, list(get_type_hints(table))),
    )


def _wrong_value(table: type, name: str, error: ErrorDetails) -> Fault:
    """A setting that is there, but of another kind, none of the choices or out of its bounds."""
    value, choices = error["input"], get_args(get_type_hints(table)[name])
    if error["type"] in _KINDS:
        return _wrong_type(_KINDS[error["type"]], value)
    if error["type"] == "literal_error":
        if not isinstance(value, str):
            return _wrong_type("a text", value)
        *others, last = choices
        said = f"{', '.join(others)} or {last} for {{place}}"
        return Fault(said, repr(value), did_you_mean(value, choices))
    (declared,) = (one for one in fields(table) if one.name == name)
    least, most = declared.metadata["ge"], declared.metadata.get("le")
    if most is not None:
        return Fault(f"{{place}} from {least} to {most}", str(value))
    return Fault(f"{{place}} {f'of at least {least}' if least else 'from 0 on'}", str(value))


def _wrong_entry(error: ErrorDetails) -> Fault:
    """One entry of a setting that holds several, of another kind than a text."""
    entry, value = error["loc"][-1], error["input"]
    if isinstance(entry, int):
        return _wrong_type("a list of texts", value)
    return _wrong_type("names with texts", {entry: value})


def _wrong_type(expected: str, value: Any) -> Fault:
    return Fault(f"{expected} for {{place}}", repr(value))


def _refusal(faults: Sequence[Fault], file: str) -> SettingsRefused:
    """One refusal of all faults of a file: that of the only one, or each by its number."""
    refusals = [
        SettingsRefused(
            expected=one.expected.replace("{file}", file),
            found=one.found,
            remedy=one.remedy.replace("{file}", file),
        )
        for one in faults
    ]
    if len(refusals) == 1:
        return refusals[0]
    return SettingsRefused(
        expected=f"no fault in {file}",
        found=f"{len(refusals)} faults",
        rows=", ".join(dict.fromkeys(one.place for one in faults)),
        remedy="\n".join(
            ["One by one:", *(f"{at}. {one}" for at, one in enumerate(refusals, start=1))]
        ),
    )
