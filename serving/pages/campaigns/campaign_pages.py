"""The routes of the pages that plan campaigns, start them, and follow them."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from features.vocabulary.errors import RegularsError
from serving.access.request_body import form_pairs
from serving.access.routes import LARGE_BYTES, LONGEST_SECONDS
from serving.campaigns.contact_list import ENDINGS, write_contact_list
from serving.campaigns.returned_list import report_outcomes
from serving.contract.answering import models_in_use_of
from serving.contract.routes import Routes
from serving.in_use.models_in_use import InUse, ModelsInUse
from serving.ledger.campaigns import FrozenCampaign
from serving.pages.answers import CSV, HTML, XLSX, html
from serving.pages.campaigns.campaign_view import Notice, campaign_page
from serving.pages.campaigns.campaigns_view import CAMPAIGNS_PAGE, campaigns_page
from serving.pages.campaigns.plan_query import PlanQuery
from serving.pages.campaigns.plan_view import plan_page
from serving.pages.campaigns.reported import reported_notice, unread_notice
from serving.pages.campaigns.starting import StartRefused, start_form, started
from serving.pages.files.upload import uploaded_file
from serving.pages.list_query import PLAN_PAGE

_MEDIA_TYPES = {"csv": CSV, "xlsx": XLSX}
_ONE = f"{CAMPAIGNS_PAGE}/{{campaign_id}}"
_PAGE: Any = {"scope": "pages", "browser": True, "permission": "campaigns"}


class CampaignPages:
    """The pages of campaigns: ``draw`` makes a page of its template and context, ``refuse`` a refusal for a person."""

    def __init__(
        self, draw: Callable[[str, object], str], refuse: Callable[[Request, str], Response]
    ) -> None:
        self._draw, self._refuse = draw, refuse

    def add_to(self, routes: Routes) -> None:
        """Declare every address of these pages."""
        get, post = routes.get, routes.post
        get(PLAN_PAGE, seconds=60.0, is_personal=False, **_PAGE)(self._plan)
        get(CAMPAIGNS_PAGE, seconds=60.0, is_personal=False, **_PAGE)(self._all)
        post(CAMPAIGNS_PAGE, seconds=60.0, is_personal=True, body="form", **_PAGE)(self._start)
        for address, answer in ((_ONE, self._one), (f"{_ONE}/list.{{ending}}", self._list)):
            get(address, seconds=LONGEST_SECONDS, is_personal=True, **_PAGE)(answer)
        post(
            f"{_ONE}/outcomes",
            seconds=LONGEST_SECONDS,
            is_personal=True,
            body="file",
            body_bytes=LARGE_BYTES,
            **_PAGE,
        )(self._outcomes)

    def _plan(self, request: Request) -> Response:
        models_in_use, in_use = _in_use(request)
        if in_use is None:
            return self._refuse(request, "not_ready")
        query = PlanQuery.parse(request.query_params.multi_items())
        campaigns, now = models_in_use.ledger.campaigns, models_in_use.now()
        page = plan_page(in_use, models_in_use.settings, campaigns, query, now, start_form(query))
        # What is asked for in place has the address of what it means, without the fields that were left empty.
        said = {"hx-push-url": query.link()} if "hx-request" in request.headers else None
        return Response(self._draw("plan.html", page), media_type=HTML, headers=said)

    async def _start(self, request: Request) -> Response:
        models_in_use, in_use = _in_use(request)
        if in_use is None:
            return self._refuse(request, "not_ready")
        sent = form_pairs(await request.body())
        query = PlanQuery.parse(sent)
        form = start_form(query, sent)
        try:
            campaign_id = started(models_in_use, in_use, query, form)
        except StartRefused as refused:
            said = in_use.wording.language.say(str(refused))
            page = plan_page(
                in_use,
                models_in_use.settings,
                models_in_use.ledger.campaigns,
                query,
                models_in_use.now(),
                start_form(query, sent, said),
            )
            return html(self._draw("plan.html", page), 422)
        return RedirectResponse(f"{CAMPAIGNS_PAGE}/{campaign_id}", status_code=303)

    def _all(self, request: Request) -> Response:
        models_in_use, in_use = _in_use(request)
        if in_use is None:
            return self._refuse(request, "not_ready")
        page = campaigns_page(
            in_use, models_in_use.settings, models_in_use.ledger, models_in_use.now()
        )
        return html(self._draw("campaigns.html", page))

    def _one(self, request: Request, campaign_id: str) -> Response:
        models_in_use, in_use = _in_use(request)
        if in_use is None:
            return self._refuse(request, "not_ready")
        campaign = models_in_use.ledger.campaigns.of_id(campaign_id)
        if campaign is None:
            return self._refuse(request, "not_found")
        return self._shown(request, models_in_use, in_use, campaign, Notice())

    def _shown(
        self,
        request: Request,
        models_in_use: ModelsInUse,
        in_use: InUse,
        campaign: FrozenCampaign,
        notice: Notice,
    ) -> Response:
        asked = request.query_params.get("page", "")
        number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 9 else 1
        page = campaign_page(
            in_use,
            models_in_use.settings,
            models_in_use.ledger,
            campaign,
            number,
            models_in_use.now(),
            notice,
        )
        status = 422 if notice.is_fault else 200
        return html(self._draw("campaign.html", page), status)

    def _list(self, request: Request, campaign_id: str, ending: str) -> Response:
        """The list that goes out, as the command writes it: consent is looked up once more."""
        models_in_use = models_in_use_of(request)
        campaign = models_in_use.ledger.campaigns.of_id(campaign_id)
        if campaign is None or ending not in ENDINGS:
            return self._refuse(request, "not_found")
        with _Scratch(models_in_use) as folder:
            file = folder / f"contacts.{ending}"
            write_contact_list(
                models_in_use.workspace,
                campaign.name,
                file,
                language=models_in_use.language,
                currency=models_in_use.currency,
            )
            content = file.read_bytes()
        said = {"content-disposition": f'attachment; filename="contacts.{ending}"'}
        return Response(content, media_type=_MEDIA_TYPES[ending], headers=said)

    async def _outcomes(self, request: Request) -> Response:
        """The list that comes back, whole or not at all."""
        models_in_use, in_use = _in_use(request)
        campaign = models_in_use.ledger.campaigns.of_id(request.path_params["campaign_id"])
        if in_use is None or campaign is None:
            return self._refuse(request, "not_ready" if in_use is None else "not_found")
        language = in_use.wording.language
        sent = uploaded_file(await request.body(), request.headers["content-type"], "list")
        if sent is None or not sent[1]:
            return self._shown(request, models_in_use, in_use, campaign, unread_notice(language))
        name, content = sent
        with _Scratch(models_in_use) as folder:
            file = folder / ("list.xlsx" if name.lower().endswith(".xlsx") else "list.csv")
            file.write_bytes(content)
            try:
                found = report_outcomes(
                    models_in_use.workspace, campaign.name, file, at=models_in_use.now()
                )
            except RegularsError as refused:
                notice = unread_notice(language, refused)
            else:
                notice = reported_notice(found, language)
        now = models_in_use.in_use
        return self._shown(request, models_in_use, in_use if now is None else now, campaign, notice)


class _Scratch:
    """A folder for a list on its way, which is gone afterwards; a killed process's is cleared with left workbooks."""

    def __init__(self, models_in_use: ModelsInUse) -> None:
        self._folder = models_in_use.workspace.spreadsheets / secrets.token_hex(8)

    def __enter__(self) -> Path:
        self._folder.mkdir(parents=True)
        return self._folder

    def __exit__(self, *_fault: object) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)


def _in_use(request: Request) -> tuple[ModelsInUse, InUse | None]:
    models_in_use = models_in_use_of(request)
    return models_in_use, models_in_use.in_use
