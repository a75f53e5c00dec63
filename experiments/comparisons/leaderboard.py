"""Every rung of every experiment that was answered on the same rows, the best first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from experiments.comparisons.comparison import list_terms
from experiments.comparisons.differences import EVERYWHERE, SMALLER_IS_BETTER, figure_differences
from experiments.comparisons.paired import ComparedSide, paired_answers
from experiments.trials.results import ExperimentResult, ResultFiles
from features.company.workspace import Workspace
from features.vocabulary.errors import UsageRefused, did_you_mean

RANKED_BY = ("auc", "log_loss", "brier")


@dataclass(frozen=True)
class LeaderboardRow:
    """One rung of an experiment: its figure, how far it is behind the best with 95 % ends, and its processor time.

    ``is_tied`` where chance explains how far it is behind.
    """

    experiment: str
    rung: str
    value: float
    behind: float
    low: float
    high: float
    is_tied: bool
    is_chosen: bool
    cpu_seconds: float


@dataclass(frozen=True)
class Leaderboard:
    """The runs on one set of rows in order, and the experiments that were answered on others."""

    figure: str
    rows: int
    customers: int
    runs: tuple[LeaderboardRow, ...]
    on_other_rows: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain fields."""
        return asdict(self)


def leaderboard(
    workspace: Workspace,
    names: Sequence[str] = (),
    *,
    figure: str = "auc",
    resamples: int = 300,
) -> Leaderboard:
    """All runs on the rows that most experiments share, or on those of the first of ``names``.

    Raises ``UsageRefused`` where nothing was run, and for a figure runs are not put in order by.
    """
    if figure not in RANKED_BY:
        raise UsageRefused(
            expected=f"a figure to put runs in order by: {', '.join(RANKED_BY)}",
            found=repr(figure),
            remedy=did_you_mean(figure, RANKED_BY),
        )
    files = ResultFiles(workspace)
    results = [files.read(one) for one in names or files.names()]
    if not results:
        raise UsageRefused(
            expected="experiments that were run",
            found="none",
            remedy="Run one: `regulars experiment run NAME`.",
        )
    rows = results[0].rows if names else Counter(one.rows for one in results).most_common(1)[0][0]
    mine = [one for one in results if one.rows == rows]
    sides = _best_first(mine, figure)
    paired = paired_answers(sides, workspace)
    found = [_row(sides[0], sides[0].rung.figures[figure] or 0.0, 0.0, 0.0, 0.0)]
    if len(sides) > 1:
        differences = figure_differences(paired, list_terms(mine[0]), resamples=resamples)
        behind = [one for one in differences if (one.figure, one.where) == (figure, EVERYWHERE)]
        sign = 1 if figure in SMALLER_IS_BETTER else -1
        for side, one in zip(sides[1:], behind, strict=True):
            low, high = sorted((sign * one.low, sign * one.high))
            found.append(_row(side, one.value, sign * one.difference, low, high))
    others = tuple(one.name for one in results if one.rows != rows)
    customers = int(paired.customers.max()) + 1
    return Leaderboard(figure, paired.rows, customers, tuple(found), others)


def _best_first(results: Sequence[ExperimentResult], figure: str) -> list[ComparedSide]:
    """Every rung of some experiments by a figure; of equals that of the first name."""
    sides = [
        ComparedSide(f"{result.name}/{rung.name}", result, rung)
        for result in results
        for rung in result.rungs
        if rung.figures[figure] is not None
    ]
    sign = 1 if figure in SMALLER_IS_BETTER else -1
    return sorted(sides, key=lambda one: (sign * (one.rung.figures[figure] or 0.0), one.label))


def _row(
    side: ComparedSide, value: float, behind: float, low: float, high: float
) -> LeaderboardRow:
    return LeaderboardRow(
        side.result.name,
        side.rung.name,
        value,
        behind,
        low,
        high,
        low <= 0.0,
        side.rung.name == side.result.chosen,
        side.rung.cpu_seconds,
    )
