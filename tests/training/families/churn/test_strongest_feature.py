"""The feature that tells most by itself: which it is, which way it points, and what is none."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from features.vectors.vectors import Vectors
from training.datasets.dataset import Dataset
from training.families.churn import strongest_feature as module
from training.families.churn.strongest_feature import (
    NO_FEATURE,
    StrongestFeature,
    strongest_feature,
)

NAN = float("nan")
LEFT = [0, 0, 0, 1, 1, 1]
RISING, FALLING = [1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1]
NEARLY = [1, 2, 4, 3, 5, 6]


def strongest(outcomes: list[int], **columns: Sequence[float]) -> StrongestFeature:
    rows = len(outcomes)
    keys, cutoffs = np.arange(rows, dtype=np.int32), np.zeros(rows, np.int64)
    values = np.array(list(columns.values()), np.float32).reshape(len(columns), rows).T
    vectors = Vectors("", tuple(columns), keys, cutoffs, values)
    return strongest_feature(Dataset(vectors, np.array(outcomes, np.float64)), tuple(columns))


def test_it_is_the_one_nearest_to_the_outcomes_whichever_way_it_points() -> None:
    assert strongest(LEFT, noise=NEARLY, found=RISING) == StrongestFeature("found", 1)
    assert strongest(LEFT, found=FALLING, noise=NEARLY) == StrongestFeature("found", -1)
    assert strongest(LEFT, noise=[1, 1, 1, 1, 1, 1], found=NEARLY) == StrongestFeature("found", 1)


def test_of_equals_it_is_the_first() -> None:
    assert strongest(LEFT, down=FALLING, up=RISING) == StrongestFeature("down", -1)
    assert strongest(LEFT, up=RISING, down=FALLING) == StrongestFeature("up", 1)


def test_what_is_missing_stands_in_the_middle_and_tells_nothing_of_its_own() -> None:
    # Of 1, 5 and 9 the middle is 5: the fourth and the fifth who have nothing stand there, above the second alone.
    gaps = [1, 5, NAN, NAN, NAN, 9]
    assert strongest(LEFT, gaps=gaps) == strongest(LEFT, gaps=[1, 5, 5, 5, 5, 9])
    assert strongest(LEFT, gaps=gaps, told=NEARLY) == StrongestFeature("told", 1)
    assert strongest(LEFT, none=[NAN] * 6) == NO_FEATURE


def test_there_is_none_without_features_or_with_one_outcome() -> None:
    assert strongest(LEFT) == strongest([1] * 6, found=RISING) == NO_FEATURE
    assert strongest(LEFT, flat=[3] * 6) == NO_FEATURE


@pytest.mark.parametrize(("most", "name"), [(6, "all"), (5, "every_second"), (3, "every_second")])
def test_of_very_many_rows_evenly_spaced_ones_are_read(
    monkeypatch: pytest.MonkeyPatch, most: int, name: str
) -> None:
    monkeypatch.setattr(module, "MOST_ROWS", most)
    columns: dict[str, list[float]] = {
        "all": [1, 2, 4, 9, 3, 9],
        "every_second": [1, 9, 2, 0, 3, 0],
    }
    assert strongest(LEFT, **columns).name == name
