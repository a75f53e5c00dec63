"""Whether the reasons of a value model can be trusted: do they add up, and do they name what matters?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats
from training.bundles.own_plan import spoken
from training.families.value.bundle import ValueBundle, ValueShares
from training.families.value.reasons.contributions import MOST_GAP
from training.families.value.reasons.explanation import (
    StoredShares,
    explain_value,
    sayable_of_value,
)
from training.learners.columns import Columns
from training.reasons.tendency import of_unclaimed, tendencies
from training.reasons.wording import Wording
from training.safeguards.trust.bars import (
    TrustBar,
    contradicted_bar,
    faithful_bar,
    largest_share_bar,
)
from training.safeguards.trust.faithfulness import Faithfulness, faithfulness
from training.safeguards.trust.subjects import Subjects

_LEAST_CENTS = 1_00.0
_WORDED = 400


@dataclass(frozen=True)
class ValueTrust:
    """What trying a value model's reasons found.

    ``additivity`` is the largest gap between a value and its base, reasons and limit, as a share of the larger of
    value and base. ``contradictions`` counts sentences withheld because the facts say the opposite; ``shares``
    gives each group's part of all that is explained, by its title, the largest first.
    """

    customers: int
    additivity: float
    faithfulness: tuple[Faithfulness, ...]
    contradictions: int
    sentences: int
    shares: Mapping[str, float]

    @property
    def figures(self) -> dict[str, float]:
        """The figures that are compared from run to run."""
        found = {
            "trust/value_additivity": self.additivity,
            "trust/value_contradictions": float(self.contradictions),
            "trust/value_largest_group_share": max(self.shares.values(), default=0.0),
        }
        for one in self.faithfulness:
            found[f"trust/value_faithful_{one.groups}"] = one.score
            found[f"trust/value_faithful_{one.groups}_one_order"] = one.global_score
        return found

    @property
    def bars(self) -> tuple[TrustBar, ...]:
        """Every figure with its bar."""
        return (
            TrustBar(
                "adding up",
                f"{self.additivity:.0e}",
                f"≤ {MOST_GAP:.0e}",
                self.additivity <= MOST_GAP,
            ),
            faithful_bar(self.faithfulness, unread="reads few groups"),
            contradicted_bar(self.contradictions, self.sentences),
            largest_share_bar(self.shares),
        )

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain fields."""
        bars = [asdict(one) for one in self.bars]
        return asdict(self) | {"figures": self.figures, "bars": bars}


def examine_value(bundle: ValueBundle, vectors: Vectors, *, threads: int = 1) -> ValueTrust:
    """Try a value model's reasons on at most two thousand of these customers."""
    features, groups = spoken(bundle.manifest)
    wording = Wording(features, groups, bundle.usual, "EUR")
    asked = _Logarithm(bundle)
    names = [group.name for group in groups]
    chosen = vectors.select(bundle.valued(bundle.bind(vectors)))
    subjects = Subjects.chosen(asked, chosen, wording.group_of, names)
    values = bundle.bind(subjects.vectors)
    expected = bundle.of(values, threads=threads).expected
    tendency = of_unclaimed(tendencies(values, expected), features)
    shares = bundle.shares(values, sayable_of_value(wording, values, tendency), threads=threads)
    withheld, sentences = _worded(shares, expected, values, wording)
    by_group = np.abs(shares.by_group.sum(axis=1)).mean(axis=0) if len(values) else np.zeros(0)
    whole = max(float(by_group.sum()), 1e-12)
    order = np.argsort(-by_group, kind="stable")
    return ValueTrust(
        customers=len(values),
        additivity=_gap(shares, expected),
        faithfulness=faithfulness(asked, subjects),
        contradictions=withheld,
        sentences=sentences,
        shares={groups[one].title: float(by_group[one]) / whole for one in order},
    )


class _Logarithm:
    """A value model as the trials ask it: the logarithm of the value, so that every customer counts alike.

    What a group adds is told in cents, for which order and sign are the same.
    """

    base_log_odds = 0.0

    def __init__(self, bundle: ValueBundle) -> None:
        self._bundle = bundle
        self.columns: Columns = bundle.value.model.columns

    def score(self, vectors: Vectors) -> Floats:
        """The logarithm of the value of each vector."""
        positions = self.columns.positions(vectors.feature_names)
        return self.log_odds(self.columns.prepare(vectors.values, positions))

    def log_odds(self, prepared: NDArray[np.float32], *, threads: int = 1) -> Floats:
        """The same of prepared rows; amounts below one unit of the currency count as one."""
        value = self._bundle.value
        amounts, _ = value.model.estimate(prepared, threads=threads)
        logarithms: Floats = np.log(np.maximum(value.level.apply(amounts), _LEAST_CENTS))
        return logarithms

    def grouped_contributions(
        self,
        prepared: NDArray[np.float32],
        group_of: NDArray[np.integer],
        groups: int,
        *,
        threads: int = 1,
    ) -> Floats:
        """What each group adds, in cents."""
        added = self._bundle.contributions_of(prepared, threads=threads).cents.sum(axis=1)
        totals = np.zeros((len(added), groups))
        for column, group in enumerate(group_of):
            totals[:, group] += added[:, column]
        return totals


def _gap(shares: ValueShares, expected: Floats) -> float:
    total = shares.base_cents + shares.by_group.sum(axis=(1, 2)) + shares.limit
    size = np.maximum(np.maximum(expected, shares.base_cents), _LEAST_CENTS)
    return float((np.abs(total - expected) / size).max(initial=0.0))


def _worded(
    shares: ValueShares, expected: Floats, values: NDArray[np.float32], wording: Wording
) -> tuple[int, int]:
    """How many sentences had to be withheld, of how many reasons, for customers evenly spaced."""
    withheld = sentences = 0
    for row in range(0, len(values), max(1, len(values) // _WORDED)):
        stored = StoredShares(
            expected_cents=round(float(expected[row])),
            base_cents=shares.base_cents,
            part_names=shares.parts,
            by_part=shares.by_group[row],
            leading=shares.leading[row].tolist(),
            limit_cents=float(shares.limit[row]),
        )
        found = explain_value(stored, values[row], wording)
        withheld += found.withheld
        sentences += len(found.reasons)
    return withheld, sentences
