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
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from features.vocabulary.errors import SettingsRefused, did_you_mean
from features.vocabulary.tables import TABLES

SETTINGS_FILE = "regulars.toml"

T = TypeVar("T")
_PLAIN = {str: "a text", int: "a whole number", bool: "true or false"}


def setting(default: Any, help: str) -> Any:
    """Declare one setting: its default and the sentence that explains it."""
    return field(default=default, metadata={"help": help})


def table_of(help: str) -> Any:
    """Declare a setting that holds names and values, empty by default."""
    return field(default_factory=lambda: MappingProxyType({}), metadata={"help": help})


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


@dataclass(frozen=True)
class ChurnSettings:
    """What the model is asked: by default who buys nothing for a horizon, having been a repeat customer."""

    outcome: str = setting(
        "inactivity",
        "What is asked: inactivity, contract, partial, second_purchase, or stated for a name out of "
        "the table of outcomes.",
    )
    outcome_name: str = setting(
        "", "Which name of the table of outcomes a stated question is about, such as lead won."
    )
    horizon_days: int = setting(
        90, "So many days the outcome is looked for: a customer who buys nothing in them has left."
    )
    gap_days: int = setting(0, "Days between the score and the first day on which one can act.")
    minimum_orders: int = setting(2, "Only customers with at least so many orders are judged.")
    active_within_days: int = setting(
        0, "Only customers whose last order is so recent are judged; 0 means twice the horizon."
    )
    grace_days: int = setting(
        30, "A contract renewed within so many days after it expired counts as renewed."
    )
    drop_percent: int = setting(
        50, "Spending so many percent less than expected is partial churn; from 1 to 100."
    )
    origins: int = setting(6, "At most so many past cutoffs are used to fit and judge a model.")

    @property
    def population_days(self) -> int:
        """How recent the last order of a judged customer must be, in days."""
        return self.active_within_days or 2 * self.horizon_days


@dataclass(frozen=True)
class ReasonSettings:
    """How the reasons for a score are put together."""

    compared_days: int = setting(
        30,
        "`regulars score` compares every risk with that of so many days earlier, or one horizon where "
        "that is shorter, for about half as much time again; 0 leaves it out.",
    )
    groups: Mapping[str, str] = table_of(
        "For attributes of the table of customers, the title of the reason they are summed into; one "
        "that is not named has a reason of its own."
    )
    actionable: Mapping[str, str] = table_of(
        "For attributes of the table of customers, whether the business can act on it: now, indirect or "
        "context; one that is not named is context."
    )


@dataclass(frozen=True)
class CampaignSettings:
    """What a campaign to keep customers costs and brings: what a list is worth is reckoned by it."""

    list_size: int = setting(
        0, "So many customers fit on a campaign's list; 0 means the riskiest tenth."
    )
    contact_cents: int = setting(100, "What contacting one customer costs, in cents.")
    incentive_cents: int = setting(
        1000, "What the offer costs for each customer who takes it, in cents."
    )
    success_percent: int = setting(
        30, "Of a hundred contacted customers who would have left, so many stay."
    )
    hold_out_percent: int = setting(
        10,
        "Of a hundred customers so many are held out of every campaign, to measure what it brings.",
    )
    kept_value_cents: int = setting(
        0,
        "What a kept customer brings, in cents; 0 means what those who left had spent on average in "
        "the year before.",
    )


@dataclass(frozen=True)
class ValueSettings:
    """What a customer's value means: the money they bring over a horizon."""

    horizon_days: int = setting(
        365, "Value is what a customer brings in so many days; fewer where the history is short."
    )
    origins: int = setting(6, "At most so many past cutoffs are used to fit and judge a model.")


@dataclass(frozen=True)
class RecommendationSettings:
    """What is recommended: items a customer is likely to buy over a horizon."""

    horizon_days: int = setting(
        30, "A recommended item is one the customer is likely to buy in so many days."
    )


