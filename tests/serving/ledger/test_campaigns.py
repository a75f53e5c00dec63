"""A campaign is frozen whole or not at all, stays as it is, and forgets whoever is to be forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from features.vocabulary.errors import UsageRefused
from features.vocabulary.time import DAY_SECONDS
from serving.ledger.campaigns import CampaignMember, ContactOutcome, FrozenCampaign
from serving.ledger.ledger import Ledger

FIRST_DAY = 20_000 * DAY_SECONDS
SPRING = FrozenCampaign(
    "c1", "spring", "keep them", "Anna", FIRST_DAY, 30, 20, True, {"model_version": "3"}, 100
)
ANNA = CampaignMember(
    "c1", "anna", "d1", "call", False, "at_risk", 0.4, 0.02, 90_000, 500, 1_300, 100
)
BERT = replace(ANNA, customer_id="bert", decision_id="d2", is_held_out=True, net_gain_cents=1_400)
REACHED = ContactOutcome("c1", "anna", FIRST_DAY + DAY_SECONDS, "reached", 200)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(tmp_path / "ledger.db")
    yield opened
    opened.close()


def test_a_campaign_is_found_by_its_name_as_it_was_frozen_the_highest_gain_first(
    ledger: Ledger,
) -> None:
    ledger.campaigns.freeze(SPRING, [ANNA, BERT])
    assert ledger.campaigns.named("spring") == SPRING
    assert ledger.campaigns.members("c1") == [BERT, ANNA]
    assert ledger.campaigns.members("c2") == []


def test_a_name_is_given_once_and_the_second_campaign_leaves_nothing(ledger: Ledger) -> None:
    ledger.campaigns.freeze(SPRING, [ANNA])
    with pytest.raises(UsageRefused, match="one already"):
        ledger.campaigns.freeze(
            replace(SPRING, campaign_id="c2"), [replace(BERT, campaign_id="c2")]
        )
    assert ledger.campaigns.all() == [SPRING] and ledger.campaigns.members("c2") == []


def test_a_campaign_whose_customers_cannot_all_be_written_leaves_nothing(ledger: Ledger) -> None:
    with pytest.raises(Exception, match="UNIQUE"):
        ledger.campaigns.freeze(SPRING, [ANNA, ANNA])
    assert ledger.campaigns.all() == [] and ledger.campaigns.members("c1") == []


def test_an_unknown_name_is_refused_with_the_nearest(ledger: Ledger) -> None:
    with pytest.raises(UsageRefused, match="No campaign was started yet"):
        ledger.campaigns.named("spring")
    ledger.campaigns.freeze(SPRING, [ANNA])
    with pytest.raises(UsageRefused, match=r"Did you mean.*spring"):
        ledger.campaigns.named("sprong")


def test_campaigns_are_told_the_latest_first(ledger: Ledger) -> None:
    autumn = replace(SPRING, campaign_id="c0", name="autumn", frozen_at=101)
    ledger.campaigns.freeze(SPRING, [])
    ledger.campaigns.freeze(autumn, [])
    assert [one.name for one in ledger.campaigns.all()] == ["autumn", "spring"]


def test_the_same_outcome_twice_is_once_and_another_day_is_another(ledger: Ledger) -> None:
    later = replace(REACHED, happened_at=REACHED.happened_at + DAY_SECONDS)
    assert ledger.campaigns.report([REACHED, later, replace(REACHED, reported_at=999)]) == [
        True,
        True,
        False,
    ]
    assert ledger.campaigns.report([REACHED]) == [False]
    assert ledger.campaigns.outcomes("c1") == [REACHED, later]


def test_a_result_is_kept_and_a_later_one_takes_its_place(ledger: Ledger) -> None:
    ledger.campaigns.freeze(SPRING, [ANNA])
    for at, net in ((300, 5.0), (400, 7.0)):
        ledger.campaigns.keep_result("c1", {"net": net}, at=at)
    assert ledger.campaigns.named("spring") == replace(SPRING, measured_at=400, result={"net": 7.0})


@pytest.mark.parametrize(
    ("day", "found"), [(-1, set()), (0, {"anna", "bert"}), (29, {"anna", "bert"}), (30, set())]
)
def test_a_campaign_runs_from_its_first_second_to_the_last_of_its_window(
    ledger: Ledger, day: int, found: set[str]
) -> None:
    ledger.campaigns.freeze(SPRING, [ANNA, BERT])
    last = DAY_SECONDS - 1 if day in (-1, 29) else 0
    assert ledger.campaigns.running_with(FIRST_DAY + day * DAY_SECONDS + last) == found


@pytest.mark.parametrize(
    ("day", "is_told"), [(-31, False), (-30, False), (-29, True), (29, True), (30, False)]
)
def test_who_is_in_another_campaign_on_a_day_of_this_one_is_told_with_its_name(
    ledger: Ledger, day: int, is_told: bool
) -> None:
    ledger.campaigns.freeze(SPRING, [ANNA, BERT])
    starts = FIRST_DAY + day * DAY_SECONDS
    other = replace(SPRING, campaign_id="c2", name="other", starts_at=starts)
    ledger.campaigns.freeze(other, [replace(ANNA, campaign_id="c2")])
    assert ledger.campaigns.also_in_others(SPRING) == ({"anna": ["other"]} if is_told else {})


def test_who_is_erased_is_in_no_campaign_and_comes_into_none_again(ledger: Ledger) -> None:
    ledger.campaigns.freeze(SPRING, [ANNA, BERT])
    ledger.campaigns.report([REACHED])
    ledger.privacy.erase(["anna"], at=500)
    assert ledger.campaigns.members("c1") == [BERT] and ledger.campaigns.outcomes("c1") == []
    ledger.campaigns.report([REACHED])
    again = replace(SPRING, campaign_id="c2", name="again")
    ledger.campaigns.freeze(again, [replace(ANNA, campaign_id="c2")])
    assert ledger.campaigns.members("c2") == [] and ledger.campaigns.outcomes("c1") == []
