"""Declared experiments: what a run costs beside the ladder's own fits, how rows are opened, comparisons, searches, and kills.

``SIZE=small`` runs on 400 simulated customers and compares 10,000; otherwise 3,000 and 100,000. Processor time is of the
process and its threads.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from experiments.bench.claims import Claim, Stopwatch, arguments, conclude
from experiments.comparisons.differences import ListTerms, figure_differences
from experiments.comparisons.paired import PairedAnswers
from experiments.declared.definition import ExperimentDefinition, LearnerSettings
from experiments.declared.search import SearchSettings
from experiments.searches.result import SearchFiles, SearchResult
from experiments.searches.running import run_search
from experiments.trials.results import ExperimentResult, ResultFiles
from experiments.trials.rows import rows_of
from experiments.trials.running import ExperimentGround, run_experiment
from experiments.world import WorldSpec, simulate
from features.company.settings.reading import load_settings
from features.company.workspace import Workspace
from features.store.ingestion import ingest
from features.store.store import open_store
from features.vocabulary.progress import Progress, silent
from training.bundles.plans import plan_to_learn
from training.families.churn.learning import learn_churn
from training.measures.profit import Costs
from training.registry.experiment_runs import EXPERIMENTS
from training.registry.registry import Registry

_KILLED = """
import sys, os, signal
from experiments.bench.experiments import ground_of, run_bench
steps = 0
def progress(step, done, total):
    global steps
    steps += 1
    if steps == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
run_bench(sys.argv[1], progress)
"""
_SEARCH_KILLED = """
import sys, os, signal
from experiments.bench.experiments import search_bench
steps = 0
def progress(step, done, total):
    global steps
    steps += 1
    if steps == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
search_bench(sys.argv[1], progress=progress)
"""
_SEEDED = 20
_TRIALS = 12


def ground_of(folder: str | Path) -> ExperimentGround:
    """What experiments are run on in a company's folder, with two threads."""
    settings = load_settings(Path(folder) / "regulars.toml")
    workspace = Workspace(settings.workspace_folder)
    return ExperimentGround(settings, workspace, lambda: int(time.time()), threads=2)


def run_bench(folder: str | Path, progress: Progress = silent) -> ExperimentResult:
    """The whole ladder on the company's own question."""
    ground = replace(ground_of(folder), progress=progress)
    definition = ExperimentDefinition(name="bench", churn=ground.settings.churn)
    return run_experiment(definition, ground).result


def search_bench(
    folder: str | Path, *, workers: int = 1, progress: Progress = silent
) -> SearchResult:
    """A dozen settings of boosted trees, in three batches."""
    ground = replace(ground_of(folder), progress=progress)
    definition = ExperimentDefinition(
        name="search",
        churn=ground.settings.churn,
        learner=LearnerSettings(rungs=("LightGBM",)),
        search=SearchSettings(
            space={
                "leaves": {"low": 3, "high": 31, "log": True},
                "learning_rate": {"low": 0.03, "high": 0.2, "log": True},
                "lambda_l2": {"low": 0.1, "high": 100.0, "log": True},
            },
            trials=_TRIALS,
        ),
    )
    return run_search(definition, ground, workers=workers).result


