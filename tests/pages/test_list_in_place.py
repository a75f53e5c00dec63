"""A filter, an order and a page change the list in its place; without script, or where no list comes, whole pages do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from serving.ledger.accounts.sessions import SESSION_SECONDS
from tests.pages.browsing import sign_in, signed_in
from tests.serving.calling import Service

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

pytestmark = pytest.mark.browser

# What a list shows, and what it leads to.
_SHOWN = """() => [...document.querySelectorAll('#list, #search-filters')].map(
  part => [part.innerText, ...[...part.querySelectorAll('a, input, option')].map(
    one => `${one.href ?? ''} ${one.name ?? ''} ${one.value ?? ''} ${one.selected ?? ''}`)])"""
_FOCUSED = "document.activeElement.textContent.trim()"


@pytest.fixture
def page(chromium: Browser, running: tuple[Service, str]) -> Iterator[Page]:
    opened = signed_in(chromium, running)
    yield opened
    opened.close()


def mark(page: Page) -> None:
    page.evaluate("window.isTheSame = true")


def is_the_same(page: Page) -> bool:
    """Whether the document is still that which was marked."""
    return bool(page.evaluate("window.isTheSame === true"))


def apply(page: Page, **chosen: str) -> None:
    page.locator("details.menu summary").first.click()
    for name, value in chosen.items():
        page.select_option(f"select[name={name}]", value)
    page.get_by_role("button", name="Apply").click()


def ask_for_medium(page: Page) -> None:
    apply(page, band="medium")
    page.wait_for_url(re.compile("band=medium"))


def take_off_the_last_chip(page: Page) -> None:
    page.locator(".chip").last.click()
    page.wait_for_url(re.compile(r"churn\?band=high$"))


def order_by_risk(page: Page) -> None:
    page.get_by_role("link", name="Risk", exact=True).click()
    page.wait_for_url(re.compile("sort=risk"))


def turn(page: Page) -> None:
    page.get_by_role("link", name="Next").click()
    page.wait_for_url(re.compile("page=2"))


def ask_for_everybody(page: Page) -> None:
    page.get_by_role("link", name="Show everybody").click()
    page.wait_for_url(re.compile("/churn$"))


STEPS: dict[str, tuple[str, Callable[[Page], None], str]] = {
    "a filter": ("/churn", ask_for_medium, "Filter and sort"),
    "a chip": ("/churn?band=high&consent=all", take_off_the_last_chip, "High"),
    "an order": ("/churn?sort=spend", order_by_risk, "Risk"),
    "a page": ("/churn?sort=risk", turn, ""),
    "everybody": ("/churn?spend=999999999", ask_for_everybody, "Filter and sort"),
}
"""Each step with the address it begins at, and what has the focus after it: the first customer where nothing is named."""


@pytest.mark.parametrize("name", STEPS)
def test_a_step_changes_the_list_and_no_more(
    page: Page, running: tuple[Service, str], name: str
) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    begin, step, focused = STEPS[name]
    page.goto(f"{running[1]}{begin}")
    mark(page)
    step(page)
    assert is_the_same(page)
    first = page.locator(".list .customer a").first.inner_text()
    assert page.evaluate(_FOCUSED).startswith(focused or first)
    in_place = page.evaluate(_SHOWN)
    page.reload()
    assert page.evaluate(_SHOWN) == in_place, "the same as the whole page of this address"
    assert not is_the_same(page)
    assert complaints == []


def test_who_listens_is_told_how_many_there_are_now(page: Page) -> None:
    heard = page.get_by_role("status").first
    assert heard.inner_text() == ""
    ask_for_medium(page)
    assert re.match(r"\d+ customers match: .* 1–25 of \d+", heard.inner_text())
    apply(page, band="high", status="probably_gone", stage="first_time")
    page.wait_for_url(re.compile("first_time"))
    assert heard.inner_text() == page.locator(".matched").inner_text() == "Nobody matches."


def test_back_and_forward_lead_through_the_lists_that_were_there(page: Page) -> None:
    everybody = page.evaluate(_SHOWN)
    ask_for_medium(page)
    medium = page.evaluate(_SHOWN)
    turn(page)
    steps = [(page.go_back, medium), (page.go_back, everybody), (page.go_forward, medium)]
    for step, shown in steps:
        mark(page)
        # No list is kept in the browser: each step asks for its whole page anew.
        with page.expect_event("load"):
            step()
        assert not is_the_same(page)
        assert page.evaluate(_SHOWN) == shown


def test_nothing_of_customers_stays_in_the_browser(page: Page) -> None:
    ask_for_medium(page)
    turn(page)
    stored = page.evaluate("({...sessionStorage, ...localStorage})")
    assert list(stored) == ["htmx-current-path-for-history"]
    assert stored["htmx-current-path-for-history"].startswith("/churn?band=medium")


def test_keys_walk_the_list_that_came_in_its_place(page: Page) -> None:
    page.keyboard.press("j")
    ask_for_medium(page)
    first, second = page.locator(".list .customer a").all_inner_texts()[:2]

    def pressed(key: str) -> str:
        page.keyboard.press(key)
        return str(page.evaluate(_FOCUSED))

    assert [pressed(one) for one in ("j", "j", "k")] == [first, second, first]
    page.keyboard.press("x")
    assert page.locator(".list tbody tr").first.locator("details").get_attribute("open") == ""
    page.keyboard.press("?")
    assert page.locator("dialog.keys").is_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("j")
    assert page.get_by_role("searchbox", name="Customer").input_value() == "j"


def test_a_customer_and_a_file_are_what_they_were(page: Page) -> None:
    ask_for_medium(page)
    mark(page)
    page.locator(".download summary").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV with commas").click()
    assert download.value.suggested_filename == "churn-list.csv"
    # Beside its links a row leads to its customer too.
    page.locator(".list tbody tr").first.locator(".risk .value").click()
    page.locator(".waterfall").wait_for()
    assert not is_the_same(page)
    page.get_by_role("link", name="Churn list").click()
    page.wait_for_url(re.compile("band=medium"))


def test_the_search_looks_where_the_list_is_now(page: Page) -> None:
    ask_for_medium(page)
    page.get_by_role("searchbox", name="Customer").fill("C")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="Churn list").click()
    page.wait_for_url(re.compile("band=medium"))


def test_a_sign_in_that_has_ended_leads_to_the_door(
    page: Page, running: tuple[Service, str]
) -> None:
    service, _ = running
    service.seconds += SESSION_SECONDS + 1
    try:
        apply(page, band="medium")
        page.wait_for_url("**/sign-in")
        assert page.get_by_label("Key").is_visible()
    finally:
        service.seconds -= SESSION_SECONDS + 1


def test_a_refusal_is_a_page_of_its_own(page: Page) -> None:
    page.locator(".tools").evaluate(
        """tools => {
          const link = Object.assign(document.createElement('a'), {href: '/nothing', textContent: 'Nothing'});
          tools.append(link);
          htmx.process(link);
        }"""
    )
    page.get_by_role("link", name="Nothing").click()
    page.wait_for_url("**/nothing")
    assert page.locator(".door h1").is_visible() and page.locator("#list").count() == 0


def test_what_cannot_be_fetched_is_asked_for_as_a_page(page: Page) -> None:
    def cut(route: Route) -> None:
        if route.request.resource_type == "xhr":
            route.abort()
        else:
            route.continue_()

    page.route("**/churn?**", cut)
    mark(page)
    ask_for_medium(page)
    page.locator(".chip:not(.quiet)").wait_for()
    assert not is_the_same(page)


def test_without_script_the_same_is_done_by_whole_pages(
    chromium: Browser, running: tuple[Service, str]
) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = sign_in(context.new_page(), running)
    for begin, step, _ in STEPS.values():
        page.goto(f"{running[1]}{begin}")
        step(page)
        assert page.locator(".list tbody tr").count() > 0
    page.go_back()
    page.wait_for_url("**spend=999999999")
    assert page.locator(".empty").is_visible()
    context.close()
