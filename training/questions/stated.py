"""The question a company has answers to itself: lead won, upgraded, left, at cutoffs of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from features.store.pack import EventStream, Pack
from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Truths
from features.vocabulary.errors import ModelRefused, did_you_mean
from features.vocabulary.time import Cutoff
from training.questions.labels import Keys, Places
from training.questions.question import Answers, Column, Question

MOST_CUTOFFS = 60
"""More different cutoffs than these are single moments of customers, not times one stands at."""


@dataclass(frozen=True)
class Stated(Question):
    """Does what the table of outcomes names come true?"""

    name: str

    kind: ClassVar[str] = "stated"
    table: ClassVar[str] = "outcomes"
    means_leaving: ClassVar[bool] = False

    @property
    def needs(self) -> tuple[str, ...]:
        """Nothing: the table says about whom it is asked."""
        return ()

    def eligible(self, column: Column, rows: int) -> Truths:
        """Everybody who has a vector."""
        return np.ones(rows, np.bool_)

    def answers(self, pack: Pack, vectors: Vectors) -> Answers:
        """What the table says of each customer at the very cutoff; NaN where it says nothing.

        Of several rows for one customer and cutoff one that came true is enough.
        """
        stream = self.stream(pack)
        stated = self._rows(stream)
        places = Places.of(stream, stated)
        values = np.asarray(stream.columns["value"])[stated].astype(np.float64)
        came_true = np.zeros(len(values) + 1, np.int64)
        np.cumsum(values == 1.0, out=came_true[1:])
        first = places.before(vectors.customer_keys, vectors.cutoff_seconds)
        last = places.before(vectors.customer_keys, vectors.cutoff_seconds + 1)
        outcomes = np.where(last > first, came_true[last] > came_true[first], np.nan)
        return Answers(outcomes.astype(np.float64))

    def cutoffs(self, pack: Pack) -> list[Cutoff]:
        """The cutoffs the table states the outcome at, in order.

        Raises ``ModelRefused`` when it does not name the outcome, says neither yes nor no, or does so at
        too many different moments.
        """
        stream = self.stream(pack)
        seconds = np.unique(np.asarray(stream.seconds)[self._rows(stream)])
        if not len(seconds):
            raise ModelRefused(
                expected=f'outcomes named "{self.name}" with a value',
                found="none that say yes or no",
                remedy="Check the mapping of value in [tables.outcomes].",
            )
        if len(seconds) > MOST_CUTOFFS:
            raise ModelRefused(
                expected=f"outcomes at no more than {MOST_CUTOFFS} different cutoffs",
                found=f"{len(seconds):,}",
                remedy="Round the cutoff down in its mapping, for instance to the month: "
                "cutoff = \"date_trunc('month', asked_at)\".",
            )
        return [Cutoff(int(one)) for one in seconds]

    def customers(self, pack: Pack) -> Keys:
        """The keys of the customers the table states this outcome of."""
        stream = self.stream(pack)
        owners = np.repeat(np.arange(len(stream.offsets) - 1), np.diff(stream.offsets))
        return np.unique(owners[self._rows(stream)]).astype(np.int32)

    def _rows(self, stream: EventStream) -> Truths:
        names = list(stream.dictionaries.get("name", ()))
        if self.name not in names:
            raise ModelRefused(
                expected=f'outcomes named "{self.name}"',
                found="none of that name",
                remedy=f"Correct churn.outcome_name. {did_you_mean(self.name, names)}",
            )
        is_named = np.asarray(stream.columns["name"]) == names.index(self.name)
        is_stated: Truths = is_named & (np.asarray(stream.columns["value"]) >= 0)
        return is_stated

    @property
    def title(self) -> str:
        """The company's own name for it."""
        return self.name[:1].upper() + self.name[1:]

    @property
    def asked(self) -> str:
        """What comes true."""
        return (
            f'has the outcome "{self.name}", which is known {self.gap_days + self.horizon_days} days '
            "after the cutoff"
        )

    @property
    def heading(self) -> str:
        """Who may have it."""
        return f'Of whom may "{self.name}" come true?'

    @property
    def sentence(self) -> str:
        """The chance of one."""
        return f'is the chance that "{self.name}" comes true of this customer.'

    @property
    def judged(self) -> str:
        """Everybody the table names."""
        return "all customers the table of outcomes names at the cutoff"

    @property
    def act(self) -> str:
        """What they may do."""
        return f'have "{self.name}"'

    @property
    def happened(self) -> tuple[str, str]:
        """Came true or not."""
        return f'had "{self.name}"', "did not"
