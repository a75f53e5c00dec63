"""What decisions cost: a call's arbitration, and a million customers under three budgets."""

from __future__ import annotations

import time
from functools import partial

import numpy as np

from features.vocabulary.time import DAY_SECONDS
from serving.offers.allocation.allocation import Allocation, allocate
from serving.offers.allocation.budgets import Budget
from serving.offers.arbitration import Permissions, Terms, Unknown, decide
from serving.offers.contact_policy import ContactPolicy, ShownOffer
from serving.offers.exploration import TakenDraws

CUSTOMERS, OFFERS, SLOTS = 200, 50, 2
_REPEATS = 50


def one_call() -> tuple[float, tuple[float, float]]:
    """CPU milliseconds to arbitrate 200 customers and 50 offers once everything is scored: middle, and range.

    Everything that is done to scores in the service: the policy over twenty showings each, every rule, the terms and
    two slots with exploration.
    """
    random = np.random.default_rng(1)
    shape, now = (CUSTOMERS, OFFERS), 20_000 * DAY_SECONDS
    channels = tuple(("email", "post", "app")[offer % 3] for offer in range(OFFERS))
    count = 20 * CUSTOMERS
    offers = random.integers(0, OFFERS, count)
    shown = ShownOffer(
        np.repeat(np.arange(CUSTOMERS), 20),
        offers,
        now - random.integers(0, 60 * DAY_SECONDS, count),
        random.random(count) < 0.1,
    )
    policy = ContactPolicy({"email": 1, "post": 1}, 2, 3, 30)
    propensity, effect = random.random(shape) * 0.2, random.normal(0.02, 0.02, shape)
    margins, rewards = random.random(OFFERS) * 1_000 + 100, random.random(OFFERS) * 100
    eligible = random.random(shape) < 0.8
    alike = (np.arange(OFFERS) // 4).tolist()
    seen = random.random(OFFERS) * 50.0 + 1.0, random.random(OFFERS) * 500.0 + 19.0
    draws = TakenDraws.of([f"OFFER-{offer:02}" for offer in range(OFFERS)], seen)
    spent = []
    for _ in range(_REPEATS):
        began = time.process_time()
        permissions = Permissions.of(
            shape,
            {
                "not_eligible": ~eligible,
                "taken_already": shown.taken_before(*shape, now, 30),
                "do_not_disturb": effect < -0.01,
                "channel_full": shown.capped(policy, channels, CUSTOMERS, now),
                "quiet_days": shown.quiet(policy, CUSTOMERS, now)[:, None],
                "suppressed": shown.suppressed(policy, *shape, now),
            },
        )
        terms = Terms.of(propensity, effect, margins, rewards, 5.0)
        lots = random.random((CUSTOMERS, SLOTS))
        swing = propensity * (margins - rewards)
        decide(
            terms.priority,
            permissions.is_permitted,
            lots,
            explore=0.02,
            alike=alike,
            unknown=Unknown(0.1, partial(draws.best, terms.priority, swing)),
        )
        spent.append((time.process_time() - began) * 1_000)
    return float(np.median(spent)), (min(spent), max(spent))


def audience(customers: int, offers: int) -> Allocation:
    """Everybody's offer under a budget of cents, a channel that takes so many, and a new offer to be shown so often."""
    random = np.random.default_rng(7)
    values = random.gamma(1.2, 40.0, (customers, offers)).astype(np.float32)
    values -= np.float32(30.0)
    values[random.random(values.shape) < 0.2] = -np.inf
    costs = (random.random((customers, offers)) * 50.0).astype(np.float32)
    by_post = (np.arange(offers) % 4 == 0).astype(np.float64)
    new = (np.arange(offers) == offers - 1).astype(np.float64)
    return allocate(
        values,
        [
            Budget("cents", 6.0 * customers, costs),
            Budget("post", 0.05 * customers, by_post),
            Budget("new offer", 0.08 * customers, new, is_least=True),
        ],
    )
