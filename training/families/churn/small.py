"""A small company: what may ship, and how it held over all its cutoffs together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from training.datasets.pooled import PooledSplit
from training.datasets.splits import Splits
from training.families.churn.rungs import LOGISTIC, LOGISTIC_WIDE
from training.ladder.ladder import Ladder
from training.ladder.rung import Rung
from training.ladder.tested import whole_tests
from training.measures.levels import HeldLevels
from training.measures.pooled import METRIC, PooledLevel

FIRM_STRENGTH = 30.0
"""Nine features of a hundred customers need as firm a hand as hundreds of features of many."""
FIRMEST_STRENGTH = 300.0


def is_small(splits: Splits) -> bool:
    """Whether the cutoffs are pooled, because too few customers left or stayed at each."""
    return isinstance(splits.shipped, PooledSplit)


def rungs_for_few(rungs: Sequence[Rung]) -> tuple[Rung, ...]:
    """The rules and the simplest learned line, held back firmly: more would learn who these customers are.

    Without orders there is no line on a few features, and the one on all of them is held back the more.
    """
    lines = {rung.name for rung in rungs if not rung.is_rule}
    line, strength = (LOGISTIC, FIRM_STRENGTH)
    if LOGISTIC not in lines:
        line, strength = (LOGISTIC_WIDE, FIRMEST_STRENGTH)
    return tuple(
        rung if rung.is_rule else replace(rung, strength=strength)
        for rung in rungs
        if rung.is_rule or rung.name == line
    )


def small_figures(ladder: Ladder, splits: Splits) -> dict[str, Any]:
    """How the rung that ships held over all cutoffs together, and how open its level is; nothing where not pooled."""
    return pooled_figures(ladder, len(splits.cutoffs)) if is_small(splits) else {}


def pooled_figures(ladder: Ladder, cutoffs: int) -> dict[str, Any]:
    """The same of a ladder whose tests pool so many cutoffs."""
    tests = whole_tests(ladder.of(ladder.winner.name))
    pooled = PooledLevel.of_chances(
        np.concatenate([one.outcomes for one in tests]),
        np.concatenate([one.probability for one in tests]),
        np.concatenate([one.customer_keys for one in tests]),
        cutoffs=cutoffs,
    )
    held = HeldLevels.from_dict(ladder.winning_row.by_cutoff)
    return {METRIC: pooled.as_dict(), **pooled.next_figures(held)}
