"""Trees of a company whose table has one row a purchase, few distinct amounts, and few who come again.

Nearly all columns are empty for most customers, and full for the few who come again and whose amounts are learned.
LightGBM would keep such columns as one list, with room for what the whole table leads to expect: where the rows that
are learned from hold more, it writes past the end and the process is killed.
"""

from __future__ import annotations

import re

import numpy as np
import pytest

from features.vocabulary.arrays import Floats
from training.learners.trees import BinnedRows, BoostingSettings, Trees

CUSTOMERS = 20_000
DAYS = (30, 60, 90, 120, 150, 180, 240, 300, 365, 500, 600, 730)
AMOUNTS = np.array([5, 10, 15, 20, 25, 30, 50, 75, 100, 150, 250, 500], float)
SETTINGS = BoostingSettings(learning_rate=0.15, feature_fraction=0.3)


def single_purchases(seed: int) -> tuple[np.ndarray, Floats]:
    """What is known of each customer, and what they spend afterwards: a third bought more than once."""
    draw = np.random.default_rng(seed)
    purchases = 1 + np.where(draw.random(CUSTOMERS) < 1 / 3, draw.geometric(0.3, CUSTOMERS), 0)
    owner = np.repeat(np.arange(CUSTOMERS), purchases)
    ago = draw.uniform(0, 3_000, len(owner))
    amounts = draw.choice(AMOUNTS, len(owner), p=np.arange(12, 0, -1) / 78)
    columns = []
    for days in DAYS:
        inside = ago < days
        count = np.bincount(owner[inside], minlength=CUSTOMERS).astype(float)
        spend = np.bincount(owner[inside], amounts[inside], minlength=CUSTOMERS)
        mean = np.where(count > 0, spend / np.maximum(count, 1), np.nan)
        columns += [count, spend, mean, count > 0, count / days, mean - 10]
    last = np.full(CUSTOMERS, np.inf)
    np.minimum.at(last, owner, ago)
    gap = np.where(purchases > 1, draw.gamma(2, 50, CUSTOMERS), np.nan)
    columns += [last, gap, last / gap, gap / 30, purchases, purchases == 1]
    bought = draw.random(CUSTOMERS) < np.where(last < 240, 0.95, 0.02)
    return np.column_stack(columns).astype(np.float32), np.where(
        bought, draw.choice(AMOUNTS, CUSTOMERS) * 100, 0.0
    )


def numbers(text: str, field: str) -> list[Floats]:
    """A field of every tree as LightGBM writes it."""
    return [np.array(one.split(), float) for one in re.findall(rf"^{field}=(.*)$", text, re.M)]


def told_and_true(trees: Trees, rows: np.ndarray, amounts: Floats) -> tuple[Floats, Floats]:
    """How much each leaf of gamma trees says it learned from, and the same of the rows that fall into it.

    That of a row is amount / expected amount, the second derivative of the gamma loss in its logarithm.
    """
    expected = np.full(len(rows), np.log(amounts.mean()))
    leaves = np.asarray(trees.booster.predict(rows, pred_leaf=True), int)
    told, true = [], []
    steps = zip(numbers(trees.text, "leaf_weight"), numbers(trees.text, "leaf_value"), strict=True)
    for tree, (weights, values) in enumerate(steps):
        own = np.bincount(leaves[:, tree], amounts * np.exp(-expected), minlength=len(weights))
        told.append(weights)
        true.append(own)
        start = np.log(amounts.mean()) if tree == 0 else 0.0
        expected += values[leaves[:, tree]] - start
    return np.concatenate(told), np.concatenate(true)


@pytest.mark.parametrize("seed", range(2))
def test_each_leaf_has_learned_from_the_rows_that_fall_into_it(seed: int) -> None:
    rows, amounts = single_purchases(seed)
    names = [f"feature {one}" for one in range(rows.shape[1])]
    ground = BinnedRows(rows, np.zeros(CUSTOMERS, np.bool_), names, SETTINGS)
    bought = amounts > 0
    trees = ground.grow(amounts, bought, {"objective": "gamma"}, rounds=20)
    told, true = told_and_true(trees, rows[bought], amounts[bought])
    np.testing.assert_allclose(told, true, rtol=1e-3)
