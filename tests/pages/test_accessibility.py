"""No page keeps anybody out, as far as axe-core can tell: in both languages, on a desk and a phone, light and dark."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pytest

from serving.pages.figures import customer_link, link_to
from serving.scores.score import Status
from tests.pages.browsing import served, sign_in
from tests.pages.campaigns.measured import measured_campaign
from tests.serving.calling import Service
from tests.serving.company import Company
from tests.waiting import GENEROUS_SECONDS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
SIZES = ((1440, 900), (390, 844))


class Visit:
    """A signed-in browser at the pages of one company, and what it complained about."""

    def __init__(self, page: Page, service: Service, address: str) -> None:
        self.page = page
        self.complaints: list[str] = []
        in_use = service.models_in_use.in_use
        assert in_use is not None
        self.in_use = in_use
        self._service, self._address = service, address
        page.set_default_timeout(1_000 * GENEROUS_SECONDS)
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda fault: self.complaints.append(str(fault)))

    def to(self, path: str) -> None:
        self.page.goto(f"{self._address}{path}")

    def to_somebody_not_judged(self) -> None:
        key = np.flatnonzero(self.in_use.snapshot.status != Status.OK)[0]
        self.to(link_to(self.in_use, int(key)))

    def to_the_keys(self) -> None:
        self.to("/churn")
        self.page.keyboard.press("?")
        self.page.locator("dialog.keys").wait_for()

    @property
    def campaign_id(self) -> str:
        """A campaign with a customer, an outcome and a result."""
        campaigns = self._service.models_in_use.ledger.campaigns
        if not campaigns.all():
            measured_campaign(self._service)
        return campaigns.all()[0].campaign_id

    def look_for_several(self) -> None:
        self.to("/churn")
        self.page.fill("input[name=q]", self.in_use.snapshot.customer_ids[0][:2])
        self.page.locator(".search button").click()
        self.page.locator(".found li").nth(1).wait_for()

    def enter_a_wrong_key(self) -> None:
        self.to("/sign-in")
        self.page.fill("input[name=key]", "rgl_nothing")
        self.page.locator("main form button").click()
        self.page.locator(".notice").wait_for()

    def open_everything(self) -> None:
        self.page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")


PAGES: dict[str, Callable[[Visit], None]] = {
    "list": lambda visit: visit.to("/churn?consent=all&sort=risk&page=2"),
    "list narrowed": lambda visit: visit.to("/churn?band=high&cell=high-high&consent=all"),
    "nobody in it": lambda visit: visit.to("/churn?spend=999999999"),
    "keys": Visit.to_the_keys,
    "customer": lambda visit: visit.to(customer_link(visit.in_use, 0)),
    "not judged": Visit.to_somebody_not_judged,
    "several found": Visit.look_for_several,
    "monitoring": lambda visit: visit.to("/monitoring"),
    "segments": lambda visit: visit.to("/segments"),
    "quality": lambda visit: visit.to("/quality"),
    "plan": lambda visit: visit.to("/plan?budget=40&call=5"),
    "campaigns": lambda visit: visit.to("/campaigns"),
    "campaign": lambda visit: visit.to(f"/campaigns/{visit.campaign_id}"),
    "nobody to contact": lambda visit: visit.to("/plan?budget=0"),
    "contract": lambda visit: visit.to("/v1/docs"),
    "sign-in": lambda visit: visit.to("/sign-in"),
}
REFUSED: dict[str, tuple[int, Callable[[Visit], None]]] = {
    "wrong key": (401, Visit.enter_a_wrong_key),
    "no such page": (404, lambda visit: visit.to("/nothing")),
    "not by a link": (405, lambda visit: visit.to("/churn/find")),
    "replaced": (410, lambda visit: visit.to("/churn/customer?g=old&row=1")),
}


@pytest.fixture(scope="module", params=["en", "de"])
def speaking(
    request: pytest.FixtureRequest,
    valued_company: Company,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Service, str]]:
    """The company with everything a page can show, in each language."""
    settings = valued_company.settings
    spoken = replace(settings, company=replace(settings.company, language=request.param))
    folder = tmp_path_factory.mktemp("ledger")
    with served(replace(valued_company, settings=spoken), folder) as found:
        yield found


@pytest.fixture(scope="module")
def signed_in_once(chromium: Browser, speaking: tuple[Service, str]) -> Iterator[Page]:
    # The pages' policy keeps every script out that is not theirs, axe-core's parts among them.
    # What moves from one colour to another would be judged on its way.
    context = chromium.new_context(bypass_csp=True, reduced_motion="reduce")
    yield sign_in(context.new_page(), speaking)
    context.close()


@pytest.fixture
def visit(signed_in_once: Page, speaking: tuple[Service, str]) -> Visit:
    return Visit(signed_in_once, *speaking)


def violations(page: Page, *, colours: bool = True) -> list[dict[str, Any]]:
    """What axe-core finds wrong with a page as it is shown now."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    asked = {"resultTypes": ["violations"], "rules": {"color-contrast": {"enabled": colours}}}
    found: list[dict[str, Any]] = axe.Axe().run(page, options=asked).response["violations"]
    return found


