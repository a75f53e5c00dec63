"""Both chances brought to their level, and what kind of customer each is."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from tests.training.families.offers.uplift.lots import drawn
from training.families.offers.uplift.experiment import Experiment
from training.families.offers.uplift.pair import LogOddsParts, effect_of
from training.families.offers.uplift.scale import (
    DO_NOT_DISTURB,
    LOST_CAUSE,
    PERSUADABLE,
    SURE_THING,
    PairScale,
    kinds,
)
from training.learners.calibration import logit


def told(effect: np.ndarray, rank: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The true log-odds of the experiments that are drawn."""
    without = 0.3 + 0.2 * rank
    return logit(without), logit(without + effect)


def test_what_is_right_already_stays_about_as_it_is() -> None:
    experiment, effect = drawn(20_000)
    pair = told(effect, experiment.vectors.column("rank").astype(np.float64))
    scale = PairScale.learn(experiment, pair)
    found = effect_of(scale.brought(experiment.vectors, pair))
    assert np.polyfit(found, effect, 1)[0] == pytest.approx(1.0, abs=0.1)
    low, high = scale.interval(found)
    assert ((low < effect) & (effect < high)).mean() > 0.9


def test_effects_told_twice_too_large_are_brought_to_their_size() -> None:
    experiment, effect = drawn(40_000)
    without, shown = told(effect, experiment.vectors.column("rank").astype(np.float64))
    middle, away = (without + shown) / 2, shown - without
    bold = middle - away, middle + away
    scale = PairScale.learn(experiment, bold)
    found = effect_of(scale.brought(experiment.vectors, bold))
    assert np.polyfit(found, effect, 1)[0] == pytest.approx(1.0, abs=0.15)
    assert scale.effect_slope == pytest.approx(0.5, abs=0.1)


def test_where_an_offer_changes_nobody_the_scale_says_about_nothing() -> None:
    experiment, effect = drawn()
    random = np.random.default_rng(9)
    idle = replace(experiment.dataset, outcomes=(random.random(6_000) < 0.3).astype(np.float64))
    still = Experiment.of(idle)
    pair = told(effect, still.vectors.column("rank").astype(np.float64))
    scale = PairScale.learn(still, pair)
    assert np.abs(effect_of(scale.brought(still.vectors, pair))).max() < 0.06


def test_a_term_tells_what_the_pair_has_not_seen() -> None:
    """The pair says the same of everybody; how much a customer likes offers is a term of its own."""
    experiment, effect = drawn(40_000)
    flat = np.full(40_000, -0.6), np.full(40_000, -0.4)
    blind = effect_of(PairScale.learn(experiment, flat).brought(experiment.vectors, flat))
    scale = PairScale.learn(experiment, flat, ("liking",))
    seen = effect_of(scale.brought(experiment.vectors, flat))
    assert np.ptp(blind) < 1e-9
    assert np.corrcoef(seen, effect)[0, 1] > 0.95
    assert scale.effect_terms[0] > 0.2


def test_who_a_term_is_not_known_of_stands_at_its_mean() -> None:
    experiment, _ = drawn(4_000)
    values = experiment.vectors.values.copy()
    values[::2, 0] = np.nan
    some = replace(experiment.dataset, vectors=replace(experiment.vectors, values=values))
    flat = np.full(4_000, -0.6), np.full(4_000, -0.4)
    scale = PairScale.learn(Experiment(some, experiment.chances), flat, ("liking",))
    without, shown = scale.brought(some.vectors, flat)
    assert np.ptp(shown[::2]) < 1e-9 < np.ptp(shown[1::2])
    assert np.isfinite(without).all()


def test_contributions_sum_to_the_log_odds_with_the_offer() -> None:
    experiment, effect = drawn(4_000)
    pair = told(effect, experiment.vectors.column("rank").astype(np.float64))
    scale = PairScale.learn(experiment, pair, ("liking", "noise"))
    parts = tuple(LogOddsParts(one - 1.0, np.full((4_000, 3), 1.0 / 3)) for one in pair)
    found = scale.contributions(experiment.vectors, (parts[0], parts[1]))
    assert found.total == pytest.approx(scale.brought(experiment.vectors, pair)[1])


def test_a_scale_is_read_back_as_it_was_written() -> None:
    experiment, effect = drawn(4_000)
    pair = told(effect, experiment.vectors.column("rank").astype(np.float64))
    scale = PairScale.learn(experiment, pair, ("liking",))
    again = PairScale.from_dict(json.loads(scale.to_bytes()))
    assert again.tenths == scale.tenths
    for one, two in zip(
        again.brought(experiment.vectors, pair),
        scale.brought(experiment.vectors, pair),
        strict=True,
    ):
        assert np.array_equal(one, two)


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


def test_whoever_does_not_pay_the_contact_is_not_called_persuadable() -> None:
    """At break-even and a hair above: an effect that is sure is not enough, it has to be sure to pay."""
    low = np.array([0.05, 0.0501, 0.05, 0.0])
    found = kinds(
        low, low + 0.1, np.array([0.1, 0.1, 0.5, 0.1]), 0.3, np.array([0.05, 0.05, 0.05, -1.0])
    )
    assert found.tolist() == [LOST_CAUSE, PERSUADABLE, SURE_THING, LOST_CAUSE]
