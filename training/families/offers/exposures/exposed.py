"""Who was shown which offer when, who deliberately was not, and what came of it: the ground of every propensity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.store.pack import EventStream, Pack
from features.vocabulary.arrays import MISSING_NUMBER, Floats, Ints
from features.vocabulary.errors import ModelRefused
from features.vocabulary.time import DAY_SECONDS, Cutoff
from features.vocabulary.words import CONTROL
from training.families.offers.exposures.terms import Offers

NOT_TAKEN = -1


@dataclass(frozen=True)
class Exposed:
    """Exposures by the day they were shown, then by customer and offer; one entry a row everywhere.

    ``as_of_seconds`` is the midnight before it was shown: of what happened later nothing may be known.
    ``accepted_seconds`` is when it was taken, ``NOT_TAKEN`` where it was not; ``until_seconds`` is when its days to
    be taken in are over. ``chances`` is how likely it was to be shown, NaN where nobody said.
    """

    customer_keys: NDArray[np.int32]
    offers: NDArray[np.int32]
    as_of_seconds: Ints
    shown_seconds: Ints
    known_seconds: Ints
    until_seconds: Ints
    accepted_seconds: Ints
    treated: NDArray[np.bool_]
    chances: Floats

    @classmethod
    def of_pack(cls, pack: Pack, offers: Offers, response_days: int) -> Exposed:
        """The exposures of a company to offers that are in its table of offers.

        An offer may be taken until it ends, or for ``response_days``. Raises ``ModelRefused`` where there are none.
        """
        stream = pack.streams.get("exposures")
        if stream is None or not stream.rows:
            raise ModelRefused(
                expected="exposures: who was shown which offer when",
                found="none",
                remedy="Map the table of exposures, or let affinities be learned instead.",
            )
        places = np.array([offers.place(one) for one in stream.dictionaries["offer"]] + [-1])
        of_offer = places[np.asarray(stream.columns["offer"])]
        owners = np.repeat(np.arange(len(stream.offsets) - 1), np.diff(stream.offsets))
        shown = np.asarray(stream.seconds)
        ends = np.array([one.ends_seconds or 0 for one in offers.listed] + [0])[of_offer]
        rows = np.flatnonzero(of_offer >= 0)
        made = cls(
            customer_keys=owners.astype(np.int32),
            offers=of_offer.astype(np.int32),
            as_of_seconds=shown // DAY_SECONDS * DAY_SECONDS,
            shown_seconds=shown,
            known_seconds=shown if stream.known is None else np.asarray(stream.known),
            until_seconds=np.where(ends > shown, ends, shown + response_days * DAY_SECONDS),
            accepted_seconds=np.maximum(_column(stream, "accepted_seconds"), NOT_TAKEN),
            treated=~_is_control(stream),
            chances=_chances(stream),
        ).select(rows)
        return made.select(
            np.lexsort((made.shown_seconds, made.offers, made.customer_keys, made.as_of_seconds))
        )

    @property
    def rows(self) -> int:
        """How many exposures there are."""
        return len(self.offers)

    @property
    def taken(self) -> Floats:
        """1 where it was taken in its days, else 0."""
        was = self.accepted_seconds > NOT_TAKEN
        return np.asarray(was & (self.accepted_seconds < self.until_seconds), np.float64)

    @property
    def days(self) -> list[Cutoff]:
        """The days on which something was shown, in order."""
        return [Cutoff(int(one)) for one in np.unique(self.as_of_seconds)]

    def select(self, rows: NDArray[np.bool_] | NDArray[np.integer]) -> Exposed:
        """Some of the exposures, in the order given."""
        return Exposed(**{name: one[rows] for name, one in vars(self).items()})

    def ripe(self, cutoff: Cutoff) -> NDArray[np.bool_]:
        """Whether at a cutoff each exposure was known, and its days to be taken in were over."""
        return np.asarray(
            (self.until_seconds <= cutoff.seconds) & (self.known_seconds < cutoff.seconds)
        )

    def overlapping(self) -> float:
        """The share of exposures in whose days the customer was shown another offer, or kept from it."""
        order = np.lexsort((self.shown_seconds, self.customer_keys))
        keys, begins, ends = (
            one[order] for one in (self.customer_keys, self.shown_seconds, self.until_seconds)
        )
        meets = (keys[1:] == keys[:-1]) & (begins[1:] < ends[:-1])
        crossed = np.zeros(len(keys), np.bool_)
        crossed[1:] |= meets
        crossed[:-1] |= meets
        return float(crossed.mean()) if len(crossed) else 0.0


def _column(stream: EventStream, name: str) -> Ints:
    """A column, or nothing of it where it was not mapped."""
    if name in stream.columns:
        return np.asarray(stream.columns[name])
    return np.full(stream.rows, MISSING_NUMBER)


def _is_control(stream: EventStream) -> NDArray[np.bool_]:
    names = list(stream.dictionaries.get("arm", ()))
    if CONTROL not in names:
        return np.zeros(stream.rows, np.bool_)
    return np.asarray(np.asarray(stream.columns["arm"]) == names.index(CONTROL))


def _chances(stream: EventStream) -> Floats:
    milli = _column(stream, "action_probability_milli")
    return np.where(milli == MISSING_NUMBER, np.nan, milli / 1000)
