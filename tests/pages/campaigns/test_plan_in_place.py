"""In a real browser a limit changes the plan in its place: the form keeps the focus, the address goes along, and back leads back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.pages.browsing import signed_in
from tests.pages.campaigns.measured import measured_campaign
from tests.serving.calling import Service

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


@pytest.fixture
def page(chromium: Browser, running: tuple[Service, str]) -> Iterator[Page]:
    opened = signed_in(chromium, running)
    opened.goto(f"{running[1]}/plan")
    yield opened
    opened.close()


def test_a_number_changes_the_plan_and_its_address_while_the_form_keeps_the_focus(
    page: Page,
) -> None:
    before = page.locator("#plan .said").inner_text()
    page.locator("#limits input[name=budget]").fill("10")
    page.wait_for_url("**/plan?budget=10**")
    page.wait_for_function(
        "before => document.querySelector('#plan .said').textContent !== before", arg=before
    )
    assert page.evaluate("document.activeElement.name") == "budget"
    assert page.locator("#announced").inner_text() == page.locator("#plan .said").inner_text()
    assert "for €" in page.locator("#plan .said").inner_text()
    page.go_back()
    page.wait_for_function(
        "before => document.querySelector('#plan .said').textContent === before", arg=before
    )


def test_the_slider_is_there_with_script_and_says_the_budget(page: Page) -> None:
    slider = page.locator(".slider")
    assert slider.is_visible()
    slider.focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**/plan?budget=*")
    assert page.locator("#limits input[name=budget]").input_value() == slider.input_value() != ""


def test_without_script_the_form_asks_for_the_whole_page(
    chromium: Browser, running: tuple[Service, str], page: Page
) -> None:
    context = chromium.new_context(
        java_script_enabled=False, storage_state=page.context.storage_state()
    )
    plain = context.new_page()
    plain.goto(f"{running[1]}/plan")
    assert plain.locator(".slider").is_hidden()
    plain.locator("#limits input[name=most]").fill("5")
    plain.locator(".limits button").click()
    plain.wait_for_url("**most=5**")
    assert "It pays to contact" in plain.locator("#plan .said").inner_text()
    context.close()


@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_nothing_reaches_beyond_the_screen(
    page: Page, running: tuple[Service, str], width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    service, address = running
    campaigns = service.models_in_use.ledger.campaigns
    known = campaigns.all()
    campaign_id = known[0].campaign_id if known else measured_campaign(service)
    for path in ("/plan", "/campaigns", f"/campaigns/{campaign_id}"):
        page.goto(f"{address}{path}")
        assert page.locator("h1").is_visible()
        beyond = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        cells = page.locator("th:visible, td:visible").evaluate_all(
            "found => found.map(one => one.getBoundingClientRect().right)"
        )
        assert beyond <= 0 and max(cells, default=0.0) <= width, path
