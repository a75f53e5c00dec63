"""Contributions become points that add up, and no more reasons than one reads."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from features.declarations.feature import Feature, ReasonGroup
from features.vocabulary.arrays import Floats
from training.learners.calibration import Calibration
from training.reasons.explanation import explain_all
from training.reasons.points import (
    LEAST_POINTS,
    Points,
    add_up,
    leading_features,
    percentage_points,
    selected,
)
from training.reasons.wording import Wording


def sigmoid(log_odds: Floats) -> Floats:
    return 1 / (1 + np.exp(-log_odds))


def wording(*actionable: str) -> Wording:
    """One feature a group: group g0 has feature f0 and so on."""
    features = [
        Feature(f"f{place}", f"Fact {place}.", "count", f"g{place}", one, "", "{value} of it")  # type: ignore[arg-type]
        for place, one in enumerate(actionable)
    ]
    groups = [ReasonGroup(f"g{place}", f"Group {place}") for place in range(len(actionable))]
    return Wording(features, groups, np.full(len(actionable), np.nan, np.float32), "EUR")


def test_points_share_out_the_way_from_the_base_in_proportion_to_the_contributions() -> None:
    # Base 0 (50 %) and contributions 1 and 0.5: sigmoid(1.5) = 81.757 %, so 31.757 points in all.
    points = percentage_points(np.array([[1.0, 0.5]]), 0.0, sigmoid)
    assert points.base == 0.5
    assert points.probability[0] == pytest.approx(0.8175744761936437)
    assert points.by_group[0] == pytest.approx([31.75744761936437 * 2 / 3, 31.75744761936437 / 3])


def test_contributions_that_cancel_out_get_the_slope_of_the_curve() -> None:
    # At 50 % the sigmoid climbs a quarter a unit of log-odds: 25 points for one.
    points = percentage_points(np.array([[1.0, -1.0]]), 0.0, sigmoid)
    assert points.by_group[0] == pytest.approx([25.0, -25.0])


CURVES = (
    Calibration("sigmoid", np.array([0.3]), np.array([0.2]), 1.4),
    Calibration("isotonic", np.array([-2.0, 0.0, 0.5, 2.0]), np.array([0.02, 0.1, 0.5, 0.9]), 0.6),
)


@given(
    contributions=some.lists(some.floats(-4, 4), min_size=3, max_size=9),
    base=some.floats(-3, 3),
    curve=some.sampled_from(CURVES),
)
def test_base_reasons_and_other_add_up_and_so_does_what_is_shown(
    contributions: list[float], base: float, curve: Calibration
) -> None:
    found = percentage_points(np.array([contributions]), base, curve.apply)
    explanation = explain_all(
        found,
        np.arange(len(contributions), dtype=np.int16)[None, :],
        np.ones((1, len(contributions)), np.float32),
        wording(*["now"] * len(contributions)),
    )[0]
    points = [one.points for one in explanation.reasons]
    total = 100 * explanation.base + math.fsum(points) + explanation.other_points
    assert total == pytest.approx(100 * explanation.probability, abs=1e-4)
    shown = [one.shown_points for one in explanation.reasons]
    summed = explanation.shown_base + math.fsum(shown) + explanation.shown_other
    assert round(summed, 1) == explanation.shown_probability
    for exact, rounded in zip(points, shown, strict=True):
        assert abs(exact - rounded) < 0.3
    assert len(explanation.raising) <= 4 and len(points) - len(explanation.raising) <= 2


@given(some.lists(some.floats(-50, 50), min_size=1, max_size=8))
def test_rounded_parts_keep_their_sum_whatever_they_are(parts: list[float]) -> None:
    total = round(math.fsum(parts), 1)
    assert round(math.fsum(add_up(total, parts)), 1) == total


def test_at_most_four_raise_and_two_lower() -> None:
    chosen = selected(np.array([[9.0, 8.0, 7.0, 6.0, 5.0, -4.0, -3.0, -2.0]]))
    assert chosen[0].tolist() == [True, True, True, True, False, True, True, False]


@pytest.mark.parametrize(
    ("points", "is_shown"),
    [
        (5.1, True),  # more than a twentieth of 95 + 5.1
        (4.9, False),  # less than a twentieth of 95 + 4.9
    ],
)
def test_a_reason_below_a_twentieth_of_the_push_is_left_to_the_rest(
    points: float, is_shown: bool
) -> None:
    assert selected(np.array([[95.0, points]]))[0, 1] == is_shown


def test_a_reason_of_less_than_half_a_point_is_left_to_the_rest() -> None:
    chosen = selected(np.array([[30.0, -(LEAST_POINTS - 0.01)], [30.0, -LEAST_POINTS]]))
    assert chosen.tolist() == [[True, False], [True, True]]


def test_what_is_mere_context_never_comes_first() -> None:
    words = wording("context", "now", "now")
    points = Points(np.array([0.48]), 0.20, np.array([[20.0, 5.0, 3.0]]))
    explanation = explain_all(points, np.array([[0, 1, 2]]), np.ones((1, 3), np.float32), words)[0]
    assert [one.group for one in explanation.reasons] == ["g1", "g2", "g0"]


def test_the_leading_feature_is_the_one_that_pushes_most_in_the_groups_direction() -> None:
    # Group 0 has features 0 and 2, group 1 has feature 1.
    contributions = np.array([[0.9, -0.2, -0.1], [0.3, 0.2, -0.8]])
    by_group = np.array([[8.0, -2.0], [-5.0, 2.0]])
    leading = leading_features(contributions, np.array([0, 1, 0]), by_group)
    assert leading.tolist() == [[0, 1], [2, 1]]


def test_a_reason_carries_its_title_direction_and_facts() -> None:
    points = Points(np.array([0.30]), 0.20, np.array([[10.0]]))
    explanation = explain_all(
        points, np.array([[0]]), np.array([[7.0]], np.float32), wording("now")
    )[0]
    reason = explanation.reasons[0]
    assert (reason.title, reason.direction, reason.text) == ("Group 0", "raises", "7 of it")
    assert (reason.facts[0].feature, reason.facts[0].value) == ("f0", 7.0)
