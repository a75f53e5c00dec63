"""What is drawn of a back-test: what its lists would have brought by and by, and how its models age."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate

from experiments.backtests.policies import BY_LOT, LIVED, RULE
from experiments.backtests.result import Backtest
from training.plots.style import OTHERS, QUIET, STRONG, canvas, png

EARNED, AGEING = "earned.png", "ageing.png"


def backtest_plots(found: Backtest, currency: str) -> Mapping[str, bytes]:
    """The plots of a back-test as PNG, by the names of their files; of one cutoff alone no ageing is seen."""
    plots = {EARNED: _earned(found, currency)}
    return plots | {AGEING: _ageing(found)} if found.ages else plots


def _earned(found: Backtest, currency: str) -> bytes:
    """What lists would have brought up to each cutoff; how many leavers stood on them where money is not known."""
    has_money = all(one.earned_cents is not None for one in found.cutoffs)
    brought = f"would have brought, in {currency}" if has_money else "stood on the list and left"
    figure, axes = canvas(f"{found.name}: all lists so far", "cutoff", brought)
    axes.axhline(0.0, color=QUIET, linewidth=1)
    lines = {
        BY_LOT: [(one.earned_by_lot_cents, one.on_list_by_lot) for one in found.cutoffs],
        RULE: [(one.earned_by_rule_cents, one.on_list_of_rule) for one in found.cutoffs],
        LIVED: [(one.earned_cents, one.on_list) for one in found.cutoffs],
    }
    inks = {BY_LOT: QUIET, RULE: OTHERS[0], LIVED: STRONG}
    places = [one.cutoff for one in found.cutoffs]
    for name, pairs in lines.items():
        heights = [(cents or 0.0) / 100 if has_money else count for cents, count in pairs]
        axes.plot(places, list(accumulate(heights)), "o-", label=name, color=inks[name])
    axes.tick_params(axis="x", labelrotation=30)
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.legend(frameon=False)
    return png(figure)


def _ageing(found: Backtest) -> bytes:
    """How much less AUC models of each age have than fresh ones, with 95 % intervals."""
    title = f"{found.name}: a model of so many cutoffs ago"
    figure, axes = canvas(title, "age in cutoffs", "AUC beyond that of a fresh model")
    axes.axhline(0.0, color=QUIET, linewidth=1, label="fitted there")
    shown = [
        (one.age, one.difference, one.low, one.high)
        for one in found.ages
        if one.difference is not None and one.low is not None and one.high is not None
    ]
    below = [middle - low for _, middle, low, _ in shown]
    above = [high - middle for _, middle, _, high in shown]
    axes.errorbar(
        [age for age, *_ in shown],
        [middle for _, middle, *_ in shown],
        yerr=[[max(0.0, one) for one in below], [max(0.0, one) for one in above]],
        fmt="o-",
        color=STRONG,
        label="fitted before, 95 % interval",
    )
    axes.set_xticks([age for age, *_ in shown])
    axes.legend(frameon=False, loc="lower left")
    return png(figure)
