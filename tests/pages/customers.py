"""A customer's page by their place in the ranking, as tests name them."""

from __future__ import annotations

from features.company.settings.reading import Settings
from serving.in_use.models_in_use import InUse
from serving.items.recommending import Recommending
from serving.pages.customer.contexts import CustomerPage
from serving.pages.customer.customer_query import CustomerQuery
from serving.pages.customer.customer_view import KnownBeside, customer_page
from serving.pages.figures import customer_link
from serving.pages.list_query import ListQuery
from tests.serving.calling import NOW, Service


def page_of(
    in_use: InUse,
    settings: Settings,
    position: int,
    came_from: ListQuery | None = None,
    recommending: Recommending | None = None,
) -> CustomerPage:
    """What the page is drawn from of whoever stands at a place."""
    key = int(in_use.snapshot.ranking.customer_keys[position])
    query = CustomerQuery(
        who=in_use.links.name(in_use.snapshot.customer_ids[key]), came_from=came_from
    )
    return customer_page(in_use, settings, key, query, KnownBeside(NOW, recommending=recommending))


def link_of(service: Service, position: int, came_from: ListQuery | None = None) -> str:
    """The address of that page."""
    in_use = service.models_in_use.in_use
    assert in_use is not None
    return customer_link(in_use, position, came_from)
