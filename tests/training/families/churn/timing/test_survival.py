"""Silence with time by thirds of the risk, on nine customers counted by hand."""

from __future__ import annotations

import numpy as np

from training.families.churn.timing.hazard import Periods
from training.families.churn.timing.survival import silence_curves
from training.families.churn.timing.waits import Waits
from training.families.churn.timing.when import ForecastSilence

PERIODS = Periods(10, 2)


def told(risks: list[float], days: list[float]) -> ForecastSilence:
    """A silence that falls to each risk by day 20, and waits that an order ended on some day."""
    end = np.array(risks)
    silence = np.column_stack([np.ones(len(end)), np.sqrt(end), end])
    waited = Waits(np.array(days), np.ones(len(days), np.bool_))
    return ForecastSilence(np.arange(len(end)), silence, PERIODS, waited)


def test_each_third_has_its_own_curve_the_riskiest_first() -> None:
    risks = [0.1, 0.9, 0.5, 0.1, 0.9, 0.5, 0.1, 0.9, 0.5]
    days = [1.0, 99.0, 15.0, 2.0, 99.0, 99.0, 3.0, 5.0, 99.0]
    curves = silence_curves(told(risks, days), 20)
    assert [(one.name, one.customers) for one in curves] == [
        ("most at risk", 3),
        ("middle third", 3),
        ("least at risk", 3),
    ]
    assert [one.days.tolist() for one in curves] == [[0.0, 10.0, 20.0]] * 3
    assert [one.expected.round(6)[-1] for one in curves] == [0.9, 0.5, 0.1]
    assert [one.seen.round(4).tolist() for one in curves] == [
        [1.0, 0.6667, 0.6667],
        [1.0, 1.0, 0.6667],
        [1.0, 0.0, 0.0],
    ]


def test_a_horizon_that_ends_within_a_period_ends_the_curve() -> None:
    [curve, *_] = silence_curves(told([0.25, 0.2, 0.1], [99.0, 99.0, 99.0]), 15)
    assert curve.days.tolist() == [0.0, 10.0, 15.0]
    assert curve.expected.round(6).tolist() == [1.0, 0.5, round(0.25**0.75, 6)]


def test_two_customers_make_two_curves() -> None:
    curves = silence_curves(told([0.9, 0.1], [1.0, 2.0]), 20)
    assert [one.name for one in curves] == ["most at risk", "middle third"]