def faults(visit: Visit, *, colours: bool = True) -> list[str]:
    """The same at every size and in every scheme, in a line each."""
    found = []
    for width, height in SIZES:
        visit.page.set_viewport_size({"width": width, "height": height})
        for scheme in SCHEMES:
            visit.page.emulate_media(color_scheme=scheme)
            found += [
                f"{width} {scheme} {one['id']}: {node['html']}: {node['failureSummary']}"
                for one in violations(visit.page, colours=colours)
                for node in one["nodes"]
            ]
    return found


@pytest.mark.parametrize("name", PAGES)
def test_nothing_keeps_anybody_out_of_a_page(visit: Visit, name: str) -> None:
    PAGES[name](visit)
    visit.open_everything()
    # The contract is long, and its colours are the same in every language.
    is_seen = name == "contract" and visit.page.locator("html[lang=de]").count() == 1
    assert faults(visit, colours=not is_seen) == []
    assert visit.complaints == []


@pytest.mark.parametrize("name", REFUSED)
def test_nothing_keeps_anybody_out_of_a_refusal(visit: Visit, name: str) -> None:
    status, go = REFUSED[name]
    go(visit)
    assert faults(visit) == []
    # The browser itself says that the page was refused, and nobody says more.
    assert len(visit.complaints) == 1 and f"status of {status}" in visit.complaints[0]


def test_nothing_keeps_anybody_out_of_ones_own_account_and_of_the_door_to_it(
    visit: Visit, speaking: tuple[Service, str]
) -> None:
    service, address = speaking
    ledger = service.models_in_use.ledger
    account = ledger.accounts.create("anna", "Anna Berg", "adviser", "correct horse battery", at=1)
    for _ in range(2):
        ledger.sessions.begin(account_id=account.account_id, at=service.seconds)
    try:
        visit.to(
            f"/sign-in?ticket={ledger.sessions.create_ticket(account.account_id, at=service.seconds)}"
        )
        visit.page.wait_for_url("**/churn")
        visit.to("/account?done=sessions")
        assert visit.page.locator(".sessions tbody tr").count() == 3
        assert faults(visit) == []
        visit.to("/sign-in")
        visit.open_everything()
        assert visit.page.locator("main input:visible").count() == 3
        assert faults(visit) == []
        assert visit.complaints == []
    finally:
        ledger.accounts.remove("anna")
        sign_in(visit.page, (service, address))


def test_what_keeps_somebody_out_is_found(visit: Visit) -> None:
    visit.to("/sign-in")
    visit.page.locator("input[name=key]").evaluate(
        "key => { key.placeholder = ''; key.closest('label').replaceWith(key); }"
    )
    visit.page.add_style_tag(content=".lead { color: color-mix(in srgb, var(--paper), gray 20%) }")
    for scheme in SCHEMES:
        visit.page.emulate_media(color_scheme=scheme)
        assert {one["id"] for one in violations(visit.page)} == {"label", "color-contrast"}, scheme
