"""Champion and challenger day by day, as the registry keeps and shows them: figures of all customers together.  [mlflow]"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from features.company.workspace import Workspace
from training.ladder.tables import markdown
from training.registry.left_running import recorded_by
from training.registry.registry import Registry

CAME = "observed_over_expected"
_PAIR, _ASKED = "nightly", "asked"
_SIDES = ("champion", "challenger")
_COLUMNS = (
    ("customers", "judged by both"),
    ("champion/mean", "mean risk, champion"),
    ("challenger/mean", "challenger"),
    ("champion/above", "on the list or riskier, champion"),
    ("challenger/above", "challenger"),
    ("agreement", "of the riskiest both name"),
    (f"champion/{CAME}", "came for each one expected, champion"),
    (f"challenger/{CAME}", "challenger"),
)


@dataclass(frozen=True)
class OpenDay:
    """A day of a pair of models whose outcome was not known when it was noted."""

    run_id: str
    day: date
    means: Mapping[str, float]


class Nights:
    """The nights of one workspace, a run for each pair of models and a step for each day."""

    def __init__(self, registry: Registry, workspace: Workspace) -> None:
        self._registry, self._workspace = registry, workspace

    def note(
        self,
        champion: tuple[str, str],
        challenger: tuple[str, str],
        asked: str,
        day: date,
        figures: Mapping[str, float],
    ) -> str:
        """Keep the figures of a day, once; returns the run. Each model is given by version and digest.

        ``asked`` names the question, by which outcomes of that day are found later.
        """
        run_id = self._run_of(champion, challenger, asked)
        if day not in self._days(run_id):
            self._log(run_id, day, figures)
        return run_id

    def open_days(self, asked: str) -> list[OpenDay]:
        """The days of all pairs that were asked the same and of which nobody knows yet what came, the oldest first."""
        found = []
        for run_id in self._runs(f"tags.{_ASKED} = '{asked}'"):
            for day, told in self._days(run_id).items():
                if f"{_SIDES[0]}/{CAME}" not in told:
                    means = {side: told[f"{side}/mean"] for side in _SIDES}
                    found.append(OpenDay(run_id, day, means))
        return sorted(found, key=lambda one: (one.day, one.run_id))

    def note_what_came(self, open_day: OpenDay, rate: float) -> None:
        """Keep how much came for each one that either model expected on a day."""
        ratios = {
            f"{side}/{CAME}": rate / mean for side, mean in open_day.means.items() if mean > 0
        }
        self._log(open_day.run_id, open_day.day, ratios)

    def table(self, run_id: str) -> str:
        """Both models day by day, the newest first, as a Markdown table."""
        rows = [
            [day.isoformat(), *(_said(told.get(name)) for name, _ in _COLUMNS)]
            for day, told in sorted(self._days(run_id).items(), reverse=True)
        ]
        return markdown(["day", *(title for _, title in _COLUMNS)], rows)

    @property
    def _client(self) -> Any:
        # The experiment is there, and MLflow is quiet, once the registry has been asked for something.
        _ = self._registry.experiment_id
        import mlflow

        return mlflow.MlflowClient(self._registry.tracking_uri, self._registry.tracking_uri)

    def _run_of(self, champion: tuple[str, str], challenger: tuple[str, str], asked: str) -> str:
        pair = f"{champion[1]}-{challenger[1]}"
        known = self._runs(f"tags.{_PAIR} = '{pair}'")
        if known:
            return known[0]
        tags = {_PAIR: pair, _ASKED: asked, **recorded_by(self._workspace)}
        name = f"nightly: version {challenger[0]} beside version {champion[0]}"
        client = self._client
        created = client.create_run(self._registry.experiment_id, run_name=name, tags=tags)
        # Its days go on, and no day is a run at work.
        client.set_terminated(created.info.run_id)
        return str(created.info.run_id)

    def _runs(self, which: str) -> list[str]:
        [(name, mine)] = recorded_by(self._workspace).items()
        found = self._client.search_runs(
            [self._registry.experiment_id], f"{which} and tags.{name} = '{mine}'"
        )
        return sorted(str(one.info.run_id) for one in found)

    def _days(self, run_id: str) -> dict[date, dict[str, float]]:
        client, days = self._client, dict[date, dict[str, float]]()
        for name, _ in _COLUMNS:
            for one in client.get_metric_history(run_id, name):
                days.setdefault(_day_of(one.step), {})[name] = float(one.value)
        return days

    def _log(self, run_id: str, day: date, figures: Mapping[str, float]) -> None:
        from mlflow.entities import Metric

        moment = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1_000)
        told = [Metric(name, value, moment, _step_of(day)) for name, value in figures.items()]
        client = self._client
        client.log_batch(run_id, metrics=told)
        client.set_tag(run_id, "mlflow.note.content", self.table(run_id))


def _step_of(day: date) -> int:
    """A day as a number that a person reads: 20260131."""
    return day.year * 10_000 + day.month * 100 + day.day


def _day_of(step: int) -> date:
    return date(step // 10_000, step // 100 % 100, step % 100)


def _said(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if value == round(value) and value > 1 else f"{value:.3f}"
