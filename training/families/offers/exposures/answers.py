"""What customers answered to earlier offers, and how often each offer was taken by anybody."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from features.store.pack import Pack
from features.vectors.batches import rows_of
from features.vocabulary.arrays import Floats
from features.vocabulary.time import DAY_SECONDS, Cutoff
from training.families.offers.exposures.exposed import NOT_TAKEN, Exposed
from training.families.offers.exposures.terms import Offers

PRIOR_SHOWN = 20.0
"""A rate of acceptance is told by so many exposures beside the offer's own."""
_RECENT_DAYS = 30


def held(taken: Floats, shown: Floats, usual: float, prior: float) -> Floats:
    """A share of few held to the usual one."""
    return np.asarray((taken + prior * usual) / (shown + prior))


@dataclass(frozen=True)
class Rates:
    """How often offers were taken by anybody before an instant: of all, by kind, and by offer."""

    usual: float
    of_kind: tuple[Floats, Floats]
    of_offer: tuple[Floats, Floats]

    def of(self, kind: NDArray[np.integer], which: NDArray[np.integer]) -> Floats:
        """How often each offer was taken, held to its kind's rate, that to the rate of all."""
        by_kind = held(self.of_kind[1], self.of_kind[0], self.usual, PRIOR_SHOWN)[kind]
        shown, taken = self.of_offer[0][which], self.of_offer[1][which]
        return np.asarray((taken + PRIOR_SHOWN * by_kind) / (shown + PRIOR_SHOWN))

    def posterior(
        self, kind: NDArray[np.integer], which: NDArray[np.integer]
    ) -> tuple[Floats, Floats]:
        """How sure the rate of each offer is: both parameters of a beta distribution with the mean ``of`` tells.

        The rate of its kind counts as ``PRIOR_SHOWN`` showings beside the offer's own (beta-binomial, conjugate).
        """
        shown = self.of_offer[0][which] + PRIOR_SHOWN
        taken = self.of(kind, which) * shown
        return taken, shown - taken


@dataclass(frozen=True)
class EarlierAnswers:
    """What some customers answered before an instant."""

    shown: Floats
    taken: Floats
    shown_lately: Floats
    days_since_shown: Floats
    days_since_taken: Floats
    kind_shown: Floats
    kind_taken: Floats
    same_shown: Floats


@dataclass(frozen=True)
class Showings:
    """Every exposure of the treated arm, by customer and time; control customers were shown nothing.

    The rows of customer ``c`` are ``offsets[c]`` to ``offsets[c + 1]``; ``accepted`` is ``NOT_TAKEN`` where it was not.
    """

    offsets: NDArray[np.int64]
    offers: NDArray[np.int64]
    seconds: NDArray[np.int64]
    known: NDArray[np.int64]
    accepted: NDArray[np.int64]
    catalogue: int

    @classmethod
    def of(cls, pack: Pack, offers: Offers) -> Self:
        """The exposures of a company; a company without any has shown nothing."""
        none = np.zeros(0, np.int64)
        if "exposures" not in pack.streams:
            empty = np.zeros(pack.customers + 1, np.int64)
            return cls(empty, none, none, none, none, len(offers))
        found = Exposed.of_pack(pack, offers, response_days=1)
        found = found.select(np.flatnonzero(found.treated))
        found = found.select(np.lexsort((found.shown_seconds, found.customer_keys)))
        counts = np.bincount(found.customer_keys, minlength=pack.customers)
        return cls(
            np.r_[0, np.cumsum(counts)],
            found.offers.astype(np.int64),
            found.shown_seconds,
            np.maximum(found.known_seconds, found.shown_seconds),
            found.accepted_seconds,
            len(offers),
        )

    @cached_property
    def latest_seconds(self) -> int:
        """When anything was last shown to anybody; 0 where nothing ever was."""
        return int(self.seconds.max(initial=0))

    def rows_of(
        self, customers: NDArray[np.integer]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The rows of some customers, and whose each is, as a place among them."""
        rows, begins = rows_of(self.offsets, customers)
        return rows, np.repeat(np.arange(len(customers)), np.diff(begins))

    def rates(self, cutoff: Cutoff, kind: NDArray[np.integer]) -> Rates:
        """How often offers were taken by anybody before an instant; ``kind`` is a number for each offer."""
        known, taken = self._known(cutoff, slice(None))
        of_kind = kind[self.offers] if len(self.offers) else self.offers

        def totals(column: NDArray[np.integer], size: int) -> tuple[Floats, Floats]:
            return (
                np.bincount(column[known], minlength=size).astype(np.float64),
                np.bincount(column[taken], minlength=size).astype(np.float64),
            )

        return Rates(
            float((taken.sum() + 1.0) / (known.sum() + PRIOR_SHOWN)),
            totals(of_kind, int(kind.max(initial=-1)) + 1),
            totals(self.offers, self.catalogue),
        )

    def answers(
        self, cutoff: Cutoff, customers: NDArray[np.integer], kind: NDArray[np.integer]
    ) -> EarlierAnswers:
        """What these customers answered before an instant."""
        rows, who = self.rows_of(customers)
        known, taken = self._known(cutoff, rows)
        offers, seconds, accepted = self.offers[rows], self.seconds[rows], self.accepted[rows]
        many, kinds = len(customers), int(kind.max(initial=-1)) + 1
        lately = known & (seconds >= cutoff.seconds - _RECENT_DAYS * DAY_SECONDS)
        of_kind = kind[offers] if len(offers) else offers

        def count(some: NDArray[np.bool_]) -> Floats:
            return np.bincount(who[some], minlength=many).astype(np.float64)

        def table(some: NDArray[np.bool_], column: NDArray[np.integer], size: int) -> Floats:
            cells = who[some] * size + column[some]
            return np.bincount(cells, minlength=many * size).reshape(many, size).astype(np.float64)

        def since(some: NDArray[np.bool_], when: NDArray[np.int64]) -> Floats:
            last = np.full(many, -np.inf)
            np.maximum.at(last, who[some], when[some].astype(np.float64))
            return np.where(np.isinf(last), np.nan, (cutoff.seconds - last) / DAY_SECONDS)

        return EarlierAnswers(
            count(known),
            count(taken),
            count(lately),
            since(known, seconds),
            since(taken, accepted),
            table(known, of_kind, kinds),
            table(taken, of_kind, kinds),
            table(known, offers, self.catalogue),
        )

    def _known(
        self, cutoff: Cutoff, rows: NDArray[np.integer] | slice
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Whether each was shown, and whether it was taken, before an instant."""
        known, accepted = self.known[rows] < cutoff.seconds, self.accepted[rows]
        return known, known & (accepted > NOT_TAKEN) & (accepted < cutoff.seconds)
