"""The BG/NBD rule: the chance of the published model, told in parts that add up."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest

from features.declarations.buying import BuyingModel
from features.kernel.repeat_buying import no_purchase
from features.vectors.vectors import Vectors
from training.learners.calibration import sigmoid
from training.learners.repeat_buying import READ, RepeatBuying

CDNOW = BuyingModel(r=0.243, alpha=30.9, a=0.793, b=2.426)
DRAW = np.random.default_rng(4)
TENURE = DRAW.uniform(1, 900, 300)
VALUES = np.column_stack([DRAW.integers(1, 30, 300), TENURE * DRAW.random(300), TENURE]).astype(
    np.float32
)
VALUES[5] = (0.0, np.nan, np.nan)


def vectors(values: np.ndarray) -> Vectors:
    rows = np.arange(len(values), dtype=np.int32)
    return Vectors("plan", READ, rows, np.zeros(len(values), np.int64), values)


RULE = RepeatBuying.of(CDNOW, 90, vectors(VALUES))


def test_the_chance_is_that_of_the_kernel() -> None:
    known = np.delete(VALUES, 5, axis=0).astype(float)
    expected = [
        no_purchase(days - 1, silence, tenure, 0.243, 30.9, 0.793, 2.426, 90.0)
        for days, silence, tenure in known.tolist()
    ]
    found = sigmoid(RULE.score(vectors(known.astype(np.float32))))
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_the_longest_silences_are_told_apart_where_the_chance_itself_is_one() -> None:
    rows = np.array([[400, 3_000, 4_000], [400, 3_001, 4_000]], np.float32)
    scores = RULE.score(vectors(rows))
    assert sigmoid(scores).tolist() == [1.0, 1.0] and scores[1] > scores[0]


def test_what_is_told_in_any_order_adds_on_average_what_each_of_the_three_adds() -> None:
    row = np.array([[12.0, 80.0, 400.0]], np.float32)
    added = np.zeros(3)
    for order in permutations(range(3)):
        told = RULE.typical.astype(np.float32).copy()[None, :]
        for place in order:
            before = RULE.log_odds(told)[0]
            told[0, place] = row[0, place]
            added[place] += (RULE.log_odds(told)[0] - before) / 6
    np.testing.assert_allclose(RULE.contributions(row)[0], added, rtol=1e-5)


def test_base_and_parts_add_up_to_the_log_odds() -> None:
    total = RULE.base_log_odds + RULE.contributions(VALUES).sum(axis=1)
    np.testing.assert_allclose(total, RULE.log_odds(VALUES), rtol=0, atol=1e-9)


def test_whoever_never_bought_is_told_by_the_typical_customer() -> None:
    assert RULE.log_odds(VALUES[5:6]).tolist() == [RULE.base_log_odds]
    assert RULE.contributions(VALUES[5:6]).tolist() == [[0.0, 0.0, 0.0]]
    np.testing.assert_allclose(RULE.typical, np.median(np.delete(VALUES, 5, axis=0), axis=0))


def test_the_opposite_is_the_chance_of_a_purchase() -> None:
    bought = RULE.opposite
    np.testing.assert_array_equal(bought.log_odds(VALUES), -RULE.log_odds(VALUES))
    np.testing.assert_array_equal(bought.contributions(VALUES), -RULE.contributions(VALUES))
    assert bought.base_log_odds == -RULE.base_log_odds


@pytest.mark.parametrize("rule", [RULE, RULE.opposite], ids=["silence", "purchase"])
def test_saved_and_loaded_it_scores_the_same(rule: RepeatBuying, tmp_path: Path) -> None:
    rule.save(tmp_path)
    again = RepeatBuying.load(tmp_path)
    assert again.log_odds(VALUES).tolist() == rule.log_odds(VALUES).tolist()
    assert again.to_files() == rule.to_files() and again.base_log_odds == rule.base_log_odds


def test_a_row_alone_scores_as_in_a_batch_bit_for_bit() -> None:
    together = RULE.score(vectors(VALUES))
    assert [RULE.score(vectors(VALUES[[row]]))[0] for row in range(300)] == together.tolist()
    order = (2, 0, 1)
    shuffled = replace(
        vectors(VALUES[:, order]), feature_names=tuple(READ[place] for place in order)
    )
    assert RULE.score(shuffled).tolist() == together.tolist()
    assert RULE.score(vectors(VALUES[:0])).shape == (0,)
