"""``regulars.toml`` as frozen dataclasses: read once at the edge, unknown keys refused.

Each setting carries its sentence in the declaration below; ``docs/settings.md`` is checked against it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar, get_type_hints

from features.company.settings.company import (
    CompanySettings,
    TableMapping,
    checked_company,
    checked_mapping,
)
from features.company.settings.declared import SETTINGS_FILE, setting, texts, wrong_type
from features.company.settings.offers import OfferSettings, checked_offers
from features.company.settings.questions import (
    CampaignSettings,
    ChurnSettings,
    ReasonSettings,
    RecommendationSettings,
    ValueSettings,
    checked_campaign,
    checked_reasons,
    checked_recommendations,
    checked_value,
)
from features.company.settings.service import (
    ExportSettings,
    MlflowSettings,
    ServiceSettings,
    checked_service,
)
from features.vocabulary.errors import SettingsRefused, did_you_mean
from features.vocabulary.tables import TABLES

T = TypeVar("T")
_PLAIN = {str: "a text", int: "a whole number", bool: "true or false"}


@dataclass(frozen=True)
class Settings:
    """Everything ``regulars.toml`` says."""

    workspace: str = setting(".workspace", "The folder all state lives in, relative to this file.")
    company: CompanySettings = field(default_factory=CompanySettings)
    tables: Mapping[str, TableMapping] = field(default_factory=lambda: MappingProxyType({}))
    churn: ChurnSettings = field(default_factory=ChurnSettings)
    reasons: ReasonSettings = field(default_factory=ReasonSettings)
    campaign: CampaignSettings = field(default_factory=CampaignSettings)
    value: ValueSettings = field(default_factory=ValueSettings)
    recommendations: RecommendationSettings = field(default_factory=RecommendationSettings)
    offers: OfferSettings = field(default_factory=OfferSettings)
    service: ServiceSettings = field(default_factory=ServiceSettings)
    export: ExportSettings = field(default_factory=ExportSettings)
    mlflow: MlflowSettings = field(default_factory=MlflowSettings)
    folder: Path = field(default_factory=Path, metadata={"internal": True})
    """The folder the settings file lies in; relative paths start here."""

    @property
    def workspace_folder(self) -> Path:
        """The workspace as a path."""
        return self.folder / self.workspace


def load_settings(path: Path) -> Settings:
    """Read ``regulars.toml``; every fault names the key and the nearest known one.

    Raises ``SettingsRefused`` for a missing file, broken TOML, unknown keys, wrong types, unknown
    tables or columns and unknown time zones.
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
    plain = {key: value for key, value in content.items() if key != "tables"}
    tables = content.get("tables", {})
    if not isinstance(tables, dict):
        raise wrong_type("tables", "a section", tables)
    mappings = {}
    for name, mapping in tables.items():
        if name not in TABLES:
            raise SettingsRefused(
                expected="a table Regulars knows",
                found=f"[tables.{name}]",
                remedy=did_you_mean(name, list(TABLES)),
            )
        mappings[name] = checked_mapping(name, _read(TableMapping, mapping, f"tables.{name}"))
    settings: Settings = _read(Settings, plain, "")
    return Settings(
        workspace=settings.workspace,
        company=checked_company(settings.company),
        tables=MappingProxyType(mappings),
        churn=settings.churn,
        reasons=checked_reasons(settings.reasons),
        campaign=checked_campaign(settings.campaign),
        value=checked_value(settings.value),
        recommendations=checked_recommendations(settings.recommendations),
        offers=checked_offers(settings.offers),
        service=checked_service(settings.service),
        export=settings.export,
        mlflow=settings.mlflow,
        folder=folder,
    )


def _read(cls: type[T], content: Any, where: str) -> T:
    """One settings dataclass from one TOML section."""
    if not isinstance(content, dict):
        raise wrong_type(where, "a section", content)
    hints = get_type_hints(cls)
    declared = {
        one.name: one
        for one in fields(cls)  # type: ignore[arg-type]
        if not one.metadata.get("internal")
    }
    values: dict[str, Any] = {}
    for key, value in content.items():
        path = f"{where}.{key}" if where else key
        if key not in declared:
            raise SettingsRefused(
                expected=f"a setting of {f'[{where}]' if where else SETTINGS_FILE}",
                found=f'unknown setting "{key}"',
                remedy=did_you_mean(key, list(declared)),
            )
        hint = hints[key]
        if is_dataclass(hint):
            values[key] = _read(hint, value, path)  # type: ignore[arg-type]
        elif hint in _PLAIN:
            if not isinstance(value, hint) or (hint is int and isinstance(value, bool)):
                raise wrong_type(path, _PLAIN[hint], value)
            values[key] = value
        else:
            values[key] = MappingProxyType(texts(path, value))
    return cls(**values)
