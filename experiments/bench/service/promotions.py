"""How long a promotion and a rollback take from the command to the answers, after another training, under load.

Two trainings of the same tables, each with its own fitted parameters and its own scores of the day. The commands
are run as an operator runs them, each a process of its own, while two workers answer. A model is served once every
worker says that it answers from it; every answer is compared with the score that the model it names gives that customer
by itself. ``SIZE=small`` looks briefly.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from experiments.bench.claims import Claim, arguments, conclude
from experiments.bench.service.contenders import by_id, ours
from experiments.bench.service.ground import BenchCompany, another_model, laid
from experiments.bench.service.steady import borne, steady
from experiments.bench.service.swaps import mixed, own_scores
from features.company.workspace import CURRENT
from features.declarations.buying import BuyingModel
from features.plan.plan import standard_plan
from features.vectors.refresh import refresh_vectors
from serving.in_use.attendance import NamedModel, attending
from serving.nightly.run import score_everybody
from serving.nightly.standby import ready_scores
from training.bundles.manifest import Manifest
from training.bundles.promoted import PromotedBundles
from training.bundles.proving import remember
from training.bundles.sealing import verified
from training.families.churn.bundle import CHURN_KIND

WORKERS, CONNECTIONS, PORT = 2, 8, 3112
SHARE_OF_CAPACITY = 0.3
_LONGEST_SECONDS = 60.0
_FITTED = {"2": BuyingModel(0.243, 30.9, 0.793, 2.426), "3": BuyingModel(1.7, 66.1, 0.4, 5.0)}
_SAID: Mapping[str, Any] = {
    "metrics": {
        "auc": 0.7,
        "ece": 0.01,
        "ece_by_chance": 0.02,
        "auc_by_cutoff": {},
        "by_cutoff": {
            "2026-01-01": {
                "customers": 100,
                "bias": 0.0,
                "bias_low": -0.1,
                "bias_high": 0.1,
                "ece": 0.01,
                "ece_by_chance": 0.02,
                "rate": 0.3,
            }
        },
    },
    "evaluation": {
        "trust": {
            "figures": {"trust/additivity": 0, "trust/shown_gap": 0, "trust/stable_top_three": 1}
        }
    },
}


@dataclass
class PromotionResult:
    """What was seen: seconds from the command to the last worker, and what should never be."""

    promoted: list[float] = field(default_factory=list)
    rolled_back: list[float] = field(default_factory=list)
    untrue: int = 0
    calls: int = 0
    refused: int = 0
    mixed: int = 0


def retrained(ground: BenchCompany) -> dict[str, Manifest[Any]]:
    """Two trainings of the same plan beside each other, both with scores; the first of them is in use."""
    shelf = PromotedBundles(ground.workspace, CHURN_KIND)
    made: dict[str, Manifest[Any]] = {}
    for seed, (version, buying) in enumerate(_FITTED.items()):
        folder = shelf.exported(
            another_model(ground, version, seed=seed, buying=buying, said=_SAID)
        )
        remember(folder)
        made[version] = verified(folder)[0]
    for version in ("3", "2"):
        shelf.put_to_use(made[version], action="promote", reason="bench")
    workspace = ground.workspace
    refresh_vectors(workspace, plan_for=lambda pack: standard_plan(pack, _FITTED["2"]), threads=2)
    score_everybody(ground.settings, workspace)
    ready_scores(ground.settings, workspace, shelf.exported(made["3"].digest))
    return made


def commanded(ground: BenchCompany, manifest: Manifest[Any], words: Sequence[str]) -> float | None:
    """Seconds from a command to the last worker that answers by a model; None where the command told otherwise."""
    pointed: float | None = None
    begun, wanted = time.perf_counter(), NamedModel.of(manifest).name
    command = [sys.executable, "-m", "regulars", *words, "--reason", "bench", "--json"]
    command += ["--settings", str(ground.settings_path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    seconds, pointer = None, ground.workspace.bundles / CHURN_KIND.name / CURRENT
    while seconds is None and time.perf_counter() - begun < _LONGEST_SECONDS:
        there = attending(ground.workspace)
        if len(there) == WORKERS and all(one.answering.get("churn") == wanted for one in there):
            seconds = time.perf_counter() - begun
        if pointed is None and pointer.read_text(encoding="utf-8").strip() == manifest.digest:
            pointed = time.perf_counter() - begun
        time.sleep(0.02)
    said, _ = process.communicate()
    print(f"  {words[0]}: readers pointed at it after {pointed or 0.0:.1f} s", flush=True)
    told = json.loads(said.splitlines()[-1])
    is_true = process.returncode == 0 and told["served"] and told["processes"] == WORKERS
    return seconds if is_true else None


def promoted_under_load(ground: BenchCompany, turns: int) -> PromotionResult:
    """Promote and roll back by the commands while the service answers a steady load."""
    made = retrained(ground)
    customers = ground.customers[:200]
    truth = {
        one.digest: own_scores(ground.workspace, one.digest, customers) for one in made.values()
    }
    found = PromotionResult()
    with ours(ground, PORT, WORKERS, cores=range(os.cpu_count() or 1)) as (_, key):
        calls = by_id(key, customers)
        capacity = borne(PORT, calls, seconds=2.0, connections=CONNECTIONS)

        def turn() -> None:
            for version, words, times in (
                ("3", ["promote", "3"], found.promoted),
                ("2", ["rollback"], found.rolled_back),
            ):
                seconds = commanded(ground, made[version], words)
                found.untrue += seconds is None
                times.append(_LONGEST_SECONDS if seconds is None else seconds)

        for number in range(turns):
            stretch = steady(
                PORT,
                calls,
                a_second=SHARE_OF_CAPACITY * capacity,
                seconds=15.0,
                connections=4 * CONNECTIONS,
                meanwhile=turn,
            )
            found.calls += len(stretch.answered)
            found.refused += stretch.refused
            found.mixed += mixed(stretch.answered, customers, truth)
            print(
                f"  Turn {number + 1}: promoted in {found.promoted[-1]:.1f} s, "
                f"rolled back in {found.rolled_back[-1]:.1f} s",
                flush=True,
            )
    return found


def claims(found: PromotionResult) -> list[Claim]:
    """What a promotion and a rollback are held to."""
    return [
        Claim("promoted, from command to served, at the median", median(found.promoted), 5, "s"),
        Claim("rolled back, from command to served, median", median(found.rolled_back), 5, "s"),
        Claim("slowest of all", max(*found.promoted, *found.rolled_back), 5, "s"),
        Claim("commands that told otherwise than it was", found.untrue, 0),
        Claim(f"failed calls of {found.calls:,}", found.refused, 0),
        Claim("answers that do not agree with the model they name", found.mixed, 0),
    ]


def main() -> int:
    """Measure, print, and answer with the exit code."""
    given = arguments("promotions by command while the service answers")
    with tempfile.TemporaryDirectory() as scratch:
        print("Simulating a company and growing 300 trees three times.", flush=True)
        ground = laid(Path(scratch) / "company", 1_000 if given.is_small else 6_000)
        found = promoted_under_load(ground, 1 if given.is_small else 5)
    return conclude("service_promotions", claims(found), given)


if __name__ == "__main__":
    sys.exit(main())
