"""The routes about items: lists for customers, items alike, customers for an item."""

from __future__ import annotations

from collections.abc import Sequence

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
from serving.contract.event_messages import EVENT_TYPES, PurchaseEvent
from serving.contract.identifiers import UNREADABLE
from serving.contract.item_messages import (
    ItemCustomersAnswer,
    ItemCustomersRequest,
    ItemReasonAnswer,
    RecommendationRequest,
    RecommendationRow,
    RecommendationRowAnswer,
    RecommendationsAnswer,
    RecommendedItem,
    SimilarItem,
    SimilarItemsAnswer,
    SimilarItemsRow,
    SpeakingItem,
    Taker,
)
from serving.contract.messages import WarningAnswer
from serving.contract.proposal_messages import SimilarItemsRequest
from serving.contract.recorded_scores import unreadable_subject, with_events
from serving.contract.routes import contract_routes
from serving.in_use.models_in_use import ModelsInUse
from serving.in_use.served import RECOMMENDATIONS
from serving.items.lists import USE_CASES, Shelving, Wishes, due_days_of
from serving.items.recommended import Recommended
from serving.items.recommending import Recommending, order_chances_of, words_of
from serving.ledger.privacy import Withheld
from serving.ledger.reported_events import ReportedEvent
from serving.scores.score import Status
from serving.scores.subject import Subject
from training.families.items.words import ItemWords

routes = contract_routes()
_MILLI = 1_000
_PURCHASES = "purchases"


@routes.post("/recommendations", scope="score", is_personal=True, row_seconds=0.005)
def recommendations(request: Request, question: RecommendationRequest) -> RecommendationsAnswer:
    """Items each customer would take, with the reasons for every one."""
    return recommended(models_in_use_of(request), question)


@routes.post("/similar-items", scope="score", is_personal=True)
def similar_items(request: Request, question: SimilarItemsRequest) -> SimilarItemsAnswer:
    """Items that the same customers buy."""
    recommending = trained(models_in_use_of(request))
    rows = [_alike(recommending, item_id, question.count) for item_id in question.item_ids]
    return SimilarItemsAnswer(model=identity(recommending.manifest), rows=rows)


@routes.post("/item-customers", scope="score", is_personal=True, seconds=60.0, row_seconds=0.5)
def item_customers(request: Request, question: ItemCustomersRequest) -> ItemCustomersAnswer:
    """Whom to send an offer of an item to: the customers who would most likely take it."""
    models_in_use = models_in_use_of(request)
    recommending = trained(models_in_use)
    place = recommending.place(question.item_id)
    if place < 0:
        raise Refusal(
            "invalid_request",
            errors=[FieldFault("/item_id", "unknown_item", "An item of the catalogue.")],
        )
    in_use = models_in_use.in_use
    takers = recommending.takers(
        place,
        question.count,
        new_alone=question.only_new,
        left_out=recommending.not_to_be_contacted(models_in_use.ledger.privacy.withheld),
        by_churn=order_chances_of(None if in_use is None else in_use.scorer, recommending),
    )
    return ItemCustomersAnswer(
        model=identity(recommending.manifest),
        horizon_days=recommending.manifest.horizon_days,
        item_id=question.item_id,
        name=recommending.bundle.catalogue.name(place),
        customers=[
            Taker(
                customer_id=taker.customer_id,
                probability=taker.probability,
                probability_if_ordering=taker.probability_if_ordering,
                order_probability=taker.order_probability,
                order_probability_from=taker.order_probability_from,
                times_bought=taker.times_bought,
                due_in_days=taker.due_in_days,
            )
            for taker in takers
        ],
    )


def _alike(recommending: Recommending, item_id: str, count: int) -> SimilarItemsRow:
    place = recommending.place(item_id)
    source, items = recommending.similar(place, count) if place >= 0 else ("", [])
    return SimilarItemsRow(
        item_id=item_id,
        status="ok" if place >= 0 else "unknown_id",
        source=source,
        items=[
            SimilarItem(item_id=similar, name=name, weight=weight)
            for similar, name, weight in items
        ],
    )


def trained(models_in_use: ModelsInUse) -> Recommending:
    """What recommends; a refusal while nothing does."""
    found = models_in_use.recommending
    if found is None:
        raise unopened(models_in_use, RECOMMENDATIONS.name)
    return found


def recommended(
    models_in_use: ModelsInUse, question: RecommendationRequest
) -> RecommendationsAnswer:
    """The answer to a question, however it came."""
    found = trained(models_in_use)
    words = words_of(answer_in(question.language, models_in_use).code)
    shelving, wishes, unknown = _wished(found, question)
    reported = models_in_use.newer_events(
        [one.customer_id for one in question.rows if one.customer_id != UNREADABLE],
        found.as_of.seconds,
    )
    withheld = models_in_use.ledger.privacy.withheld
    by_churn = _order_chances(models_in_use, question.rows, found.manifest.horizon_days)
    rows = [
        _row(
            found, one, reported.get(one.customer_id, ()), withheld, shelving, wishes, words, chance
        )
        for one, chance in zip(question.rows, by_churn, strict=True)
    ]
    warnings: list[WarningAnswer] = []
    if unknown:
        named = ", ".join(unknown[:_NAMED]) + (" and others" if len(unknown) > _NAMED else "")
        said = f"{len(unknown)} items are not in the catalogue of the model and were left out: {named}."
        warnings.append(WarningAnswer(code="unknown_items", message=said, features=None))
    warnings += _out_of_reach(found, question)
    return RecommendationsAnswer(
        model=identity(found.manifest),
        horizon_days=found.manifest.horizon_days,
        base=found.base,
        vector_as_of=instant(found.as_of.seconds),
        warnings=warnings,
        rows=rows,
    )


