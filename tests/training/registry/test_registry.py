"""From a company's own file to a model in use, and back: the whole recipe with MLflow."""

from __future__ import annotations

import json
import shutil
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlalchemy

from features.company.settings.reading import Settings, load_settings
from features.company.workspace import Workspace
from features.plan.plan import standard_plan
from features.store.ingestion import ingest
from features.store.store import open_store
from features.vectors.vectors import build_vectors
from features.vocabulary.errors import BundleRefused, ModelRefused, WorkspaceRefused
from features.vocabulary.time import Cutoff
from tests.oracles.mlflow_client import load_booster, nested_runs, tags_of
from tests.training.companies import company, dataset
from training.bundles.bundle import opened
from training.bundles.promoted import PromotedBundles
from training.families.churn.bundle import CHURN_KIND, ChurnTask, current_bundle
from training.families.churn.checks import churn_checks, churn_gate
from training.families.churn.family import CHURN_FAMILY
from training.learners.boosting import BoostedModel
from training.recipe.recipe import train
from training.recipe.summary import TrainingSummary
from training.registry.gate import Check
from training.registry.promotion import promote, rollback
from training.registry.registry import Registry
from training.registry.runs.record import ChildRun, RunRecord

SETTINGS = """
[churn]
horizon_days = 60
[tables.purchases]
source = "purchases.parquet"
columns = { customer_id = "who", order_id = "receipt", ordered_at = "at", item_id = "what", quantity = "1", amount = "paid" }
"""

promote_churn = partial(promote, kind=CHURN_KIND, gate=churn_gate)
rollback_churn = partial(rollback, kind=CHURN_KIND)


def write_company(folder: Path, *, seed: int = 3, shuffled: bool = False) -> Settings:
    """A simulated company as its own file and settings."""
    pack = company(seed=seed)
    stream = pack.streams["purchases"]
    owners = np.repeat(np.arange(pack.customers), np.diff(stream.offsets))
    order = (
        np.random.default_rng(9).permutation(stream.rows) if shuffled else np.arange(stream.rows)
    )
    table = pa.table(
        {
            "who": [f"c{key:05d}" for key in owners[order]],
            "receipt": stream.columns["order"][order],
            "at": pa.array(stream.seconds[order] * 1_000_000, pa.timestamp("us")),
            "what": [f"item {one}" for one in stream.columns["item"][order]],
            "paid": stream.columns["amount_cents"][order] / 100,
        }
    )
    folder.mkdir(exist_ok=True)
    pq.write_table(table, folder / "purchases.parquet")
    (folder / "regulars.toml").write_text(SETTINGS, encoding="utf-8")
    return load_settings(folder / "regulars.toml")


Trained = SimpleNamespace


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, pictures: None) -> Iterator[Trained]:
    """A company trained once and promoted, its pictures too."""
    settings = write_company(tmp_path_factory.mktemp("company"))
    workspace = Workspace(settings.workspace_folder)
    ingest(settings, workspace)
    yield Trained(
        settings=settings,
        workspace=workspace,
        summary=train(CHURN_FAMILY, settings, workspace, threads=1),
    )


@pytest.fixture
def copied(trained: Trained, tmp_path: Path) -> Trained:
    """The trained company's bundles and registry, apart, to be changed by one test."""
    workspace = Workspace(tmp_path / "workspace")
    shutil.copytree(trained.workspace.folder, workspace.folder)
    return Trained(settings=trained.settings, workspace=workspace, summary=trained.summary)


def test_a_first_training_puts_its_model_to_use(trained: Trained) -> None:
    summary: TrainingSummary = trained.summary
    assert summary.promoted and summary.version == "1"
    assert all(check.passed and check.figure for check in summary.checks)
    manifest = current_bundle(trained.workspace).manifest
    assert (manifest.digest, manifest.version) == (summary.digest, "1")
    assert manifest.run_id == summary.run_id
    json.dumps(summary.as_dict())


