"""Experiments beside one another as they are shown: only what differs, and what of it chance does not explain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from experiments.comparisons.ablation import Ablation
from experiments.comparisons.comparison import ExperimentComparison
from experiments.comparisons.differences import AUC, EVERYWHERE, LOG_LOSS, FigureDifference
from experiments.comparisons.leaderboard import Leaderboard
from experiments.comparisons.page import said_figure, verdict
from experiments.comparisons.reasons import ReasonDifference
from regulars.narrator import Table


def comparison_tables(found: ExperimentComparison) -> list[Table]:
    """What differs in the definitions, in figures, by cutoff, by kind of customer, in reasons, in calibration and in cost."""
    return list(_tables(found))


def leaderboard_table(found: Leaderboard) -> Table:
    """Runs in order; those that chance may have put behind the best are marked."""
    rows = [
        (
            f"{place}{' =' if one.is_tied else ''}",
            one.experiment,
            f"{one.rung}{' →' if one.is_chosen else ''}",
            f"{one.value:.4f}",
            f"{one.behind:.4f} [{one.low:+.4f}, {one.high:+.4f}]" if place > 1 else "",
            f"{one.cpu_seconds:.1f}",
        )
        for place, one in enumerate(found.runs, start=1)
    ]
    head = ("place", "experiment", "rung", found.figure, "behind the best", "CPU s")
    title = "= may be as good as the best, → is what its experiment would take"
    return Table(title, head, rows)


def ablation_table(found: Ablation) -> Table:
    """A line a family and side: how AUC and log loss differ from those with all families."""
    rows = []
    for one in found.families:
        by_name = {each.figure: each for each in one.differences}
        cells = [
            f"{said_figure(name, by_name[name].difference, sign=True)} "
            f"[{said_figure(name, by_name[name].low, sign=True)}, {said_figure(name, by_name[name].high, sign=True)}] "
            f"{verdict(by_name[name])}"
            if name in by_name
            else "–"
            for name in (AUC, LOG_LOSS)
        ]
        rows.append((f"{one.side} {one.family}", f"{one.features}", *cells))
    return Table(
        f"{found.rung}, against all families", ("features", "how many", AUC, LOG_LOSS), rows
    )


def _tables(found: ExperimentComparison) -> Iterator[Table]:
    if found.settings:
        rows = [(place, *map(_shown, values)) for place, values in found.settings.items()]
        yield Table("What differs", ("setting", *found.sides), rows)
    yield _figures("All cutoffs together", found.overall)
    if by_cutoff := [
        one for one in found.figures if one.where != EVERYWHERE and one.is_beyond_chance
    ]:
        yield _figures("By cutoff, beyond chance", by_cutoff)
    if kinds := [one for one in found.kinds if one.is_beyond_chance]:
        rows = [
            (
                f"{one.kind}: {one.name}",
                one.side,
                f"{one.rows:,}",
                f"{one.base_auc:.3f} → {one.auc:.3f}",
                f"{one.difference:+.4f} [{one.low:+.4f}, {one.high:+.4f}]",
                verdict(one),
            )
            for one in kinds
        ]
        head = ("customers", "side", "rows", "auc", "log loss", "")
        yield Table("By stage, status and segment, beyond chance", head, rows)
    if reasons := [one for one in found.reasons if one.is_everywhere]:
        yield _reasons(reasons)
    yield Table(
        "Calibration and cost",
        ("side", "rung", "ece", "came for each expected", "CPU s"),
        [
            (one.side, rung, f"{one.error:.4f}", f"{one.observed_over_expected:.3f}", f"{cpu:.1f}")
            for one, rung, cpu in zip(
                found.calibrations, found.rungs, found.cpu_seconds, strict=True
            )
        ],
    )


def _figures(title: str, figures: Sequence[FigureDifference]) -> Table:
    rows = [
        (
            one.figure,
            one.where,
            one.side,
            said_figure(one.figure, one.base_value),
            said_figure(one.figure, one.value),
            f"{said_figure(one.figure, one.difference, sign=True)} "
            f"[{said_figure(one.figure, one.low, sign=True)}, {said_figure(one.figure, one.high, sign=True)}]",
            verdict(one),
        )
        for one in figures
    ]
    return Table(title, ("figure", "where", "side", "first", "it", "difference", ""), rows)


def _reasons(reasons: Sequence[ReasonDifference]) -> Table:
    rows = [
        (
            one.reason,
            one.side,
            f"{one.base_share:.1%}",
            f"{one.share:.1%}",
            f"{100 * one.difference:+.1f} [{100 * one.least:+.1f}, {100 * one.most:+.1f}]",
        )
        for one in reasons
    ]
    head = ("reason", "side", "first", "it", "points more (least, most)")
    return Table("Reasons that changed at every cutoff", head, rows)


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "all"
    return str(value) if value != "" else "–"
