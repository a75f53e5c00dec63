"""What exploring costs and brings over rounds: some offers are new, and each round is decided by what the rounds before showed.

Truth is drawn and nothing is fitted: the decisions, the draws of what is unknown and how sure rates are, are the service's own.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from scipy.stats import ttest_1samp

from experiments.bench.claims import Claim
from features.vocabulary.arrays import Floats
from serving.offers.arbitration import NOTHING, Terms, Unknown, decide
from serving.offers.exploration import TakenDraws
from training.families.offers.exposures.answers import Rates

ROUNDS, CUSTOMERS = 20, 400
SEEDS, FLOOR, FOLLOWED = 300, 0.02, 0.1
OFFERS, OLD, KINDS = 12, 6, 3
SHOWN_BEFORE = 1_000.0
MARGIN_CENTS, REWARD_CENTS, CONTACT_CENTS = 1_000.0, 200.0, 5.0
RATE, SPREAD = 0.03, 20.0
"""Offers are taken by three of a hundred in the mean; how far apart they lie is a beta distribution of this weight."""


def regret(seed: int, explore: float, unknown: float) -> float:
    """By how much all rounds together bring less than who knows every rate, in cents a decision.

    Of the decisions a share of ``explore`` is drawn by lot, and one of ``unknown`` follows what is unknown of offers.
    The same seed gives the same truth, the same customers and the same answers to both ways of exploring.
    """
    random = np.random.Generator(np.random.PCG64(seed))
    ids = [f"OFFER-{place:02}" for place in range(OFFERS)]
    kind = np.arange(OFFERS) % KINDS
    truth = random.beta(RATE * SPREAD, (1 - RATE) * SPREAD, OFFERS)
    shown = np.where(np.arange(OFFERS) < OLD, SHOWN_BEFORE, 0.0)
    taken = random.binomial(shown.astype(np.int64), truth).astype(np.float64)
    lost = 0.0
    for _ in range(ROUNDS):
        # Every customer likes some offers more than others, and that is known.
        taste = random.lognormal(-0.02, 0.2, (CUSTOMERS, OFFERS))
        lots, answers = random.random((CUSTOMERS, 1)), random.random(CUSTOMERS)
        rates = _rates(kind, shown, taken)
        every = np.arange(OFFERS)
        priority = _priority(taste * rates.of(kind, every))
        draws = TakenDraws.of(ids, rates.posterior(kind, every))
        chosen = decide(
            priority,
            np.ones_like(priority, np.bool_),
            lots,
            explore=explore,
            unknown=Unknown(unknown, partial(draws.best, priority, priority + CONTACT_CENTS)),
        ).offers[:, 0]
        chance = np.minimum(taste * truth, 1.0)
        brings = np.column_stack([_priority(chance), np.zeros(CUSTOMERS)])
        rows = np.arange(CUSTOMERS)
        # Nothing stands in the last column, where its place of -1 finds it.
        lost += float((brings.max(axis=1) - brings[rows, chosen]).sum())
        is_shown = chosen != NOTHING
        has_taken = is_shown & (answers < chance[rows, chosen])
        shown += np.bincount(chosen[is_shown], minlength=OFFERS)
        taken += np.bincount(chosen[has_taken], minlength=OFFERS)
    return lost / (ROUNDS * CUSTOMERS)


def rounds_claims(is_small: bool) -> list[Claim]:
    """What is lost a decision with the unknown followed, against the plain lot at the same floor, truth by truth."""
    seeds = range(10 if is_small else SEEDS)
    plain, adaptive = (
        np.array([regret(seed, FLOOR, share) for seed in seeds]) for share in (0.0, FOLLOWED)
    )
    worst = [np.percentile(one, 90) for one in (plain, adaptive)]
    less = ttest_1samp(plain - adaptive, 0.0).confidence_interval(0.95)
    print(
        f"rounds: a decision loses {plain.mean():.2f} cents by the plain lot, {adaptive.mean():.2f} with the unknown followed; "
        f"in nine of ten at most {worst[0]:.2f} and {worst[1]:.2f}",
        flush=True,
    )
    ends = float(less.low), float(less.high)
    name = "rounds: cents a decision loses less than by the plain lot"
    return [
        Claim(name, float((plain - adaptive).mean()), 0.0, "", "at least", ends),
        Claim("the lower end of its 95 % interval", ends[0], 0.0, "", "at least"),
    ]


def _rates(kind: np.ndarray, shown: Floats, taken: Floats) -> Rates:
    """What everybody answered so far, counted as the service counts it."""
    of_kind = (np.arange(KINDS)[:, None] == kind).astype(np.float64)
    usual = float((taken.sum() + 1.0) / (shown.sum() + 20.0))
    return Rates(usual, (of_kind @ shown, of_kind @ taken), (shown, taken))


def _priority(chance: Floats) -> Floats:
    margins, rewards = np.full(OFFERS, MARGIN_CENTS), np.full(OFFERS, REWARD_CENTS)
    return Terms.of(chance, None, margins, rewards, CONTACT_CENTS).priority
