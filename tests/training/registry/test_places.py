"""Where the files of runs lie: wherever the workspace is, moved, copied or of before, and nowhere else."""

from __future__ import annotations

import shutil
import sqlite3
import tomllib
import warnings
from contextlib import closing
from pathlib import Path

import mlflow
import numpy as np
import pytest

from features.company.settings.reading import settings_from
from features.company.workspace import Workspace
from tests.absolute_paths import places_naming
from tests.oracles.mlflow_client import load_booster
from tests.training.companies import dataset
from tests.training.registry.test_promotion import registered
from training.families.churn.bundle import CHURN_KIND
from training.learners.boosting import BoostedModel
from training.registry import places
from training.registry.registry import Registry
from training.registry.runs.record import RunRecord

ROOT = Path(__file__).parents[3]


def record(folder: Path) -> RunRecord:
    run = folder / "further run"
    (run / "bundle").mkdir(parents=True)
    (run / "bundle" / "said.txt").write_text("further", encoding="utf-8")
    return RunRecord("a run", {}, {}, {}, [], run, "a card")


def fetched(registry: Registry, folder: Path) -> Path:
    folder.mkdir()
    return registry.fetch_bundle("1", folder)


def reopened(folder: Path, *, name: str = CHURN_KIND.name, artifacts: str = "") -> Registry:
    settings = settings_from({"mlflow": {"artifacts": artifacts}}, folder=folder)
    return Registry(settings, Workspace(folder / "workspace"), name)


def test_nothing_in_a_workspace_names_the_folder_it_lies_in_nor_the_one_it_was_made_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "where the command ran"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    _, workspace, registry = registered(tmp_path / "company", 1)
    learned = dataset()
    model = BoostedModel.fit(learned)
    address = registry.log_booster(registry.run_of("1"), model.booster)
    assert places_naming(workspace.folder, str(tmp_path)) == []
    rows = model.columns.prepare(learned.vectors.values, np.arange(4))
    assert load_booster(registry, address).predict(rows).shape == (len(rows),)
    assert not any(elsewhere.iterdir())


def test_a_workspace_that_is_moved_has_its_files_and_puts_new_ones_where_it_is_now(
    tmp_path: Path,
) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    _, _, registry = registered(old, 1)
    before = fetched(registry, tmp_path / "before")
    shutil.move(old, new)
    moved = reopened(new)

    after = fetched(moved, tmp_path / "after")
    run_id = moved.record(record(tmp_path))

    assert (after / "manifest.json").read_bytes() == (before / "manifest.json").read_bytes()
    written = new / "workspace" / "mlflow" / "artifacts" / run_id / "artifacts" / "bundle"
    assert (written / "said.txt").read_text(encoding="utf-8") == "further"
    assert not old.exists()


def test_a_copy_and_its_original_do_not_meet(tmp_path: Path) -> None:
    original, copy = tmp_path / "original", tmp_path / "copy"
    _, _, registry = registered(original, 1)
    shutil.copytree(original, copy)
    shutil.rmtree(original / "workspace" / "mlflow" / "artifacts")

    copied = reopened(copy)
    fetched(copied, tmp_path / "fetched")
    copied.record(record(tmp_path))

    assert not (original / "workspace" / "mlflow" / "artifacts").exists()
    with pytest.raises(Exception, match="artifact"):
        fetched(registry, tmp_path / "gone")


def client_of(database: Path) -> mlflow.MlflowClient:
    """MLflow's own client of a database that it makes."""
    address = f"sqlite:///{database}"
    with warnings.catch_warnings():
        # How it declares its tables is for MLflow to mend.
        warnings.simplefilter("ignore")
        return mlflow.MlflowClient(address, address)


def of_before(folder: Path, artifacts: Path) -> tuple[str, str]:
    """A database as earlier versions left it, which names its folder; answers its run and a nested one."""
    database = folder / "workspace" / "mlflow" / "mlflow.db"
    database.parent.mkdir(parents=True)
    client = client_of(database)
    experiment = client.create_experiment("churn", artifact_location=artifacts.as_uri())
    run_id, nested = (client.create_run(experiment).info.run_id for _ in range(2))
    (folder / "said.txt").write_text("of before", encoding="utf-8")
    client.log_artifact(run_id, str(folder / "said.txt"), "bundle")
    client.create_registered_model("churn")
    client.create_model_version("churn", f"runs:/{run_id}/bundle", run_id)
    return run_id, nested


