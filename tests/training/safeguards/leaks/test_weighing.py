"""The figures by which columns are weighed, each against a few lines that compute it otherwise."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from features.plan.plan import standard_plan
from features.vectors.vectors import Vectors
from tests.builders import at, contact, order, pack_of
from training.safeguards.leaks.coding import Coded, standing
from training.safeguards.leaks.columns import Known, ReadColumn, read_columns
from training.safeguards.leaks.report import newest_rows
from training.safeguards.leaks.sides import one_sided
from training.safeguards.leaks.tried import Echo
from training.safeguards.leaks.weighing import concordance, folds_of


def by_pairs(outcomes: np.ndarray, scores: np.ndarray) -> float:
    pairs = [(a, b) for a, b in combinations(range(len(outcomes)), 2) if outcomes[a] != outcomes[b]]
    right = 0.0
    for first, second in pairs:
        more, less = (first, second) if outcomes[first] > outcomes[second] else (second, first)
        right += 0.5 if scores[more] == scores[less] else float(scores[more] > scores[less])
    return right / len(pairs)


@pytest.mark.parametrize("kinds", [2, 3, 9])
def test_the_concordance_is_the_share_of_pairs_put_in_order(kinds: int) -> None:
    draw = np.random.default_rng(kinds)
    outcomes = draw.integers(0, kinds, 60).astype(np.float64)
    scores = np.round(outcomes + draw.normal(size=60), 1)
    assert concordance(outcomes, scores) == pytest.approx(by_pairs(outcomes, scores), abs=1e-12)
    assert concordance(outcomes, np.zeros(60)) == 0.5
    assert concordance(np.ones(60), scores) == 0.5


def test_values_stand_by_their_rank_and_missing_ones_in_the_middle() -> None:
    assert standing(np.array([3.0, np.nan, 1.0, 3.0])).tolist() == pytest.approx(
        [1 / 6, 0.0, -1 / 3, 1 / 6]
    )
    assert standing(np.array([np.nan, np.nan])).tolist() == [0.0, 0.0]


def test_customers_are_dealt_into_three_folds_of_like_size() -> None:
    counts = np.bincount(folds_of(np.arange(9_000, dtype=np.int32)))
    assert len(counts) == 3 and counts.min() > 2_800
    assert (
        folds_of(np.array([5, 5], np.int32)).tolist() == [folds_of(np.array([5], np.int32))[0]] * 2
    )


def test_the_newest_cutoffs_are_looked_at_as_far_back_as_there_are_enough() -> None:
    cutoffs = np.repeat([10, 20, 30], 1_500).astype(np.int64)
    outcomes = np.tile([0.0, 1.0, 0.0], 1_500)
    assert newest_rows(cutoffs, outcomes).tolist() == list(range(1_500, 4_500))
    assert len(newest_rows(np.full(9_000, 10), np.tile([0.0, 1.0], 4_500))) == 6_000


def test_every_column_knows_its_features_and_whether_it_says_when_it_was_known() -> None:
    pack = pack_of(
        {
            "anna": [order("2025-01-01", known="2025-01-02"), contact("2025-01-03", score=3.0)],
            "bert": [order("2025-01-05"), contact("2025-01-04", "survey", score=4.0)],
        }
    )
    plan = standard_plan(pack)
    found = {one.name: one for one in read_columns(plan.declarations, pack, plan.feature_names)}
    assert found["purchases"].known is Known.STATED and found["contacts"].known is Known.DATED
    assert "days_since_order" in found["purchases"].feature_names
    assert "survey_score_last" in found["contacts.score"].feature_names
    assert set(found["contacts.score"].feature_names) < set(found["contacts"].feature_names)
    assert found["contacts"].is_whole_table and not found["contacts.score"].is_whole_table
    read = {name for one in found.values() for name in one.feature_names}
    # The time of the year is of no table.
    assert read == {one for one in plan.feature_names if not one.startswith("days_from_")}
    only = read_columns(plan.declarations, pack, ["days_since_order"])
    assert [one.name for one in only] == ["purchases"]


@pytest.mark.parametrize(
    ("value", "error", "heard", "own"),
    [
        (1.0, 0.05, True, False),
        (1.24, 0.05, True, False),
        (1.26, 0.05, False, False),
        (0.76, 0.05, True, False),
        (0.74, 0.05, False, False),
        (0.49, 0.05, False, True),
        (0.5, 0.05, False, False),
        (1.0, 0.25, True, False),
        (1.0, 0.26, False, False),
        (0.0, 0.26, False, False),
    ],
)
def test_an_echo_is_heard_or_not_and_told_or_not(
    value: float, error: float, heard: bool, own: bool
) -> None:
    echo = Echo(value, error)
    assert (echo.is_heard, echo.is_own) == (heard, own)


def sided(values: list[float], left: int, known: Known = Known.ALWAYS, name: str = "x") -> str:
    """What is said of a column of so many customers, of whom the first ``left`` left."""
    rows = len(values)
    column = ReadColumn(name, "customers", known, (name,))
    vectors = Vectors(
        "",
        (name,),
        np.arange(rows, dtype=np.int32),
        np.full(rows, at("2025-01-01").seconds, np.int64),
        np.array(values, np.float32)[:, None],
    )
    return one_sided(column, vectors, np.arange(rows) < left, ("left", "stayed"))


NAN = float("nan")


def test_what_is_there_for_one_side_alone_is_said() -> None:
    assert sided([3.0] * 20 + [NAN] * 80, 25) == "known for 20 who left and for 0 others"
    assert sided([NAN] * 30 + [3.0] * 70, 30) == "known for 70 who stayed and for 0 others"
    assert sided([NAN] * 20 + [3.0, 4.0] * 40, 25) == "missing for 20 who left and for 0 others"
    assert sided([1.0] * 20 + [0.0] * 80, 25) == "x is set for 20 who left and for 0 others"
    assert sided([2.0] * 20 + [0.0] * 80, 25, Known.DATED) == "x is there for 20 who left and for 0 others"  # fmt: skip


def test_what_a_few_have_or_both_sides_or_is_stated_is_no_wonder() -> None:
    # Of nineteen 14.25 others are expected, and fifteen are asked for.
    assert sided([3.0] * 19 + [NAN] * 81, 25) == ""
    assert sided([3.0] * 24 + [NAN] + [3.0] + [NAN] * 74, 25) == ""
    assert sided([3.0] * 20 + [NAN] * 80, 25, Known.STATED) == ""
    # That none of a kind leaves is no wonder: they may not be able to.
    assert sided([0.0] * 25 + [1.0] * 75, 25) == ""


def test_one_in_a_hundred_of_the_other_side_is_told_with_its_number_and_two_are_no_wonder() -> None:
    # Of 141 three quarters, 105.75, would be others by chance.
    nearly = [3.0] * 140 + [NAN] * 110
    one, two = ([*nearly, *[3.0] * others, *[NAN] * (750 - others)] for others in (1, 2))
    assert sided(one, 250) == "known for 140 who left and for 1 others"
    assert sided(two, 250) == ""


@pytest.mark.parametrize(("fine", "bends"), [(False, 1), (True, 3)])
def test_every_column_that_is_weighed_varies_as_much_as_any_other(fine: bool, bends: int) -> None:
    values = np.array([3.0, NAN, 1.0, 3.0, 8.0, 2.0, NAN, 0.5])
    missing = np.isnan(values)
    stands = {"told": standing(values), "full": standing(np.arange(8.0)), "flat": np.zeros(8)}
    gaps = {"told": missing, "full": np.zeros(8, np.bool_), "flat": np.zeros(8, np.bool_)}
    found = Coded.of(stands, gaps, frozenset(stands) if fine else frozenset())
    assert np.allclose(found.matrix.mean(axis=0), 0.0) and np.allclose(found.matrix.std(axis=0), 1)
    # Where a value stands, its bends, and that it is missing, where any is; what is the same for all is none.
    counts = {name: len(places) for name, places in found.places.items()}
    assert counts == {"told": 2 + bends, "full": 1 + bends, "flat": 0}
    assert sorted(found.of_features({"told"}).tolist()) == found.places["told"].tolist()
    others = found.of_features({"told"}, others=True).tolist()
    assert others == found.places["full"].tolist()
