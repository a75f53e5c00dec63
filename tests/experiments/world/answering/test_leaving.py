"""When customers leave by what was done to them: as they were lived without it, and from there on by the same laws."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.world import WorldSpec
from experiments.world.answering.actions_taken import KINDS, ActionsTaken
from experiments.world.answering.leaving import Course, course_beyond, customer_stream, left_days
from experiments.world.lives import live
from experiments.world.people import People, drawn_people
from experiments.world.seasons import Clock
from experiments.world.spec import NEVER
from tests.experiments.world.test_world import one_customer

SPEC = WorldSpec(customers=800, seed=4, season_strength=1.0)


def lived(seed: int) -> tuple[People, np.ndarray, Course, np.ndarray]:
    people = drawn_people(np.arange(SPEC.customers), SPEC, np.random.default_rng(seed))
    lives = live(people, SPEC.days, np.random.default_rng(seed), Clock.of(SPEC, SPEC.days))
    patience = np.random.default_rng(seed).exponential(size=len(people))
    return people, patience, Course.of(lives), lives.left_day


def test_without_any_contact_everybody_leaves_on_the_day_they_left() -> None:
    people, patience, course, left = lived(3)
    again = left_days(people, patience, course, ActionsTaken.none(), SPEC.days)
    assert again.tolist() == left.tolist()
    assert (left < NEVER).any()


def test_a_call_changes_nothing_for_who_leaves_before_it_and_nobody_leaves_sooner_for_it() -> None:
    people, patience, course, left = lived(3)
    everybody = np.arange(len(people))
    calls = ActionsTaken(
        everybody, np.full(len(people), 300), np.full(len(people), KINDS.index("call"))
    )
    then = left_days(people, patience, course, calls, SPEC.days)
    assert (then >= left).all()
    assert (then[left < 300] == left[left < 300]).all()
    assert (then[left >= 300] > left[left >= 300]).any()


def test_the_rest_of_a_gap_without_memory_is_a_whole_gap_and_of_a_regular_one_it_is_less() -> None:
    rest = {}
    for shape in (1, 6):
        people = one_customer(gap_shape=shape, gap_mean_days=40.0)
        first = [
            course_beyond(
                people, 0, 31, 1_000, Clock(), customer_stream(SPEC, number, "course")
            ).day[0]
            - 31
            for number in range(600)
        ]
        rest[shape] = np.mean(first)
    # Rounded up to whole days: half a day less than the mean, on average.
    assert rest[1] == pytest.approx(39.5, abs=4 * 40 / np.sqrt(600))
    assert rest[6] < 20


def test_orders_beyond_follow_each_other_at_the_customers_rhythm_until_the_calendar_ends() -> None:
    people = one_customer(gap_mean_days=10.0, complaint_chance=0.3)
    course = course_beyond(people, 50, 60, 20_000, Clock(), customer_stream(SPEC, 1, "course"))
    assert course.day[0] >= 60
    assert course.day[-1] < 20_000
    assert np.diff(course.day).mean() == pytest.approx(10.5, rel=0.1)
    complains = course.open_from < NEVER
    assert complains.mean() == pytest.approx(0.3, abs=0.05)
    waited = (course.open_from - course.day)[complains]
    assert (waited.min(), waited.max()) == (1, 7)


def test_a_customers_stream_is_theirs_alone() -> None:
    draws = {
        (number, stream): float(customer_stream(SPEC, number, stream).random())
        for number in range(20)
        for stream in ("course", "content", "touches")
    }
    assert len(set(draws.values())) == 60
    assert draws[3, "course"] == float(customer_stream(SPEC, 3, "course").random())
