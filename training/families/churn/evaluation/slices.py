"""The shipped model's figures by kind of customer, where an average may hide a group it fails."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.lifecycle.stages import LifecycleSettings, LifecycleStatus, Stage, lifecycle
from features.store.pack import Attributes
from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats
from features.vocabulary.time import Cutoff
from training.ladder.tested import Tested
from training.learners.columns import SHARED_BY
from training.measures.intervals import auc_interval, finite
from training.measures.metrics import auc

FEWEST_CUSTOMERS = 50
"""A slice of fewer customers, or with one outcome alone, is counted but not judged."""
EVERYBODY, TESTED_AT = "everybody", "tested at"
_MOST_SEGMENTS = 12


@dataclass(frozen=True)
class Slice:
    """One kind of customer: how many were tested, how many left, how well the model told them apart.

    A customer tested at two cutoffs counts twice. ``base_rate`` is the share who left, NaN of fewer than
    ten; AUC and ``observed_over_expected`` are NaN where the slice is too small to say.
    """

    kind: str
    name: str
    customers: int
    base_rate: float
    auc: float
    auc_low: float
    auc_high: float
    observed_over_expected: float

    def as_dict(self) -> dict[str, Any]:
        """The slice as plain fields, None where there is no answer."""
        figures = {key: value for key, value in vars(self).items() if isinstance(value, float)}
        return {"kind": self.kind, "name": self.name, "customers": self.customers} | finite(figures)


@dataclass(frozen=True)
class SliceAnswers:
    """What was answered at all test cutoffs together, and what came of it."""

    customer_keys: NDArray[np.int32]
    outcomes: Floats
    probability: Floats

    @classmethod
    def of(cls, tested: Sequence[Tested]) -> SliceAnswers:
        """The tests one after the other."""
        return cls(
            np.concatenate([one.customer_keys for one in tested]),
            np.concatenate([one.outcomes for one in tested]),
            np.concatenate([one.probability for one in tested]),
        )

    def slice(self, kind: str, name: str, rows: NDArray[np.bool_]) -> Slice:
        """The figures of some rows."""
        outcomes, probability = self.outcomes[rows], self.probability[rows]
        customers, left = len(outcomes), float(outcomes.sum())
        if customers < FEWEST_CUSTOMERS or left in (0.0, float(customers)):
            rate = left / customers if customers >= SHARED_BY else math.nan
            return Slice(kind, name, customers, rate, *([math.nan] * 4))
        return Slice(
            kind,
            name,
            customers,
            left / customers,
            auc(outcomes, probability),
            *auc_interval(outcomes, probability, self.customer_keys[rows]),
            left / float(probability.sum()),
        )


def slices(
    tested: Sequence[Tested],
    vectors: Sequence[Vectors],
    attributes: Attributes,
    *,
    horizon_days: int,
) -> tuple[Slice, ...]:
    """Everybody, each test cutoff, the company's own segments, and each stage and status.

    ``tested`` are the answers of one rung and ``vectors`` those they were given for. Slices nobody is
    in are left out.
    """
    answers = SliceAnswers.of(tested)
    found = [answers.slice(EVERYBODY, EVERYBODY, np.ones(len(answers.outcomes), np.bool_))]
    for kind, names, codes in kinds_of_customers(vectors, attributes, horizon_days):
        found += [
            answers.slice(kind, name, codes == code)
            for code, name in names.items()
            if (codes == code).any()
        ]
    return tuple(found)


def kinds_of_customers(
    vectors: Sequence[Vectors], attributes: Attributes, horizon_days: int
) -> Iterator[tuple[str, Mapping[int, str], NDArray[np.integer]]]:
    """Each way to tell customers apart: its name, the names of its kinds by their codes, and the code of every row."""
    cutoffs = np.concatenate([one.cutoff_seconds for one in vectors])
    moments = np.unique(cutoffs).tolist()
    if len(moments) > 1:
        yield TESTED_AT, {one: str(Cutoff(one)) for one in moments}, cutoffs
    segments = _segments(vectors, attributes)
    if segments is not None:
        yield "segment", *segments
    rules = LifecycleSettings(horizon_days=horizon_days)
    places = [lifecycle(one, attributes, rules) for one in vectors]
    stages = np.concatenate([one.stage for one in places])
    statuses = np.concatenate([one.status for one in places])
    yield "stage", {one: one.title for one in Stage}, stages
    yield "status", {one: one.title for one in LifecycleStatus}, statuses


def _segments(
    vectors: Sequence[Vectors], attributes: Attributes
) -> tuple[Mapping[int, str], NDArray[np.integer]] | None:
    """The company's own segments as they were known, the largest first and the smallest together."""
    if "segment" not in attributes.dictionaries:
        return None
    codes = np.concatenate([_known_codes(one, attributes) for one in vectors])
    present, counts = np.unique(codes[codes >= 0], return_counts=True)
    largest = present[np.argsort(-counts, kind="stable")][:_MOST_SEGMENTS]
    texts = attributes.dictionaries["segment"]
    names = {int(code): texts[code] for code in largest}
    other = len(texts)
    codes = np.where(np.isin(codes, largest), codes, other)
    return names | {other: "none or another"}, codes


def _known_codes(vectors: Vectors, attributes: Attributes) -> NDArray[np.int64]:
    codes = attributes.columns["segment"][vectors.customer_keys]
    if attributes.known is None:
        return codes
    known = attributes.known[vectors.customer_keys]
    return np.where(known < vectors.cutoff_seconds, codes, -1)
