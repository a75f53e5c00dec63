"""The seasons of the simulated company: where they lie, that the truth knows them, and that without them nothing changes."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from scipy.special import gammaincc

from experiments.world import World, WorldSpec, simulate
from experiments.world.belief import Seen, belief, no_order
from experiments.world.lives import Lives, live
from experiments.world.people import People, drawn_people
from experiments.world.seasons import ORDINARY, Clock, easter_sunday, season
from experiments.world.spec import NEVER
from features.vocabulary.time import DAY_SECONDS, Horizon
from tests.experiments.world.test_world import assert_calibrated, one_customer, silent_since_day_0

SEASONAL = WorldSpec(
    customers=8_000, seed=5, lines_per_customer=20, days=1_096, season_strength=1.0
)
DAY_OF = (date(2026, 10, 1) - date(2024, 1, 1)).days
"""Before the third December: three months ahead hold its peak."""


@pytest.fixture(scope="module")
def seasonal(tmp_path_factory: pytest.TempPathFactory) -> World:
    return simulate(SEASONAL, tmp_path_factory.mktemp("seasonal") / "world")


# --- the calendar -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sunday", ["1961-04-02", "2000-04-23", "2008-03-23", "2019-04-21", "2025-04-20", "2038-04-25"]
)
def test_easter_is_when_it_was_kept(sunday: str) -> None:
    kept = date.fromisoformat(sunday)
    assert easter_sunday(kept.year) == kept


def test_a_year_has_a_december_a_hole_in_summer_and_an_easter_that_moves() -> None:
    assert season(date(2025, 12, 10)) > 2 * season(date(2025, 10, 10))
    assert season(date(2025, 8, 1)) < 0.5 * season(date(2025, 10, 10))
    april = date(2024, 4, 15), date(2025, 4, 15)
    assert season(april[0]) == 1.0 < season(april[1])


def test_the_clock_passes_the_sum_of_the_days_between() -> None:
    clock = Clock.of(SEASONAL, 800)
    days = [season(date(2024, 1, 1) + timedelta(days=one)) for one in range(300, 400)]
    assert clock.between(300, 400) == pytest.approx(sum(days))
    assert ORDINARY.between(300, 400) == 100


# --- without seasons nothing changes ------------------------------------------------------------


def test_a_clock_that_runs_evenly_gives_the_lives_of_a_company_without_seasons() -> None:
    people = drawn_people(np.arange(500), WorldSpec(), np.random.default_rng(1))
    even = Clock(np.arange(401.0))
    lives = [live(people, 400, np.random.default_rng(2), clock) for clock in (ORDINARY, even)]
    for name in Lives.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(lives[0], name), getattr(lives[1], name))


def test_a_spec_without_seasons_is_called_what_it_was_called_before_there_were_any() -> None:
    digest = "f678078ccefef7d3d757afb424cecddf8ba2c16e7fecc0d03ba9423365b12e88"
    assert WorldSpec().digest == digest
    assert "season_strength" not in WorldSpec().as_dict()
    assert WorldSpec(season_strength=1.0).digest != digest


# --- the truth knows them -----------------------------------------------------------------------


def test_orders_come_when_the_season_says(seasonal: World) -> None:
    seconds = pq.read_table(seasonal.folder / "truth/orders.parquet")["seconds"].to_numpy()
    by_day = np.bincount(seconds // DAY_SECONDS, minlength=SEASONAL.days)
    first = date(2024, 1, 1)
    for year in (2024, 2025, 2026):
        december, november, august = (
            by_day[(date(year, *day) - first).days :][:14].mean()
            for day in ((12, 8), (11, 1), (8, 5))
        )
        assert december > 1.7 * november and august < 0.7 * november, year


def test_as_many_stay_silent_as_the_true_chance_says_before_a_strong_december(
    seasonal: World,
) -> None:
    truth = seasonal.truth(SEASONAL.first.plus_days(DAY_OF), Horizon(days=90))
    assert truth.was_silent is not None
    assert_calibrated(truth.no_order, truth.was_silent)
    assert_calibrated(truth.still_here, ~truth.has_left)


def test_as_many_stay_silent_as_the_true_chance_says_in_the_hole_of_summer(
    seasonal: World,
) -> None:
    truth = seasonal.truth(SEASONAL.first.plus_days(DAY_OF - 92), Horizon(days=60, gap_days=5))
    assert truth.was_silent is not None
    assert_calibrated(truth.no_order, truth.was_silent)


def test_the_seasons_change_what_is_true(seasonal: World, tmp_path: Path) -> None:
    cutoffs = [SEASONAL.first.plus_days(DAY_OF - back) for back in (0, 92)]
    winter, summer = (seasonal.truth(one, Horizon(days=80)) for one in cutoffs)
    assert winter.no_order[winter.judged()].mean() < summer.no_order[summer.judged()].mean() - 0.1


@settings(max_examples=40)
@given(
    silent_days=some.integers(0, 200),
    days=some.integers(1, 120),
    shape=some.integers(1, 6),
    mean=some.floats(5, 100),
)
def test_where_nobody_leaves_the_truth_is_the_incomplete_gamma_function_of_the_clock(
    silent_days: int, days: int, shape: int, mean: float
) -> None:
    people = one_customer(gap_shape=shape, gap_mean_days=mean, leave_rate=0.0)
    seen = _seen(people, silent_days + days + 2)
    cutoff = silent_days + 1
    passed = [float(seen.clock.between(1, one)) for one in (cutoff, cutoff + days)]
    before, after = (gammaincc(shape, one * shape / mean) for one in passed)
    assert no_order(seen, np.ones(1), cutoff, 0, days)[0] == pytest.approx(after / before, rel=1e-6)


@pytest.mark.parametrize(("shape", "gap_days"), [(1, 0), (3, 0), (2, 7), (4, 20)])
def test_the_truth_of_one_customer_is_what_many_lives_like_theirs_come_to(
    shape: int, gap_days: int
) -> None:
    lives, cutoff, days = 40_000, 330, 60
    one = one_customer(
        gap_shape=shape,
        gap_mean_days=150.0,
        leave_rate=0.002,
        acquired_day=270,
        complaint_chance=0.1,
    )
    clock = Clock.of(SEASONAL, 500)
    many = live(one.taken(np.zeros(lives, np.int64)), 500, np.random.default_rng(shape), clock)
    second = np.full(lives, NEVER)
    np.minimum.at(second, many.person[many.day > 270], many.day[many.day > 270])
    # All alike: silent since the first order, and no complaint about it before the cutoff.
    first = many.day == 270
    calm = np.zeros(lives, np.bool_)
    calm[many.person[first]] = many.open_from[first] >= cutoff
    alike = calm & (second >= cutoff)
    window = cutoff + gap_days
    within = (many.day >= window) & (many.day < window + days)
    silent = ~np.isin(np.arange(lives), many.person[within])[alike]
    seen = _seen(one, 500, last_day=270)
    here = belief(seen, cutoff)
    truth = 1.0 - here[0] * (1.0 - no_order(seen, np.ones(1), cutoff, gap_days, days)[0])
    assert silent.mean() == pytest.approx(truth, abs=4 * np.sqrt(truth * (1 - truth) / len(silent)))
    gone = many.left_day[alike] < cutoff
    assert gone.mean() == pytest.approx(1 - here[0], abs=4 * np.sqrt(0.25 / len(gone)))


def _seen(people: People, until: int, last_day: int = 0) -> Seen:
    """A customer with one order and nothing since, at a company with seasons."""
    plain = silent_since_day_0(people, until)
    return Seen(
        people=people,
        last_day=np.array([last_day]),
        open_from=plain.open_from,
        open_until=plain.open_until,
        touches={},
        chances=plain.chances,
        accepted_days=plain.accepted_days,
        contacts=plain.contacts,
        clock=Clock.of(SEASONAL, until),
    )
