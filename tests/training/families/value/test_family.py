"""From the command line to a value model in use, with its run, its gate and the way back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from features.company.settings.reading import load_settings
from features.company.workspace import Workspace
from features.store.ingestion import ingest
from regulars.main import main
from tests.commands.shop import SETTINGS, leaving_and_staying, nobody_leaves, write_shop
from tests.oracles.mlflow_client import nested_runs, tags_of
from tests.training.registry.test_registry import write_company
from training.bundles.bundle import current
from training.bundles.promoted import PromotedBundles
from training.families.value.bundle import VALUE_KIND
from training.families.value.checks import value_gate
from training.families.value.family import VALUE_FAMILY
from training.recipe.recipe import given_to, train
from training.registry.registry import Registry

PEOPLE = """
[tables.customers]
source = "people.csv"

[tables.customers.columns]
customer_id = "id"
age = "age"
ya = "ya"
"""


def run(settings: Path, *words: str, code: int = 0) -> dict[str, object]:
    result = CliRunner().invoke(main, [*words, "--settings", str(settings), "--json"])
    assert result.exit_code == code, result.output
    answer: dict[str, object] = json.loads(result.output.splitlines()[-1])
    return answer


@pytest.fixture(scope="module")
def trained(
    tmp_path_factory: pytest.TempPathFactory, pictures: None
) -> tuple[Path, dict[str, object]]:
    folder = tmp_path_factory.mktemp("shop")
    costs = "\n[cost_to_serve]\nreturn_cents = 300\n"
    path = write_shop(folder, leaving_and_staying(200), settings=SETTINGS + PEOPLE + costs)
    told = [f"c{one:03},{20 + 7 * one % 60},{7 * one % 60}" for one in range(200)]
    (folder / "people.csv").write_text("\n".join(["id,age,ya", *told]) + "\n", encoding="utf-8")
    run(path, "ingest")
    return path, run(path, "train", "value")


def test_a_trained_model_is_in_use_with_its_card_its_tables_and_its_plots(
    trained: tuple[Path, dict[str, object]],
) -> None:
    path, summary = trained
    settings = load_settings(path)
    workspace = Workspace(settings.workspace_folder)
    bundle = current(VALUE_KIND, workspace)
    assert bundle is not None and bundle.manifest.version == "1"
    assert "60 days instead" in str(summary["notes"])
    assert "What each customer with an order is expected to bring in the 60 days" in str(
        summary["card"]
    )
    registry = Registry(settings, workspace, "value")
    assert tags_of(registry, "1")["validated"] == "yes" and "gini" in tags_of(registry, "1")
    assert len(nested_runs(registry, str(summary["run_id"]))) >= 2
    logged = {one.name for one in workspace.mlflow.rglob("*") if one.is_file()}
    assert {"calibration_by_cutoff.png", "ranges.png"} <= logged
    assert {"deciles.png", "gains.png", "ladder.md", "deciles.json", "level.json"} <= logged
    assert {"trust.md", "trust.json"} <= logged
    assert "## Whether its reasons can be trusted" in str(summary["card"])
    assert bundle.manifest.evaluation["trust"]["figures"]["trust/value_additivity"] < 1e-9
    # Nobody returns anything in this shop, and the training says so.
    assert "## What serving them costs" in str(summary["card"])
    assert bundle.cost is not None and "serving costs nothing" in str(summary["notes"])


def test_what_nobody_is_judged_by_is_told_with_what_stands_for_it(
    trained: tuple[Path, dict[str, object]],
) -> None:
    _, summary = trained
    evaluation, card = summary["evaluation"], str(summary["card"])
    assert isinstance(evaluation, dict)
    (age,) = evaluation["fairness"]["left_out"]
    assert age["name"] == "age" and [one["column"] for one in age["proxies"]] == ["ya"]
    assert "## What nobody is judged by" in card and "of the order given up" in card


def test_card_and_record_say_which_test_was_reserved_and_what_the_newest_outcomes_were_worth(
    trained: tuple[Path, dict[str, object]],
) -> None:
    path, summary = trained
    metrics, card = summary["metrics"], str(summary["card"])
    assert isinstance(metrics, dict)
    latest = max(metrics["by_cutoff"])
    chosen = metrics["chosen"]
    assert chosen["reserved"] == latest and latest not in chosen["choosing"]
    if chosen["passed_over"]:
        assert f"Optimistic: {latest} was reserved" in card
    else:
        assert f"{latest} was reserved, so that nothing was chosen by it" in card
    assert "fits before the last" in card and "changed the Gini by" in card
    settings = load_settings(path)
    registry = Registry(settings, Workspace(settings.workspace_folder), "value")
    told = float(tags_of(registry, "1")["gini"])
    assert told == pytest.approx(metrics["gini"], abs=1e-4)


def test_the_gate_measures_against_the_champion(trained: tuple[Path, dict[str, object]]) -> None:
    workspace = Workspace(load_settings(trained[0]).workspace_folder)
    shelf = PromotedBundles(workspace, VALUE_KIND)
    champion = shelf.champion_manifest()
    assert champion is not None
    checks = value_gate(shelf.exported(champion.digest), champion)
    assert [one.name for one in checks] == [
        "Gini against the champion",
        "level, latest test",
        "level, worst test",
        "80 % ranges",
        "known before the outcome",
        "golden rows",
        "reasons add up",
        "reasons name what matters",
        "size",
    ]
    assert checks[0].figure == "+0.0000" and all(one.passed for one in checks)


def test_without_a_churn_model_the_value_model_is_never_taken_for_current(
    trained: tuple[Path, dict[str, object]],
) -> None:
    settings = load_settings(trained[0])
    workspace = Workspace(settings.workspace_folder)
    assert not VALUE_FAMILY.is_current(given_to(VALUE_FAMILY, settings, workspace))


def test_an_earlier_value_model_comes_back(trained: tuple[Path, dict[str, object]]) -> None:
    path, first = trained
    write_shop(path.parent, leaving_and_staying(200, days=370), settings=SETTINGS + PEOPLE)
    run(path, "ingest")
    second = run(path, "train", "value")
    assert second["digest"] != first["digest"]
    back = run(path, "rollback", "--model", "value", "--reason", "test")
    assert back["digest"] == first["digest"]


@pytest.mark.parametrize(
    "worth_threads",
    [
        pytest.param(4_000_000, id="as_usual", marks=pytest.mark.slow),
        pytest.param(0, id="every_tree", marks=pytest.mark.slow),
    ],
)
def test_shuffled_rows_and_two_threads_train_the_same_value_model(
    worth_threads: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.learners.trees._LEAST_VALUES_FOR_THREADS", worth_threads)
    digests = set()
    for threads in (1, 2):
        settings = write_company(tmp_path / str(threads), shuffled=threads == 2)
        workspace = Workspace(settings.workspace_folder)
        ingest(settings, workspace)
        digests.add(train(VALUE_FAMILY, settings, workspace, threads=threads).digest)
    assert len(digests) == 1


def test_data_that_carry_no_model_leave_nothing_behind(tmp_path: Path) -> None:
    path = write_shop(tmp_path, nobody_leaves(20, days=360))
    run(path, "ingest")
    refused = run(path, "train", "value", code=1)
    assert "100 customers" in str(refused)
    assert current(VALUE_KIND, Workspace(load_settings(path).workspace_folder)) is None
