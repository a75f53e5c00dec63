"""`regulars experiment`: declared questions answered, and what cannot be answered said."""

from __future__ import annotations

import doctest
import json
import re
import resource
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from regulars import describe, open_workspace
from regulars.main import main
from serving.access.admission import cores
from tests.experiments.searches.company import SEARCHED
from tests.experiments.trials.company import QUICK, copied, declare, ground_of, ingested_once
from tests.oracles.mlflow_client import nested_runs
from training.registry.experiment_runs import EXPERIMENTS
from training.registry.registry import Registry

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "experiments.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = ingested_once(tmp_path_factory)
    folder = copied(made, tmp_path_factory.mktemp("experiments") / "company")
    declare(folder, "quick", QUICK)
    declare(
        folder,
        "firm",
        '[learner]\nrungs = ["logistic regression"]\nparameters = { strength = 90.0 }\n',
    )
    return folder


def called(company: Path, *words: str) -> Result:
    settings = str(company / "regulars.toml")
    return CliRunner().invoke(main, ["experiment", *words, "--settings", settings])


def answer(company: Path, *words: str, exit_code: int = 0) -> dict[str, Any]:
    result = called(company, *words, "--json")
    assert result.exit_code == exit_code, result.output
    said: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return said


def test_it_says_what_came_of_each_and_what_is_next(company: Path) -> None:
    shown = called(company, "run", "quick", "firm").output
    assert "quick: " in shown and "firm: logistic regression with auc" in shown
    assert "recency rule" in shown and "regulars experiment compare quick firm" in shown
    again = answer(company, "run", "quick")
    [quick] = again["experiments"]
    assert quick["was_known"] and quick["run_id"] and not quick["not_sent"]
    assert [one["name"] for one in quick["rungs"]] == [
        "base rate",
        "recency rule",
        "logistic regression",
    ]


def test_two_of_them_are_compared_in_the_terminal_in_a_file_and_in_a_notebook(
    company: Path, tmp_path: Path
) -> None:
    answer(company, "run", "quick", "firm")
    page = tmp_path / "comparison.html"
    sides = ("quick/logistic regression", "firm")
    shown = called(company, "compare", *sides, "--resamples", "100", "--html", str(page)).output
    assert "learner.parameters.strength" in shown and "All cutoffs together" in shown
    assert "learner.calibration" not in shown
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    said = answer(company, "compare", *sides, "--resamples", "100")
    table = open_workspace(company).compare(*sides, resamples=100)
    assert table.difference.tolist() == [one["difference"] for one in said["figures"]]
    assert describe(table).meaning["difference"] == "how much more the side's is"
    refused = answer(company, "compare", "quick", "slow", exit_code=2)
    assert "regulars experiment run slow" in refused["refused"]["remedy"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[cutofs]\ncount = 2\n", 'Did you mean "cutoffs"?'),
        ('[features]\nonly = ["contacts"]\n', "none of contacts: the tables feed purchases"),
        ("[churn]\nhorizon_days = 400\n[cutoffs]\ncount = 1\n", "days of history"),
        ('[learner]\nrungs = ["LightGMB"]\n', 'Did you mean "LightGBM"?'),
        ('[learner]\nrungs = ["LightGBM"]\nparameters = { leafs = 3 }\n', 'mean "leaves"?'),
        ('[learner]\nrungs = ["recency rule"]\nparameters = { leaves = 3 }\n', "which has none"),
        ('[learner]\nestimator = "sklearn.ensemble:Forest"\n', "AttributeError"),
        ("[data]\ndays = 4000\n", "4000 days of data"),
    ],
)
def test_what_cannot_be_answered_is_said_and_nothing_is_left(
    company: Path, text: str, said: str
) -> None:
    declare(company, "wrong", text)
    result = called(company, "run", "quick", "wrong")
    assert result.exit_code in (1, 2) and said in result.stderr.replace("\n", " ")
    assert "Traceback" not in result.output
    assert not (company / ".workspace" / "experiments" / "wrong.json").exists()
    (company / "experiments" / "wrong.toml").unlink()


