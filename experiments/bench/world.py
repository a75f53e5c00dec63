"""The simulated company: how fast it is written, how much memory that takes, that its truth is true, and how fast it answers.

``SIZE=full`` simulates 1,000,000 customers with 50,000,000 lines and judges the truth on a company of
the demo's size; ``SIZE=small`` does only the latter.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from pathlib import Path

import numpy as np

from experiments.bench.claims import Claim, Stopwatch, arguments, conclude, peak_memory_gb
from experiments.world import Truth, World, WorldSpec, simulate
from experiments.world.answering.company import AnsweringCompany, FutureCompany
from experiments.world.people import Flags
from features.vocabulary.arrays import Floats
from features.vocabulary.time import Horizon

_CUTOFF_DAYS = (365, 455, 545, 640)
_HORIZON = Horizon(days=90)


def main() -> int:
    """Measure, print, and answer with the exit code."""
    given = arguments("the simulated company")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        claims = _demo_claims(folder)
        if not given.is_small:
            # A little above 50, because the mean is met within a few percent only.
            large = WorldSpec(customers=1_000_000, lines_per_customer=51.0)
            claims += _speed_claims(folder / "large", large)
    return conclude("world", claims, given)


def _demo_claims(folder: Path) -> list[Claim]:
    """A company of the demo's size: simulated twice, then asked for its truth."""
    spec = WorldSpec()
    print(f"Simulating {spec.customers:,} customers twice, and asking for the truth at 4 cutoffs.")
    with Stopwatch() as watch:
        world = simulate(spec, folder / "demo")
    again = simulate(spec, folder / "again")
    same = _digest(world) == _digest(again)
    with Stopwatch() as asking:
        truths = [world.truth(spec.first.plus_days(day), _HORIZON) for day in _CUTOFF_DAYS]
    print(
        f"  {world.rows('purchases'):,} lines in {watch.wall_seconds:.1f} s"
        f" ({watch.cpu_seconds:.1f} CPU s); truth in {asking.wall_seconds / 4:.1f} s a cutoff"
    )
    return [
        Claim("demo company, wall time", watch.wall_seconds, 15, "s"),
        Claim("the same spec gives the same bytes", float(same), 1, "", "at least"),
        *_truth_claims(truths),
        _uplift_claim(world),
        _month_claim(folder / "answering"),
    ]


def _month_claim(folder: Path) -> Claim:
    """Three months of a company of the demo's size that answers: a tenth of its customers is called in each, and its tables are written."""
    future = FutureCompany(WorldSpec(days=820))
    company = AnsweringCompany(future, folder, 730)
    random, seconds = np.random.default_rng(1), []
    for _ in range(3):
        company.contact(np.flatnonzero(random.random(20_000) < 0.1), "call")
        with Stopwatch() as watch:
            company.step(30)
        seconds.append(watch.wall_seconds)
    return Claim(
        "a month of a company that answers, 20,000 customers",
        max(seconds),
        3,
        "s",
        spread=(min(seconds), max(seconds)),
    )


def _truth_claims(truths: list[Truth]) -> list[Claim]:
    rates, of_truth, of_recency, worst = [], [], [], []
    for truth in truths:
        assert truth.was_silent is not None
        judged = truth.judged()
        silent, chance = truth.was_silent[judged], truth.no_order[judged]
        rates.append(float(silent.mean()))
        of_truth.append(area_under_curve(chance, silent))
        of_recency.append(area_under_curve(truth.days_since_order[judged], silent))
        worst.append(max(abs(one) for one in deviations(chance, silent)))
    gain = [best - rule for best, rule in zip(of_truth, of_recency, strict=True)]
    return [
        _claim("share of judged customers silent for 90 days, least", rates, 0.20, "at least"),
        _claim("share of judged customers silent for 90 days, most", rates, 0.35, "at most"),
        _claim("AUC of the true chance, least", of_truth, 0.78, "at least"),
        _claim("AUC of the true chance, most", of_truth, 0.85, "at most"),
        _claim("AUC of the true chance over the recency rule", gain, 0.05, "at least"),
        _claim("worst decile of truth against outcome (standard errors)", worst, 4.0, "at most"),
    ]


def _claim(name: str, values: list[float], reach: float, direction: str) -> Claim:
    """A claim that must hold at the worst of several cutoffs."""
    if direction == "at most":
        return Claim(name, max(values), reach, "", "at most", (min(values), max(values)))
    return Claim(name, min(values), reach, "", "at least", (min(values), max(values)))


def _uplift_claim(world: World) -> Claim:
    rows = world.exposures()
    treated = rows["treated"]
    off = 0.0
    for arm, chance in ((treated, "chance_treated"), (~treated, "chance_control")):
        expected = (rows[chance] * rows["alive_share"])[arm]
        spread = np.sqrt((expected * (1.0 - expected)).sum())
        off = max(off, abs(rows["accepted"][arm].sum() - expected.sum()) / spread)
    return Claim("acceptances against truth, worse arm (standard errors)", float(off), 4.0)


def _speed_claims(folder: Path, spec: WorldSpec) -> list[Claim]:
    print(f"Simulating {spec.customers:,} customers × {spec.lines_per_customer:g} lines.")
    with Stopwatch() as watch:
        world = simulate(spec, folder, progress=_shown)
    lines = world.rows("purchases")
    size = sum(path.stat().st_size for path in folder.rglob("*.parquet"))
    print(f"  {lines:,} lines, {world.rows('contacts'):,} contacts, {size / 1e9:.2f} GB of Parquet")
    return [
        Claim("1,000,000 customers, lines", lines, 50_000_000, "lines", "at least"),
        Claim("1,000,000 customers, wall time", watch.wall_seconds, 300, "s"),
        Claim("1,000,000 customers, CPU time", watch.cpu_seconds, 600, "s"),
        Claim("1,000,000 customers, peak memory", peak_memory_gb(), 6, "GB"),
    ]


def _shown(step: str, done: int, total: int) -> None:
    if done % 20 == 0 or done == total:
        print(f"  {step}: {done} of {total}", flush=True)


def area_under_curve(score: Floats, happened: Flags) -> float:
    """The chance that one to whom it happened scores above one to whom it did not; ties are halves."""
    _, rank, count = np.unique(score, return_inverse=True, return_counts=True)
    middle = (np.cumsum(count) - (count - 1) / 2)[rank]
    hits = int(happened.sum())
    above = middle[happened].sum() - hits * (hits + 1) / 2
    return float(above / (hits * (len(score) - hits)))


def deviations(chance: Floats, happened: Flags, bins: int = 10) -> list[float]:
    """For each bin of equal size by chance: observed less expected count, in standard errors."""
    found = []
    for rows in np.array_split(np.argsort(chance, kind="stable"), bins):
        expected = chance[rows]
        spread = np.sqrt((expected * (1.0 - expected)).sum())
        found.append(float((happened[rows].sum() - expected.sum()) / max(spread, 1e-9)))
    return found


def _digest(world: World) -> str:
    content = hashlib.sha256()
    for path in sorted(world.folder.rglob("*.parquet")):
        content.update(path.read_bytes())
    return content.hexdigest()


if __name__ == "__main__":
    sys.exit(main())
