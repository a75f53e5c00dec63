"""What MLflow's own client says of a registry's runs, versions and boosters."""

from __future__ import annotations

import warnings
from typing import Any

from training.registry.registry import Registry


def tags_of(registry: Registry, version: str) -> dict[str, str]:
    """The tags of a version: digest, title, data digest, AUC and what became of it."""
    return dict(_client(registry).get_model_version(registry.name, version).tags)


def nested_runs(registry: Registry, run_id: str) -> list[str]:
    """The names of the runs nested in a run."""
    runs = _client(registry).search_runs(
        [registry.experiment_id], f"tags.mlflow.parentRunId = '{run_id}'"
    )
    return [str(run.info.run_name) for run in runs]


def load_booster(registry: Registry, address: str) -> Any:
    """A logged booster read back by MLflow's tool for LightGBM."""
    import mlflow

    before = mlflow.get_tracking_uri(), mlflow.get_registry_uri()
    with warnings.catch_warnings():
        # MLflow's libraries tell of their own deprecations.
        warnings.simplefilter("ignore")
        mlflow.set_tracking_uri(registry.tracking_uri)
        mlflow.set_registry_uri(registry.tracking_uri)
        try:
            return mlflow.lightgbm.load_model(address)
        finally:
            mlflow.set_tracking_uri(before[0])
            mlflow.set_registry_uri(before[1])


def _client(registry: Registry) -> Any:
    import mlflow

    return mlflow.MlflowClient(registry.tracking_uri, registry.tracking_uri)
