"""How many leave who had not left: brought beside the rule, status by status."""

from __future__ import annotations

import json

import pytest

from features.lifecycle.stages import LifecycleStatus
from training.families.churn.timing.leavers import Leavers, StatusLeavers

COUNTED = Leavers(
    {"active": StatusLeavers(4_000, 800, 320), "lapsed": StatusLeavers(1_000, 800, 32)}, 200
)
OVERALL = 352 / (640 + 160)


def beside(leavers: Leavers, status: LifecycleStatus) -> float:
    return leavers.beside_rule[status]


def test_a_status_of_many_leavers_has_a_share_of_its_own() -> None:
    # Of 4,000 a fifth were silent, of whom the rule takes 0.2 x 0.8 x 4,000 = 640 to leave; 320 did.
    share = (320 + 20 * OVERALL) / (640 + 20)
    assert beside(COUNTED, LifecycleStatus.ACTIVE) == pytest.approx(share)
    assert share == pytest.approx(0.5, abs=0.01)


def test_a_status_of_few_leavers_is_drawn_to_all() -> None:
    few = Leavers({**COUNTED.statuses, "slowing": StatusLeavers(10, 5, 5)}, 200)
    overall = 357 / (640 + 160 + 2.5)
    assert beside(few, LifecycleStatus.SLOWING) == pytest.approx((5 + 20 * overall) / 22.5)
    assert beside(few, LifecycleStatus.SLOWING) < 5 / 2.5


def test_a_status_nobody_had_is_as_all_are_and_who_is_probably_gone_as_the_lapsed() -> None:
    assert beside(COUNTED, LifecycleStatus.WON_BACK) == pytest.approx(OVERALL)
    lapsed = beside(COUNTED, LifecycleStatus.LAPSED)
    assert beside(COUNTED, LifecycleStatus.PROBABLY_GONE) == lapsed
    assert lapsed == pytest.approx((32 + 20 * OVERALL) / (160 + 20))


def test_where_nobody_is_ever_silent_nothing_is_divided_by_nothing() -> None:
    steady = Leavers({"active": StatusLeavers(100, 0, 0)}, 200)
    assert steady.beside_rule == (0.0,) * len(LifecycleStatus)


def test_a_bundle_gives_back_what_it_was_given_and_an_earlier_one_nothing() -> None:
    assert Leavers.read(json.loads(json.dumps(COUNTED.as_dict()))) == COUNTED
    assert Leavers.read(None) is None
