"""What a side answers by, beside what the first does, over the cutoffs both answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from experiments.comparisons.comparison import compare_experiments
from experiments.comparisons.page import page_of
from experiments.comparisons.paired import ComparedSide
from experiments.comparisons.reasons import ReasonDifference, reason_differences
from experiments.trials.results import ExperimentResult, RungResult
from features.company.workspace import Workspace
from tests.experiments.trials.company import QUICK, copied, declare, ground_of, ingested_once, run

RUNG = RungResult("line", "", False, {}, None, None, {}, {}, 0.0)
RESULT = ExperimentResult("", "", "", {}, {}, {}, {}, (), "line")


def side(label: str, **reasons: Mapping[str, float]) -> ComparedSide:
    return ComparedSide(label, RESULT, replace(RUNG, reasons=reasons))


def test_a_difference_is_the_mean_over_the_cutoffs_with_the_least_and_the_most_at_any() -> None:
    before = side("a", may={"Silence": 0.8, "Money": 0.2}, june={"Silence": 0.6, "Money": 0.4})
    after = side("b", may={"Silence": 0.5, "Visits": 0.5}, june={"Silence": 0.5, "Money": 0.5})
    assert [rounded(one) for one in reason_differences([before, after])] == [
        ("Visits", "b", 0.0, 0.25, 0.25, 0.0, 0.5, False),
        ("Silence", "b", 0.7, 0.5, -0.2, -0.3, -0.1, True),
        ("Money", "b", 0.3, 0.25, -0.05, -0.2, 0.1, False),
    ]


def test_only_cutoffs_at_which_both_can_say_it_count_and_groups_of_no_weight_are_left_out() -> None:
    before = side("a", may={"Silence": 0.995, "Money": 0.005}, june={"Silence": 1.0}, july={})
    after = side("b", may={"Silence": 0.991, "Money": 0.009}, july={"Money": 1.0})
    (told,) = reason_differences([before, after])
    assert rounded(told)[:5] == ("Silence", "b", 0.995, 0.991, -0.004)
    assert reason_differences([before, side("c"), side("d", june={})]) == []


def rounded(one: ReasonDifference) -> tuple[object, ...]:
    numbers = (one.base_share, one.share, one.difference, one.least, one.most)
    return (one.reason, one.side, *(round(number, 9) for number in numbers), one.is_everywhere)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """One experiment of two rungs, and one that may not read in which rhythm customers buy."""
    made = ingested_once(tmp_path_factory)
    folder: Path = copied(made, tmp_path_factory.mktemp("reasons") / "company")
    declare(folder, "quick", QUICK)
    declare(
        folder,
        "blind",
        '[learner]\nrungs = ["logistic regression"]\n[features]\nwithout = ["rhythm"]\n',
    )
    for name in ("quick", "blind"):
        run(folder, name)
    return ground_of(folder).workspace


def test_what_a_trial_left_out_is_no_reason_any_more_and_the_page_says_so(
    workspace: Workspace,
) -> None:
    names = ["quick/logistic regression", "blind/logistic regression"]
    found = compare_experiments(names, workspace, resamples=10)
    for shares in (one.base_share for one in found.reasons), (one.share for one in found.reasons):
        assert sum(shares) == pytest.approx(1.0, abs=0.05)
    assert found.reasons and any(one.is_everywhere for one in found.reasons)
    page = page_of(found)
    assert "<h2>Reasons</h2>" in page
    assert all(one.reason in page for one in found.reasons)
