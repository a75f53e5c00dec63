"""What each rung of the value ladder is fitted on: which window, which cutoff, and whose limits."""

from __future__ import annotations

import numpy as np
import pytest

from features.lifecycle.repeat_buying import fit_buying_model
from features.vectors.vectors import Vectors
from training.families.value.dataset import ValueDataset
from training.families.value.models import LAST, PARAMETRIC, RATE, ParametricValue, RuleValue
from training.families.value.rungs import Tuning, _limits, fit_rungs
from training.families.value.spending import fit_spending_model

BUYING = (
    "active_days_count_lifetime",
    "days_since_order",
    "days_since_first_order",
    "gross_spend_sum_lifetime",
)


def dataset(names: tuple[str, ...], values: np.ndarray, cutoffs: np.ndarray) -> ValueDataset:
    keys = np.arange(len(values), dtype=np.int32)
    vectors = Vectors("plan", names, keys, cutoffs, values.astype(np.float32))
    return ValueDataset(vectors, np.where(keys % 2 == 0, 500.0, 0.0))


def windows(*days: int) -> ValueDataset:
    names = tuple(f"spend_sum_{one}d" for one in days)
    return dataset(names, np.ones((120, len(days))), np.zeros(120, np.int64))


@pytest.mark.parametrize(
    ("horizon", "window"),
    [
        (400, 365),
        (365, 365),
        (182, 365),
        (181, 90),
        (90, 90),
        (52, 90),
        (51, 30),
        (30, 30),
        (1, 30),
    ],
)
def test_the_last_stretch_is_the_one_nearest_to_the_horizon(horizon: int, window: int) -> None:
    rule = fit_rungs(windows(30, 90, 365), (), horizon, wanted=[LAST])[LAST]
    assert isinstance(rule, RuleValue)
    assert (rule.window_days, rule.columns.names) == (window, (f"spend_sum_{window}d",))
    assert rule.horizon_days == horizon


def test_the_rate_is_since_the_first_order_and_nobodys_extremes_are_cut() -> None:
    rule = fit_rungs(windows(30), (), 30, wanted=[RATE])[RATE]
    assert isinstance(rule, RuleValue) and rule.window_days == 0
    assert rule.columns.names == ("spend_sum_lifetime", "days_since_first_order")
    rows = np.array([[-1e30, 1e30]], np.float32)
    assert np.array_equal(rule.columns.prepare(rows, np.array([0, 1])), rows)


def test_buying_is_fitted_on_repeats_and_spending_on_who_came_again_at_the_latest_cutoff() -> None:
    """The first day of buying is no repeat; what was known at an earlier cutoff teaches nothing."""
    random = np.random.default_rng(3)
    days = random.integers(1, 9, 400)
    tenure = random.integers(200, 700, 400)
    since = np.where(days > 1, (tenure * random.random(400)).astype(int), tenure)
    spend = days * random.gamma(3.0, 1_000.0, 400)
    values = np.column_stack([days, since, tenure, spend]).astype(np.float32)
    earlier = np.column_stack([days + 3, since // 2, tenure, 9 * spend]).astype(np.float32)
    both = dataset(BUYING, np.r_[earlier, values], np.repeat([1_000, 2_000], 400))
    found = fit_rungs(both, (), 90, wanted=[PARAMETRIC])[PARAMETRIC]
    assert isinstance(found, ParametricValue)
    known = values.astype(np.float64)
    assert found.buying == fit_buying_model(known[:, 0] - 1, known[:, 1], known[:, 2])
    again = known[:, 0] >= 2
    mean = known[again, 3] / known[again, 0]
    assert found.spending == fit_spending_model(known[again, 0], mean)
    assert 0 < again.sum() < 400


def test_what_too_few_customers_cannot_carry_is_left_out() -> None:
    values = np.tile(np.array([[1.0, 50.0, 50.0, 900.0]]), (120, 1))
    few = dataset(BUYING, values, np.zeros(120, np.int64))
    assert fit_rungs(few, (), 90, wanted=[PARAMETRIC]) == {}
    assert fit_rungs(few, (), 90, wanted=[]) == {}


def test_the_features_that_gain_most_are_kept_in_their_order_and_once_for_all() -> None:
    names = [f"f{number}" for number in range(100)]
    gains = np.arange(100.0) % 10
    tuning = Tuning()
    tuning.keep_best(names, np.zeros(100))
    assert tuning.feature_names == ()
    tuning.keep_best(names, gains)
    # Eighty: of each ten the last eight.
    assert tuning.feature_names == tuple(f"f{one}" for one in range(100) if one % 10 >= 2)
    kept = tuning.feature_names
    tuning.keep_best(names[:1], np.ones(1))
    assert tuning.feature_names == kept


def people(first: int, *rows: tuple[float, float, float]) -> ValueDataset:
    """Customers from this key on: their orders, days since the last, and what they brought."""
    known = np.array(rows)
    names = ("orders_count_lifetime", "days_since_order")
    keys = np.arange(first, first + len(rows), dtype=np.int32)
    cutoffs = np.zeros(len(rows), np.int64)
    vectors = Vectors("plan", names, keys, cutoffs, known[:, :2].astype(np.float32))
    return ValueDataset(vectors, known[:, 2])


def test_no_limit_is_that_of_fewer_than_ten_customers() -> None:
    """Ten regular ones brought 100 to 1,000, nine who came once 5,000 each, and ten silent ones 7.

    Of all together the tenth most is the 1,000 of a regular one: it stands for those who came once.
    """
    regular = [(5.0, 10.0, 100.0 * one) for one in range(1, 11)]
    once, silent = [(1.0, 10.0, 5_000.0)] * 9, [(5.0, 61.0, 7.0)] * 10
    earlier, later = people(0, *regular[:4], *once), people(13, *regular[4:], *silent)
    assert _limits(earlier, later, 30).tolist() == [100.0, 1_000.0, 7.0]
    tenth = people(29, (1.0, 10.0, 60.0))
    assert _limits(people(0, *regular, *once), tenth, 30)[1] == 60.0
    # The same customer twice is one, with the more of both.
    twice = people(10, (1.0, 10.0, 60.0))
    assert _limits(people(0, *regular, *once), twice, 30)[1] == 1_000.0
