"""A simulated company with other luck: what came of its exposures drawn again from their true chances, features built once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from experiments.bench.offers.company import CONTACT_CENTS, RESPONSE_DAYS, Company
from experiments.world import World
from experiments.world.campaigns import campaign_day
from features.plan.plan import standard_plan
from features.store.store import Store
from features.vectors.refresh import end_of_data
from features.vocabulary.arrays import Floats
from features.vocabulary.time import DAY_SECONDS
from training.families.offers.exposures.exposed import NOT_TAKEN, Exposed
from training.families.offers.exposures.ground import Asked, Ground
from training.families.offers.persuading import Persuading
from training.families.offers.uplift.scale import PERSUADABLE, kinds


@dataclass(frozen=True)
class Draw:
    """What is expected of every customer and offer after one draw, and whom it calls persuadable."""

    company: Company
    learner: str
    persuadable_gain_cents: float
    """What showing them the offer truly brings, the mean of all pairs called persuadable; NaN where none are."""


@dataclass(frozen=True)
class TrueExposures:
    """What was known before every exposure of a company, and how likely it truly was to be acted on."""

    asked: Asked
    chances: Floats

    @classmethod
    def of(cls, world: World, store: Store, company: Company) -> TrueExposures:
        """Of those whose days are over."""
        pack = store.pack()
        exposed = Exposed.of_pack(pack, company.offers, RESPONSE_DAYS)
        exposed = exposed.select(np.flatnonzero(exposed.ripe(end_of_data(pack))))
        told = world.exposures()
        campaign_of_day = {campaign_day(int(one)): int(one) for one in np.unique(told["campaign"])}
        row_of = {
            (str(who), int(campaign)): row
            for row, (who, campaign) in enumerate(
                zip(told["customer_id"], told["campaign"], strict=True)
            )
        }
        days = (exposed.shown_seconds - world.spec.first.seconds) // DAY_SECONDS
        rows = np.array(
            [
                row_of[pack.customer_ids[key], campaign_of_day[day]]
                for key, day in zip(exposed.customer_keys.tolist(), days.tolist(), strict=True)
            ]
        )
        here = told["alive_share"][rows]
        chances = np.where(
            exposed.treated,
            told["chance_treated"][rows] * here,
            told["chance_control"][rows] * here,
        )
        plan = standard_plan(pack)
        return cls(Ground(pack, plan, company.offers, threads=2).asked(exposed), chances)

    def draws(self, company: Company, count: int) -> Iterator[Draw]:
        """The same company learned from what might have come of its exposures as well, so many times."""
        for seed in range(count):
            random = np.random.default_rng(seed)
            yield self._learned(company, random.random(len(self.chances)) < self.chances)

    def _learned(self, company: Company, has_acted: np.ndarray) -> Draw:
        exposed = self.asked.exposed
        accepted = np.where(has_acted, exposed.shown_seconds, NOT_TAKEN)
        drawn = replace(exposed, accepted_seconds=accepted)
        dataset = replace(self.asked.dataset, outcomes=drawn.taken)
        asked = replace(self.asked, dataset=dataset, exposed=drawn)
        persuading = Persuading.of(asked, drawn, company.offers, CONTACT_CENTS)
        persuasion = persuading.persuasion()
        vectors = company.learned.bundle.vectors(company.values)
        shape = company.true_profit.shape
        without, shown = (one.reshape(shape) for one in persuasion.chances(vectors))
        low, high = persuasion.scale.interval(shown - without)
        break_even = (CONTACT_CENTS + shown * company.rewards) / company.margins
        told = kinds(low, high, without, persuasion.usual, break_even)
        gained = company.true_profit[told == PERSUADABLE]
        learned = replace(company, propensity=shown, effect=shown - without)
        mean = float(gained.mean()) if len(gained) else float("nan")
        return Draw(learned, persuading.chosen.pair.name, mean)
