"""Why a customer is in a segment: what speaks for it and for its neighbour adds up to how much nearer it is."""

from __future__ import annotations

import numpy as np
import pytest

from features.plan.plan import plan_of
from features.vectors.vectors import Vectors, build_vectors
from features.vocabulary.time import Horizon
from tests.training.companies import company
from training.families.segments.learning import LearnedSegments, learn_segments
from training.families.segments.membership import (
    MOST_FOR,
    differences,
    memberships,
    traits_of_model,
    two_nearest,
)
from training.families.segments.model import NO_SEGMENT, SegmentModel, Space
from training.families.segments.traits import KINDS, Trait
from training.families.segments.words import habit_said
from training.learners.columns import Columns
from training.reasons.languages.known import language_of

NAMES = ("orders", "spend", "days_since_order")
TRAITS = (
    Trait("orders", "frequency", "frequent", "rare"),
    Trait("spend", "spend", "large spend", "small spend"),
    Trait("days_since_order", "recency", "long silent", "here lately"),
)


def vectors(*rows: tuple[float, float, float]) -> Vectors:
    keys = np.arange(len(rows), dtype=np.int32)
    return Vectors("", NAMES, keys, np.zeros(len(rows), np.int64), np.array(rows, np.float32))


def three_kinds() -> SegmentModel:
    """Habits on the logarithmic scale as they are: log(1 + value), and axes that turn none of them."""
    columns = Columns(NAMES, np.zeros(3, np.float32), np.full(3, 1e9, np.float32))
    space = Space(columns, np.zeros(3), np.ones(3), np.eye(3))
    centres = np.array([[2.0, 2.0, 1.0], [1.0, 2.0, 2.0], [0.0, 0.0, 2.5]])
    return SegmentModel(space, centres, (7, 8, 9), ("A", "B", "C"), 10)


def at(*logs: float) -> tuple[float, float, float]:
    one, two, three = np.expm1(logs)
    return float(one), float(two), float(three)


def test_each_habit_adds_the_difference_of_its_squares() -> None:
    model, customer = three_kinds(), vectors(at(2.0, 1.0, 1.0))
    first, second = two_nearest(model, customer)
    assert (first.tolist(), second.tolist()) == ([0], [1])
    # (2 - 1)^2 - 0 for orders, the same distance for spend, (1 - 2)^2 - 0 for the silence.
    added, _ = differences(model, customer, first, second)
    np.testing.assert_allclose(added, [[1.0, 0.0, 1.0]], atol=1e-6)
    found = memberships(model, customer, TRAITS)
    assert (found.segment.tolist(), found.other.tolist()) == ([7], [8])
    assert found.lead[0] == pytest.approx(1.0)
    assert found.habits.tolist() == [[1, -3, 0, 0, 0]]
    np.testing.assert_allclose(found.shares, [[0.5, 0.5, 0, 0, 0]], atol=1e-6)
    np.testing.assert_allclose(found.values[0, :2], [np.expm1(2.0), np.expm1(1.0)], rtol=1e-6)


def test_what_speaks_for_the_neighbour_is_told_too() -> None:
    # Orders add (2.5 - 1)^2 - (2.5 - 2)^2 = 2, the silence (1.7 - 2)^2 - (1.7 - 1)^2 = -0.4.
    found = memberships(three_kinds(), vectors(at(2.5, 2.0, 1.7)), TRAITS)
    assert found.habits.tolist() == [[1, 0, 0, 3, 0]]
    np.testing.assert_allclose(found.shares, [[1.0, 0, 0, -0.2, 0]], atol=1e-6)
    assert found.lead[0] == pytest.approx(0.8)


def test_who_has_been_silent_for_a_year_has_no_segment_and_no_reasons() -> None:
    found = memberships(three_kinds(), vectors((3.0, 3.0, 366.0), (3.0, 3.0, np.nan)), TRAITS)
    assert found.segment.tolist() == [NO_SEGMENT] * 2 and not found.habits.any()


@pytest.fixture(scope="module")
def learned() -> tuple[LearnedSegments, Vectors]:
    pack = company(500)
    learned = learn_segments(pack, Horizon(60), threads=1)
    everything = build_vectors(pack, plan_of(learned.declarations, pack), [learned.today.cutoff])
    return learned, everything


def test_what_is_added_sums_to_the_difference_of_the_squared_distances(
    learned: tuple[LearnedSegments, Vectors],
) -> None:
    model, everybody = learned[0].model, learned[1]
    points = model.space.points(everybody)
    first, second = two_nearest(model, everybody)
    added, _ = differences(model, everybody, first, second)
    squared = ((points[:, None, :] - model.centres[None, :, :]) ** 2).sum(axis=2)
    rows = np.arange(len(points))
    nearer = squared[rows, second] - squared[rows, first]
    np.testing.assert_allclose(added.sum(axis=1), nearer, atol=1e-9)
    assert (np.sort(squared, axis=1)[:, 1] == squared[rows, second]).mean() > 0.999


def test_segments_are_those_that_are_assigned_and_a_customer_alone_gets_the_same(
    learned: tuple[LearnedSegments, Vectors],
) -> None:
    model, everybody = learned[0].model, learned[1]
    ordered = traits_of_model(model, [one.feature for one in learned[0].declarations])
    assert {one.much for one in ordered} >= {"frequent", "long silent"}
    found = memberships(model, everybody, ordered)
    np.testing.assert_array_equal(found.segment, model.assign(everybody))
    told = found.segment != NO_SEGMENT
    assert (found.other[told] != found.segment[told]).all() and (found.habits[told, 0] != 0).all()
    assert (found.lead[told] >= 0).all() and (found.lead <= 1 + 1e-6).all()
    assert (found.shares[:, :MOST_FOR] >= 0).all() and (found.shares[:, MOST_FOR:] <= 0).all()
    for row in range(0, everybody.rows, 61):
        alone = memberships(model, everybody.select(np.array([row])), ordered)
        for name in ("segment", "other", "lead", "habits", "shares"):
            np.testing.assert_array_equal(getattr(alone, name)[0], getattr(found, name)[row])


def test_every_habit_has_a_word_in_german() -> None:
    german = language_of("de")
    for kind in KINDS:
        for english in (kind.much.format(what="web"), kind.little.format(what="web")):
            assert habit_said(english, german) != english or english == "web"
    assert habit_said("mostly web", german) == "meist web"
    assert habit_said("little web", german) == "wenig web"