@dataclass(frozen=True)
class OfferSettings:
    """When an offer counts as taken, and what holds back who is shown how many."""

    response_days: int = setting(
        30, "An offer without an end of its own counts as taken within so many days."
    )
    contact_cents: int = setting(0, "What showing one offer to one customer costs, in cents.")
    budget_price_percent: int = setting(
        0,
        "Where a budget runs short: what one more cent of it would bring, in percent of a cent, as "
        "`regulars offers plan` shows.",
    )
    weekly_caps: Mapping[str, str] = table_of(
        'For each channel, at most so many offers a customer in seven days, such as email = "1".'
    )
    quiet_days: int = setting(
        0, "So many days after an offer was shown, whatever the channel, no other is shown."
    )
    refusals: int = setting(
        3, "An offer shown so often in vain is suppressed for a customer; 0 never does."
    )
    suppressed_days: int = setting(30, "For so many days it is suppressed then.")
    hold_out_percent: int = setting(
        5,
        "Of a hundred customers so many are never shown an offer, to measure what all of it brings.",
    )
    explore_percent: int = setting(
        2, "Of a hundred decisions so many are drawn by lot among what may be shown, to learn from."
    )
    unsuitable: Mapping[str, str] = table_of(
        "Named rules over features; to a customer who meets one no offer is shown, such as "
        'unhappy = "open_complaints_count_lifetime >= 1".'
    )
    levers: Mapping[str, str] = table_of(
        'What the company wants more or less of, by offer_id, in percent: OFFER-01 = "20" or "-10".'
    )


@dataclass(frozen=True)
class ServiceSettings:
    """Where the scoring service listens."""

    host: str = setting("127.0.0.1", "The address to listen on; keep it local behind a proxy.")
    port: int = setting(3000, "The port to listen on.")
    workers: int = setting(
        1, "How many processes answer side by side, about one a core; each holds the model."
    )
    kept_generations: int = setting(
        3, "So many generations of everybody's scores are kept, the one in use among them."
    )
    without_scores: bool = setting(
        False, "Answer by vector alone where no scores are published, as a Bento does."
    )
    scores_last_days: int = setting(
        7, "So many days after the data they were made from scores are out of date, and say so."
    )


@dataclass(frozen=True)
class ExportSettings:
    """What the fields are called that `regulars export --to` a CRM writes."""

    salesforce_object: str = setting("Contact", "The Salesforce object customers are.")
    salesforce_id_field: str = setting(
        "Customer_Number__c", "Its external id field that holds the customer number."
    )
    salesforce_prefix: str = setting("", "What the names of its score fields begin with.")
    hubspot_id_property: str = setting(
        "customer_number", "HubSpot's unique property that holds the customer number."
    )
    hubspot_prefix: str = setting("regulars_", "What the names of its score properties begin with.")
    dynamics_entity: str = setting("contact", "The Dynamics table customers are rows of.")


@dataclass(frozen=True)
class MlflowSettings:
    """Where runs and models are recorded."""

    tracking_uri: str = setting(
        "", "The MLflow store; empty means a SQLite file inside the workspace."
    )
    shap_plots: bool = setting(
        True, "Whether each training run also shows SHAP plots of at most 500 customers, unnamed."
    )
    artifacts: str = setting(
        "",
        "Where files of runs go with a database of your own, a folder or an address such as s3://runs; "
        "empty means inside the workspace. An MLflow server keeps them itself.",
    )


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
        raise _wrong_type("tables", "a section", tables)
    mappings = {}
    for name, mapping in tables.items():
        if name not in TABLES:
            raise SettingsRefused(
                expected="a table Regulars knows",
                found=f"[tables.{name}]",
                remedy=did_you_mean(name, list(TABLES)),
            )
        mappings[name] = _checked_mapping(name, _read(TableMapping, mapping, f"tables.{name}"))
    settings: Settings = _read(Settings, plain, "")
    return Settings(
        workspace=settings.workspace,
        company=_checked_company(settings.company),
        tables=MappingProxyType(mappings),
        churn=settings.churn,
        reasons=_checked_reasons(settings.reasons),
        campaign=_checked_campaign(settings.campaign),
        value=_checked_value(settings.value),
        recommendations=_checked_recommendations(settings.recommendations),
        offers=_checked_offers(settings.offers),
        service=_checked_service(settings.service),
        export=settings.export,
        mlflow=settings.mlflow,
        folder=folder,
    )


def _read(cls: type[T], content: Any, where: str) -> T:
    """One settings dataclass from one TOML section."""
    if not isinstance(content, dict):
        raise _wrong_type(where, "a section", content)
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
                raise _wrong_type(path, _PLAIN[hint], value)
            values[key] = value
        else:
            values[key] = MappingProxyType(_texts(path, value))
    return cls(**values)