def _cpu(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def _overhead(folder: Path) -> Claim:
    """A run from nothing, with rows, predictions and MLflow, beside what learns the same ladder and keeps nothing."""
    ground = ground_of(folder)
    pack, churn = open_store(ground.workspace).pack(), ground.settings.churn

    def ladder() -> None:
        plan = plan_to_learn(pack, churn, ground.settings.reasons)
        learn_churn(pack, plan, churn, threads=2)

    # What is compiled, loaded or set up once is counted to neither: a company that has trained has all of it.
    _ = Registry(ground.settings, ground.workspace, EXPERIMENTS).experiment_id
    ladder()
    own = _cpu(ladder)
    spent = _cpu(lambda: run_bench(folder))
    return Claim(f"CPU of a run; its ladder's own is {own:.1f} s", spent, 1.1 * own + 2.0, "s")


def _opened(folder: Path) -> Claim:
    ground = ground_of(folder)
    store = open_store(ground.workspace).pack()
    place = ground.workspace.experiment_rows / store.digest
    definition = ExperimentDefinition(name="bench", churn=ground.settings.churn)
    begun = time.perf_counter()
    rows = rows_of(definition, store, ground.settings.reasons, place, threads=2)
    taken, gigabytes = time.perf_counter() - begun, rows.dataset.vectors.values.nbytes / 1e9
    name = f"rows of {gigabytes:.3f} GB that were built before are opened, with their plan"
    return Claim(name, taken if rows.was_there else float("nan"), 1.0 + gigabytes, "s")


def _compared(customers: int) -> list[Claim]:
    generator = np.random.default_rng(1)
    chance = generator.random(customers)
    other = (0.9 * chance + 0.1 * generator.random(customers)).clip(0.001, 0.999)
    paired = PairedAnswers(
        ("one", "other"),
        np.arange(customers),
        np.zeros(customers, np.int64),
        (generator.random(customers) < chance).astype(np.float64),
        np.stack([chance.clip(0.001, 0.999), other]),
    )
    terms = ListTerms(0, Costs(value=20_000.0, incentive=0.0, contact=500.0, success=0.3))
    with Stopwatch() as watch:
        figure_differences(paired, terms, resamples=1_000)
    return [
        Claim(
            f"two models on {customers:,} customers, 1,000 resamples", watch.wall_seconds, 10, "s"
        ),
        Claim("the same in CPU", watch.cpu_seconds, 10, "s"),
    ]


def _killed(folder: Path, times: int) -> list[Claim]:
    """Killed at points drawn by lot, one after the other, and gone on with to the end."""
    whole = ResultFiles(ground_of(folder).workspace).read("bench")
    workspace = ground_of(folder).workspace
    generator, ends = np.random.default_rng(_SEEDED), 0
    for path in workspace.experiments.glob("*.json"):
        path.unlink()
    for steps in generator.integers(2, 9, times).tolist():
        killed = subprocess.run(
            [sys.executable, "-c", _KILLED, str(folder), str(steps)], check=False
        )
        ends += killed.returncode == -signal.SIGKILL
    again = run_bench(folder)
    same = [
        replace(one, cpu_seconds=0.0) == replace(other, cpu_seconds=0.0)
        for one, other in zip(again.rungs, whole.rungs, strict=True)
    ]
    differing = len(same) - sum(same) + (again.chosen != whole.chosen)
    return [
        Claim("kills that were met", float(ends), float(times), direction="at least"),
        Claim("rungs that differ after it went on", float(differing), 0.0),
    ]


def _searched(folder: Path, times: int) -> list[Claim]:
    """A search by one worker, by two, and killed at points drawn by lot: each from nothing."""
    whole = search_bench(folder)
    _forget_searches(folder)
    two = search_bench(folder, workers=2)
    _forget_searches(folder)
    generator, ends = np.random.default_rng(_SEEDED), 0
    for steps in generator.integers(2, 6, times).tolist():
        words = [sys.executable, "-c", _SEARCH_KILLED, str(folder), str(steps)]
        ends += subprocess.run(words, check=False).returncode == -signal.SIGKILL
    again = search_bench(folder)
    return [
        Claim("trials of a search that two workers answer otherwise", _differing(whole, two), 0.0),
        Claim("kills of a search that were met", float(ends), 1.0, direction="at least"),
        Claim("trials that differ after it went on", _differing(whole, again), 0.0),
    ]


def _differing(one: SearchResult, other: SearchResult) -> float:
    pairs = zip(one.trials, other.trials, strict=True)
    return float(sum(mine != theirs for mine, theirs in pairs) + (one.best != other.best))


def _forget_searches(folder: Path) -> None:
    """Nothing is left of a search: neither what was tried nor what was answered."""
    workspace = ground_of(folder).workspace
    shutil.rmtree(SearchFiles(workspace).folder, ignore_errors=True)
    for answers in workspace.experiment_rows.glob("*/answers-*"):
        shutil.rmtree(answers)


def main() -> int:
    """Measure and print a line a claim."""
    given = arguments(__doc__ or "")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "company"
        simulate(WorldSpec(customers=400 if given.is_small else 3_000, seed=3), folder)
        ground = ground_of(folder)
        ingest(ground.settings, ground.workspace)
        claims = [
            _overhead(folder),
            _opened(folder),
            *_compared(10_000 if given.is_small else 100_000),
            *_killed(folder, 5 if given.is_small else 20),
            *_searched(folder, 3 if given.is_small else 20),
        ]
    return conclude("experiments", claims, given)


if __name__ == "__main__":
    sys.exit(main())
