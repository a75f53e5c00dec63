"""What a company states itself: of the very customer and second, and at no more moments than one can stand at."""

from __future__ import annotations

import numpy as np
import pytest

from features.vectors.vectors import Vectors
from features.vocabulary.errors import ModelRefused
from features.vocabulary.time import DAY_SECONDS
from tests.builders import Outcome, at, pack_of
from training.questions.stated import Stated

CUTOFF = at("2026-03-01")
LEFT = Stated(30, 0, "left")


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([Outcome("2026-03-01", True)], 1.0),
        ([Outcome("2026-03-01", False)], 0.0),
        ([Outcome("2026-03-01", False), Outcome("2026-03-01", True)], 1.0),
        ([Outcome("2026-03-01", None)], np.nan),
        ([Outcome("2026-02-28T23:59:59", True)], np.nan),
        ([Outcome("2026-03-01T00:00:01", True)], np.nan),
        ([Outcome("2026-03-01", True, name="won")], np.nan),
        ([Outcome("2026-02-01", True), Outcome("2026-03-01", False), Outcome("2026-04-01", True)], 0.0),
        ([], np.nan),
    ],
)  # fmt: skip
def test_an_outcome_is_that_of_the_cutoff_to_the_second(
    rows: list[Outcome], expected: float
) -> None:
    pack = pack_of({"anna": list(rows), "bert": [Outcome("2026-03-01", True)]})
    keys, cutoffs = np.array([0, 1], np.int32), np.full(2, CUTOFF.seconds)
    vectors = Vectors("plan", (), keys, cutoffs, np.empty((2, 0), np.float32))
    found = LEFT.answers(pack, vectors).outcomes
    np.testing.assert_array_equal(found, [expected, 1.0])


@pytest.mark.parametrize(("count", "is_allowed"), [(1, True), (59, True), (60, True), (61, False)])
def test_sixty_moments_are_cutoffs_and_more_are_not(count: int, is_allowed: bool) -> None:
    pack = pack_of({"anna": [Outcome(day * DAY_SECONDS, day % 2 == 0) for day in range(count)]})
    if is_allowed:
        assert [one.seconds for one in LEFT.cutoffs(pack)] == [day * DAY_SECONDS for day in range(count)]  # fmt: skip
    else:
        with pytest.raises(ModelRefused, match="no more than 60"):
            LEFT.cutoffs(pack)


def test_asked_are_those_of_whom_the_table_says_yes_or_no() -> None:
    pack = pack_of(
        {
            "anna": [Outcome("2026-03-01", True)],
            "bert": [Outcome("2026-03-01", None)],
            "carl": [Outcome("2026-03-01", False)],
            "dora": [Outcome("2026-03-01", True, name="won")],
        }
    )
    assert LEFT.customers(pack).tolist() == [0, 2]
