"""When an offer counts as taken and what holds it back: shares are shares, and texts of numbers are numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from features.company.settings.reading import settings_from
from features.vocabulary.errors import SettingsRefused


@pytest.mark.parametrize(
    ("offers", "said"),
    [
        ({"response_days": 0}, "offers.response_days of at least 1; found 0"),
        ({"quiet_days": -1}, "offers.quiet_days from 0 on; found -1"),
        ({"explore_percent": 101}, "offers.explore_percent from 0 to 100; found 101"),
        ({"weekly_caps": {"email": "-1"}}, 'whole numbers from 0 on in offers.weekly_caps; found email = "-1"'),
        ({"levers": {"A": "ten"}}, 'whole numbers from -99 on in offers.levers; found A = "ten"'),
        ({"levers": {"A": "-100"}}, 'whole numbers from -99 on in offers.levers; found A = "-100"'),
        ({"levers": {"A": 10}}, "names with texts for offers.levers; found {'A': 10}"),
        ({"unsuitable": ["rule"]}, "names with texts for offers.unsuitable; found ['rule']"),
    ],
)  # fmt: skip
def test_what_cannot_hold_back_an_offer_is_refused(offers: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsRefused) as refusal:
        settings_from({"offers": offers}, folder=Path())
    assert said in str(refusal.value)


def test_every_lever_that_is_no_number_is_told() -> None:
    with pytest.raises(SettingsRefused, match="2 faults") as refusal:
        settings_from({"offers": {"levers": {"A": "ten", "B": "20", "C": ""}}}, folder=Path())
    assert 'A = "ten"' in str(refusal.value) and 'C = ""' in str(refusal.value)


def test_names_with_texts_cannot_be_changed_afterwards() -> None:
    offers = settings_from({"offers": {"levers": {"A": "20"}}}, folder=Path()).offers
    with pytest.raises(TypeError):
        offers.levers["A"] = "0"  # type: ignore[index]
