"""The demo: everything but serving, and again without doing anything twice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from features.company.settings.reading import load_settings
from features.company.workspace import Workspace
from regulars.main import main
from serving.snapshot.reading import open_snapshot
from training.families.churn.family import CHURN_FAMILY, champion_is_current
from training.recipe.recipe import given_to


def demo(folder: Path) -> dict[str, dict[str, Any]]:
    """Run the demo for a script: the answer of each step by its verb."""
    words = ["demo", "--folder", str(folder), "--customers", "900", "--no-serve", "--json"]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    return {answer["verb"]: answer for answer in map(json.loads, result.output.splitlines())}


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, dict[str, Any]]]:
    """The folder of a demo, and the answer of each step of making it."""
    folder = tmp_path_factory.mktemp("demo") / "company"
    return folder, demo(folder)


def test_the_demo_ends_with_scored_customers_and_a_second_one_changes_nothing(
    company: tuple[Path, dict[str, dict[str, Any]]],
) -> None:
    folder, first = company
    assert list(first) == [
        "simulate",
        "ingest",
        "train churn",
        "train value",
        "vectors",
        "score",
        "demo",
    ]
    assert first["train churn"]["promoted"] is True
    settings = load_settings(folder / "regulars.toml")
    workspace = Workspace(settings.workspace_folder)
    scored = open_snapshot(workspace)
    assert scored.judged == first["score"]["judged"] > 300

    second = demo(folder)
    assert [second[verb]["reused"] for verb in ("ingest", "vectors", "score")] == [True] * 3
    assert "version" not in second["train churn"]
    assert open_snapshot(workspace).name == scored.name


def test_a_champion_of_another_question_is_not_taken_for_current(
    company: tuple[Path, dict[str, dict[str, Any]]],
) -> None:
    path = company[0] / "regulars.toml"
    settings = load_settings(path)
    workspace = Workspace(settings.workspace_folder)
    assert champion_is_current(given_to(CHURN_FAMILY, settings, workspace))
    shorter = path.with_name("shorter.toml")
    text = path.read_text(encoding="utf-8")
    shorter.write_text(text.replace("horizon_days = 90", "horizon_days = 60"), encoding="utf-8")
    assert not champion_is_current(given_to(CHURN_FAMILY, load_settings(shorter), workspace))
