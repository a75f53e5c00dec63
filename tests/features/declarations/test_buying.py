"""What a model of buying says of a customer, against integration and against simulated customers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import hyp2f1

from features.behaviour.buying import OPERANDS
from features.declarations.buying import BuyingModel, ExpectedPurchases, NoPurchase, StillBuying
from features.kernel.repeat_buying import expected_purchases, no_purchase, still_buying
from features.lifecycle.repeat_buying import (
    MOST_CUSTOMERS,
    Counted,
    buying_model_before,
    fit_buying_model,
    usual_cutoff,
)
from features.plan.plan import standard_plan
from features.vectors.vectors import build_vectors
from features.vocabulary.errors import ModelRefused, PlanRefused
from features.vocabulary.time import DAY_SECONDS, Cutoff
from tests.builders import at, order, pack_of
from tests.oracles.buying import alive, expected, silent, slow_log_likelihood
from tests.training.companies import company

# The sample of CDNOW in the paper, its scale of 4.414 weeks in days.
CDNOW = BuyingModel(r=0.243, alpha=4.414 * 7, a=0.793, b=2.426)


def four(model: BuyingModel) -> tuple[float, float, float, float]:
    return model.r, model.alpha, model.a, model.b


Simulated = tuple[np.ndarray, np.ndarray, np.ndarray]


def simulated(customers: int, days: float, seed: int, model: BuyingModel = CDNOW) -> Simulated:
    """Repeats, recency and tenure of customers who buy and stop as the model says."""
    generator = np.random.default_rng(seed)
    tenure = generator.uniform(days / 4, days, customers)
    pause = 1 / np.maximum(generator.gamma(model.r, 1 / model.alpha, customers), 1e-300)
    stopping = generator.beta(model.a, model.b, customers)
    repeats, last, now = np.zeros(customers), np.zeros(customers), np.zeros(customers)
    buying = np.ones(customers, np.bool_)
    while buying.any():
        now = now + pause * generator.exponential(1.0, customers)
        buying &= now < tenure
        repeats[buying] += 1
        last[buying] = now[buying]
        buying &= generator.random(customers) > stopping
    return repeats, tenure - last, tenure


customers = st.tuples(st.integers(0, 60), st.floats(0, 1), st.floats(20, 2_000))
models = st.builds(
    BuyingModel,
    r=st.floats(0.05, 20),
    alpha=st.floats(1, 400),
    a=st.one_of(st.floats(0.1, 8), st.floats(0.999999, 1.000001)),
    b=st.floats(0.1, 30),
)


@settings(derandomize=True, max_examples=60)
@given(customers, models, st.sampled_from([30, 90, 180, 365]))
def test_the_formulas_are_what_integration_over_all_customers_gives(
    customer: tuple[int, float, float], model: BuyingModel, days: int
) -> None:
    x, part, tenure = customer
    recency = tenure * (part if x else 1.0)
    parameters = four(model)

    no = no_purchase(x, recency, tenure, *parameters, days)
    purchases = expected_purchases(x, recency, tenure, *parameters, days)

    last = tenure - recency
    assert no == pytest.approx(silent(x, last, tenure, parameters, days), rel=1e-9, abs=1e-12)
    assert purchases == pytest.approx(expected(x, last, tenure, parameters, days), rel=1e-7)
    if x:
        still = still_buying(x, recency, tenure, *parameters)
        assert still == pytest.approx(alive(x, last, tenure, parameters), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("x", [0, 1, 12, 400])
@pytest.mark.parametrize("days", [30, 365])
def test_the_expectation_is_the_published_closed_form_with_its_hypergeometric_function(
    x: int, days: int
) -> None:
    r, alpha, a, b = four(CDNOW)
    tenure = 700.0
    scale = alpha + tenure
    function = hyp2f1(r + x, b + x, a + b + x - 1, days / (scale + days))
    published = (a + b + x - 1) / (a - 1) * (1 - (scale / (scale + days)) ** (r + x) * function)
    there = alive(x, tenure - 9.0, tenure, four(CDNOW))

    found = expected_purchases(x, 9.0, tenure, *four(CDNOW), days)

    assert found == pytest.approx(there * published, rel=1e-9)


def test_extreme_customers_have_finite_answers_inside_their_bounds() -> None:
    for x in (0.0, 1.0, 30_000.0):
        for recency, tenure in ((0.0, 0.0), (1e-5, 1e-5), (0.0, 40_000.0), (39_999.0, 40_000.0)):
            for a in (1e-3, 1.0, 1_000.0):
                asked = (x, recency, tenure, 0.3, 20.0, a, 2.0, 365.0)
                assert 0.0 <= no_purchase(*asked) <= 1.0
                assert 0.0 <= expected_purchases(*asked) <= (0.3 + x) * 365 / (20 + tenure) + 1e-9


def test_who_bought_once_is_told_what_to_expect_but_not_whether_they_are_there() -> None:
    once = (0.0, 300.0, 300.0, *four(CDNOW))
    assert math.isnan(still_buying(*once))
    assert no_purchase(*once, 90.0) > no_purchase(0.0, 30.0, 30.0, *four(CDNOW), 90.0) > 0.5
    assert 0 < expected_purchases(*once, 90.0) < 0.1
    assert math.isnan(no_purchase(0.0, math.nan, math.nan, *four(CDNOW), 90.0))


def test_simulated_customers_do_what_the_model_expects_of_them() -> None:
    """Four standard errors of the mean of 60,000 customers are allowed."""
    generator = np.random.default_rng(11)
    n, days = 60_000, 90.0
    pause = 1 / np.maximum(generator.gamma(CDNOW.r, 1 / CDNOW.alpha, n), 1e-300)
    stopping = generator.beta(CDNOW.a, CDNOW.b, n)
    x, last, ahead, now = np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n)
    buying = np.ones(n, np.bool_)
    while buying.any():
        now = now + pause * generator.exponential(1.0, n)
        buying &= now < 200.0 + days
        before = buying & (now < 200.0)
        x[before] += 1
        last[before] = now[before]
        ahead[buying & ~before] += 1
        buying &= generator.random(n) > stopping

    told = np.array(
        [
            (no_purchase(c, s, 200.0, *four(CDNOW), days), expected_purchases(c, s, 200.0, *four(CDNOW), days))
            for c, s in zip(x, 200.0 - last, strict=True)
        ]
    )  # fmt: skip

    for group in (x == 0, x == 1, x >= 2):
        for seen, said in ((ahead == 0, told[:, 0]), (ahead, told[:, 1])):
            error = np.std(seen[group] - said[group]) / math.sqrt(group.sum())
            assert abs(np.mean(seen[group]) - np.mean(said[group])) < 4 * error


def test_the_parameters_of_a_simulated_company_are_found_again() -> None:
    found = fit_buying_model(*simulated(40_000, 700, seed=5))

    assert found.r == pytest.approx(CDNOW.r, rel=0.04)
    assert found.alpha == pytest.approx(CDNOW.alpha, rel=0.06)
    assert found.a / (found.a + found.b) == pytest.approx(CDNOW.a / (CDNOW.a + CDNOW.b), rel=0.06)
    assert found.a == pytest.approx(CDNOW.a, rel=0.2)


def test_the_likelihood_is_the_slow_one_and_highest_at_what_was_found() -> None:
    x, recency, tenure = simulated(400, 500, seed=7)
    found = fit_buying_model(x, recency, tenure)
    slow = [
        slow_log_likelihood(*one, *four(found))
        for one in zip(x, tenure - recency, tenure, strict=True)
    ]

    counted = Counted(x, tenure - recency, tenure)

    def log_likelihood(*parameters: float) -> float:
        return -counted.loss_and_slopes(np.log(parameters))[0]

    highest = log_likelihood(*four(found))

    assert highest == pytest.approx(float(np.mean(slow)), rel=1e-12)
    for place in range(4):
        for factor in (0.97, 1.03):
            moved = [one * (factor if at == place else 1) for at, one in enumerate(four(found))]
            assert log_likelihood(*moved) < highest


def test_of_many_customers_evenly_spaced_ones_are_read() -> None:
    few = simulated(MOST_CUSTOMERS, 500, seed=9)
    doubled = tuple(np.repeat(one, 2) for one in few)
    nobody = tuple(np.append(one, [np.nan] * 5) for one in few)

    assert fit_buying_model(*doubled) == fit_buying_model(*few) == fit_buying_model(*nobody)


def test_a_company_where_nobody_comes_back_is_refused() -> None:
    once = np.zeros(500), np.full(500, 30.0), np.full(500, 30.0)
    with pytest.raises(ModelRefused, match="bought on two days"):
        fit_buying_model(*once)


def test_nothing_at_or_after_the_cutoff_has_a_part_in_the_fit() -> None:
    whole = company(300, days=400)
    cutoff = Cutoff((14_610 + 200) * DAY_SECONDS)
    purchases = whole.streams["purchases"]
    early = purchases.seconds < cutoff.seconds
    moved = np.where(early, purchases.seconds, purchases.seconds + 86_400 * 3)
    later = type(purchases)(
        purchases.offsets, moved, purchases.columns, purchases.dictionaries, purchases.known
    )
    other = type(whole)(whole.customer_ids, {"purchases": later}, whole.last_known, "other")

    assert buying_model_before(whole, cutoff) == buying_model_before(other, cutoff) is not None
    assert buying_model_before(whole, Cutoff(14_610 * DAY_SECONDS)) is None
    assert usual_cutoff(whole) == Cutoff((14_610 + 200) * DAY_SECONDS)


def test_the_kernel_gives_what_the_formulas_give() -> None:
    pack = pack_of(
        {"anna": [order("2026-01-05"), order("2026-01-20")], "bert": [order("2026-01-30")]}
    )

    vectors = build_vectors(pack, standard_plan(pack, CDNOW), [at("2026-03-01")])

    recency, tenure = vectors.column("days_since_order"), vectors.column("days_since_first_order")
    for row, x in enumerate((1.0, 0.0)):
        told = (x, float(recency[row]), float(tenure[row]), *four(CDNOW))
        no = no_purchase(*told, 90.0)
        assert vectors.column("buying_no_purchase_90d")[row] == pytest.approx(no, rel=1e-6)
        ahead = expected_purchases(*told, 365.0)
        assert vectors.column("buying_expected_365d")[row] == pytest.approx(ahead, rel=1e-6)
    assert np.isnan(vectors.column("still_buying")).tolist() == [False, True]


def test_other_parameters_are_the_same_plan_fitted_otherwise_and_no_parameters_no_features() -> (
    None
):
    pack = pack_of({"anna": [order("2026-01-05")]})
    mine, same = standard_plan(pack, CDNOW), standard_plan(pack, CDNOW)
    other = standard_plan(pack, BuyingModel(r=0.3, alpha=30.0, a=0.8, b=2.4))

    assert mine.hash == other.hash and mine.declarations == other.declarations
    assert mine.fitted != other.fitted and mine.fitted == same.fitted != ""
    assert standard_plan(pack).fitted == "" and standard_plan(pack).hash != mine.hash
    assert not any("buying" in name for name in standard_plan(pack).feature_names[-9:])


def test_names_say_the_horizon_and_impossible_parameters_are_refused() -> None:
    repeats, recency, tenure = (one.value for one in OPERANDS)
    parts = repeats, recency, tenure
    assert NoPurchase(*parts, CDNOW, 90).named("buying") == "buying_no_purchase_90d"
    assert ExpectedPurchases(*parts, CDNOW, 90).named("buying") == "buying_expected_90d"
    assert StillBuying(*parts, CDNOW).named("buying") == "still_buying"
    with pytest.raises(PlanRefused, match="horizon"):
        NoPurchase(*parts, CDNOW, 0)
    for bad in (0.0, -1.0, math.nan, math.inf):
        with pytest.raises(PlanRefused, match="above zero"):
            BuyingModel(r=bad, alpha=30.0, a=0.8, b=2.4)
