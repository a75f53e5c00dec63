"""Segments from the store into use: registered, kept frozen, found anew, rolled back."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from features.company.settings.reading import Settings
from features.company.workspace import Workspace
from features.store.ingestion import ingest
from features.store.store import open_store
from regulars.main import main
from regulars.training_tables import segments_outcome
from tests.oracles.mlflow_client import nested_runs, tags_of
from tests.training.registry.test_registry import write_company
from training.bundles.bundle import write
from training.families.segments.bundle import SEGMENT_KIND, current_segments
from training.families.segments.family import SEGMENTS_FAMILY, unfit
from training.families.segments.learning import learn_segments
from training.families.segments.now.today import segment_cutoffs
from training.recipe.recipe import train
from training.recipe.summary import TrainingSummary
from training.registry.promotion import rollback
from training.registry.registry import BUNDLE_FOLDER, Registry

Trained = tuple[Settings, Workspace, TrainingSummary]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, pictures: None) -> Trained:
    """A company with segments in use."""
    settings = write_company(tmp_path_factory.mktemp("company"))
    workspace = Workspace(settings.workspace_folder)
    ingest(settings, workspace)
    return settings, workspace, train(SEGMENTS_FAMILY, settings, workspace, threads=1)


def test_the_first_segments_are_registered_and_put_to_use(trained: Trained) -> None:
    settings, workspace, summary = trained
    assert summary.promoted and not summary.kept and summary.version == "1"
    assert [check.name for check in summary.checks][:3] == [
        "stability",
        "smallest segment",
        "variance explained over RFM",
    ]
    assert current_segments(workspace).manifest.digest == summary.digest
    registry = Registry(settings, workspace, "segments")
    assert tags_of(registry, "1")["digest"] == summary.digest
    assert len(nested_runs(registry, summary.run_id)) == 5
    json.dumps(segments_outcome(summary).data)


def test_the_run_keeps_profiles_migration_and_heat_map(trained: Trained) -> None:
    _, workspace, summary = trained
    artifacts = workspace.mlflow / "artifacts" / summary.run_id / "artifacts"
    found = {str(path.relative_to(artifacts)) for path in artifacts.rglob("*") if path.is_file()}
    tables = {
        f"tables/{name}.{kind}"
        for name in ("profile", "candidates", "migration", "standing")
        for kind in ("md", "csv", "json")
    }
    assert tables | {"card.md", "plots/migration.png", "bundle/segments.json"} <= found
    card = (artifacts / "card.md").read_text(encoding="utf-8")
    for one in summary.shown.today.profiles:
        assert one.name in card
        assert len(one.facts) == 5


def test_segments_in_use_stay_frozen_and_a_refit_keeps_ids_and_names(trained: Trained) -> None:
    settings, workspace, first = trained
    kept = train(SEGMENTS_FAMILY, settings, workspace)
    assert kept.kept and kept.version == "1" and kept.digest == first.digest
    assert "still fit" in kept.why and "Kept segments version 1" in segments_outcome(kept).said
    again = train(SEGMENTS_FAMILY, settings, workspace, refit=True, threads=2)
    assert (again.version, again.digest, again.kept) == ("1", first.digest, False)
    assert "a refit was asked for" in again.why and not again.is_new
    assert [(one.segment_id, one.name) for one in again.shown.today.profiles] == [
        (one.segment_id, one.name) for one in first.shown.today.profiles
    ]
    other = replace(settings, churn=replace(settings.churn, horizon_days=50))
    assert train(SEGMENTS_FAMILY, other, workspace, refit=True).version == "2"
    back = rollback(settings, workspace, kind=SEGMENT_KIND, reason="a drill")
    assert (back.version, back.previous_version) == ("1", "2")
    assert current_segments(workspace).manifest.version == "1"


def test_segments_without_customers_fit_no_more(trained: Trained) -> None:
    settings, workspace, _ = trained
    pack = open_store(workspace).pack()
    bundle = current_segments(workspace)
    cutoffs = segment_cutoffs(pack, settings.churn.horizon)
    assert unfit(bundle, pack, cutoffs) == ""
    centres = bundle.model.centres.copy()
    centres[0] += 100.0
    object.__setattr__(bundle.model, "centres", centres)
    assert "has 0 customers left" in unfit(bundle, pack, cutoffs)
    centres += 100.0
    assert unfit(bundle, pack, cutoffs)


def test_customers_who_lay_on_their_centres_are_seen_to_move(trained: Trained) -> None:
    settings, workspace, _ = trained
    pack, bundle = open_store(workspace).pack(), current_segments(workspace)
    figures = {**bundle.manifest.metrics, "mean_distance": 0.0}
    still = replace(bundle, manifest=replace(bundle.manifest, metrics=figures))
    assert "times as far" in unfit(still, pack, segment_cutoffs(pack, settings.churn.horizon))


def test_shuffled_rows_give_the_same_segments(trained: Trained, tmp_path: Path) -> None:
    _, _, summary = trained
    settings = write_company(tmp_path / "again", shuffled=True)
    workspace = Workspace(settings.workspace_folder)
    ingest(settings, workspace)
    learned = learn_segments(open_store(workspace).pack(), settings.churn.horizon, threads=2)
    drafted, bundle = SEGMENTS_FAMILY.model(learned)
    manifest = write(SEGMENT_KIND, drafted, bundle, tmp_path / BUNDLE_FOLDER)
    assert manifest.digest == summary.digest


def test_the_command_line_tells_the_segments_and_refuses_a_refit_of_churn(
    trained: Trained,
) -> None:
    settings, _, summary = trained
    path = str(settings.folder / "regulars.toml")
    told = CliRunner().invoke(main, ["train", "segments", "--settings", path])
    assert told.exit_code == 0 and summary.shown.today.profiles[0].name in told.output
    refused = CliRunner().invoke(main, ["train", "churn", "--refit", "--settings", path])
    assert refused.exit_code == 2 and "fitted anew each time" in refused.output


def test_without_data_nothing_is_registered(tmp_path: Path) -> None:
    settings = write_company(tmp_path / "company")
    path = str(settings.folder / "regulars.toml")
    answer = CliRunner().invoke(main, ["train", "segments", "--settings", path])
    assert answer.exit_code == 1 and "regulars ingest" in answer.output
    assert not (settings.workspace_folder / "mlflow").exists()
