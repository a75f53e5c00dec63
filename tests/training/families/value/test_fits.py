"""What is learned from which part of the past: the newest outcomes teach, and the reserved test chooses nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from features.vocabulary.arrays import Floats
from features.vocabulary.time import Cutoff
from training.families.value.dataset import ValueDataset
from training.families.value.fits import Fits, KnownOutcomes
from training.families.value.ladder import ValueLadder, climb_value, newest_gain
from training.families.value.learning import LearnedValue
from training.families.value.measures import normalised_gini
from training.families.value.models import LEARNED, PARAMETRIC, RATE, RUNGS, TWEEDIE, ValueModel
from training.families.value.rungs import fit_rungs
from training.ladder.seasons.choice import SEASON, LevelChoice
from training.ladder.seasons.levels import SeasonLevels


def fits_of(learned: LearnedValue, amounts: Floats | None = None, *, threads: int = 1) -> Fits:
    """The same past, not yet fitted; with other amounts where they are given."""
    known = learned.ground.fits
    told = known.dataset.amounts if amounts is None else amounts
    dataset = ValueDataset(known.dataset.vectors, told)
    names, days = known.feature_names, known.horizon_days
    return Fits(dataset, known.today, names, days, threads, known.seasons)


def files_of(models: Mapping[str, ValueModel]) -> dict[str, dict[str, bytes]]:
    return {name: one.to_files() for name, one in models.items()}


@pytest.fixture(scope="module")
def reserved(learned_value: LearnedValue) -> Cutoff:
    """The latest test of a history with several."""
    splits = learned_value.splits
    assert len(splits.tests) >= 2 and splits.reserved is splits.tests[0]
    assert splits.tests[0].test is not None
    return splits.tests[0].test


@pytest.fixture(scope="module")
def shuffled(learned_value: LearnedValue, reserved: Cutoff) -> ValueLadder:
    """The ladder of the same past, whose outcomes at the reserved test are dealt out anew and a thousand times as large."""
    dataset = learned_value.ground.fits.dataset
    rows = np.flatnonzero(dataset.vectors.cutoff_seconds == reserved.seconds)
    amounts = dataset.amounts.copy()
    amounts[rows] = 1_000.0 * np.random.default_rng(5).permutation(amounts[rows])
    return climb_value(fits_of(learned_value, amounts), learned_value.splits)


def test_what_came_of_the_reserved_test_changes_nothing_but_its_own_figures(
    learned_value: LearnedValue, shuffled: ValueLadder, reserved: Cutoff
) -> None:
    ladder = learned_value.ladder
    assert shuffled.winner == ladder.winner
    for before, after in zip(ladder.rows, shuffled.rows, strict=True):
        assert after.figures["gini_chosen_by"] == before.figures["gini_chosen_by"], before.name
        for cutoff, figures in before.by_cutoff.items():
            same = after.by_cutoff[cutoff]["mae_cents"] == figures["mae_cents"]
            assert same is (cutoff != str(reserved)), (before.name, cutoff)
    for was, now in zip(ladder.tested, shuffled.tested, strict=True):
        assert np.array_equal(was.expected, now.expected), (was.rung, was.cutoff)


def test_the_rung_is_chosen_by_the_tests_before_the_reserved_one(
    learned_value: LearnedValue, reserved: Cutoff
) -> None:
    for row in learned_value.ladder.rows:
        ginis = [
            figures["gini"] or 0.0
            for test, figures in row.by_cutoff.items()
            if test != str(reserved)
        ]
        assert row.figures["gini_chosen_by"] == pytest.approx(np.mean(ginis), abs=1e-7)


def test_where_there_is_one_test_alone_the_rung_is_chosen_on_it(
    learned_value: LearnedValue,
) -> None:
    splits = replace(learned_value.splits, tests=learned_value.splits.tests[:1])
    assert splits.reserved is None and splits.choosing == splits.tests
    told = splits.as_dict()
    assert (told["reserved"], told["choosing"]) == ("", [splits.tests[0].name])


def test_every_outcome_is_over_at_the_moment_a_rung_is_fitted(learned_value: LearnedValue) -> None:
    splits = learned_value.splits
    today = Cutoff(int(learned_value.ground.fits.today.cutoff_seconds[0]))
    for split in (*splits.tests, splits.shipped):
        moment = today if split.test is None else split.test
        for known in (KnownOutcomes.before(split), KnownOutcomes.whole(split, moment)):
            ends = [splits.horizon.end(cutoff) for cutoff in known.cutoffs]
            assert max(ends) <= known.moment, (split, known)


def test_the_model_that_ships_has_learned_from_the_newest_outcomes(
    learned_value: LearnedValue,
) -> None:
    splits, fits = learned_value.splits, learned_value.ground.fits
    newest = KnownOutcomes.whole(splits.shipped, Cutoff(int(fits.today.cutoff_seconds[0])))
    assert newest.cutoffs == splits.cutoffs
    (model,) = fits.models(newest, [learned_value.ladder.winner]).values()
    assert learned_value.value.model is model


def test_a_ladder_of_n_tests_is_fitted_on_n_plus_one_times_and_one_ships(
    learned_value: LearnedValue,
) -> None:
    assert learned_value.ground.fits.times_fitted == len(learned_value.splits.tests) + 2


def test_what_was_fitted_before_is_what_would_be_fitted_now(learned_value: LearnedValue) -> None:
    fits, split = learned_value.ground.fits, learned_value.splits.tests[0]
    assert split.test is not None
    known = KnownOutcomes.whole(split, split.test)
    kept = fits.models(known)
    assert fits.models(known)[TWEEDIE] is kept[TWEEDIE]
    fresh = fit_rungs(
        fits.outcomes(*known.cutoffs),
        fits.feature_names,
        fits.horizon_days,
        tuning=fits.tuning,
        now=fits.customers(split.test),
    )
    assert files_of(fresh) == files_of(kept)
    alone = fits_of(learned_value)
    alone.tuning = fits.tuning
    assert files_of(alone.models(known, [TWEEDIE])) == {TWEEDIE: kept[TWEEDIE].to_files()}


def test_the_newer_model_says_who_and_its_predecessor_how_much(learned_value: LearnedValue) -> None:
    """Of the customers of the test as much is expected in all, by level alone, as the predecessor expects."""
    fits, split = learned_value.ground.fits, learned_value.splits.tests[0]
    assert split.test is not None
    found = fits.refitted(split, split.test)
    assert set(found) == set(RUNGS)
    before = fits.answers(KnownOutcomes.before(split), split.test)
    whole = fits.answers(KnownOutcomes.whole(split, split.test), split.test)
    for name, one in found.items():
        expected = one.predecessor.level.apply(before[name][0])
        anew = one.value.level.apply(whole[name][0])
        assert anew.sum() == pytest.approx(expected.sum(), rel=1e-9), name
        if name in LEARNED:
            assert not np.array_equal(before[name][0], whole[name][0]), name
        assert np.array_equal(one.value.intervals.low, one.predecessor.intervals.low)


def test_a_rule_is_not_touched_by_newer_outcomes_and_the_rhythm_is_that_of_the_moment(
    learned_value: LearnedValue,
) -> None:
    fits, split = learned_value.ground.fits, learned_value.splits.tests[0]
    assert split.test is not None
    found = fits.refitted(split, split.test)
    assert found[RATE].value.level is found[RATE].predecessor.level
    now = fit_rungs(
        fits.outcomes(*split.fit), (), 60, wanted=[PARAMETRIC], now=fits.customers(split.test)
    )
    assert now[PARAMETRIC].to_files() == found[PARAMETRIC].value.model.to_files()
    assert now[PARAMETRIC].to_files() != found[PARAMETRIC].predecessor.model.to_files()


def test_the_gain_of_the_newest_outcomes_is_paired_with_the_predecessor(
    learned_value: LearnedValue,
) -> None:
    ladder = learned_value.ladder
    of_rule = newest_gain(ladder.of(RATE))
    assert set(of_rule.values()) == {0.0}
    tested = ladder.of(TWEEDIE)
    gains = [one.figures["gini"] - normalised_gini(one.brought, one.before) for one in tested]
    found = newest_gain(tested)
    assert found["newest_gain"] == pytest.approx(np.mean(gains))
    assert found["newest_gain_low"] <= found["newest_gain"] <= found["newest_gain_high"]


def test_two_threads_climb_the_same_ladder(learned_value: LearnedValue) -> None:
    again = climb_value(fits_of(learned_value, threads=2), learned_value.splits)
    assert [row.as_dict() for row in again.rows] == [
        row.as_dict() for row in learned_value.ladder.rows
    ]


def test_the_level_of_a_test_is_moved_to_the_season_ahead_and_no_other(
    learned_value: LearnedValue,
) -> None:
    latest, earlier = learned_value.splits.tests[:2]
    assert latest.test is not None and earlier.test is not None
    choice = LevelChoice(SEASON, float(np.log(1.25)), {}, 3, seen_twice=True)
    plain, told = fits_of(learned_value), fits_of(learned_value)
    told.seasons = SeasonLevels({latest.name: choice})
    for split, factor in ((earlier, 1.0), (latest, 1.25)):
        assert split.test is not None
        found = [one.refitted(split, split.test, (RATE,))[RATE].value for one in (plain, told)]
        np.testing.assert_allclose(found[1].level.brought, factor * found[0].level.brought)
