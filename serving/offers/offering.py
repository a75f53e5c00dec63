"""What to offer customers now, or nothing: the model in use over the store, the company's rules and its policy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy

import numpy as np
from numpy.typing import NDArray

from features.company.settings.offers import OfferSettings
from features.company.workspace import Workspace
from features.store.customers.other_ids import NO_OTHER_IDS, OtherIds
from features.store.pack import Pack
from features.store.store import open_store
from features.vectors.fresh import NO_EVENTS, FreshEvents
from features.vectors.online import OnlineVectors
from features.vectors.refresh import natural_cutoff
from features.vocabulary.arrays import Floats
from features.vocabulary.errors import DataRefused, did_you_mean
from features.vocabulary.tables import PURCHASES
from features.vocabulary.time import DAY_SECONDS, Cutoff
from serving.offers.arbitration import Permissions, Terms, decide
from serving.offers.contact_policy import ShownOffer
from serving.offers.expected import Arbitrated, Expected
from serving.offers.exploration import TakenDraws
from serving.offers.policy import Policy
from serving.offers.rules import OfferRule
from serving.process.waiter import look_up
from serving.process.without_training import libraries_hidden
from serving.scores.fresh_events import last_known
from serving.snapshot.consent import refused_marketing, refused_profiling
from training.bundles.bundle import current
from training.bundles.manifest import Manifest
from training.bundles.own_plan import OwnPlan
from training.families.offers.bundle import OFFER_KIND, OfferBundle, OfferTask
from training.families.offers.exposures.exposed import NOT_TAKEN
from training.families.offers.exposures.ground import Ground
from training.families.offers.exposures.terms import Offers
from training.families.offers.uplift.scale import kinds
from training.learners.calibration import sigmoid

ToldEvents = Mapping[int, Mapping[str, FreshEvents]]
"""By customer key the events told since the store was made, by table."""
NOTHING_TOLD: ToldEvents = {}
PlacedDecisions = Sequence[tuple[int, int, int]]
"""Decisions as place among some customers, place of the offer, and second."""


class Offering:
    """The model in use over a store; safe to use from many threads.

    Raises ``DataRefused`` for offers nobody can decide about, for a rule that names what nobody knows and for a lever of an
    offer that is not there.
    """

    def __init__(
        self,
        bundle: OfferBundle,
        pack: Pack,
        offers: Offers,
        policy: Policy,
        *,
        declined: Iterable[int] = (),
        unreachable: Iterable[int] = (),
        other_ids: OtherIds = NO_OTHER_IDS,
        timezone: str = "UTC",
    ) -> None:
        self.bundle, self.offers, self.pack = bundle, offers, pack
        self.customer_ids, self._other_ids = pack.customer_ids, other_ids
        self.as_of = natural_cutoff(pack.last_known)
        plan = OwnPlan.of(bundle.manifest, bundle.declarations).compiled(pack)
        self._ground = Ground(pack, plan, offers, 1)
        self._online = OnlineVectors(pack, plan, timezone=timezone)
        self._declined = frozenset(declined)
        self._unreachable = np.zeros(pack.customers, np.bool_)
        self._unreachable[list(unreachable)] = True
        names = tuple(bundle.manifest.feature_names)
        self._rules = [
            OfferRule.read(one.eligibility, names, whose=one.offer_id) for one in offers.listed
        ]
        self.channels = tuple(one.channel for one in offers.listed)
        titles = sorted({one.category for one in offers.listed if one.category})
        self._alike = [
            titles.index(one.category) if one.category else len(titles) + at
            for at, one in enumerate(offers.listed)
        ]
        self._in_model = np.array([bundle.offers.place(one.offer_id) for one in offers.listed])
        self._tastes = bundle.tastes.among(self._ground.crosses.lines.categories)
        # Where nobody keeps what was shown, nothing could be learned from showing it.
        is_kept = bundle.manifest.task.kind == "propensity"
        posterior = self._ground.crosses.taken_posterior(self.as_of)
        ids = [one.offer_id for one in offers.listed]
        self.taken_draws = TakenDraws.of(ids, posterior) if is_kept else None
        self._adopt(policy)

    @property
    def manifest(self) -> Manifest[OfferTask]:
        """What the model says of itself."""
        return self.bundle.manifest

    @property
    def unknown_share(self) -> float:
        """In what share of decisions an offer is shown as often as it may be the best."""
        return self.policy.unknown_share if self.taken_draws else 0.0

    def _adopt(self, policy: Policy) -> None:
        """Take a policy, once its rules and levers are read."""
        names = tuple(self.bundle.manifest.feature_names)
        self._unsuitable = [
            OfferRule.read(text, names, whose=f"offers.unsuitable.{name}")
            for name, text in policy.unsuitable.items()
        ]
        known = [one.offer_id for one in self.offers.listed]
        for offer in policy.levers:
            if offer not in known:
                raise DataRefused(
                    expected="levers of offers in the table of offers",
                    found=f'"{offer}"',
                    remedy=did_you_mean(offer, known),
                )
        self.levers = np.array([policy.levers.get(one, 1.0) for one in known])
        self.policy = policy

    def counted_from(self, now: int) -> int:
        """From when on decisions count for the contact policy: after what the store tells of, and as far back as it looks."""
        contact = self.policy.contact
        days = max(7, contact.quiet_days, contact.suppressed_days)
        return max(now - days * DAY_SECONDS, self._ground.crosses.showings.latest_seconds + 1)

    def key(self, customer_id: str) -> int:
        """The customer's place in the store, -1 of who is not there."""
        return self.customer_ids.find(self._other_ids.person(customer_id))

    def declined(self, key: int) -> bool:
        """Whether the customer refused profiling."""
        return key in self._declined

    def unreachable(self, keys: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Whether each customer refused marketing."""
        return np.asarray(self._unreachable[keys])

    def with_policy(self, policy: Policy) -> Offering:
        """The same under another policy."""
        made = copy(self)
        made._adopt(policy)
        return made

    def expect(self, keys: NDArray[np.int32], told: ToldEvents = NOTHING_TOLD) -> Expected:
        """What the model says of customers, each once, and every offer; what was told of them counts as if the store had it."""
        shape = len(keys), len(self.offers)
        values = self._values(keys, told)
        vectors = self.bundle.vectors(values)
        persuasion = self.bundle.persuasion
        if persuasion is None:
            log_odds = self.bundle.log_odds(vectors, np.tile(self._in_model, len(keys)))
            return Expected(values, sigmoid(log_odds).reshape(shape), None, None, None, None)
        without, chance = (one.reshape(shape) for one in persuasion.chances(vectors))
        effect = chance - without
        low, high = persuasion.scale.interval(effect)
        kind = kinds(low, high, without, persuasion.usual, self._break_even(chance))
        return Expected(values, chance, effect, low, high, kind)

    def known_until(self, told: Mapping[str, FreshEvents]) -> Cutoff:
        """Before which instant behaviour counts: the end of the store, or the second after the last event told."""
        return Cutoff(max(self.as_of.seconds, last_known(told) + 1))

    def _values(self, keys: NDArray[np.int32], told: ToldEvents) -> NDArray[np.float32]:
        """One row a pair, customer by customer, each as of when it is known last."""
        count, offers = len(keys), len(self.offers)
        is_newer = np.array([bool(told.get(key)) for key in keys.tolist()], np.bool_)
        values = np.empty((count, offers, len(self.manifest.feature_names)), np.float32)
        if (stored := keys[~is_newer]).size:
            pairs = np.repeat(stored, offers), np.tile(np.arange(offers), len(stored))
            found = self._ground.values(*pairs, self.as_of, self._tastes)
            values[~is_newer] = found.reshape(len(stored), offers, -1)
        for place in np.flatnonzero(is_newer).tolist():
            look_up()
            key = int(keys[place])
            values[place] = self._values_since(key, told[key])
        return values.reshape(count * offers, -1)

    def _values_since(self, key: int, told: Mapping[str, FreshEvents]) -> NDArray[np.float32]:
        until = self.known_until(told)
        name = PURCHASES.name
        bought = self._online.newer_events(name, told[name], key) if name in told else NO_EVENTS
        return self._ground.values_since(
            key,
            self._online.vector(self.customer_ids[key], until, told),
            until,
            self._tastes,
            told=bought,
            store_end=self.as_of,
        )

    def _break_even(self, chance: Floats) -> Floats:
        """The effect at which an offer brings what its contact and the rewards of all who take it cost."""
        rewards = np.array([float(one.reward_cost_cents) for one in self.offers.listed])
        margins = np.array([float(one.margin_cents) for one in self.offers.listed])
        return np.asarray((self.policy.contact_cents + chance * rewards) / margins)

    def rehearse(self) -> None:
        """Ask about one customer, so that whatever a first question makes is made before anybody waits."""
        if len(self.customer_ids):
            self.expect(np.zeros(1, np.int32))

    def permissions(
        self,
        keys: NDArray[np.int32],
        expected: Expected,
        decisions: PlacedDecisions,
        at: int,
        *,
        asked: Sequence[int] | None = None,
    ) -> Permissions:
        """What may be shown to each customer at an instant.

        ``decisions`` are those the store does not know of, as place among ``keys``, offer and second; ``asked`` are
        the only offers that are asked for.
        """
        count, offers = len(keys), len(self.offers)
        shape = (count, offers)
        shown, policy = self.shown_to(keys, decisions), self.policy.contact
        valid = np.array([one.is_valid(at) for one in self.offers.listed])
        holds = np.column_stack(
            [rule.holds(expected.values[place::offers]) for place, rule in enumerate(self._rules)]
        )
        drops = {
            "not_valid": ~valid[None, :],
            "not_eligible": ~holds,
            "no_consent": self.unreachable(keys)[:, None],
            "taken_already": shown.taken_before(count, offers, at, self.policy.response_days),
            "channel_full": shown.capped(policy, self.channels, count, at),
            "quiet_days": shown.quiet(policy, count, at)[:, None],
            "suppressed": shown.suppressed(policy, count, offers, at),
        }
        if self._unsuitable:
            # One row a customer: what is known of them is the same beside every offer.
            of_customers = expected.values[::offers]
            drops["not_suitable"] = np.any(
                [rule.holds(of_customers) for rule in self._unsuitable], axis=0
            )[:, None]
        if asked is not None:
            drops["not_asked_for"] = ~np.isin(np.arange(offers), list(asked))[None, :]
        if expected.effect_high is not None:
            drops["do_not_disturb"] = expected.effect_high < 0
        return Permissions.of(shape, drops)

    @property
    def assumes_effects(self) -> bool:
        """Whether effects are what the company assumes: no control arm tells them, and it has said so."""
        return not self.manifest.task.is_causal and self.policy.assumed_effect < 1.0

    @property
    def not_causal_because(self) -> str:
        """Why chances are no learned effects, and what is assumed in their place; empty where effects are learned."""
        why = self.manifest.task.not_causal_because
        if not self.assumes_effects:
            return why
        percent = round(100 * self.policy.assumed_effect)
        return f"{why}; of a hundred who take an offer {percent} are assumed to act because of it"

    def terms(self, expected: Expected, context: Floats | None = None) -> Terms:
        """What a priority is made of; the effect is learned, else the assumed share of who takes the offer, else not known."""
        listed, effect = self.offers.listed, expected.effect
        if self.assumes_effects:
            effect = self.policy.assumed_effect * expected.propensity
        return Terms.of(
            expected.propensity,
            effect,
            np.array([float(one.margin_cents) for one in listed]),
            np.array([float(one.reward_cost_cents) for one in listed]),
            self.policy.contact_cents,
            levers=self.levers,
            context=context,
            budget_price=self.policy.budget_price,
        )

    def arbitrate(
        self, expected: Expected, permissions: Permissions, terms: Terms, lots: Floats
    ) -> Arbitrated:
        """Decide for every customer and slot."""
        draws = self.taken_draws
        unknown = None if draws is None else draws.unknown(terms, expected.propensity, self.policy)
        decided = decide(
            terms.priority,
            permissions.is_permitted,
            lots,
            explore=self.policy.explore,
            alike=self._alike,
            unknown=unknown,
        )
        return Arbitrated(expected, permissions, terms, decided)

    def shown_to(self, keys: NDArray[np.int32], decisions: PlacedDecisions) -> ShownOffer:
        """What was shown to these customers: as the store has it, and as was decided since."""
        stored = self._ground.crosses.showings
        rows, who = stored.rows_of(keys)
        since = np.array(list(decisions), np.int64).reshape(-1, 3)
        return ShownOffer(
            np.r_[who, since[:, 0]],
            np.r_[stored.offers[rows], since[:, 1]],
            np.r_[stored.seconds[rows], since[:, 2]],
            np.r_[stored.accepted[rows] > NOT_TAKEN, np.zeros(len(since), np.bool_)],
        )


def decisions_by_place(
    found: Offering, keys: NDArray[np.int32], shown: Iterable[tuple[str, str, int]]
) -> PlacedDecisions:
    """Decisions of the ledger by place among some customers and offer; of others and of offers that are gone none."""
    place = {int(key): at for at, key in enumerate(keys)}
    placed = (
        (place.get(found.key(one), -1), found.offers.place(two), at) for one, two, at in shown
    )
    return [one for one in placed if one[0] >= 0 and one[1] >= 0]


def offering_in(workspace: Workspace, settings: OfferSettings) -> Offering | None:
    """The model in use over the store; None where none was promoted yet.

    Raises ``BundleRefused`` for a damaged model, ``WorkspaceRefused`` without a store, ``PlanRefused`` where the
    store has no longer what the model reads, and ``DataRefused`` as ``Offering`` does.
    """
    with libraries_hidden():
        bundle = current(OFFER_KIND, workspace)
    if bundle is None:
        return None
    store = open_store(workspace)
    pack = store.pack()
    found = Offering(
        bundle,
        pack,
        Offers.of_store(store),
        Policy.of(settings),
        declined=refused_profiling(store, pack).tolist(),
        unreachable=refused_marketing(store, pack).tolist(),
        other_ids=store.other_ids(),
        timezone=store.manifest.timezone,
    )
    found.rehearse()
    return found
