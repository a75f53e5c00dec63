"""What is drawn of how well a model did: curves of arrays, as PNG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from features.vocabulary.arrays import Floats
from training.measures.metrics import reliability
from training.plots.style import QUIET, STRONG, canvas, colours, png

_SHARE, _NUMBER = "{x:.0%}", "{x:,.0f}"


def reliability_plot(
    outcomes: Floats,
    probability: Floats,
    title: str,
    *,
    across_and_up: tuple[str, str] = ("expected share who leave", "observed share who left"),
) -> bytes:
    """Expected against observed share of customers who left, in ten bins of equal size, as PNG.

    Of another outcome ``across_and_up`` names the axes.
    """
    bins = reliability(outcomes, probability)
    figure, axes = canvas(title, *across_and_up)
    axes.xaxis.set_major_formatter(_SHARE)
    axes.yaxis.set_major_formatter(_SHARE)
    most = max(max(one.expected, one.observed) for one in bins) * 1.05
    axes.plot([0, most], [0, most], color=QUIET, linewidth=1, label="right")
    expected, observed = [one.expected for one in bins], [one.observed for one in bins]
    spread = [1.96 * np.sqrt(one.observed * (1 - one.observed) / one.customers) for one in bins]
    axes.errorbar(
        expected, observed, yerr=spread, fmt="o-", color=STRONG, label="measured, 95 % interval"
    )
    axes.legend(frameon=False)
    return png(figure)


def gains_plot(
    curves: Mapping[str, tuple[Floats, Floats]],
    title: str,
    *,
    across_and_up: tuple[str, str] = (
        "share of customers, riskiest first",
        "share of leavers found",
    ),
) -> bytes:
    """The share of all who left found among the riskiest customers, one curve a rung,
    that of what ships last, as PNG.

    Of money it is the share of all that was brought; ``across_and_up`` names the axes.
    """
    figure, axes = canvas(title, *across_and_up)
    axes.plot([0, 1], [0, 1], color=QUIET, linewidth=1, label="no order at all")
    for name, (outcomes, probability) in curves.items():
        share, found = gains(outcomes, probability)
        axes.plot(share, found, label=name, color=colours(curves)[name])
    axes.set_xlim(0, 1)
    axes.xaxis.set_major_formatter(_SHARE)
    axes.yaxis.set_major_formatter(_SHARE)
    axes.legend(frameon=False)
    return png(figure)


def lift_plot(curves: Mapping[str, tuple[Floats, Floats]], title: str) -> bytes:
    """How many times the average the riskiest customers leave, for each share of them, as PNG."""
    figure, axes = canvas(title, "share of customers, riskiest first", "times the average")
    axes.axhline(1.0, color=QUIET, linewidth=1, label="no order at all")
    for name, (outcomes, probability) in curves.items():
        share, found = gains(outcomes, probability)
        axes.plot(share[1:], found[1:] / share[1:], label=name, color=colours(curves)[name])
    axes.set_ylim(bottom=0)
    axes.xaxis.set_major_formatter(_SHARE)
    axes.legend(frameon=False)
    return png(figure)


def decile_plot(bins: Sequence[tuple[float, float]], title: str) -> bytes:
    """Expected beside observed money of ten bins of customers, in cents, as PNG."""
    figure, axes = canvas(title, "tenth of the customers, by expected value", "money a customer")
    places = np.arange(len(bins))
    for shift, name, color in ((-0.2, "expected", STRONG), (0.2, "brought", QUIET)):
        heights = [pair[int(shift > 0)] / 100 for pair in bins]
        axes.bar(places + shift, heights, 0.4, label=name, color=color)
    axes.set_xticks(places, [str(place + 1) for place in places])
    axes.legend(frameon=False)
    return png(figure)


def profit_plot(
    curves: Mapping[str, tuple[Floats, Floats]], size: int, title: str, currency: str
) -> bytes:
    """The worth of a list for each size of it, in whole units of money, as PNG; a curve a rung."""
    figure, axes = canvas(title, "customers on the list", f"worth in {currency}")
    axes.axhline(0.0, color=QUIET, linewidth=1)
    axes.axvline(size, color=QUIET, linewidth=1, linestyle=":", label=f"your list of {size:,}")
    for name, (sizes, cents) in curves.items():
        axes.plot(sizes, cents / 100.0, label=name, color=colours(curves)[name])
    axes.xaxis.set_major_formatter(_NUMBER)
    axes.yaxis.set_major_formatter(_NUMBER)
    axes.legend(frameon=False)
    return png(figure)


def decay_plot(rows: Sequence[Mapping[str, Any]], title: str) -> bytes:
    """The AUC of one old model at each later cutoff, beside a fresh model's, as PNG."""
    figure, axes = canvas(title, "tested at", "AUC")
    places = [row["cutoff"] for row in rows]
    for key, name, color in (
        ("auc_fresh", "fitted afresh", QUIET),
        ("auc", "fitted at the first", STRONG),
    ):
        axes.plot(places, [row[key] for row in rows], "o-", label=name, color=color)
    axes.tick_params(axis="x", labelrotation=30)
    axes.legend(frameon=False)
    return png(figure)


def gains(outcomes: Floats, probability: Floats, *, points: int = 101) -> tuple[Floats, Floats]:
    """Shares of customers, riskiest first, and the share of leavers among them; ties share."""
    order = np.argsort(-probability, kind="stable")
    last_of_tie = np.flatnonzero(np.r_[np.diff(probability[order]) != 0, True])
    found = np.r_[0.0, np.cumsum(outcomes[order])[last_of_tie]] / max(outcomes.sum(), 1.0)
    share = np.linspace(0.0, 1.0, points)
    return share, np.interp(share, np.r_[0.0, (last_of_tie + 1) / len(order)], found)
