"""What moved last year at the same time is no news, and what did not is."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from features.vocabulary.time import DAY_SECONDS
from training.measures.monitoring.feeds import WEEKS_BEFORE, Series, count_break
from training.measures.monitoring.seasons import LAGS, is_known, moved_as_then
from training.measures.monitoring.stability import shifts

ALLOWED = 1e-5


def test_the_customers_before_move_as_those_of_last_year_did() -> None:
    before, now_then, before_then = np.array([800, 200]), np.array([500, 500]), np.array([750, 250])
    # By the odds: 4 to 1 before, and last year they fell to a third of 3 to 1.
    moved = moved_as_then(before * 1_000, now_then * 1_000, before_then * 1_000)
    assert moved.sum() == pytest.approx(1_000_000)
    assert moved[0] / moved[1] == pytest.approx(4 / 3, rel=1e-4)


def test_who_did_not_move_then_is_not_moved_now() -> None:
    then = np.array([30, 50, 20])
    assert moved_as_then(np.array([300, 500, 200]), then, then) == pytest.approx(
        [300, 500, 200], rel=0.01
    )


@pytest.mark.parametrize(("weeks", "known"), [(60, False), (61, True)])
def test_a_season_is_known_once_the_weeks_before_this_one_are_there_of_last_year(
    weeks: int, known: bool
) -> None:
    assert is_known(0, weeks * 7 * DAY_SECONDS, weeks_before=8) is known


def a_year(generator: np.random.Generator, december: float) -> list[NDArray[np.floating]]:
    """Nine weeks of 1,000 customers, in the last of which everything is so many times as much."""
    weeks: list[NDArray[np.floating]] = [generator.gamma(2.0, 1.0, (1_000, 1)) for _ in range(9)]
    weeks[-1] *= december
    return weeks


def test_a_december_that_last_year_had_too_is_no_alarm_and_another_is() -> None:
    generator = np.random.default_rng(3)
    this_year, last_year = a_year(generator, 1.8), a_year(generator, 1.8)
    [without] = shifts(["spend"], this_year, compared=400)
    [explained] = shifts(["spend"], this_year, compared=400, years_before=[last_year])
    quiet = a_year(generator, 1.0)
    [news] = shifts(["spend"], this_year, compared=400, years_before=[quiet])
    assert (without.is_alarm, explained.is_alarm, news.is_alarm) == (True, False, True)
    assert explained.unseasonal < 0.1 < news.unseasonal
    # A feast that moves: one of the weeks around explains it.
    [moved] = shifts(["spend"], this_year, compared=400, years_before=[quiet, last_year])
    assert not moved.is_alarm


def test_a_move_against_the_season_is_found_in_the_midst_of_it() -> None:
    generator = np.random.default_rng(4)
    falling, last_year = a_year(generator, 0.5), a_year(generator, 1.8)
    [found] = shifts(["spend"], falling, compared=400, years_before=[last_year])
    assert found.is_alarm


def weekly(*, now: int, then: int, lag: int = 52) -> Series:
    """Around a hundred rows a week for two years, but for this week and one of last year."""
    rows = 100 + np.arange(104) % 5
    rows[-1], rows[-1 - lag] = now, then
    return Series("purchases", "", "", rows)


@pytest.mark.parametrize("lag", [52, 49, 55])
def test_a_feed_that_rises_as_it_did_last_year_is_not_broken(lag: int) -> None:
    assert count_break(weekly(now=240, then=250, lag=lag), ALLOWED) is None


def test_a_feed_that_rises_when_it_did_not_last_year_is() -> None:
    found = count_break(weekly(now=240, then=101), ALLOWED)
    assert found is not None and found.kind == "rose"
    late = count_break(weekly(now=240, then=250, lag=max(LAGS) + 1), ALLOWED)
    assert late is not None


def test_a_feed_that_stops_in_its_best_week_is_broken_and_one_that_rests_every_year_is_not() -> (
    None
):
    found = count_break(weekly(now=0, then=250), ALLOWED)
    assert found is not None and found.kind == "stopped"
    assert count_break(weekly(now=0, then=0), ALLOWED) is None


def two_years_with_a_december() -> NDArray[np.int64]:
    """Around a hundred rows a week, five times as many in the six weeks before the last four of each year."""
    week = np.arange(104)
    december = (week % 52 >= 42) & (week % 52 < 48)
    return (100 + week * 7 % 11) * np.where(december, 5, 1)


def test_a_feed_that_stops_after_an_uneven_autumn_is_named_by_whoever_knows_the_year() -> None:
    rows = two_years_with_a_december()
    assert count_break(Series("purchases", "", "", rows), ALLOWED) is None
    rows[-1] = 0
    found = count_break(Series("purchases", "", "", rows), ALLOWED)
    assert found is not None and found.kind == "stopped"
    assert count_break(Series("purchases", "", "", rows[-60:]), ALLOWED) is None
    # A word follows the course of its table.
    word = Series("purchases", "channel", "web", rows // 2, two_years_with_a_december())
    assert count_break(word, ALLOWED) is not None


def test_a_small_word_that_doubles_by_one_large_order_is_no_break() -> None:
    small = np.full(13, 20)
    small[-1] = 200
    assert count_break(Series("purchases", "brand", "Oak", small), ALLOWED) is None
    found = count_break(Series("purchases", "brand", "Oak", 2 * small), ALLOWED)
    assert found is not None and found.kind == "rose"


def test_a_word_that_rises_with_its_table_is_no_break_and_one_that_rises_alone_is() -> None:
    # The first week of December of the second year, and the fifty weeks before it.
    table = two_years_with_a_december()[:95]
    assert table[-1] >= 2 * table[-13:-1].mean()
    steady_then = np.where(table > 300, 100, table) // 2
    word = np.append(steady_then[:-1], table[-1] // 2)
    assert count_break(Series("purchases", "channel", "web", word, table), ALLOWED) is None
    word[-1] *= 8
    found = count_break(Series("purchases", "channel", "web", word, table), ALLOWED)
    assert found is not None and found.kind == "rose"


def test_of_less_than_a_year_of_weeks_no_season_explains_anything() -> None:
    short = Series("purchases", "", "", weekly(now=240, then=250).rows[-52 - WEEKS_BEFORE :])
    assert count_break(short, ALLOWED) is not None
