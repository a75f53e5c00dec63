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


def states_of_runs(registry: Registry) -> dict[str, str]:
    """How each run of the registry's experiment stands, by its identifier."""
    runs = _client(registry).search_runs([registry.experiment_id])
    return {str(run.info.run_id): str(run.info.status) for run in runs}


def histories_of(registry: Registry) -> dict[str, dict[str, dict[int, float]]]:
    """Every figure of each run by its step, by the run's identifier."""
    client = _client(registry)
    found: dict[str, dict[str, dict[int, float]]] = {}
    for run in client.search_runs([registry.experiment_id]):
        figures = found.setdefault(str(run.info.run_id), {})
        for name in run.data.metrics:
            told = client.get_metric_history(run.info.run_id, name)
            figures[name] = {int(one.step): float(one.value) for one in told}
    return found


def notes_of_runs(registry: Registry) -> list[str]:
    """What is written on each run."""
    runs = _client(registry).search_runs([registry.experiment_id])
    return [str(run.data.tags.get("mlflow.note.content", "")) for run in runs]


def run_by_name(registry: Registry, name: str) -> Any:
    """The one run of a name."""
    found = _client(registry).search_runs(
        [registry.experiment_id], f"attributes.run_name = '{name}'"
    )
    assert len(found) == 1
    return found[0]


def experiment_tags(registry: Registry) -> dict[str, str]:
    """What is noted on the registry's experiment."""
    return dict(_client(registry).get_experiment(registry.experiment_id).tags)


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
