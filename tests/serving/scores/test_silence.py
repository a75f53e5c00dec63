"""The chance of no order by day: what the risk says by the horizon, and never rising whatever is asked."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.in_use.models_in_use import InUse
from serving.scores.silence import Silence, silence_of
from training.families.churn.bundle import Bundle, ChurnTask
from training.families.churn.timing.hazard import Hazard, Periods, brought_to
from training.questions.buying import Inactivity, PartialChurn, SecondPurchase
from training.questions.contract import ContractChurn
from training.questions.question import Question
from training.questions.stated import Stated

TEN = Periods(10, 9)
# Who orders once in a million periods of ten days orders never: a rate far smaller is lost in the digits of one less it.
rates_a_period = st.floats(0.0, 0.95).map(lambda one: one if one >= 1e-6 else 0.0)
hazards = st.lists(rates_a_period, min_size=9, max_size=9)
chances = st.floats(0.0, 1.0)


def with_question(bundle: Bundle, question: Question, hazard: Hazard | None) -> Bundle:
    """The same model with another question and another way of telling when."""
    manifest = replace(bundle.manifest, task=ChurnTask(question))
    return Bundle(
        manifest, bundle.model, bundle.calibration, bundle.reference, hazard, bundle.declarations
    )


@given(hazards, chances, st.sampled_from([7, 30, 60, 85, 90]))
def test_silence_only_falls_with_days_and_is_what_was_wanted_by_the_horizon(
    rates: list[float], wanted: float, horizon_days: int
) -> None:
    shape = np.r_[1.0, np.cumprod(1.0 - np.array(rates))][None, :]
    ends = brought_to(shape, TEN, horizon_days, np.array([wanted]))
    silence = Silence(ends, TEN, horizon_days)
    told = [float(silence.by(days)[0]) for days in range(1, 400)]
    assert all(0.0 <= one <= 1.0 for one in told)
    assert all(later <= earlier + 1e-12 for earlier, later in pairwise(told))
    # A rate of a millionth is raised to a power in the hundred thousands, which costs six digits.
    assert told[horizon_days - 1] == pytest.approx(wanted, abs=1e-9)


def test_the_shape_stays_and_every_period_weighs_as_much_more() -> None:
    # Half order in the first ten days, half of the others in the next; by day 20 a quarter is silent.
    shape = np.array([[1.0, 0.5, 0.25]])
    ends = brought_to(shape, Periods(10, 2), 20, np.array([0.0625]))
    assert ends[0].tolist() == pytest.approx([1.0, 0.25, 0.0625])
    # Of somebody the hazard expects nothing of, orders come evenly.
    even = brought_to(np.ones((1, 3)), Periods(10, 2), 20, np.array([0.25]))
    assert even[0].tolist() == pytest.approx([1.0, 0.5, 0.25])


def test_beyond_the_horizon_orders_go_on_at_the_mean_rate_within_it() -> None:
    silence = Silence(np.array([[1.0, 0.9, 0.5]]), Periods(10, 2), 20)
    assert silence.by(20)[0] == pytest.approx(0.5)
    assert silence.by(40)[0] == pytest.approx(0.25)
    assert silence.by(5)[0] == pytest.approx(math.sqrt(0.9))


@pytest.mark.parametrize(
    ("question", "silent"),
    [
        (Inactivity(90, 0, 2, 180), [0.2, 0.9]),
        (Inactivity(90, 14, 2, 180), [0.2, 0.9]),
        (SecondPurchase(90, 0, 180), [0.8, 0.1]),
        (PartialChurn(90, 0, 50), None),
        (ContractChurn(90, 0, 30), None),
        (Stated(90, 0, "won"), None),
    ],
    ids=lambda one: one.kind if isinstance(one, Question) else "",
)
def test_what_a_probability_says_of_orders_depends_on_what_was_asked(
    question: Question, silent: list[float] | None
) -> None:
    found = question.no_order(np.array([0.2, 0.9]))
    assert found is None if silent is None else found == pytest.approx(silent)


def test_without_a_hazard_orders_come_evenly_until_the_horizon(in_use: InUse) -> None:
    bundle, rows = in_use.scorer.bundle, in_use.values[:2]
    without = with_question(bundle, bundle.question, None)
    silence = silence_of(without, rows, np.array([0.729, 0.001]))
    assert silence is not None
    assert silence.by(30) == pytest.approx([0.9, 0.1]) and silence.by(60) == pytest.approx(
        [0.81, 0.01]
    )


def test_of_a_question_that_is_not_of_orders_nothing_follows_for_orders(in_use: InUse) -> None:
    bundle, rows = in_use.scorer.bundle, np.ascontiguousarray(in_use.values[:4])
    partial = with_question(bundle, PartialChurn(90, 0, 50), bundle.hazard)
    assert silence_of(partial, rows, np.full(4, 0.5)) is None
