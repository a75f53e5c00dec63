"""A search finds the same however many answer beside one another and however often it is killed, and opens one cutoff last."""

from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from experiments.searches.result import SearchFiles, SearchResult
from experiments.searches.running import FinishedSearch
from experiments.searches.studying import ANSWERED, FAILED
from features.vocabulary.errors import ModelRefused, SettingsRefused, UsageRefused
from tests.experiments.backtests.test_walking import with_another_future
from tests.experiments.searches.company import SEARCHED, searched
from tests.experiments.trials.company import copied, declare, ground_of, ingested_once, run

KILLED = """
import os, signal, sys
from pathlib import Path
from tests.experiments.searches.company import searched
def progress(step, done, total):
    if step.startswith(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
searched(Path(sys.argv[1]), progress)
"""


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = copied(ingested_once(tmp_path_factory), tmp_path_factory.mktemp("search") / "company")
    declare(folder, "searched", SEARCHED)
    return folder


@pytest.fixture(scope="module")
def whole(company: Path, tmp_path_factory: pytest.TempPathFactory) -> FinishedSearch:
    return searched(copied(company, tmp_path_factory.mktemp("whole") / "company"))


def found_in(result: SearchResult) -> dict[str, object]:
    """All that does not tell how long it took."""
    return replace(result, seconds=0.0).as_dict()


def test_two_workers_find_what_one_does(
    company: Path, whole: FinishedSearch, tmp_path: Path
) -> None:
    other = searched(copied(company, tmp_path / "company"), workers=2).result
    assert found_in(other) == found_in(whole.result)
    assert [one.number for one in other.trials] == list(range(6))
    assert other.best.figure == min(
        one.figure for one in other.trials if one.state == ANSWERED and one.figure is not None
    )


def test_killed_it_goes_on_to_the_same_result_and_with_more_trials_from_there(
    company: Path, whole: FinishedSearch, tmp_path: Path
) -> None:
    folder = copied(company, tmp_path / "company")
    for step in ("trying settings 5", "opening"):
        words = [sys.executable, "-c", KILLED, str(folder), step]
        killed = subprocess.run(words, capture_output=True, check=False)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        assert SearchFiles(ground_of(folder).workspace).known("searched") is None
    assert found_in(searched(folder).result) == found_in(whole.result)
    assert searched(folder).was_known
    declare(folder, "searched", SEARCHED.replace("trials = 6", "trials = 8"))
    more = searched(folder)
    assert not more.was_known and len(more.result.trials) == 8
    assert list(more.result.trials[:6]) == list(whole.result.trials)
    assert more.result.opened is not None
    is_other = more.result.best.parameters != whole.result.best.parameters
    assert more.result.opened.openings == 1 + is_other


def test_the_reserved_cutoff_chooses_nothing(
    company: Path, whole: FinishedSearch, tmp_path: Path
) -> None:
    opened = whole.result.opened
    assert opened is not None and opened.cutoff not in whole.result.choosing
    assert opened.openings == 1 and len(whole.result.choosing) == 2
    folder = with_another_future(company, tmp_path / "other", opened.cutoff)
    other = searched(folder).result
    assert list(other.trials) == list(whole.result.trials)
    assert other.opened is not None and other.opened.differences != opened.differences


def test_the_best_declared_as_an_experiment_has_the_figure_that_was_found(
    company: Path, whole: FinishedSearch, tmp_path: Path
) -> None:
    folder = copied(company, tmp_path / "company")
    strength = whole.result.best.parameters["strength"]
    parameters = f"parameters = {{ strength = {strength!r} }}"
    declare(folder, "best", f'[learner]\nrungs = ["logistic regression"]\n{parameters}\n')
    by_test = run(folder, "best").result.rung("logistic regression").by_test
    losses = [by_test[one]["log_loss"] or 0.0 for one in whole.result.choosing]
    assert whole.result.best.figure == pytest.approx(sum(losses) / len(losses), abs=1e-7)


def test_settings_that_raise_or_give_no_number_fail_alone(company: Path, tmp_path: Path) -> None:
    folder = copied(company, tmp_path / "company")
    (folder / "experiments" / "moods.py").write_text(
        "import numpy as np\n"
        "class Moody:\n"
        "    def __init__(self, mood='even', way='raises'):\n        self.mood, self.way = mood, way\n"
        "    def fit(self, X, y):\n"
        "        if self.mood == 'odd' and self.way == 'raises':\n            raise ValueError('not today')\n"
        "        self.share = float(np.mean(y))\n"
        "    def predict_proba(self, X):\n"
        "        share = np.nan if self.mood == 'odd' else self.share\n"
        "        return np.tile([1 - share, share], (len(X), 1))\n",
        encoding="utf-8",
    )
    text = (
        '[learner]\nestimator = "moods:Moody"\n[figures]\nresamples = 100\n[search]\ntrials = 6\n'
        '[search.space]\nmood = { choices = MOODS }\nway = { choices = ["raises", "is silent"] }\n'
    )
    declare(folder, "searched", text.replace("MOODS", '["even", "odd"]'))
    found = searched(folder).result
    for one in found.trials:
        assert (one.state == FAILED) == (one.parameters["mood"] == "odd")
        assert ("not today" in one.said or "none for" in one.said) == (one.state == FAILED)
    assert found.best.parameters["mood"] == "even"
    never = text.replace("moods:", "never:").replace("MOODS", '["even", "odd"]')
    declare(folder, "searched", never)
    (folder / "experiments" / "never.py").write_text(
        "class Moody:\n"
        "    def __init__(self, mood='', way=''):\n        pass\n"
        "    def fit(self, X, y):\n        raise ValueError('never')\n"
        "    predict_proba = None\n",
        encoding="utf-8",
    )
    with pytest.raises(ModelRefused, match=r"none of 6; the first: .*never"):
        searched(folder)


@pytest.mark.parametrize(
    ("text", "refused", "said"),
    [
        ('[learner]\nrungs = ["LightGBM"]\n', UsageRefused, "parameters to search in searched"),
        (
            '[learner]\nrungs = ["LightGBM"]\n[search.space]\nleafs = { low = 3, high = 7 }\n',
            SettingsRefused,
            'mean "leaves"',
        ),
        (
            '[learner]\nrungs = ["LightGBM"]\n[search.space]\nleaves = { low = 3.5, high = 7.0 }\n',
            SettingsRefused,
            "a whole number for a parameter of LightGBM in search.space",
        ),
        ("[search.space]\nleaves = { low = 3, high = 7 }\n", UsageRefused, "one learner"),
        (
            '[churn]\nhorizon_days = 400\n[learner]\nrungs = ["LightGBM"]\n[search.space]\nleaves = { low = 3, high = 7 }\n',
            ModelRefused,
            "history",
        ),
    ],
)
def test_what_cannot_be_searched_is_said(
    company: Path, tmp_path: Path, text: str, refused: type[Exception], said: str
) -> None:
    folder = copied(company, tmp_path / "company")
    declare(folder, "searched", text)
    with pytest.raises(refused, match=said):
        searched(folder)
    assert SearchFiles(ground_of(folder).workspace).known("searched") is None
