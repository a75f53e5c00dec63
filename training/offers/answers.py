"""What customers answered to earlier offers, and how often each offer was taken by anybody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from features.pack import Pack
from features.vocabulary import DAY_SECONDS, Cutoff
from training.model import Floats
from training.offers.exposed import Exposed
from training.offers.terms import Offers

PRIOR_SHOWN = 20.0
"""A rate of acceptance is told by so many exposures beside the offer's own."""
_RECENT_DAYS = 30


def held(taken: Floats, shown: Floats, usual: float, prior: float) -> Floats:
    """A share of few held to the usual one."""
    return np.asarray((taken + prior * usual) / (shown + prior))


@dataclass(frozen=True)
class Answers:
    """What some customers answered before an instant, and how often each offer was taken by anybody."""

    shown: Floats
    taken: Floats
    shown_lately: Floats
    days_since_shown: Floats
    days_since_taken: Floats
    kind_shown: Floats
    kind_taken: Floats
    same_shown: Floats
    usual: float
    of_kind: tuple[Floats, Floats]
    of_offer: tuple[Floats, Floats]

    def rates(self, kind: NDArray[np.integer], which: NDArray[np.integer]) -> Floats:
        """How often each offer was taken, held to its kind's rate, that to the rate of all."""
        by_kind = held(self.of_kind[1], self.of_kind[0], self.usual, PRIOR_SHOWN)[kind]
        shown, taken = self.of_offer[0][which], self.of_offer[1][which]
        return np.asarray((taken + PRIOR_SHOWN * by_kind) / (shown + PRIOR_SHOWN))


@dataclass(frozen=True)
class Showings:
    """Every exposure of the treated arm by customer; control customers were shown nothing."""

    owners: NDArray[np.int64]
    offers: NDArray[np.int64]
    seconds: NDArray[np.int64]
    known: NDArray[np.int64]
    accepted: NDArray[np.int64]
    customers: int
    catalogue: int

    @classmethod
    def of(cls, pack: Pack, offers: Offers) -> Self:
        """The exposures of a company; a company without any has shown nothing."""
        none = np.zeros(0, np.int64)
        if "exposures" not in pack.streams:
            return cls(none, none, none, none, none, pack.customers, len(offers))
        found = Exposed.of_pack(pack, offers, response_days=1)
        found = found.select(np.flatnonzero(found.treated))
        found = found.select(np.argsort(found.customer_keys, kind="stable"))
        return cls(
            found.customer_keys.astype(np.int64),
            found.offers.astype(np.int64),
            found.shown_seconds,
            np.maximum(found.known_seconds, found.shown_seconds),
            found.accepted_seconds,
            pack.customers,
            len(offers),
        )

    def by(
        self, cutoff: Cutoff, customers: NDArray[np.integer], kind: NDArray[np.integer]
    ) -> Answers:
        """What these customers answered before an instant; ``kind`` is a number for each offer."""
        known = self.known < cutoff.seconds
        taken = known & (self.accepted >= 0) & (self.accepted < cutoff.seconds)
        place = np.full(self.customers, -1)
        place[customers] = np.arange(len(customers))
        who = place[self.owners] if len(self.owners) else self.owners
        mine, mine_taken = known & (who >= 0), taken & (who >= 0)
        many, kinds = len(customers), int(kind.max(initial=-1)) + 1
        lately = mine & (self.seconds >= cutoff.seconds - _RECENT_DAYS * DAY_SECONDS)
        of_kind = kind[self.offers] if len(self.offers) else self.offers

        def count(rows: NDArray[np.bool_]) -> Floats:
            return np.bincount(who[rows], minlength=many).astype(np.float64)

        def table(rows: NDArray[np.bool_], column: NDArray[np.integer], size: int) -> Floats:
            cells = who[rows] * size + column[rows]
            return np.bincount(cells, minlength=many * size).reshape(many, size).astype(np.float64)

        def since(rows: NDArray[np.bool_], seconds: NDArray[np.int64]) -> Floats:
            last = np.full(many, -np.inf)
            np.maximum.at(last, who[rows], seconds[rows].astype(np.float64))
            return np.where(np.isinf(last), np.nan, (cutoff.seconds - last) / DAY_SECONDS)

        def totals(column: NDArray[np.integer], size: int) -> tuple[Floats, Floats]:
            return (
                np.bincount(column[known], minlength=size).astype(np.float64),
                np.bincount(column[taken], minlength=size).astype(np.float64),
            )

        return Answers(
            count(mine),
            count(mine_taken),
            count(lately),
            since(mine, self.seconds),
            since(mine_taken, self.accepted),
            table(mine, of_kind, kinds),
            table(mine_taken, of_kind, kinds),
            table(mine, self.offers, self.catalogue),
            float((taken.sum() + 1.0) / (known.sum() + PRIOR_SHOWN)),
            totals(of_kind, kinds),
            totals(self.offers, self.catalogue),
        )
