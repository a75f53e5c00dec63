"""A case is read right, refused rightly, or wrong: told from what the command line answered alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from experiments.bench.files.__main__ import holding_test
from experiments.bench.files.cases import CASES, Case, held
from experiments.bench.files.judging import CaseVerdict, judged
from experiments.bench.files.trial import CaseTrial, Run, tables_of

RIGHT = {"rows": 7.0, "cents": 3375.0}


def check_run(figures: dict[str, Any], said: str = "") -> Run:
    return Run("check", 0, {"summary": {"purchases": figures}}, said)


def refused_run(what: str, advice: str = "") -> Run:
    breach = {
        "table": "purchases",
        "what": what,
        "advice": advice,
        "detail": "",
        "severity": "refuses",
    }
    return Run("check", 1, {"breaches": [breach]}, "")


def verdict(folder: Path, case: Case, *trials: tuple[Run, ...]) -> CaseVerdict:
    return judged("c", case, [CaseTrial(folder, runs) for runs in trials], [RIGHT]).verdict


def test_figures_that_are_all_met_are_read_right_and_one_that_is_not_is_silently_wrong(
    tmp_path: Path,
) -> None:
    good, bad = check_run({**RIGHT, "items": 3}), check_run({**RIGHT, "cents": 3374})
    assert verdict(tmp_path, Case(), (good,)) is CaseVerdict.READ
    assert verdict(tmp_path, Case(), (bad,)) is CaseVerdict.WRONG
    assert verdict(tmp_path, Case(unknown=("cents",)), (bad,)) is CaseVerdict.READ
    assert verdict(tmp_path, Case(figures=({"rows": 7}, {"rows": 9})), (bad,)) is CaseVerdict.READ
    assert verdict(tmp_path, Case(), (check_run({}),)) is CaseVerdict.WRONG


def test_the_worst_of_several_trials_counts(tmp_path: Path) -> None:
    good, bad = check_run(dict(RIGHT)), check_run({**RIGHT, "rows": 6})
    assert verdict(tmp_path, Case(), (good,), (bad,), (good,)) is CaseVerdict.WRONG
    assert verdict(tmp_path, Case(), (good,), (refused_run("a date"),)) is CaseVerdict.NEEDLESS


def test_what_has_to_be_said_may_stand_in_the_settings_too(tmp_path: Path) -> None:
    case = Case(says=r"Versand")
    assert verdict(tmp_path, case, (check_run(dict(RIGHT)),)) is CaseVerdict.WRONG
    assert (
        verdict(tmp_path, case, (check_run(dict(RIGHT), "9000 Versandkosten"),)) is CaseVerdict.READ
    )
    (tmp_path / "regulars.toml").write_text('# "Versandkosten" is no article\n', encoding="utf-8")
    assert verdict(tmp_path, case, (check_run(dict(RIGHT)),)) is CaseVerdict.READ


def test_a_refusal_is_right_where_it_names_the_decision(tmp_path: Path) -> None:
    case = Case(may_refuse=r"currenc")
    assert verdict(tmp_path, case, (refused_run("three Currencies"),)) is CaseVerdict.REFUSED
    assert (
        verdict(tmp_path, case, (refused_run("an amount", "one currency"),)) is CaseVerdict.REFUSED
    )
    assert verdict(tmp_path, case, (refused_run("an amount"),)) is CaseVerdict.NEEDLESS
    assert verdict(tmp_path, Case(), (refused_run("three currencies"),)) is CaseVerdict.NEEDLESS
    listed = Run("init", 1, {"refused": {"found": "none among currency", "remedy": "?"}}, "")
    assert verdict(tmp_path, case, (listed,)) is CaseVerdict.NEEDLESS
    misused = Run("init", 2, {}, "No such option --currencies")
    assert verdict(tmp_path, case, (misused,)) is CaseVerdict.NEEDLESS


def test_what_nobody_can_read_is_wrong_when_it_is_taken(tmp_path: Path) -> None:
    assert (
        verdict(tmp_path, Case(is_readable=False), (check_run(dict(RIGHT)),)) is CaseVerdict.WRONG
    )


@pytest.mark.parametrize("code", [0, 1])
def test_a_traceback_is_worst_whatever_else_is_said(tmp_path: Path, code: int) -> None:
    crashed = Run("check", code, {}, "Traceback (most recent call last):\nKeyError: 'x'")
    assert verdict(tmp_path, Case(may_refuse="."), (crashed,)) is CaseVerdict.CRASHED
    killed = Run("check", -9, {}, "")
    assert verdict(tmp_path, Case(may_refuse="."), (killed,)) is CaseVerdict.CRASHED


def test_a_test_that_holds_a_case_is_found_by_its_name_and_none_is_made_up() -> None:
    here = "tests/experiments/bench/files"
    assert holding_test(held(here, "what_nobody_can_read")).endswith(
        "test_judging.py::test_what_nobody_can_read_is_wrong_when_it_is_taken"
    )
    assert holding_test(held(f"{here}/test_judging.py", "no_such" + "_name")) == ""
    assert holding_test(held("tests/no_such_folder", "a")) == ""


def test_the_files_of_a_case_are_neither_its_readme_nor_its_settings(tmp_path: Path) -> None:
    for name in ("b.csv", "a.xlsx", "README.md", "expected.json", "regulars.toml"):
        (tmp_path / name).touch()
    (tmp_path / "sales").mkdir()
    assert tables_of(tmp_path) == ["a.xlsx", "b.csv"]


def test_every_case_is_either_a_file_or_held_by_a_test() -> None:
    assert all(bool(case.held_by) == bool(case.test) for case in CASES.values())
    assert not any(case.held_by and (case.init or case.settings) for case in CASES.values())
