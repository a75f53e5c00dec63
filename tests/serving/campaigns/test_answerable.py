"""What a hold-out can find is told before the start, by the textbook's formula."""

from __future__ import annotations

import math

import numpy as np
import pytest

from serving.campaigns.answerable import HoldOutAnswer, answer_of, expected_answer
from serving.campaigns.plannable import PlanLimits
from serving.campaigns.planning import planned
from serving.snapshot.reading import Snapshot


def test_the_smallest_effect_is_that_of_the_textbook(snapshot: Snapshot) -> None:
    plan = planned(snapshot, PlanLimits(hold_out_percent=25))
    held = np.arange(plan.customers) % 4 == 0
    found = answer_of(plan, np.arange(plan.customers), held)
    variance = (plan.risk * (1 - plan.risk)).mean()
    error = math.sqrt(variance * (1 / found.contacted + 1 / found.held_out))
    assert found.smallest == pytest.approx((1.959964 + 0.841621) * error, rel=1e-5)
    assert found.most == pytest.approx(plan.still_to_lose.mean())
    assert found.expected == pytest.approx(plan.chance_kept.mean())
    assert (found.held_out, found.contacted) == (held.sum(), (~held).sum())


def test_without_anybody_held_out_nothing_can_ever_be_found(snapshot: Snapshot) -> None:
    found = expected_answer(planned(snapshot, PlanLimits(hold_out_percent=0)))
    assert math.isinf(found.smallest) and not found.is_possible
    assert "cannot be compared" in found.sentence


@pytest.mark.parametrize(("smallest", "is_possible"), [(0.09, True), (0.1, True), (0.11, False)])
def test_an_answer_is_possible_up_to_the_most_that_contacts_can_do(
    smallest: float, is_possible: bool
) -> None:
    assert HoldOutAnswer(100, 10, smallest, 0.1, 0.02).is_possible is is_possible


@pytest.mark.parametrize(("smallest", "finds"), [(0.019, True), (0.02, True), (0.021, False)])
def test_it_is_told_whether_an_effect_as_large_as_planned_would_be_found(
    smallest: float, finds: bool
) -> None:
    found = HoldOutAnswer(100, 10, smallest, 0.1, 0.02)
    assert found.finds_what_is_expected is finds
    assert "expected are 2.0 points" in found.sentence
