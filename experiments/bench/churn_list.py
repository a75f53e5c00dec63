"""Whom the list puts first: of the customers at its top, how many are still there to be kept, by every order.

Companies are simulated, so that the truth is known: whoever has left before the end of the data is gone. ``SIZE=full``
asks eight companies of 4,000 customers, each of a seed of its own; ``SIZE=small`` asks two.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np

from experiments.bench.claims import Claim, arguments, conclude
from experiments.world import WorldSpec, simulate
from features.company.settings.reading import load_settings
from features.company.workspace import Workspace
from features.store.ingestion import ingest
from features.vectors.refresh import refresh_vectors
from serving.nightly.run import open_snapshot, score_everybody
from serving.pages.churn_list import ListQuery, matching
from training.bundles.plans import champion_plan
from training.families.churn.family import CHURN_FAMILY
from training.families.value.family import VALUE_FAMILY
from training.questions.origins import end_of_data
from training.recipe.recipe import train

FIRST, CUSTOMERS, COMPANIES = 100, 4_000, 8
ORDERS = ("risk", "at_risk", "to_keep")
LEAST_STILL_THERE = 0.75


def still_there(seed: int, folder: Path) -> dict[str, float]:
    """The share of the first hundred customers by each order who have not left, in one company; and of all judged."""
    world = simulate(WorldSpec(customers=CUSTOMERS, seed=seed), folder)
    settings = load_settings(world.settings_file)
    workspace = Workspace(settings.workspace_folder)
    pack = ingest(settings, workspace).store.pack()
    train(CHURN_FAMILY, settings, workspace)
    train(VALUE_FAMILY, settings, workspace)
    champion = champion_plan(workspace)
    if champion is None:
        raise SystemExit(f"The gate keeps every churn model of company {seed} out.")
    refresh_vectors(workspace, plan_for=champion.compiled)
    score_everybody(settings, workspace)
    snapshot = open_snapshot(workspace)
    truth = world.truth(end_of_data(pack), settings.churn.horizon)
    ids = np.array([snapshot.customer_ids[int(key)] for key in snapshot.ranking.customer_keys])
    is_there = ~truth.has_left[np.searchsorted(truth.customer_ids, ids)]
    tops = {order: matching(snapshot, ListQuery(sort=order))[:FIRST] for order in ORDERS}
    shares = {order: float(is_there[places].mean()) for order, places in tops.items()}
    print(f"{seed:4}  {len(ids):6,} judged  {shares}", flush=True)
    return shares | {"all": float(is_there.mean())}


def main() -> int:
    """Measure, print, and answer with the exit code."""
    given = arguments("whom the churn list puts first")
    with tempfile.TemporaryDirectory() as scratch:
        found = [
            still_there(seed, Path(scratch) / str(seed))
            for seed in range(2 if given.is_small else COMPANIES)
        ]
    means = {order: float(np.mean([one[order] for one in found])) for order in found[0]}
    print("mean", {order: round(mean, 3) for order, mean in means.items()})
    shares = [one["to_keep"] for one in found]
    name = f"still there of the first {FIRST} by the value still to keep"
    spread = (min(shares), max(shares))
    claim = Claim(name, means["to_keep"], LEAST_STILL_THERE, "", "at least", spread)
    return conclude("churn_list", [claim], given)


if __name__ == "__main__":
    sys.exit(main())
