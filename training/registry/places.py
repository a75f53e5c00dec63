"""Where the files of runs lie, said in MLflow without naming a folder: a workspace may be moved and copied.

MLflow writes the whole path of its folder into every experiment, run and model, and goes on writing there when the
folder has long been elsewhere. Its own server says ``mlflow-artifacts:/…`` instead, which is the folder the server
was told of. Here it is the folder of the workspace that is open, in this process as by the pages of
``regulars mlflow``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from features.company.settings.reading import Settings
from features.company.workspace import Workspace
from training.registry.reaching import SERVERS

SCHEME = "mlflow-artifacts"
ROOT = f"{SCHEME}:/"
DATABASE = "mlflow.db"
ARTIFACTS = "artifacts"
_SQLITE = "sqlite:///"
_TAIL = f"/mlflow/{ARTIFACTS}"
_COLUMNS = (
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("logged_models", "artifact_location"),
)
_folders: dict[str, Path] = {}


def keep_files_in(folder: Path, tracking_uri: str) -> None:
    """Have the files of a tracking store that names no folder lie in this one, for this process."""
    from mlflow.store.artifact import artifact_repository_registry

    known: Any = artifact_repository_registry._artifact_repository_registry
    _folders[tracking_uri] = folder
    known.register(SCHEME, repository)


def repository(
    artifact_uri: str, tracking_uri: str | None = None, registry_uri: str | None = None
) -> Any:
    """What MLflow reads and writes files of such an address by; of any server but ours by its own.

    It is known to MLflow by an entry point too, so that a notebook opens a workspace's database.
    """
    import mlflow
    from mlflow.store.artifact.local_artifact_repo import LocalArtifactRepository
    from mlflow.store.artifact.mlflow_artifacts_repo import MlflowArtifactsRepository

    store = tracking_uri or mlflow.get_tracking_uri()
    folder = _folders.get(store) or _beside(store)
    if folder is None:
        return MlflowArtifactsRepository(artifact_uri, store, registry_uri)
    place = folder / unquote(urlparse(artifact_uri).path).lstrip("/")
    return LocalArtifactRepository(place.resolve().as_uri(), store, registry_uri)


def _beside(tracking_uri: str) -> Path | None:
    """The folder beside a workspace's database, where the address is of one."""
    path = Path(tracking_uri.removeprefix(_SQLITE))
    is_ours = tracking_uri.startswith(_SQLITE) and path.name == DATABASE
    return path.with_name(ARTIFACTS) if is_ours else None


def forget_folders(database: Path) -> None:
    """Take the folder out of every row that names the one of this workspace, wherever it was then.

    Databases of before hold whole paths. Files a company keeps elsewhere stay where they are.
    """
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        # What is written over must not be readable in the file either.
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("BEGIN IMMEDIATE")
        # MLflow's own experiment is of the folder the first command happened to run in; nothing is ever put there.
        connection.execute(
            "UPDATE experiments SET artifact_location = ? || experiment_id WHERE name = 'Default' "
            "AND artifact_location NOT LIKE '%:/%' "
            "AND experiment_id NOT IN (SELECT experiment_id FROM runs)",
            (ROOT,),
        )
        for experiment_id, location in _of_this_workspace(
            connection, database.with_name(ARTIFACTS)
        ):
            for table, column in _COLUMNS:
                connection.execute(
                    f"UPDATE {table} SET {column} = ? || ltrim(substr({column}, ?), '/') "
                    f"WHERE experiment_id = ? AND substr({column}, 1, ?) = ?",
                    (ROOT, len(location) + 1, experiment_id, len(location), location),
                )
        connection.execute("COMMIT")


def _of_this_workspace(
    connection: sqlite3.Connection, artifacts: Path
) -> Iterator[tuple[int, str]]:
    """The experiments whose files lie in this workspace, with the place each names."""
    found: list[tuple[int, str]] = connection.execute(
        "SELECT experiment_id, artifact_location FROM experiments WHERE artifact_location LIKE ?",
        (f"file:%{_TAIL}",),
    ).fetchall()
    for experiment_id, location in found:
        place = Path(unquote(urlparse(location).path))
        runs: list[tuple[str]] = connection.execute(
            "SELECT run_uuid FROM runs WHERE experiment_id = ?", (experiment_id,)
        ).fetchall()
        is_here = place == artifacts.resolve() or not place.is_dir()
        # A copy: the place of before is there as well, and so are the files here.
        if is_here or any((artifacts / run_id).is_dir() for (run_id,) in runs):
            yield experiment_id, location


def sqlite_address(workspace: Workspace) -> str:
    """The address of the file that a workspace's runs and versions are written to."""
    return f"sqlite:///{(workspace.mlflow / DATABASE).resolve()}"


def artifact_place(settings: Settings) -> str | None:
    """Where the files of a new experiment go; None leaves it to an MLflow server.

    A place in the workspace is not said by its path, for that changes when the workspace is moved.
    """
    if settings.mlflow.tracking_uri.startswith(SERVERS):
        return None
    given = settings.mlflow.artifacts
    if "://" in given:
        return given
    return (settings.folder / given).resolve().as_uri() if given else ROOT