def _checked_campaign(campaign: CampaignSettings) -> CampaignSettings:
    for one in fields(campaign):
        value = getattr(campaign, one.name)
        if value < 0 or ("percent" in one.name and value > 100):
            raise SettingsRefused(
                expected=f"campaign.{one.name} from 0 {'to 100' if 'percent' in one.name else 'on'}",
                found=str(value),
                remedy=f"Correct campaign.{one.name} in {SETTINGS_FILE}.",
            )
    return campaign


def _checked_service(service: ServiceSettings) -> ServiceSettings:
    if not 1 <= service.workers <= MOST_WORKERS:
        raise SettingsRefused(
            expected=f"service.workers from 1 to {MOST_WORKERS}",
            found=str(service.workers),
            remedy=f"Correct service.workers in {SETTINGS_FILE}.",
        )
    return service


LANGUAGES = ("en", "de")
MOST_COMPARED_DAYS = 365
MOST_WORKERS = 64


def _checked_company(company: CompanySettings) -> CompanySettings:
    if company.language not in LANGUAGES:
        raise SettingsRefused(
            expected=f"company.language out of {', '.join(LANGUAGES)}",
            found=repr(company.language),
            remedy=did_you_mean(company.language, list(LANGUAGES)),
        )
    return company


def _checked_reasons(reasons: ReasonSettings) -> ReasonSettings:
    if not 0 <= reasons.compared_days <= MOST_COMPARED_DAYS:
        raise SettingsRefused(
            expected=f"reasons.compared_days from 0 to {MOST_COMPARED_DAYS}",
            found=str(reasons.compared_days),
            remedy=f"Correct reasons.compared_days in {SETTINGS_FILE}.",
        )
    return reasons


def _checked_value(value: ValueSettings) -> ValueSettings:
    for name, least in (("horizon_days", 1), ("origins", 3)):
        if getattr(value, name) < least:
            raise SettingsRefused(
                expected=f"value.{name} of at least {least}",
                found=str(getattr(value, name)),
                remedy=f"Correct value.{name} in {SETTINGS_FILE}.",
            )
    return value


def _checked_recommendations(recommendations: RecommendationSettings) -> RecommendationSettings:
    if not 1 <= recommendations.horizon_days <= MOST_COMPARED_DAYS:
        raise SettingsRefused(
            expected=f"recommendations.horizon_days from 1 to {MOST_COMPARED_DAYS}",
            found=str(recommendations.horizon_days),
            remedy=f"Correct recommendations.horizon_days in {SETTINGS_FILE}.",
        )
    return recommendations


def _checked_offers(offers: OfferSettings) -> OfferSettings:
    """Levers above -100 percent, shares up to 100, and nothing else below zero."""
    for one in fields(offers):
        value = getattr(offers, one.name)
        least = 1 if one.name == "response_days" else 0
        is_share = one.name in ("hold_out_percent", "explore_percent")
        if isinstance(value, int) and (value < least or (is_share and value > 100)):
            raise SettingsRefused(
                expected=f"offers.{one.name} from {least} {'to 100' if is_share else 'on'}",
                found=str(value),
                remedy=f"Correct offers.{one.name} in {SETTINGS_FILE}.",
            )
    for name, told, least in (
        ("weekly_caps", offers.weekly_caps, 0),
        ("levers", offers.levers, -99),
    ):
        for key, text in told.items():
            if not text.removeprefix("-").isdecimal() or int(text) < least:
                raise SettingsRefused(
                    expected=f"whole numbers from {least} on in offers.{name}",
                    found=f'{key} = "{text}"',
                    remedy=f"Correct offers.{name} in {SETTINGS_FILE}.",
                )
    return offers


def _texts(path: str, value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise _wrong_type(path, "names with texts", value)
    return value


def _wrong_type(path: str, expected: str, value: Any) -> SettingsRefused:
    return SettingsRefused(
        expected=f"{expected} for {path}",
        found=repr(value),
        remedy=f"Correct {path} in {SETTINGS_FILE}.",
    )


def _checked_mapping(name: str, mapping: TableMapping) -> TableMapping:
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
