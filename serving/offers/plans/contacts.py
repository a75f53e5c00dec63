"""Plain contacts beside offers: what each is expected to bring a customer by the scores in use, and who may be contacted now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from features.store.pack import Pack
from features.vectors.batches import rows_of
from features.vocabulary.arrays import Floats, Ints
from features.vocabulary.words import CONTROL, PLAIN_CONTACTS
from serving.offers.contact_policy import Flags, ShownOffer
from serving.offers.offering import Offering, PlacedDecisions
from serving.snapshot.reading import Snapshot
from training.actions.actions import ASSUMED, CHANNELS, MEASURED, Action
from training.actions.net_gain import net_gains_cents
from training.families.value.margins import MARGIN


def why_scores_apart(offering: Offering, snapshot: Snapshot | None) -> str:
    """Why the contacts of some scores and the offers cannot be held against each other, in words; empty where they can."""
    if snapshot is None:
        return "nobody is scored; run `regulars train churn`, then `regulars score`"
    if not snapshot.acts:
        return "the scores do not say what contacts bring"
    return why_apart(offering, snapshot.value_money, snapshot.data_digest)


def why_apart(offering: Offering, value_money: str, data_digest: str) -> str:
    """Why contacts and offers cannot be held against each other, in words; empty where they can.

    Both must be told in margin, as what comes of doing it beside what would have come without, and of the same events. Contacts are
    told in ``value_money`` by the events of ``data_digest``.
    """
    task = offering.manifest.task
    if value_money != MARGIN:
        return "what contacts keep is not known as margin; map unit_cost of items and run `regulars train value`, then `regulars score`"
    if not (task.is_causal or offering.assumes_effects):
        return (
            "what offers change is not known, only who takes them; hold some customers out of offers by lot, or say in "
            "offers.assumed_effect_percent how many of a hundred who take one act because of it"
        )
    if data_digest != offering.pack.digest:
        return "the scores are of other events than the store; run `regulars score`"
    return ""


@dataclass(frozen=True)
class PlainContacts:
    """The plain contacts that customers of a store can have, a column each, in the order of ``actions``."""

    offering: Offering
    snapshot: Snapshot
    made: ContactsMade

    @classmethod
    def beside(cls, offering: Offering, snapshot: Snapshot) -> Self:
        """Those of scores that are of the same store; ``why_apart`` says whether they may be held against offers."""
        return cls(offering, snapshot, ContactsMade.of(offering.pack))

    @property
    def actions(self) -> tuple[Action, ...]:
        """What can be done, as the scores were made with it."""
        return self.snapshot.actions

    def net_gains_cents(self, keys: NDArray[np.int32]) -> Floats:
        """What each contact is expected to bring each customer less its cost, by the arithmetic of the list; -inf of who has no score."""
        places = self.snapshot.places[keys]
        judged = places >= 0
        gains = np.full((len(keys), len(self.actions)), -np.inf)
        gains[judged] = net_gains_cents(
            self.actions,
            self.snapshot.lifecycle_status[keys[judged]],
            self.snapshot.ranking.probability[places[judged]],
            self.snapshot.retained_cents(places[judged].astype(np.intp)),
        )
        return gains

    def permitted(self, keys: NDArray[np.int32], decisions: PlacedDecisions, at: int) -> Flags:
        """Whether each customer may have each contact at an instant: by consent, the caps of its channel and the quiet days.

        What was offered counts, and the contacts that the table of exposures tells of.
        """
        customers, offers = len(keys), len(self.offering.offers)
        shown = self.offering.shown_to(keys, decisions).and_also(self.made.to(keys, offers))
        channels = self.offering.channels + tuple(CHANNELS[one] for one in PLAIN_CONTACTS)
        policy = self.offering.policy.contact
        full = shown.capped(policy, channels, customers, at)
        places = [offers + PLAIN_CONTACTS.index(one.name) for one in self.actions]
        is_left_alone = shown.quiet(policy, customers, at) | self.offering.unreachable(keys)
        return np.asarray(~full[:, places] & ~is_left_alone[:, None])

    def sources(self, keys: NDArray[np.int32]) -> NDArray[np.str_]:
        """Where the effect of each contact on each customer comes from, ``measured`` or ``assumed``."""
        is_measured = np.array(
            [
                [one.source == MEASURED and chance is not None for chance in one.kept_chances]
                for one in self.actions
            ]
        ).T
        return np.where(is_measured[self.snapshot.lifecycle_status[keys]], MEASURED, ASSUMED)


@dataclass(frozen=True)
class ContactsMade:
    """When customers were called, written or mailed to, as the table of exposures tells it, by customer and time.

    The rows of customer ``c`` are ``offsets[c]`` to ``offsets[c + 1]``; ``names`` has places in ``PLAIN_CONTACTS``.
    """

    offsets: NDArray[np.int64]
    names: NDArray[np.int64]
    seconds: Ints

    @classmethod
    def of(cls, pack: Pack) -> Self:
        """Those of a store; who was held out was not contacted."""
        none = np.zeros(0, np.int64)
        stream = pack.streams.get("exposures")
        if stream is None:
            return cls(np.zeros(pack.customers + 1, np.int64), none, none)
        offers = [*stream.dictionaries["offer"], ""]
        places = [PLAIN_CONTACTS.index(one) if one in PLAIN_CONTACTS else -1 for one in offers]
        names = np.array(places)[np.asarray(stream.columns["offer"])]
        is_made = names >= 0
        if "arm" in stream.columns:
            arms = np.array([*stream.dictionaries["arm"], ""])
            is_made &= arms[np.asarray(stream.columns["arm"])] != CONTROL
        before = np.r_[0, np.cumsum(is_made)]
        return cls(before[stream.offsets], names[is_made], np.asarray(stream.seconds)[is_made])

    def to(self, keys: NDArray[np.int32], first: int) -> ShownOffer:
        """Those made to some customers, as what was shown to them; the places of contacts begin at ``first``."""
        rows, begins = rows_of(self.offsets, keys)
        who = np.repeat(np.arange(len(keys)), np.diff(begins))
        none_taken = np.zeros(len(rows), np.bool_)
        return ShownOffer(who, first + self.names[rows], self.seconds[rows], none_taken)
