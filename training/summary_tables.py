"""A training as the command line shows it: the ladder of simple rules and the checks of the gate."""

from __future__ import annotations

from collections.abc import Sequence

from features.narrator import Outcome, Table
from training.families.churn.evaluation.tables import lists_table
from training.families.value.report import COLUMNS, value_cell
from training.recipe.summary import TrainingSummary
from training.registry.gate import Check


def churn_outcome(summary: TrainingSummary) -> Outcome:
    """What the command line says of a trained churn model."""
    grade = summary.evaluation["grade"]
    return Outcome(
        said=f"Trained churn version {summary.version} ({_use(summary)}): {summary.title}, "
        f"AUC {summary.metrics['auc']:.3f}. {grade['word']}: {grade['sentences'][0]}",
        next="`regulars vectors`, then `regulars score`"
        if summary.promoted
        else "`regulars promote --reason …`",
        data=summary.as_dict(),
        tables=training_tables(summary),
    )


def value_outcome(summary: TrainingSummary) -> Outcome:
    """What the command line says of a trained value model."""
    return Outcome(
        said=f"Trained value version {summary.version} ({_use(summary)}): {summary.title}, "
        f"Gini {summary.metrics['gini']:.3f}, bias {summary.metrics['bias']:+.1%}",
        next="`regulars score`"
        if summary.promoted
        else "`regulars promote --model value --reason …`",
        data=summary.as_dict(),
        tables=value_tables(summary),
    )


def _use(summary: TrainingSummary) -> str:
    return "in use now" if summary.promoted else "registered, not in use"


def training_tables(summary: TrainingSummary) -> list[Table]:
    """The ladder of simple rules, the lists drawn up by it, and the checks of the gate."""
    rungs = [
        (
            f"{row['name']}{'  ← ships' if row['ships'] else ''}",
            _figure(row["auc"]),
            f"{_figure(row['auc_low'])} to {_figure(row['auc_high'])}",
            _figure(row["gain"], signed=True),
            _figure(row["pr_auc"]),
            _figure(row["lift_10"], places=2),
            _figure(row["log_loss"]),
            _figure(row["brier"]),
            _figure(row["ece"]),
        )
        for row in summary.ladder
    ]
    headers = (
        "rung",
        "AUC",
        "95 % interval",
        "over best rule",
        "PR-AUC",
        "lift 10 %",
        "log loss",
        "Brier",
        "ECE",
    )
    tables = [Table("The ladder, means over the test cutoffs", headers, rungs)]
    return [*tables, _lists(summary), _trust(summary), *check_tables(summary.checks)]


def _lists(summary: TrainingSummary) -> Table:
    head, rows = lists_table(summary.evaluation)
    ships = summary.evaluation["title"]
    marked = [(f"{row[0]}  ← ships" if row[0] == ships else row[0], *row[1:]) for row in rows]
    return Table("What a list is worth, means over the test cutoffs", tuple(head), marked)


def _trust(summary: TrainingSummary) -> Table:
    """Whether the reasons can be trusted; what was missed is said beside the figure."""
    said = {True: "", False: "missed", None: "not measured"}
    rows = [
        (one["name"], one["figure"], one["bar"], said[one["passed"]])
        for one in summary.evaluation["trust"]["bars"]
    ]
    return Table("Can the reasons be trusted?", ("trial", "measured", "should be", ""), rows)


def value_tables(summary: TrainingSummary) -> list[Table]:
    """The ladder of values, whether the reasons can be trusted, and the checks of the gate."""
    rungs = [
        (
            f"{row['name']}{'  ← ships' if row['ships'] else ''}",
            *(value_cell(row, key) for key, _ in COLUMNS[:-1]),
        )
        for row in summary.ladder
    ]
    headers = ("rung", *(title for _, title in COLUMNS[:-1]))
    tables = [Table("The ladder, over the test cutoffs", headers, rungs)]
    return [*tables, _trust(summary), *check_tables(summary.checks)]


def check_tables(checks: Sequence[Check]) -> list[Table]:
    """The gate, check by check; nothing where no gate was asked."""
    rows = [
        (one.name, one.figure, one.limit, "passed" if one.passed else "failed") for one in checks
    ]
    return [Table("The gate", ("check", "measured", "allowed", ""), rows)] if rows else []


def _figure(value: float | None, *, places: int = 3, signed: bool = False) -> str:
    if value is None:
        return "–"
    return f"{value:+.{places}f}" if signed else f"{value:.{places}f}"
