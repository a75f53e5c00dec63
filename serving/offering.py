"""What to offer customers now, or nothing: the model in use over the store, the company's rules and its policy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from features.errors import DataRefused, PlanRefused, did_you_mean
from features.pack import Pack
from features.plan import plan_of
from features.refresh import natural_cutoff
from features.settings import OfferSettings
from features.store import open_store
from features.workspace import Workspace
from serving.arbitration import Decided, Permissions, Terms, decide
from serving.consent import refused_marketing, refused_profiling
from serving.contact_policy import ContactPolicy, Shown
from serving.lean import kept_out
from serving.offer_rules import OfferRule
from training.calibration import sigmoid
from training.model import Floats
from training.offers.bundle import OfferBundle, current_offer_bundle
from training.offers.exposed import NOT_TAKEN, Exposed
from training.offers.ground import Ground
from training.offers.terms import Offers


@dataclass(frozen=True)
class Policy:
    """What the company lays down: limits of contact, levers by offer, what showing costs, how much is drawn by lot."""

    contact: ContactPolicy
    levers: Mapping[str, float]
    contact_cents: float = 0.0
    explore: float = 0.0
    hold_out_percent: int = 0
    response_days: int = 30
    unsuitable: Mapping[str, str] = field(default_factory=dict)
    budget_price: float = 0.0

    @classmethod
    def of(cls, settings: OfferSettings) -> Self:
        """As the settings say; a lever of 20 percent weighs 1.2."""
        return cls(
            ContactPolicy.of(settings),
            {offer: 1.0 + int(percent) / 100 for offer, percent in settings.levers.items()},
            float(settings.contact_cents),
            settings.explore_percent / 100,
            settings.hold_out_percent,
            settings.response_days,
            settings.unsuitable,
            settings.budget_price_percent / 100,
        )


@dataclass(frozen=True)
class Expected:
    """What the model says of customers (rows) and offers (columns).

    ``values`` has one row a pair, customer by customer, in the order of the model's features. ``effect`` and what
    goes with it are None where no control arm earned it.
    """

    values: NDArray[np.float32]
    propensity: Floats
    effect: Floats | None
    effect_low: Floats | None
    effect_high: Floats | None
    kinds: NDArray[np.str_] | None


@dataclass(frozen=True)
class Arbitrated:
    """Everything behind the decisions for some customers."""

    expected: Expected
    permissions: Permissions
    terms: Terms
    decided: Decided


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
    ) -> None:
        self.bundle, self.offers, self.policy = bundle, offers, policy
        self.customer_ids = pack.customer_ids
        self.as_of = natural_cutoff(pack.last_known)
        plan = plan_of(bundle.declarations, pack)
        if plan.hash != bundle.manifest.plan_hash:
            raise PlanRefused(
                expected=f"features as plan {bundle.manifest.plan_hash[:12]} defines them",
                found=f"plan {plan.hash[:12]} of the same declarations",
                remedy="Run `regulars train offers`: this version computes features otherwise.",
            )
        self._ground = Ground(pack, plan, offers, 1)
        self._declined = frozenset(declined)
        self._unreachable = np.zeros(pack.customers, np.bool_)
        self._unreachable[list(unreachable)] = True
        names = tuple(bundle.manifest.feature_names)
        self._rules = [
            OfferRule.read(one.eligibility, names, whose=one.offer_id) for one in offers.listed
        ]
        self._unsuitable = [
            OfferRule.read(text, names, whose=f"offers.unsuitable.{name}")
            for name, text in policy.unsuitable.items()
        ]
        known = [one.offer_id for one in offers.listed]
        for offer in policy.levers:
            if offer not in known:
                raise DataRefused(
                    expected="levers of offers in the table of offers",
                    found=f'"{offer}"',
                    remedy=did_you_mean(offer, known),
                )
        self.levers = np.array([policy.levers.get(one, 1.0) for one in known])
        self.channels = tuple(one.channel for one in offers.listed)
        titles = sorted({one.category for one in offers.listed if one.category})
        self._alike = [
            titles.index(one.category) if one.category else len(titles) + at
            for at, one in enumerate(offers.listed)
        ]
        self._in_model = np.array([bundle.offers.place(one) for one in known])
        self._shown = _stored(pack, offers)
        self._tastes = bundle.tastes.among(self._ground.crosses.lines.categories)

    @property
    def told_until(self) -> int:
        """The latest showing the store knows of: decisions after it are counted from the ledger."""
        return int(self._shown.seconds.max(initial=0))

    def key(self, customer_id: str) -> int:
        """The customer's place in the store, -1 of who is not there."""
        return self.customer_ids.find(customer_id)

    def declined(self, key: int) -> bool:
        """Whether the customer refused profiling."""
        return key in self._declined

    def with_policy(self, policy: Policy) -> Offering:
        """The same under another policy."""
        made = object.__new__(Offering)
        made.__dict__.update(self.__dict__)
        made.policy = policy
        made.levers = np.array([policy.levers.get(one.offer_id, 1.0) for one in self.offers.listed])
        return made

    def expect(self, keys: NDArray[np.int32]) -> Expected:
        """What the model says of customers of the store, each once, and every offer."""
        count, offers = len(keys), len(self.offers)
        pairs = np.tile(np.arange(offers), count)
        shape = (count, offers)
        values = self._ground.values(np.repeat(keys, offers), pairs, self.as_of, self._tastes)
        vectors = self.bundle.vectors(values)
        # An offer the model has not seen has the level of all.
        propensity = self.bundle.propensity
        shifts = np.append(propensity.shifts, 0.0)
        leveled = replace(propensity, shifts=shifts)
        chance = sigmoid(leveled.log_odds(vectors, self._in_model[pairs])).reshape(shape)
        persuasion = self.bundle.persuasion
        if persuasion is None:
            return Expected(values, chance, None, None, None, None)
        # Nobody acts because of an offer more often than they take it.
        effect, low, high = (
            np.minimum(one.reshape(shape), chance) for one in persuasion.effects(vectors)
        )
        kinds = persuasion.kinds(vectors).reshape(shape)
        return Expected(values, chance, effect, low, high, kinds)

    def permissions(
        self,
        keys: NDArray[np.int32],
        expected: Expected,
        told: Sequence[tuple[int, int, int]],
        at: int,
        *,
        asked: Sequence[int] | None = None,
        objected: NDArray[np.bool_] | None = None,
    ) -> Permissions:
        """What may be shown to each customer at an instant.

        ``told`` are decisions since the store was made, as place among ``keys``, offer and second; ``asked`` are the
        only offers that are asked for; ``objected`` are customers who said no since.
        """
        count, offers = len(keys), len(self.offers)
        shape = (count, offers)
        shown, policy = self._shown_to(keys, told), self.policy.contact
        valid = np.array([one.is_valid(at) for one in self.offers.listed])
        holds = np.column_stack(
            [rule.holds(expected.values[place::offers]) for place, rule in enumerate(self._rules)]
        )
        drops = {
            "not_valid": ~valid[None, :],
            "not_eligible": ~holds,
            "no_consent": self._unreachable[keys][:, None],
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
        if objected is not None:
            drops["objected"] = objected[:, None]
        if asked is not None:
            drops["not_asked_for"] = ~np.isin(np.arange(offers), list(asked))[None, :]
        if expected.effect_high is not None:
            drops["do_not_disturb"] = expected.effect_high < 0
        return Permissions.of(shape, drops)

    def terms(self, expected: Expected, context: Floats | None = None) -> Terms:
        """What a priority is made of."""
        listed = self.offers.listed
        return Terms.of(
            expected.propensity,
            expected.effect,
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
        decided = decide(
            terms.priority,
            permissions.is_permitted,
            lots,
            explore=self.policy.explore,
            alike=self._alike,
        )
        return Arbitrated(expected, permissions, terms, decided)

    def _shown_to(self, keys: NDArray[np.int32], told: Sequence[tuple[int, int, int]]) -> Shown:
        """What was shown to these customers: as the store has it, and as was decided since."""
        place = np.full(len(self.customer_ids), -1)
        place[keys] = np.arange(len(keys))
        stored = self._shown
        rows = np.flatnonzero(place[stored.customers] >= 0)
        names = tuple(dict.fromkeys(self.channels))
        of_offer = np.array([names.index(one) for one in self.channels])
        since = np.array(list(told), np.int64).reshape(-1, 3)
        offers = np.r_[stored.offers[rows], since[:, 1]]
        return Shown(
            np.r_[place[stored.customers[rows]], since[:, 0]],
            offers,
            of_offer[offers] if len(offers) else offers,
            np.r_[stored.seconds[rows], since[:, 2]],
            np.r_[stored.taken[rows], np.zeros(len(since), np.bool_)],
            names,
        )


def _stored(pack: Pack, offers: Offers) -> Shown:
    """Every exposure of the store that was shown; customers by key."""
    if "exposures" not in pack.streams:
        return Shown.nothing()
    found = Exposed.of_pack(pack, offers, response_days=1)
    found = found.select(np.flatnonzero(found.treated))
    none = np.zeros(found.rows, np.int64)
    return Shown(
        found.customer_keys.astype(np.int64),
        found.offers.astype(np.int64),
        none,
        found.shown_seconds,
        found.accepted_seconds > NOT_TAKEN,
        (),
    )


def offering_in(workspace: Workspace, settings: OfferSettings) -> Offering | None:
    """The model in use over the store; None where none was promoted yet.

    Raises ``BundleRefused`` for a damaged model, ``WorkspaceRefused`` without a store, ``PlanRefused`` where the
    store has no longer what the model reads, and ``DataRefused`` as ``Offering`` does.
    """
    with kept_out():
        bundle = current_offer_bundle(workspace)
    if bundle is None:
        return None
    store = open_store(workspace)
    pack = store.pack()
    return Offering(
        bundle,
        pack,
        Offers.of_store(store),
        Policy.of(settings),
        declined=refused_profiling(store, pack).tolist(),
        unreachable=refused_marketing(store, pack).tolist(),
    )
