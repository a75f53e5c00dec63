"""Every way to learn both chances on an experiment whose effect is known, and the choice among them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.training.families.offers.uplift.lots import drawn
from training.families.offers.uplift.choice import PairCandidate, _errors, _stability, choose
from training.families.offers.uplift.experiment import Experiment
from training.families.offers.uplift.learners import LEARNERS, ONE_LINE
from training.families.offers.uplift.pair import TREATED, Pair, effect_of, with_arm
from training.families.offers.uplift.stakes import Stakes


@pytest.mark.parametrize("name", LEARNERS)
def test_a_learner_tells_who_is_persuaded(name: str) -> None:
    experiment, effect = drawn()
    found = effect_of(LEARNERS[name](experiment).log_odds(experiment.vectors))
    # One line says the same of everybody in log-odds: who acts at all is another question than whom the offer changes.
    least = 0.3 if name == ONE_LINE else 0.6
    assert np.corrcoef(found, effect)[0, 1] > least


@pytest.mark.parametrize("name", LEARNERS)
def test_both_chances_hold_in_their_arms(name: str) -> None:
    experiment, _ = drawn()
    told = LEARNERS[name](experiment).log_odds(experiment.vectors)
    for log_odds, arm in zip(told, (~experiment.treated, experiment.treated), strict=True):
        chance = 1 / (1 + np.exp(-log_odds[arm]))
        assert chance.mean() == pytest.approx(experiment.outcomes[arm].mean(), abs=0.01)


@pytest.mark.parametrize("name", LEARNERS)
def test_a_learner_is_read_back_as_it_was_written(name: str) -> None:
    experiment, _ = drawn(2_000)
    made = LEARNERS[name](experiment)
    again = Pair.from_files(made.to_files())
    assert again.name == made.name
    assert np.array_equal(again.log_odds(experiment.vectors), made.log_odds(experiment.vectors))


@pytest.mark.parametrize("name", LEARNERS)
def test_one_customer_alone_is_told_what_they_are_told_among_all(name: str) -> None:
    experiment, _ = drawn(2_000)
    made = LEARNERS[name](experiment)
    alone = made.log_odds(experiment.vectors.select(slice(5, 6)))
    among = [one[5:6] for one in made.log_odds(experiment.vectors)]
    assert np.array(alone) == pytest.approx(np.array(among), abs=1e-12)


@pytest.mark.parametrize("name", LEARNERS)
@pytest.mark.parametrize("is_proven", [False, True])
def test_contributions_sum_to_the_log_odds_of_either_arm(name: str, is_proven: bool) -> None:
    experiment, _ = drawn(2_000)
    made = LEARNERS[name](experiment)
    some = experiment.vectors.select(slice(0, 50))
    for parts, log_odds in zip(
        made.contributions(some, is_proven=is_proven), made.log_odds(some), strict=True
    ):
        assert parts.pushes.shape == (50, 3)
        assert parts.total == pytest.approx(log_odds, abs=1e-6)


def test_an_arm_is_one_more_column_and_the_vectors_stay_as_they_are() -> None:
    experiment, _ = drawn(200)
    read = with_arm(experiment.vectors, 1.0)
    assert read.feature_names == (*experiment.vectors.feature_names, TREATED)
    assert np.array_equal(read.values[:, :-1], experiment.vectors.values)
    assert (read.values[:, -1] == 1.0).all()


def test_the_choice_is_made_by_customers_not_seen_and_is_the_same_again() -> None:
    experiment, effect = drawn(4_000)
    found = choose(experiment)
    assert [one.name for one in found.candidates] == list(LEARNERS)
    best = max(found.candidates, key=lambda one: one.gain)
    assert best.name in found.names and best.qini > 0.02 and 0 < best.stability <= 1
    assert [one.gain for one in found.candidates] == [one.qini for one in found.candidates]
    assert np.corrcoef(effect_of(found.pair.log_odds(experiment.vectors)), effect)[0, 1] > 0.6
    again = choose(experiment)
    assert again.names == found.names
    assert [one.qini for one in again.candidates] == [one.qini for one in found.candidates]


def test_where_money_is_at_stake_the_choice_is_made_by_what_decisions_bring() -> None:
    """Of everybody who acts the reward has to be paid: who finds likely takers loses, who finds the persuaded gains."""
    experiment, _ = drawn(8_000)
    rows = experiment.dataset.rows
    found = choose(experiment, stakes=Stakes(np.full(rows, 1_000.0), np.full(rows, 100.0), 10.0))
    gains = {one.name: one.gain for one in found.candidates}
    assert ONE_LINE not in found.names
    assert all(gains[name] > gains[ONE_LINE] for name in found.names)


def test_where_several_are_as_good_their_mean_is_taken() -> None:
    """Of an effect that is the same for everybody nobody can tell more than another."""
    experiment, _ = drawn(3_000)
    random = np.random.default_rng(3)
    acted = random.random(3_000) < 0.3 + 0.1 * experiment.treated
    flat = Experiment.of(replace(experiment.dataset, outcomes=acted.astype(np.float64)))
    found = choose(flat)
    pairs = [LEARNERS[name](flat) for name in found.names]
    assert len(pairs) > 1 and found.pair.name == " and ".join(found.names)
    told = np.mean([one.log_odds(flat.vectors) for one in pairs], axis=0)
    assert np.array(found.pair.log_odds(flat.vectors)) == pytest.approx(told)
    seen = [one.log_odds for one in found.candidates if one.name in found.names]
    assert np.array(found.log_odds) == pytest.approx(np.mean(seen, axis=0))


def test_every_customer_may_be_drawn_again_the_first_and_the_last_as_well() -> None:
    """What is said of one customer alone tells two candidates apart: without them there is no difference."""
    experiment, effect = drawn(60)

    def said(effects: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return np.zeros(len(effects)), effects

    best = PairCandidate("best", 0.0, 0.0, 1.0, said(effect))

    def error(place: int) -> float:
        scores = effect.copy()
        scores[place] = -9.0
        other = PairCandidate("other", 0.0, 0.0, 1.0, said(scores))
        return float(_errors(experiment, best, [other])[0])

    likeliest = int(np.argmax(effect))
    order = np.arange(60)
    for place in (0, 59):
        order[[place, likeliest]] = [likeliest, place]
        experiment, effect = experiment.select(order), effect[order]
        best, likeliest = PairCandidate("best", 0.0, 0.0, 1.0, said(effect)), place
        order = np.arange(60)
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
