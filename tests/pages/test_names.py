"""Who a customer is stands beside their number, on pages alone, and finds them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from bs4 import BeautifulSoup, Tag

from features.store.customers.contact_details import ContactDetail
from serving.in_use.models_in_use import InUse
from serving.pages.figures import link_to
from serving.pages.list_view import explanations_at, list_row
from serving.scores.score import Status
from serving.snapshot.search.customer_names import NO_NAMES
from tests.pages.test_churn_page import page, texts
from tests.serving.calling import Caller, Service


@pytest.fixture
def first(in_use: InUse) -> int:
    """The key of whoever leads by risk."""
    return int(in_use.snapshot.ranking.customer_keys[0])


@pytest.fixture
def detail(in_use: InUse, first: int) -> ContactDetail:
    return in_use.names.of(in_use.snapshot.customer_ids[first])


def test_the_list_and_the_page_say_what_a_customer_is_called_beside_the_number(
    browser: Caller, in_use: InUse, first: int, detail: ContactDetail
) -> None:
    number = in_use.snapshot.customer_ids[first]
    assert (
        texts(page(browser, "/churn?sort=risk"), ".list .customer")[0] == f"{detail.name} {number}"
    )
    found = page(browser, link_to(in_use, first))
    assert texts(found, "h1") == [f"{detail.name} Customer {number}"]
    assert detail.email in [one.get_text() for one in found.select("dl.who dd")]


def test_a_table_without_names_shows_numbers_as_ever(in_use: InUse) -> None:
    nameless = replace(in_use, names=NO_NAMES)
    (reasons,) = explanations_at(nameless, np.array([0]))
    row = list_row(nameless, 0, reasons, "EUR")
    assert (
        row.name == ""
        and row.customer_id
        == in_use.snapshot.customer_ids[int(in_use.snapshot.ranking.customer_keys[0])]
    )


def test_a_name_or_an_address_leads_to_the_page(
    browser: Caller, in_use: InUse, first: int, detail: ContactDetail
) -> None:
    last, given = detail.name.split()[-1], detail.name.split()[0]
    for typed in (detail.email, detail.email.upper(), f"{last} {given}".lower()):
        answer = browser.post("/churn/find", data={"q": typed})
        assert answer.headers["location"].startswith(link_to(in_use, first)), typed
    several = browser.post("/churn/find", data={"q": "@example.com"})
    shown = BeautifulSoup(several.text, "html.parser")
    assert len(shown.select(".found li")) == 50
    assert texts(shown, ".lead")[0].startswith("More than 50 customers are known by this.")


def test_people_of_one_name_are_told_apart_by_address_last_order_and_risk(
    browser: Caller, in_use: InUse, first: int, detail: ContactDetail
) -> None:
    snapshot = in_use.snapshot
    rows = _found(browser, detail.name.split()[0])
    number = snapshot.customer_ids[first]
    row = next(one for one in rows if number in one.get_text())
    bought = snapshot.last_order(first)
    assert bought is not None
    assert row.select_one("span:nth-child(2)").get_text() == detail.email  # type: ignore[union-attr]
    assert f"Last order {bought.day} {bought:%b %Y}, " in row.get_text()
    risk = 100 * float(snapshot.ranking.probability[snapshot.places[first]])
    assert texts(row, ".scored") == [f"{risk:.1f} % Risk"]


def test_of_whoever_declined_or_cannot_be_judged_a_search_says_why_there_is_no_risk(
    browser: Caller, in_use: InUse
) -> None:
    snapshot, said = in_use.snapshot, {}
    for row in _found(browser, "@example.com"):
        key = snapshot.find(texts(row, ".customer small")[0])
        said[Status(int(snapshot.status[key]))] = row
    declined, judged = said[Status.NO_CONSENT], said[Status.OK]
    assert texts(declined, "span")[1:] == ["No score: this customer declined to be scored."]
    assert "No score" not in judged.get_text() and not judged.select(".judged:not(.scored)")
    assert texts(said[Status.NOT_ELIGIBLE], ".judged")[0].startswith("No score: this customer is")


def _found(browser: Caller, typed: str) -> list[Tag]:
    """The rows of a search."""
    answer = browser.post("/churn/find", data={"q": typed})
    return list(BeautifulSoup(answer.text, "html.parser").select(".found li"))


def test_whoever_declined_to_be_scored_is_called_by_name_and_nothing_else_is_told(
    browser: Caller, in_use: InUse
) -> None:
    snapshot = in_use.snapshot
    key = list(snapshot.status).index(Status.NO_CONSENT)
    detail = in_use.names.of(snapshot.customer_ids[key])
    found = page(browser, link_to(in_use, key))
    assert texts(found, "h1")[0].startswith(detail.name)
    assert detail.email not in found.get_text()


def test_no_file_no_answer_and_no_log_holds_a_name(
    browser: Caller, service: Service, in_use: InUse, first: int, detail: ContactDetail,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    number = in_use.snapshot.customer_ids[first]
    caller = service.caller("score")
    answers = [
        browser.get("/churn.csv").text,
        caller.post("/v1/score", json={"rows": [{"customer_id": number}]}).text,
        caller.post("/v1/customer", json={"customer_id": number}).text,
    ]
    browser.post("/churn/find", data={"q": detail.name})
    for told in (*answers, caplog.text):
        assert detail.name not in told and detail.email not in told
