"""Trees grown from rows that LightGBM reads block by block."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from training.learners.trees import BinnedRows, BoostingSettings, in_blocks, prepared_rows

ROWS = 60
DRAW = np.random.default_rng(3)
VALUES = DRAW.normal(size=(ROWS, 2)).astype(np.float32)
VALUES[::7, 1] = np.nan


def halved(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    return rows * np.float32(0.5)


def grown(rows: object) -> str:
    binned = BinnedRows(
        rows, np.zeros(ROWS, np.bool_), ["a", "b"], BoostingSettings(leaf_share=0.1)
    )
    everything = np.ones(ROWS, np.bool_)
    return binned.grow(VALUES[:, 0].astype(float), everything, {"objective": "l2"}, rounds=3).text


@pytest.mark.parametrize("rows_at_once", [1, 2, ROWS - 1, ROWS, ROWS + 1])
def test_wherever_a_block_ends_the_trees_are_those_of_the_whole_matrix(rows_at_once: int) -> None:
    assert grown(in_blocks(VALUES, halved, rows_at_once)) == grown(halved(VALUES))


def test_few_rows_are_one_matrix_and_many_come_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    few = prepared_rows(VALUES, halved)
    np.testing.assert_array_equal(few, halved(VALUES))
    monkeypatch.setattr("training.learners.trees._VALUES_AT_ONCE", VALUES.size - 1)
    many = prepared_rows(VALUES, halved)
    assert not isinstance(many, np.ndarray) and grown(many) == grown(few)


@pytest.mark.parametrize("rows_at_once", [1, 7, ROWS])
def test_every_row_asked_for_alone_is_the_one_of_its_place(rows_at_once: int) -> None:
    blocks = in_blocks(VALUES, halved, rows_at_once)
    alone = [blocks[place] for place in range(ROWS)]
    np.testing.assert_array_equal(alone, halved(VALUES).astype(np.float64))
    np.testing.assert_array_equal(blocks[np.int64(8)], halved(VALUES)[8].astype(np.float64))


def test_a_block_is_prepared_once_for_all_of_its_rows() -> None:
    prepared = []

    def counted(rows: NDArray[np.float32]) -> NDArray[np.float32]:
        prepared.append(len(rows))
        return halved(rows)

    blocks = in_blocks(VALUES, counted, 25)
    for place in range(ROWS):
        blocks[place]
    assert prepared == [25, 25, 10]
