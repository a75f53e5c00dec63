"""How good a model still is: estimated from its own risks before anybody knows what came of them, and realised once it is known.

The estimate takes every risk at its word (confidence-based performance estimation, Garg et al., ICLR 2022; NannyML's CBPE): of a
hundred customers at 30 % thirty leave, so how well the risks tell them apart follows from how far they lie apart. It is right
where risks are calibrated and wrong where they are not, which it cannot see itself: so it is given only where the latest days whose
outcomes are known bear the risks out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from features.vocabulary.arrays import Floats
from training.learners.sorted_scores import SortedScores
from training.measures.metrics import BINS

LEAST_OUTCOMES = 200
"""Of fewer customers, or fewer than ``LEAST_OF_EACH`` who left or stayed, nothing is said of calibration."""
LEAST_OF_EACH = 20
LEVEL_OFF = 0.2
"""Risks are off level where so much more or less of what they say has come true."""
MEAN_DISTANCE = 0.05
"""Risks are off where their tenths lie so far from what came true, beyond chance and on average."""
_BEYOND_CHANCE = 4.0


@dataclass(frozen=True)
class Quality:
    """How good risks are: of how many customers, what share leaves, the AUC, and the share among the riskiest tenth."""

    customers: int
    share: float
    auc: float
    share_of_list: float


def estimated_quality(risks: Floats) -> Quality:
    """What the risks say of themselves: each customer leaves with the chance that is theirs."""
    if not len(risks):
        return Quality(0, math.nan, math.nan, math.nan)
    ordered = np.sort(np.asarray(risks, np.float64))
    ties = np.flatnonzero(np.r_[True, np.diff(ordered) != 0])
    leave, stay = np.add.reduceat(ordered, ties), np.add.reduceat(1.0 - ordered, ties)
    # Nobody is compared with themselves.
    themselves = float((ordered * (1.0 - ordered)).sum())
    pairs = float(leave.sum()) * float(stay.sum()) - themselves
    won = float(leave @ (np.cumsum(stay) - stay / 2.0)) - themselves / 2.0
    return Quality(
        customers=len(ordered),
        share=float(ordered.mean()),
        auc=won / pairs if pairs > 0 else math.nan,
        share_of_list=float(ordered[-_tenth(len(ordered)) :].mean()),
    )


def realised_quality(outcomes: Floats, risks: Floats) -> Quality:
    """What came of the risks; ``outcomes`` are 1.0 where somebody left and 0.0 where they stayed."""
    riskiest = np.argsort(-risks, kind="stable")[: _tenth(len(risks))]
    return Quality(
        customers=len(outcomes),
        share=float(outcomes.mean()) if len(outcomes) else math.nan,
        auc=SortedScores.of(outcomes, risks).auc(np.ones(len(outcomes))),
        share_of_list=float(outcomes[riskiest].mean()) if len(outcomes) else math.nan,
    )


def calibration_fault(outcomes: Floats, risks: Floats) -> str:
    """Why risks cannot be taken at their word by what came of them; empty where they can.

    They cannot where too few are known, where the level is off by a fifth and beyond chance, or where tenths of the customers by
    risk lie further from what came of them than chance would put them.
    """
    left = int(outcomes.sum())
    if len(outcomes) < LEAST_OUTCOMES or min(left, len(outcomes) - left) < LEAST_OF_EACH:
        return (
            f"what came of too few is known: of {len(outcomes):,} customers, of whom {left:,} left"
        )
    said, spread = float(risks.sum()), math.sqrt(float((risks * (1.0 - risks)).sum()))
    if abs(left - said) > _BEYOND_CHANCE * spread and abs(left - said) > LEVEL_OFF * said:
        return f"{said:,.0f} were expected to leave and {left:,} did"
    order = np.argsort(risks, kind="stable")
    parts = [part for part in np.array_split(order, BINS) if len(part)]
    distances = np.array([outcomes[part].mean() - risks[part].mean() for part in parts])
    chance = np.array(
        [(risks[part] * (1.0 - risks[part])).sum() / len(part) ** 2 for part in parts]
    )
    off = float(np.abs(distances).mean())
    by_chance = float(np.sqrt(2.0 * chance / math.pi).mean())
    uncertain = math.sqrt(float((chance * (1.0 - 2.0 / math.pi)).sum())) / len(parts)
    if off > MEAN_DISTANCE and off > by_chance + _BEYOND_CHANCE * uncertain:
        return f"tenths by risk lie {100 * off:.0f} points from what came of them, by chance {100 * by_chance:.0f}"
    return ""


def _tenth(customers: int) -> int:
    return max(1, -(-customers // 10))
