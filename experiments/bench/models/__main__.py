"""Churn and value models: the whole ladder on public data and on the simulated company, and what is claimed.

``SIZE=full`` measures every data set found in the folder that ``REGULARS_DATA`` names, the simulated
company against its truth, small companies, determinism, and what a training of 100,000 customers costs;
``SIZE=small`` leaves out the large training and all but two data sets.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from experiments.bench.claims import Claim, arguments, conclude
from experiments.bench.models.newest_labels import newest_labels
from experiments.bench.models.value_figures import DATASETS as VALUE_DATASETS
from experiments.bench.models.value_figures import lines as value_lines
from experiments.bench.models.value_figures import value_claims, value_figures
from experiments.public_companies import PUBLIC
from experiments.world import World, WorldSpec, simulate
from features.company.settings.reading import Settings, load_settings
from features.company.workspace import Workspace
from features.store.ingestion import ingest
from features.store.store import open_store
from features.vocabulary.errors import ModelRefused
from features.vocabulary.time import Cutoff
from training.bundles.plans import plan_to_learn
from training.families.churn.family import CHURN_FAMILY
from training.families.churn.learning import Learned, learn_churn
from training.learners.columns import Columns
from training.learners.trees import BinnedRows, BoostingSettings
from training.learners.usable import usable_features
from training.measures.metrics import auc
from training.recipe.recipe import train

INACTIVITY = ("online_retail_2009_2010", "essec_purchases", "retail_transactions")
TIE_AUC = 0.002


def main() -> int:
    """Measure, print, and answer with the exit code."""
    given = arguments("churn and value models")
    data = Path(os.environ.get("REGULARS_DATA", "../shared/data")).resolve()
    claims: list[Claim] = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for name in INACTIVITY[:1] if given.is_small else INACTIVITY:
            claims += _inactivity_claims(name, data, folder)
        claims += _telco_claims(data, folder) + _household_claims(data, folder)
        claims += _truth_claims(folder)
        claims += _small_company_claims(folder)
        claims += _determinism_claims(folder)
        values = value_figures(data, VALUE_DATASETS[1:2] if given.is_small else VALUE_DATASETS)
        print("\n".join(value_lines(values)))
        claims += value_claims(values)
        if not given.is_small:
            claims += _cost_claims(folder / "cost", 100_000)
    return conclude("models", claims, given)


def learned_from(settings_file: Path, *, threads: int = 2) -> Learned:
    """A company ingested and learned from, without publishing anything."""
    settings = load_settings(settings_file)
    workspace = Workspace(settings.workspace_folder)
    ingest(settings, workspace)
    pack = open_store(workspace).pack()
    plan = plan_to_learn(pack, settings.churn, settings.reasons)
    return learn_churn(pack, plan, settings.churn, threads=threads)


def _public(name: str, data: Path, folder: Path) -> Learned | None:
    if not (data / name).exists():
        print(f"{name}: not in {data.name}, so left out")
        return None
    learned = learned_from(PUBLIC[name](data, folder / name))
    _print_ladder(name, learned)
    return learned


def _print_ladder(name: str, learned: Learned) -> None:
    tests = len(learned.splits.tests)
    print(f"\n{name}: {learned.customers:,} customers, {learned.rows:,} rows, {tests} tests")
    for row in learned.manifest.ladder:
        print(
            f"  {row['name']:24}{'*' if row['ships'] else ' '} AUC {row['auc']:.4f} "
            f"[{row['auc_low']:.4f}, {row['auc_high']:.4f}]  over {row['rule']} {row['gain']:+.4f} "
            f"[{row['gain_low']:+.4f}, {row['gain_high']:+.4f}]  log loss {row['log_loss']:.4f}  "
            f"ECE {row['ece']:.4f} (by chance {row['ece_by_chance']:.4f})  "
            f"O/E {row['observed_over_expected']:.3f}{_at_reserved(row)}"
        )
    found = newest_labels(learned)
    print("  in folds every label is used" if found is None else found.said)


def _at_reserved(row: Mapping[str, Any]) -> str:
    """What the reserved test showed, by which nothing was chosen."""
    told = row["at_reserved"]
    if not told:
        return "  (no test reserved)"
    return (
        f"  at {told['test']} AUC {told['auc']:.4f} [{told['auc_low']:.4f}, {told['auc_high']:.4f}] gain "
        f"{told['gain']:+.4f} [{told['gain_low']:+.4f}, {told['gain_high']:+.4f}] ECE {told['ece']:.4f} "
        f"O/E {told['observed_over_expected']:.3f}"
    )


def _inactivity_claims(name: str, data: Path, folder: Path) -> list[Claim]:
    learned = _public(name, data, folder)
    return [] if learned is None else ladder_claims(name, learned)


def newest_claims(name: str, learned: Learned) -> list[Claim]:
    """That what is learned from the newest labels is no worse than what was not."""
    found = newest_labels(learned)
    if found is None:
        return []
    spread = (found.low, found.high)
    title = f"{name}: AUC gained by the newest labels, high end of the interval"
    return [Claim(title, found.high, 0.0, "", "at least", spread)]


def ladder_claims(name: str, learned: Learned) -> list[Claim]:
    """What is claimed wherever customers fall silent."""
    ships = learned.ladder.winning_row
    figures = ships.figures
    best = max(_known(row.figures["auc"]) for row in learned.ladder.rows)
    gains = [row.gain_low for row in learned.ladder.rows]
    spread = (ships.auc_low, ships.auc_high)
    claims = [
        Claim(
            f"{name}: AUC of the best rung over that of {ships.name}",
            best - _known(figures["auc"]),
            TIE_AUC,
        ),
        Claim(f"{name}: ECE", _known(figures["ece"]), 0.03),
        Claim(f"{name}: O/E", _known(figures["observed_over_expected"]), 0.9, "", "at least"),
        Claim(f"{name}: O/E", _known(figures["observed_over_expected"]), 1.1),
    ]
    claims += newest_claims(name, learned)
    if max(gains) > 0:
        claims.append(
            Claim(
                f"{name}: AUC over {ships.rule}, low end of the interval",
                ships.gain_low,
                0.0,
                "",
                "at least",
                spread,
            )
        )
    return claims


def _telco_claims(data: Path, folder: Path) -> list[Claim]:
    learned = _public("telco_churn", data, folder)
    if learned is None:
        return []
    row = learned.ladder.winning_row
    spread = (row.auc_low, row.auc_high)
    score = _known(row.figures["auc"])
    return [
        Claim("telco_churn: AUC", score, 0.850, "", "at least", spread),
        Claim("telco_churn: AUC without a leak", score, 0.87),
        Claim("telco_churn: ECE", _known(row.figures["ece"]), 0.025),
        Claim("telco_churn: EMPC", _known(row.figures["empc"]), 10.42, "", "at least"),
    ]


def _household_claims(data: Path, folder: Path) -> list[Claim]:
    learned = _public("complete_journey", data, folder)
    if learned is None:
        return []
    row = learned.ladder.winning_row
    score, spread = _known(row.figures["auc"]), (row.auc_low, row.auc_high)
    return [Claim("complete_journey, spend panel: AUC", score, 0.80, "", "at least", spread)]


def _truth_claims(folder: Path) -> list[Claim]:
    """The simulated company, whose hazards are known."""
    world = simulate(WorldSpec(), folder / "world")
    settings = load_settings(world.settings_file)
    learned = learned_from(world.settings_file)
    _print_ladder("simulated company", learned)
    ask = _TruthOf(world, settings)
    below, off = [], []
    for tested in learned.ladder.of(learned.manifest.title):
        known = ask(tested.customer_keys, _cutoff(tested.test).seconds)
        below.append(auc(tested.outcomes, known) - auc(tested.outcomes, tested.probability))
        off.append(distance_by_tenths(tested.probability, known))
    spread = (min(below), max(below))
    latest = learned.ladder.of(learned.manifest.title)[0]
    reachable = _taught_by_truth(learned, ask) - auc(latest.outcomes, latest.probability)
    return [
        *ladder_claims("simulated company", learned),
        Claim(
            "simulated company: AUC of the truth, hidden traits known, over ours",
            float(np.mean(below)),
            0.01,
            spread=spread,
        ),
        Claim(
            "simulated company: AUC of trees taught by the truth itself over ours", reachable, 0.01
        ),
        Claim(
            "simulated company: probability against the true one, by tenths",
            float(np.mean(off)),
            0.01,
            spread=(min(off), max(off)),
        ),
    ]


class _TruthOf:
    """The true chance of no order of customers at a cutoff, by their keys."""

    def __init__(self, world: World, settings: Settings) -> None:
        self._world, self._ids = world, _ids(settings)
        self._horizon = settings.churn.horizon

    def __call__(self, customer_keys: Any, cutoff_seconds: int) -> Any:
        truth = self._world.truth(Cutoff(cutoff_seconds), self._horizon)
        return truth.no_order[np.searchsorted(truth.customer_ids, self._ids[customer_keys])]


def _taught_by_truth(learned: Learned, ask: _TruthOf) -> float:
    """The AUC at the latest test of trees that learn true chances instead of what came of them.

    It is what the company's tables can tell at most: what is left to the truth's own AUC rests on
    traits that no table holds.
    """
    split = learned.splits.tests[0]
    known = split.fit_rows(learned.dataset)
    test = split.test_rows(learned.dataset)
    columns = Columns.learn(known.vectors, usable_features(known).names)
    places = columns.positions(known.vectors.feature_names)
    cutoffs = known.vectors.cutoff_seconds
    chances = np.empty(known.rows)
    for cutoff in np.unique(cutoffs):
        rows = cutoffs == cutoff
        chances[rows] = ask(known.vectors.customer_keys[rows], int(cutoff))
    ground = BinnedRows(
        columns.prepare(known.vectors.values, places),
        cutoffs == cutoffs.max(),
        columns.names,
        BoostingSettings(),
        threads=2,
    )
    everybody = np.ones(known.rows, np.bool_)
    trees = ground.grow(chances, everybody, {"objective": "cross_entropy"})
    return auc(test.outcomes, trees.answer(columns.prepare(test.vectors.values, places)))


def distance_by_tenths(probability: Any, known: Any) -> float:
    """The mean distance between expected and true probability over ten equal bins by the expected."""
    bins = np.array_split(np.argsort(probability, kind="stable"), 10)
    return float(np.mean([abs(probability[one].mean() - known[one].mean()) for one in bins]))


def _small_company_claims(folder: Path) -> list[Claim]:
    """Two hundred customers: either wide intervals, or a refusal that says why."""
    world = simulate(WorldSpec(customers=200), folder / "two_hundred")
    try:
        learned = learned_from(world.settings_file)
    except ModelRefused as refused:
        print(f"\n200 customers: refused; expected {refused.expected}, found {refused.found}")
        return [Claim("200 customers: refused with the reason", 1.0, 1.0, "", "at least")]
    _print_ladder("200 customers", learned)
    row = learned.ladder.winning_row
    width = row.auc_high - row.auc_low
    return [Claim("200 customers: width of the interval of AUC", width, 0.05, "", "at least")]


def _determinism_claims(folder: Path) -> list[Claim]:
    """The same data in another order, on one thread and on two, give the same digest."""
    world = simulate(WorldSpec(customers=3_000), folder / "same")
    digests = {_digest(world, threads=1), _digest(world, threads=2)}
    for file in sorted(world.folder.glob("*.parquet")):
        table = pq.read_table(file)
        order = np.random.default_rng(5).permutation(table.num_rows)
        pq.write_table(table.take(order), file)
    digests.add(_digest(world, threads=2, workspace="shuffled"))
    return [
        Claim("digests of the same data, shuffled or not, 1 or 2 threads", len(digests), 1.0),
    ]


def _digest(world: World, *, threads: int, workspace: str = "") -> str:
    settings = load_settings(world.settings_file)
    place = Workspace(world.folder / (workspace or f"threads_{threads}"))
    ingest(settings, place)
    return train(CHURN_FAMILY, settings, place, threads=threads).digest


def _cost_claims(folder: Path, customers: int) -> list[Claim]:
    """One large training in a process of its own."""
    folder.mkdir()
    command = [
        sys.executable,
        "-m",
        "experiments.bench.models.training_cost",
        str(customers),
        str(folder),
    ]
    for _ in range(2):
        # The first run simulates and ingests; only the second trains in a process that did neither.
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    cost = json.loads(done.stdout.splitlines()[-1])
    print(f"\ntraining of {customers:,} customers: {cost}")
    return [
        Claim(
            "training against the LightGBM fits it contains",
            cost["cpu_seconds"] / cost["lightgbm_cpu_seconds"],
            1.5,
            "x CPU",
        ),
        Claim("peak memory", cost["peak_bytes"] / cost["matrix_bytes"], 3.0, "x matrix"),
    ]


def _ids(settings: Settings) -> Any:
    pack = open_store(Workspace(settings.workspace_folder)).pack()
    return np.array([pack.customer_ids[key] for key in range(pack.customers)])


def _cutoff(test: str) -> Cutoff:
    return Cutoff.at(date.fromisoformat(test))


def _known(figure: float | None) -> float:
    return float("nan") if figure is None else figure


if __name__ == "__main__":
    sys.exit(main())
