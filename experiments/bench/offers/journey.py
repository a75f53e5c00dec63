"""Who redeems a grocer's coupons: every campaign told from what was known and over before it began."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from experiments.public_companies import coupons
from features.company.settings.reading import load_settings
from features.company.workspace import Workspace
from features.plan.plan import standard_plan
from features.store.ingestion import ingest
from features.store.store import open_store
from features.vocabulary.time import Cutoff
from training.families.offers.exposures.exposed import Exposed
from training.families.offers.exposures.ground import Asked, Ground
from training.families.offers.exposures.terms import Offers
from training.families.offers.ladder import (
    FEWEST_TAKEN,
    climb,
    offer_rungs,
    within_offer_auc,
    within_offer_interval,
)
from training.families.offers.persuading import experiment_of
from training.families.offers.propensity import Propensity
from training.learners.calibration import sigmoid
from training.learners.usable import usable_features
from training.measures.metrics import auc


@dataclass(frozen=True)
class Journey:
    """The AUC of single campaigns, the mean within all that came late enough with its interval, and what is said
    of effects."""

    by_campaign: dict[int, float]
    best_column: dict[int, float]
    macro: float
    macro_low: float
    macro_high: float
    campaigns: int
    not_causal: str


def journey(data: Path, folder: Path) -> Journey:
    """Choose the way and learn it anew before every campaign, on what was over by then."""
    settings = load_settings(coupons(data, folder))
    workspace = Workspace(settings.workspace_folder)
    ingest(settings, workspace)
    store = open_store(workspace)
    pack, offers = store.pack(), Offers.of_store(store)
    exposed = Exposed.of_pack(pack, offers, settings.offers.response_days)
    asked = Ground(pack, standard_plan(pack), offers, 2).asked(exposed)
    outcomes, said = asked.dataset.outcomes, np.full(exposed.rows, math.nan)
    best: dict[int, float] = {}
    found: dict[int, float] = {}
    for place, offer in enumerate(offers.listed):
        rows = np.flatnonzero(exposed.offers == place)
        day = Cutoff(int(exposed.as_of_seconds[rows[0]]))
        known = asked.select(exposed.ripe(day))
        taken = float(known.dataset.outcomes.sum()) if known.dataset.rows else 0.0
        if taken < 3 * FEWEST_TAKEN or min(outcomes[rows].sum(), (1 - outcomes[rows]).sum()) < 10:
            continue
        said[rows] = _best_chances(known, asked.select(rows))
        number = int(offer.offer_id.split()[1])
        found[number] = auc(outcomes[rows], said[rows])
        before = asked.dataset.vectors.column("offers_taken_before")[rows]
        best[number] = auc(outcomes[rows], before.astype(np.float64))
    tested = np.flatnonzero(~np.isnan(said))
    parts = (outcomes[tested], said[tested], exposed.offers[tested])
    low, high = within_offer_interval(*parts, exposed.customer_keys[tested])
    return Journey(
        found, best, within_offer_auc(*parts), low, high, len(found), _not_causal(asked, exposed)
    )


def _best_chances(known: Asked, later: Asked) -> np.ndarray:
    """The way that tells best among what was over by then, learned on all of it."""
    rungs = offer_rungs(usable_features(known.dataset).names)
    winner = climb(known, rungs).winner
    fitted = Propensity.fit(winner, known.dataset, known.exposed.offers, known.catalogue)
    return sigmoid(fitted.log_odds(later.dataset.vectors, later.exposed.offers))


def _not_causal(asked: Asked, exposed: Exposed) -> str:
    """Why no effect is claimed of it; empty if one were."""
    from features.vocabulary.errors import ModelRefused

    try:
        experiment_of(asked, exposed)
    except ModelRefused as refused:
        return f"expected {refused.expected}, found {refused.found}"
    return ""
