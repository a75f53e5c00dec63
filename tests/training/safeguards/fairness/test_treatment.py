"""Whether a list treats groups alike: by hand, by planted differences, and silent where groups are too small."""

from __future__ import annotations

import numpy as np
import pytest

from training.measures.estimates import Estimate
from training.safeguards.fairness.groups import DeclaredGroups
from training.safeguards.fairness.treatment import (
    AnsweredTest,
    GroupTreatment,
    on_list,
    treatments,
)
from training.safeguards.fairness.words import fairness_section, groups_markdown


def answered(probability: np.ndarray, outcomes: np.ndarray) -> AnsweredTest:
    """A test of as many different customers."""
    return AnsweredTest(np.arange(len(outcomes), dtype=np.int32), outcomes, probability)


def two(codes: np.ndarray) -> DeclaredGroups:
    return DeclaredGroups("gender", ("f", "m"), codes)


def test_the_figures_are_shares_of_the_group_beside_those_of_the_others() -> None:
    # Of a hundred each: 30 and 10 stand on the list, of 40 and 40 who left it holds 20 and 10.
    first = [(0.9, 1)] * 20 + [(0.9, 0)] * 10 + [(0.1, 1)] * 20 + [(0.1, 0)] * 50
    second = [(0.9, 1)] * 10 + [(0.1, 1)] * 30 + [(0.1, 0)] * 60
    probability, outcomes = (
        np.array(column, float) for column in zip(*first, *second, strict=True)
    )
    codes = np.repeat([0, 1], 100)
    f, m = treatments([answered(probability, outcomes)], [two(codes)], list_size=40)
    assert (f.group, f.customers, m.group) == ("f", 100, "m")
    assert f.selection and f.found and f.calibration and m.selection
    assert f.selection.mean == pytest.approx(3.0) and m.selection.mean == pytest.approx(1 / 3)
    assert f.found.mean == pytest.approx(20 / 40 - 10 / 40)
    # 0.34 were expected of the first and 0.18 of the second; 0.40 came of both.
    assert f.calibration.mean == pytest.approx((0.34 - 0.40) - (0.18 - 0.40))
    for one in (f.selection, f.found, f.calibration):
        assert one.low < one.mean < one.high


def test_groups_that_are_treated_alike_hold_one_and_zero_in_their_intervals() -> None:
    missed = 0
    for seed in range(20):
        draw = np.random.default_rng(seed)
        probability = draw.beta(2, 4, 1_000)
        outcomes = (draw.random(1_000) < probability).astype(float)
        found = treatments([answered(probability, outcomes)], [two(draw.integers(0, 2, 1_000))])[0]
        assert found.selection and found.found and found.calibration
        missed += not found.selection.low <= 1 <= found.selection.high
        missed += sum(not one.low <= 0 <= one.high for one in (found.found, found.calibration))
    # Of 60 intervals three miss by chance.
    assert missed <= 8


def test_whoever_is_not_known_stands_in_neither_and_customers_are_drawn_whole() -> None:
    draw = np.random.default_rng(1)
    probability = draw.random(300)
    outcomes = (draw.random(300) < probability).astype(float)
    codes = np.r_[draw.integers(0, 2, 200), np.full(100, -1)]
    once = treatments([answered(probability, outcomes)], [two(codes)])
    assert [one.customers for one in once] == [int((codes == 0).sum()), int((codes == 1).sum())]
    twice = treatments([answered(probability, outcomes)] * 2, [two(np.r_[codes, codes])])
    for alone, both in zip(once, twice, strict=True):
        assert both.customers == 2 * alone.customers
        # The same customers at two days make no interval narrower.
        assert (alone.selection, alone.found) == (both.selection, both.found)


def test_a_small_group_is_counted_and_not_judged() -> None:
    draw = np.random.default_rng(2)
    probability, outcomes = draw.random(200), np.r_[np.ones(19), np.zeros(181)]
    few = treatments([answered(probability, outcomes)], [two(np.r_[np.zeros(49), np.ones(151)])])
    assert few == [
        GroupTreatment("gender", "f", 49, None, None, None),
        GroupTreatment("gender", "m", 151, None, None, None),
    ]
    enough = treatments([answered(probability, outcomes)], [two(np.repeat([0, 1], 100))])
    assert all(one.selection and one.calibration and one.found is None for one in enough)
    assert treatments([answered(probability, outcomes)], []) == []


@pytest.mark.parametrize(("size", "expected"), [(0, 1), (3, 3), (99, 10)])
def test_a_list_is_as_long_as_asked_or_the_riskiest_tenth(size: int, expected: int) -> None:
    probability = np.arange(10) / 10
    assert on_list(probability, size).sum() == expected
    assert on_list(np.full(10, 0.5), size).sum() == pytest.approx(expected)


def test_the_card_shows_each_group_and_says_too_small() -> None:
    one = GroupTreatment("age", "up to 26", 900, Estimate(1.5, 1.2, 1.9), None, Estimate(-0.02, -0.05, 0.01))  # fmt: skip
    left_out = {"name": "age", "given_up": 0.0, "told": 0.5, "proxies": []}
    fairness = {"rows": 900, "left_out": [left_out], "lawful": {}, "groups": [one.as_dict()], "list_size": 40}  # fmt: skip
    table = groups_markdown(fairness)
    assert (
        "| age | up to 26 | 900 | 1.50 [1.20, 1.90] | too small | -2.0% [-5.0%, +1.0%] |" in table
    )
    assert any(
        "a list of 40 customers treats groups alike" in part for part in fairness_section(fairness)
    )
    assert groups_markdown({"left_out": [], "lawful": {}}) == ""
