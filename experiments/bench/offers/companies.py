"""What decisions earn in simulated companies of their own seeds, of who knows all chances and of trees that were told them."""

from __future__ import annotations

import math
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from scipy.stats import ttest_1samp

from experiments.bench.claims import Claim
from experiments.bench.offers.company import (
    SHARES,
    by_propensity,
    company,
    coverage,
    earned,
    effect_slope,
    gain_slope,
    known_beforehand,
    learned_from_truth,
)
from experiments.bench.offers.picture import earnings_plot
from experiments.bench.offers.redrawn import Draw, TrueExposures

DRAWS = 10
"""So often is drawn anew what came of a company's exposures."""


@dataclass
class _Earnings:
    """What every draw of every company earns of who knows all chances, by the share of customers written to."""

    known: list[dict[float, float]] = field(default_factory=list)
    told: list[dict[float, float]] = field(default_factory=list)
    learned: list[dict[float, float]] = field(default_factory=list)
    alone: list[dict[float, float]] = field(default_factory=list)
    """By the chance to take an offer alone, as if nobody acted without it."""
    by_lot: list[dict[float, float]] = field(default_factory=list)
    """Customers and offers drawn by lot."""
    effect_slopes: list[float] = field(default_factory=list)
    gain_slopes: list[float] = field(default_factory=list)
    persuadable_gains_cents: list[float] = field(default_factory=list)

    def add(self, draw: Draw) -> None:
        self.learned.append(earned(draw.company, draw.company.expected))
        self.alone.append(earned(draw.company, by_propensity(draw.company)))
        random = np.random.default_rng(len(self.by_lot))
        self.by_lot.append(earned(draw.company, random.random(draw.company.expected.shape)))
        self.effect_slopes.append(effect_slope(draw.company))
        self.gain_slopes.append(gain_slope(draw.company))
        if not math.isnan(draw.persuadable_gain_cents):
            self.persuadable_gains_cents.append(draw.persuadable_gain_cents)

    def line(self, share: float) -> str:
        return (
            f"    writing to {share:.0%}: of the profit of who knows all chances, learned ones earn {_mean(self.learned, share):.1%}, the "
            f"chance shown alone {_mean(self.alone, share):.1%}; told the truth of half, the other half {_mean(self.told, share):.1%}"
        )

    def picture(self) -> bytes:
        """The share of who knows all chances by the share written to, of every way, as PNG."""
        return earnings_plot(
            {
                "by lot": self.by_lot,
                "by the chance to take it alone": self.alone,
                "trees told the truth of half": self.told,
                "the pair of both chances": self.learned,
            },
            f"Earned of what could be: simulated companies {len(self.known)}, draws {len(self.learned)}",
        )

    def claims(self) -> list[Claim]:
        least_known = min(min(one.values()) for one in self.known)
        losing = sum(min(one.values()) < 0 for one in self.learned)
        gaining = sum(one > 0 for one in self.persuadable_gains_cents)
        named = len(self.persuadable_gains_cents)
        return [
            Claim("decisions on known chances, least of all budgets", 100 * least_known, 90.0, "%", "at least"),
            *(self._of_ceiling(share) for share in SHARES),
            *(self._over_chance_alone(share) for share in SHARES),
            Claim("draws that lose money at any budget", 100 * losing / len(self.learned), 5.0, "%"),
            *_near_1("slope of true effects on expected", self.effect_slopes),
            *_near_1("slope of true gains on expected, by tenth", self.gain_slopes),
            Claim(f"who is called persuadable truly gains, of {named} draws", 100 * gaining / max(named, 1), 95.0, "%", "at least"),
        ]  # fmt: skip

    def _of_ceiling(self, share: float) -> Claim:
        of_all = [100 * one[share] for one in self.learned]
        measured = 100 * _mean(self.learned, share) / _mean(self.told, share)
        name = f"writing to {share:.0%}: learned chances, of trees told the truth of half"
        return Claim(name, measured, 60.0, "%", "at least", (min(of_all), max(of_all)))

    def _over_chance_alone(self, share: float) -> Claim:
        pairs = zip(self.learned, self.alone, strict=True)
        gained = [100 * (one[share] - other[share]) for one, other in pairs]
        low = float(ttest_1samp(gained, 0.0).confidence_interval(0.95).low)
        return Claim(f"writing to {share:.0%}: over the chance shown alone, low end of 95 %", low, 0.0, "%", "at least")  # fmt: skip


def company_claims(is_small: bool, picture: Path) -> list[Claim]:
    """Companies of their own seeds, and of each what came of its exposures drawn anew; features are built once.

    What they earn is drawn into the file ``picture``.
    """
    customers, seeds, draws = (6_000, (1,), 2) if is_small else (20_000, (1, 2, 3), DRAWS)
    found = _Earnings()
    for seed in seeds:
        with tempfile.TemporaryDirectory() as scratch:
            world, store, made = company(Path(scratch) / "company", customers, seed)
            exposures = TrueExposures.of(world, store, made)
        found.known.append(known_beforehand(made))
        found.told.append(earned(made, learned_from_truth(made)))
        for number, draw in enumerate(exposures.draws(made, draws), 1):
            found.add(draw)
            shares = ", ".join(f"{one:.0%}" for one in found.learned[-1].values())
            print(f"company {seed}, draw {number}: by {draw.learner}: {shares}", flush=True)
    for share in SHARES:
        print(found.line(share), flush=True)
    picture.write_bytes(found.picture())
    held, refused = coverage(made, 20 if is_small else 100)
    return [
        *found.claims(),
        Claim("policy estimates that hold the truth", 100 * held, 90.0, "%", "at least"),
        Claim("a policy without support is refused", float(refused), 1.0, "", "at least"),
    ]


def _near_1(name: str, slopes: list[float]) -> list[Claim]:
    mean, ends = float(np.mean(slopes)), (min(slopes), max(slopes))
    return [
        Claim(f"{name}, mean", mean, 0.8, "", "at least", ends),
        Claim(f"{name}, the same", mean, 1.2, "", "at most", ends),
    ]


def _mean(draws: list[dict[float, float]], share: float) -> float:
    return sum(one[share] for one in draws) / len(draws)
