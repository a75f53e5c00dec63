"""Why everybody is worth what they are worth: what it costs a night, and whether it can be trusted.

On public data from the folder that ``REGULARS_DATA`` names: the value model that ships is learned, its
reasons are tried, and the customers it was calibrated on, repeated up to 100,000, are valued and
explained on one thread. LightGBM's own contributions of the same trees are timed on some of them.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from experiments.bench.claims import Claim, arguments, conclude
from experiments.bench.models.value_figures import DATASETS, learned_value
from features.vocabulary.arrays import Rows
from training.bundles.own_plan import spoken
from training.families.value.bundle import ValueBundle
from training.families.value.learning import LearnedValue
from training.families.value.models import LEARNED
from training.families.value.reasons.contributions import MOST_GAP
from training.families.value.reasons.explanation import sayable_of_value
from training.reasons.tendency import of_unclaimed, tendencies
from training.reasons.wording import Wording

CUSTOMERS = 100_000
_ROWS_AT_ONCE, _SLOW_ROWS = 4_096, 4_096


def claims_of(name: str, learned: LearnedValue) -> list[Claim]:
    """What is claimed of one data set's shipped model."""
    bundle = ValueBundle(learned.manifest, learned.value, learned.reference)
    rows = learned.reference.sample(CUSTOMERS, 5)
    wording = Wording(*spoken(bundle.manifest), bundle.usual, "EUR")

    few = rows[:_SLOW_ROWS]
    tendency = of_unclaimed(tendencies(few, bundle.of(few).expected), wording.features)

    def explained(block: Rows) -> None:
        bundle.shares(block, sayable_of_value(wording, block, tendency))

    explained(rows[:_ROWS_AT_ONCE])
    worth = _cpu_seconds(bundle.of, rows)
    why = _cpu_seconds(explained, rows)
    what, trust = f"{name}, {learned.manifest.title}", learned.manifest.evaluation["trust"]
    print(f"{what}: values alone {worth:.2f} CPU s per 100,000 customers")
    figures = trust["figures"]
    claims = [
        Claim(f"{what}: reasons of 100,000 customers", why, 2.0, "CPU s"),
        Claim(f"{what}: largest gap", figures["trust/value_additivity"], MOST_GAP),
    ]
    if "trust/value_faithful_2" in figures:
        faithful = figures["trust/value_faithful_2"]
        claims.append(Claim(f"{what}: faithful, two groups", faithful, 0.95, "", "at least"))
    if learned.manifest.title in LEARNED:
        slow = _cpu_seconds(lambda block: bundle.contributions(block, proven=True), few)
        fast = _cpu_seconds(bundle.contributions, few)
        claims.append(Claim(f"{what}: against pred_contrib", slow / fast, 5.0, "×", "at least"))
    return claims


def _cpu_seconds(work: Callable[[Rows], object], rows: Rows) -> float:
    before = time.process_time()
    for first in range(0, len(rows), _ROWS_AT_ONCE):
        work(rows[first : first + _ROWS_AT_ONCE])
    return time.process_time() - before


def main() -> int:
    """Measure, print, and answer with the exit code."""
    given = arguments("reasons for customer value on public data")
    data = Path(os.environ.get("REGULARS_DATA", "../shared/data")).resolve()
    claims: list[Claim] = []
    for name in DATASETS[2:] if given.is_small else DATASETS:
        if (data / name).exists():
            with tempfile.TemporaryDirectory() as scratch:
                claims += claims_of(name, learned_value(name, data, Path(scratch), threads=2))
    if not claims:
        print(f"no public data at {data}: set REGULARS_DATA")
    return conclude("value reasons", claims, given)


if __name__ == "__main__":
    sys.exit(main())
