"""What may be proposed to customers: the next best offer, or nothing, with the whole arithmetic."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
from fastapi import Request

from serving.access.problems import FieldFault, Refusal
from serving.contract.answering import (
    answer_in,
    identity,
    instant,
    models_in_use_of,
    unopened,
    word_of,
)
from serving.contract.identifiers import UNREADABLE
from serving.contract.messages import CustomerRow, PushAnswer, WarningAnswer
from serving.contract.offer_messages import (
    Arm,
    CandidateAnswer,
    CustomerKind,
    DroppedAnswer,
    OfferDecisionsAnswer,
    OfferRequest,
    OfferRowAnswer,
    SlotAnswer,
    Step,
    TermsAnswer,
)
from serving.contract.recorded_scores import joined_events
from serving.contract.routes import contract_routes
from serving.in_use.models_in_use import ModelsInUse
from serving.in_use.served import OFFERS
from serving.ledger.hold_out import STANDING
from serving.ledger.offer_decisions import DECIDED, EXPLORED, HOLD_OUT, OfferDecision
from serving.offers.arbitration import NOTHING, REASONS, STEP_OF
from serving.offers.expected import Arbitrated
from serving.offers.offering import Offering, ToldEvents, decisions_by_place
from serving.offers.reasons import OfferReason, explained_offers
from serving.process.waiter import look_up
from serving.scores.fresh_events import fresh_events
from serving.scores.score import Status
from training.reasons.languages.language import Language

routes = contract_routes()


@routes.post(
    "/offers", scope="score", is_personal=True, row_seconds=0.01, operation_id="best_offers"
)
def offers(request: Request, question: OfferRequest) -> OfferDecisionsAnswer:
    """The next best offer for customers, or nothing; written down before it is answered."""
    return offered(models_in_use_of(request), question)


def offered(models_in_use: ModelsInUse, question: OfferRequest) -> OfferDecisionsAnswer:
    """The answer to a question, however it came."""
    found = models_in_use.offering
    if found is None:
        raise unopened(models_in_use, OFFERS.name)
    ids = [one.customer_id for one in question.rows if one.customer_id != UNREADABLE]
    if len(set(ids)) < len(ids):
        said = "Each customer once: an offer is made to a person."
        raise Refusal("invalid_request", errors=[FieldFault("/rows", "repeated", said)])
    asked, context = _places(found, question.offer_ids, "/offer_ids"), _context(found, question)
    known = {UNREADABLE: (Status.ERROR, -1), **_known(models_in_use, found, ids)}
    keys = {one: key for one, (status, key) in known.items() if status is Status.OK}
    decided = _decided(models_in_use, found, question, keys, asked, context)
    rows = [
        _row(row, known[row.customer_id][0], decided.get(row.customer_id)) for row in question.rows
    ]
    manifest = found.bundle.manifest
    task = manifest.task
    return OfferDecisionsAnswer(
        model=identity(manifest),
        kind=task.kind,
        is_effect=task.is_causal,
        not_causal_because=task.not_causal_because,
        response_days=manifest.horizon_days,
        vector_as_of=instant(found.as_of.seconds),
        explore_share=found.policy.explore,
        explore_unknown_share=found.unknown_share,
        warnings=_warnings(found),
        rows=rows,
    )


@dataclass(frozen=True)
class _Decided:
    """What was decided for one customer and written down."""

    decision_id: str
    vector_as_of: str
    slots: list[SlotAnswer]
    candidates: list[CandidateAnswer]
    dropped: list[DroppedAnswer]


def _row(row: CustomerRow, status: Status, decided: _Decided | None) -> OfferRowAnswer:
    return OfferRowAnswer(
        row_id=row.row_id,
        customer_id=row.customer_id or None,
        status=word_of(status),
        decision_id=None if decided is None else decided.decision_id,
        vector_as_of=None if decided is None else decided.vector_as_of,
        slots=[] if decided is None else decided.slots,
        candidates=[] if decided is None else decided.candidates,
        dropped=[] if decided is None else decided.dropped,
    )


def _known(
    models_in_use: ModelsInUse, found: Offering, ids: Sequence[str]
) -> dict[str, tuple[Status, int]]:
    """Whether each customer may be decided about, and their place in the store."""
    withheld = models_in_use.ledger.privacy.withheld
    told = {}
    for one in ids:
        key = -1 if one in withheld.erased else found.key(one)
        status = Status.OK if key >= 0 else Status.UNKNOWN_ID
        if one in withheld.objected or found.declined(key):
            status = Status.NO_CONSENT
        told[one] = status, key
    return told


def _decided(
    models_in_use: ModelsInUse,
    found: Offering,
    question: OfferRequest,
    keys: Mapping[str, int],
    asked: Sequence[int] | None,
    context: np.ndarray | None,
) -> dict[str, _Decided]:
    """What is decided for customers of the store, by their keys; written down before anybody sees it."""
    if not keys:
        return {}
    names = list(keys)
    hold_out, now = models_in_use.ledger.hold_out, models_in_use.now()
    decision_ids = [secrets.token_hex(16) for _ in names]
    lots = [[hold_out.lot(one, slot) for slot in range(question.slots)] for one in decision_ids]
    told = _newer_events(models_in_use, found, keys)
    arbitrated = _arbitrated(
        models_in_use, found, keys, told, np.array(lots), now, asked=asked, context=context
    )
    look_up()
    percent = found.policy.hold_out_percent
    slots_of = [
        _slots(found, arbitrated, row, hold_out.holds(customer_id, STANDING, percent))
        for row, customer_id in enumerate(names)
    ]
    digest = found.bundle.manifest.digest
    models_in_use.ledger.offers.append(
        [
            OfferDecision(
                decision_ids[row],
                slot["slot"],
                names[row],
                slot["offer_id"] or "",
                slot["arm"],
                slot["action_probability"],
                slot["priority_cents"],
                int(question.is_shown),
                digest,
                now,
            )
            for row, slots in enumerate(slots_of)
            for slot in slots
        ]
    )
    language = answer_in(question.language, models_in_use)
    candidates = _candidates(found, arbitrated, question.count, language, models_in_use.currency)
    return {
        customer_id: _Decided(
            decision_ids[row],
            instant(found.known_until(told.get(keys[customer_id], {})).seconds),
            slots_of[row],
            candidates[row],
            _dropped(found, arbitrated, row),
        )
        for row, customer_id in enumerate(names)
    }


def _newer_events(
    models_in_use: ModelsInUse, found: Offering, keys: Mapping[str, int]
) -> ToldEvents:
    """What was told of customers that the store does not know yet."""
    recorded = models_in_use.newer_events(keys, found.as_of.seconds)
    return {
        keys[one]: fresh_events(joined_events({}, events), found.pack)[0]
        for one, events in recorded.items()
    }


def _arbitrated(
    models_in_use: ModelsInUse,
    found: Offering,
    known: Mapping[str, int],
    told: ToldEvents,
    lots: np.ndarray,
    now: int,
    *,
    asked: Sequence[int] | None,
    context: np.ndarray | None,
) -> Arbitrated:
    """Decisions for customers of the store, with all that was shown to them since it was made."""
    keys = np.array(list(known.values()), np.int32)
    shown = models_in_use.ledger.offers.shown(
        found.counted_from(now), models_in_use.all_ids_of(known)
    )
    since = decisions_by_place(found, keys, shown)
    expected = found.expect(keys, told)
    look_up()
    permissions = found.permissions(keys, expected, since, now, asked=asked)
    return found.arbitrate(expected, permissions, found.terms(expected, context), lots)


def _places(found: Offering, offer_ids: Sequence[str] | None, pointer: str) -> list[int] | None:
    """Where the offers stand; a refusal for one that is not there."""
    if offer_ids is None:
        return None
    places = [found.offers.place(one) for one in offer_ids]
    if min(places) < 0:
        fault = FieldFault(
            f"{pointer}/{places.index(-1)}", "unknown_offer", "An offer of the table of offers."
        )
        raise Refusal("invalid_request", errors=[fault])
    return places


def _context(found: Offering, question: OfferRequest) -> np.ndarray | None:
    if question.context is None:
        return None
    weights = np.ones(len(found.offers))
    places = _places(found, list(question.context), "/context") or []
    for place, percent in zip(places, question.context.values(), strict=True):
        weights[place] = 1.0 + percent / 100.0
    return weights


def _slots(found: Offering, arbitrated: Arbitrated, row: int, is_held: bool) -> list[SlotAnswer]:
    """What stands in each slot; who is held out is shown nothing."""
    decided = arbitrated.decided
    slots = []
    for slot, offer in enumerate(decided.offers[row].tolist()):
        shown = offer != NOTHING and not is_held
        arm = EXPLORED if decided.explored[row, slot] else DECIDED
        slots.append(
            SlotAnswer(
                slot=slot + 1,
                offer_id=found.offers[offer].offer_id if shown else None,
                arm=cast(Arm, HOLD_OUT if is_held else arm),
                action_probability=1.0 if is_held else float(decided.probability[row, slot]),
                priority_cents=float(arbitrated.terms.priority[row, offer]) if shown else 0.0,
            )
        )
    return slots


def _candidates(
    found: Offering, arbitrated: Arbitrated, count: int, language: Language, currency: str
) -> list[list[CandidateAnswer]]:
    """The best that may be shown to each customer, with their arithmetic and reasons."""
    priority = np.where(arbitrated.permissions.is_permitted, arbitrated.terms.priority, -np.inf)
    order = np.argsort(-priority, axis=1, kind="stable")[:, :count]
    pairs = [
        (row, int(offer))
        for row, best in enumerate(order)
        for offer in best
        if np.isfinite(priority[row, offer])
    ]
    expected = arbitrated.expected
    places = np.array([row * len(found.offers) + offer for row, offer in pairs], np.int64)
    explained = (
        explained_offers(found.bundle, expected.values[places], language, currency) if pairs else []
    )
    candidates: list[list[CandidateAnswer]] = [[] for _ in range(len(priority))]
    for (row, offer), why in zip(pairs, explained, strict=True):
        kind = "" if expected.kinds is None else str(expected.kinds[row, offer])
        candidates[row].append(
            CandidateAnswer(
                offer_id=found.offers[offer].offer_id,
                name=found.offers[offer].name,
                propensity=float(expected.propensity[row, offer]),
                effect=_at(expected.effect, row, offer),
                effect_low=_at(expected.effect_low, row, offer),
                effect_high=_at(expected.effect_high, row, offer),
                kind=cast(CustomerKind, kind),
                terms=_terms(arbitrated, row, offer),
                base=why.base,
                reasons=[_push(reason) for reason in why.reasons],
            )
        )
    return candidates


def _terms(arbitrated: Arbitrated, row: int, offer: int) -> TermsAnswer:
    terms = arbitrated.terms.of_pair(row, offer)
    return TermsAnswer(
        chance=terms["chance"],
        context=terms["context"],
        value_cents=terms["value_cents"],
        lever=terms["lever"],
        cost_cents=terms["cost_cents"],
        priority_cents=float(arbitrated.terms.priority[row, offer]),
    )


def _push(reason: OfferReason) -> PushAnswer:
    return PushAnswer(group=reason.group, title=reason.title, push=reason.push, text=reason.text)


def _at(table: np.ndarray | None, row: int, offer: int) -> float | None:
    return None if table is None else float(table[row, offer])


def _dropped(found: Offering, arbitrated: Arbitrated, row: int) -> list[DroppedAnswer]:
    dropped = arbitrated.permissions.dropped(row)
    return [
        DroppedAnswer(
            step=cast(Step, STEP_OF[reason]),
            reason=reason,
            offer_ids=[found.offers[offer].offer_id for offer in dropped[reason]],
        )
        for reason in sorted(dropped, key=REASONS.index)
    ]


def _warnings(found: Offering) -> list[WarningAnswer]:
    if found.manifest.task.is_causal:
        return []
    message = f"Chances are not effects: {found.not_causal_because}."
    return [WarningAnswer(code="not_causal", message=message, features=None)]
