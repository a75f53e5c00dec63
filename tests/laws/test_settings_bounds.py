"""Every number a company may set: what it is where nobody says anything, and how far it may go either way."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest

from features.company.settings.reading import Settings, settings_from
from features.vocabulary.errors import SettingsRefused

ANY = None
NUMBERS: dict[str, tuple[int, int | None, int | None]] = {
    "churn.horizon_days": (90, ANY, ANY),
    "churn.gap_days": (0, ANY, ANY),
    "churn.minimum_orders": (2, ANY, ANY),
    "churn.active_within_days": (0, 0, ANY),
    "churn.grace_days": (30, 0, ANY),
    "churn.overdue_percent": (95, 50, 99),
    "churn.drop_percent": (50, 1, 100),
    "churn.origins": (6, ANY, ANY),
    "reasons.compared_days": (30, 0, 365),
    "campaign.list_size": (0, 0, ANY),
    "campaign.hold_out_percent": (10, 0, 100),
    "campaign.kept_value_cents": (0, 0, ANY),
    "company.most_ids_a_person": (20, 2, ANY),
    "value.horizon_days": (365, 1, ANY),
    "value.origins": (6, 3, ANY),
    "cost_to_serve.return_cents": (0, 0, ANY),
    "recommendations.horizon_days": (30, 1, 365),
    "nightly.items_a_list": (10, 1, ANY),
    "offers.response_days": (30, 1, ANY),
    "offers.contact_cents": (0, 0, ANY),
    "offers.budget_price_percent": (0, 0, ANY),
    "offers.assumed_effect_percent": (100, 1, 100),
    "offers.quiet_days": (0, 0, ANY),
    "offers.refusals": (3, 0, ANY),
    "offers.suppressed_days": (30, 0, ANY),
    "offers.hold_out_percent": (5, 0, 100),
    "offers.explore_percent": (2, 0, 100),
    "offers.explore_unknown_percent": (10, 0, 100),
    "actions.call.cost_cents": (500, 0, ANY),
    "actions.call.capacity_customers": (0, 0, ANY),
    "actions.call.slowing_percent": (20, 0, 100),
    "actions.call.at_risk_percent": (15, 0, 100),
    "actions.call.lapsed_percent": (5, 0, 100),
    "actions.call.probably_gone_percent": (1, 0, 100),
    "actions.call.other_percent": (10, 0, 100),
    "actions.letter.cost_cents": (150, 0, ANY),
    "actions.letter.capacity_customers": (0, 0, ANY),
    "actions.letter.slowing_percent": (8, 0, 100),
    "actions.letter.at_risk_percent": (6, 0, 100),
    "actions.letter.lapsed_percent": (2, 0, 100),
    "actions.letter.probably_gone_percent": (0, 0, 100),
    "actions.letter.other_percent": (4, 0, 100),
    "actions.mail.cost_cents": (10, 0, ANY),
    "actions.mail.capacity_customers": (0, 0, ANY),
    "actions.mail.slowing_percent": (3, 0, 100),
    "actions.mail.at_risk_percent": (2, 0, 100),
    "actions.mail.lapsed_percent": (1, 0, 100),
    "actions.mail.probably_gone_percent": (0, 0, 100),
    "actions.mail.other_percent": (1, 0, 100),
    "nightly.retrain_every_days": (28, 1, ANY),
    "service.port": (3_000, ANY, ANY),
    "service.workers": (1, 1, 64),
    "service.calls_at_once": (0, 0, 64),
    "service.longest_wait_seconds": (2, 0, 60),
    "service.kept_generations": (3, ANY, ANY),
    "service.scores_last_days": (7, ANY, ANY),
    "retention.decisions_days": (730, 30, 3_650),
    "retention.offers_days": (730, 90, 3_650),
    "retention.feedback_days": (730, 1, 3_650),
    "retention.campaigns_days": (1_095, 400, 3_650),
    "retention.events_days": (30, 1, 365),
    "retention.audit_days": (1_095, 90, 3_650),
}
"""What each is, the least it may be and the most."""
OTHERS: dict[str, object] = {
    "workspace": ".workspace",
    "company.name": "Your company",
    "company.currency": "EUR",
    "company.language": "en",
    "company.ignore_case": None,
    "campaign.action": "call",
    "churn.outcome": "inactivity",
    "churn.outcome_name": "",
    "reasons.groups": {},
    "reasons.actionable": {},
    "fairness.lawful": {},
    "leaks.known_before": {},
    "actions.call.is_possible": True,
    "actions.letter.is_possible": True,
    "actions.mail.is_possible": True,
    "cost_to_serve.contact_cents": {},
    "cost_to_serve.channel_cents": {},
    "recommendations.without": (),
    "offers.weekly_caps": {},
    "offers.unsuitable": {},
    "offers.levers": {},
    "service.host": "127.0.0.1",
    "service.public_address": "",
    "service.log_calls": True,
    "service.without_scores": False,
    "export.salesforce_object": "Contact",
    "export.salesforce_id_field": "Customer_Number__c",
    "export.salesforce_prefix": "",
    "export.hubspot_id_property": "customer_number",
    "export.hubspot_prefix": "regulars_",
    "export.dynamics_entity": "contact",
    "nightly.lists": {},
    "nightly.exports": {},
    "nightly.retrain": "by_hand",
    "mlflow.tracking_uri": "",
    "mlflow.shap_plots": True,
    "churn.score_challenger": False,
    "mlflow.artifacts": "",
    "tables": {},
}


def said_by(settings: Settings) -> dict[str, Any]:
    """Every setting by its name in the file."""
    found: dict[str, Any] = {}
    for part in fields(settings):
        value = getattr(settings, part.name)
        if is_dataclass(value):
            found |= _said_in(value, f"{part.name}.")
        elif part.name != "folder":
            found[part.name] = value
    return found


def _said_in(table: Any, above: str) -> dict[str, Any]:
    """The settings of a table and of the tables in it."""
    found: dict[str, Any] = {}
    for one in fields(table):
        value = getattr(table, one.name)
        inside = _said_in(value, f"{above}{one.name}.") if is_dataclass(value) else None
        found |= {f"{above}{one.name}": value} if inside is None else inside
    return found


def with_one(name: str, value: Any) -> Any:
    """A setting as it is read from a file that says nothing else."""
    *sections, key = name.split(".")
    content: dict[str, Any] = {key: value}
    for section in reversed(sections):
        content = {section: content}
    return said_by(settings_from(content, folder=Path()))[name]


def test_who_says_nothing_has_these_settings() -> None:
    defaults = OTHERS | {name: default for name, (default, _, _) in NUMBERS.items()}
    for settings in (Settings(), settings_from({}, folder=Path())):
        assert said_by(settings) == defaults


@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_may_be_its_least_and_its_most_and_nothing_beyond(name: str) -> None:
    default, least, most = NUMBERS[name]
    inside, beyond = [default, default + 1 if most is ANY else most], []
    if least is not ANY:
        inside += [least, least + 1]
        beyond += [least - 1]
    if most is not ANY:
        inside += [most - 1]
        beyond += [most + 1]
    for value in inside:
        assert with_one(name, value) == value
    for value in beyond:
        with pytest.raises(SettingsRefused, match=name):
            with_one(name, value)


@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_is_no_text_no_fraction_and_no_yes(name: str) -> None:
    for value in ("3", 3.5, True):
        with pytest.raises(SettingsRefused, match=name):
            with_one(name, value)


@pytest.mark.parametrize("name", [name for name, value in OTHERS.items() if value in (True, False)])
def test_a_yes_is_no_number(name: str) -> None:
    assert [with_one(name, value) for value in (True, False)] == [True, False]
    for value in (1, "true"):
        with pytest.raises(SettingsRefused, match=name):
            with_one(name, value)
