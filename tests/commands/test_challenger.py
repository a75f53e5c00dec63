"""A challenger scores beside the champion every night: nobody is shown it, and the registry tells both, day by day."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from features.company.settings.reading import load_settings
from features.company.workspace import Workspace
from regulars.main import main
from serving.snapshot.reading import open_snapshot
from serving.snapshot.scores_of_model import scores_of
from tests.commands.shop import FIRST_DAY, SETTINGS, leaving_and_staying, own_copy_of, write_shop
from tests.commands.test_way_through import run
from tests.oracles.mlflow_client import histories_of, notes_of_runs, tags_of
from training.registry.registry import Registry

NIGHT, LATER = 360, 400
CHALLENGING = SETTINGS.replace("horizon_days = 30", "horizon_days = 30\nscore_challenger = true")
LINES = leaving_and_staying(300, LATER)


def sold_before(day: int) -> list[str]:
    return [
        one for one in LINES if date.fromisoformat(one.split(",")[2]) < FIRST_DAY + timedelta(day)
    ]


def said(settings: Path, *words: str) -> str:
    result = CliRunner().invoke(main, [*words, "--settings", str(settings)])
    assert result.exit_code == 0, result.output
    return " ".join(result.output.split())


def registry_of(settings: Path) -> Registry:
    read = load_settings(settings)
    return Registry(read, Workspace(read.workspace_folder), "churn")


def nights_of(settings: Path) -> dict[str, dict[int, float]]:
    """The figures of the only pair of models, by name and step."""
    [found] = [one for one in histories_of(registry_of(settings)).values() if "agreement" in one]
    return found


def left_of_those_judged() -> float:
    """Of repeat customers seen within 60 days of the night, the share that bought nothing in the 30 after."""
    days = defaultdict(list)
    for one in LINES:
        days[one.split(",")[0]].append((date.fromisoformat(one.split(",")[2]) - FIRST_DAY).days)
    past = {name: [day for day in found if day < NIGHT] for name, found in days.items()}
    judged = [name for name, found in past.items() if len(found) > 1 and max(found) >= NIGHT - 60]
    stayed = [name for name in judged if any(NIGHT <= day < NIGHT + 30 for day in days[name])]
    return 1 - len(stayed) / len(judged)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop with a model in use and another that waits."""
    settings = write_shop(tmp_path_factory.mktemp("shop"), sold_before(NIGHT), settings=CHALLENGING)
    for words in (["ingest"], ["train", "churn"], ["vectors"]):
        run(settings, *words)
    settings.write_text(CHALLENGING + "\n[campaign]\nkept_value_cents = 7\n", encoding="utf-8")
    assert run(settings, "train", "churn", "--no-promote")["version"] == "2"
    return settings


@pytest.fixture
def shop(trained: Path, tmp_path: Path) -> Path:
    """A copy of it, before its first night."""
    return own_copy_of(trained, tmp_path)


def test_nights_are_told_of_both_and_nobody_is_shown_the_challenger(shop: Path) -> None:
    told = said(shop, "score")
    assert "version 2 judged them too, shown to nobody: mean risk" in told
    workspace = Workspace(load_settings(shop).workspace_folder)
    snapshot = open_snapshot(workspace)
    assert snapshot.manifest["model_version"] == "1"
    mine = scores_of(workspace, tags_of(registry_of(shop), "2")["digest"])
    assert mine is not None and mine != workspace.scores.current
    step = int(f"{FIRST_DAY + timedelta(NIGHT):%Y%m%d}")
    found = nights_of(shop)
    assert {name: list(steps) for name, steps in found.items()} == {name: [step] for name in found}
    assert found["customers"][step] == snapshot.judged
    assert found["champion/mean"][step] == pytest.approx(snapshot.ranking.probability.mean())
    assert 0 < found["agreement"][step] <= 1
    [note] = [one for one in notes_of_runs(registry_of(shop)) if "judged by both" in one]
    assert str(FIRST_DAY + timedelta(NIGHT)) in note
    # The same night once more is the same night.
    said(shop, "score", "--again")
    assert {len(steps) for steps in nights_of(shop).values()} == {1}


def test_what_came_is_told_once_it_is_known(shop: Path) -> None:
    said(shop, "score")
    (shop.parent / "sales.csv").write_text(
        "\n".join(["customer,receipt,day,article,pieces,price", *LINES]) + "\n", encoding="utf-8"
    )
    for words in (["ingest"], ["vectors"]):
        run(shop, *words)
    assert "what came of 1 earlier day is noted" in said(shop, "score")
    found = nights_of(shop)
    first, second = sorted(found["champion/mean"])
    for side in ("champion", "challenger"):
        came = found[f"{side}/observed_over_expected"]
        assert list(came) == [first] and second not in came
        assert came[first] == pytest.approx(left_of_those_judged() / found[f"{side}/mean"][first])
    assert "what came" not in said(shop, "score")


def test_without_the_setting_or_without_a_challenger_nothing_is_scored_beside(shop: Path) -> None:
    content = shop.read_text(encoding="utf-8")
    shop.write_text(content.replace("score_challenger = true", ""), encoding="utf-8")
    assert "judged them too" not in said(shop, "score")
    shop.write_text(content, encoding="utf-8")
    run(shop, "promote", "2", "--force", "--reason", "a drill")
    assert "judged them too" not in said(shop, "score")
