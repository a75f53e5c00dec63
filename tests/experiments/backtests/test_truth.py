"""Who is judged at a cutoff and who left is what a simulated company knows to be true."""

from __future__ import annotations

from pathlib import Path

from experiments.backtests.running import run_backtest
from experiments.declared.folder import DefinitionFolder
from experiments.world import WorldSpec, simulate
from features.store.ingestion import ingest
from features.vocabulary.time import Cutoff, Horizon
from tests.experiments.trials.company import QUICK, declare, ground_of, without_mlflow


def test_the_judged_and_those_who_left_are_those_of_the_truth(tmp_path: Path) -> None:
    world = simulate(WorldSpec(customers=400, seed=3), tmp_path / "company")
    declare(world.folder, "lived", f"[figures]\nresamples = 100\n{QUICK}")
    ground = without_mlflow(ground_of(world.folder))
    ingest(ground.settings, ground.workspace)
    found = run_backtest(DefinitionFolder(ground.settings).read("lived"), ground).result
    assert len(found.cutoffs) > 1
    for one in found.cutoffs:
        truth = world.truth(Cutoff.parse(one.cutoff), Horizon(90))
        judged = truth.judged()
        assert truth.was_silent is not None
        assert one.customers == judged.sum()
        assert one.left == (judged & truth.was_silent).sum()
        # No list beats the ceiling by more than its luck, and by lot it holds as many as anywhere.
        assert one.on_list <= min(one.contacted, one.left)
