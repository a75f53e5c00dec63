"""Runs, versions and aliases: the one door to MLflow.                                        [mlflow]

By default everything lies in the workspace: a SQLite file and a folder of artifacts. Nothing is sent
anywhere, and nothing is logged that was not asked for.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from importlib.metadata import version as installed
from pathlib import Path
from types import MappingProxyType
from typing import Any

from filelock import FileLock

from features.company.settings.reading import Settings
from features.company.workspace import Workspace
from features.vocabulary.errors import ModelRefused
from training.bundles.manifest import Manifest
from training.registry.left_running import end_left_running, recorded_by
from training.registry.places import (
    ARTIFACTS,
    DATABASE,
    ROOT,
    artifact_place,
    forget_folders,
    keep_files_in,
    sqlite_address,
)
from training.registry.reaching import SQLITE, require_sound, unreachable
from training.registry.runs.first_view import first_page
from training.registry.runs.record import LoggedBooster, RunRecord
from training.registry.runs.writing import has_view, write_run

BUNDLE_FOLDER, PLOTS_FOLDER = "bundle", "plots"
CHAMPION, CHALLENGER = "champion", "challenger"
_HEADLINES = ("auc", "ece", "gini", "bias")
"""Figures a version carries as tags, where its model has them."""


class Registry:
    """The company's MLflow store, with the experiment and registered model of one name in place.

    It is opened when it is first asked for something: what is done without it does not wait for MLflow.
    """

    def __init__(self, settings: Settings, workspace: Workspace, name: str) -> None:
        self.name = name
        self._workspace = workspace
        self.tracking_uri = settings.mlflow.tracking_uri or sqlite_address(workspace)
        self._artifacts = artifact_place(settings)

    @property
    def experiment_id(self) -> str:
        """What MLflow calls the experiment of this name."""
        return self._opened[1]

    @property
    def _client(self) -> Any:
        return self._opened[0]

    @cached_property
    def _opened(self) -> tuple[Any, str]:
        with _quietly():
            import mlflow

            _hush()
            # Two first visitors of an empty SQLite file would both create its tables, and one fail.
            with FileLock(_lock_file(self._workspace)), _reached(self.tracking_uri):
                client = mlflow.MlflowClient(self.tracking_uri, self.tracking_uri)
                found = self._experiment(client)
                if self._artifacts == ROOT:
                    self._settle()
                return client, found

    def _settle(self) -> None:
        """Have files lie where the workspace is now, whatever the store was told when it lay elsewhere."""
        keep_files_in(self._workspace.mlflow / ARTIFACTS, self.tracking_uri)
        if self.tracking_uri == sqlite_address(self._workspace):
            forget_folders(self._workspace.mlflow / DATABASE)

    def _experiment(self, client: Any) -> str:
        found = client.get_experiment_by_name(self.name)
        if found is not None:
            return str(found.experiment_id)
        created = client.create_experiment(self.name, artifact_location=self._artifacts)
        return str(created)

    def record(self, record: RunRecord) -> str:
        """Log a run with its files and nested runs; returns its identifier."""
        return write_run(self._client, self.experiment_id, record, recorded_by(self._workspace))

    def first_page(self, address: str) -> str:
        """Where MLflow's pages at an address show the runs of this experiment."""
        is_told = has_view(self._client, self.experiment_id)
        return first_page(address, self.experiment_id, has_view=is_told)

    def end_left_running(self) -> int:
        """Have the runs that a dead training of this workspace left running count as killed; how many."""
        return end_left_running(self._client, self.experiment_id, self._workspace)

    def log_booster(self, run_id: str, booster: LoggedBooster) -> str:
        """Log the native booster too, so that MLflow's own tools can load it; returns its address.

        Requirements are named here, for MLflow would spend many seconds to find them out.
        """
        import mlflow
        import numpy as np
        from mlflow.models import ModelSignature
        from mlflow.types import Schema, TensorSpec

        signature = ModelSignature(
            inputs=Schema([TensorSpec(np.dtype(np.float32), (-1, booster.num_feature()))]),
            outputs=Schema([TensorSpec(np.dtype(np.float64), (-1,))]),
        )
        with self._active(mlflow, run_id):
            logged = mlflow.lightgbm.log_model(
                booster,
                name="booster",
                signature=signature,
                pip_requirements=[f"lightgbm=={installed('lightgbm')}"],
            )
        return str(logged.model_uri)

    @contextmanager
    def _active(self, mlflow: Any, run_id: str) -> Iterator[None]:
        with self._lent(mlflow), mlflow.start_run(run_id=run_id):
            yield

    @contextmanager
    def _lent(self, mlflow: Any) -> Iterator[None]:
        """MLflow's model functions read its address from the process: lend it ours, and take it back."""
        before = mlflow.get_tracking_uri(), mlflow.get_registry_uri()
        with _quietly():
            mlflow.set_tracking_uri(self.tracking_uri)
            mlflow.set_registry_uri(self.tracking_uri)
            try:
                yield
            finally:
                mlflow.set_tracking_uri(before[0])
                mlflow.set_registry_uri(before[1])

    def register(
        self,
        run_id: str,
        manifest: Manifest,
        description: str = "",
        *,
        after: int = 0,
        tags: Mapping[str, str] = MappingProxyType({}),
    ) -> str:
        """Register a run's bundle as the next version, alias ``challenger``; returns the version.

        ``tags`` are the training's own. ``description`` says what a model of this name answers, and is kept from the first version on. A store that
        knows nothing of versions up to ``after``, for it was lost, goes on behind them.
        """
        from mlflow.exceptions import MlflowException

        try:
            self._client.get_registered_model(self.name)
        except MlflowException:
            self._client.create_registered_model(self.name, description=description)
        tags = {
            **tags,
            "digest": manifest.digest,
            "title": manifest.title,
            "data_digest": manifest.data_digest,
            **{
                key: f"{manifest.metrics[key]:.6f}" for key in _HEADLINES if key in manifest.metrics
            },
        }
        source = f"runs:/{run_id}/{BUNDLE_FOLDER}"
        created = self._client.create_model_version(self.name, source, run_id, tags=tags)
        while int(created.version) <= after:
            # MLflow counts by itself, and counts what was taken away again.
            self._client.delete_model_version(self.name, created.version)
            created = self._client.create_model_version(self.name, source, run_id, tags=tags)
        self.challenge(str(created.version))
        return str(created.version)

    def challenge(self, version: str) -> None:
        """Say that a version is the one trained last: whoever promotes without naming any means it."""
        self._client.set_registered_model_alias(self.name, CHALLENGER, version)

    def last_version(self) -> int:
        """The highest version MLflow knows; 0 where it knows none."""
        found = self._client.search_model_versions(f"name = '{self.name}'")
        return max((int(one.version) for one in found), default=0)

    def require_sound(self) -> None:
        """Refuse to begin long work that a store could not record; whether a server answers is seen later.

        Raises ``WorkspaceRefused``.
        """
        require_sound(self.tracking_uri)

    def version_of(self, alias: str) -> str | None:
        """The version an alias stands for, or None."""
        from mlflow.exceptions import MlflowException

        try:
            return str(self._client.get_model_version_by_alias(self.name, alias).version)
        except MlflowException:
            return None

    def run_of(self, version: str) -> str:
        """The run a version came from; ``ModelRefused`` when there is no such version."""
        from mlflow.exceptions import MlflowException

        try:
            return str(self._client.get_model_version(self.name, version).run_id)
        except MlflowException:
            raise ModelRefused(
                expected=f"a registered version of the {self.name} model",
                found=f"no version {version}",
                remedy="Leave the version out to promote the latest challenger.",
            ) from None

    def version_from(self, run_id: str) -> str | None:
        """The version that a run registered, or None where it registered none or there is no such run."""
        found = self._client.search_model_versions(f"name = '{self.name}'")
        return next((str(one.version) for one in found if one.run_id == run_id), None)

    def version_with(self, digest: str) -> str | None:
        """The latest version whose bundle has this digest, or None."""
        found = self._client.search_model_versions(f"name = '{self.name}'")
        versions = [int(one.version) for one in found if one.tags.get("digest") == digest]
        return str(max(versions)) if versions else None

    def fetch_bundle(self, version: str, folder: Path) -> Path:
        """Copy a version's bundle into a folder and return where it lies."""
        self._files_of(version).download_artifacts(BUNDLE_FOLDER, str(folder))
        return folder / BUNDLE_FOLDER

    def fetch_plots(self, version: str, folder: Path) -> list[Path]:
        """Copy the pictures of the training a version came from into a folder; none where it drew none."""
        files = self._files_of(version)
        names = [one.path for one in files.list_artifacts(PLOTS_FOLDER)]
        return [Path(files.download_artifacts(one, str(folder))) for one in sorted(names)]

    def _files_of(self, version: str) -> Any:
        # The client itself would remember where the files of a run lay before the workspace was moved.
        address = str(self._client.get_run(self.run_of(version)).info.artifact_uri)
        with _quietly():
            from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

            return get_artifact_repository(address, self.tracking_uri, self.tracking_uri)

    def crown(self, version: str, tags: Mapping[str, str]) -> None:
        """Make a version the champion and note on it why."""
        self.note(version, tags)
        self._client.set_registered_model_alias(self.name, CHAMPION, version)

    def note(self, version: str, tags: Mapping[str, str]) -> None:
        """Write tags on a version."""
        for key, value in tags.items():
            self._client.set_model_version_tag(self.name, version, key, value)


@contextmanager
def _reached(tracking_uri: str) -> Iterator[None]:
    """A store that cannot be reached is said in a sentence, without its password."""
    from mlflow.exceptions import MlflowException

    require_sound(tracking_uri)
    if tracking_uri.startswith(SQLITE):
        yield
        return
    try:
        yield
    except MlflowException as refused:
        raise unreachable(tracking_uri, refused.error_code) from None


def _lock_file(workspace: Workspace) -> Path:
    workspace.mlflow.mkdir(parents=True, exist_ok=True, mode=0o700)
    return workspace.mlflow / ".lock"


@contextmanager
def _quietly() -> Iterator[None]:
    """MLflow without its usage reports, its progress bars and its libraries' deprecations."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    # MLflow would ask a server that is not there seven times, for minutes.
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _hush() -> None:
    """Leave only errors on the log; MLflow sets its own level when it is imported."""
    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.ERROR)
