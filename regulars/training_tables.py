"""A training as the command line shows it: what was learned, the ladder and the checks of the gate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from regulars.narrator import Outcome, Table
from training.families.churn.evaluation.tables import lists_table
from training.families.items.ladder import PERSONAL
from training.families.items.report import COLUMNS as ITEM_COLUMNS
from training.families.items.report import item_cell
from training.families.offers.report import COLUMNS as OFFER_COLUMNS
from training.families.offers.report import offer_cell
from training.families.segments.now.profile import SegmentProfile, said_value
from training.families.segments.now.today import Today
from training.families.segments.report import SegmentsShown, moved_share
from training.families.value.origins import origin_sentences, reserved_gini
from training.families.value.report import COLUMNS as VALUE_COLUMNS
from training.families.value.report import value_cell
from training.ladder.level_table import level_table, small_company
from training.ladder.reported import choice_sentences, headline
from training.measures.levels import HeldLevels
from training.measures.pooled import PooledLevel
from training.recipe.summary import TrainingSummary
from training.registry.gate import Check
from training.safeguards.fairness import words as protected
from training.safeguards.fairness.words import ORDER, fairness_head, fairness_lines, fairness_rows
from training.safeguards.leaks.words import HEAD, HEADING, leak_lines, leak_rows

_ITEM_COLUMNS_SHOWN = 8
_FACTS_SHOWN = 3


def churn_outcome(summary: TrainingSummary) -> Outcome:
    """What the command line says of a trained churn model."""
    grade, told = summary.evaluation["grade"], headline(summary.metrics)
    place = f" at {told['test']}" if "test" in told else ""
    return Outcome(
        said=f"Trained churn version {summary.version} ({_use(summary)}): {summary.title}, "
        f"AUC {told['auc']:.3f}{place}. {grade['word']}: {grade['sentences'][0]}",
        next="`regulars vectors`, then `regulars score`"
        if summary.promoted
        else "`regulars promote --reason …`",
        data=summary.as_dict(),
        tables=churn_tables(summary),
        lines=[
            *(f"  {said}" for said in choice_sentences(summary.metrics.get("chosen", {}))),
            *_small_company(summary),
            *leak_lines(summary.evaluation["leaks"]),
            *fairness_lines(summary.evaluation["fairness"]),
        ],
    )


def value_outcome(summary: TrainingSummary) -> Outcome:
    """What the command line says of a trained value model."""
    return Outcome(
        said=f"Trained value version {summary.version} ({_use_with_scores(summary)}): {summary.title}, "
        f"{reserved_gini(summary.metrics)}, {_latest_bias(summary)}",
        next="`regulars score`"
        if summary.promoted
        else "`regulars promote --model value --reason …`",
        data=summary.as_dict(),
        tables=value_tables(summary),
        lines=[
            *leak_lines(summary.evaluation["leaks"]),
            *fairness_lines(summary.evaluation["fairness"], ORDER),
            *(f"  {sentence}" for sentence in origin_sentences(summary.metrics)),
        ],
    )


def segments_outcome(summary: TrainingSummary) -> Outcome:
    """What was done and why, the segments with what sets each apart, and who moved."""
    shown: SegmentsShown = summary.shown
    why = "; ".join(part for part in (summary.why, shown.continued) if part)
    if summary.kept:
        did = f"Kept segments version {summary.version} frozen"
    else:
        did = f"Found segments version {summary.version} ({_use_with_scores(summary)})"
    moved = (
        f"{100 * moved_share(shown.today):.0f} % of the customers moved since "
        f"{shown.today.migration.first}"
    )
    waits = not summary.promoted
    return Outcome(
        said=f"{did}: {summary.title}, because {why}; {moved}",
        next="`regulars promote --model segments --reason …`" if waits else "",
        data=_segments_data(summary, shown.today, why),
        tables=[_segments(shown.today), *gate_tables(summary.checks)],
        lines=[f"  Note: {note}" for note in summary.notes],
    )


def _segments_data(summary: TrainingSummary, today: Today, why: str) -> dict[str, Any]:
    """The summary of segments as plain fields: of a ladder there are only the numbers that were tried."""
    common = summary.as_dict()
    return {
        **{name: common[name] for name in ("title", "version", "digest", "run_id")},
        "kept": summary.kept,
        "promoted": summary.promoted,
        "why": why,
        "metrics": common["metrics"],
        "tried": list(common["ladder"]),
        "checks": list(common["checks"]),
        "is_sound": summary.is_sound,
        "passed_over": dict(common["passed_over"]),
        "notes": list(common["notes"]),
        "cutoff": str(today.cutoff),
        "segments": [segment.as_dict() for segment in today.profiles],
        "migration": today.migration.as_dict(),
        "standing": today.standing.rows(),
    }


def items_outcome(summary: TrainingSummary) -> Outcome:
    """What the command line says of trained recommendations."""
    use = "in use now" if summary.promoted else "registered, not in use"
    rows = [
        (
            f"{row['name']}{'  ← ships' if row['ships'] else ''}",
            *(item_cell(row, key) for key, _ in ITEM_COLUMNS[:_ITEM_COLUMNS_SHOWN]),
        )
        for row in summary.ladder
    ]
    headers = ("rung", *(title for _, title in ITEM_COLUMNS[:_ITEM_COLUMNS_SHOWN]))
    table = Table(f"The ladder, tested on {summary.origins['tested_at']}", headers, rows)
    measured = summary.metrics
    return Outcome(
        said=f"Trained recommendations version {summary.version} ({use}): {summary.title}, Recall@10 "
        f"{measured['recall_10']:.3f}, {measured['gain']:+.3f} over {PERSONAL}",
        next="`regulars recommend`"
        if summary.promoted
        else "`regulars promote --model recommendations --reason …`",
        data=summary.as_dict(),
        tables=[table, *gate_tables(summary.checks)],
    )


def offers_outcome(summary: TrainingSummary) -> Outcome:
    """What the command line says of a trained model of offers."""
    use = "in use now" if summary.promoted else "registered, not in use"
    rows = [
        (
            f"{row['name']}{'  ← ships' if row['ships'] else ''}",
            *(offer_cell(row, key) for key, _ in OFFER_COLUMNS),
        )
        for row in summary.ladder
    ]
    headers = ("rung", *(title for _, title in OFFER_COLUMNS))
    tested = ", ".join(summary.origins["tested_at"])
    persuasion = summary.evaluation["persuasion"]
    causal = "not causal" if persuasion is None else f"effects by {persuasion['learner']}"
    return Outcome(
        said=f"Trained offers version {summary.version} ({use}): {summary.title}, AUC within offers "
        f"{offer_cell(summary.metrics, 'within_offer_auc')}, {causal}",
        next="`regulars offers simulate`"
        if summary.promoted
        else "`regulars promote --model offers --reason …`",
        data=summary.as_dict(),
        tables=[
            Table(f"The ladder, tested on {tested}", headers, rows),
            *level_tables(summary),
            *gate_tables(summary.checks),
        ],
    )


def _latest_bias(summary: TrainingSummary) -> str:
    """How far the level was off at the latest test: a mean of tests would let opposite errors cancel."""
    latest = HeldLevels.from_dict(summary.metrics["by_cutoff"]).latest
    return f"bias {latest.bias:+.1%} at the latest test"


def _use(summary: TrainingSummary) -> str:
    return "in use now" if summary.promoted else "registered, not in use"


def _use_with_scores(summary: TrainingSummary) -> str:
    """The same of a model that is asked when everybody is scored."""
    return "in use with the next scores" if summary.promoted else _use(summary)


def churn_tables(summary: TrainingSummary) -> list[Table]:
    """The ladder of simple rules, the lists drawn up by it, and the checks of the gate."""
    rungs = [
        (
            f"{row['name']}{'  ← ships' if row['ships'] else ''}",
            _figure(row["auc"]),
            f"{_figure(row['auc_low'])} to {_figure(row['auc_high'])}",
            _figure(row["gain"], signed=True),
            _figure(row.get("at_reserved", {}).get("auc")),
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
        "at the reserved",
        "PR-AUC",
        "lift 10 %",
        "log loss",
        "Brier",
        "ECE",
    )
    tables = [Table("The ladder, means over the test cutoffs", headers, rungs)]
    return [
        *tables,
        *level_tables(summary),
        _lists(summary),
        *_leaks(summary),
        *_fairness(summary),
        _trust(summary),
        *gate_tables(summary.checks),
    ]


def level_tables(summary: TrainingSummary) -> list[Table]:
    """How the level held, a row a test with a bar; nothing where no test is told apart."""
    pooled = PooledLevel.from_metrics(summary.metrics)
    head, rows = level_table(summary.metrics.get("by_cutoff", {}), pooled)
    return [Table("How the level held, the latest test first", tuple(head), rows)] if rows else []


def _small_company(summary: TrainingSummary) -> list[str]:
    """What to know first of a model whose cutoffs were pooled."""
    pooled = PooledLevel.from_metrics(summary.metrics)
    if pooled is None:
        return []
    return [f"  {' '.join(small_company(summary.metrics['by_cutoff'], pooled))}"]


def _lists(summary: TrainingSummary) -> Table:
    head, rows = lists_table(summary.evaluation)
    ships = summary.evaluation["title"]
    marked = [(f"{row[0]}  ← ships" if row[0] == ships else row[0], *row[1:]) for row in rows]
    is_priced = summary.evaluation["campaign"]["kept_value_is_known"]
    what = "What a list is worth" if is_priced else "Whom a list finds"
    return Table(f"{what}, means over the test cutoffs", tuple(head), marked)


def _leaks(summary: TrainingSummary) -> list[Table]:
    """The columns that tell most; nothing where too few outcomes are known to try them."""
    rows = leak_rows(summary.evaluation["leaks"])
    return [Table(HEADING, HEAD, rows)] if rows else []


def _fairness(summary: TrainingSummary, measured: str = protected.AUC) -> list[Table]:
    """The protected attributes that are left out; nothing where none is mapped."""
    rows = fairness_rows(summary.evaluation["fairness"])
    return [Table(protected.HEADING, fairness_head(measured), rows)] if rows else []


def _trust(summary: TrainingSummary) -> Table:
    """Whether the reasons can be trusted; what was missed is said beside the figure."""
    said = {True: "", False: "missed", None: "not measured"}
    rows = [
        (bar["name"], bar["figure"], bar["bar"], said[bar["passed"]])
        for bar in summary.evaluation["trust"]["bars"]
    ]
    return Table("Can the reasons be trusted?", ("trial", "measured", "should be", ""), rows)


def value_tables(summary: TrainingSummary) -> list[Table]:
    """The ladder of values, whether the reasons can be trusted, and the checks of the gate."""
    rungs = [
        (
            f"{row['name']}{'  ← ships' if row['ships'] else ''}",
            *(value_cell(row, key) for key, _ in VALUE_COLUMNS[:-1]),
        )
        for row in summary.ladder
    ]
    headers = ("rung", *(title for _, title in VALUE_COLUMNS[:-1]))
    tables = [Table("The ladder, over the test cutoffs", headers, rungs)]
    return [
        *tables,
        *level_tables(summary),
        *_leaks(summary),
        *_fairness(summary, ORDER),
        _trust(summary),
        *gate_tables(summary.checks),
    ]


def _segments(today: Today) -> Table:
    rows = [
        (
            profile.name,
            f"{profile.customers:,} ({profile.share:.0%})",
            *_spent(profile),
            _apart(profile),
        )
        for profile in today.profiles
    ]
    spent = ("spend of 365 days",) if today.money_is_known else ()
    headers = ("segment", "customers", *spent, "what sets them apart (medians)")
    return Table(f"Segments as of {today.cutoff}", headers, rows)


def _spent(profile: SegmentProfile) -> list[str]:
    """What its customers spent; nothing where nobody knows."""
    if profile.spend_cents is None or profile.spend_share is None:
        return []
    return [f"{profile.spend_cents / 100:,.0f} ({profile.spend_share:.0%})"]


def _apart(profile: SegmentProfile) -> str:
    return "; ".join(
        f"{fact.feature} {said_value(fact.median, fact.unit)} against "
        f"{said_value(fact.everybody, fact.unit)}"
        for fact in profile.facts[:_FACTS_SHOWN]
    )


def gate_tables(checks: Sequence[Check]) -> list[Table]:
    """The gate, check by check; nothing where no gate was asked."""
    rows = [
        (check.name, check.figure, check.limit, "passed" if check.passed else "failed")
        for check in checks
    ]
    return [Table("The gate", ("check", "measured", "allowed", ""), rows)] if rows else []


def _figure(value: float | None, *, places: int = 3, signed: bool = False) -> str:
    if value is None:
        return "–"
    return f"{value:+.{places}f}" if signed else f"{value:.{places}f}"
