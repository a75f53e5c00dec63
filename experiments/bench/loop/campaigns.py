"""Campaigns drawn from the truth, contaminated, measured, and held against it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from experiments.bench.loop.company import KnownAction, KnownCompany
from features.vocabulary.arrays import Floats, Ints, Truths
from training.measures.estimates import Estimate
from training.measures.incremental.contamination import contact_effect
from training.measures.incremental.effect import campaign_effect, effects_by_group
from training.measures.incremental.wasted import wasted_contacts

CONTAMINATED = 0.03
CUSTOMERS = (2_000, 8_000)
HOLD_OUTS = (0.1, 0.2, 0.5)
GROUPS = 4


Widths = tuple[float, float, float, float]


@dataclass(frozen=True)
class DrawnCampaign:
    """One campaign: which judged customers it asked (with return), whom the lot treated, who was contacted, and what came of it."""

    action: KnownAction
    rows: Ints
    treated: Truths
    contacted: Truths
    bought: Floats
    margin_cents: Floats

    @classmethod
    def drawn(cls, action: KnownAction, random: np.random.Generator) -> DrawnCampaign:
        """Of 2,000 to 8,000 customers a tenth, a fifth or a half is held out, and in 3 of 100 it is otherwise than the lot has it."""
        customers = int(random.integers(*CUSTOMERS, endpoint=True))
        rows = random.integers(0, len(action.without), customers)
        treated = random.random(customers) >= random.choice(HOLD_OUTS)
        contacted = treated ^ (random.random(customers) < CONTAMINATED)
        chance = np.where(contacted, action.chance[rows], action.without[rows])
        bought = (random.random(customers) < chance).astype(np.float64)
        varying = random.lognormal(-(action.money_spread**2) / 2.0, action.money_spread, customers)
        margin = bought * action.money_cents[rows] * varying
        return cls(action, rows, treated, contacted, bought, margin)

    @property
    def groups(self) -> Ints:
        """Quarters of the customers by what is expected of them, or by the first thing known where nothing is."""
        by = self.action.expected_cents
        found = self.action.known[:, 0] if by is None else by
        edges = np.quantile(found, np.arange(1, GROUPS) / GROUPS)
        return np.searchsorted(edges, found)[self.rows]


@dataclass(frozen=True)
class CampaignAgainstTruth:
    """Whether intervals hold the truth, how wide they are, and what was said to be wasted of what was spent.

    Widths are those of the effect on the outcome and on margin: with nothing, with what is known, with the true chances as covariate (on margin,
    times what they leave), and with what trees say that the truth taught.
    """

    action: str
    holds_bought: bool
    holds_margin: bool
    holds_contact: bool
    widths_bought: Widths
    widths_margin: Widths
    spent_cents: float
    wasted_cents: float
    said_wasted: Estimate

    @property
    def holds_wasted(self) -> bool:
        """Whether the interval of the wasted money holds the truth."""
        return self.said_wasted.low <= self.wasted_cents <= self.said_wasted.high


def measured(campaign: DrawnCampaign) -> CampaignAgainstTruth:
    """Measure one campaign by what a company can know, and hold it against the truth."""
    action, rows, treated = campaign.action, campaign.rows, campaign.treated
    known, without, money = action.known[rows], action.without[rows], action.money_cents[rows]
    gained, gained_cents = action.chance[rows] - without, action.gain_cents[rows]
    bought, margin = (
        [
            campaign_effect(treated, outcome, covariates).per_treated
            for covariates in (None, known, truth, taught[rows])
        ]
        for outcome, truth, taught in (
            (campaign.bought, without, action.taught),
            (campaign.margin_cents, without * money, action.taught_cents),
        )
    )
    contact = contact_effect(treated, campaign.contacted, campaign.bought, known)
    groups, spent = campaign.groups, campaign.contacted
    costs = np.full(int(spent.sum()), action.cost_cents)
    expected = None if action.expected_cents is None else action.expected_cents[rows][spent]
    effects = effects_by_group(groups, treated, campaign.margin_cents, known)
    wasted = wasted_contacts(groups[spent], costs, effects, expected)
    return CampaignAgainstTruth(
        action=action.name,
        holds_bought=_holds(bought[1], gained[treated].mean()),
        holds_margin=_holds(margin[1], gained_cents[treated].mean()),
        holds_contact=_holds(contact, gained[treated].mean()),
        widths_bought=_widths(bought),
        widths_margin=_widths(margin),
        spent_cents=wasted.spent_cents,
        wasted_cents=float(costs[gained_cents[spent] < action.cost_cents].sum()),
        said_wasted=wasted.wasted_cents,
    )


def campaigns_of(company: KnownCompany, count: int) -> list[CampaignAgainstTruth]:
    """So many campaigns, of each action by turns, each with luck of its own."""
    found = []
    for seed in range(count):
        action = company.actions[seed % len(company.actions)]
        found.append(measured(DrawnCampaign.drawn(action, np.random.default_rng(seed))))
    return found


def _holds(estimate: Estimate, truth: float) -> bool:
    return bool(estimate.low <= truth <= estimate.high)


def _widths(found: list[Estimate]) -> Widths:
    plain, known, true, taught = (one.high - one.low for one in found)
    return plain, known, true, taught
