"""What a list costs and brings by the company's own actions: the same arithmetic by which the scores put customers in order."""

from __future__ import annotations

import math
from collections.abc import Sequence

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

    ``success`` is how many of all on its lists are expected to be kept, as the scores would have had it, for each of them who left.
    """
    if action is None:
        return NO_ACTION
    rules = LifecycleSettings(horizon_days=horizon_days)
    kept = left = 0.0
    for answers, rows in zip(tested, vectors, strict=True):
        order, _ = by_falling(answers.probability)
        top = order[: list_size or math.ceil(len(order) / 10)]
        status = lifecycle(rows, attributes, rules).status
        if gone is not None:
            status = gone.status_of(status, answers.probability)
        kept += float(retention_chances((action,), status[top], answers.probability[top]).sum())
        left += float(answers.outcomes[top].sum())
    success = kept / left if left else 0.0
    return Costs(max(0.0, value_cents), 0.0, float(action.cost_cents), success)
