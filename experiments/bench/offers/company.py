"""A simulated company, whose true effects are known: what the learned policy earns of what could be earned."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path

import lightgbm
import numpy as np
from numpy.typing import NDArray

from experiments.policy import Log, policy_value
from experiments.world import World, WorldSpec, simulate
from features.company.settings.reading import load_settings
from features.company.workspace import Workspace
from features.plan.plan import standard_plan
from features.store.ingestion import ingest
from features.store.store import Store, open_store
from features.vocabulary.arrays import Floats
from features.vocabulary.errors import ModelRefused
from features.vocabulary.progress import Progress, silent
from features.vocabulary.time import Horizon
from serving.offers.allocation.allocation import allocate
from serving.offers.allocation.budgets import Budget
from serving.offers.arbitration import NOTHING, Terms, option_chances
from serving.offers.audience import Audience
from serving.offers.contact_policy import ContactPolicy
from serving.offers.offering import Offering
from serving.offers.policy import Policy
from training.families.offers.exposures.terms import Offers
from training.families.offers.learning import LearnedOffers, learn_offers

RESPONSE_DAYS = 7
SHARES = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5)
CONTACT_CENTS = 2.0
SEEDS = 100
LOGGED = 40_000


@dataclass(frozen=True)
class Company:
    """What a model expects of every reachable customer and offer, beside what is true."""

    offers: Offers
    propensity: Floats
    effect: Floats
    true_treated: Floats
    true_control: Floats
    values: NDArray[np.float32]
    """What is known of each pair, customer by customer."""
    learned: LearnedOffers

    @property
    def margins(self) -> Floats:
        """What an acceptance of each offer earns before its reward, in cents."""
        return np.array([float(one.margin_cents) for one in self.offers.listed])

    @property
    def rewards(self) -> Floats:
        """What its reward costs, in cents."""
        return np.array([float(one.reward_cost_cents) for one in self.offers.listed])

    def profit(self, propensity: Floats, effect: Floats | None) -> Floats:
        """What showing each offer earns at these chances, in cents."""
        return Terms.of(propensity, effect, self.margins, self.rewards, CONTACT_CENTS).priority

    @property
    def expected(self) -> Floats:
        """What the model says it earns."""
        return self.profit(self.propensity, self.effect)

    @property
    def true_profit(self) -> Floats:
        """What it truly earns."""
        return self.profit(self.true_treated, self.true_treated - self.true_control)


def company(
    folder: Path, customers: int, seed: int = WorldSpec.seed, progress: Progress = silent
) -> tuple[World, Store, Company]:
    """Simulate, learn, and score everybody who may be written to and has bought."""
    world = simulate(WorldSpec(customers=customers, seed=seed), folder, progress)
    settings = load_settings(world.settings_file)
    workspace = Workspace(settings.workspace_folder)
    ingest(settings, workspace, progress)
    store = open_store(workspace)
    chosen = dataclasses.replace(
        settings.offers, response_days=RESPONSE_DAYS, contact_cents=round(CONTACT_CENTS)
    )
    learned = learn_offers(store, standard_plan(store.pack()), chosen, progress=progress)
    return world, store, scored(world, store, learned)


def scored(world: World, store: Store, learned: LearnedOffers) -> Company:
    """What is expected and what is true of everybody at the end of the calendar."""
    pack, end = store.pack(), world.spec.end
    truth = world.truth(end, Horizon(days=RESPONSE_DAYS))
    keys = np.array([pack.customer_ids.find(one) for one in truth.customer_ids], np.int32)
    offers = learned.bundle.offers
    offering = Offering(learned.bundle, pack, offers, Policy(ContactPolicy({}), {}))
    blocks = [one.expected for one in Audience(keys).blocks(offering, "what is expected")]
    propensity = np.concatenate([one.propensity for one in blocks])
    effect = np.concatenate([one.effect for one in blocks if one.effect is not None])
    true_treated, true_control = (np.empty((len(keys), len(offers))) for _ in range(2))
    for at, offer in enumerate(offers.listed):
        told = world.uplift(offer.offer_id)
        place = np.searchsorted(told.customer_ids, truth.customer_ids)
        true_treated[:, at] = told.chance_treated[place] * truth.still_here
        true_control[:, at] = told.chance_control[place] * truth.still_here
    values = np.concatenate([one.values for one in blocks])
    return Company(offers, propensity, effect, true_treated, true_control, values, learned)


def earned(found: Company, expected: Floats) -> dict[float, float]:
    """What choosing by some expectations earns of the profit of who knows the truth, by the share of customers written to."""
    truly = found.true_profit
    return {
        share: _profit(expected, truly, share) / _profit(truly, truly, share) for share in SHARES
    }


def known_beforehand(found: Company) -> dict[float, float]:
    """The same where the true chances are what is expected: what decisions and budgets alone lose."""
    truly = found.true_profit
    earns = {}
    for share in SHARES:
        most = float(round(share * len(truly)))
        plan = allocate(truly, [Budget("customers", most, np.ones(len(found.offers)))])
        rows = np.flatnonzero(plan.offers != NOTHING)
        earns[share] = float(truly[rows, plan.offers[rows]].sum()) / _profit(truly, truly, share)
    return earns


def by_propensity(found: Company) -> Floats:
    """What each offer earns where its propensity is taken for its effect, in cents."""
    return found.profit(found.propensity, None)


def learned_from_truth(found: Company) -> Floats:
    """What trees expect that were told the true chances of half of the customers, for the other half.

    No noise of single outcomes is left to them: what they miss cannot be read from a company's tables.
    """
    customers, offers = found.propensity.shape
    is_first = np.random.default_rng(0).random(customers) < 0.5
    said = np.zeros((2, customers, offers))
    for told in (is_first, ~is_first):
        rows = np.repeat(told, offers)
        for at, truth in enumerate((found.true_treated, found.true_treated - found.true_control)):
            trees = lightgbm.train(
                _CEILING, lightgbm.Dataset(found.values[rows], truth[told].ravel()), 400
            )
            answered = np.asarray(trees.predict(found.values[~rows]))
            said[at, ~told] = answered.reshape(-1, offers)
    return found.profit(said[0], said[1])


def _profit(expected: Floats, truly: Floats, share: float) -> float:
    """What is truly earned where a share of the customers gets what is expected to bring most, and that is above 0."""
    best = expected.argmax(axis=1)
    worth = expected[np.arange(len(best)), best]
    chosen = np.argsort(-worth, kind="stable")[: round(share * len(best))]
    chosen = chosen[worth[chosen] > 0]
    return float(truly[chosen, best[chosen]].sum())


_CEILING = {
    "objective": "regression",
    "learning_rate": 0.05,
    "num_leaves": 31,
    "min_data_in_leaf": 50,
    "feature_fraction": 0.4,
    "verbosity": -1,
    "num_threads": 2,
    "seed": 7,
    "deterministic": True,
}


def effect_slope(found: Company) -> float:
    """The slope of true effects on expected ones: 1 is right, below it the model is too bold."""
    truly = (found.true_treated - found.true_control).ravel()
    said = found.effect.ravel()
    away = said - said.mean()
    return float(away @ (truly - truly.mean()) / (away @ away))


def gain_slope(found: Company) -> float:
    """The slope of true gains on expected ones over tenths of customers by what is expected of their best offer."""
    best = found.expected.argmax(axis=1)
    rows = np.arange(len(best))
    expected, truly = found.expected[rows, best], found.true_profit[rows, best]
    tenths = np.array_split(np.argsort(expected, kind="stable"), 10)
    said = np.array([expected[tenth].mean() for tenth in tenths])
    seen = np.array([truly[tenth].mean() for tenth in tenths])
    away = said - said.mean()
    return float(away @ (seen - seen.mean()) / (away @ away))


def coverage(found: Company, seeds: int = SEEDS) -> tuple[float, bool]:
    """In what share of seeds the intervals hold the truth, and whether a policy without support is refused.

    Each seed logs decisions that explored, with their exact chances, and what truly came of each is drawn. The
    policy judged shows what the truth would show, of which the log knows nothing.
    """
    truly = np.column_stack([found.true_profit, np.zeros(len(found.true_profit))])
    permitted = np.ones_like(found.expected, np.bool_)
    chances = option_chances(found.expected, permitted, 0.5)
    policy = option_chances(found.true_profit, permitted, 0.0)
    expected = np.column_stack([found.expected, np.zeros(len(found.expected))])
    held = 0
    for seed in range(seeds):
        random = np.random.default_rng(seed)
        rows = random.integers(0, len(truly), LOGGED)
        drawn = _drawn(chances[rows], random)
        log = Log(drawn, _rewards(found, rows, drawn, random), chances[rows], expected[rows])
        estimate = policy_value(log, policy[rows], seed=seed).estimates["DR"]
        held += estimate.holds(float((policy * truly).sum(axis=1).mean()))
    greedy = option_chances(found.expected, permitted, 0.0)
    rows = np.arange(LOGGED) % len(truly)
    drawn = _drawn(greedy[rows], np.random.default_rng(0))
    log = Log(drawn, truly[rows, drawn], greedy[rows])
    try:
        policy_value(log, policy[rows])
    except ModelRefused:
        return held / seeds, True
    return held / seeds, False


def _drawn(chances: Floats, random: np.random.Generator) -> NDArray[np.int64]:
    lots = random.random(len(chances))[:, None]
    found: NDArray[np.int64] = np.minimum(
        (chances.cumsum(axis=1) < lots).sum(axis=1), chances.shape[1] - 1
    )
    return found


def _rewards(
    found: Company, rows: NDArray[np.int64], drawn: NDArray[np.int64], random: np.random.Generator
) -> Floats:
    """What came of each decision: an order beside what would have come without, less reward and contact."""
    shown = drawn < len(found.offers)
    at = np.where(shown, drawn, 0)
    acted = random.random(len(rows)) < found.true_treated[rows, at]
    without = found.true_control[rows, at]
    margin, reward = found.margins[at], found.rewards[at]
    profit = acted * (margin - reward) - without * margin - CONTACT_CENTS
    return np.where(shown, profit, 0.0)
