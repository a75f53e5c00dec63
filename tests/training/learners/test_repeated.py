"""Rows of the same customers at several cutoffs leave a curve less sure than as many strangers would."""

from __future__ import annotations

import numpy as np
import pytest

from features.vocabulary.arrays import Floats
from training.learners.calibration import calibrate, sigmoid
from training.learners.repeated import Repeated, clustered_covariance, moved_between_cutoffs

CUSTOMERS, CUTOFFS = 150, 5
KEYS = np.repeat(np.arange(CUSTOMERS), CUTOFFS)
MOMENTS = np.tile(np.arange(CUTOFFS), CUSTOMERS)
ROWS = Repeated(KEYS, MOMENTS)
HERE = np.array([-0.5])


def test_rows_of_a_customer_that_say_the_same_count_as_one() -> None:
    """By hand: the variance of a mean of four customers, however often each of them is told."""
    surplus = np.array([0.5, -0.5, 0.5, -0.5])
    for times in (1, 7):
        rows = Repeated(np.repeat(np.arange(4), times), np.tile(np.arange(times), 4))
        ones = np.ones((4 * times, 1))
        inverse = np.array([[1.0 / (4 * times)]])
        found = clustered_covariance(ones, np.repeat(surplus, times), inverse, rows)
        assert found[0, 0] == pytest.approx(np.var(surplus, ddof=1) / 4)


NORMAL, ONE_DEGREE, THREE_DEGREES = 1.644853627, 6.313751515, 2.353363435
"""Quantiles of the normal and of Student's t that leave one in twenty beyond."""


def test_a_level_that_stays_may_move_as_far_as_the_customers_of_a_cutoff_leave_open() -> None:
    fitted, came = np.full(80, 0.5), np.tile([1.0, 0.0], 40)
    moments = np.repeat(np.arange(4), 20)
    found = moved_between_cutoffs(fitted, came, Repeated(np.arange(80), moments))
    # Twenty customers of one chance in two: 1 / (20 * .25) in squared log-odds.
    assert found == pytest.approx(0.2 * 1.25 * (THREE_DEGREES / NORMAL) ** 2, rel=1e-6)
    one = Repeated(np.arange(80), np.zeros(80, np.int64))
    assert moved_between_cutoffs(fitted, came, one) == 0.0


def test_a_level_that_moves_adds_how_far_it_moved() -> None:
    """By hand: two cutoffs of a hundred, 60 and 40 of whom came where 50 were expected: ±.4 in log-odds."""
    came = np.concatenate([np.repeat([1.0, 0.0], [60, 40]), np.repeat([1.0, 0.0], [40, 60])])
    rows = Repeated(np.arange(200), np.repeat([0, 1], 100))
    found = moved_between_cutoffs(np.full(200, 0.5), came, rows)
    assert found == pytest.approx(0.32 * 1.5 * (ONE_DEGREE / NORMAL) ** 2, rel=1e-6)


def drawn(seed: int, moves: float) -> tuple[Floats, Floats, float]:
    """Log-odds and outcomes of customers with traits nobody sees, and the true share at one more cutoff."""
    generator = np.random.default_rng(seed)
    trait = generator.normal(0, 0.8, CUSTOMERS)
    told = np.repeat(generator.normal(-0.5, 1, CUSTOMERS), CUTOFFS)
    shift = generator.normal(0, moves, CUTOFFS + 1)
    chance = sigmoid(told + trait[KEYS] + shift[MOMENTS])
    came = (generator.random(len(chance)) < chance).astype(np.float64)
    traits = generator.normal(0, 0.8, 20_000)
    return told, came, float(sigmoid(HERE + traits + shift[-1]).mean())


@pytest.mark.parametrize("moves", [0.0, 0.4], ids=["level stays", "level moves"])
def test_the_range_of_a_repeated_curve_holds_the_next_cutoff_about_as_often_as_it_says(
    moves: float,
) -> None:
    held, held_by_rows = 0, 0
    for seed in range(120):
        told, came, true = drawn(seed, moves)
        low, high = calibrate(told, came, repeated=ROWS).interval(HERE)
        held += low[0] <= true <= high[0]
        low, high = calibrate(told, came).interval(HERE)
        held_by_rows += low[0] <= true <= high[0]
    assert held / 120 >= 0.82
    assert held > held_by_rows


def test_the_curve_itself_is_that_of_the_rows() -> None:
    told, came, _ = drawn(1, 0.4)
    ours, plain = calibrate(told, came, repeated=ROWS), calibrate(told, came)
    assert ours.apply(told).tolist() == plain.apply(told).tolist()
    # Customers who stand here once are as many strangers.
    once = Repeated(np.arange(len(told)), MOMENTS)
    assert calibrate(told, came, repeated=once).as_dict() == plain.as_dict()


def test_the_shape_of_the_curve_is_learned_from_so_many_customers_and_not_rows() -> None:
    told, came, _ = drawn(2, 0.0)
    left = len(np.unique(KEYS[came == 1.0]))
    stayed = len(np.unique(KEYS[came == 0.0]))
    fewest = min(left, stayed)
    assert fewest < min(came.sum(), (1 - came).sum())
    assert calibrate(told, came, isotonic_from=fewest, repeated=ROWS).kind == "isotonic"
    assert calibrate(told, came, isotonic_from=fewest + 1, repeated=ROWS).kind == "sigmoid"
    assert calibrate(told, came, isotonic_from=fewest + 1).kind == "isotonic"
