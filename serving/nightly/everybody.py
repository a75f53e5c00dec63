"""Everybody at one cutoff, part by part: what became of them, what they are worth, where they belong and their risk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.lifecycle.stages import LifecycleSettings, lifecycle_of_everybody
from features.store.pack import Pack, let_go
from features.store.store import Store
from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats
from features.vocabulary.progress import Progress
from serving.ledger.privacy import Withheld
from serving.nightly.customer_facts import customer_facts
from serving.nightly.declared import DeclaredAttributes, declared_attributes
from serving.nightly.offers.best_offers import NightOffers
from serving.nightly.risks import ROWS_A_PIECE, rank_everybody
from serving.scores.score import Status
from serving.snapshot.checkpoints import Checkpoints
from serving.snapshot.columns import (
    CUSTOMER_IDS,
    DECLINED,
    UNKNOWN,
    Arrays,
    BestActions,
    BestOffers,
    CustomerFacts,
    CustomerStanding,
    CustomerValues,
    Ranking,
    Typical,
    ValueReasonColumns,
    filled,
    names_of,
    segment_columns,
    unjudged,
)
from serving.snapshot.consent import refused_marketing, refused_profiling
from serving.snapshot.customer_values import ValueInUse, ValueReasons, values_of_everybody
from serving.snapshot.earlier_risks import has_jumped, risk_before, usual_start
from serving.snapshot.segments import SegmentsInUse, memberships_of_everybody
from training.actions.actions import NOTHING, Action
from training.actions.capacity import priced
from training.actions.net_gain import best_actions, net_gains_cents
from training.families.churn.bundle import Bundle
from training.families.churn.timing.probably_gone import ProbablyGone
from training.families.segments.membership import Membership
from training.families.segments.model import NO_SEGMENT

_THREADS = 2


@dataclass(frozen=True)
class RunInputs:
    """What a run scores with: the models in use, the data and who may not be scored."""

    bundle: Bundle
    value: ValueInUse
    segments: SegmentsInUse
    store: Store
    pack: Pack
    vectors: Vectors
    cutoff_seconds: int
    """The instant before which everything that counts was known."""
    compared_days: int
    actions: tuple[Action, ...]
    withheld: Withheld
    offers: NightOffers
    customers_a_piece: int = ROWS_A_PIECE

    @property
    def earlier_seconds(self) -> int:
        """The instant risks are compared with."""
        horizon_days = self.bundle.manifest.horizon_days
        return usual_start(self.cutoff_seconds, horizon_days, self.compared_days)


@dataclass(frozen=True)
class Everybody:
    """All parts of one run."""

    standing: CustomerStanding
    facts: CustomerFacts
    declared: DeclaredAttributes
    values: CustomerValues
    why_valued: ValueReasons
    membership: Membership
    ranking: Ranking
    to_do: BestActions
    to_offer: BestOffers
    actions: tuple[Action, ...]

    def columns(self, given: RunInputs) -> Arrays:
        """The parts as they are written."""
        ids = given.pack.customer_ids
        typical = Typical(given.bundle.reference.peers.typical)
        parts = (
            self.ranking,
            self.to_do,
            self.to_offer,
            self.standing,
            self.facts,
            self.declared,
            self.values,
            self.why_valued,
            typical,
        )
        columns = filled(*parts) | segment_columns(self.membership)
        return columns | dict(zip(CUSTOMER_IDS, (ids.offsets, ids.content), strict=True))

    def counted(self, given: RunInputs) -> dict[str, Any]:
        """What a reader is told of all customers together."""
        probability, before = self.ranking.probability, self.ranking.risk_before
        return {
            "actions": [one.as_dict() for one in self.actions],
            "expected_leavers": float(probability.sum()),
            "money_is_known": given.pack.money_is_known,
            "earlier_seconds": given.earlier_seconds,
            "compared": int(np.count_nonzero(~np.isnan(before))),
            "jumped": int(np.count_nonzero(has_jumped(probability, before))),
            "to_offer": int(np.count_nonzero(self.to_offer.best_offer != NOTHING)),
            "valued": int(np.count_nonzero(self.values.value_cents != UNKNOWN)),
            "value_cents": int(np.maximum(self.values.value_cents, 0).sum()),
            **_costs(self.values),
            "attributes": self.declared.as_manifest(),
            "value_base_cents": self.why_valued.base_cents,
            "value_parts": list(self.why_valued.parts),
            "segmented": int(np.count_nonzero(self.membership.segment != NO_SEGMENT)),
            "statuses": {
                one.word: int(np.count_nonzero(self.standing.status == one)) for one in Status
            },
        }


def _costs(values: CustomerValues) -> dict[str, int]:
    """What serving is expected to cost in all, and how many cost more than they bring; nothing where nothing costs."""
    cost = values.cost_to_serve_cents
    told = cost != UNKNOWN
    if not told.any():
        return {}
    costly = told & (cost > values.value_cents)
    return {"cost_to_serve_cents": int(cost[told].sum()), "costly": int(np.count_nonzero(costly))}


def everybody(given: RunInputs, checkpoints: Checkpoints, progress: Progress) -> Everybody:
    """Compute every part; the long ones are pieces of the run, which goes on behind the last one."""
    bundle, pack, vectors = given.bundle, given.pack, given.vectors
    values = bundle.bind(vectors)
    facts = customer_facts(pack, given.cutoff_seconds)
    attributes = declared_attributes(pack, given.cutoff_seconds)
    standing = _standing(given, bundle.eligible(values))
    let_go(pack)
    declined = standing.status == Status.NO_CONSENT
    keys = np.flatnonzero(standing.status == Status.OK).astype(np.int32)
    before = _risk_before(given, keys, checkpoints, progress)
    amounts, why_valued = _values(given, checkpoints, declined)
    membership = _membership(given, checkpoints, declined)
    ranking = rank_everybody(
        checkpoints,
        bundle,
        values,
        standing.vector_rows[keys],
        keys,
        facts.spend_cents[keys],
        amounts.value_if_kept_cents[keys],
        before,
        progress,
        rows_a_piece=given.customers_a_piece,
    )
    _call_gone(bundle, standing, ranking)
    to_do, actions = _to_do(given, standing, facts, amounts, ranking)
    to_offer = _to_offer(given, checkpoints, ranking, to_do, progress)
    return Everybody(
        standing,
        facts,
        attributes,
        amounts,
        why_valued,
        membership,
        ranking,
        to_do,
        to_offer,
        actions,
    )


def _call_gone(bundle: Bundle, standing: CustomerStanding, ranking: Ranking) -> None:
    """Give those who are late and at such a risk the status of being probably gone."""
    rule = ProbablyGone.read(bundle.manifest.evaluation.get("probably_gone"))
    if rule is not None:
        keys = ranking.customer_keys
        statuses = standing.lifecycle_status[keys]
        standing.lifecycle_status[keys] = rule.status_of(statuses, ranking.probability)


def _to_do(
    given: RunInputs,
    standing: CustomerStanding,
    facts: CustomerFacts,
    amounts: CustomerValues,
    ranking: Ranking,
) -> tuple[BestActions, tuple[Action, ...]]:
    """What to do for each judged customer, and the actions at the prices of the limited ones.

    Nothing where no money is known, and where nobody is asked to stay.
    """
    keys = ranking.customer_keys
    if not (given.bundle.question.means_leaving and given.pack.money_is_known):
        return BestActions(**unjudged(BestActions, judged=len(keys))), given.actions
    money = amounts.value_if_kept_cents if given.value.bundle is not None else facts.spend_cents
    asked = (
        standing.lifecycle_status[keys],
        ranking.probability,
        money[keys].astype(np.float64),
    )
    refused = standing.has_refused_contact[keys] == 1
    actions = given.actions
    if any(one.capacity_customers for one in actions):
        actions = priced(actions, net_gains_cents(actions, *asked), refused)
    return BestActions(*best_actions(actions, *asked, refused)), actions


def _to_offer(
    given: RunInputs,
    checkpoints: Checkpoints,
    ranking: Ranking,
    to_do: BestActions,
    progress: Progress,
) -> BestOffers:
    """The offers that bring more than any contact, as one piece of the run; none where nothing is known of contacts."""
    keys = ranking.customer_keys
    if not (given.bundle.question.means_leaving and given.pack.money_is_known and given.actions):
        return BestOffers(**unjudged(BestOffers, judged=len(keys)))
    value = given.value.identity()
    money = "" if value is None else str(value["money"])

    def compute() -> Arrays:
        return filled(
            given.offers.best_beside(
                to_do, keys, given.cutoff_seconds, value_money=money, progress=progress
            )
        )

    piece = checkpoints.piece("offers", compute)
    return BestOffers(**{name: piece[name] for name in names_of(BestOffers)})


def _standing(given: RunInputs, judged: NDArray[np.bool_]) -> CustomerStanding:
    """What becomes of each customer; ``judged`` has one entry a vector."""
    pack, vectors = given.pack, given.vectors
    standing = CustomerStanding(**unjudged(CustomerStanding, customer=pack.customers))
    standing.vector_rows[vectors.customer_keys] = np.arange(vectors.rows, dtype=np.int32)
    standing.status[:] = _statuses(given, judged)
    standing.has_refused_contact[refused_marketing(given.store, pack)] = 1
    rules = LifecycleSettings(horizon_days=given.bundle.manifest.horizon_days)
    found = lifecycle_of_everybody(pack, vectors, given.cutoff_seconds, rules)
    # Who declined to be scored is not sorted into a stage either.
    declined = standing.status == Status.NO_CONSENT
    standing.stage[:] = np.where(declined, DECLINED, found.stage)
    standing.lifecycle_status[:] = np.where(declined, DECLINED, found.status)
    return standing


def _statuses(given: RunInputs, judged: NDArray[np.bool_]) -> NDArray[np.int8]:
    store, pack, vectors = given.store, given.pack, given.vectors
    status = np.full(pack.customers, Status.INSUFFICIENT_DATA, np.int8)
    status[vectors.customer_keys] = np.where(judged, Status.OK, Status.NOT_ELIGIBLE)
    status[refused_profiling(store, pack)] = Status.NO_CONSENT
    objected = [pack.customer_ids.find(one) for one in given.withheld.objected]
    status[[key for key in objected if key >= 0]] = Status.NO_CONSENT
    return status


def _risk_before(
    given: RunInputs, keys: NDArray[np.int32], checkpoints: Checkpoints, progress: Progress
) -> Floats:
    if not given.compared_days:
        return np.full(len(keys), np.nan)
    return risk_before(
        given.bundle,
        given.pack,
        keys,
        given.earlier_seconds,
        checkpoints=checkpoints,
        threads=_THREADS,
        progress=progress,
        at_once=given.customers_a_piece,
    )


def _values(
    given: RunInputs, checkpoints: Checkpoints, declined: NDArray[np.bool_]
) -> tuple[CustomerValues, ValueReasons]:
    """What everybody is expected to bring and why, as one piece of the run."""

    def compute() -> Arrays:
        amounts, why = values_of_everybody(
            given.value,
            given.bundle.manifest,
            given.vectors,
            given.pack.customers,
            declined,
            threads=_THREADS,
        )
        started = {"base_cents": np.array(why.base_cents), "parts": np.array(why.parts, np.str_)}
        return filled(amounts, why) | started

    piece = checkpoints.piece("worth", compute)
    columns: dict[str, Any] = {name: piece[name] for name in names_of(ValueReasonColumns)}
    why = ValueReasons(
        **columns,
        base_cents=float(piece["base_cents"]),
        parts=tuple(str(one) for one in piece["parts"]),
    )
    return CustomerValues(**{name: piece[name] for name in names_of(CustomerValues)}), why


def _membership(
    given: RunInputs, checkpoints: Checkpoints, declined: NDArray[np.bool_]
) -> Membership:
    """Everybody's segment and why, as one piece of the run."""
    names = tuple(Membership.__dataclass_fields__)

    def compute() -> Arrays:
        found = memberships_of_everybody(
            given.segments, given.pack, given.cutoff_seconds, declined, threads=_THREADS
        )
        return {name: getattr(found, name) for name in names}

    piece = checkpoints.piece("segments", compute)
    return Membership(**{name: piece[name] for name in names})
