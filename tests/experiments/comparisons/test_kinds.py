"""By kind of customer: mean differences, with a customer's rows counted together."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.comparisons.kinds import calibrations, clustered_interval, kind_differences
from experiments.comparisons.paired import PairedAnswers
from tests.experiments.comparisons.test_differences import answers
from training.measures.metrics import calibration_error, log_losses


def with_stages(paired: PairedAnswers) -> PairedAnswers:
    """Half of the customers are clients, and three rows are of members."""
    codes = (paired.customers % 2).astype(np.int64)
    codes[:3] = 2
    kinds = {"stage": ({0: "Repeat", 1: "Client", 2: "Member"}, codes)}
    return PairedAnswers(
        paired.sides,
        paired.customers,
        paired.cutoff_seconds,
        paired.outcomes,
        paired.probability,
        kinds,
    )


def test_each_kind_is_held_against_the_first_side_and_too_small_ones_are_left_out() -> None:
    paired = with_stages(answers(200))
    found = kind_differences(paired)
    assert [(one.kind, one.name) for one in found] == [("stage", "Repeat"), ("stage", "Client")]
    rows = paired.kinds["stage"][1] == 1
    first, second = (log_losses(paired.outcomes[rows], one[rows]) for one in paired.probability)
    assert found[1].difference == pytest.approx(float((second - first).mean()))
    assert found[1].rows == int(rows.sum()) and found[1].is_beyond_chance


def test_a_customer_counted_twice_makes_nothing_surer() -> None:
    values, customers = np.random.default_rng(1).normal(0, 1, 500), np.arange(500)
    once = clustered_interval(values, customers)
    twice = clustered_interval(np.r_[values, values], np.r_[customers, customers])
    assert twice == pytest.approx(once)
    assert once[2] - once[1] == pytest.approx(2 * 1.96 * values.std() / 500**0.5)


def test_calibration_is_that_of_every_side_over_all_rows() -> None:
    paired = answers(200)
    first, second = calibrations(paired)
    assert (first.side, second.side) == paired.sides
    assert second.error == pytest.approx(calibration_error(paired.outcomes, paired.probability[1]))
    assert first.error < second.error and len(first.expected) == len(first.observed) == 10
