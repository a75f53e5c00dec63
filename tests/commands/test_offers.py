"""`regulars offers` without a model says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from regulars.main import main


@pytest.mark.parametrize(
    "words",
    [["simulate"], ["plan", "plan.csv", "--most", "3"], ["plan", "plan.csv", "--least", "x"]],
)
def test_without_a_model_or_with_a_wrong_minimum_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "regulars.toml").write_text("[offers]\nquiet_days = 2\n", encoding="utf-8")
    found = CliRunner().invoke(main, ["offers", *words])
    assert found.exit_code != 0 and "Traceback" not in found.output
    assert not (tmp_path / "plan.csv").exists()


@pytest.mark.parametrize(
    "line",
    [
        "response_days = 0",
        "hold_out_percent = 101",
        'weekly_caps = { email = "often" }',
        'levers = { A = "-100" }',
    ],
)
def test_settings_of_offers_that_make_no_sense_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "regulars.toml").write_text(f"[offers]\n{line}\n", encoding="utf-8")
    found = CliRunner().invoke(main, ["offers", "simulate"])
    assert found.exit_code != 0 and line.split(" ")[0] in found.output
