"""Whom a search found: a few customers with their pages, judged or not, or that nobody is known by what was looked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from features.company.settings.reading import Settings
from serving.in_use.models_in_use import InUse
from serving.pages.customer.contexts import FindPage, FoundCustomer
from serving.pages.customer.who_view import no_score, status_of
from serving.pages.figures import ago, last_order, link_to, percent, standing
from serving.pages.list_query import ListQuery
from serving.scores.score import Status
from training.reasons.languages.language import Language

MOST_FOUND = 50


def find_page(in_use: InUse, settings: Settings, keys: Sequence[int], query: ListQuery) -> FindPage:
    """The customers of some keys, of whom there may be one more than are shown; ``query`` is the list of before.

    What was looked for is not said again: it may be the number or the name of somebody who was erased.
    """
    language = in_use.wording.language
    return FindPage(
        company=settings.company.name,
        sentence=_sentence(len(keys), language),
        customers=[_found(in_use, key, query) for key in keys[:MOST_FOUND]],
        hidden_fields=query.parameters(),
        back=query.link(page=query.page),
    )


def _found(in_use: InUse, key: int, query: ListQuery) -> FoundCustomer:
    snapshot, language = in_use.snapshot, in_use.wording.language
    status, detail = status_of(snapshot, key), in_use.names.of(snapshot.customer_ids[key])
    found = FoundCustomer(
        customer_id=snapshot.customer_ids[key],
        name=detail.name,
        link=link_to(in_use, key, query),
        no_score=no_score(status, language),
    )
    if status == Status.NO_CONSENT:
        return found
    place = int(snapshot.places[key])
    return replace(
        found,
        email=detail.email,
        standing=standing(snapshot, key, language),
        last_order=last_order(snapshot, key, language),
        ago=ago(snapshot, key, language),
        risk="" if place < 0 else percent(float(snapshot.ranking.probability[place]), language),
    )


def _sentence(found: int, language: Language) -> str:
    if not found:
        return language.say("Nobody is known by this.")
    if found > MOST_FOUND:
        said = language.say(
            "More than {most} customers are known by this. Here are the first; type more of it to find one."
        )
        return said.format(most=language.count(MOST_FOUND))
    said = language.plural(
        "One customer is known by this.",
        "{count} customers are known by this.",
        found,
    )
    return said.format(count=language.count(found))
