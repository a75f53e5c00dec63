"""All that an audience may be given, offers and plain contacts side by side, each with what it brings and costs in one money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from features.vocabulary.progress import Progress, silent
from serving.ledger.hold_out import STANDING
from serving.ledger.ledger import Ledger
from serving.offers.arbitration import PERMITTED
from serving.offers.audience import Audience, Block
from serving.offers.offering import Offering
from serving.offers.plans.contacts import ContactsMade, PlainContacts, why_scores_apart
from serving.snapshot.reading import Snapshot
from training.actions.actions import ASSUMED, Action

LEARNED = "learned"
"""The source of an effect that a model of offers tells, from showings with customers held out."""


@dataclass(frozen=True)
class Choices:
    """What there is to give customers, in the order of the columns of ``Candidates``: the offers, then the plain contacts.

    ``contacts`` is None where they are not to be held against the offers.
    """

    offering: Offering
    contacts: PlainContacts | None = None

    @property
    def actions(self) -> tuple[Action, ...]:
        """The plain contacts among them."""
        return () if self.contacts is None else self.contacts.actions

    @property
    def names(self) -> tuple[str, ...]:
        """The number of each offer and the name of each contact, as the table of exposures has them."""
        offers = (one.offer_id for one in self.offering.offers.listed)
        return (*offers, *(one.name for one in self.actions))

    @property
    def channels(self) -> tuple[str, ...]:
        """How the customer is reached by each."""
        return (*self.offering.channels, *(one.channel for one in self.actions))

    @property
    def capacities(self) -> Mapping[str, int]:
        """How many customers each limited contact can be made with."""
        return {one.name: one.capacity_customers for one in self.actions if one.capacity_customers}


@dataclass(frozen=True)
class Candidates:
    """What each customer (rows, by ``keys``) may be given of all ``choices`` (columns). Money is in cents.

    ``priority`` is what each is planned by, minus infinity where it may not be given; ``net_gain`` is the same without what the
    company only wishes, and ``cost`` what contact and reward cost by expectation. ``dropped`` says of the offers for which of the
    ``REASONS`` they may not be given, as ``Permissions`` do; nobody is given an offer where ``are_held_out``.
    """

    choices: Choices
    keys: NDArray[np.int32]
    priority: Floats
    net_gain: Floats
    cost: Floats
    dropped: NDArray[np.int8]
    are_held_out: bool = False

    @classmethod
    def of(
        cls, choices: Choices, audience: Audience, at: int, progress: Progress = silent
    ) -> Candidates:
        """Everything that is permitted to an audience at an instant."""
        customers, offers = len(audience.keys), len(choices.offering.offers)
        priority, gain, cost = (np.zeros((customers, len(choices.names))) for _ in range(3))
        dropped = np.full((customers, offers), PERMITTED, np.int8)
        found = cls(choices, audience.keys, priority, gain, cost, dropped)
        for block in audience.blocks(choices.offering, "what every offer is worth", progress):
            found._fill(block, at)
        return found

    def _fill(self, block: Block, at: int) -> None:
        """The candidates of some of the audience."""
        offering, contacts = self.choices.offering, self.choices.contacts
        offers, rows, keys = len(offering.offers), block.rows, block.keys
        permissions = offering.permissions(keys, block.expected, block.decisions, at)
        terms = offering.terms(block.expected)
        self.dropped[rows] = permissions.reason
        self.priority[rows, :offers] = np.where(permissions.is_permitted, terms.priority, -np.inf)
        self.net_gain[rows, :offers] = terms.money
        self.cost[rows, :offers] = terms.spent
        if contacts is not None:
            gains = contacts.net_gains_cents(keys)
            may_be_made = contacts.permitted(keys, block.decisions, at)
            self.priority[rows, offers:] = np.where(may_be_made, gains, -np.inf)
            self.net_gain[rows, offers:] = gains
            self.cost[rows, offers:] = [one.cost_cents for one in contacts.actions]

    def sources(self, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> NDArray[np.str_]:
        """How the effect of some candidates is known; of offers without an effect, by what their chance is."""
        task, offers = self.choices.offering.manifest.task, len(self.choices.offering.offers)
        unlearned = ASSUMED if self.choices.offering.assumes_effects else task.kind
        of_offers = LEARNED if task.is_causal else unlearned
        if self.choices.contacts is None:
            return np.full(len(rows), of_offers)
        of_contacts = self.choices.contacts.sources(self.keys[rows])
        places = np.maximum(columns - offers, 0)
        return np.where(columns < offers, of_offers, of_contacts[np.arange(len(rows)), places])


def candidates_now(
    offering: Offering, snapshot: Snapshot, ledger: Ledger, customer_ids: Sequence[str], at: int
) -> Candidates | None:
    """What one customer, by all of their ids, may be given now; whoever is held out of offers has the contacts alone.

    None where offers and contacts cannot be held against each other, and of who is not in the store.
    """
    key = offering.key(customer_ids[0])
    if key < 0 or why_scores_apart(offering, snapshot):
        return None
    made = snapshot.remembered.of("contacts made", lambda: ContactsMade.of(offering.pack))
    shown = ledger.offers.shown(offering.counted_from(at), customer_ids)
    audience = Audience(np.array([key], np.int32), tuple(shown))
    found = Candidates.of(Choices(offering, PlainContacts(offering, snapshot, made)), audience, at)
    percent = offering.policy.hold_out_percent
    if any(ledger.hold_out.holds(one, STANDING, percent) for one in customer_ids):
        found.priority[:, : len(offering.offers)] = -np.inf
        return replace(found, are_held_out=True)
    return found