def test_a_full_disk_loses_nothing_and_is_said(company: Path, tmp_path: Path) -> None:
    folder = copied(company, tmp_path / "company")
    declare(folder, "other", "[churn]\nhorizon_days = 50\n" + QUICK)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        result = called(folder, "run", "other")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert result.exit_code == 1 and "room on the disk" in result.stderr.replace("\n", " ")
    assert called(folder, "run", "quick").exit_code == 0
    assert answer(folder, "run", "other")["experiments"][0]["run_id"]


def test_it_takes_no_more_cores_than_it_may_use() -> None:
    assert 1 <= cores() <= 1_024


def test_runs_are_put_in_order_and_families_are_left_out(company: Path) -> None:
    answer(company, "run", "quick", "firm")
    shown = called(company, "leaderboard").output
    assert "behind the best" in shown and "recency rule" in shown
    assert [one["rung"] for one in answer(company, "leaderboard", "firm")["runs"]][
        -1
    ] == "base rate"
    declare(company, "wide", '[learner]\nrungs = ["logistic on everything"]\n')
    ablated = called(company, "ablate", "wide").output
    assert "without purchases" in ablated and "alone rhythm" in ablated
    refused = answer(company, "ablate", "slow", exit_code=2)
    assert "an experiment declared" in refused["refused"]["expected"]


def test_the_examples_of_the_page_say_what_they_say_there(
    company: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = copied(company, tmp_path / "company")
    declare(folder, "lines", '[learner]\nrungs = ["logistic regression"]\n')
    answer(folder, "run", "lines", "firm")
    monkeypatch.chdir(tmp_path)
    text = "\n".join(re.findall(r"```pycon\n(.*?)```", PAGE, re.DOTALL))
    examples = doctest.DocTestParser().get_doctest(text, {}, "experiments.md", None, 0)
    said: list[str] = []
    result = doctest.DocTestRunner(verbose=False).run(examples, out=said.append)
    assert result.attempted >= 4
    assert result.failed == 0, "".join(said)


def test_all_cutoffs_are_walked_with_money_plots_and_a_nested_run_each(company: Path) -> None:
    declare(company, "lived", f"[figures]\nresamples = 100\n{QUICK}")
    shown = called(company, "backtest", "lived").output
    assert "As it would have been lived, call" in shown and "fitted once, at the first" in shown
    assert "Counted: " in shown and "Assumed: " in shown
    again = answer(company, "backtest", "lived")
    assert again["was_known"] and again["run_id"]
    assert [Path(one).is_file() for one in again["plots"].values()] == [True, True]
    ground = ground_of(company)
    runs = nested_runs(Registry(ground.settings, ground.workspace, EXPERIMENTS), again["run_id"])
    assert {one["cutoff"] for one in again["cutoffs"]} < set(runs)
    assert {one["name"] for one in again["policies"]} < set(runs)
    declare(company, "lived", "[cutoffs]\ncount = 2\n" + QUICK)
    refused = answer(company, "backtest", "lived", exit_code=1)
    assert "three cutoffs or more" in refused["refused"]["expected"]


def test_parameters_are_searched_and_a_full_disk_loses_nothing(
    company: Path, tmp_path: Path
) -> None:
    answer(company, "run", "quick")
    folder = copied(company, tmp_path / "company")
    declare(folder, "searched", SEARCHED)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, hard))
    try:
        result = called(folder, "search", "searched")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert result.exit_code == 1 and "Make room on the disk" in result.stderr.replace("\n", " ")
    shown = called(folder, "search", "searched", "--workers", "2").output
    assert "The best settings" in shown and "which chose nothing" in shown
    assert "[learner] parameters = { strength = " in shown
    again = answer(folder, "search", "searched")
    assert again["was_known"] and again["run_id"] and len(again["trials"]) == 6


def test_what_was_chosen_becomes_a_challenger_and_goes_through_the_gate(
    company: Path, tmp_path: Path
) -> None:
    folder = copied(company, tmp_path / "company")
    declare(
        folder,
        "rhythm",
        '[features]\nonly = ["rhythm"]\n[learner]\nrungs = ["logistic on everything"]\n',
    )
    refused = answer(folder, "promote", "rhythm", exit_code=2)
    assert "regulars experiment run rhythm" in refused["refused"]["remedy"]
    answer(folder, "run", "rhythm")
    said = answer(folder, "promote", "rhythm")
    assert said["title"] == "logistic on everything" and said["version"] == "1"
    assert said["checks"] and said["promoted"] == all(one["passed"] for one in said["checks"])
