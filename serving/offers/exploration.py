"""How often each offer may truly be taken, as far as it is unknown: what chance favours beside the plain lot.

Thompson sampling (Thompson 1933; Chapelle and Li 2011): an offer is shown as often as it may be the best. What is known is
a beta distribution an offer, taken apart into a hundred equally likely draws that are the same for everybody, so that
the chance of what is shown is a count of draws: exact, and no integral. Offers of which little is known are shown the
more often the better they may be, and where much is known every draw says what decisions say.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Self

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from serving.offers.arbitration import NOTHING, Flags, Terms, Unknown
from serving.offers.policy import Policy

DRAWS = 100


@dataclass(frozen=True)
class TakenDraws:
    """Equally likely draws (columns) of how many times as often as expected each offer (rows) is taken; of each the mean is 1."""

    ratios: Floats

    @classmethod
    def of(cls, offer_ids: Sequence[str], posterior: tuple[Floats, Floats]) -> Self:
        """From both parameters of a beta distribution an offer.

        Each of a hundred equal parts of a distribution is drawn once, by its middle, in an order that belongs to the offer's
        number (a Latin hypercube; McKay, Beckman and Conover 1979): no offer's draws change when another comes.
        """
        # Here, for it takes a third of a second to load.
        from scipy.special import betaincinv

        middles = (np.arange(DRAWS) + 0.5) / DRAWS
        taken, refused = posterior
        drawn = np.array(
            [
                betaincinv(one, other, middles[_order(offer_id)])
                for offer_id, one, other in zip(offer_ids, taken, refused, strict=True)
            ]
        ).reshape(len(offer_ids), DRAWS)
        mean = drawn.mean(axis=1, keepdims=True)
        # Of an offer that next to nobody takes all draws are 0.
        return cls(np.divide(drawn, mean, out=np.ones_like(drawn), where=mean > 0))

    def unknown(self, terms: Terms, propensity: Floats, policy: Policy) -> Unknown:
        """What may be best for some customers (rows) and offers (columns), in as many decisions as the policy says."""
        swing = swing_of(terms, propensity, policy)
        return Unknown(policy.unknown_share, partial(self.best, terms.priority, swing))

    def best(self, priority: Floats, swing: Floats, is_open: Flags) -> NDArray[np.int64]:
        """The open offer of highest priority above 0 by each draw for every customer, of equals the first, or ``NOTHING``.

        ``swing`` is what a priority gains where an offer is taken twice as often as expected.
        """
        known, rows = np.where(is_open, priority, -np.inf), np.arange(len(priority))
        found = np.empty((len(priority), self.ratios.shape[1]), np.int64)
        # Draw by draw: all at once would be a table of customers, offers and draws.
        for draw, more in enumerate((self.ratios - 1.0).T):
            worth = swing * more
            worth += known
            offers = worth.argmax(axis=1)
            found[:, draw] = np.where(worth[rows, offers] > 0, offers, NOTHING)
        return found


def swing_of(terms: Terms, propensity: Floats, policy: Policy) -> Floats:
    """What a priority gains where twice as many take the offer: all that these bring, less their reward."""
    # Whoever acts without the offer does so still, and the contact costs the same.
    contact = policy.contact_cents * (1.0 + policy.budget_price)
    return np.asarray(replace(terms, chance=propensity).priority + contact)


def _order(offer_id: str) -> NDArray[np.int64]:
    """An order of the draws that belongs to an offer and never changes."""
    said = hashlib.sha256(offer_id.encode("utf-8", "surrogatepass")).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(said[:8]))).permutation(DRAWS)
