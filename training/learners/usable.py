"""The features a model can learn from, and why the others are left out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.behaviour.outreach import of_the_company
from features.vocabulary.errors import ModelRefused
from features.vocabulary.time import DAY_SECONDS
from training.datasets.dataset import Dataset
from training.learners.columns import is_shared

RECENCY_FREQUENCY_MONEY = (
    "days_since_order",
    "days_since_first_order",
    "orders_count_lifetime",
    "orders_count_365d",
    "orders_count_90d",
    "spend_sum_lifetime",
    "spend_sum_365d",
    "gap_mean_days",
    "silence_ratio",
)
"""What the logistic rung reads, where the plan has it: recency, tenure, frequency, money, rhythm."""

TIME_OF_YEAR = ("days_from_new_year", "days_from_first_of_april")
"""The same for everybody at a cutoff: among few cutoffs they say which one it was, and no more."""
SEASONS_TWICE_DAYS = 2 * 365


@dataclass(frozen=True)
class Usable:
    """The features a model can learn from, and why the others are left out."""

    names: tuple[str, ...]
    notes: tuple[str, ...]


def usable_features(dataset: Dataset, *, of_company: bool = False) -> Usable:
    """Leave out features that are the same for everybody, or known of fewer than ten customers.

    The time of year counts only where the cutoffs show every season twice: else it is the date in other words.
    What the company did is not what the customer felt: only a model of how its offers are taken learns from
    that (``of_company``). Raises ``ModelRefused`` when none remains.
    """
    constant, rare, once, kept = [], [], [], []
    vectors = dataset.vectors
    ours = frozenset() if of_company else of_the_company(vectors.feature_names)
    span_days = (vectors.cutoff_seconds.max() - vectors.cutoff_seconds.min()) / DAY_SECONDS
    for name in (one for one in vectors.feature_names if one not in ours):
        column = vectors.column(name)
        present = ~np.isnan(column)
        if not is_shared(vectors.customer_keys[present]):
            rare.append(name)
        elif present.all() and column.min() == column.max():
            constant.append(name)
        elif name in TIME_OF_YEAR and span_days < SEASONS_TWICE_DAYS:
            once.append(name)
        else:
            kept.append(name)
    if not kept:
        raise ModelRefused(
            expected="at least one feature that differs between customers",
            found=f"{len(constant)} constant and {len(rare)} nearly always missing",
            remedy="Check that the purchases carry real dates, orders and amounts.",
        )
    notes = [
        f"left out, {reason}: {', '.join(names)}"
        for reason, names in (
            ("the same for everybody", constant),
            ("known of fewer than ten customers", rare),
            ("no season seen twice", once),
            ("done by the company and not by the customer", sorted(ours)),
        )
        if names
    ]
    return Usable(tuple(kept), tuple(notes))
