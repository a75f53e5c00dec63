"""The page of one's own account: where one is signed in, to be signed out there, and another password."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from features.vocabulary.errors import UsageRefused
from serving.access.problems import Refusal
from serving.contract.answering import models_in_use_of
from serving.contract.routes import Routes
from serving.ledger.accounts.accounts import UserAccount
from serving.ledger.accounts.roles import ROLES
from serving.ledger.accounts.sessions import SEEN_EVERY_SECONDS, Session
from serving.ledger.accounts.signing_in import TriedTooOften
from serving.pages.account.contexts import AccountPage, SessionLine
from serving.pages.account.door import (
    begin_session,
    origin_of,
    signed_in,
    too_often,
)
from serving.pages.answers import form_of, html
from training.reasons.languages.catalogue import phrase
from training.reasons.languages.language import Language

ACCOUNT_PAGE = "/account"
ROLE_TITLES: Mapping[str, str] = {
    "marketer": phrase("Marketer"),
    "adviser": phrase("Adviser"),
    "scientist": phrase("Scientist"),
    "privacy officer": phrase("Privacy officer"),
    "admin": phrase("Administrator"),
    "auditor": phrase("Auditor"),
}
ROLE_SENTENCES = (
    phrase("Decides whom to contact, and takes lists away."),
    phrase("Talks to customers, one at a time."),
    phrase("Answers for the models, and needs no customer by name."),
    phrase("Answers customers who ask what is known of them."),
    phrase("Runs the service."),
    phrase("Looks after the others, and needs no customer by name."),
)
"""Those of ``ROLES``, so that each language has them."""
_DONE: Mapping[str, str] = {
    "password": phrase("Your password is changed. Every other browser is signed out."),
    "sessions": phrase("Signed out there."),
}


class OwnAccount:
    """The routes of the page; ``draw`` makes a page of a template, ``language`` tells what pages are drawn in."""

    def __init__(
        self, draw: Callable[[str, object], str], language: Callable[[], Language]
    ) -> None:
        self._draw = draw
        self._language = language

    def add_to(self, routes: Routes) -> None:
        """Declare the routes."""
        routes.get(ACCOUNT_PAGE, scope="pages", is_personal=False, browser=True, permission="own")(
            self._show
        )
        routes.post(
            f"{ACCOUNT_PAGE}/sessions",
            scope="pages",
            is_personal=True,
            browser=True,
            permission="own",
            body="form",
        )(self._end_sessions)
        routes.post(
            f"{ACCOUNT_PAGE}/password",
            scope="pages",
            is_personal=True,
            browser=True,
            permission="own",
            body="form",
            tries_password=True,
        )(self._change_password)

    def _show(self, request: Request) -> Response:
        account, session = _own(request)
        done = _DONE.get(request.query_params.get("done", ""), "")
        return self._page(request, account, session, done=done)

    async def _end_sessions(self, request: Request) -> Response:
        account, session = _own(request)
        sessions, sent = models_in_use_of(request).ledger.sessions, await form_of(request)
        known = sessions.of_account(account.account_id, at=models_in_use_of(request).now())
        others = [one.session_id for one in known if one.session_id != session.session_id]
        ids = others if "others" in sent else [sent.get("session", "")]
        sessions.end_of_account(account.account_id, ids)
        return RedirectResponse(f"{ACCOUNT_PAGE}?done=sessions", status_code=303)

    async def _change_password(self, request: Request) -> Response:
        account, session = _own(request)
        models_in_use, sent = models_in_use_of(request), await form_of(request)
        ledger, at, language = models_in_use.ledger, models_in_use.now(), self._language()
        current, new = sent.get("current", ""), sent.get("new", "")
        try:
            found = ledger.signing_in.account_of(account.name, current, origin_of(request), at=at)
        except TriedTooOften as waits:
            return self._page(request, account, session, fault=too_often(waits, language))
        fault = ""
        if found is None:
            fault = phrase("The present password is another one.")
        elif new != sent.get("again", ""):
            fault = phrase("The new password was not entered twice alike.")
        else:
            try:
                ledger.accounts.set_password(account, new)
            except UsageRefused:
                fault = phrase(
                    "A password has 12 to 200 characters, five of them different, and your name is not in it."
                )
        if fault:
            return self._page(request, account, session, fault=language.say(fault))
        token = begin_session(ledger, account, request, at=at)
        answer = RedirectResponse(f"{ACCOUNT_PAGE}?done=password", status_code=303)
        return signed_in(answer, request, token)

    def _page(
        self,
        request: Request,
        account: UserAccount,
        session: Session,
        *,
        fault: str = "",
        done: str = "",
    ) -> Response:
        models_in_use, language = models_in_use_of(request), self._language()
        now = models_in_use.now()
        found = models_in_use.ledger.sessions.of_account(account.account_id, at=now)
        # The browser that looks stands first, the others behind it.
        found.sort(key=lambda one: one.session_id != session.session_id)
        page = AccountPage(
            company=models_in_use.settings.company.name,
            name=account.name,
            display_name=account.display_name,
            role=language.say(ROLE_TITLES[account.role]),
            for_whom=language.say(ROLES[account.role].sentence),
            has_password=bool(account.password),
            sessions=[
                SessionLine(
                    one.session_id,
                    one.browser or language.say("another browser"),
                    _ago(now - one.opened_at, language),
                    _ago(now - one.seen_at, language),
                    one.session_id == session.session_id,
                )
                for one in found
            ],
            fault=fault,
            done=language.say(done) if done else "",
        )
        return html(self._draw("account.html", page), status=422 if fault else 200)


def _own(request: Request) -> tuple[UserAccount, Session]:
    """The account that asks, with its session; a key and a link of the machine itself have none."""
    session: Session | None = request.state.session
    ledger = models_in_use_of(request).ledger
    account = None if session is None else ledger.accounts.of_id(session.account_id)
    if session is None or account is None:
        raise Refusal("no_account")
    return account, session


def _ago(seconds: int, language: Language) -> str:
    """How long ago something was, in minutes or hours; sign-ins last half a day."""
    minutes = max(0, seconds) // 60
    if minutes * 60 < SEEN_EVERY_SECONDS:
        return language.say("just now")
    if minutes < 60:
        said = language.plural("1 minute ago", "{count} minutes ago", minutes)
        return said.format(count=language.count(minutes))
    hours = minutes // 60
    said = language.plural("1 hour ago", "{count} hours ago", hours)
    return said.format(count=language.count(hours))
