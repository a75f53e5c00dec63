"""Spend a purchase: the Gamma-Gamma model recovered, and its expectation against integration."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import gamma

from features.vocabulary.errors import ModelRefused
from training.families.value.spending import SpendingModel, fit_spending_model


def drawn(customers: int, p: float, q: float, scale: float, seed: int = 5) -> tuple:
    generator = np.random.default_rng(seed)
    purchases = generator.integers(1, 9, customers).astype(float)
    rate = generator.gamma(q, 1.0 / scale, customers)
    return purchases, generator.gamma(p * purchases, 1.0 / (rate * purchases))


def test_the_parameters_customers_were_drawn_from_are_found_again() -> None:
    # Those Fader and Hardie found in the CDNOW sample.
    model = fit_spending_model(*drawn(20_000, 6.25, 3.74, 15.44))
    assert model.p == pytest.approx(6.25, rel=0.06)
    assert model.q == pytest.approx(3.74, rel=0.06)
    assert model.scale == pytest.approx(15.44, rel=0.1)
    assert model.mean == pytest.approx(6.25 * 15.44 / 2.74, rel=0.03)


def test_the_unit_of_money_does_not_matter() -> None:
    purchases, spend = drawn(2_000, 4.0, 3.0, 20.0)
    dollars, cents = (
        fit_spending_model(purchases, spend),
        fit_spending_model(purchases, spend * 100),
    )
    assert cents.p == pytest.approx(dollars.p, rel=1e-3)
    assert cents.mean == pytest.approx(dollars.mean * 100, rel=1e-3)


@pytest.mark.parametrize(("purchases", "spend"), [(1.0, 20.0), (4.0, 60.0), (30.0, 35.0)])
def test_the_expectation_is_the_mean_over_whom_a_customer_may_be(
    purchases: float, spend: float
) -> None:
    p, q, scale = 6.25, 3.74, 15.44

    def weight(rate: float) -> float:
        likelihood = gamma.pdf(spend, p * purchases, scale=1.0 / (rate * purchases))
        return float(gamma.pdf(rate, q, scale=1.0 / scale) * likelihood)

    whole = quad(weight, 0, 5, points=[0.1, 0.3, 1.0], limit=200)[0]
    mean = quad(lambda rate: p / rate * weight(rate), 1e-9, 5, points=[0.1, 0.3, 1.0], limit=200)[0]
    model = SpendingModel(p, q, scale, p * scale / (q - 1.0))
    found = model.expected(np.array([purchases]), np.array([spend]))[0]
    assert found == pytest.approx(mean / whole, rel=1e-4)


def test_without_a_repeat_purchase_the_mean_of_all_is_expected_even_at_a_heavy_tail() -> None:
    model = SpendingModel(p=2.0, q=0.95, scale=10.0, mean=40.0)
    found = model.expected(np.array([0.0, 3.0]), np.array([0.0, 75.0]))
    assert found.tolist() == [40.0, 75.0]


def test_a_tail_so_heavy_that_it_has_no_mean_falls_back_on_what_was_seen() -> None:
    purchases, spend = drawn(3_000, 5.0, 0.9, 10.0)
    model = fit_spending_model(purchases, spend)
    assert model.q < 1.1
    assert model.mean == pytest.approx(float(spend.mean()), rel=1e-4)


def test_too_few_repeaters_are_refused() -> None:
    with pytest.raises(ModelRefused, match="30 customers who bought again"):
        fit_spending_model(*drawn(29, 5.0, 3.0, 10.0))


def test_thirty_repeaters_are_enough_and_who_spent_nothing_is_passed_over() -> None:
    purchases, spend = drawn(30, 5.0, 3.0, 10.0)
    alone = fit_spending_model(purchases, spend)
    others = np.r_[purchases, 0.0, 4.0, 3.0], np.r_[spend, 25.0, 0.0, -7.0]
    assert fit_spending_model(*others) == alone
    with pytest.raises(ModelRefused, match="30 customers"):
        fit_spending_model(np.r_[purchases[1:], 0.0], spend)


def test_a_customer_is_believed_by_how_often_they_bought() -> None:
    """At p of 2 and q of 5: two purchases weigh 4 of 8, one 2 of 6."""
    model = SpendingModel(p=2.0, q=5.0, scale=10.0, mean=40.0)
    found = model.expected(np.array([1.0, 2.0]), np.array([100.0, 100.0]))
    assert found.tolist() == pytest.approx([40 + 60 / 3, 40 + 60 / 2])