def test_the_run_keeps_figures_tables_plots_card_and_bundle(trained: Trained) -> None:
    artifacts = trained.workspace.mlflow / "artifacts" / trained.summary.run_id / "artifacts"
    found = {str(path.relative_to(artifacts)) for path in artifacts.rglob("*") if path.is_file()}
    assert {
        "card.md",
        "tables/ladder.json",
        "tables/ladder.csv",
        "tables/ladder.md",
        "plots/reliability.png",
        "plots/gains.png",
        "bundle/manifest.json",
    } <= found
    assert (artifacts / "plots/gains.png").read_bytes().startswith(b"\x89PNG")
    assert opened(CHURN_KIND, artifacts / "bundle").manifest.digest == trained.summary.digest


def test_the_card_says_which_cutoff_measured_what(trained: Trained) -> None:
    card = trained.summary.card
    for split in trained.summary.origins["tests"]:
        assert f"{split['calibration']} | {split['test']}" in card
    assert "not tested itself" in card and trained.summary.title in card
    for row in trained.summary.ladder:
        assert row["name"] in card


def test_the_registry_knows_version_alias_and_tags(trained: Trained) -> None:
    registry = Registry(trained.settings, trained.workspace, CHURN_KIND.name)
    assert registry.version_of("champion") == registry.version_of("challenger") == "1"
    assert registry.run_of("1") == trained.summary.run_id
    assert tags_of(registry, "1")["digest"] == trained.summary.digest
    tests = [f"test at {one['test']}" for one in trained.summary.origins["tests"]]
    rungs = [row["name"] for row in trained.summary.ladder]
    assert sorted(nested_runs(registry, trained.summary.run_id)) == sorted([*tests, *rungs])


