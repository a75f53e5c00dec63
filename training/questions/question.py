"""The question a model answers: who is asked about, what may come true of them, and until when.

A question decides who is judged from the columns of a behaviour vector alone, so that serving can
decide it too, and knows the outcome from the pack. It is written into the bundle and read from it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from features.store.pack import EventStream, Pack
from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats, Truths
from features.vocabulary.errors import ModelRefused
from features.vocabulary.time import Horizon

Column = Callable[[str], "NDArray[np.floating] | None"]
"""One column of behaviour vectors by its name; None where there is no such feature."""


@dataclass(frozen=True)
class Answers:
    """What came of some vectors: 1.0 where it came true, 0.0 where not, NaN where it cannot be said."""

    outcomes: Floats
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question(ABC):
    """What a model is asked about a customer at a cutoff.

    The outcome is looked for in ``[cutoff + gap_days, cutoff + gap_days + horizon_days)``.
    """

    horizon_days: int
    gap_days: int

    kind: ClassVar[str]
    table: ClassVar[str]
    """The table the outcomes come from."""
    means_leaving: ClassVar[bool] = True
    """Whether it is bad when it comes true, so that silence raises the risk and orders lower it."""

    learns_of_everybody: ClassVar[bool] = False
    """Whether who is judged depends on all customers of a cutoff, of whom it must learn first."""
    is_of_own_rhythm: ClassVar[bool] = False
    """Whether silence counts against each customer's own gaps alone, so that days of it say little."""

    @property
    def horizon(self) -> Horizon:
        """The horizon with its gap."""
        return Horizon(self.horizon_days, self.gap_days)

    @property
    def settling_days(self) -> int:
        """How many days after the end of the horizon an outcome is known for certain."""
        return 0

    @property
    @abstractmethod
    def needs(self) -> tuple[str, ...]:
        """The features without which nobody can be judged."""

    @abstractmethod
    def eligible(self, column: Column, rows: int) -> Truths:
        """Whether each of so many vectors belongs to a customer this question is asked about."""

    @abstractmethod
    def answers(self, pack: Pack, vectors: Vectors) -> Answers:
        """What came of eligible vectors, by event time."""

    @property
    def as_set(self) -> Question:
        """The question as the settings ask it, without what was learned of the company."""
        return self

    def learned(self, column: Column) -> Question:
        """The question with what it must know of everybody at one cutoff; most need to know nothing."""
        return self

    def notes_on(self, column: Column) -> tuple[str, ...]:
        """What to know of the customers of one cutoff, those not judged among them."""
        return ()

    @property
    @abstractmethod
    def title(self) -> str:
        """A few words for a heading, such as ``Churn``."""

    @property
    @abstractmethod
    def asked(self) -> str:
        """What comes true, to follow "the probability that a customer"."""

    @property
    @abstractmethod
    def judged(self) -> str:
        """Whom it is asked about, to follow "Judged are"."""

    @property
    def happened(self) -> tuple[str, str]:
        """How it is said of a customer that it came true, and that it did not: ``left``, ``stayed``."""
        return "left", "stayed"

    @property
    @abstractmethod
    def heading(self) -> str:
        """The question over a list of customers, such as ``Who may leave in the next 90 days?``"""

    @property
    @abstractmethod
    def sentence(self) -> str:
        """What the probability of one customer is, to follow the figure and end the sentence."""

    @property
    def act(self) -> str:
        """What customers may do, to follow "may" and "expected to": ``leave``."""
        return "leave"

    def no_order(self, probability: Floats) -> Floats | None:
        """The chance of no order within the horizon that a probability says; None where it says nothing of orders."""
        return None

    @property
    def said(self) -> str:
        """The whole question in two sentences, for the model card and pages."""
        return f"The probability that a customer {self.asked}. Judged are {self.judged}."

    def as_dict(self) -> dict[str, Any]:
        """The question as plain fields, ``kind`` among them."""
        return {"kind": self.kind, **asdict(self)}

    def stream(self, pack: Pack) -> EventStream:
        """The events the outcomes come from; ``ModelRefused`` when there are none."""
        found = pack.streams.get(self.table)
        if found is None or not found.rows:
            raise ModelRefused(
                expected=f"{self.table} to learn from",
                found="none",
                remedy=f"Map the table of {self.table} in regulars.toml and ingest it, or choose "
                "another outcome in [churn].",
            )
        return found

    def after_gap(self) -> str:
        """From when on it counts, in words."""
        if not self.gap_days:
            return "from the cutoff on"
        return f"beginning {self.gap_days} days after the cutoff"
