"""The registry in a Postgres and behind an MLflow server, both real, both started here."""

from __future__ import annotations

import http.client
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as parquet
import pytest
import sqlalchemy

from features.company.settings.reading import Settings
from features.company.settings.service import MlflowSettings
from features.company.workspace import Workspace
from features.sources.databases import copy_database
from features.store.ingestion import ingest
from features.vocabulary.errors import WorkspaceRefused
from tests.oracles.mlflow_client import nested_runs, tags_of
from tests.real_postgres import running_postgres
from tests.training.recipe.test_falling import Rungs
from tests.training.registry.test_registry import promote_churn, rollback_churn, write_company
from tests.waiting import GENEROUS_SECONDS, until
from training.families.churn.bundle import CHURN_KIND, current_bundle
from training.families.churn.family import CHURN_FAMILY
from training.families.segments.bundle import SEGMENT_KIND, current_segments
from training.families.segments.family import SEGMENTS_FAMILY
from training.recipe.recipe import train
from training.registry.promotion import rollback
from training.registry.registry import Registry
from training.registry.runs.record import ChildRun, RunRecord
from training.registry.tracking_server import LOOPBACK, command, environment, stop

Company = tuple[Settings, Workspace]


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """The address of an empty Postgres that listens on a socket in a folder of its own."""
    with running_postgres() as address:
        yield address


@pytest.fixture
def own_postgres() -> Iterator[str]:
    """The address of a Postgres of one test."""
    with running_postgres() as address:
        yield address


@pytest.fixture(scope="module")
def company(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Company:
    """The small company whose runs go to Postgres, with its events ingested."""
    return company_of(postgres, tmp_path_factory.mktemp("company"))


def company_of(address: str, folder: Path) -> Company:
    """A small company whose runs go to this database."""
    settings = write_company(folder)
    settings = replace(settings, mlflow=MlflowSettings(tracking_uri=address))
    workspace = Workspace(settings.workspace_folder)
    ingest(settings, workspace)
    return settings, workspace


@pytest.fixture(scope="module")
def server(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an MLflow server over the same Postgres."""
    folder = tmp_path_factory.mktemp("server")
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        port = int(taken.getsockname()[1])
    with (folder / "log").open("wb") as log:
        started = subprocess.Popen(
            command(port),
            env=environment(postgres, folder / "artifacts"),
            cwd=folder,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        until(lambda: answers(started, port))
        yield f"http://{LOOPBACK}:{port}"
    finally:
        stop(started)


def answers(started: subprocess.Popen[bytes], port: int) -> bool:
    """Whether the server answers; one that has ended never will."""
    assert started.poll() is None, "the server has ended"
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=GENEROUS_SECONDS)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


@pytest.mark.postgres
def test_postgres_keeps_runs_versions_and_aliases(company: Company) -> None:
    settings, workspace = company
    name = CHURN_KIND.name
    first = train(Rungs({}), settings, workspace)
    registry = Registry(settings, workspace, name)
    assert first.promoted and first.version == registry.version_of("champion") == "1"
    assert tags_of(registry, "1")["digest"] == first.digest
    artifacts = workspace.mlflow / "artifacts" / first.run_id / "artifacts"
    assert (artifacts / "bundle" / "manifest.json").is_file()
    assert not (workspace.mlflow / "mlflow.db").exists()
    assert not train(Rungs({}), settings, workspace, promote=False).is_new
    again = train(Rungs({"trees": "off in spring"}), settings, workspace)
    assert again.version == registry.version_of("champion") == "2"
    assert rollback_churn(settings, workspace, reason="a drill").version == "1"
    assert tags_of(registry, "2")["rolled_back"] == "a drill"
    assert current_bundle(workspace).manifest.version == "1"
    record = RunRecord("a run", {}, {}, {}, [ChildRun("test 1", {"auc": 0.7})], artifacts, "a card")
    assert len(nested_runs(registry, registry.record(record))) == 1


@pytest.mark.postgres
@pytest.mark.slow
def test_postgres_keeps_whole_trainings(own_postgres: str, tmp_path: Path) -> None:
    settings, workspace = company_of(own_postgres, tmp_path)
    first = train(CHURN_FAMILY, settings, workspace)
    assert first.promoted and first.version == "1"
    registry = Registry(settings, workspace, CHURN_KIND.name)
    assert registry.version_of("champion") == "1"
    assert tags_of(registry, "1")["digest"] == first.digest
    assert len(nested_runs(registry, first.run_id)) == len(first.origins["tests"])
    artifacts = workspace.mlflow / "artifacts" / first.run_id / "artifacts"
    assert (artifacts / "bundle" / "manifest.json").is_file()
    assert not (workspace.mlflow / "mlflow.db").exists()
    assert not train(CHURN_FAMILY, settings, workspace, promote=False).is_new
    other = replace(settings, campaign=replace(settings.campaign, kept_value_cents=7))
    again = train(CHURN_FAMILY, other, workspace, promote=False)
    assert again.version == "2" and again.digest != first.digest
    assert promote_churn(settings, workspace, 2, reason="other costs").previous_version == "1"
    assert registry.version_of("champion") == "2"
    assert rollback_churn(settings, workspace, reason="a drill").version == "1"
    assert tags_of(registry, "2")["rolled_back"] == "a drill"
    assert current_bundle(workspace).manifest.version == "1"


@pytest.mark.postgres
def test_tables_are_read_from_postgres_by_the_same_driver(postgres: str, tmp_path: Path) -> None:
    engine = sqlalchemy.create_engine(postgres)
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("CREATE TABLE sales AS SELECT 'anna' AS who, 5 AS paid"))
    engine.dispose()
    pieces = copy_database(f"{postgres}#sales", folder=tmp_path, scratch=tmp_path)
    assert [row for one in pieces for row in parquet.read_table(one).to_pylist()] == [
        {"who": "anna", "paid": 5}
    ]


@pytest.mark.postgres
@pytest.mark.slow
def test_a_remote_server_keeps_runs_and_files_and_needs_no_folder_of_ours(
    company: Company, server: str
) -> None:
    settings, workspace = company
    settings = replace(settings, mlflow=MlflowSettings(tracking_uri=server))
    first = train(SEGMENTS_FAMILY, settings, workspace)
    assert first.promoted and first.version == "1"
    assert current_segments(workspace).manifest.run_id == first.run_id
    # The files are the server's, not ours.
    assert not (workspace.mlflow / "artifacts" / first.run_id).exists()
    again = train(SEGMENTS_FAMILY, settings, workspace, refit=True)
    assert (again.version, again.digest, again.is_new) == ("1", first.digest, False)
    other = replace(settings, churn=replace(settings.churn, horizon_days=50))
    assert train(SEGMENTS_FAMILY, other, workspace, refit=True).version == "2"
    assert rollback(settings, workspace, kind=SEGMENT_KIND, reason="a drill").version == "1"
    assert Registry(settings, workspace, "segments").version_of("champion") == "1"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql://anna:secret@/runs?host=/nowhere", "postgresql://anna:***@/runs"),
        ("http://anna:secret@127.0.0.1:9", "http://anna:***@127.0.0.1:9"),
    ],
)
def test_a_store_that_is_not_there_is_said_without_its_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str, shown: str
) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    settings = replace(
        write_company(tmp_path / "company"), mlflow=MlflowSettings(tracking_uri=address)
    )
    with pytest.raises(WorkspaceRefused) as refused:
        _ = Registry(settings, Workspace(settings.workspace_folder), CHURN_KIND.name).experiment_id
    assert shown in str(refused.value) and "secret" not in str(refused.value)