def test_nothing_that_mlflow_keeps_names_a_customer_or_holds_a_row_of_what_was_learned_from(
    trained: Trained,
) -> None:
    kept = [one.read_bytes() for one in trained.workspace.mlflow.rglob("*") if one.is_file()]
    pack = open_store(trained.workspace).pack()
    at = Cutoff.parse(trained.summary.origins["tests"][0]["test"])
    vectors = build_vectors(pack, standard_plan(pack), [at])
    rows = [row.tobytes() for row in vectors.values[:: max(vectors.rows // 100, 1)]]
    assert len(kept) > 20 and len(rows) >= 100
    for one in (*(name.encode() for name in pack.customer_ids), *rows):
        assert not any(one in content for content in kept)


def test_boosted_trees_are_logged_for_mlflows_own_tools_too(copied: Trained) -> None:
    registry = Registry(copied.settings, copied.workspace, CHURN_KIND.name)
    learned = dataset()
    model = BoostedModel.fit(learned)
    place = registry.log_booster(copied.summary.run_id, model.booster)
    rows = model.columns.prepare(learned.vectors.values, np.arange(4))
    loaded = load_booster(registry, place)
    assert loaded.predict(rows, raw_score=True).tolist() == model.log_odds(rows).tolist()


@contextmanager
def statements_asked() -> Iterator[list[str]]:
    """Every statement a database is asked meanwhile."""
    asked: list[str] = []

    def note(connection: object, cursor: object, statement: str, *more: object) -> None:
        asked.append(statement)

    sqlalchemy.event.listen(sqlalchemy.Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        sqlalchemy.event.remove(sqlalchemy.Engine, "before_cursor_execute", note)


@contextmanager
def processes_started() -> Iterator[list[str]]:
    """The program of every process started meanwhile; Python lets nobody take this hook away again."""
    started: list[str] = []
    watching = True

    def note(name: str, arguments: tuple[object, ...]) -> None:
        if watching and name == "subprocess.Popen":
            started.append(Path(str(arguments[0])).name)

    sys.addaudithook(note)
    try:
        yield started
    finally:
        watching = False


def run_to_record(folder: Path, figures: int) -> RunRecord:
    """A run with so many figures and parameters, and four nested ones."""
    return RunRecord(
        name="a run",
        params={f"parameter {one}": one for one in range(figures)},
        metrics={f"figure {one}": float(one) for one in range(figures)},
        tags={},
        children=[ChildRun(f"fold {one}", {"auc": 0.8}) for one in range(4)],
        folder=folder,
        description="a card",
    )


def test_recording_a_run_with_its_booster_does_no_more_than_it_must(
    copied: Trained, tmp_path: Path
) -> None:
    registry = Registry(copied.settings, copied.workspace, CHURN_KIND.name)
    model = BoostedModel.fit(dataset())
    manifest = current_bundle(copied.workspace).manifest
    run = tmp_path / "run"
    shutil.copytree(copied.workspace.bundles / "churn" / manifest.digest, run / "bundle")
    with statements_asked() as for_few:
        registry.record(run_to_record(run, 1))
    with statements_asked() as for_many, processes_started() as started:
        run_id = registry.record(run_to_record(run, 60))
        recorded = len(for_many)
        registry.log_booster(run_id, model.booster)
        registry.register(run_id, manifest)
    # All figures go in one batch, whatever their number.
    assert recorded <= len(for_few) <= 300
    # MLflow alone asks for every figure of the run when it logs a model.
    assert len(for_many) <= 1_000
    # To find out a model's requirements MLflow would load it in a process of its own, for seconds.
    assert [one for one in started if one != "git"] == []


@pytest.mark.slow
def test_shuffled_rows_train_the_same_bundle_and_rollback_returns_to_the_first(
    copied: Trained, tmp_path: Path
) -> None:
    settings = write_company(tmp_path / "again", shuffled=True)
    ingest(settings, copied.workspace)
    again = train(CHURN_FAMILY, settings, copied.workspace, threads=2)
    assert (again.version, again.digest) == ("1", copied.summary.digest)
    assert not again.is_new and again.promoted
    other = replace(settings, campaign=replace(settings.campaign, kept_value_cents=7))
    second = train(CHURN_FAMILY, other, copied.workspace, threads=2)
    assert second.version == "2" and second.digest != copied.summary.digest
    assert current_bundle(copied.workspace).manifest.version == "2"
    back = rollback_churn(settings, copied.workspace, reason="a drill")
    assert (back.version, back.previous_version) == ("1", "2")
    assert current_bundle(copied.workspace).manifest.version == "1"
    assert Registry(settings, copied.workspace, CHURN_KIND.name).version_of("champion") == "1"
    with pytest.raises(ModelRefused, match="earlier champion"):
        rollback_churn(settings, copied.workspace, reason="once more")


def test_a_bundle_in_use_needs_neither_mlflow_nor_a_network(
    copied: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(copied.workspace.mlflow)

    def refused(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refused)
    bundle = current_bundle(copied.workspace)
    rows = bundle.reference.sample(5, seed=2)
    assert bundle.probability(bundle.log_odds(rows)).shape == (5,)


def test_the_gate_keeps_a_worse_model_out(copied: Trained) -> None:
    champion = PromotedBundles(copied.workspace, CHURN_KIND).champion_manifest()
    assert champion is not None
    better = {cutoff: auc + 0.02 for cutoff, auc in champion.metrics["auc_by_cutoff"].items()}
    folder = copied.workspace.bundles / "churn" / champion.digest
    checks = churn_checks(
        opened(CHURN_KIND, folder),
        folder,
        replace(champion, metrics={**champion.metrics, "auc_by_cutoff": better}),
    )
    assert [check.passed for check in checks] == [False, *[True] * 13]
    assert checks[0].figure == "-0.0200"
    elsewhere = churn_checks(
        opened(CHURN_KIND, folder),
        folder,
        replace(champion, task=ChurnTask(replace(champion.task.question, horizon_days=90))),
    )
    assert elsewhere[0].passed and "not compared" in elsewhere[0].figure


def test_a_champion_of_the_day_before_is_compared_within_chance(copied: Trained) -> None:
    champion = PromotedBundles(copied.workspace, CHURN_KIND).champion_manifest()
    assert champion is not None
    folder = copied.workspace.bundles / "churn" / champion.digest

    def against(gain: float) -> Check:
        moved = {
            str(Cutoff.parse(cutoff).plus_days(-1)): auc + gain
            for cutoff, auc in champion.metrics["auc_by_cutoff"].items()
        }
        figures = {**champion.metrics, "auc_by_cutoff": moved}
        return churn_checks(opened(CHURN_KIND, folder), folder, replace(champion, metrics=figures))[
            0
        ]

    chance = champion.metrics["auc"] - champion.metrics["auc_low"]
    assert against(0.9 * chance).passed and not against(1.1 * chance).passed
    assert "tested up to 1 days apart" in against(0.0).figure
    assert "as chance alone gives" in against(0.0).limit


def test_the_gate_refuses_probabilities_that_do_not_hold(copied: Trained) -> None:
    bundle = current_bundle(copied.workspace)
    levels = bundle.manifest.metrics["by_cutoff"]
    off = {
        test: {**one, "ece": 0.2} if test == max(levels) else one for test, one in levels.items()
    }
    figures = {**bundle.manifest.metrics, "by_cutoff": off}
    bundle.manifest = replace(bundle.manifest, metrics=figures)
    folder = copied.workspace.bundles / "churn" / bundle.manifest.digest
    failed = [check.name for check in churn_checks(bundle, folder, None) if not check.passed]
    assert failed[0] == "calibration error, latest test"


def test_promotion_asks_for_a_version_that_exists_and_for_a_reason(copied: Trained) -> None:
    with pytest.raises(ModelRefused, match="no version 7"):
        promote_churn(copied.settings, copied.workspace, 7, reason="because")
    with pytest.raises(ModelRefused, match="reason"):
        promote_churn(copied.settings, copied.workspace, 1, reason=" ", force=True)
    again = promote_churn(copied.settings, copied.workspace, 1, reason="a drill")
    assert again.promoted and again.previous_version == "1"


def test_a_damaged_bundle_in_use_is_mended_by_promoting_it_again(copied: Trained) -> None:
    path = copied.workspace.bundles / "churn" / copied.summary.digest / "calibration.json"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(BundleRefused):
        current_bundle(copied.workspace)
    assert promote_churn(copied.settings, copied.workspace, 1, reason="mend it").promoted
    assert current_bundle(copied.workspace).manifest.digest == copied.summary.digest


def test_a_damaged_artifact_is_not_put_to_use_even_by_force(trained: Trained) -> None:
    artifacts = trained.workspace.mlflow / "artifacts" / trained.summary.run_id / "artifacts"
    kept = PromotedBundles(trained.workspace, CHURN_KIND).exported(trained.summary.digest)
    places = [one / "calibration.json" for one in (artifacts / "bundle", kept)]
    sound = places[0].read_bytes()
    try:
        # One that was in use before is taken from the workspace, as long as that one is whole.
        for path in places:
            path.chmod(0o644)
            path.write_bytes(sound[:-1])
        with pytest.raises(BundleRefused):
            promote_churn(trained.settings, trained.workspace, 1, reason="anyway", force=True)
    finally:
        for path in places:
            path.write_bytes(sound)
    assert current_bundle(trained.workspace).manifest.digest == trained.summary.digest


def test_without_data_there_is_nothing_to_train_and_nothing_is_registered(tmp_path: Path) -> None:
    settings = write_company(tmp_path / "company")
    workspace = Workspace(tmp_path / "workspace")
    with pytest.raises(WorkspaceRefused):
        train(CHURN_FAMILY, settings, workspace)
    assert not workspace.bundles.exists() and not workspace.mlflow.exists()


def test_the_last_version_is_the_highest_that_was_not_taken_away(tmp_path: Path) -> None:
    settings = write_company(tmp_path / "company")
    registry = Registry(settings, Workspace(tmp_path / "workspace"), "churn")
    assert registry.last_version() == 0
    client = registry._client
    client.create_registered_model("churn")
    for _ in range(3):
        client.create_model_version("churn", "runs:/0123456789abcdef/bundle")
    assert registry.last_version() == 3
    client.delete_model_version("churn", "3")
    assert registry.last_version() == 2


def test_the_version_of_a_run_is_found_by_the_run(tmp_path: Path) -> None:
    settings = write_company(tmp_path / "company")
    registry = Registry(settings, Workspace(tmp_path / "workspace"), "churn")
    assert registry.version_from("a" * 32) is None
    client = registry._client
    client.create_registered_model("churn")
    for run in ("a" * 32, "b" * 32):
        client.create_model_version("churn", f"runs:/{run}/bundle", run)
    found = [registry.version_from(one * 32) for one in "abc"]
    assert found == ["1", "2", None]
