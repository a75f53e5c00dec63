"""Levels in companies with seasons: tests in another season than the one before them, and one year of history.

``SIZE=full`` measures a charity of eleven years in the folder that ``REGULARS_DATA`` names, a simulated company of three
years with a strong December, a hole in summer and a moving Easter, and a hundred simulated companies of one year, each
with seasons of its own strength and its own day of today. ``SIZE=small`` measures a smaller company and six of the
hundred, by which nothing is claimed of how often.
"""

from __future__ import annotations

import math
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from experiments.bench.claims import Claim, arguments, conclude
from experiments.bench.models.__main__ import learned_from
from experiments.bench.models.value_figures import learned_value, value_of
from experiments.public_companies import PUBLIC
from experiments.world import World, WorldSpec, simulate
from features.company.settings.reading import load_settings
from features.company.workspace import Workspace
from features.store.store import open_store
from features.vectors.vectors import build_vectors
from features.vocabulary.errors import ModelRefused
from training.bundles.plans import plan_to_learn
from training.families.churn.learning import Learned
from training.families.value.learning import LearnedValue
from training.measures.levels import HeldLevels
from training.questions.asking import column_of

ESSEC = "essec_purchases"
HELD_BETWEEN = (0.85, 1.15)
MOST_ERROR, LATEST_BIAS, WORST_BIAS = 0.04, 0.08, 0.15
COMPANIES, HOLDING, WIDTH = 100, 0.88, 1.5


def main() -> int:
    """Measure, print, and answer with the exit code."""
    given = arguments("levels in companies with seasons")
    data = Path(os.environ.get("REGULARS_DATA", "../shared/data")).resolve()
    claims: list[Claim] = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        if not given.is_small and (data / ESSEC).exists():
            churn = learned_from(PUBLIC[ESSEC](data, folder / ESSEC))
            claims += _churn_claims(ESSEC, churn)
            value = learned_value(ESSEC, data, folder / f"{ESSEC}_value", threads=2)
            claims += _value_claims(ESSEC, value)
        world = simulate(_three_years(2_000 if given.is_small else 10_000), folder / "seasons")
        claims += _churn_claims("three years of seasons", learned_from(world.settings_file))
        claims += _value_claims("three years of seasons", value_of(world.settings_file, threads=2))
        one_year = [
            _one_year(number, folder) for number in range(6 if given.is_small else COMPANIES)
        ]
        claims += _one_year_claims([one for one in one_year if one is not None], given.is_small)
    return conclude("seasons", claims, given)


def _three_years(customers: int) -> WorldSpec:
    return WorldSpec(
        customers=customers,
        seed=21,
        lines_per_customer=30.0,
        days=1_096,
        start="2023-01-01",
        season_strength=1.0,
    )


def _churn_claims(name: str, learned: Learned) -> list[Claim]:
    held = HeldLevels.from_dict(learned.ladder.winning_row.by_cutoff)
    _print(f"{name}, churn, {learned.manifest.title}", held, learned.manifest.notes)
    worst = held.worst.observed_over_expected
    error = math.nan if held.latest.ece is None else held.latest.ece
    return [
        Claim(f"{name}, churn: worst O/E", worst, HELD_BETWEEN[0], "", "at least"),
        Claim(f"{name}, churn: worst O/E", worst, HELD_BETWEEN[1]),
        Claim(f"{name}, churn: latest ECE", error, MOST_ERROR),
    ]


def _value_claims(name: str, learned: LearnedValue) -> list[Claim]:
    held = HeldLevels.from_dict(learned.ladder.winning_row.by_cutoff)
    _print(f"{name}, value, {learned.manifest.title}", held, learned.manifest.notes)
    return [
        Claim(f"{name}, value: latest bias, either way", abs(held.latest.bias), LATEST_BIAS),
        Claim(f"{name}, value: worst bias, either way", abs(held.worst.bias), WORST_BIAS),
    ]


def _print(what: str, held: HeldLevels, notes: Sequence[str]) -> None:
    print(f"\n{what}")
    for one in held.levels:
        error = (
            "" if one.ece is None else f"  ECE {one.ece:.4f} (by chance {one.ece_by_chance:.4f})"
        )
        print(
            f"  {one.test}  O/E {one.observed_over_expected:.3f}  bias {one.bias:+.1%}"
            f"  season seen: {one.season_seen}{error}"
        )
    print("\n".join(f"  {note}" for note in notes if "level" in note))


@dataclass(frozen=True)
class _NextLevel:
    """The true level on the last day of a company, over what its model expects, and between which it was stated."""

    true: float
    low: float
    high: float

    @property
    def holds(self) -> bool:
        return self.low <= self.true <= self.high

    @property
    def width(self) -> float:
        return math.log(self.high / self.low)


def _one_year(number: int, folder: Path) -> _NextLevel | None:
    """A company of one year that differs from the others in size of seasons and in the day it is; None if refused."""
    random = np.random.default_rng([5, number])
    spec = WorldSpec(
        customers=1_500,
        seed=1_000 + number,
        lines_per_customer=12.0,
        days=365,
        start=str(date(2023, 1, 1) + timedelta(days=int(random.integers(365)))),
        items=240,
        season_strength=round(float(random.uniform(0.0, 1.0)), 2),
    )
    world = simulate(spec, folder / f"one_year_{number}")
    try:
        learned = learned_from(world.settings_file)
    except ModelRefused as refused:
        print(f"company {number}: refused; expected {refused.expected}, found {refused.found}")
        return None
    said = learned.manifest.metrics
    low, high = said["level_low"], said["level_high"]
    return None if low is None else _NextLevel(_true_level(world, learned), low, high)


def _true_level(world: World, learned: Learned) -> float:
    """The true chances of those who are judged at the end of the calendar, all together, over what is expected."""
    settings = load_settings(world.settings_file)
    pack = open_store(Workspace(settings.workspace_folder)).pack()
    plan = plan_to_learn(pack, settings.churn, settings.reasons)
    vectors = build_vectors(pack, plan, [world.spec.end])
    question = learned.manifest.task.question
    vectors = vectors.select(question.eligible(column_of(vectors), vectors.rows))
    expected = learned.calibration.apply(learned.model.score(vectors))
    truth = world.truth(world.spec.end, question.horizon)
    ids = np.array([pack.customer_ids[key] for key in vectors.customer_keys])
    true = truth.no_order[np.searchsorted(truth.customer_ids, ids)]
    return float(true.sum() / expected.sum())


def _one_year_claims(found: Sequence[_NextLevel], is_small: bool) -> list[Claim]:
    levels = np.log([one.true for one in found])
    low, high = np.quantile(levels, [0.05, 0.95])
    holding = float(np.mean([one.holds for one in found]))
    width = float(np.mean([one.width for one in found]) / (high - low))
    print(
        f"\n{len(found)} companies of one year: true over expected "
        f"{math.exp(low):.2f} to {math.exp(high):.2f} in 90 %, the stated 90 % hold {holding:.0%}, "
        f"{width:.2f} times as wide"
    )
    if is_small:
        return []
    return [
        Claim(
            "one year: stated 90 % intervals of the level hold", holding, HOLDING, "", "at least"
        ),
        Claim("one year: their mean width over the spread of companies", width, WIDTH),
    ]


if __name__ == "__main__":
    sys.exit(main())
