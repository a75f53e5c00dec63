"""The routes about items: lists for customers, items alike, customers for an item."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request, Response

from serving.access.problems import FieldFault, Refusal
from serving.contract.answering import (
    PROBLEMS,
    answer_in,
    identity,
    instant,
    json_answer,
    models_in_use_of,
)
from serving.contract.event_messages import EVENT_TYPES, PurchaseEvent
from serving.contract.item_messages import (
    ItemCustomersAnswer,
    ItemCustomersRequest,
    RecommendationRequest,
    RecommendationRow,
    RecommendationsAnswer,
    SimilarItemsAnswer,
)
from serving.contract.proposal_messages import SimilarItemsRequest
from serving.contract.quick_route import QuickRoute
from serving.in_use.models_in_use import ModelsInUse
from serving.items.lists import USE_CASES, Shelving, Wishes, due_days_of
from serving.items.recommending import Recommending, plain, words_of
from serving.ledger.privacy import Withheld
from serving.ledger.reported_events import ToldEvent
from serving.scores.score import Status
from training.families.items.words import ItemWords

router = APIRouter(prefix="/v1", route_class=QuickRoute)
_MILLI = 1_000
_PURCHASES = "purchases"


@router.post("/recommendations", responses={200: {"model": RecommendationsAnswer}, **PROBLEMS})
def recommendations(request: Request, question: RecommendationRequest) -> Response:
    """Items each customer would take, with the reasons for every one."""
    return json_answer(recommended(models_in_use_of(request), question))


@router.post("/similar-items", responses={200: {"model": SimilarItemsAnswer}, **PROBLEMS})
def similar_items(request: Request, question: SimilarItemsRequest) -> Response:
    """Items that the same customers buy."""
    found = trained(models_in_use_of(request))
    rows = []
    for item_id in question.item_ids:
        place = found.bundle.catalogue.find(item_id)
        source, items = found.similar(place, question.count) if place >= 0 else ("", [])
        rows.append(
            {
                "item_id": item_id,
                "status": "ok" if place >= 0 else "unknown_id",
                "source": source,
                "items": [
                    {"item_id": one, "name": name, "weight": weight} for one, name, weight in items
                ],
            }
        )
    return json_answer({"model": identity(found.manifest), "rows": rows})


@router.post("/item-customers", responses={200: {"model": ItemCustomersAnswer}, **PROBLEMS})
def item_customers(request: Request, question: ItemCustomersRequest) -> Response:
    """Whom to send an offer of an item to: the customers who would most likely take it."""
    models_in_use = models_in_use_of(request)
    found = trained(models_in_use)
    place = found.bundle.catalogue.find(question.item_id)
    if place < 0:
        raise Refusal(
            "invalid_request",
            errors=[FieldFault("/item_id", "unknown_item", "An item of the catalogue.")],
        )
    left_out = found.left_out(models_in_use.ledger.privacy.withheld)
    takers = found.takers(place, question.count, new_alone=question.only_new, left_out=left_out)
    return json_answer(
        {
            "model": identity(found.manifest),
            "horizon_days": found.manifest.horizon_days,
            "item_id": question.item_id,
            "name": found.bundle.catalogue.name(place),
            "customers": [one._asdict() for one in takers],
        }
    )


def trained(models_in_use: ModelsInUse) -> Recommending:
    """What recommends; a refusal while nothing does."""
    found = models_in_use.recommending
    if found is None:
        raise Refusal("not_trained")
    return found


def recommended(models_in_use: ModelsInUse, question: RecommendationRequest) -> dict[str, Any]:
    """The answer to a question, however it came."""
    found = trained(models_in_use)
    words = words_of(answer_in(question.language, models_in_use).code)
    shelving, wishes, unknown = _wished(found, question)
    kept = models_in_use.ledger.events.newer(
        [one.customer_id for one in question.rows], found.as_of.seconds
    )
    withheld = models_in_use.ledger.privacy.withheld
    rows = [
        _row(found, one, kept.get(one.customer_id, ()), withheld, shelving, wishes, words)
        for one in question.rows
    ]
    warnings = []
    if unknown:
        named = ", ".join(unknown[:_NAMED]) + (" and others" if len(unknown) > _NAMED else "")
        said = f"{len(unknown)} items are not in the catalogue of the model and were left out: {named}."
        warnings.append({"code": "unknown_items", "message": said, "features": None})
    return {
        "model": identity(found.manifest),
        "horizon_days": found.manifest.horizon_days,
        "base": found.base,
        "vector_as_of": instant(found.as_of.seconds),
        "warnings": warnings,
        "rows": rows,
    }


_NAMED = 5


def _wished(
    found: Recommending, question: RecommendationRequest
) -> tuple[Shelving, Wishes, list[str]]:
    unavailable, unknown = found.places(question.unavailable_item_ids)
    promoted, more = found.places(question.promoted_item_ids)
    unknown += more
    allowed = None
    if question.allowed_item_ids is not None:
        allowed, more = found.places(question.allowed_item_ids)
        unknown += more
    share = question.repeat_share
    wishes = Wishes(
        question.count,
        repeats=USE_CASES[question.use_case] if share is None else share,
        due_within_days=due_days_of(question.use_case, question.due_within_days),
        most_per_category=question.most_per_category,
        promoted=promoted,
        promoted_share=question.promoted_share,
    )
    shelving = found.shelving(
        allowed=allowed, unavailable=unavailable, categories=question.categories
    )
    return shelving, wishes, list(dict.fromkeys(unknown))


def _row(
    found: Recommending,
    row: RecommendationRow,
    kept: Sequence[ToldEvent],
    withheld: Withheld,
    shelving: Shelving,
    wishes: Wishes,
    words: ItemWords,
) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "row_id": row.row_id,
        "customer_id": row.customer_id,
        "status": Status.OK.word,
        "order_probability": None,
        "items": [],
        "fallback": "",
        "fewer": None,
        "is_within_quotas": True,
    }
    key = -1 if row.customer_id in withheld.erased else found.key(row.customer_id)
    if row.customer_id in withheld.objected or found.declined(key):
        return answer | {"status": Status.NO_CONSENT.word}
    told = [] if row.events is None else row.events.purchases
    lines = found.lines([_line(one) for one in (*told, *_purchases(kept))], key)
    if key < 0 and not lines:
        answer["status"] = Status.UNKNOWN_ID.word
    listed = found.list_for(found.bought(key, lines), shelving, wishes, words)
    return answer | {
        "order_probability": listed.order_probability,
        "items": [plain(one) for one in listed.items],
        "fallback": listed.fallback,
        "fewer": None if listed.fewer is None else dict(listed.fewer),
        "is_within_quotas": listed.is_within_quotas,
    }


def _purchases(kept: Sequence[ToldEvent]) -> list[PurchaseEvent]:
    read = EVENT_TYPES[_PURCHASES][1]
    told = [read.model_validate(one.content) for one in kept if one.table == _PURCHASES]
    return [one for one in told if isinstance(one, PurchaseEvent)]


def _line(one: PurchaseEvent) -> tuple[str, int, int, int]:
    when = int(one.ordered_at.timestamp() // 1)
    known = when if one.known_at is None else int(one.known_at.timestamp() // 1)
    return one.item_id, when, max(when, known), round(one.quantity * _MILLI)