@pytest.mark.parametrize("is_copy", [False, True])
def test_a_database_of_before_forgets_its_folder_when_it_is_opened_elsewhere(
    tmp_path: Path, is_copy: bool
) -> None:
    old, new = tmp_path / "old & gone", tmp_path / "new"
    run_id, nested = of_before(old, old / "workspace" / "mlflow" / "artifacts")
    assert places_naming(old / "workspace", "old%20") != []
    (shutil.copytree if is_copy else shutil.move)(old, new)

    moved = reopened(new)
    bundle = fetched(moved, tmp_path / "fetched")
    moved.record(record(tmp_path))

    assert (bundle / "said.txt").read_text(encoding="utf-8") == "of before"
    for name in (str(tmp_path), "old%20"):
        assert places_naming(new / "workspace", name) == []
    with closing(sqlite3.connect(new / "workspace" / "mlflow" / "mlflow.db")) as connection:
        rows = dict(connection.execute("SELECT run_uuid, artifact_uri FROM runs").fetchall())
    assert rows[run_id] == f"mlflow-artifacts:/{run_id}/artifacts"
    assert rows[nested] == f"mlflow-artifacts:/{nested}/artifacts"
    assert old.exists() == is_copy
    if is_copy:
        artifacts = old / "workspace" / "mlflow" / "artifacts"
        assert [one.name for one in artifacts.iterdir()] == [run_id]


@pytest.mark.parametrize("is_moved", [False, True])
def test_an_experiment_of_before_without_any_files_forgets_its_folder_too(
    tmp_path: Path, is_moved: bool
) -> None:
    old = tmp_path / "old"
    artifacts = old / "workspace" / "mlflow" / "artifacts"
    artifacts.mkdir(parents=True)
    client = client_of(artifacts.with_name("mlflow.db"))
    client.create_experiment("churn", artifact_location=artifacts.as_uri())
    place = Path(shutil.move(old, tmp_path / "new")) if is_moved else old

    run_id = reopened(place).record(record(tmp_path))

    assert places_naming(place / "workspace", str(tmp_path)) == []
    assert (place / "workspace" / "mlflow" / "artifacts" / run_id).is_dir()
    assert old.exists() != is_moved


@pytest.mark.parametrize("artifacts", ["", "runs of all"])
def test_files_a_company_keeps_elsewhere_stay_there(tmp_path: Path, artifacts: str) -> None:
    folder, shared = tmp_path / "company", tmp_path / "shared" / "mlflow" / "artifacts"
    run_id, _ = of_before(folder, shared)

    registry = reopened(folder, artifacts=artifacts)
    later = registry.record(record(tmp_path))

    assert {one.name for one in shared.iterdir()} == {run_id, later}
    other = reopened(folder, name="value", artifacts=artifacts)
    other.record(record(tmp_path / "another"))
    place = folder / (artifacts or "workspace/mlflow/artifacts")
    assert len(list(place.iterdir())) == 1


def test_a_notebook_finds_the_files_by_the_address_of_the_database(tmp_path: Path) -> None:
    said = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    known = said["project"]["entry-points"]["mlflow.artifact_repository"]
    module, _, name = known["mlflow-artifacts"].partition(":")
    assert (module, getattr(places, name)) == (places.__name__, places.repository)

    store = f"sqlite:///{tmp_path}/mlflow.db"
    (tmp_path / "artifacts" / "run 1" / "artifacts").mkdir(parents=True)
    (tmp_path / "artifacts" / "run 1" / "artifacts" / "card.md").touch()
    files = places.repository("mlflow-artifacts:/run%201/artifacts", store)
    assert [one.path for one in files.list_artifacts()] == ["card.md"]
    server = places.repository("mlflow-artifacts:/run/artifacts", "http://mlflow.intern:5000")
    assert server.artifact_uri.startswith("http://mlflow.intern:5000/")
