"""Which past level is taken: what is known then, what past cutoffs say, and how often that is right."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from training.ladder.seasons.choice import (
    ALL,
    BOTH,
    NEWEST,
    NO_SEASON_TWICE,
    SEASON,
    PastLevel,
    choose_level,
    log_odds_off,
    log_off,
)

STEP = 90
YEAR = 4
"""So many steps are a year, but for five days."""
SEASONS = np.array([0.6, 0.0, -0.5, 0.1])
REPEATS = 200


def series(
    random: np.random.Generator, count: int, *, season: float, drift: float, noise: float
) -> list[PastLevel]:
    """Levels of a made-up company, a step apart: seasons, a walk that never returns, and chance."""
    of_season = season * np.tile(SEASONS, count // YEAR + 1)[:count]
    walk = drift * np.cumsum(random.standard_normal(count))
    off = of_season + walk + noise * random.standard_normal(count)
    return [PastLevel(STEP * float(at), float(one), noise) for at, one in enumerate(off)]


def error_of_choice(levels: Sequence[PastLevel], rule: str | None = None) -> float:
    """How far the chosen level, or that of a rule, is from the last one, which was not seen."""
    *past, last = levels
    found = choose_level(past, last.day, STEP)
    told = {
        None: past[-1].off + found.over_newest,
        NEWEST: past[-1].off,
        ALL: float(np.mean([one.off for one in past])),
        SEASON: past[-YEAR].off,
    }
    return told[rule] - last.off


def root_mean_square(errors: Sequence[float]) -> float:
    return math.sqrt(sum(one * one for one in errors) / len(errors))


def many(seed: int, count: int = 12, **of: float) -> list[list[PastLevel]]:
    random = np.random.default_rng(seed)
    return [series(random, count, **of) for _ in range(REPEATS)]


# --- what past cutoffs say ----------------------------------------------------------------------


def test_strong_seasons_are_found_in_three_years_and_foretold() -> None:
    companies = many(1, season=1.0, drift=0.02, noise=0.05)
    chosen = [choose_level(one[:-1], one[-1].day, STEP) for one in companies]
    assert np.mean([one.rule in (SEASON, BOTH) for one in chosen]) > 0.9
    assert {one.rule for one in chosen} >= {SEASON}
    taken, newest = (
        root_mean_square([error_of_choice(one, rule) for one in companies])
        for rule in (None, NEWEST)
    )
    assert taken < 0.4 * newest


def test_where_the_level_wanders_and_there_are_no_seasons_the_newest_mostly_stays() -> None:
    companies = many(2, season=0.0, drift=0.3, noise=0.02)
    taken, newest = (
        root_mean_square([error_of_choice(one, rule) for one in companies])
        for rule in (None, NEWEST)
    )
    chosen = [choose_level(one[:-1], one[-1].day, STEP).rule for one in companies]
    assert np.mean([one == NEWEST for one in chosen]) > 0.7
    assert taken < 1.25 * newest


def test_by_chance_alone_little_is_lost() -> None:
    companies = many(3, season=0.0, drift=0.0, noise=0.05)
    taken, best = (
        root_mean_square([error_of_choice(one, rule) for one in companies]) for rule in (None, ALL)
    )
    # The newest level errs by twice the variance of chance, the mean of all by little more than it.
    assert best < taken < 1.4 * best


def test_the_mean_of_all_is_taken_where_both_the_newest_and_a_year_ago_mislead() -> None:
    uneven = [PastLevel(STEP * at, off) for at, off in enumerate(_uneven(12))]
    assert choose_level(uneven, STEP * 12.0, STEP).rule == ALL


def _uneven(count: int) -> list[float]:
    """Ups and downs that are neither those before nor those of a year ago."""
    return [0.4 if at in (0, 2, 5, 7, 8, 10) else -0.4 for at in range(count)]


def test_between_both_is_drawn_to_the_mean_of_all_by_what_chance_explains() -> None:
    offs = [0.0, 0.3, 0.6, 0.3, 0.0, 0.3]
    for error, kept in ((0.0, 1.0), (1.0, 0.0)):
        levels = [PastLevel(STEP * at, off, error) for at, off in enumerate(offs)]
        found = choose_level(levels, STEP * 6.0, STEP)
        # Newest .3, a year ago .6, all .25: too few cutoffs speak, so it lies between. A year ago is 5 days off.
        assert found.rule == BOTH and found.seen_twice
        year_ago = 0.6 - 5 / 90 * 0.3
        between = (0.3 + year_ago) / 2
        assert found.over_newest == pytest.approx(0.25 + kept * (between - 0.25) - 0.3)


def test_a_constant_in_all_levels_changes_no_choice() -> None:
    levels = series(np.random.default_rng(8), 12, season=0.5, drift=0.1, noise=0.1)
    moved = [replace(one, off=one.off + 1.0) for one in levels]
    found, again = (choose_level(one, STEP * 12.0, STEP) for one in (levels, moved))
    assert found.rule == again.rule
    assert found.over_newest == pytest.approx(again.over_newest)


# --- what is known then -------------------------------------------------------------------------


@given(off=some.floats(-3, 3), at=some.integers(8, 11))
def test_a_level_whose_outcome_is_not_known_yet_changes_nothing(off: float, at: int) -> None:
    levels = series(np.random.default_rng(4), 12, season=1.0, drift=0.1, noise=0.1)
    day = STEP * 8.5
    later = [replace(one, off=off) if number >= at else one for number, one in enumerate(levels)]
    assert choose_level(later, day, STEP) == choose_level(levels, day, STEP)


def test_the_order_of_the_levels_says_nothing() -> None:
    levels = series(np.random.default_rng(5), 12, season=1.0, drift=0.1, noise=0.1)
    assert choose_level(levels[::-1], STEP * 12.0, STEP) == choose_level(levels, STEP * 12.0, STEP)


def test_with_one_year_the_newest_level_holds_and_the_card_says_that_no_season_came_twice() -> None:
    found = choose_level([PastLevel(STEP * at, SEASONS[at]) for at in range(3)], STEP * 3.0, STEP)
    assert (found.rule, found.over_newest) == (NEWEST, 0.0)
    assert not found.seen_twice and found.trials == 0
    assert found.said == NO_SEASON_TWICE


def test_with_two_years_the_season_is_seen_but_too_few_cutoffs_speak_for_it() -> None:
    levels = [PastLevel(STEP * at, SEASONS[at % YEAR]) for at in range(6)]
    found = choose_level(levels, STEP * 6.0, STEP)
    assert found.seen_twice and found.trials == 2 and found.rule == BOTH
    assert "too few" in found.said


def test_without_any_past_level_nothing_is_added() -> None:
    found = choose_level([], 100.0, STEP)
    assert (found.rule, found.over_newest, found.seen_twice) == (NEWEST, 0.0, False)


def test_a_cutoff_at_which_nothing_came_says_nothing() -> None:
    levels = series(np.random.default_rng(6), 12, season=1.0, drift=0.0, noise=0.1)
    broken = [*levels[:3], replace(levels[3], off=math.nan), *levels[4:]]
    assert math.isfinite(choose_level(broken, STEP * 12.0, STEP).over_newest)


def test_the_season_of_a_day_between_two_cutoffs_lies_on_the_line_between_them() -> None:
    # Steps of 97 days: a year before day 1067 lies 74 days after one cutoff and 23 before the next.
    levels = [PastLevel(97.0 * at, float(at)) for at in range(11)]
    errors = choose_level(levels, 97.0 * 11, 97).tried
    assert errors[NEWEST] == pytest.approx(1.0)
    assert errors[SEASON] == pytest.approx(365 / 97)


# --- how far a level is off ---------------------------------------------------------------------


@given(shift=some.floats(-2, 2))
def test_adding_what_is_told_makes_as_many_expected_as_came(shift: float) -> None:
    random = np.random.default_rng(7)
    log_odds = random.normal(-1.0, 1.5, 20_000)
    chance = 1.0 / (1.0 + np.exp(-(log_odds + shift)))
    off, error = log_odds_off(log_odds, (random.random(20_000) < chance).astype(float))
    assert off == pytest.approx(shift, abs=5 * error)


def test_where_everybody_came_the_level_has_an_end() -> None:
    off, error = log_odds_off(np.zeros(50), np.ones(50))
    assert 3 < off < 6 and error > 1


def test_amounts_are_off_by_the_logarithm_of_their_sums() -> None:
    assert log_off(np.array([2.0, 2.0]), np.array([0.0, 8.0]))[0] == pytest.approx(math.log(2))
    assert math.isnan(log_off(np.array([1.0]), np.array([0.0]))[0])
