"""A training written to MLflow: one run, and those nested in it.                              [mlflow]"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from training.registry.runs.first_view import VIEW_TAG, first_view
from training.registry.runs.origin import origin
from training.registry.runs.record import LearnedTable, RunRecord


def write_run(client: Any, experiment_id: str, record: RunRecord, mine: Mapping[str, str]) -> str:
    """Write a run, its files and its nested runs, each with all its figures in one batch; returns its identifier.

    ``mine`` are tags of every one of them from its first moment on, by which one that is left half-written is found.
    """
    began = _now() - round(record.seconds_before * 1_000)
    run = client.create_run(experiment_id, began, run_name=record.name, tags=dict(mine))
    run_id = str(run.info.run_id)
    said = {**origin(record.command), **record.tags, "mlflow.note.content": record.description}
    _log(client, run_id, record.metrics, record.params, said)
    if record.learned_from is not None:
        log_table(client, run_id, record.learned_from)
    client.log_artifacts(run_id, str(record.folder))
    for child in record.children:
        nested = client.create_run(
            experiment_id, run_name=child.name, tags={"mlflow.parentRunId": run_id, **mine}
        )
        _log(client, nested.info.run_id, child.metrics, child.params, {})
        client.set_terminated(nested.info.run_id)
    if record.headlines:
        _keep_view(client, experiment_id, record)
    client.set_terminated(run_id)
    return run_id


def has_view(client: Any, experiment_id: str) -> bool:
    """Whether the experiment says how its runs are to be shown; one of an earlier version says nothing."""
    return VIEW_TAG in client.get_experiment(experiment_id).tags


def _log(
    client: Any,
    run_id: str,
    metrics: Mapping[str, float],
    params: Mapping[str, Any],
    tags: Mapping[str, str],
) -> None:
    from mlflow.entities import Metric, Param, RunTag

    moment = _now()
    client.log_batch(
        run_id,
        metrics=[Metric(key, value, moment, 0) for key, value in metrics.items()],
        params=[Param(key, str(value)) for key, value in params.items()],
        tags=[RunTag(key, value) for key, value in tags.items()],
    )


def log_table(client: Any, run_id: str, table: LearnedTable) -> None:
    """Name what was learned from, with its columns and how large it is; no row of it goes along."""
    from mlflow.entities import Dataset, DatasetInput, InputTag

    columns = [{"name": name, "type": "float", "required": False} for name in table.columns]
    size = {"num_rows": table.rows, "num_columns": len(columns), "customers": table.customers}
    told = Dataset(
        table.name,
        table.digest,
        source_type="code",
        source=json.dumps({"tags": {"mlflow.source.name": "regulars ingest"}}),
        schema=json.dumps({"mlflow_colspec": columns}),
        profile=json.dumps(size),
    )
    tags = [InputTag("mlflow.data.context", "training")]
    client.log_inputs(run_id, datasets=[DatasetInput(told, tags)])


def _keep_view(client: Any, experiment_id: str, record: RunRecord) -> None:
    known = client.get_experiment(experiment_id).tags
    for key, value in first_view(record.headlines).items():
        if known.get(key) != value:
            client.set_experiment_tag(experiment_id, key, value)


def _now() -> int:
    from mlflow.utils import time as mlflow_time

    clock: Any = mlflow_time
    return int(clock.get_current_time_millis())
