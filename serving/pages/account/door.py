"""The door to the pages: a link, a name with its password, or a key; and the way out."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from serving.access.browsers import browser_of
from serving.access.cookies import DEVICE_COOKIE, DOOR_COOKIE, SESSION_COOKIE, form_token_of
from serving.contract.answering import models_in_use_of
from serving.contract.routes import Routes
from serving.ledger.accounts.accounts import LONGEST_NAME, UserAccount
from serving.ledger.accounts.sessions import SESSION_SECONDS
from serving.ledger.accounts.signing_in import DEVICE_SECONDS, SignInOrigin, TriedTooOften
from serving.ledger.ledger import Ledger
from serving.pages.account.contexts import SignInPage
from serving.pages.answers import form_of, html, with_cookie, without_cookie
from training.reasons.languages.catalogue import phrase
from training.reasons.languages.language import Language


class Door:
    """The routes of the door; ``draw`` makes a page of a template, ``language`` tells what pages are drawn in."""

    def __init__(
        self, draw: Callable[[str, object], str], language: Callable[[], Language]
    ) -> None:
        self._draw = draw
        self._language = language

    def add_to(self, routes: Routes) -> None:
        """Declare the routes."""
        routes.get("/sign-in", scope=None, is_personal=False, browser=True)(self._open)
        routes.post(
            "/sign-in",
            scope=None,
            is_personal=False,
            browser=True,
            body="form",
            tries_password=True,
        )(self._sign_in)
        routes.post(
            "/sign-out",
            scope="pages",
            is_personal=True,
            browser=True,
            permission="own",
            body="form",
        )(self._sign_out)

    def _open(self, request: Request) -> Response:
        models_in_use = models_in_use_of(request)
        ticket = request.query_params.get("ticket")
        if ticket is None:
            return self._page(request)
        token = models_in_use.ledger.sessions.redeem_ticket(
            ticket, at=models_in_use.now(), browser=_browser(request)
        )
        if token is None:
            return self._page(request, phrase("This link was used already or has expired."))
        # A page rather than a redirect: a browser keeps a strict cookie out of the redirect that a
        # link in somebody else's page has led to.
        page = SignInPage(models_in_use.settings.company.name, is_signed_in=True)
        return signed_in(html(self._draw("sign_in.html", page)), request, token)

    async def _sign_in(self, request: Request) -> Response:
        sent = await form_of(request)
        if key := sent.get("key", "").strip():
            return self._sign_in_with_key(request, key)
        models_in_use = models_in_use_of(request)
        name, ledger = sent.get("name", "")[: 2 * LONGEST_NAME], models_in_use.ledger
        try:
            account = ledger.signing_in.account_of(
                name, sent.get("password", ""), origin_of(request), at=models_in_use.now()
            )
        except TriedTooOften as waits:
            return self._page(request, too_often(waits, self._language()), name=name, waits=waits)
        if account is None:
            said = phrase("This name and this password do not belong together.")
            return self._page(request, said, name=name)
        token = begin_session(ledger, account, request, at=models_in_use.now())
        answer = signed_in(RedirectResponse("/", status_code=303), request, token)
        device = ledger.signing_in.new_device(account)
        return with_cookie(answer, request, DEVICE_COOKIE, device, DEVICE_SECONDS)

    def _sign_in_with_key(self, request: Request, key: str) -> Response:
        models_in_use = models_in_use_of(request)
        token = models_in_use.ledger.sign_in(key, at=models_in_use.now(), browser=_browser(request))
        if token is None:
            return self._page(request, phrase("This key does not open the pages."))
        return signed_in(RedirectResponse("/", status_code=303), request, token)

    async def _sign_out(self, request: Request) -> Response:
        token = request.state.cookies.read(request.headers, SESSION_COOKIE)
        if token is not None:
            models_in_use_of(request).ledger.sessions.end(token)
        answer = RedirectResponse("/sign-in", status_code=303)
        return without_cookie(answer, request, SESSION_COOKIE)

    def _page(
        self,
        request: Request,
        fault: str = "",
        *,
        name: str = "",
        waits: TriedTooOften | None = None,
    ) -> Response:
        models_in_use = models_in_use_of(request)
        door = request.state.cookies.read(request.headers, DOOR_COOKIE)
        is_new = not door
        door = door or secrets.token_urlsafe(32)
        page = SignInPage(
            models_in_use.settings.company.name,
            self._language().say(fault) if fault else "",
            name=name,
            form_token=form_token_of(door),
            has_accounts=any(
                one.password and not one.is_disabled for one in models_in_use.ledger.accounts.all()
            ),
        )
        answer = html(self._draw("sign_in.html", page), status=401 if fault else 200)
        if waits is not None:
            answer.status_code = 429
            answer.headers["retry-after"] = str(waits.come_again_seconds)
        if is_new:
            return with_cookie(answer, request, DOOR_COOKIE, door, SESSION_SECONDS)
        return answer


def signed_in(answer: Response, request: Request, token: str) -> Response:
    """An answer that leaves a session in the browser."""
    return with_cookie(answer, request, SESSION_COOKIE, token, SESSION_SECONDS)


def begin_session(ledger: Ledger, account: UserAccount, request: Request, *, at: int) -> str:
    """Sign an account in with the browser that asks, and put it on record."""
    ledger.audit.note(
        at=at,
        caller=account.account_id,
        method="POST",
        route="/sign-in",
        correlation_id=request.state.correlation_id,
    )
    earlier = request.state.cookies.read(request.headers, SESSION_COOKIE)
    if earlier is not None:
        ledger.sessions.end(earlier)
    return ledger.sessions.begin(account_id=account.account_id, at=at, browser=_browser(request))


def origin_of(request: Request) -> SignInOrigin:
    """From where somebody tries; a proxy that stands before the service is believed who asks it."""
    cookies = request.state.cookies
    address = "" if request.client is None else request.client.host
    if cookies.is_secure:
        address = request.headers.get("x-forwarded-for", address).rpartition(",")[2].strip()
    return SignInOrigin(address, cookies.read(request.headers, DEVICE_COOKIE) or "")


def too_often(waits: TriedTooOften, language: Language) -> str:
    """When somebody may try again, in a sentence."""
    seconds = waits.come_again_seconds
    said = language.plural(
        "Too many tries from here. Try again in 1 second.",
        "Too many tries from here. Try again in {count} seconds.",
        seconds,
    )
    return said.format(count=language.count(seconds))


def _browser(request: Request) -> str:
    return browser_of(request.headers.get("user-agent", ""))
