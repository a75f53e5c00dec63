"""What is told of a back-test, without a row of any customer, and where the workspace has it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from features.company.workspace import Workspace, write_whole

COUNTED = (
    "Counted: who stood on each list, and who of them left, with all that was really done for them then. Assumed: how "
    "many of these a contact keeps ([actions]), what it costs, and that a kept customer brings {value}."
)
"""Which part of the money is an observation and which is not; ``value`` says where the value of a customer is from."""
DECLARED_VALUE = "what [campaign] says"
SPENT_VALUE = "what customers who left had spent on average in the year before"


@dataclass(frozen=True)
class BacktestCutoff:
    """One cutoff as it would have been lived: the rung that was in use, its list, and what came of it.

    ``expected`` and ``left`` are how many were expected to leave of all judged, and did; ``on_list`` and so on how many
    of those who left stand on the list of the model, of the best simple rule, and on one drawn by lot. Money is in
    cents, None where nobody knows what a customer brings.
    """

    cutoff: str
    learned_from: Sequence[str]
    rung: str
    rule: str
    customers: int
    expected: float
    left: int
    auc: float | None
    contacted: int
    on_list: float
    on_list_of_rule: float
    on_list_by_lot: float
    earned_cents: float | None
    earned_by_rule_cents: float | None
    earned_by_lot_cents: float | None


@dataclass(frozen=True)
class BacktestPolicy:
    """One way to have lived all cutoffs: how often a model was fitted, its figures, and how they differ from the first's.

    ``every`` is 0 where nothing was fitted. Figures are means over cutoffs; money and who was found are of all together.
    ``differences`` has by the figure how much more it is, with the ends of its 95 % interval.
    """

    name: str
    every: int
    fits: int
    figures: Mapping[str, float | None]
    differences: Mapping[str, Sequence[float | None]] = field(default_factory=dict)
    is_as_good: bool = True


@dataclass(frozen=True)
class BacktestAge:
    """Models of so many cutoffs ago on later cutoffs, beside those fitted there, as means over ``cutoffs``.

    ``difference`` is of the AUC, with 95 % ends. ``observed_over_expected`` says how the old models' level holds.
    """

    age: int
    age_days: float
    cutoffs: int
    auc: float | None
    auc_fresh: float | None
    difference: float | None
    low: float | None
    high: float | None
    observed_over_expected: float | None


@dataclass(frozen=True)
class Backtest:
    """What came of walking all cutoffs of an experiment.

    ``key`` names all it depends on. ``refit_every`` is the longest interval, in cutoffs, at which fitting anew loses
    nothing to fitting at every one, beyond chance or a tie; 0 where there is one cutoff alone. ``costs`` are those of a
    list, in cents, and ``contact`` what is done for it.
    """

    name: str
    key: str
    definition: Mapping[str, Any]
    data: Mapping[str, Any]
    features: Sequence[str]
    cutoffs: Sequence[BacktestCutoff]
    policies: Sequence[BacktestPolicy]
    ages: Sequence[BacktestAge]
    refit_every: int
    contact: str
    costs: Mapping[str, float]
    said: str
    failed: Mapping[str, str] = field(default_factory=dict)
    unwalked: Sequence[str] = ()
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    run_id: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether every cutoff was walked."""
        return not self.unwalked

    def policy(self, name: str) -> BacktestPolicy:
        """One way to have lived by its name."""
        return next(one for one in self.policies if one.name == name)

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Backtest:
        """The result read back; ``TypeError`` or ``KeyError`` for anything else."""
        return replace(
            cls(**content),
            cutoffs=tuple(BacktestCutoff(**one) for one in content["cutoffs"]),
            policies=tuple(BacktestPolicy(**one) for one in content["policies"]),
            ages=tuple(BacktestAge(**one) for one in content["ages"]),
        )


@dataclass(frozen=True)
class BacktestFiles:
    """The back-tests of a workspace by the names of their experiments, with their plots; of each the latest."""

    workspace: Workspace

    @property
    def folder(self) -> Path:
        """Where they lie."""
        return self.workspace.experiments / "backtests"

    def known(self, name: str) -> Backtest | None:
        """The back-test of an experiment; None where there is none that can be read."""
        try:
            return Backtest.from_dict(json.loads((self.folder / f"{name}.json").read_bytes()))
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def write(self, found: Backtest, plots: Mapping[str, bytes]) -> None:
        """Keep a back-test in the place of the one before it, its plots first."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for plot, content in plots.items():
            (self.folder / f"{found.name}-{plot}").write_bytes(content)
        place = self.folder / f"{found.name}.json"
        write_whole(place, json.dumps(found.as_dict(), ensure_ascii=False, indent=1))
        place.chmod(0o600)
