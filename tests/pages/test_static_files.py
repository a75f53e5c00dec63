"""What a page fetches beside itself: what others wrote, under which licence, and how much it all is."""

from __future__ import annotations

import hashlib
import json

import pytest
from bs4 import BeautifulSoup

from serving.pages.figures import customer_link
from tests.serving.calling import Caller, Service

PUBLISHED = {
    # htmx 2.0.11
    "htmx.min.js": "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717",
}
MOST_BYTES = 40_000


def fetched(page: BeautifulSoup) -> list[str]:
    """The addresses of all that a browser fetches for a page."""
    found = [*page.select("script[src], img[src]"), *page.select("link[href]")]
    return sorted({str(one.get("src") or one.get("href")) for one in found})


@pytest.mark.parametrize("name", PUBLISHED)
def test_what_others_wrote_is_served_as_they_published_it(
    service: Service, browser: Caller, name: str
) -> None:
    content = browser.get(service.pages.static_link(name)).content
    assert hashlib.sha256(content).hexdigest() == PUBLISHED[name]


def test_its_licence_can_be_read_beside_it(service: Service, browser: Caller) -> None:
    answer = browser.get(service.pages.static_link("htmx.LICENSE.txt"))
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.text.startswith("Zero-Clause BSD")


def test_the_script_of_others_writes_no_style_evaluates_nothing_and_keeps_nothing(
    browser: Caller,
) -> None:
    page = BeautifulSoup(browser.get("/churn").text, "html.parser")
    said = page.select_one('meta[name="htmx-config"]')
    assert said is not None
    settings = json.loads(str(said["content"]))
    refused = ("allowEval", "allowScriptTags", "includeIndicatorStyles")
    assert [settings[one] for one in refused] == [False] * 3
    assert settings["selfRequestsOnly"] is True and settings["historyCacheSize"] == 0


def test_only_the_list_and_the_plan_fetch_a_script(service: Service, browser: Caller) -> None:
    in_use = service.models_in_use.in_use
    assert in_use is not None
    scripts = {
        path: [
            one
            for one in fetched(BeautifulSoup(browser.get(path).text, "html.parser"))
            if ".js" in one
        ]
        for path in (
            "/churn",
            customer_link(in_use, 0),
            "/v1/docs",
            "/sign-in",
            "/nothing",
            "/plan",
        )
    }
    for path, own in (("/churn", "list.js"), ("/plan", "plan.js")):
        names = ("htmx.min.js", own)
        assert scripts.pop(path) == [service.pages.static_link(one) for one in names]
    assert set(map(tuple, scripts.values())) == {()}


def test_a_browser_that_was_never_there_fetches_little(browser: Caller) -> None:
    page = browser.get("/churn")
    addresses = ["/churn", *fetched(BeautifulSoup(page.text, "html.parser"))]
    assert len(addresses) == 5
    answers = [browser.get(one, headers={"accept-encoding": "gzip"}) for one in addresses]
    assert sum(int(one.headers["content-length"]) for one in answers) <= MOST_BYTES
