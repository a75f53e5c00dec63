"""A comparison as one HTML file that needs nothing beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from experiments.comparisons.comparison import ExperimentComparison
from experiments.comparisons.differences import (
    AUC,
    EVERYWHERE,
    PROFIT,
    SMALLER_IS_BETTER,
    FigureDifference,
)
from experiments.comparisons.kinds import KindDifference, SideCalibration
from experiments.comparisons.reasons import ReasonDifference

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #1d2430; margin: 2rem auto; max-width: 62rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; } caption { text-align: left; color: #566; padding-bottom: .3rem; }
th, td { text-align: right; padding: .25rem .6rem; border-bottom: 1px solid #dde2e8; font-variant-numeric: tabular-nums; }
th:first-child, td:first-child, .text { text-align: left; } th { font-weight: 600; }
.better { color: #0b6b3a; font-weight: 600; } .worse { color: #a3261b; font-weight: 600; }
svg { background: #f7f8fa; }
"""
_WIDTH, _HEIGHT, _SIDE = 220, 18, 260


def page_of(comparison: ExperimentComparison) -> str:
    """The page: what differs between the experiments, and what of it makes a difference."""
    others = [one for one in comparison.figures if one.where != EVERYWHERE]
    title = " · ".join(comparison.sides)
    parts = [
        f"<h1>{escape(title)}</h1>",
        f"<p>{escape(opening(comparison))}</p>",
        _settings(comparison),
        _figures("All cutoffs together", comparison.overall),
        _figures("By cutoff", others) if others else "",
        _kinds(comparison.kinds),
        _calibrations(comparison.calibrations),
        _reasons(comparison.reasons),
        _cost(comparison),
    ]
    head = f"<meta charset='utf-8'><title>{escape(title)}</title><style>{_STYLE}</style>"
    return (
        f"<!doctype html><html lang='en'><head>{head}</head><body>{''.join(parts)}</body></html>\n"
    )


def opening(comparison: ExperimentComparison) -> str:
    """What is compared, in two sentences."""
    first, *others = (
        f"{side} (by {rung})" if "/" not in side else side
        for side, rung in zip(comparison.sides, comparison.rungs, strict=True)
    )
    left = (
        f" {comparison.left_out:,} rows that only some answered are left out."
        if comparison.left_out
        else ""
    )
    return (
        f"{' and '.join(others)} against {first}, on the same {comparison.rows:,} rows of {comparison.customers:,} customers; "
        f"intervals hold 95 % of {comparison.resamples:,} times customers were drawn anew.{left}"
    )


def verdict(one: FigureDifference | KindDifference) -> str:
    """``better``, ``worse``, or nothing where chance explains the difference."""
    if not one.is_beyond_chance:
        return ""
    smaller = isinstance(one, KindDifference) or one.figure in SMALLER_IS_BETTER
    return "better" if (one.difference < 0) == smaller else "worse"


def said_figure(figure: str, value: float, *, sign: bool = False) -> str:
    """A figure with the digits it deserves; money in whole units of its currency."""
    if figure == PROFIT:
        return f"{value / 100:+,.0f}" if sign else f"{value / 100:,.0f}"
    digits = 4 if figure in (AUC, *SMALLER_IS_BETTER) else 1
    return f"{value:+.{digits}f}" if sign else f"{value:.{digits}f}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], caption: str = "") -> str:
    """Cells are HTML already."""
    cells = "".join(f"<th>{escape(one)}</th>" for one in head)
    lines = "".join(f"<tr>{''.join(f'<td>{one}</td>' for one in row)}</tr>" for row in rows)
    said = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f"<table>{said}<thead><tr>{cells}</tr></thead><tbody>{lines}</tbody></table>"


def _settings(comparison: ExperimentComparison) -> str:
    rows = [
        (f"<code>{escape(place)}</code>", *(escape(_shown(one)) for one in values))
        for place, values in comparison.settings.items()
    ]
    if not rows:
        return "<h2>What differs</h2><p>No setting: the sides are rungs of one experiment.</p>"
    return f"<h2>What differs</h2>{_table(('setting', *comparison.sides), rows)}"


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "all"
    return str(value) if value != "" else "–"


def _figures(title: str, figures: Sequence[FigureDifference]) -> str:
    rows = [
        (
            escape(one.figure),
            escape(one.where),
            escape(one.side),
            said_figure(one.figure, one.base_value),
            said_figure(one.figure, one.value),
            f"<span class='{verdict(one)}'>{said_figure(one.figure, one.difference, sign=True)}</span>",
            f"{said_figure(one.figure, one.low, sign=True)} … {said_figure(one.figure, one.high, sign=True)}",
            _bar(one.low, one.difference, one.high, _reach(figures, one.figure)),
        )
        for one in figures
    ]
    head = ("figure", "where", "side", "first", "it", "difference", "95 %", "")
    return f"<h2>{escape(title)}</h2>{_table(head, rows)}"


