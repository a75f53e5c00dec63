"""What may be asked of a churn model: no number, name or meaning that no question can have."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from features.company.settings.questions import ChurnSettings, ValueSettings
from features.company.settings.reading import settings_from
from features.vocabulary.errors import SettingsRefused


@pytest.mark.parametrize(
    ("churn", "said"),
    [
        ({"outcome": "contracts"}, 'Did you mean "contract"'),
        ({"outcome": 7}, "a text for churn.outcome; found 7"),
        ({"outcome": "stated"}, "a name out of the table of outcomes for churn.outcome_name"),
        ({"outcome": "contract", "grace_days": -1}, "churn.grace_days from 0 on"),
        ({"active_within_days": -1}, "churn.active_within_days from 0 on"),
        ({"outcome": "partial", "drop_percent": 0}, "churn.drop_percent from 1 to 100"),
        ({"outcome": "partial", "drop_percent": 101}, "churn.drop_percent from 1 to 100"),
    ],
)
def test_settings_no_question_can_have_are_refused(churn: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsRefused) as refusal:
        settings_from({"churn": churn}, folder=Path())
    assert said in str(refusal.value)


def test_a_stated_question_with_its_name_is_read() -> None:
    churn = {"outcome": "stated", "outcome_name": "lead won"}
    assert settings_from({"churn": churn}, folder=Path()).churn.outcome_name == "lead won"


def test_no_value_out_of_its_bounds_can_be_made_or_put_in_place_of_another() -> None:
    with pytest.raises(ValidationError, match="drop_percent"):
        ChurnSettings(drop_percent=101)
    with pytest.raises(ValidationError, match="outcome_name"):
        ChurnSettings(outcome="stated")
    with pytest.raises(ValidationError, match="origins"):
        replace(ValueSettings(), origins=2)
    assert replace(ValueSettings(), origins=3).origins == 3
