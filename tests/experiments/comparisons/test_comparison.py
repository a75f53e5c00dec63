"""Experiments that were run, side by side: the same rows, only the settings that differ, and a page."""

from __future__ import annotations

from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from experiments.comparisons.comparison import compare_experiments
from experiments.comparisons.page import page_of
from experiments.comparisons.paired import ComparedSide, paired_answers
from experiments.trials.results import ResultFiles
from features.company.erased_names import ErasedNames
from features.company.workspace import Workspace
from features.vocabulary.errors import UsageRefused
from tests.experiments.trials.company import QUICK, copied, declare, ground_of, ingested_once, run


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Three experiments: one twice as firm, one about another horizon."""
    made = ingested_once(tmp_path_factory)
    folder = copied(made, tmp_path_factory.mktemp("compared") / "company")
    firm = '[learner]\nrungs = ["logistic regression"]\nparameters = { strength = 3000.0 }\n'
    declare(folder, "quick", QUICK)
    declare(folder, "firm", firm + "[cutoffs]\ncount = 5\ntests = 2\n")
    declare(
        folder,
        "short",
        "[churn]\nhorizon_days = 40\n[cutoffs]\ncount = 5\nstep_days = 60\n" + QUICK,
    )
    for name in ("quick", "firm", "short"):
        run(folder, name)
    return ground_of(folder).workspace


def test_only_rows_that_both_answered_are_compared_and_only_what_differs_is_shown(
    workspace: Workspace,
) -> None:
    found = compare_experiments(["quick/logistic regression", "firm"], workspace, resamples=100)
    quick, firm = (ResultFiles(workspace).read(one) for one in ("quick", "firm"))
    assert found.rows == min(one.data["tested_rows"] for one in (quick, firm))
    assert found.rows + found.left_out == max(one.data["tested_rows"] for one in (quick, firm))
    assert set(found.settings) == {
        "cutoffs.count",
        "cutoffs.tests",
        "learner.parameters.strength",
        "learner.rungs",
    }
    assert found.settings["learner.parameters.strength"] == ["–", 3000.0]
    assert found.rungs == ("logistic regression", "logistic regression")


def test_the_figures_are_those_of_the_results(workspace: Workspace) -> None:
    found = compare_experiments(["quick/recency rule", "quick/logistic regression"], workspace)
    result = ResultFiles(workspace).read("quick")
    auc, *_ = found.overall
    assert auc.base_value == pytest.approx(result.rung("recency rule").figures["auc"])
    assert auc.value == pytest.approx(result.rung("logistic regression").figures["auc"])
    assert found.settings == {} and found.left_out == 0
    assert found.resamples == 1_000
    assert {one.kind for one in found.kinds} >= {"stage", "status"}


def test_another_question_of_the_same_rows_and_too_few_names_are_refused(
    workspace: Workspace,
) -> None:
    with pytest.raises(UsageRefused, match=r"rows that all of them answered|the same question"):
        compare_experiments(["quick", "short"], workspace)
    with pytest.raises(UsageRefused, match="two experiments or more"):
        compare_experiments(["quick", "quick"], workspace)
    with pytest.raises(UsageRefused, match='Did you mean "recency rule"'):
        compare_experiments(["quick/recenci rule", "firm"], workspace)


def test_whoever_was_erased_is_in_no_comparison(workspace: Workspace, tmp_path: Path) -> None:
    other = Workspace(copied(workspace.folder, tmp_path / "workspace"))
    sides = [
        ComparedSide.of(f"quick/{one}", ResultFiles(other)) for one in ("recency rule", "base rate")
    ]
    before = paired_answers(sides, other)
    with closing(ErasedNames(other.erased)) as erased:
        erased.add([f"c{number:05d}" for number in range(100)])
    after = paired_answers(sides, other)
    assert 0 < after.rows < before.rows
    assert len(np.unique(after.customers)) < len(np.unique(before.customers))


def test_the_page_is_one_file_that_asks_for_nothing_else(workspace: Workspace) -> None:
    page = page_of(compare_experiments(["quick", "firm"], workspace, resamples=100))
    tags: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            tags.append(tag)
            assert not {"src", "href"} & {name for name, _ in attrs}

    Reader().feed(page)
    assert tags.count("h2") >= 5 and tags.count("svg") > 5 and "script" not in tags
    for said in ("learner.rungs", "By cutoff", "Calibration", "processor seconds"):
        assert said in page
    assert "cutoffs.step_days" not in page
