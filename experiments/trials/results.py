"""What came of the experiments of a workspace: a file an experiment, without a row of any customer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from features.company.workspace import Workspace, write_whole
from features.vocabulary.errors import UsageRefused, WorkspaceRefused, did_you_mean

PREDICTIONS = "experiment-{}"
"""Under this name the workspace keeps what an experiment answered, beside the predictions of trainings."""


@dataclass(frozen=True)
class RungResult:
    """One rung over all tests: its figures, the ends of its AUC, and its processor time in seconds.

    ``reasons`` has of each test the share of every reason group in what moves the answers, the largest first.
    """

    name: str
    explained: str
    is_rule: bool
    figures: Mapping[str, float | None]
    auc_low: float | None
    auc_high: float | None
    by_test: Mapping[str, Mapping[str, float | None]]
    parameters: Mapping[str, Any]
    cpu_seconds: float
    reasons: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class ExperimentResult:
    """What came of an experiment.

    ``key`` names all that its answers depend on, and ``rows`` the tested rows with what came of them: experiments of
    the same ``rows`` can be compared on all of them. ``chosen`` is the rung a training would take. ``costs`` are those of a list. ``run_id`` is the run in
    MLflow, empty as long as it could not be sent.
    """

    name: str
    key: str
    rows: str
    definition: Mapping[str, Any]
    data: Mapping[str, Any]
    splits: Mapping[str, Any]
    features: Mapping[str, Sequence[str]]
    rungs: Sequence[RungResult]
    chosen: str
    failed: Mapping[str, str] = field(default_factory=dict)
    unasked: Sequence[str] = ()
    notes: Sequence[str] = ()
    costs: Mapping[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    run_id: str = ""

    def rung(self, name: str) -> RungResult:
        """One rung by its name; ``UsageRefused`` where the experiment has none of it."""
        names = [one.name for one in self.rungs]
        if name not in names:
            raise UsageRefused(
                expected=f"a rung of the experiment {self.name}",
                found=repr(name),
                remedy=did_you_mean(name, names),
            )
        return self.rungs[names.index(name)]

    @property
    def predictions(self) -> str:
        """Under which name its answers are kept."""
        return PREDICTIONS.format(self.name)

    @property
    def is_complete(self) -> bool:
        """Whether every rung was asked."""
        return not self.unasked

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> ExperimentResult:
        """The result read back; ``TypeError`` or ``KeyError`` for anything else."""
        rungs = tuple(RungResult(**one) for one in content["rungs"])
        return replace(cls(**content), rungs=rungs)


@dataclass(frozen=True)
class ResultFiles:
    """The results of a workspace by the names of their experiments; of each the latest."""

    workspace: Workspace

    def names(self) -> list[str]:
        """The experiments that were run."""
        return sorted(path.stem for path in self.workspace.experiments.glob("*.json"))

    def all(self) -> list[ExperimentResult]:
        """Every result, by name."""
        return [self.read(name) for name in self.names()]

    def known(self, name: str) -> ExperimentResult | None:
        """The result of an experiment; None where there is none that can be read."""
        try:
            return ExperimentResult.from_dict(json.loads(self._place(name).read_bytes()))
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def read(self, name: str) -> ExperimentResult:
        """The result of an experiment.

        Raises ``UsageRefused`` where it was never run, and ``WorkspaceRefused`` where its file is damaged.
        """
        found = self.known(name)
        if found is not None:
            return found
        if self._place(name).is_file():
            raise WorkspaceRefused(
                expected=f"the result of the experiment {name} as it was written",
                found=f"a file that is damaged: {self._place(name)}",
                remedy=f"Run `regulars experiment run {name}` again: what it answered before is not asked again.",
            )
        names = self.names()
        raise UsageRefused(
            expected="an experiment that was run",
            found=repr(name),
            remedy=f"Run `regulars experiment run {name}`."
            + (f" There are {', '.join(names)}." if names else ""),
        )

    def write(self, result: ExperimentResult) -> None:
        """Keep a result in the place of the one before it."""
        self.workspace.experiments.mkdir(parents=True, exist_ok=True, mode=0o700)
        place = self._place(result.name)
        write_whole(place, json.dumps(result.as_dict(), ensure_ascii=False, indent=1))
        place.chmod(0o600)

    def _place(self, name: str) -> Path:
        return self.workspace.experiments / f"{name}.json"
