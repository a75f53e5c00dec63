"""Small companies: a hundred simulated ones of two hundred customers, each learned from and held against its exact truth.

At any one cutoff about thirty of their customers leave, so that cutoffs are pooled. What ships is asked at the end of the
data, where the true chance of every judged customer is known: whether the mean of these chances, and what comes of them,
lies in the range of the level that the model states, and whether the true share of a third of the customers lies in the
ranges of their scores.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from experiments.bench.claims import Claim, arguments, conclude
from experiments.world import WorldSpec, simulate
from features.company.settings.reading import load_settings
from features.company.workspace import Workspace
from features.plan.plan import Plan
from features.store.ingestion import ingest
from features.store.pack import Pack
from features.vectors.refresh import end_of_data
from features.vectors.vectors import Vectors, build_vectors
from features.vocabulary.errors import ModelRefused
from training.bundles.plans import plan_to_learn
from training.families.churn.checks import figure_checks
from training.families.churn.learning import Learned, learn_churn, next_best
from training.families.churn.small import is_small
from training.questions.asking import column_of
from training.registry.gate import failed_of, said_of

COMPANIES, CUSTOMERS = 100, 200
LINES_PER_CUSTOMER = 12.0
LEAST_HELD = 0.9
_PARTS = 3
_SETTINGS = """
[tables.purchases]
source = "purchases.parquet"
columns = { customer_id = "customer_id", order_id = "order_id", ordered_at = "ordered_at", item_id = "item_id", quantity = "quantity", amount = "amount" }
"""
"""Their purchases alone: what ships reads nothing else of a small company."""


@dataclass(frozen=True)
class SmallCompany:
    """What one small company was told, beside what is true.

    ``refused`` says why nothing ships, and then nothing else is known. ``expected`` is the mean chance said of the
    judged at the end of the data, ``true`` the mean of their true ones, and ``came`` the share of them it comes true of when
    each true chance is drawn once. The next level lies between ``low`` and ``high`` times what is expected.
    ``parts_held`` says of how many of three equal parts of them, by the chance said, the true mean lies in the mean of the
    ranges of their scores.
    """

    seed: int
    refused: str
    ships: str = ""
    is_pooled: bool = False
    judged: int = 0
    expected: float = np.nan
    true: float = np.nan
    came: float = np.nan
    low: float = np.nan
    high: float = np.nan
    parts_held: float = np.nan

    @property
    def holds_true(self) -> bool:
        """Whether the mean of the true chances lies in the range that is stated."""
        return self.low * self.expected <= self.true <= self.high * self.expected

    @property
    def holds_came(self) -> bool:
        """Whether what comes lies in it."""
        return self.low * self.expected <= self.came <= self.high * self.expected


def small_company(seed: int, folder: Path, *, customers: int = CUSTOMERS) -> SmallCompany:
    """Simulate one company into a folder, learn from it, and ask what ships about its customers."""
    spec = WorldSpec(customers=customers, seed=seed, lines_per_customer=LINES_PER_CUSTOMER)
    world = simulate(spec, folder)
    world.settings_file.write_text(_SETTINGS, encoding="utf-8")
    settings = load_settings(world.settings_file)
    workspace = Workspace(settings.workspace_folder)
    pack = ingest(settings, workspace, threads=1).store.pack()
    plan = plan_to_learn(pack, settings.churn, settings.reasons)
    try:
        learned = _passing(learn_churn(pack, plan, settings.churn))
    except ModelRefused as refused:
        return SmallCompany(seed, f"expected {refused.expected}, found {refused.found}")
    vectors = _judged_today(learned, pack, plan)
    scores = learned.model.score(vectors)
    said = learned.calibration.apply(scores)
    truth = world.truth(end_of_data(pack), settings.churn.horizon)
    ids = np.array([pack.customer_ids[int(key)] for key in vectors.customer_keys])
    chances = truth.no_order[np.searchsorted(truth.customer_ids, ids)]
    drawn = np.random.default_rng(seed).random(len(chances)) < chances
    low, high = learned.calibration.interval(scores, said)
    parts = np.array_split(np.argsort(said, kind="stable"), _PARTS)
    held = [low[one].mean() <= chances[one].mean() <= high[one].mean() for one in parts]
    metrics = learned.manifest.metrics
    return SmallCompany(
        seed,
        "",
        ships=learned.manifest.title,
        is_pooled=is_small(learned.splits),
        judged=len(said),
        expected=float(said.mean()),
        true=float(chances.mean()),
        came=float(drawn.mean()),
        low=metrics["level_low"],
        high=metrics["level_high"],
        parts_held=float(np.mean(held)),
    )


def _passing(learned: Learned) -> Learned:
    """The best rung whose figures pass the gate; refused where none does."""
    found: Learned | None = learned
    while found is not None:
        failed = failed_of(figure_checks(found.manifest.metrics))
        if not failed:
            return found
        why = said_of(failed)
        found = next_best(found, why)
    raise ModelRefused(expected="a rung that passes the gate", found=why, remedy="")


def _judged_today(learned: Learned, pack: Pack, plan: Plan) -> Vectors:
    vectors = build_vectors(pack, plan, [end_of_data(pack)], threads=1)
    eligible = learned.manifest.task.question.eligible(column_of(vectors), vectors.rows)
    return vectors.select(eligible)


def small_companies(folder: Path, companies: int = COMPANIES) -> list[SmallCompany]:
    """So many companies, each of a seed of its own."""
    return [small_company(seed, folder / f"small_{seed}") for seed in range(companies)]


def small_company_claims(found: Sequence[SmallCompany]) -> list[Claim]:
    """How many have a model, and of how many its range of the level holds the truth."""
    ship = [one for one in found if not one.refused]
    count = len(found)

    def share(held: Sequence[bool]) -> float:
        return sum(held) / count

    return [
        Claim("200 customers: companies with a model", share([not one.refused for one in found]), LEAST_HELD, "", "at least"),
        Claim("200 customers: the range of the level holds the true one", share([one.holds_true for one in ship]), LEAST_HELD, "", "at least"),
        Claim("200 customers: it holds what comes", share([one.holds_came for one in ship]), LEAST_HELD, "", "at least"),
        Claim("200 customers: ranges of scores hold the true share, by thirds", float(np.mean([one.parts_held for one in ship])), LEAST_HELD, "", "at least"),
    ]  # fmt: skip


def small_company_lines(found: Sequence[SmallCompany]) -> list[str]:
    """A line a company, as a report prints it."""
    return [
        f"{one.seed:4}  refused: {one.refused}"
        if one.refused
        else f"{one.seed:4}  {one.ships:24} {'pooled' if one.is_pooled else 'in time':8} {one.judged:4} judged  "
        f"said {one.expected:.3f}  true {one.true:.3f} ({one.true / one.expected:.2f})  "
        f"range {one.low:.2f} … {one.high:.2f}  {'' if one.holds_true else 'OUTSIDE  '}parts {one.parts_held:.2f}"
        for one in found
    ]


def main() -> int:
    """Measure, print, and answer with the exit code."""
    given = arguments("small companies against their truth")
    with tempfile.TemporaryDirectory() as scratch:
        found = small_companies(Path(scratch), 10 if given.is_small else COMPANIES)
    print("\n".join(small_company_lines(found)))
    return conclude("small companies", small_company_claims(found), given)


if __name__ == "__main__":
    sys.exit(main())
