"""The pages in a real browser: with a mouse, with a keyboard and on a phone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from serving.pages.figures import link_to
from serving.pages.pages import Pages
from serving.snapshot.reading import Snapshot
from tests.pages.browsing import sign_in, signed_in
from tests.pages.test_customer_page import most_active
from tests.pages.test_level_view import page_with_levels
from tests.serving.calling import Service

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

STYLE = Path(__file__).parents[2] / "serving" / "pages" / "static" / "style.css"


def test_from_the_printed_link_to_one_customers_reasons(
    chromium: Browser, running: tuple[Service, str], snapshot: Snapshot
) -> None:
    page = signed_in(chromium, running)
    assert page.locator("h1").inner_text() == "Who may leave in the next 90 days?"
    page.locator("details.menu summary").first.click()
    page.select_option("select[name=band]", "medium")
    page.select_option("select[name=sort]", "spend")
    page.get_by_role("button", name="Apply").click()
    page.wait_for_url(re.compile("band=medium.*sort=spend"))
    page.get_by_role("link", name="Risk", exact=True).click()
    page.wait_for_url(re.compile("sort=risk"))
    page.get_by_role("link", name="Next").click()
    page.wait_for_url(re.compile("page=2"))
    assert page.locator(".pager span").inner_text().startswith("26–")
    page.locator(".list .customer a").first.click()
    assert page.locator(".waterfall li").count() >= 3
    page.get_by_role("link", name="Churn list").click()
    page.get_by_role("searchbox", name="Customer").fill(
        snapshot.customer_ids[int(snapshot.ranking.customer_keys[0])]
    )
    page.get_by_role("button", name="Find").click()
    page.wait_for_url("**/churn/customer?who=**")
    assert "Customer" in page.locator("h1").inner_text()
    page.close()


def test_back_leads_to_the_list_one_came_from_and_next_stays_within_it(
    chromium: Browser, running: tuple[Service, str]
) -> None:
    page = signed_in(chromium, running)
    page.goto(f"{running[1]}/churn?band=high&sort=spend&page=1")
    listed = page.locator(".list .customer small").all_inner_texts()
    page.locator(".list .customer a").first.click()
    assert page.get_by_role("link", name="Previous").count() == 0
    for customer in listed[1:3]:
        page.get_by_role("link", name="Next").click()
        page.get_by_role("heading", name=f"Customer {customer}").wait_for()
    page.get_by_role("link", name="Churn list").click()
    page.wait_for_url("**/churn?band=high&sort=spend")
    page.close()


def test_the_timeline_is_narrowed_without_script(
    chromium: Browser, running: tuple[Service, str]
) -> None:
    service, address = running
    context = chromium.new_context(java_script_enabled=False)
    page = sign_in(context.new_page(), running)
    in_use = service.models_in_use.in_use
    assert in_use is not None
    page.goto(f"{address}{link_to(in_use, most_active(in_use))}")
    everything = page.locator(".moments li").count()
    choice = page.locator(".kinds a", has_text="Orders")
    orders = int(choice.locator("small").inner_text())
    choice.click()
    page.wait_for_url("**show=orders**")
    assert everything == 50 and page.locator(".moments li").count() == min(orders, 50)
    assert page.locator(".moments li:not(.orders)").count() == 0
    assert page.locator(".kinds a[aria-current]").inner_text().startswith("Orders")
    context.close()


def test_the_list_can_be_downloaded(chromium: Browser, running: tuple[Service, str]) -> None:
    page = signed_in(chromium, running)
    with page.expect_download() as download:
        page.locator(".download summary").click()
        page.get_by_role("link", name="CSV with commas").click()
    assert download.value.suggested_filename == "churn-list.csv"
    content = Path(download.value.path()).read_bytes()
    assert content.startswith(b"\xef\xbb\xbfrank,customer_id,")
    page.close()


@pytest.mark.parametrize("width", [390, 768, 901, 1280])
def test_nothing_scrolls_sideways(
    chromium: Browser, running: tuple[Service, str], width: int
) -> None:
    page = signed_in(chromium, running, width)
    for step in ("list", "customer"):
        if step == "customer":
            page.locator(".list .customer a").first.click()
            # Between two pages there is nothing to measure.
            page.locator(".waterfall").wait_for()
        widest = page.evaluate("document.documentElement.scrollWidth")
        assert widest <= width, step
        assert _farthest_cell(page) <= width, step
    page.close()


@pytest.mark.parametrize(("width", "media"), [(390, "screen"), (1024, "screen"), (1280, "print")])
def test_the_risk_can_be_read_wherever_the_list_is_shown(
    chromium: Browser, running: tuple[Service, str], width: int, media: Literal["screen", "print"]
) -> None:
    page = signed_in(chromium, running, width)
    page.emulate_media(media=media)
    rows = page.locator(".list tbody tr")
    assert rows.count() == 25
    for shown in ("risk", "customer", "act"):
        assert page.locator(f".list tbody .{shown}").first.inner_text().strip(), shown
    assert page.locator(".list .risk .value").first.is_visible()
    page.close()


@pytest.mark.parametrize("width", [360, 390, 768, 901])
def test_every_figure_of_past_tests_is_to_be_seen(chromium: Browser, width: int) -> None:
    page = chromium.new_page(viewport={"width": width, "height": 844})
    page.set_content(Pages().draw("churn.html", page_with_levels()))
    page.add_style_tag(path=str(STYLE))
    # A table with round corners hides what reaches beyond them, and nothing scrolls.
    assert _farthest_cell(page) <= width
    assert page.locator(".levels td.number:visible").count() == 9
    page.close()


def _farthest_cell(page: Page) -> float:
    """How far to the right any cell of a table reaches."""
    cells = page.locator("th:visible, td:visible").evaluate_all(
        "found => found.map(one => one.getBoundingClientRect().right)"
    )
    return float(max(cells, default=0.0))


def test_the_keyboard_walks_in_the_order_one_reads(
    chromium: Browser, running: tuple[Service, str]
) -> None:
    page = signed_in(chromium, running)
    walked = []
    for _ in range(15):
        page.keyboard.press("Tab")
        walked.append(
            page.evaluate(
                "(document.activeElement.name || document.activeElement.textContent).trim()"
            )
        )
    assert walked[:3] == ["To the content", "Campaigns", "Sign out"]
    assert walked[3:8] == ["q", "Find", "Filter and sort", "Plan a campaign", "Download"]
    assert walked[8].endswith("risks rose by 10 points or more")
    customer = page.locator(".list .customer a").first.inner_text()
    assert customer in walked[9:11], "at most ten stops lead to the first customer"
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.close()


def test_keys_walk_the_list_open_reasons_and_look_for_a_customer(
    chromium: Browser, running: tuple[Service, str]
) -> None:
    page = signed_in(chromium, running)
    first, second = page.locator(".list .customer a").all_inner_texts()[:2]

    def pressed(key: str) -> str:
        page.keyboard.press(key)
        return str(page.evaluate("document.activeElement.textContent"))

    assert [pressed(one) for one in ("j", "j", "k", "k")] == [first, second, first, first]
    reasons = page.locator(".list tbody tr").first.locator("details")
    assert reasons.count() == 1 and reasons.get_attribute("open") is None
    page.keyboard.press("x")
    assert reasons.get_attribute("open") == ""
    page.keyboard.press("?")
    assert page.locator("dialog.keys").is_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    # Whoever types writes a j.
    page.keyboard.type("j?")
    assert page.get_by_role("searchbox", name="Customer").input_value() == "j?"
    page.close()


def test_twenty_five_customers_stand_on_a_printed_sheet(
    chromium: Browser, running: tuple[Service, str]
) -> None:
    page = signed_in(chromium, running)
    page.goto(f"{running[1]}/churn?size=100")
    assert page.locator(".list tbody tr").count() == 100
    margin = "10mm"
    sheets = page.pdf(
        format="A4", margin={"top": margin, "right": margin, "bottom": margin, "left": margin}
    )
    # Four of the list, and one for the notes below it.
    assert len(re.findall(rb"/Type\s*/Page\b", sheets)) == 5
    page.close()


def test_no_page_breaks_its_own_policy(chromium: Browser, running: tuple[Service, str]) -> None:
    page = signed_in(chromium, running)
    complaints: list[str] = []
    page.on(
        "console",
        lambda message: complaints.append(message.text) if message.type == "error" else None,
    )
    page.reload()
    page.locator(".list .customer a").first.click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    assert complaints == []
    page.close()


def test_a_change_is_told_since_the_day_that_was_picked(
    chromium: Browser, running: tuple[Service, str]
) -> None:
    page = signed_in(chromium, running)
    page.locator(".chip.quiet").click()
    page.wait_for_url("**moved=jumped**")
    page.locator(".list .customer a").first.click()
    page.locator(".waterfall").wait_for()
    page.locator('.since input[type="date"]').fill("2025-02-24")
    page.get_by_role("button", name="Compare").click()
    page.wait_for_url("**since=2025-02-24**")
    assert "since 24 Feb 2025" in page.locator("#changes ~ .headline").first.inner_text()
    page.close()
