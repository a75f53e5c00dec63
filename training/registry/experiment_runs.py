"""Experiments in MLflow: a run an experiment and a nested one a rung, without a row of any customer.  [mlflow]"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from features.company.workspace import Workspace
from training.registry.left_running import end_left_running, recorded_by
from training.registry.registry import Registry
from training.registry.runs.record import LearnedTable
from training.registry.runs.writing import log_table

EXPERIMENTS = "experiments"
"""What MLflow calls the experiment under which they stand."""
_KEY = "experiment_key"
_LONGEST_VALUE = 6_000


@dataclass(frozen=True)
class LoggedRun:
    """One run: what it was given, what came of it, and how long it took."""

    name: str
    params: Mapping[str, Any]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]
    seconds: float


class ExperimentRuns:
    """The runs of a workspace's experiments."""

    def __init__(self, registry: Registry, workspace: Workspace) -> None:
        self._registry, self._workspace = registry, workspace

    def record(
        self,
        key: str,
        run: LoggedRun,
        children: Sequence[LoggedRun],
        table: LearnedTable,
        files: Path,
        *,
        at: int,
    ) -> str:
        """Log an experiment that ended ``at`` a second, with a child a rung, once; returns the identifier of its run.

        ``files`` are logged as they stand. A run of the same ``key`` that is there whole is returned as it is; one that a kill left
        behind counts as killed.
        """
        client = self._client
        end_left_running(client, self._registry.experiment_id, self._workspace)
        mine = recorded_by(self._workspace)
        whole = f"attributes.status = 'FINISHED' and tags.{_KEY} = '{key}'"
        ours = " and ".join(f"tags.{name} = '{value}'" for name, value in mine.items())
        found = client.search_runs([self._registry.experiment_id], f"{whole} and {ours}")
        if found:
            return str(found[0].info.run_id)
        tags = {_KEY: key, **mine}
        run_id = self._log(run, tags, table, at)
        client.log_artifacts(run_id, str(files))
        for child in children:
            nested = self._log(child, {"mlflow.parentRunId": run_id, **mine}, table, at)
            client.set_terminated(nested, end_time=at * 1_000)
        # Last of all: who finds it finished finds it whole.
        client.set_terminated(run_id, end_time=at * 1_000)
        return run_id

    @property
    def _client(self) -> Any:
        # The experiment is there, and MLflow is quiet, once the registry has been asked for something.
        _ = self._registry.experiment_id
        import mlflow

        return mlflow.MlflowClient(self._registry.tracking_uri, self._registry.tracking_uri)

    def _log(self, run: LoggedRun, tags: Mapping[str, str], table: LearnedTable, at: int) -> str:
        from mlflow.entities import Metric, Param

        client, begun = self._client, int((at - run.seconds) * 1_000)
        created = client.create_run(
            self._registry.experiment_id,
            start_time=begun,
            tags={**run.tags, **tags},
            run_name=run.name,
        )
        run_id = str(created.info.run_id)
        client.log_batch(
            run_id,
            metrics=[Metric(name, value, at * 1_000, 0) for name, value in run.metrics.items()],
            params=[Param(name, str(value)[:_LONGEST_VALUE]) for name, value in run.params.items()],
        )
        log_table(client, run_id, table)
        return run_id
