"""The question asked of people who buy at very different paces: who stays silent beyond their own rhythm?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from features.store.pack import Pack
from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats, Truths
from features.vocabulary.time import DAY_SECONDS
from training.questions.labels import bought_between
from training.questions.question import Answers, Column, Question
from training.questions.rhythm import Gaps, Rhythm

_ORDERS, _SILENCE = "orders_count_lifetime", "days_since_order"
_MEAN, _SPREAD, _SPAN = "gap_mean_days", "gap_sd_days", "buying_span_days"


@dataclass(frozen=True)
class Overdue(Question):
    """Does the silence a customer is in last longer than so many percent of gaps like theirs?

    Each is allowed a number of days since the last order by their own gaps, those of others being believed
    where the own are few. It comes true when nothing is bought in ``[cutoff, last order + allowed days)``.
    Judged is whose allowance ends in ``(cutoff + gap_days, cutoff + gap_days + horizon_days]``, so
    that every outcome is known by the end of the horizon. The last three fields are the company's ``Rhythm``,
    zero until it is learned.
    """

    minimum_orders: int
    overdue_percent: int
    regularity: float = 0.0
    shape: float = 0.0
    scale_days: float = 0.0

    kind: ClassVar[str] = "overdue"
    table: ClassVar[str] = "purchases"
    learns_of_everybody: ClassVar[bool] = True
    is_of_own_rhythm: ClassVar[bool] = True

    @property
    def needs(self) -> tuple[str, ...]:
        """Orders, silence and gaps."""
        return (_ORDERS, _SILENCE, _MEAN, _SPREAD, _SPAN)

    @property
    def as_set(self) -> Overdue:
        """The question without the rhythm that was learned."""
        return replace(self, regularity=0.0, shape=0.0, scale_days=0.0)

    def learned(self, column: Column) -> Overdue:
        """The question with the rhythm of everybody at one cutoff; as it is where nobody has a gap."""
        found = Rhythm.learn(_gaps_of(column))
        if found is None:
            return self
        regularity, shape, scale_days = found.regularity, found.shape, found.scale_days
        return replace(self, regularity=regularity, shape=shape, scale_days=scale_days)

    def allowed_days(self, column: Column) -> Floats:
        """How many whole days after the last order each customer may stay silent; NaN where nothing is learned."""
        gaps = _gaps_of(column)
        if not self.regularity:
            return np.full(len(gaps.counts), np.nan)
        rhythm = Rhythm(self.regularity, self.shape, self.scale_days)
        return rhythm.allowed_days(gaps, self.overdue_percent)

    def eligible(self, column: Column, rows: int) -> Truths:
        """Repeat customers whose allowance ends in the horizon."""
        left = self._left_days(column)
        is_due = (left > self.gap_days) & (left <= self.gap_days + self.horizon_days)
        return is_due & self._repeats(column)

    def answers(self, pack: Pack, vectors: Vectors) -> Answers:
        """1.0 where nothing was bought before the allowance was over; returns do not count as buying."""
        cutoffs = vectors.cutoff_seconds
        left_seconds = np.rint(self._left_days(vectors.column) * DAY_SECONDS).astype(np.int64)
        bought = bought_between(
            self.stream(pack), vectors.customer_keys, cutoffs, cutoffs + left_seconds
        )
        return Answers((~bought).astype(np.float64))

    def notes_on(self, column: Column) -> tuple[str, ...]:
        """How long the silence of those judged may last, and who is not judged."""
        left, repeats = self._left_days(column), self._repeats(column)
        judged = self.eligible(column, len(left))
        if not judged.any():
            return ()
        few, many = np.quantile(self.allowed_days(column)[judged], (0.1, 0.9))
        over = int((repeats & (left <= self.gap_days)).sum())
        later = int((repeats & (left > self.gap_days + self.horizon_days)).sum())
        return (
            f"at the latest cutoff {int(judged.sum()):,} customers are judged by their own rhythm: a "
            f"tenth of them may be silent for {few:,.0f} days at most, a tenth for {many:,.0f} or more; "
            f"{over:,} were overdue already and {later:,} are not due until later, so neither are judged",
        )

    def _left_days(self, column: Column) -> Floats:
        """How many days of each allowance are left; negative for those overdue."""
        left: Floats = self.allowed_days(column) - _of(column, _SILENCE)
        return left

    def _repeats(self, column: Column) -> Truths:
        enough: Truths = _of(column, _ORDERS) >= self.minimum_orders
        return enough

    @property
    def title(self) -> str:
        """Own rhythm."""
        return "Overdue by their own rhythm"

    @property
    def asked(self) -> str:
        """Staying silent for too long."""
        return (
            f"becomes overdue by their own rhythm within {self.horizon_days} days, {self.after_gap()}: "
            f"does not buy before the silence they are in is longer than {self.overdue_percent} % of "
            "gaps like theirs"
        )

    @property
    def heading(self) -> str:
        """Who may become overdue."""
        return (
            f"Who may become overdue by their own rhythm in the next "
            f"{self.gap_days + self.horizon_days} days?"
        )

    @property
    def sentence(self) -> str:
        """The risk of one."""
        return (
            "is the risk that this customer stays silent for longer than "
            f"{self.overdue_percent} % of gaps like theirs last."
        )

    @property
    def judged(self) -> str:
        """Those due in the horizon."""
        until = self.gap_days + self.horizon_days
        return (
            f"customers with at least {self.minimum_orders} orders who become overdue in the "
            f"{self.horizon_days} days from day {self.gap_days} to day {until} after the cutoff unless "
            "they buy before; not those who are overdue already or due only later; returns do not "
            "count as buying"
        )

    @property
    def act(self) -> str:
        """What they may do."""
        return "become overdue"

    @property
    def happened(self) -> tuple[str, str]:
        """Overdue or not."""
        return "became overdue", "bought in time"


def _gaps_of(column: Column) -> Gaps:
    """The gaps of each customer; how many they are is told by the span they fill and their mean.

    The span runs to the second and gaps from day to day, so the number may be one off where customers
    buy every day.
    """
    mean, spread = _of(column, _MEAN), _of(column, _SPREAD)
    counts = np.zeros(len(mean))
    known = np.isfinite(mean)
    counts[known] = np.maximum(np.rint(_of(column, _SPAN)[known] / mean[known]), 1.0)
    # A spread is of two gaps at least, whatever the rounding says.
    counts = np.where(np.isfinite(spread), np.maximum(counts, 2.0), np.minimum(counts, 1.0))
    return Gaps(counts, mean, spread)


def _of(column: Column, name: str) -> NDArray[np.float64]:
    found = column(name)
    assert found is not None, f"no {name}"
    return found.astype(np.float64)
