"""Every learner on an experiment whose effect is known."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from tests.training.families.offers.uplift.lots import drawn
from training.families.offers.uplift.choice import EffectCandidate, _errors, _stability, choose
from training.families.offers.uplift.effect import Effect
from training.families.offers.uplift.experiment import Experiment
from training.families.offers.uplift.groups import (
    DO_NOT_DISTURB,
    LOST_CAUSE,
    PERSUADABLE,
    SURE_THING,
    EffectScale,
    kinds,
)
from training.families.offers.uplift.learners import LEARNERS, RESPONSE


@pytest.mark.parametrize("name", LEARNERS)
def test_a_learner_tells_who_is_persuaded(name: str) -> None:
    experiment, effect = drawn()
    found = LEARNERS[name](experiment).score(experiment.vectors)
    # Who acts at all when shown the offer is another question than whom the offer changes.
    least = 0.5 if name == RESPONSE else 0.6
    assert np.corrcoef(found, effect)[0, 1] > least


@pytest.mark.parametrize("name", LEARNERS)
def test_a_learner_is_read_back_as_it_was_written(name: str) -> None:
    experiment, _ = drawn(2_000)
    made = LEARNERS[name](experiment)
    again = Effect.from_files(made.to_files())
    assert again.name == made.name
    assert np.array_equal(again.score(experiment.vectors), made.score(experiment.vectors))


@pytest.mark.parametrize("name", LEARNERS)
def test_one_customer_alone_is_told_what_they_are_told_among_all(name: str) -> None:
    experiment, _ = drawn(2_000)
    made = LEARNERS[name](experiment)
    alone = made.score(experiment.vectors.select(slice(5, 6)))
    assert alone == pytest.approx(made.score(experiment.vectors)[5:6], abs=1e-12)


def test_the_choice_is_made_by_customers_not_seen_and_is_the_same_again() -> None:
    experiment, effect = drawn(4_000)
    found = choose(experiment)
    assert [one.name for one in found.candidates] == list(LEARNERS)
    assert found.winner.qini > 0.02 and 0 < found.winner.stability <= 1
    assert np.corrcoef(found.effect.score(experiment.vectors), effect)[0, 1] > 0.6
    again = choose(experiment)
    assert again.effect.name == found.effect.name
    assert [one.qini for one in again.candidates] == [one.qini for one in found.candidates]


def test_where_an_offer_changes_nobody_the_scale_says_about_nothing() -> None:
    experiment, _ = drawn()
    random = np.random.default_rng(9)
    idle = replace(experiment.dataset, outcomes=(random.random(6_000) < 0.3).astype(np.float64))
    still = Experiment.of(idle)
    scale = EffectScale.learn(still, still.vectors.column("liking").astype(np.float64))
    assert np.abs(scale.effects(still.vectors.column("liking").astype(np.float64))).max() < 0.05


def test_effects_are_brought_to_their_size_whatever_scale_scores_have() -> None:
    experiment, effect = drawn(20_000)
    scale = EffectScale.learn(experiment, 1_000 * effect - 7)
    said = scale.effects(1_000 * effect - 7)
    assert np.polyfit(said, effect, 1)[0] == pytest.approx(1.0, abs=0.1)
    low, high = scale.interval(said)
    assert ((low < effect) & (effect < high)).mean() > 0.9
    assert EffectScale.from_dict(json.loads(scale.to_bytes())) == scale


def test_the_four_kinds_of_customers() -> None:
    low = np.array([0.01, -0.1, -0.1, -0.2])
    high = np.array([0.2, 0.1, 0.1, -0.01])
    without = np.array([0.1, 0.5, 0.1, 0.5])
    assert kinds(low, high, without, 0.3).tolist() == [
        PERSUADABLE,
        SURE_THING,
        LOST_CAUSE,
        DO_NOT_DISTURB,
    ]


def test_every_customer_may_be_drawn_again_the_first_and_the_last_as_well() -> None:
    """What is said of one customer alone tells two candidates apart: without them there is no difference."""
    experiment, effect = drawn(60)
    best = EffectCandidate("best", 0.0, 1.0, effect)

    def error(place: int) -> float:
        scores = effect.copy()
        scores[place] = -9.0
        return float(_errors(experiment, best, [EffectCandidate("other", 0.0, 1.0, scores)])[0])

    likeliest = int(np.argmax(effect))
    order = np.arange(60)
    for place in (0, 59):
        order[[place, likeliest]] = [likeliest, place]
        experiment, effect = experiment.select(order), effect[order]
        best, likeliest, order = EffectCandidate("best", 0.0, 1.0, effect), place, np.arange(60)
        assert error(place) > 0.0
    assert _errors(experiment, best, [best]).tolist() == [0.0]


def test_a_target_set_is_stable_by_the_share_two_rounds_have_in_common() -> None:
    """Of ten the three highest: two rounds agree, and the third shares two of four with either."""
    first = np.array([9.0, 8, 7, 0, 0, 0, 0, 0, 0, 0])
    third = np.array([9.0, 8, 0, 7, 0, 0, 0, 0, 0, 0])
    assert _stability([first, first, third]) == pytest.approx((1.0 + 0.5 + 0.5) / 3)
    # Of equals those who stand first, and never fewer than one.
    assert _stability([np.zeros(10), first]) == 1.0
    assert _stability([np.array([2.0, 1.0]), np.array([3.0, 1.0])]) == 1.0
