"""By what other reasons a side answers than the first: the share of each reason group in what moves the answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from experiments.comparisons.paired import ComparedSide

LEAST_SHARE = 0.01
"""Groups that have less of it on both sides are not told."""


@dataclass(frozen=True)
class ReasonDifference:
    """The share of a reason group on one side beside that on the first, as means over the cutoffs both answered.

    ``least`` and ``most`` are the smallest and the largest difference at any cutoff: where both have one sign it changed at every one.
    """

    reason: str
    side: str
    base_share: float
    share: float
    difference: float
    least: float
    most: float

    @property
    def is_everywhere(self) -> bool:
        """Whether the share rose at every cutoff, or fell at every one."""
        return self.least > 0 or self.most < 0

    def as_dict(self) -> dict[str, Any]:
        """The row as plain fields."""
        return asdict(self)


def reason_differences(sides: Sequence[ComparedSide]) -> list[ReasonDifference]:
    """Every side against the first, the largest difference of each side first; nothing of a rung that cannot say by what it answers."""
    first, *others = sides
    found: list[ReasonDifference] = []
    for side in others:
        rows = list(_against(first, side))
        found += sorted(rows, key=lambda one: -abs(one.difference))
    return found


def _against(first: ComparedSide, side: ComparedSide) -> list[ReasonDifference]:
    mine, theirs = side.rung.reasons, first.rung.reasons
    tests = [test for test in mine if mine[test] and theirs.get(test)]
    groups = dict.fromkeys(group for test in tests for group in (*theirs[test], *mine[test]))
    found = []
    for group in groups:
        before = np.array([theirs[test].get(group, 0.0) for test in tests])
        after = np.array([mine[test].get(group, 0.0) for test in tests])
        if max(before.mean(), after.mean()) < LEAST_SHARE:
            continue
        moved = after - before
        found.append(
            ReasonDifference(
                group,
                side.label,
                float(before.mean()),
                float(after.mean()),
                float(moved.mean()),
                float(moved.min()),
                float(moved.max()),
            )
        )
    return found
