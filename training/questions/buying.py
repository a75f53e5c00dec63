"""The questions asked of people who buy: who stops, who buys much less, who comes a second time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from features.store.pack import Pack
from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats, Truths
from training.questions.labels import inactivity, is_judged, spend_shrank
from training.questions.money import no_money
from training.questions.question import Answers, Column, Question

_ORDERS, _SILENCE, _MONTHS = (
    "orders_count_lifetime",
    "days_since_order",
    "order_months_active_12x30d",
)
PERIODS = 3
"""Own expected spend is the mean of so many periods, and so many months must have had an order."""


@dataclass(frozen=True)
class Inactivity(Question):
    """Does a repeat customer buy nothing at all?"""

    minimum_orders: int
    active_within_days: int

    kind: ClassVar[str] = "inactivity"
    table: ClassVar[str] = "purchases"

    @property
    def needs(self) -> tuple[str, ...]:
        """Orders and silence."""
        return (_ORDERS, _SILENCE)

    def eligible(self, column: Column, rows: int) -> Truths:
        """Repeat customers who ordered recently enough."""
        return _judged(column, self.minimum_orders, self.active_within_days)

    def answers(self, pack: Pack, vectors: Vectors) -> Answers:
        """1.0 where nothing was bought; returns do not count as buying."""
        keys, cutoffs = vectors.customer_keys, vectors.cutoff_seconds
        return Answers(inactivity(self.stream(pack), keys, cutoffs, self.horizon))

    def no_order(self, probability: Floats) -> Floats:
        """The probability itself."""
        return probability

    @property
    def title(self) -> str:
        """Churn."""
        return "Churn"

    @property
    def asked(self) -> str:
        """Buying nothing."""
        return f"buys nothing for {self.horizon_days} days, {self.after_gap()}"

    @property
    def heading(self) -> str:
        """Who may leave."""
        return f"Who may leave in the next {self.horizon_days} days?"

    @property
    def sentence(self) -> str:
        """The risk of one."""
        return f"is the risk that this customer buys nothing in the next {self.horizon_days} days."

    @property
    def judged(self) -> str:
        """Repeat customers."""
        return (
            f"customers with at least {self.minimum_orders} orders, the last of them at most "
            f"{self.active_within_days} days before the cutoff; returns do not count as buying"
        )


@dataclass(frozen=True)
class SecondPurchase(Question):
    """Does a customer who bought once buy again?"""

    active_within_days: int

    kind: ClassVar[str] = "second_purchase"
    table: ClassVar[str] = "purchases"
    means_leaving: ClassVar[bool] = False

    @property
    def needs(self) -> tuple[str, ...]:
        """Orders and silence."""
        return (_ORDERS, _SILENCE)

    def eligible(self, column: Column, rows: int) -> Truths:
        """Customers with exactly one order, placed recently enough."""
        once: Truths = _of(column, _ORDERS) == 1
        return _judged(column, 1, self.active_within_days) & once

    def answers(self, pack: Pack, vectors: Vectors) -> Answers:
        """1.0 where they bought again; returns do not count as buying."""
        keys, cutoffs = vectors.customer_keys, vectors.cutoff_seconds
        return Answers(1.0 - inactivity(self.stream(pack), keys, cutoffs, self.horizon))

    def no_order(self, probability: Floats) -> Floats:
        """One less the probability: a second purchase is an order."""
        return 1.0 - probability

    @property
    def title(self) -> str:
        """Second purchase."""
        return "Second purchase"

    @property
    def asked(self) -> str:
        """Buying again."""
        return f"buys a second time within {self.horizon_days} days, {self.after_gap()}"

    @property
    def heading(self) -> str:
        """Who may come again."""
        return f"Who may buy a second time in the next {self.horizon_days} days?"

    @property
    def sentence(self) -> str:
        """The chance of one."""
        return f"is the chance that this customer buys again in the next {self.horizon_days} days."

    @property
    def judged(self) -> str:
        """One-time buyers."""
        return (
            f"customers with exactly one order, at most {self.active_within_days} days before the "
            "cutoff; returns do not count as buying"
        )

    @property
    def act(self) -> str:
        """What they may do."""
        return "buy again"

    @property
    def happened(self) -> tuple[str, str]:
        """Came again or not."""
        return "bought again", "did not"


@dataclass(frozen=True)
class PartialChurn(Question):
    """Does a regular customer spend much less than their own past leads one to expect?"""

    drop_percent: int

    kind: ClassVar[str] = "partial"
    table: ClassVar[str] = "purchases"

    @property
    def needs(self) -> tuple[str, ...]:
        """Months with an order, and silence."""
        return (_MONTHS, _SILENCE)

    def eligible(self, column: Column, rows: int) -> Truths:
        """Customers of three active months or more who bought within the periods compared with."""
        recent = _of(column, _SILENCE) <= PERIODS * self.horizon_days
        return (_of(column, _MONTHS) >= PERIODS) & recent

    def answers(self, pack: Pack, vectors: Vectors) -> Answers:
        """1.0 where the spend shrank; NaN for those whose returns ate up what they bought.

        ``ModelRefused`` where the purchases say nothing of money.
        """
        if not pack.money_is_known:
            raise no_money("spend that may shrink")
        outcomes = spend_shrank(
            self.stream(pack),
            vectors.customer_keys,
            vectors.cutoff_seconds,
            self.horizon,
            drop_share=self.drop_percent / 100,
            periods=PERIODS,
        )
        without = int(np.isnan(outcomes).sum())
        note = (
            f"{without:,} judged left out: nothing to expect, for returns ate up what they bought"
        )
        return Answers(outcomes, (note,) if without else ())

    @property
    def title(self) -> str:
        """Partial churn."""
        return "Partial churn"

    @property
    def asked(self) -> str:
        """Spending much less."""
        return (
            f"spends at least {self.drop_percent} % less than expected in {self.horizon_days} days, "
            f"{self.after_gap()}; expected is the mean of their last {PERIODS} periods of as many days, "
            "times the season of all judged customers"
        )

    @property
    def heading(self) -> str:
        """Who may spend less."""
        return f"Who may spend much less in the next {self.horizon_days} days?"

    @property
    def sentence(self) -> str:
        """The risk of one."""
        return (
            f"is the risk that this customer spends at least {self.drop_percent} % less than expected "
            f"in the next {self.horizon_days} days."
        )

    @property
    def judged(self) -> str:
        """Regular customers."""
        return (
            f"customers who ordered in at least {PERIODS} of the last twelve stretches of 30 days, the "
            f"last time at most {PERIODS * self.horizon_days} days before the cutoff"
        )

    @property
    def act(self) -> str:
        """What they may do."""
        return "spend much less"

    @property
    def happened(self) -> tuple[str, str]:
        """Shrank or not."""
        return "spent much less", "did not"


def _judged(column: Column, minimum_orders: int, active_within_days: int) -> Truths:
    return is_judged(
        _of(column, _ORDERS),
        _of(column, _SILENCE),
        minimum_orders=minimum_orders,
        active_within_days=active_within_days,
    )


def _of(column: Column, name: str) -> NDArray[np.floating]:
    found = column(name)
    assert found is not None, f"no {name}"
    return found
