"""A company of many customers, whose models were trained on a small one of the same kind."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from experiments.world import WorldSpec, simulate
from features.company.settings.reading import load_settings
from features.company.workspace import Workspace
from features.store.ingestion import ingest
from features.vectors.refresh import refresh_vectors
from training.bundles.plans import champion_plan
from training.bundles.signature import Signing
from training.families.churn.family import CHURN_FAMILY
from training.families.value.family import VALUE_FAMILY
from training.recipe.recipe import train

_LINES = 20.0


def large_company(folder: Path, customers: int) -> Path:
    """The settings of a company of so many customers that uses the models of a small one; nobody is scored yet."""
    small = folder / "small"
    print("Training on a small company.", flush=True)
    simulate(WorldSpec(customers=5_000, lines_per_customer=_LINES, seed=11), small)
    settings = load_settings(small / "regulars.toml")
    taught = Workspace(settings.workspace_folder)
    ingest(settings, taught)
    train(CHURN_FAMILY, settings, taught)
    train(VALUE_FAMILY, settings, taught)
    large = folder / "large"
    begun = time.perf_counter()
    simulate(WorldSpec(customers=customers, lines_per_customer=_LINES), large)
    config = load_settings(large / "regulars.toml")
    workspace = Workspace(config.workspace_folder)
    workspace.create()
    shutil.copytree(taught.bundles, workspace.bundles)
    shutil.copy2(Signing(taught).trusted_file, Signing(workspace).trusted_file)
    ingest(config, workspace)
    champion = champion_plan(workspace)
    assert champion is not None
    refresh_vectors(workspace, plan_for=champion.compiled, threads=2)
    print(
        f"  {customers:,} customers simulated, ingested and given vectors in {time.perf_counter() - begun:.0f} s"
    )
    return large / "regulars.toml"
