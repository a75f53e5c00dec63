"""The best offer for each judged customer, held against the contacts, so that a list puts first whatever brings most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from features.company.settings.offers import OfferSettings
from features.company.workspace import Workspace
from features.vocabulary.errors import RegularsError
from features.vocabulary.progress import Progress, silent
from serving.ledger.hold_out import STANDING
from serving.ledger.ledger import ledger_of
from serving.offers.arbitration import best
from serving.offers.audience import Audience
from serving.offers.offering import Offering, offering_in
from serving.offers.plans.candidates import Candidates, Choices
from serving.offers.plans.contacts import why_apart
from serving.snapshot.columns import BestActions, BestOffers, unjudged
from training.actions.actions import NOTHING

_AT_ONCE = 65_536
"""Of so many customers and every offer it is known at one time what each brings."""


@dataclass(frozen=True)
class NightOffers:
    """The offers in use while everybody is scored: none where no model of them is, with a ``fault`` where it cannot be used.

    ``settings`` say when, how often and for how much an offer may be shown.
    """

    workspace: Workspace
    settings: OfferSettings
    offering: Offering | None = None
    fault: str = ""

    @classmethod
    def in_use(cls, workspace: Workspace, settings: OfferSettings) -> Self:
        """Those of a workspace; what is wrong with them keeps nobody from being scored."""
        try:
            return cls(workspace, settings, offering_in(workspace, settings))
        except RegularsError as fault:
            return cls(workspace, settings, fault=str(fault))

    def identity(self) -> Mapping[str, Any] | None:
        """What decides which offer is best for whom, beside scores and events."""
        if self.offering is None:
            return None
        settings = {
            name: dict(value) if isinstance(value, Mapping) else value
            for name, value in vars(self.settings).items()
        }
        return {"model_digest": self.offering.manifest.digest, "settings": settings}

    def best_beside(
        self,
        contacts: BestActions,
        customer_keys: NDArray[np.int32],
        cutoff_seconds: int,
        *,
        value_money: str,
        progress: Progress = silent,
        at_once: int = _AT_ONCE,
    ) -> BestOffers:
        """The offers that bring more than the best contact, one entry a judged customer.

        What may be shown is what may be on the day of the scores, by all that the store tells; what was decided since then is looked up
        when a customer is opened. Nobody is offered anything who is held out of offers, and no offer stands beside contacts
        told in other money (``why_apart``), ``value_money`` being that of the scores.
        """
        found = BestOffers(**unjudged(BestOffers, judged=len(customer_keys)))
        offering = self.offering
        if offering is None or why_apart(offering, value_money, offering.pack.digest):
            return found
        places = np.flatnonzero(~self._are_held_out(offering, customer_keys))
        for first in range(0, len(places), at_once):
            some = places[first : first + at_once]
            progress("which offer is best for whom", first, len(places))
            audience = Audience(customer_keys[some])
            candidates = Candidates.of(Choices(offering), audience, cutoff_seconds)
            _keep_better(found, some, candidates, contacts.net_gain_cents[some])
        return found

    def _are_held_out(
        self, offering: Offering, customer_keys: NDArray[np.int32]
    ) -> NDArray[np.bool_]:
        percent = offering.policy.hold_out_percent
        if not percent:
            return np.zeros(len(customer_keys), np.bool_)
        ids = offering.customer_ids
        with ledger_of(self.workspace) as ledger:
            lots = [
                ledger.hold_out.holds(ids[int(key)], STANDING, percent) for key in customer_keys
            ]
        return np.array(lots, np.bool_)


def _keep_better(
    found: BestOffers,
    places: NDArray[np.intp],
    candidates: Candidates,
    contact_gains_cents: NDArray[np.int64],
) -> None:
    """Write down the best offers of those at some places that bring more than their best contacts."""
    listed = [one.offer_id for one in candidates.choices.offering.offers.listed]
    published = np.array([sorted(listed).index(one) for one in listed], np.int32)
    offers = best(candidates.priority, np.round(candidates.net_gain) > 0)
    rows = np.flatnonzero(offers != NOTHING)
    rows = rows[candidates.priority[rows, offers[rows]] > contact_gains_cents[rows]]
    found.best_offer[places[rows]] = published[offers[rows]]
    gains = candidates.net_gain[rows, offers[rows]]
    found.offer_gain_cents[places[rows]] = np.round(gains).astype(np.int64)
