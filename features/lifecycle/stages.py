"""Where a customer stands: a stage from suspect to partner, and a status from new to lapsed, by rule.

Every customer has exactly one of each. The rules are tested from the top, and the first that holds
decides; what cannot be known, because a table or column is not mapped, does not hold, so that the
customer falls to the next rule down. Stage and status are facts for people to sort and count by, never
features or labels of a model. The stages follow Griffin's loyalty ladder (Customer Loyalty, 1995).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from features.declarations.attributes import DeclaredNumber, DeclaredSince
from features.store.pack import Attributes, Pack
from features.vectors.declared_columns import declared_values
from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats, Truths


class Stage(IntEnum):
    """How far a customer has come."""

    SUSPECT = 0
    PROSPECT = 1
    FIRST_TIME = 2
    REPEAT = 3
    CLIENT = 4
    MEMBER = 5
    ADVOCATE = 6
    PARTNER = 7

    @property
    def word(self) -> str:
        """The stage as the CRM reads it."""
        return self.name.lower()

    @property
    def title(self) -> str:
        """The stage as a marketer reads it."""
        return self.name.capitalize().replace("_", "-")


class LifecycleStatus(IntEnum):
    """Which way a customer is going."""

    NEW = 0
    ACTIVE = 1
    SLOWING = 2
    AT_RISK = 3
    LAPSED = 4
    WON_BACK = 5
    PROBABLY_GONE = 6
    """No rule says it: a model of who leaves does, of customers who are late by their own rhythm."""

    @property
    def word(self) -> str:
        """The status as the CRM reads it."""
        return self.name.lower()

    @property
    def title(self) -> str:
        """The status as a marketer reads it."""
        return self.name.capitalize().replace("_", " ")


@dataclass(frozen=True)
class LifecycleSettings:
    """The numbers in the rules.

    ``cycle_days`` stands in for the own buying cycle of a customer who has no gap between orders yet.
    ``silence_deviations`` puts the 95th percentile of a customer's gaps so many standard deviations
    above their mean, as for a normal distribution. ``horizon_days`` is that of the churn label.
    ``intent_features`` and ``promoter_features`` name the features that show a wish to buy, and the
    scores from 0 to 10 that somebody gave in the last year; those a plan does not have are passed over.
    """

    partner_referrals: float = 3
    advocate_referrals: float = 1
    advocate_score: float = 9
    member_cycles: float = 2
    cycle_days: float = 90
    client_orders_365d: float = 4
    client_categories: float = 3
    client_gap_variation: float = 1
    slowing_gaps: float = 1.5
    silence_deviations: float = 1.645
    horizon_days: float = 90
    new_days: float = 90
    intent_features: tuple[str, ...] = (
        "contact_cart_count_lifetime",
        "contact_inquiry_count_lifetime",
        "contact_quote_count_lifetime",
        "contact_response_count_lifetime",
        "accepted_offers_count_lifetime",
        "returns_count_lifetime",
    )
    promoter_features: tuple[str, ...] = ("survey_score_mean_365d",)


@dataclass(frozen=True)
class Lifecycle:
    """One stage and one status a row, as codes of ``Stage`` and ``LifecycleStatus``."""

    stage: NDArray[np.int8]
    status: NDArray[np.int8]


def lifecycle(
    vectors: Vectors, attributes: Attributes, settings: LifecycleSettings | None = None
) -> Lifecycle:
    """Stage and status of every row of some vectors, from the vector and what was declared by then."""
    rules = settings or LifecycleSettings()
    facts = _Facts(vectors, attributes)
    return Lifecycle(
        stage=_first_that_holds(_stages(facts, rules), Stage.SUSPECT, vectors.rows),
        status=_first_that_holds(_statuses(facts, rules), LifecycleStatus.ACTIVE, vectors.rows),
    )


def features_read(settings: LifecycleSettings) -> frozenset[str]:
    """The names of all features the rules look at; a plan need not have them all."""
    return frozenset((*_READ, *settings.intent_features, *settings.promoter_features))


def lifecycle_of_everybody(
    pack: Pack, vectors: Vectors, cutoff_seconds: int, settings: LifecycleSettings | None = None
) -> Lifecycle:
    """Stage and status of every customer of a pack at one cutoff, one entry a customer key.

    ``vectors`` are those of this cutoff; a customer who is not among them had no event known by then
    and is a prospect when registered, else a suspect.
    """
    rules = settings or LifecycleSettings()
    asked = features_read(rules)
    names = tuple(name for name in vectors.feature_names if name in asked)
    values = np.full((pack.customers, len(names)), np.nan, np.float32)
    for position, name in enumerate(names):
        values[vectors.customer_keys, position] = vectors.column(name)
    everybody = Vectors(
        plan_hash=vectors.plan_hash,
        feature_names=names,
        customer_keys=np.arange(pack.customers, dtype=np.int32),
        cutoff_seconds=np.full(pack.customers, cutoff_seconds, np.int64),
        values=values,
        fitted=vectors.fitted,
    )
    return lifecycle(everybody, pack.attributes, rules)


_ORDERS, _ORDERS_YEAR = "orders_count_lifetime", "orders_count_365d"
_SILENCE, _TENURE = "days_since_order", "days_since_first_order"
_GAP, _GAP_SD, _GAP_VARIATION = "gap_mean_days", "gap_sd_days", "gap_variation_ratio"
_LAST_GAP, _CATEGORIES = "gap_last1_days", "categories_count_365d"
_READ = (
    *(_ORDERS, _ORDERS_YEAR, _SILENCE, _TENURE, _GAP, _GAP_SD, _GAP_VARIATION),
    *(_LAST_GAP, _CATEGORIES),
)


class _Facts:
    """Columns by name; what is not there is NaN, and no comparison with NaN holds."""

    def __init__(self, vectors: Vectors, attributes: Attributes) -> None:
        self._vectors = vectors
        self._attributes = attributes

    def __getitem__(self, name: str) -> Floats:
        if name not in self._vectors.feature_names:
            return np.full(self._vectors.rows, np.nan)
        return self._vectors.column(name).astype(np.float64)

    def any_at_least(self, names: tuple[str, ...], least: float) -> Truths:
        """Whether one of some features reaches a number."""
        found = np.zeros(self._vectors.rows, np.bool_)
        for name in names:
            found |= self[name] >= least
        return found

    @property
    def is_registered(self) -> Truths:
        """Whether they had given their name before the cutoff."""
        return self._declared(DeclaredSince("registered_seconds")) > 0

    @property
    def is_enrolled(self) -> Truths:
        """Whether they had joined the loyalty programme before the cutoff."""
        return self._declared(DeclaredSince("member_since_seconds")) > 0

    @property
    def referrals(self) -> Floats:
        """How many customers they brought."""
        return self._declared(DeclaredNumber("referrals_milli"))

    def _declared(self, value: DeclaredSince | DeclaredNumber) -> Floats:
        keys, cutoffs = self._vectors.customer_keys, self._vectors.cutoff_seconds
        return declared_values(value, self._attributes, keys, cutoffs)


def _stages(facts: _Facts, rules: LifecycleSettings) -> list[tuple[Stage, Truths]]:
    orders, gap = facts[_ORDERS], facts[_GAP]
    cycle = np.where(gap > 0, gap, rules.cycle_days)
    member = facts.is_enrolled & (orders >= 1) & (facts[_SILENCE] <= rules.member_cycles * cycle)
    client = (
        (facts[_ORDERS_YEAR] >= rules.client_orders_365d)
        & (facts[_CATEGORIES] >= rules.client_categories)
        & (facts[_GAP_VARIATION] < rules.client_gap_variation)
    )
    promotes = facts.any_at_least(rules.promoter_features, rules.advocate_score)
    advocate = (client | member) & ((facts.referrals >= rules.advocate_referrals) | promotes)
    intent = facts.any_at_least(rules.intent_features, 1)
    return [
        (Stage.PARTNER, advocate & (facts.referrals >= rules.partner_referrals)),
        (Stage.ADVOCATE, advocate),
        (Stage.MEMBER, member),
        (Stage.CLIENT, client),
        (Stage.REPEAT, orders >= 2),
        (Stage.FIRST_TIME, orders >= 1),
        (Stage.PROSPECT, facts.is_registered | intent),
    ]


def _statuses(facts: _Facts, rules: LifecycleSettings) -> list[tuple[LifecycleStatus, Truths]]:
    silence, gap = facts[_SILENCE], facts[_GAP]
    slow = silence > rules.slowing_gaps * gap
    # An infinite gap with an infinite spread is no measure, and nobody is late by it.
    with np.errstate(invalid="ignore"):
        late = silence > gap + rules.silence_deviations * facts[_GAP_SD]
    return [
        (LifecycleStatus.NEW, ~(facts[_ORDERS] >= 1)),
        (LifecycleStatus.LAPSED, silence >= rules.horizon_days),
        # Of a customer as regular as a clock every hour of silence would be a risk.
        (LifecycleStatus.AT_RISK, slow & late),
        (LifecycleStatus.SLOWING, slow),
        (LifecycleStatus.WON_BACK, facts[_LAST_GAP] >= rules.horizon_days),
        (LifecycleStatus.NEW, facts[_TENURE] < rules.new_days),
    ]


def _first_that_holds(
    rules: list[tuple[Stage, Truths]] | list[tuple[LifecycleStatus, Truths]],
    otherwise: Stage | LifecycleStatus,
    rows: int,
) -> NDArray[np.int8]:
    found = np.full(rows, otherwise, np.int8)
    for code, holds in reversed(rules):
        found[holds] = code
    return found
