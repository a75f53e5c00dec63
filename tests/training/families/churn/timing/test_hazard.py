"""When the next order comes: periods by hand, and a company whose rhythm is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.vectors.vectors import Vectors
from features.vocabulary.time import Cutoff
from tests.training.companies import dataset
from training.families.churn.timing import hazard as hazards
from training.families.churn.timing.hazard import (
    PERIOD,
    Hazard,
    Periods,
    days_until,
    fit_hazard,
    person_periods,
    silent_at,
)
from training.families.churn.timing.waits import Waits
from training.families.churn.timing.when import measure_when

TEN = Periods(10, 9)


def customers(rows: int, seed: int = 1) -> tuple[Vectors, Waits]:
    """Vectors with a mean gap each, and waits that are exponential with that mean, watched 90 days."""
    made = dataset(rows, seed=seed).vectors
    vectors = replace(made, values=made.values.copy())
    generator = np.random.default_rng(seed + 100)
    gap = generator.uniform(10, 150, rows)
    vectors.values[:, vectors.feature_names.index("gap_mean_days")] = gap
    days = generator.exponential(gap)
    return vectors, Waits(np.minimum(days, 90.0), days < 90)


@pytest.fixture(scope="module")
def fitted() -> Hazard:
    return fit_hazard(*customers(3000), *customers(2000, seed=2), horizon_days=90)


def test_each_period_of_waiting_is_a_row_and_the_last_one_tells_the_order() -> None:
    vectors = dataset(4).vectors
    waited = Waits(np.array([25.0, 10.0, 9.0, 20.0]), np.array([True, True, False, False]))
    rows = person_periods(vectors, waited, TEN)
    assert rows.vectors.column(PERIOD).tolist() == [0, 1, 2, 0, 1, 0, 1]
    assert rows.outcomes.tolist() == [0, 0, 1, 0, 1, 0, 0]
    assert rows.vectors.customer_keys.tolist() == [0, 0, 0, 0, 0, 1, 1]


def test_a_period_watched_in_part_is_left_out_even_where_an_order_came() -> None:
    vectors = dataset(4).vectors
    days, ordered = np.array([12.0, 25.0, 9.0, 25.0]), np.array([True, False, True, True])
    rows = person_periods(vectors, Waits(days, ordered, np.array([25.0, 25.0, 5.0, 30.0])), TEN)
    assert rows.vectors.column(PERIOD).tolist() == [0, 1, 0, 1, 0, 1, 2]
    assert rows.outcomes.tolist() == [0, 1, 0, 0, 0, 0, 1]


def test_a_horizon_that_no_period_divides_is_told_as_well_as_any_other() -> None:
    def watched(seed: int) -> tuple[Vectors, Waits]:
        vectors, waited = customers(3000, seed=seed)
        cut = (
            np.minimum(waited.days, 45.0),
            waited.ordered & (waited.days < 45),
            np.full(3000, 45.0),
        )
        return vectors, Waits(*cut)

    hazard = fit_hazard(*watched(1), *watched(2), horizon_days=45)
    found = measure_when(hazard, *watched(9), Cutoff(9_000_000), 45)
    assert [row.days for row in found.rows] == [30, 45]
    for row in found.rows:
        assert row.expected == pytest.approx(row.observed, abs=0.04)
    assert found.held == pytest.approx(found.held_expected, abs=0.03)
    assert found.by_median == pytest.approx(0.5, abs=0.05)


def test_nothing_is_asked_beyond_the_last_period() -> None:
    vectors = dataset(2).vectors
    waited = Waits(np.array([95.0, 200.0]), np.array([True, False]))
    rows = person_periods(vectors, waited, TEN)
    assert len(rows.outcomes) == 18 and rows.outcomes.sum() == 0


def test_too_many_rows_keep_all_periods_of_a_part_of_the_customers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    vectors, waited = customers(2000)
    whole = person_periods(vectors, waited, TEN)
    monkeypatch.setattr(hazards, "MOST_ROWS", whole.rows // 4)
    part = person_periods(vectors, waited, TEN)
    assert part.rows == pytest.approx(whole.rows / 4, rel=0.15)
    kept = np.unique(part.vectors.customer_keys)
    assert part.rows == np.isin(whole.vectors.customer_keys, kept).sum()
    shuffled = np.random.default_rng(1).permutation(vectors.rows)
    again = person_periods(vectors.select(shuffled), waited.select(shuffled), TEN)
    assert set(again.vectors.customer_keys) == set(kept)


def test_silence_only_falls_and_each_period_takes_its_share(fitted: Hazard) -> None:
    vectors, _ = customers(200, seed=5)
    silence = fitted.silence(vectors)
    assert (silence[:, 0] == 1).all() and (np.diff(silence, axis=1) <= 0).all()
    by_day = silent_at(silence, fitted.periods, [10, 45, 90])
    np.testing.assert_allclose(by_day[:, 0], silence[:, 1])
    np.testing.assert_allclose(by_day[:, 2], silence[:, 9])
    np.testing.assert_allclose(by_day[:, 1], np.sqrt(silence[:, 4] * silence[:, 5]))


@given(
    st.lists(st.floats(0.01, 0.9), min_size=9, max_size=9),
    st.floats(0.01, 0.99),
)
def test_the_day_of_a_share_is_the_day_silence_has_fallen_by_it(
    rates: list[float], share: float
) -> None:
    silence = np.r_[1.0, np.cumprod(1.0 - np.array(rates))][None, :]
    day = days_until(silence, TEN, [share])[0, 0]
    if np.isnan(day):
        assert silence[0, -1] > 1 - share
    else:
        at = day / 10
        low, part = min(int(at), 8), at - min(int(at), 8)
        logs = np.log(silence[0])
        assert np.exp(logs[low] * (1 - part) + logs[low + 1] * part) == pytest.approx(1 - share)


def test_a_constant_hazard_gives_the_days_of_an_exponential() -> None:
    silence = np.exp(-np.arange(10) * 10 / 40)[None, :]
    assert silent_at(silence, TEN, [30, 65])[0] == pytest.approx(np.exp([-30 / 40, -65 / 40]))
    low, middle, high = days_until(silence, TEN, [0.1, 0.5, 0.95])[0]
    assert (low, middle) == pytest.approx((40 * np.log(1 / 0.9), 40 * np.log(2)))
    assert np.isnan(high)


def test_a_known_rhythm_is_told_within_a_few_points(fitted: Hazard) -> None:
    vectors, waited = customers(2000, seed=9)
    gap = vectors.column("gap_mean_days").astype(np.float64)
    told = silent_at(fitted.silence(vectors), fitted.periods, [30, 60, 90])
    true = np.exp(-np.outer(1 / gap, [30, 60, 90]))
    assert np.abs(told - true).mean() < 0.05
    found = measure_when(fitted, vectors, waited, Cutoff(9_000_000), 90)
    for row in found.rows:
        assert row.expected == pytest.approx(row.observed, abs=0.04)
        assert row.brier < row.brier_by_rate and row.auc > 0.6
    assert found.held == pytest.approx(found.held_expected, abs=0.03)
    assert found.by_median == pytest.approx(0.5, abs=0.05)


def test_it_is_measured_as_it_is_answered_brought_to_the_risk(fitted: Hazard) -> None:
    vectors, waited = customers(2000, seed=9)
    true = np.exp(-90.0 / vectors.column("gap_mean_days").astype(np.float64))
    alone = measure_when(fitted, vectors, waited, Cutoff(9_000_000), 90)
    found = measure_when(fitted, vectors, waited, Cutoff(9_000_000), 90, true)
    assert found.rows[-1].expected == pytest.approx(true.mean())
    for with_risk, without in zip(found.rows, alone.rows, strict=True):
        assert with_risk.brier <= without.brier + 1e-4
    nobody = measure_when(fitted, vectors, waited, Cutoff(9_000_000), 90, np.full(2000, 0.999))
    assert nobody.rows[0].expected > 0.99 and not nobody.is_useful


def test_periods_reach_the_horizon_and_are_no_more_than_a_dozen() -> None:
    for horizon in (7, 30, 60, 90, 100, 180, 365):
        periods = Periods.of(horizon)
        assert horizon <= periods.end_days < horizon + periods.days
        assert periods.count <= 13
