"""What monitoring says in words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from features.company.settings.reading import load_settings
from features.company.workspace import Workspace
from features.store.store import open_store
from features.vectors.refresh import natural_cutoff
from regulars.main import main
from regulars.monitoring import how_good
from tests.commands.library.company import NotebookCompany, notebook_company_in
from tests.commands.shop import leaving_and_staying, write_shop
from tests.oracles.mlflow_client import histories_of, tags_of
from training.registry.registry import Registry


def monitor(settings: Path, *words: str) -> str:
    result = CliRunner().invoke(main, ["monitor", "--settings", str(settings), *words])
    assert result.exit_code == 0, result.output
    return result.output


def test_a_shop_without_a_model_hears_of_its_feeds_alone(tmp_path: Path) -> None:
    settings = write_shop(tmp_path, leaving_and_staying(40))
    CliRunner().invoke(main, ["ingest", "--settings", str(settings)])
    end = natural_cutoff(open_store(Workspace(tmp_path / ".workspace")).manifest.last_known_seconds)
    quiet = monitor(settings, "--as-of", str(end.plus_days(1)))
    assert f"Nothing is out of the ordinary in the week before {end}" in quiet
    assert "Cannot say anything of inputs, scores and quality" in quiet
    late = json.loads(monitor(settings, "--as-of", str(end.plus_days(40)), "--json"))
    assert [(one["kind"], one["about"]) for one in late["alarms"]] == [("late", "purchases")]
    assert "1 thing to look at" in monitor(settings, "--as-of", str(end.plus_days(40)))


def test_quality_is_told_as_realised_and_as_estimated() -> None:
    figures = {"customers": 900, "share": 0.31, "auc": 0.774, "share_of_list": 0.68}
    realised = {**figures, "as_of": "2026-01-04", "treated": 40, "estimated": figures}
    assert how_good({"realised": [realised], "estimated": figures}) == [
        "As of 2026-01-04 31.0%, of the riskiest tenth 68.0%, AUC 0.774 of 900 customers, 40 treated ones left out; "
        "expected were 31.0%, of the riskiest tenth 68.0%, AUC 0.774.",
        "Now estimated before anybody knows: 31.0%, of the riskiest tenth 68.0%, AUC 0.774.",
    ]


def test_a_season_that_is_not_known_yet_is_said_to_be_so() -> None:
    [said] = how_good({"knows_season": False})
    assert said.startswith("No season is known yet, for that takes 61 weeks")
    assert how_good({"knows_season": True}) == []


def test_what_cannot_be_estimated_says_why() -> None:
    said = how_good({"cannot_estimate": "100 were expected to leave and 300 did"})
    assert said == [
        "Cannot estimate how good the model is now: 100 were expected to leave and 300 did."
    ]


@pytest.fixture
def company(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> NotebookCompany:
    return notebook_company_in(tmp_path_factory, tmp_path / "demo")


def test_mlflow_is_told_of_the_model_in_use_and_of_nobody(company: NotebookCompany) -> None:
    settings = load_settings(company.settings_path)
    end = natural_cutoff(open_store(company.workspace).manifest.last_known_seconds)
    said = monitor(company.settings_path, "--as-of", str(end.plus_days(1)))
    registry = Registry(settings, company.workspace, "churn")
    told = tags_of(registry, "1")["monitoring"]
    assert told.endswith(f"as of {end}")
    assert ("nothing out of the ordinary" in told) == ("Nothing is out of the ordinary" in said)
    step = int(str(end).replace("-", ""))
    runs = [one for one in histories_of(registry).values() if step in one.get("alarms", {})]
    assert [set(one["risk_stability_index"]) for one in runs] == [{step}]
    names = set(open_store(company.workspace).pack().customer_ids)
    assert not [one for one in names if one in told]


def test_an_mlflow_that_is_away_is_told_and_keeps_nobody_from_the_look(
    company: NotebookCompany,
) -> None:
    (company.folder / "broken.db").write_text("nothing of the kind", encoding="utf-8")
    where = f'\n[mlflow]\ntracking_uri = "sqlite:///{company.folder / "broken.db"}"\n'
    with company.settings_path.open("a", encoding="utf-8") as file:
        file.write(where)
    end = natural_cutoff(open_store(company.workspace).manifest.last_known_seconds)
    said = monitor(company.settings_path, "--as-of", str(end.plus_days(1)))
    assert "MLflow could not be told" in said and f"in the week before {end}" in said


def test_an_alarm_says_since_when_and_what_to_do(company: NotebookCompany) -> None:
    end = natural_cutoff(open_store(company.workspace).manifest.last_known_seconds)
    monitor(company.settings_path, "--as-of", str(end.plus_days(1)))
    said = " ".join(monitor(company.settings_path, "--as-of", str(end.plus_days(60))).split())
    assert "is late: its newest row is" in said
    assert f"Since {end}. Ask whoever delivers it whether everything came" in said