def _reach(figures: Sequence[FigureDifference], figure: str) -> float:
    return max(
        (max(abs(one.low), abs(one.high)) for one in figures if one.figure == figure), default=1.0
    )


def _kinds(kinds: Sequence[KindDifference]) -> str:
    """Only the kinds that differ beyond chance; how many do not is said."""
    differing = [one for one in kinds if one.is_beyond_chance]
    reach = max((max(abs(one.low), abs(one.high)) for one in differing), default=1.0)
    rows = [
        (
            escape(f"{one.kind}: {one.name}"),
            escape(one.side),
            f"{one.rows:,}",
            f"{one.base_auc:.3f} → {one.auc:.3f}",
            f"{one.base_observed_over_expected:.2f} → {one.observed_over_expected:.2f}",
            f"<span class='{verdict(one)}'>{one.difference:+.4f}</span>",
            _bar(one.low, one.difference, one.high, reach),
        )
        for one in differing
    ]
    head = ("customers", "side", "rows", "AUC", "came for each expected", "log loss", "")
    alike = len(kinds) - len(differing)
    said = f"<p>Of {len(kinds)} kinds of customers {alike} differ by no more than chance in their log loss.</p>"
    return f"<h2>By stage, status and segment</h2>{said}{_table(head, rows) if rows else ''}"


def _bar(low: float, middle: float, high: float, reach: float) -> str:
    """An interval about zero, as wide as the widest of its kind."""

    def x(value: float) -> float:
        return round(_WIDTH / 2 * (1 + 0.95 * value / (reach or 1.0)), 1)

    return (
        f"<svg width='{_WIDTH}' height='{_HEIGHT}' role='img' aria-label='from {low:.4g} to {high:.4g}'>"
        f"<line x1='{_WIDTH / 2}' x2='{_WIDTH / 2}' y1='0' y2='{_HEIGHT}' stroke='#9aa4b1'/>"
        f"<line x1='{x(low)}' x2='{x(high)}' y1='{_HEIGHT / 2}' y2='{_HEIGHT / 2}' stroke='#2456a6' stroke-width='3'/>"
        f"<circle cx='{x(middle)}' cy='{_HEIGHT / 2}' r='4' fill='#2456a6'/></svg>"
    )


def _calibrations(sides: Sequence[SideCalibration]) -> str:
    """A diagram a side: observed over expected by tenths, beside the line on which they are the same."""
    rows = [
        (escape(one.side), f"{one.error:.4f}", f"{one.observed_over_expected:.3f}", _diagram(one))
        for one in sides
    ]
    head = (
        "side",
        "mean distance (ECE)",
        "came for each expected",
        "observed by expected, in tenths",
    )
    return f"<h2>Calibration</h2>{_table(head, rows)}"


def _diagram(side: SideCalibration) -> str:
    points = "".join(
        f"<circle cx='{_SIDE * expected:.1f}' cy='{_SIDE * (1 - observed):.1f}' r='4' fill='#2456a6'/>"
        for expected, observed in zip(side.expected, side.observed, strict=True)
    )
    line = f"<line x1='0' y1='{_SIDE}' x2='{_SIDE}' y2='0' stroke='#9aa4b1'/>"
    label = f"calibration of {side.side}"
    return f"<svg width='{_SIDE}' height='{_SIDE}' role='img' aria-label='{escape(label, quote=True)}'>{line}{points}</svg>"


def _reasons(reasons: Sequence[ReasonDifference]) -> str:
    """By what the sides answer; nothing where one of them cannot say."""
    if not reasons:
        return ""
    reach = max(max(abs(one.least), abs(one.most)) for one in reasons)
    rows = [
        (
            escape(one.reason),
            escape(one.side),
            f"{one.base_share:.1%}",
            f"{one.share:.1%}",
            f"{100 * one.difference:+.1f}",
            _bar(one.least, one.difference, one.most, reach),
        )
        for one in reasons
    ]
    head = ("reason", "side", "first", "it", "points more", "least and most at any cutoff")
    said = "The share of each group of reasons in all that moves the answers, as the mean over the cutoffs."
    return f"<h2>Reasons</h2>{_table(head, rows, said)}"


def _cost(comparison: ExperimentComparison) -> str:
    rows = [
        (escape(side), escape(rung), f"{seconds:,.1f}")
        for side, rung, seconds in zip(
            comparison.sides, comparison.rungs, comparison.cpu_seconds, strict=True
        )
    ]
    return f"<h2>Cost</h2>{_table(('side', 'rung', 'processor seconds'), rows)}"
