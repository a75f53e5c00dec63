"""A campaign is planned, runs, waits for its data, can be measured, and is measured."""

from __future__ import annotations

from dataclasses import replace

import pytest

from features.vocabulary.time import DAY_SECONDS
from serving.campaigns.states import due_at, state_of
from serving.ledger.campaigns import FrozenCampaign

SPRING = FrozenCampaign("c1", "spring", "", "", 10 * DAY_SECONDS, 5, 20, True, {}, 0)


@pytest.mark.parametrize(
    ("day", "data_until", "state"),
    [
        (9, 9, "planned"),
        (10, 9, "running"),
        (14, 14, "running"),
        (15, 14, "waiting for data"),
        (15, 15, "can be measured"),
    ],
)
def test_each_day_of_a_campaign_has_its_state(day: int, data_until: int, state: str) -> None:
    assert due_at(SPRING) == 15 * DAY_SECONDS
    assert state_of(SPRING, at=day * DAY_SECONDS, data_until=data_until * DAY_SECONDS) == state


def test_a_campaign_with_a_result_is_measured_whatever_the_day() -> None:
    measured = replace(SPRING, measured_at=1, result={})
    assert state_of(measured, at=0, data_until=0) == "measured"
