"""How many segments: as many as come back when people are drawn anew, and as tell most about what follows.

Every number from five to nine is tried. Among those that are stable and leave no tiny segment, the one
that explains most of next-period spend and of leaving is taken, a tie going to the fewest. Beside each stand as many groups cut by the
sum of the RFM scores (Hughes 1994), which a marketer has without any of this.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from features.vocabulary.errors import ModelRefused
from training.families.segments.clusters import centroids, nearest, stability
from training.families.segments.usefulness import equal_groups, explained, gain_interval, held_spend
from training.learners.columns import SHARED_BY

COUNTS = (5, 6, 7, 8, 9)
STABLE, SMALLEST_SHARE = 0.8, 0.03
ABOUT_AS_USEFUL = 0.01
FEWEST_CUSTOMERS = 100
SEED = 7
_MOST_TO_FIT, _MOST_TO_RESAMPLE = 20_000, 5_000


@dataclass(frozen=True)
class SegmentCandidate:
    """One number of segments: how stable, how small the smallest, and the shares of variance explained.

    ``spend_explained`` and ``churn_explained`` are eta² of the next period's spend and of leaving;
    ``rfm_…`` are those of as many groups by the sum of the RFM scores.
    """

    segments: int
    stability: float
    smallest_share: float
    spend_explained: float
    churn_explained: float
    rfm_spend_explained: float
    rfm_churn_explained: float

    @property
    def usefulness(self) -> float:
        """The mean of the two shares explained."""
        return (self.spend_explained + self.churn_explained) / 2

    def as_dict(self) -> dict[str, Any]:
        """The candidate as plain fields."""
        return asdict(self)


@dataclass(frozen=True)
class Following:
    """What became of each customer in the period after the cutoff, and their RFM scores before it."""

    spend_cents: NDArray[np.int64]
    left: Floats
    rfm: NDArray[np.int64]


@dataclass(frozen=True)
class SegmentChoice:
    """The centres taken, every number tried, and what must be said about them.

    ``spend_gain`` and ``churn_gain`` are 95 % intervals of what they explain over RFM.
    """

    centres: Floats
    chosen: SegmentCandidate
    spend_gain: tuple[float, float]
    churn_gain: tuple[float, float]
    tried: tuple[SegmentCandidate, ...]
    notes: tuple[str, ...]


def choose(
    points: Floats,
    following: Following,
    *,
    counts: Sequence[int] = COUNTS,
    passed_over: Container[int] = (),
) -> SegmentChoice:
    """Try every number of segments and take the best of those that are not passed over.

    Raises ``ModelRefused`` for fewer than a hundred customers, and when no number leaves ten in each.
    """
    if len(points) < FEWEST_CUSTOMERS:
        raise ModelRefused(
            expected=f"at least {FEWEST_CUSTOMERS} customers who ordered in the last year",
            found=f"{len(points)}",
            remedy="Segments of so few would be names for single customers; add more customers.",
        )
    generator = np.random.default_rng(SEED)
    fitted, resampled = (
        points[np.sort(generator.permutation(len(points))[:most])]
        for most in (_MOST_TO_FIT, _MOST_TO_RESAMPLE)
    )
    centres = {count: centroids(fitted, count, seed=SEED) for count in counts}
    found = [
        (_candidate(points, resampled, centres[count], following), centres[count])
        for count in counts
    ]
    sound = [
        one
        for one in found
        if one[0].smallest_share * len(points) >= SHARED_BY and one[0].segments not in passed_over
    ]
    if not sound:
        raise ModelRefused(
            expected=f"segments of at least {SHARED_BY} customers",
            found="a smaller one, whatever the number of segments",
            remedy="The customers differ too little to be sorted; use stage and status.",
        )
    chosen, kept = _best(sound)
    groups, by_score = nearest(points, kept)[0], equal_groups(following.rfm, len(kept))
    return SegmentChoice(
        centres=kept,
        chosen=chosen,
        spend_gain=gain_interval(groups, by_score, held_spend(following.spend_cents)),
        churn_gain=gain_interval(groups, by_score, following.left),
        tried=tuple(one for one, _ in found),
        notes=_notes(chosen),
    )


def _candidate(
    points: Floats, resampled: Floats, centres: Floats, following: Following
) -> SegmentCandidate:
    groups, _ = nearest(points, centres)
    spend, count = held_spend(following.spend_cents), len(centres)
    by_score = equal_groups(following.rfm, count)
    return SegmentCandidate(
        segments=count,
        stability=stability(resampled, centres, seed=SEED),
        smallest_share=float(np.bincount(groups, minlength=count).min() / len(points)),
        spend_explained=explained(groups, spend),
        churn_explained=explained(groups, following.left),
        rfm_spend_explained=explained(by_score, spend),
        rfm_churn_explained=explained(by_score, following.left),
    )


def _best(found: Sequence[tuple[SegmentCandidate, Floats]]) -> tuple[SegmentCandidate, Floats]:
    """The most useful of those that are stable and even enough; else the most stable of the even ones.

    More segments explain a little more by chance alone, so of those about as useful the fewest win.
    """
    even = [one for one in found if one[0].smallest_share >= SMALLEST_SHARE] or list(found)
    stable = [one for one in even if one[0].stability >= STABLE]
    if stable:
        least = max(one[0].usefulness for one in stable) - ABOUT_AS_USEFUL
        useful = [one for one in stable if one[0].usefulness >= least]
        return min(useful, key=lambda one: one[0].segments)
    return max(even, key=lambda one: (one[0].stability, -one[0].segments))


def _notes(chosen: SegmentCandidate) -> tuple[str, ...]:
    notes = []
    if chosen.stability < STABLE:
        notes.append(
            f"no number of segments is stable at {STABLE}: {chosen.segments} come back best, at "
            f"{chosen.stability:.2f}"
        )
    if chosen.smallest_share < SMALLEST_SHARE:
        notes.append(f"the smallest segment holds {chosen.smallest_share:.1%} of the customers")
    for what, own, rule in (
        ("next-period spend", chosen.spend_explained, chosen.rfm_spend_explained),
        ("leaving", chosen.churn_explained, chosen.rfm_churn_explained),
    ):
        if own < rule:
            notes.append(
                f"of {what} they explain {own:.1%}, as many groups by RFM scores {rule:.1%}: to rank "
                "customers by it use the model made for that, not the segments"
            )
    return tuple(notes)
