"""Measuring a contact by its past campaigns: who was contacted, who was held out by lot, and who came back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.lifecycle.stages import LifecycleStatus
from features.vocabulary.arrays import Floats, Truths
from training.actions.measured import MeasuredStatus


@dataclass(frozen=True)
class CampaignRows:
    """Customers in campaigns of one kind of contact: one entry a customer and campaign.

    ``campaign`` tells campaigns apart and ``chance`` is how likely the customer was to be contacted in it. ``status`` is that of the day it
    began, ``was_silent`` whether nothing was bought in the horizon, and ``came_back`` whether something was bought after it.
    """

    customer_keys: NDArray[np.int32]
    campaign: NDArray[np.int64]
    chance: Floats
    contacted: Truths
    status: NDArray[np.int8]
    was_silent: Truths
    came_back: Truths


def measured_statuses(rows: CampaignRows) -> dict[str, MeasuredStatus]:
    """What a contact has done to the customers of each status, by their word.

    Each customer counts by the inverse of their chance to be in the arm they were in, against what customers of their status in their
    campaign did on average, so that neither another share of contacted people in each campaign nor a better campaign is taken for
    an effect (augmented inverse propensity weighting). Standard errors are those of customers, who may be in several campaigns.
    """
    outcome = rows.came_back.astype(np.float64)
    weight = np.where(rows.contacted, 1.0 / rows.chance, -1.0 / (1.0 - rows.chance))
    effects = weight * (outcome - _usual(rows, outcome))
    found = {}
    for code in np.unique(rows.status):
        here = rows.status == code
        held_out = here & ~rows.contacted
        count = int(here.sum())
        kept = float(effects[here].mean())
        _, customer = np.unique(rows.customer_keys[here], return_inverse=True)
        of_customer = np.bincount(customer, effects[here] - kept)
        found[LifecycleStatus(int(code)).word] = MeasuredStatus(
            contacted=int((here & rows.contacted).sum()),
            held_out=int(held_out.sum()),
            came_back=_weighted(outcome, held_out, rows.chance),
            silent=_weighted(rows.was_silent.astype(np.float64), held_out, rows.chance),
            kept=kept,
            standard_error=float(np.sqrt((of_customer**2).sum())) / count,
        )
    return found


def _usual(rows: CampaignRows, outcome: Floats) -> Floats:
    """What customers of the same status in the same campaign did on average, whatever was done with them."""
    cells = rows.campaign * len(LifecycleStatus) + rows.status
    _, cell = np.unique(cells, return_inverse=True)
    return np.asarray((np.bincount(cell, outcome) / np.bincount(cell))[cell])


def _weighted(values: Floats, held_out: Truths, chance: Floats) -> float:
    """The mean over those held out, as if everybody had been."""
    weights = 1.0 / (1.0 - chance[held_out])
    return float((weights * values[held_out]).sum() / weights.sum()) if held_out.any() else 0.0
