"""The rows of an experiment: declared cutoffs, and the same rows when they are opened again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from experiments.declared.definition import CutoffSettings, ExperimentDefinition
from experiments.trials.rows import ExperimentRows, rows_of
from features.company.settings.questions import ChurnSettings, ReasonSettings
from features.vocabulary.errors import ModelRefused
from tests.training.companies import company
from training.datasets.folds import FoldSplit
from training.datasets.splits import OriginSplit

PACK = company(300)


def rows(place: Path, cutoffs: CutoffSettings, *, horizon_days: int = 60) -> ExperimentRows:
    churn = ChurnSettings(horizon_days=horizon_days)
    definition = ExperimentDefinition(name="own", churn=churn, cutoffs=cutoffs)
    return rows_of(definition, PACK, ReasonSettings(), place)


@pytest.mark.parametrize(
    "cutoffs", [CutoffSettings(), CutoffSettings(count=5, step_days=30), CutoffSettings(count=1)]
)
def test_what_is_opened_again_is_what_was_built(tmp_path: Path, cutoffs: CutoffSettings) -> None:
    built, opened = rows(tmp_path, cutoffs), rows(tmp_path, cutoffs)
    assert (built.was_there, opened.was_there) == (False, True)
    assert built.digest == opened.digest and built.labelled.notes == opened.labelled.notes
    assert built.splits.as_dict()["tests"] == opened.splits.as_dict()["tests"]
    assert built.labelled.question == opened.labelled.question
    for name in ("values", "customer_keys", "cutoff_seconds"):
        pair = [getattr(one.dataset.vectors, name) for one in (built, opened)]
        np.testing.assert_array_equal(*pair)
    np.testing.assert_array_equal(built.dataset.outcomes, opened.dataset.outcomes)
    assert [path.name for path in tmp_path.iterdir()] == [built.digest]


def test_another_question_has_rows_of_its_own(tmp_path: Path) -> None:
    one = rows(tmp_path, CutoffSettings(count=3))
    other = rows(tmp_path, CutoffSettings(count=3), horizon_days=50)
    tests = rows(tmp_path, CutoffSettings(count=3, tests=1))
    assert one.digest != other.digest and not other.was_there
    assert tests.digest == one.digest and tests.was_there


def test_cutoffs_are_counted_back_from_the_latest_whose_outcome_is_known(tmp_path: Path) -> None:
    found = rows(
        tmp_path, CutoffSettings(count=7, step_days=30, tests=2, fit_window_days=150, refit_every=2)
    )
    late, early = found.splits.tests
    assert isinstance(late, OriginSplit) and isinstance(early, OriginSplit)
    assert [str(late.test), str(early.test)] == ["2010-12-07", "2010-11-07"]
    assert late.learned_from == early.learned_from
    assert [str(one) for one in early.learned_from] == [
        "2010-06-10",
        "2010-07-10",
        "2010-08-09",
        "2010-09-08",
    ]


def test_one_cutoff_is_tested_on_other_customers(tmp_path: Path) -> None:
    found = rows(tmp_path, CutoffSettings(count=1), horizon_days=200)
    assert all(isinstance(one, FoldSplit) for one in found.splits.tests)
    assert set(found.dataset.vectors.cutoff_seconds.tolist()) == {
        int(found.splits.cutoffs[0].seconds)
    }


def test_a_horizon_longer_than_the_history_is_refused_with_the_days_it_takes(
    tmp_path: Path,
) -> None:
    with pytest.raises(ModelRefused, match=r"Expected 401 days of history.*found 399 days"):
        rows(tmp_path, CutoffSettings(count=1), horizon_days=400)
    with pytest.raises(ModelRefused, match="3 cutoffs 200 days apart"):
        rows(tmp_path, CutoffSettings(count=3), horizon_days=200)
    assert list(tmp_path.iterdir()) == []


def test_a_window_too_short_to_learn_in_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelRefused, match="a window of 61 days"):
        rows(tmp_path, CutoffSettings(count=5, fit_window_days=61))
