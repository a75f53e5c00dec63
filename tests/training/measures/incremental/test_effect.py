"""The effect of a campaign: by hand, against one regression written out, and true to laws that any measure of it must keep."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from features.vocabulary.arrays import Floats, Truths
from features.vocabulary.errors import DataRefused
from tests.training.measures.incremental.oracles import interacted_regression
from training.measures.incremental.effect import CampaignEffect, campaign_effect, effects_by_group

TREATED = np.array([True] * 6 + [False] * 5)
BOUGHT = np.array([1, 1, 0, 1, 0, 1, 0, 1, 0, 0, 0], float)


def drawn(seed: int, customers: int = 150, effect: float = 0.0) -> tuple[Truths, Floats, Floats]:
    """Customers of whom two in three are treated, whose outcome goes by two things known before."""
    random = np.random.default_rng(seed)
    covariates = random.normal(size=(customers, 2))
    treated = random.random(customers) < 2 / 3
    outcomes = covariates @ [2.0, -1.0] + random.normal(size=customers) + effect * treated
    return treated, outcomes, covariates


def figures(effect: CampaignEffect) -> list[float]:
    return [
        effect.difference,
        effect.standard_error,
        effect.freedom,
        effect.treated,
        effect.held_out,
    ]


def test_without_covariates_it_is_the_difference_of_means_with_the_error_of_welch() -> None:
    found = campaign_effect(TREATED, BOUGHT)
    assert (found.treated_mean, found.untreated_mean) == pytest.approx((4 / 6, 1 / 5))
    welch = stats.ttest_ind(BOUGHT[TREATED], BOUGHT[~TREATED], equal_var=False)
    low, high = welch.confidence_interval(0.95)
    each = found.per_treated
    assert (each.mean, each.low, each.high) == pytest.approx((7 / 15, low, high), rel=1e-3)
    assert found.total.mean == pytest.approx(6 * 7 / 15)
    assert found.total.low == pytest.approx(6 * each.low)
    assert (found.treated, found.held_out, found.variance_explained) == (6, 5, 0.0)


@pytest.mark.parametrize("seed", range(5))
def test_with_covariates_it_is_the_regression_interacted_with_the_arm(seed: int) -> None:
    treated, outcomes, covariates = drawn(seed, effect=0.5)
    found = campaign_effect(treated, outcomes, covariates)
    effect, error = interacted_regression(treated, outcomes, covariates)
    assert (found.difference, found.standard_error) == pytest.approx((effect, error))
    # Of a variance of 4 + 1 + 1 the covariates take five sixths.
    assert found.variance_explained == pytest.approx(5 / 6, abs=0.05)


def test_strata_are_compared_each_with_itself_whatever_share_of_them_was_treated() -> None:
    # Nine of ten of the first are treated and buy for 1, half of the second and buy for 0; the campaign does nothing.
    strata = np.repeat([7, 3], 40)
    treated = np.arange(80) % 10 > np.where(strata == 7, 0, 4)
    outcomes = np.where(strata == 7, 1.0, 0.0) + np.tile([0.1, -0.1], 40)
    plain, stratified = (campaign_effect(treated, outcomes, strata=one) for one in (None, strata))
    assert plain.difference > 0.3
    by_hand = sum(
        (strata[treated] == one).mean()
        * (outcomes[treated & (strata == one)].mean() - outcomes[~treated & (strata == one)].mean())
        for one in (3, 7)
    )
    assert stratified.difference == pytest.approx(by_hand)


def test_strata_with_nobody_to_compare_are_left_out_and_counted() -> None:
    strata = np.r_[np.zeros(11), [5, 5, 5]]
    treated = np.r_[TREATED, [True, True, False]]
    found = campaign_effect(treated, np.r_[BOUGHT, [1, 1, 1]], strata=strata)
    assert found.left_out == 3
    assert figures(found) == figures(campaign_effect(TREATED, BOUGHT))


def test_a_row_that_is_there_twice_makes_nothing_surer_where_it_belongs_to_one_cluster() -> None:
    treated, outcomes, covariates = drawn(3)
    once = campaign_effect(treated, outcomes, covariates)
    again = np.repeat(treated, 2), np.repeat(outcomes, 2), np.repeat(covariates, 2, axis=0)
    twice = campaign_effect(*again, clusters=np.repeat(np.arange(150), 2))
    assert twice.difference == pytest.approx(once.difference)
    assert twice.standard_error == pytest.approx(once.standard_error, rel=0.02)
    assert campaign_effect(*again).standard_error < 0.75 * once.standard_error


@pytest.mark.parametrize("seed", range(3))
def test_on_a_tiny_table_chance_spreads_it_as_far_as_all_lots_that_could_have_been_drawn(
    seed: int,
) -> None:
    # Without an effect the outcomes stand whatever the lot; over all 252 lots the difference is off by its own standard error.
    outcomes = np.random.default_rng(seed).normal(size=10)
    effects = []
    for chosen in itertools.combinations(range(10), 5):
        treated = np.isin(np.arange(10), chosen)
        effects.append(campaign_effect(treated, outcomes))
    differences = np.array([one.difference for one in effects])
    variances = np.array([one.standard_error**2 for one in effects])
    assert differences.mean() == pytest.approx(0.0, abs=1e-12)
    # Drawn without return from so few, the lots spread by the sampling theory of Neyman (1923): exactly.
    assert differences.var() == pytest.approx(variances.mean(), rel=1e-9)


Table = tuple[Truths, Floats, Floats]
CHANGES: dict[str, Callable[[Truths, Floats, Floats], Table]] = {
    "another order": lambda t, y, x: (t[::-1], y[::-1], x[::-1]),
    "a constant more": lambda t, y, x: (t, y + 1_000.0, x),
    "a covariate twice": lambda t, y, x: (t, y, np.column_stack([x, x[:, 0]])),
    "covariates mixed": lambda t, y, x: (
        t,
        y,
        np.column_stack([x[:, 0] + x[:, 1], 3 * x[:, 1] - 7]),
    ),
    "a covariate that never varies": lambda t, y, x: (t, y, np.column_stack([x, np.ones(len(t))])),
    "a covariate nobody has": lambda t, y, x: (t, y, np.column_stack([x, np.full(len(t), np.nan)])),
}


@pytest.mark.parametrize("change", CHANGES)
@given(seed=st.integers(0, 10_000))
def test_nothing_changes_by(change: str, seed: int) -> None:
    table = drawn(seed)
    changed = CHANGES[change](*table)
    expected = figures(campaign_effect(*table))
    assert figures(campaign_effect(*changed)) == pytest.approx(expected, rel=1e-6, abs=1e-9)


@given(seed=st.integers(0, 10_000), times=st.floats(0.01, 1_000))
def test_in_another_unit_it_is_the_same_effect(seed: int, times: float) -> None:
    treated, outcomes, covariates = drawn(seed)
    found = campaign_effect(treated, times * outcomes, covariates)
    expected = campaign_effect(treated, outcomes, covariates)
    assert found.difference == pytest.approx(times * expected.difference, rel=1e-6, abs=1e-9)
    assert found.standard_error == pytest.approx(times * expected.standard_error)


def test_where_there_is_no_effect_the_interval_holds_none_in_95_of_100_campaigns() -> None:
    holds = []
    for seed in range(600):
        treated, outcomes, covariates = drawn(seed, customers=120)
        each = campaign_effect(treated, np.round(outcomes), covariates).per_treated
        holds.append(each.low <= 0.0 <= each.high)
    assert 0.925 <= np.mean(holds) <= 0.975


def test_a_covariate_that_is_missing_for_some_still_narrows_the_interval() -> None:
    treated, outcomes, covariates = drawn(5)
    gaps = covariates.copy()
    gaps[::4, 0] = np.nan
    widths = [
        campaign_effect(treated, outcomes, one).standard_error for one in (covariates, gaps, None)
    ]
    assert widths[0] < widths[1] < widths[2]


def test_in_a_small_arm_few_covariates_are_used_the_first_ones() -> None:
    treated, outcomes, covariates = drawn(1)
    few = np.r_[np.flatnonzero(treated), np.flatnonzero(~treated)[:20]]
    found = campaign_effect(treated[few], outcomes[few], covariates[few])
    assert found.covariates == 1
    first = campaign_effect(treated[few], outcomes[few], covariates[few, 0])
    assert figures(found) == figures(first)


def test_where_nobody_of_an_arm_bought_the_next_one_still_may() -> None:
    # Of five held out nobody bought: as if one of seven had.
    found = campaign_effect(TREATED, np.r_[np.ones(4), np.zeros(7)])
    error_treated = 4 / 6 * 2 / 6 / 5
    error_held_out = 1 / 7 * 6 / 7 / 7
    assert found.standard_error == pytest.approx(math.sqrt(error_treated + error_held_out))
    none = campaign_effect(TREATED, np.zeros(11)).per_treated
    assert none.low < none.mean == 0.0 < none.high


@pytest.mark.parametrize(
    ("treated", "outcomes", "says"),
    [
        (np.arange(11) < 7, BOUGHT, "5 customers at least who were held out; found 4"),
        (np.arange(11) < 4, BOUGHT, "5 customers at least who were treated; found 4"),
        (TREATED, BOUGHT[:9], "outcomes with one entry for each of 11 rows; found 9 entries"),
        (
            TREATED,
            np.r_[BOUGHT[:9], np.nan, np.inf],
            "found 2 that are missing or not finite. Rows: 9, 10.",
        ),
        (TREATED, np.where(TREATED, 700.0, 900 * BOUGHT), "found 700 for all 6 of one"),
    ],
)
def test_what_tells_nothing_is_refused_with_what_to_do(
    treated: Truths, outcomes: Floats, says: str
) -> None:
    with pytest.raises(DataRefused) as refused:
        campaign_effect(treated, outcomes)
    assert says in str(refused.value)


def test_five_customers_with_many_rows_are_enough_and_four_are_not() -> None:
    treated, outcomes = np.repeat(TREATED, 3), np.arange(33.0)
    customers = np.repeat(np.arange(11), 3)
    assert campaign_effect(treated, outcomes, clusters=customers).held_out == 15
    four = np.where(customers == 10, 9, customers)
    with pytest.raises(DataRefused, match="5 clusters at least who were held out; found 4"):
        campaign_effect(treated, outcomes, clusters=four)


def test_every_group_has_its_own_effect_and_too_few_have_none() -> None:
    groups = np.r_[np.full(11, 4), np.full(11, 9), [1, 1]]
    treated = np.r_[TREATED, TREATED, [True, False]]
    found = effects_by_group(groups, treated, np.r_[BOUGHT, 5 * BOUGHT, [1, 1]])
    assert found[1] is None
    four, nine = found[4], found[9]
    assert four is not None and nine is not None
    assert figures(four) == figures(campaign_effect(TREATED, BOUGHT))
    assert nine.difference == pytest.approx(5 * four.difference)
