"""What monitoring finds of a model in use, look by look, as the registry keeps and shows it.                [mlflow]

A run of its own below the run of the training: its charts have a step a day of the data, and the training's record stays as
it was. What was found last also stands at the version of the model, where one looks who asks what is in use.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from features.company.workspace import Workspace, write_whole
from training.registry.left_running import recorded_by
from training.registry.registry import Registry

_OF_MODEL = "monitoring_of"
_FIGURES = ("share", "auc", "share_of_list")
_NOTED = "in_mlflow.txt"


class Weeks:
    """The looks of one workspace, a run for each model that was in use and a step for each day of the data."""

    def __init__(self, registry: Registry, workspace: Workspace) -> None:
        self._registry, self._workspace = registry, workspace

    def note(self, look: Mapping[str, Any]) -> None:
        """Keep the figures of a look at a model, once; counts, names of features and quality, and nobody's data.

        Nothing is asked of MLflow for a look that it has been told of.
        """
        which = " ".join(str(look[name]) for name in ("end", "store", "model", "as_of"))
        path = self._workspace.monitoring / _NOTED
        if path.is_file() and path.read_text(encoding="utf-8") == which:
            return
        self._note(look)
        write_whole(path, which)

    def _note(self, look: Mapping[str, Any]) -> None:
        run_id = self._run_of(look)
        from mlflow.entities import Metric, RunTag

        metrics = [
            Metric(name, value, _moment(day), _step(day)) for day, name, value in _metrics(look)
        ]
        tags = [RunTag(name, value) for name, value in _tags(look).items()]
        self._client.log_batch(run_id, metrics=metrics, tags=tags)
        version = str(look["model_version"])
        if version:
            said = f"{_tags(look)['alarms']}, as of {look['end']}"
            self._client.set_model_version_tag(self._registry.name, version, "monitoring", said)

    @property
    def _client(self) -> Any:
        # The experiment is there, and MLflow is quiet, once the registry has been asked for something.
        _ = self._registry.experiment_id
        import mlflow

        return mlflow.MlflowClient(self._registry.tracking_uri, self._registry.tracking_uri)

    def _run_of(self, look: Mapping[str, Any]) -> str:
        client, mine = self._client, recorded_by(self._workspace)
        [(name, signed)] = mine.items()
        found = client.search_runs(
            [self._registry.experiment_id],
            f"tags.{_OF_MODEL} = '{look['model']}' and tags.{name} = '{signed}'",
        )
        if found:
            return min(str(one.info.run_id) for one in found)
        tags = {_OF_MODEL: str(look["model"]), "mlflow.parentRunId": str(look["run_id"]), **mine}
        created = client.create_run(
            self._registry.experiment_id,
            run_name=f"monitoring of version {look['model_version']}",
            tags=tags,
        )
        # Its days go on, and no day is a run at work.
        client.set_terminated(created.info.run_id)
        return str(created.info.run_id)


def _metrics(look: Mapping[str, Any]) -> Iterator[tuple[date, str, float]]:
    """The figures of a look by the day they are of; what could not be estimated is left out."""
    end = date.fromisoformat(look["end"])
    yield end, "alarms", float(len(look["alarms"]))
    for kind, count in Counter(one["kind"] for one in look["alarms"]).items():
        yield end, f"alarms/{kind}", float(count)
    yield end, "inputs_moved", float(sum(one["is_alarm"] for one in look["inputs"]))
    if look["scores"]:
        yield end, "risk_stability_index", float(look["scores"]["index"])
    yield from _quality(end, "estimated", look.get("estimated"))
    for one in look.get("realised", ()):
        day = date.fromisoformat(one["as_of"])
        yield from _quality(day, "realised", one)
        yield from _quality(day, "expected", one["estimated"])


def _quality(
    day: date, kind: str, one: Mapping[str, Any] | None
) -> Iterator[tuple[date, str, float]]:
    for name in _FIGURES:
        if one and one[name] is not None:
            yield day, f"{kind}/{name}", float(one[name])


def _tags(look: Mapping[str, Any]) -> dict[str, str]:
    kinds = Counter(one["kind"] for one in look["alarms"])
    said = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    moved = sorted(
        (one for one in look["inputs"] if one["is_alarm"]), key=lambda one: -one["index"]
    )
    return {
        "as_of": str(look["end"]),
        "alarms": said or "nothing out of the ordinary",
        "inputs_moved": ", ".join(one["name"] for one in moved[:20]) or "none",
        "cannot_estimate": str(look.get("cannot_estimate") or ""),
    }


def _moment(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1_000)


def _step(day: date) -> int:
    """A day as a number that a person reads: 20260131."""
    return day.year * 10_000 + day.month * 100 + day.day
