"""What may be called an experiment, and what is refused in words."""

from __future__ import annotations

import numpy as np
import pytest

from features.vectors.vectors import Vectors
from features.vocabulary.errors import ModelRefused
from tests.training.families.offers.uplift.lots import drawn
from training.datasets.dataset import Dataset
from training.families.offers.uplift.experiment import Experiment, mean_effect


def refused(dataset: Dataset, chances: np.ndarray | None = None) -> str:
    with pytest.raises(ModelRefused) as raised:
        Experiment.of(dataset, chances)
    return str(raised.value)


def test_arms_drawn_by_lot_are_an_experiment_and_its_mean_effect_is_the_difference_of_rates() -> (
    None
):
    found = Experiment.of(drawn()[0].dataset)
    acted, treated = found.outcomes, found.treated
    effect, low, high = found.effect()
    assert effect == pytest.approx(acted[treated].mean() - acted[~treated].mean())
    assert low < 0.06 < high and low < effect < high
    auc, half = found.balance
    assert abs(auc - 0.5) < half


def test_without_a_control_arm_nothing_is_claimed() -> None:
    dataset = drawn()[0].dataset
    assert "control arm" in refused(Dataset(dataset.vectors, dataset.outcomes))


def test_a_control_arm_of_five_is_refused() -> None:
    dataset = drawn()[0].dataset
    treated = np.ones(dataset.rows, np.bool_)
    treated[:5] = False
    assert "100" in refused(Dataset(dataset.vectors, dataset.outcomes, treated))


def test_chances_of_one_in_a_million_are_refused_and_the_row_is_named() -> None:
    dataset = drawn()[0].dataset
    chances = np.full(dataset.rows, 0.5)
    chances[7] = 1e-6
    assert "row 7" in refused(dataset, chances)


def test_arms_that_were_chosen_by_behaviour_are_refused() -> None:
    dataset = drawn()[0].dataset
    random = np.random.default_rng(2)
    picked = random.random(dataset.rows) < dataset.vectors.column("rank")
    assert "told apart" in refused(Dataset(dataset.vectors, dataset.outcomes, picked))


def test_known_chances_that_differ_are_weighed_out() -> None:
    """Half of the customers are treated nine times in ten and act more often anyway."""
    random = np.random.default_rng(3)
    rows = 20_000
    often = np.arange(rows) % 2 == 0
    chances = np.where(often, 0.9, 0.1)
    treated = random.random(rows) < chances
    acted = (random.random(rows) < np.where(often, 0.6, 0.2) + 0.1 * treated).astype(np.float64)
    values = often[:, None].astype(np.float32)
    keys = np.arange(rows, dtype=np.int32)
    vectors = Vectors("plan", ("often",), keys, np.zeros(rows, np.int64), values)
    found = Experiment.of(Dataset(vectors, acted, treated), chances)
    naive = mean_effect(acted, treated, np.ones(rows))
    _, low, high = found.effect()
    assert low < 0.1 < high and naive[0] > 0.3


def test_arms_by_what_customers_were_going_to_do_are_refused() -> None:
    """Who is likely to act is shown the offer: what they did before tells the arm."""
    random = np.random.default_rng(5)
    rank = random.random(6_000)
    acted = random.random(6_000) < 0.1 + 0.8 * rank
    treated = random.random(6_000) < np.where(acted, 0.7, 0.3)
    values = rank[:, None].astype(np.float32)
    keys = np.arange(6_000, dtype=np.int32)
    vectors = Vectors("plan", ("rank",), keys, np.zeros(6_000, np.int64), values)
    assert "told apart" in refused(Dataset(vectors, acted.astype(np.float64), treated))


def test_a_control_arm_that_lost_who_did_not_act_is_refused() -> None:
    """Half of each arm by lot, and half of those of the control arm who did not act were never written down."""
    dataset = drawn()[0].dataset
    assert dataset.treated is not None
    random = np.random.default_rng(6)
    is_lost = ~dataset.treated & (dataset.outcomes == 0) & (random.random(dataset.rows) < 0.5)
    some = dataset.select(~is_lost)
    said = refused(some, np.full(some.rows, 0.5))
    assert "as many who were shown it as their chances say" in said
    assert f"{int(dataset.treated.sum()):,} of {some.rows:,} where {some.rows / 2:,.0f}" in said


def test_a_lot_that_holds_for_good_is_far_from_its_share_by_customers_and_not_by_rows() -> None:
    """112 of 200 customers were drawn with a chance of a half, which happens, and each of their ten campaigns tells it again."""
    random = np.random.default_rng(7)
    treated = np.repeat(np.arange(200) < 112, 10)
    acted = (random.random(2_000) < 0.3 + 0.1 * treated).astype(np.float64)
    values = random.random((2_000, 1)).astype(np.float32)
    seconds = np.tile(np.arange(10), 200)
    for keys, is_refused in ((np.repeat(np.arange(200), 10), False), (np.arange(2_000), True)):
        vectors = Vectors("plan", ("noise",), keys.astype(np.int32), seconds, values)
        dataset, chances = Dataset(vectors, acted, treated), np.full(2_000, 0.5)
        if is_refused:
            assert "as their chances say" in refused(dataset, chances)
        else:
            assert Experiment.of(dataset, chances).treated.sum() == 1_120