_NAMED = 5
_ABOUT_A_POINT = 0.01


def _out_of_reach(found: Recommending, question: RecommendationRequest) -> list[WarningAnswer]:
    """Of a share of new items that customers' histories do not allow, the nearest that is given instead."""
    asked = question.new_share
    if asked is None:
        return []
    given = found.bundle.balance.reachable(asked, question.count)
    if abs(given - asked) < _ABOUT_A_POINT:
        return []
    why = (
        "customers have bought too few items before"
        if given > asked
        else "there are too few new items"
    )
    said = f"{asked:.0%} new items were asked for, {given:.0%} are given over all customers: {why}."
    return [WarningAnswer(code="new_share_out_of_reach", message=said, features=None)]


def _order_chances(
    models_in_use: ModelsInUse, rows: Sequence[RecommendationRow], days: int
) -> list[float | None]:
    """How likely each orders within so many days, as a score of the same row would say; None where it says nothing."""
    in_use = models_in_use.in_use
    if in_use is None:
        return [None] * len(rows)
    subjects = [
        unreadable_subject()
        if one.customer_id == UNREADABLE
        else Subject(one.customer_id, events={} if one.events is None else one.events.by_table)
        for one in rows
    ]
    return in_use.scorer.order_chances(with_events(models_in_use, in_use, subjects), days)


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
    if question.repeat_share is not None and question.new_share is not None:
        expected = "One of repeat_share, of each list, and new_share, of all lists together."
        raise Refusal("invalid_request", errors=[FieldFault("/new_share", "two_shares", expected)])
    share = question.repeat_share
    if share is None and question.new_share is None:
        share = USE_CASES[question.use_case]
    wishes = Wishes(
        question.count,
        repeats=share,
        due_within_days=due_days_of(question.use_case, question.due_within_days),
        most_per_category=question.most_per_category,
        promoted=promoted,
        promoted_share=question.promoted_share,
        new_share=question.new_share,
    )
    shelving = found.shelving(
        allowed=allowed, unavailable=unavailable, categories=question.categories
    )
    return shelving, wishes, list(dict.fromkeys(unknown))


def _row(
    found: Recommending,
    row: RecommendationRow,
    reported: Sequence[ReportedEvent],
    withheld: Withheld,
    shelving: Shelving,
    wishes: Wishes,
    words: ItemWords,
    by_churn: float | None,
) -> RecommendationRowAnswer:
    answer = RecommendationRowAnswer(
        row_id=row.row_id,
        customer_id=row.customer_id or None,
        status=word_of(Status.OK),
        order_probability=None,
        order_probability_from=None,
        items=[],
        fallback="",
        fewer=None,
        is_within_quotas=True,
    )
    if row.customer_id == UNREADABLE:
        answer["status"] = word_of(Status.ERROR)
        return answer
    key = -1 if row.customer_id in withheld.erased else found.key(row.customer_id)
    if row.customer_id in withheld.objected or found.declined(key):
        answer["status"] = word_of(Status.NO_CONSENT)
        return answer
    given = [] if row.events is None else row.events.purchases
    lines = found.lines([_line(one) for one in (*given, *_purchases(reported))], key)
    if key < 0 and not lines:
        answer["status"] = word_of(Status.UNKNOWN_ID)
    listed = found.list_for(found.bought(key, lines), shelving, wishes, words, by_churn)
    answer["order_probability"] = listed.order_probability
    answer["order_probability_from"] = listed.order_probability_from
    answer["items"] = [recommended_item(item) for item in listed.items]
    answer["fallback"] = listed.fallback
    answer["fewer"] = None if listed.fewer is None else dict(listed.fewer)
    answer["is_within_quotas"] = listed.is_within_quotas
    return answer


def recommended_item(item: Recommended) -> RecommendedItem:
    """A recommended item as the contract writes it."""
    return RecommendedItem(
        item_id=item.item_id,
        name=item.name,
        category=item.category,
        probability=item.probability,
        probability_if_ordering=item.probability_if_ordering,
        log_odds=item.log_odds,
        source=item.source,
        times_bought=item.times_bought,
        due_in_days=item.due_in_days,
        text=item.text,
        reasons=[
            ItemReasonAnswer(
                group=reason.group,
                title=reason.title,
                push=reason.push,
                text=reason.text,
                because=[
                    SpeakingItem(item_id=speaking, name=name, share=share)
                    for speaking, name, share in reason.because
                ],
            )
            for reason in item.reasons
        ],
    )


def _purchases(reported: Sequence[ReportedEvent]) -> list[PurchaseEvent]:
    read = EVENT_TYPES[_PURCHASES][1]
    read_events = [read.model_validate(one.content) for one in reported if one.table == _PURCHASES]
    return [one for one in read_events if isinstance(one, PurchaseEvent)]


def _line(one: PurchaseEvent) -> tuple[str, int, int, int]:
    when = int(one.ordered_at.timestamp() // 1)
    known = when if one.known_at is None else int(one.known_at.timestamp() // 1)
    return one.item_id, when, max(when, known), round(one.quantity * _MILLI)
