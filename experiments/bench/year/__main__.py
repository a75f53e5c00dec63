"""A year of campaigns by the product's own commands, in companies that answer: against doing nothing, simple rules, and one who knows.

Twelve times a month passes: the tables of the day are ingested, everybody is scored, a campaign is planned within a budget and started with a tenth held
out, its list goes out and comes back, what went before is measured as soon as its window is over, and every quarter the models are trained anew, by everything that was
drawn by lot until then. Three of a hundred are treated otherwise than the lot had it. Before its year the company has contacted at random in nine campaigns.

The budget is what it costs to call a tenth of the customers who are judged and may be contacted. Rules contact a tenth of them by their order, *random* as many as the
budget pays for; each is tried with calls, letters and e-mails alone, and the best of all counts. Who knows has every customer's true gain by every
contact, and whether they have left. Money is the margin until a year after the last month, exact: what each contact brings in expectation beyond no further one,
less what it costs. ``SIZE=full`` lives ten years of 10,000 customers; ``SIZE=small`` three months of one of 1,500, trained once.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from experiments.bench.claims import Claim, arguments, conclude
from experiments.bench.year.twelve_months import YearLived, YearTerms, year_of

FULL, SMALL = YearTerms(10_000), YearTerms(1_500, months=3)
SEEDS = 10
TIMES_THE_BEST_RULE, OF_WHO_KNOWS = 2.0, 0.5
SEEDS_NOT_WORSE, MONTHS_THAT_HOLD = 0.9, 10 / 12


def main() -> int:
    """Measure, print, and answer with the exit code."""
    given = arguments("a year of campaigns in companies that answer")
    terms, seeds = (SMALL, 1) if given.is_small else (FULL, SEEDS)
    lived = []
    for seed in range(1, seeds + 1):
        with tempfile.TemporaryDirectory() as scratch:
            lived.append(year_of(terms, seed, Path(scratch), _say))
        for line in lines_of_year(lived[-1]):
            _say(line)
    return conclude("year", claims(lived), given)


def lines_of_year(year: YearLived) -> list[str]:
    """What became of one year, a line an arm and a measured month, in whole units of money."""
    arms = sorted(year.arms.values(), key=lambda one: -one.year_cents)
    lines = [f"Company {year.seed}, {year.budget_cents / 100:,.0f} a month, beyond doing nothing:"]
    for arm in arms:
        months = " ".join(f"{one / 100:,.0f}" for one in arm.net_cents)
        lines.append(
            f"  {arm.name}: {arm.year_cents / 100:,.0f} by {sum(arm.contacts):,} contacts ({months})"
        )
    for one in year.measured:
        mean, low, high = (figure / 100 for figure in one.net_cents)
        lines.append(
            f"  {one.name} said {mean:,.0f} ({low:,.0f} to {high:,.0f}) net, truly {one.net_truly_cents / 100:,.0f};"
            f" bought {one.bought[0]:.1f} ({one.bought[1]:.1f} to {one.bought[2]:.1f}), truly {one.bought_truly:.1f}"
        )
    return lines


def claims(lived: Sequence[YearLived]) -> list[Claim]:
    """What is claimed of some years; of several the mean money."""
    product = np.array([one.product.year_cents for one in lived])
    rule = np.array([one.best_rule.year_cents for one in lived])
    knows = np.array([one.knows.year_cents for one in lived])
    # Where the best rule loses, doing nothing is the better rule.
    best = np.maximum(rule, 1.0).mean()
    of_who_knows = product / knows
    holding = [
        float(np.mean([month.holds for month in one.measured])) for one in lived if one.measured
    ]
    months = [len(one.measured) / len(one.product.net_cents) for one in lived]
    return [
        Claim("times the margin of the best rule", product.mean() / best, TIMES_THE_BEST_RULE, "×", "at least"),
        Claim("of who knows every true effect", product.mean() / knows.mean(), OF_WHO_KNOWS, "", "at least", (of_who_knows.min(), of_who_knows.max())),
        Claim("years not worse than doing nothing", float((product >= 0).mean()), SEEDS_NOT_WORSE, "", "at least"),
        Claim("months that could be measured", min(months), MONTHS_THAT_HOLD, "", "at least", (min(months), max(months))),
        Claim("measured months whose interval holds the truth", min(holding, default=float("nan")), MONTHS_THAT_HOLD, "", "at least"),
    ]  # fmt: skip


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
