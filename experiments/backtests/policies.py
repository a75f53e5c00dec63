"""What several ways to keep a model fresh would have answered at each cutoff, on the same rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from experiments.backtests.walking import CutoffModel, CutoffWalk
from experiments.comparisons.paired import PairedAnswers
from experiments.trials.rows import ExperimentRows
from features.vocabulary.arrays import Floats

LIVED, RULE, BY_LOT = "fitted at every cutoff", "the best simple rule", "a list by lot"
FRESH = "fitted there"
ONCE = "fitted once, at the first"


def refit_name(every: int, cutoffs: int) -> str:
    """What it is called to fit anew at every so many of the cutoffs.

    >>> refit_name(1, 4), refit_name(2, 4), refit_name(4, 4)
    ('fitted at every cutoff', 'fitted at every 2. cutoff', 'fitted once, at the first')
    """
    if every == 1:
        return LIVED
    if every >= cutoffs:
        return ONCE
    return f"fitted at every {every}. cutoff"


def policies(rows: ExperimentRows, walk: CutoffWalk) -> PairedAnswers:
    """Fitting anew at every cutoff, at every second, … and once; the best simple rule; and a list by lot."""
    models = walk.models
    sides = {refit_name(every, len(models)): _refitted(models, every) for every in intervals(walk)}
    sides[RULE] = [one.rule_answers for one in models]
    # At the level of the models that were in use, and in no order.
    own = [one.answers[one.seconds] for one in models]
    sides[BY_LOT] = [np.full(len(one), one.mean()) for one in own]
    return _paired(rows, models, sides)


def of_age(rows: ExperimentRows, walk: CutoffWalk, age: int) -> PairedAnswers:
    """The models of so many cutoffs ago on each later cutoff, beside those that were fitted there."""
    models = walk.models
    later = models[age:]
    old = [models[place].answers[one.seconds] for place, one in enumerate(later)]
    sides = {FRESH: [one.answers[one.seconds] for one in later], f"{age} cutoffs old": old}
    return _paired(rows, later, sides)


def intervals(walk: CutoffWalk) -> range:
    """At every so many cutoffs a model may be fitted anew: from every one to the first alone."""
    return range(1, len(walk.models) + 1)


def _refitted(models: Sequence[CutoffModel], every: int) -> list[Floats]:
    return [models[place - place % every].answers[one.seconds] for place, one in enumerate(models)]


def _paired(
    rows: ExperimentRows, models: Sequence[CutoffModel], sides: Mapping[str, Sequence[Floats]]
) -> PairedAnswers:
    tests = [one.split.test_rows(rows.dataset) for one in models]
    keys = np.concatenate([one.vectors.customer_keys for one in tests])
    _, customers = np.unique(keys, return_inverse=True)
    return PairedAnswers(
        tuple(sides),
        customers,
        np.concatenate([one.vectors.cutoff_seconds for one in tests]),
        np.concatenate([one.outcomes for one in tests]),
        np.stack([np.concatenate(one) for one in sides.values()]),
    )
