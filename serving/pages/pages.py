"""The marketer's pages: drawn here, whole, on the server; they work without script and print well."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import jinja2
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse, StreamingResponse

from features.vocabulary.identifiers import normal_id
from serving.access.problems import KINDS, Problem, Refusal
from serving.access.routes import LONGEST_SECONDS
from serving.access.visitor import current_visitor
from serving.contract.answering import models_in_use_of
from serving.contract.quick_route import QuickRoute
from serving.contract.routes import Routes
from serving.in_use.models_in_use import InUse
from serving.ledger.accounts.roles import permissions_of
from serving.pages.account.door import Door
from serving.pages.account.own_account import OwnAccount
from serving.pages.answers import CSV, HTML, XLSX, form_of, html
from serving.pages.campaigns.campaign_pages import CampaignPages
from serving.pages.churn_list import matching
from serving.pages.contexts import ProblemPage
from serving.pages.contract_page import contract_page
from serving.pages.customer.customer_query import CustomerQuery
from serving.pages.customer.customer_view import KnownBeside, customer_page
from serving.pages.customer.find_view import MOST_FOUND, find_page
from serving.pages.figures import CUSTOMER_PAGE, customer_link, key_of_name, link_to, unbroken
from serving.pages.files.choices import CSV_ADDRESS, WORKBOOK_ADDRESS
from serving.pages.files.download import SPELLINGS, csv_parts, usual_spelling
from serving.pages.files.workbook import MOST_ROWS, xlsx_parts
from serving.pages.list_query import ListQuery
from serving.pages.list_view import churn_list_page
from serving.pages.monitoring_view import MONITORING_PAGE, monitoring_page
from serving.pages.quality.quality_view import QUALITY_PAGE, quality_page
from serving.pages.segments.segments_view import SEGMENTS_PAGE, segments_page
from serving.snapshot.search.finding import keys_of
from training.reasons.languages.known import ENGLISH
from training.reasons.languages.language import Language

_HERE = Path(__file__).parent
_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}


class Pages:
    """The routes of the pages, with their templates and static files, read when first needed."""

    language = ENGLISH
    """The language the pages are drawn in: the company's, once it is known."""

    def __init__(self) -> None:
        self._templates: dict[str, jinja2.Environment] = {}
        self.routes = Routes(APIRouter(route_class=QuickRoute))
        self._add_routes()

    @cached_property
    def _static(self) -> dict[str, bytes]:
        return {one.name: one.read_bytes() for one in sorted((_HERE / "static").iterdir())}

    def static_link(self, name: str) -> str:
        """The address of a static file, which changes with its content so that it can be kept."""
        return f"/static/{name}?v={hashlib.sha256(self._static[name]).hexdigest()[:12]}"

    def draw(self, template: str, page: object) -> str:
        """A page from its context; the template sees nothing else."""
        return self._environment.get_template(template).render(page=page)

    @property
    def _environment(self) -> jinja2.Environment:
        language = self.language
        if language.code not in self._templates:
            self._templates[language.code] = self._templates_in(language)
        return self._templates[language.code]

    def _templates_in(self, language: Language) -> jinja2.Environment:
        """The templates with a language's words in the place of the English they are written in."""
        found = jinja2.Environment(
            loader=jinja2.FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            auto_reload=False,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
        )
        found.install_gettext_callables(language.say, language.plural, newstyle=True)  # type: ignore[attr-defined]
        found.globals |= {
            "static": self.static_link,
            "language": language.code,
            "visitor": current_visitor,
        }
        found.filters["unbroken"] = unbroken
        return found

    def rehearse(self) -> None:
        """Read every template, so that nobody waits for it who asks for the first page of a process."""
        for one in (_HERE / "templates").iterdir():
            self._environment.get_template(one.name)

    def error_page(self, problem: Problem) -> bytes:
        """A problem for a person."""
        detail = problem.detail or problem.kind.detail
        title, detail = (self.language.say(one, "problem") for one in (problem.kind.title, detail))
        page = ProblemPage(title, detail, problem.kind.status, problem.correlation_id)
        return self.draw("problem.html", page).encode()

    def _add_routes(self) -> None:
        get, post = self.routes.get, self.routes.post
        get("/", scope="pages", is_personal=False, browser=True, permission="own")(_home)
        get("/churn", scope="pages", is_personal=True, browser=True)(self._churn)
        for address, answer in ((CSV_ADDRESS, self._csv), (WORKBOOK_ADDRESS, self._workbook)):
            get(
                address,
                scope="pages",
                is_personal=True,
                browser=True,
                permission="files",
                seconds=LONGEST_SECONDS,
                is_whole=False,
            )(answer)
        post("/churn/find", scope="pages", is_personal=True, browser=True, body="form")(self._find)
        get(CUSTOMER_PAGE, scope="pages", is_personal=True, browser=True)(self._customer)
        get(MONITORING_PAGE, scope="pages", is_personal=False, browser=True)(self._monitoring)
        get(SEGMENTS_PAGE, scope="pages", is_personal=False, browser=True)(self._segments)
        get(QUALITY_PAGE, scope="pages", is_personal=False, browser=True)(self._quality)
        CampaignPages(self.draw, self._refusal).add_to(self.routes)
        get("/v1/docs", scope="pages", is_personal=False, browser=True)(self._contract)
        for one in (Door, OwnAccount):
            one(self.draw, lambda: self.language).add_to(self.routes)
        get("/static/{name}", scope=None, is_personal=False)(self._file)

    def _churn(self, request: Request) -> Response:
        models_in_use = models_in_use_of(request)
        in_use = models_in_use.in_use
        if in_use is None:
            return self._refusal(request, "not_ready")
        query = ListQuery.parse(request.query_params)
        fault, now = models_in_use.fault, models_in_use.now()
        findings = models_in_use.findings.now
        page = churn_list_page(in_use, models_in_use.settings, query, fault, now, findings)
        return html(self.draw("churn.html", page))

    def _csv(self, request: Request) -> Response:
        models_in_use = models_in_use_of(request)
        in_use = models_in_use.in_use
        if in_use is None:
            return self._refusal(request, "not_ready")
        query = ListQuery.parse(request.query_params)
        usual = usual_spelling(models_in_use.language)
        asked = SPELLINGS.get(request.query_params.get("separator", ""), SPELLINGS[usual])
        parts = csv_parts(
            in_use,
            query,
            models_in_use.currency,
            spelling=asked,
            withheld=lambda: models_in_use.ledger.privacy.withheld,
        )
        return _file(parts, CSV, "churn-list.csv")

    def _workbook(self, request: Request) -> Response:
        models_in_use = models_in_use_of(request)
        in_use = models_in_use.in_use
        if in_use is None:
            return self._refusal(request, "not_ready")
        query = ListQuery.parse(request.query_params)
        if len(matching(in_use.snapshot, query)) > MOST_ROWS:
            return self._refusal(request, "list_too_long")
        parts = xlsx_parts(
            in_use,
            query,
            models_in_use.currency,
            models_in_use.workspace.spreadsheets,
            withheld=lambda: models_in_use.ledger.privacy.withheld,
        )
        return _file(parts, XLSX, "churn-list.xlsx")

    async def _find(self, request: Request) -> Response:
        """A search: the id comes in the body and goes no further than this answer."""
        models_in_use = models_in_use_of(request)
        in_use = models_in_use.in_use
        if in_use is None:
            return self._refusal(request, "not_ready")
        sent = await form_of(request)
        query = ListQuery.parse(sent)
        text = sent.get("q", "").strip()
        number = normal_id(text, ignore_case=models_in_use.ignores_case)
        if not number:
            return RedirectResponse(query.link(), status_code=303)
        keys = keys_of(in_use.snapshot, text, MOST_FOUND + 1, in_use.names, number=number)
        if len(keys) == 1:
            return RedirectResponse(link_to(in_use, keys[0], query), status_code=303)
        # No address may hold what was looked for, so that the answer to the form is the result itself.
        page = find_page(in_use, models_in_use.settings, keys, query)
        return html(self.draw("find.html", page))

    def _customer(self, request: Request) -> Response:
        models_in_use = models_in_use_of(request)
        in_use = models_in_use.in_use
        if in_use is None:
            return self._refusal(request, "not_ready")
        if "who" not in request.query_params:
            return self._moved(request, in_use)
        query = CustomerQuery.parse(request.query_params)
        key = key_of_name(in_use, query.who, ignore_case=models_in_use.ignores_case)
        if key < 0:
            return self._refusal(request, "not_found")
        # The address names somebody in a way nobody can read; who it is stands on record before they are shown.
        shown = in_use.snapshot.customer_ids[key]
        models_in_use.ledger.audit.note(
            at=models_in_use.now(),
            caller=request.state.actor,
            method="SHOW",
            route=CUSTOMER_PAGE,
            correlation_id=request.state.correlation_id,
            about=models_in_use.ledger.unreadable([shown]),
        )
        beside = KnownBeside.of(models_in_use, in_use, shown)
        page = customer_page(in_use, models_in_use.settings, key, query, beside)
        return html(self.draw("customer.html", page))

    def _moved(self, request: Request, in_use: InUse) -> Response:
        """A link of before customers had names in addresses: it holds while its scores are in use."""
        if request.query_params.get("g") != in_use.snapshot.name:
            return self._refusal(request, "replaced")
        row = _row(request.query_params.get("row", ""), in_use)
        if row is None:
            return self._refusal(request, "not_found")
        return RedirectResponse(customer_link(in_use, row), status_code=303)

    def _monitoring(self, request: Request) -> Response:
        """What the latest monitoring found, of the company and of no customer."""
        models_in_use = models_in_use_of(request)
        company, now = models_in_use.settings.company.name, models_in_use.now()
        page = monitoring_page(models_in_use.findings.now, company, now, models_in_use.language)
        return html(self.draw("monitoring.html", page))

    def _segments(self, request: Request) -> Response:
        """Stages, statuses and segments, of the company and of no customer."""
        models_in_use = models_in_use_of(request)
        in_use = models_in_use.in_use
        if in_use is None:
            return self._refusal(request, "not_ready")
        company, currency = models_in_use.settings.company.name, models_in_use.currency
        return html(self.draw("segments.html", segments_page(in_use, company, currency)))

    def _quality(self, request: Request) -> Response:
        """Whether the scores can be trusted, of the company and of no customer."""
        models_in_use = models_in_use_of(request)
        in_use = models_in_use.in_use
        if in_use is None:
            return self._refusal(request, "not_ready")
        verdicts = models_in_use.ledger.feedback.counts()
        company, findings = models_in_use.settings.company.name, models_in_use.findings.now
        return html(self.draw("quality.html", quality_page(in_use, company, findings, verdicts)))

    def _contract(self, request: Request) -> Response:
        """The contract as a page."""
        described, models_in_use = request.app.openapi(), models_in_use_of(request)
        page = contract_page(described, models_in_use.settings.company.name)
        return html(self.draw("contract.html", page))

    def _file(self, request: Request, name: str) -> Response:
        content = self._static.get(name)
        if content is None:
            raise Refusal("not_found")
        return Response(content, media_type=_MEDIA_TYPES[Path(name).suffix])

    def _refusal(self, request: Request, code: str) -> Response:
        """A refusal as a page where a person asks, else as the problem document."""
        if "text/html" not in request.headers.get("accept", ""):
            raise Refusal(code)
        problem = Problem(KINDS[code], getattr(request.state, "correlation_id", ""))
        return Response(self.error_page(problem), status_code=problem.kind.status, media_type=HTML)


def _home(request: Request) -> Response:
    """The first page a role opens."""
    session = request.state.session
    sees_customers = session is None or "customers" in permissions_of(session.role)
    return RedirectResponse("/churn" if sees_customers else MONITORING_PAGE, status_code=303)


def _row(text: str, in_use: InUse) -> int | None:
    if not (text.isascii() and text.isdecimal() and len(text) < 12):
        return None
    row, snapshot = int(text), in_use.snapshot
    return row if row < snapshot.judged and row not in snapshot.withheld_places else None


def _file(parts: Iterator[bytes], media_type: str, name: str) -> Response:
    said = {"content-disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(parts, media_type=media_type, headers=said)
