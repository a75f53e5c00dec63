"""Whom the list puts first, and what contacting them truly brings, by every order a list could have.

Companies are simulated, so that the truth is known: whoever has left before the end of the data is gone, and what a contact
keeps is a law of the simulation that no default of Regulars was read from. ``SIZE=full`` asks six companies of 10,000
customers that go by the assumptions of ``[actions]``, and ten that have called, written and mailed before, with people held out at random, so
that what a contact does is measured; ``SIZE=small`` asks two of 4,000 of each kind. Money is the margin of the days the product speaks of.

The bound is what an order reaches that trees were taught by the truth itself, from the same vectors: each fifth of the customers is
ordered by trees that learned from the true net gain of the others.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import lightgbm
import numpy as np
from numpy.typing import NDArray

from experiments.bench.claims import Claim, arguments, conclude
from experiments.world import World, WorldSpec, simulate
from experiments.world.contact_campaigns import SHARES
from features.company.settings.reading import Settings, load_settings
from features.company.workspace import Workspace
from features.lifecycle.stages import LifecycleStatus
from features.store.ingestion import ingest
from features.vectors.refresh import refresh_vectors
from features.vocabulary.arrays import Floats, Truths
from features.vocabulary.time import Cutoff
from serving.nightly.run import open_snapshot, score_everybody
from serving.pages.churn_list import matching
from serving.pages.list_query import ListQuery
from serving.snapshot.reading import Snapshot
from training.actions.actions import NOTHING
from training.actions.assumed import still_to_lose
from training.bundles.plans import champion_plan
from training.families.churn.family import CHURN_FAMILY
from training.families.value.family import VALUE_FAMILY
from training.recipe.recipe import train

COMPANIES = {True: (2, 2, 4_000), False: (6, 10, 10_000)}
"""How many without campaigns and with them, and the customers of each."""
FIRST, LIST = 100, 500
ORDERS = ("gain", "at_risk", "risk")
LEAST_STILL_THERE, LEAST_OF_BOUND, MOST_APART = 0.75, 0.7, 0.15
CAMPAIGNS = 12
"""Past campaigns of contacts, a third of them of each kind."""
FOLDS = 5


@dataclass(frozen=True)
class ListedCompany:
    """A simulated company with its scores, and the truth of each judged customer in the order of the ranking."""

    snapshot: Snapshot
    is_there: Truths
    gains_cents: Floats
    """The true net gain of each action, [judged, actions]."""
    leaves: Floats
    """The true chance that each leaves in the days asked about and has not left yet."""

    @classmethod
    def of(cls, spec: WorldSpec, folder: Path) -> ListedCompany:
        """Simulate one, train, and score everybody."""
        world = simulate(spec, folder)
        settings = load_settings(world.settings_file)
        snapshot = _scored(settings, spec.seed)
        return cls(snapshot, *_truth(world, settings, snapshot))

    def gained_cents(self, order: str) -> float:
        """What is truly gained by the first of a list, each with the best action for them.

        In the list's own order nobody is contacted for whom nothing is best; whoever lists by risk calls them.
        """
        top = self.top(order, LIST)
        action = self.snapshot.best_action[top]
        gained = self.gains_cents[top, np.where(action == NOTHING, 0, action)]
        left_alone = (action == NOTHING) & (order == "gain")
        return float(np.where(left_alone, 0.0, gained).sum())

    def top(self, order: str, count: int) -> NDArray[np.intp]:
        """The first places by one order of the list."""
        return matching(self.snapshot, ListQuery(sort=order))[:count]

    @property
    def leaving_by_status(self) -> dict[str, list[float]]:
        """The mean chance of leaving and not being gone yet by the rule alone, as past days have counted it, and truly."""
        ranking = self.snapshot.ranking
        status, risk = self.snapshot.lifecycle_status[ranking.customer_keys], ranking.probability
        counted = still_to_lose(risk, np.array(self.snapshot.actions[0].leaving)[status])
        chances = still_to_lose(risk), counted, self.leaves
        return {
            one.word: [float(some[mine].mean()) for some in chances]
            for one in LifecycleStatus
            if (mine := status == one).any()
        }

    @property
    def bound_cents(self) -> float:
        """What the first of a list bring that trees taught by the truth have put in order, each with its best action."""
        places = matching(self.snapshot, ListQuery())
        vectors = self.snapshot.values[
            self.snapshot.vector_rows[self.snapshot.ranking.customer_keys[places]]
        ]
        truth = self.gains_cents[places]
        found = np.column_stack([_learned(vectors, one) for one in truth.T])
        first = np.argsort(-found.max(axis=1), kind="stable")[:LIST]
        return float(truth[first, found[first].argmax(axis=1)].sum())


def _learned(vectors: NDArray[np.float32], truth: Floats) -> Floats:
    """What trees say of each customer that learned from the truth about the others."""
    fold = np.arange(len(truth)) % FOLDS
    found = np.empty(len(truth))
    for one in range(FOLDS):
        trees = lightgbm.LGBMRegressor(
            n_estimators=200, learning_rate=0.05, num_leaves=15, n_jobs=1, verbose=-1, seed=1
        )
        trees.fit(vectors[fold != one], truth[fold != one])
        found[fold == one] = np.asarray(trees.predict(vectors[fold == one]))
    return found


def _scored(settings: Settings, seed: int) -> Snapshot:
    workspace = Workspace(settings.workspace_folder)
    ingest(settings, workspace)
    train(CHURN_FAMILY, settings, workspace)
    train(VALUE_FAMILY, settings, workspace)
    champion = champion_plan(workspace)
    if champion is None:
        raise SystemExit(f"The gate keeps every churn model of company {seed} out.")
    refresh_vectors(workspace, plan_for=champion.compiled)
    score_everybody(settings, workspace)
    return open_snapshot(workspace)


def _truth(world: World, settings: Settings, snapshot: Snapshot) -> tuple[Truths, Floats, Floats]:
    """Who is still there, what each action truly brings, and how likely each leaves."""
    cutoff = Cutoff(world.spec.end.seconds)
    truth = world.truth(cutoff, settings.churn.horizon)
    keeping = world.keeping(cutoff, settings.churn.horizon_days, snapshot.value_days)
    ids = np.array([snapshot.customer_ids[int(key)] for key in snapshot.ranking.customer_keys])
    gains = [keeping.gain_cents(one.name, one.cost_cents) for one in snapshot.actions]
    assert {one.name for one in snapshot.actions} == set(SHARES)
    places = np.searchsorted(keeping.customer_ids, ids)
    is_there = ~truth.has_left[np.searchsorted(truth.customer_ids, ids)]
    return is_there, np.column_stack(gains)[places], keeping.leaves[places]


def measured(spec: WorldSpec, folder: Path) -> dict[str, float]:
    """The figures of one company: who is there, and euros truly gained by the first of the list."""
    company = ListedCompany.of(spec, folder)
    there = {f"there by {one}": company.is_there[company.top(one, FIRST)].mean() for one in ORDERS}
    sums = {f"euros by {one}": company.gained_cents(one) for one in ORDERS}
    expected = company.snapshot.net_gain_cents[company.top("gain", LIST)].sum()
    euros = {**sums, "euros expected": expected, "euros of the bound": company.bound_cents}
    found = {
        **{name: float(share) for name, share in there.items()},
        "there of all": float(company.is_there.mean()),
        **{name: float(cents) / 100 for name, cents in euros.items()},
    }
    print(
        f"{spec.seed:4}  " + "  ".join(f"{name} {one:,.2f}" for name, one in found.items()),
        flush=True,
    )
    for status, chances in company.leaving_by_status.items():
        by_rule, counted, truly = (f"{100 * one:.1f}" for one in chances)
        print(
            f"      {status}: leave and are not gone yet, by the rule {by_rule} %, counted {counted} %, truly {truly} %"
        )
    return found


def main() -> int:
    """Measure, print, and answer with the exit code."""
    given = arguments("whom the churn list puts first")
    unmeasured, with_campaigns, customers = COMPANIES[given.is_small]
    claims = []
    for campaigns, companies in ((0, unmeasured), (CAMPAIGNS, with_campaigns)):
        found = []
        print("effects measured" if campaigns else "effects assumed", flush=True)
        for seed in range(companies):
            spec = WorldSpec(
                customers=customers, seed=seed, contact_campaigns=campaigns, contact_audience=1.0
            )
            with tempfile.TemporaryDirectory() as scratch:
                found.append(measured(spec, Path(scratch) / "company"))
        mean = {name: float(np.mean([one[name] for one in found])) for name in found[0]}
        print("mean  " + "  ".join(f"{name} {one:,.2f}" for name, one in mean.items()))
        claims += _claims(found, "measured" if campaigns else "assumed")
    return conclude("churn_list", claims, given)


def _claims(found: Sequence[Mapping[str, float]], known: str) -> list[Claim]:
    def claim(name: str, values: Sequence[float], least: float, mean: float | None = None) -> Claim:
        held = float(np.mean(values)) if mean is None else mean
        return Claim(f"{known}: {name}", held, least, "", "at least", (min(values), max(values)))

    def of(name: str) -> list[float]:
        return [one[name] for one in found]

    gained, bound, expected = of("euros by gain"), of("euros of the bound"), of("euros expected")
    shares = [one / most for one, most in zip(gained, bound, strict=True)]
    claims = [
        claim(f"still there of the first {FIRST}", of("there by gain"), LEAST_STILL_THERE),
        claim(f"true net gain of the first {LIST}, euros", gained, 0.0),
        claim(
            "share of what trees taught by the truth gain",
            shares,
            LEAST_OF_BOUND,
            float(np.mean(gained) / np.mean(bound)),
        ),
    ]
    ratio = float(np.mean(expected) / np.mean(gained))
    print(f"{known}: expected over true net gain of the first {LIST} {ratio:.2f}")
    if known == "measured":
        claims.append(
            Claim(
                f"measured: expected less true net gain of the first {LIST}, as a share of the true",
                abs(ratio - 1.0),
                MOST_APART,
                "",
                "at most",
            )
        )
    return claims


if __name__ == "__main__":
    sys.exit(main())
