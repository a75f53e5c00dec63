"""What past days have shown of leaving reaches every contact."""

from __future__ import annotations

from features.company.settings.actions import ActionSettings
from training.actions.actions import BY_RULE
from training.families.churn.contacts import contacts_by_past_days
from training.families.churn.timing.leavers import Leavers, StatusLeavers


def test_without_anything_known_of_past_days_the_rule_holds_for_every_contact() -> None:
    actions = contacts_by_past_days(ActionSettings(), {}, None, None)
    assert [(one.name, one.leaving) for one in actions] == [
        (name, BY_RULE) for name in ("call", "letter", "mail")
    ]


def test_what_was_counted_of_leavers_counts_for_every_contact() -> None:
    leavers = Leavers({"active": StatusLeavers(4_000, 800, 320)}, 200)
    actions = contacts_by_past_days(ActionSettings(), {}, None, leavers)
    assert {one.leaving for one in actions} == {leavers.beside_rule} != {BY_RULE}
