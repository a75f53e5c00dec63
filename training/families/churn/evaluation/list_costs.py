"""What a list costs and brings by the company's own actions: the same arithmetic by which the scores put customers in order."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from features.lifecycle.stages import LifecycleSettings, lifecycle
from features.store.pack import Attributes
from features.vectors.vectors import Vectors
from training.actions.actions import Action, retention_chances
from training.families.churn.timing.probably_gone import ProbablyGone
from training.ladder.tested import Tested
from training.measures.profit import Costs, by_falling

NO_ACTION = Costs(value=0.0, incentive=0.0, contact=0.0, success=0.0)
"""Where a company does nothing for anybody, lists are counted and not priced."""


def list_costs(
    action: Action | None,
    tested: Sequence[Tested],
    vectors: Sequence[Vectors],
    attributes: Attributes,
    *,
    list_size: int,
    value_cents: float,
    horizon_days: int,
    gone: ProbablyGone | None,
) -> Costs:
    """The costs of doing one thing for everybody on a list; ``tested`` are the answers of the shipped rung, for ``vectors``.

    Of those on its lists who left, ``success`` is the share that would have been kept: the assumed share of each one's status, or where
    the action was measured as many as it keeps of all who are contacted.
    """
    if action is None:
        return NO_ACTION
    rules = LifecycleSettings(horizon_days=horizon_days)
    is_measured = np.array([one is not None for one in action.kept_chances])
    kept = left = 0.0
    for answers, rows in zip(tested, vectors, strict=True):
        order, _ = by_falling(answers.probability)
        top = order[: list_size or math.ceil(len(order) / 10)]
        status = lifecycle(rows, attributes, rules).status
        if gone is not None:
            status = gone.status_of(status, answers.probability)
        # An assumed share is one of those who left; what was measured is of all who might have.
        risk = np.where(is_measured[status], answers.probability, answers.outcomes)[top]
        kept += float(retention_chances((action,), status[top], risk).sum())
        left += float(answers.outcomes[top].sum())
    success = kept / left if left else 0.0
    return Costs(max(0.0, value_cents), 0.0, float(action.cost_cents), success)
