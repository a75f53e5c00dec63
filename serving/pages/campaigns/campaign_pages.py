"""The routes of the pages that plan campaigns and follow them."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import Request, Response

from serving.contract.answering import models_in_use_of
from serving.contract.routes import Routes
from serving.pages.campaigns.plan_query import PlanQuery
from serving.pages.campaigns.plan_view import plan_page
from serving.pages.list_query import PLAN_PAGE

_HTML = "text/html; charset=utf-8"


class CampaignPages:
    """The pages of campaigns: ``draw`` makes a page of its template and context, ``refuse`` a refusal for a person."""

    def __init__(
        self, draw: Callable[[str, object], str], refuse: Callable[[Request, str], Response]
    ) -> None:
        self._draw, self._refuse = draw, refuse

    def add_to(self, routes: Routes) -> None:
        """Declare every address of these pages."""
        routes.get(PLAN_PAGE, scope="pages", is_personal=False, browser=True, seconds=60.0)(
            self._plan
        )

    def _plan(self, request: Request) -> Response:
        models_in_use = models_in_use_of(request)
        in_use = models_in_use.in_use
        if in_use is None:
            return self._refuse(request, "not_ready")
        query = PlanQuery.parse(request.query_params.multi_items())
        campaigns, now = models_in_use.ledger.campaigns, models_in_use.now()
        page = plan_page(in_use, models_in_use.settings, campaigns, query, now)
        # What is asked for in place has the address of what it means, without the fields that were left empty.
        said = {"hx-push-url": query.link()} if "hx-request" in request.headers else None
        return Response(self._draw("plan.html", page), media_type=_HTML, headers=said)
