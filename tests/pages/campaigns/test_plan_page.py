"""The page of a plan says what the API says, to the cent, for the link it is asked by, with a picture and without a customer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from bs4 import BeautifulSoup

from tests.serving.calling import Caller, Service
from tests.serving.company import Company

LINK = "/plan?budget=20&mail=60&status=slowing&status=at_risk&status=active&hold_out=20"
ASKED: dict[str, Any] = {
    "budget_cents": 2_000,
    "capacities": {"mail": 60},
    "statuses": ["slowing", "at_risk", "active"],
    "hold_out_percent": 20,
}


def read(browser: Caller, link: str) -> BeautifulSoup:
    answer = browser.get(link)
    assert answer.status_code == 200
    return BeautifulSoup(answer.text, "html.parser")


def words(page: BeautifulSoup) -> str:
    return " ".join(page.get_text(" ").split())


def cents(page: BeautifulSoup) -> list[int]:
    return [int(str(one["value"])) for one in page.select("#plan data")]


def test_the_page_the_api_and_the_link_tell_the_same_to_the_cent(
    service: Service, browser: Caller
) -> None:
    page = read(browser, LINK)
    told = service.caller("score").post("/v1/plans", json=ASKED).json()
    assert cents(page) == [told["spend_cents"], told["net_gain_cents"]] and told["spend_cents"] > 0
    assert (
        f"It pays to contact {round(told['customers'])} of {told['considered']} customers"
        in words(page)
    )
    rows = [
        [cell.get_text() for cell in row.select("td")]
        for row in page.select(".planned tbody")[0].select("tr")
    ]
    assert [row[0] for row in rows] == [str(round(one["customers"])) for one in told["contacts"]]
    assert told["hold_out"]["said"] + "." in words(page)


def test_the_form_shows_what_was_asked(browser: Caller) -> None:
    form = read(browser, LINK).select_one("#limits")
    assert form is not None and form["method"] == "get" and form["action"] == "/plan"
    values = {
        str(one["name"]): one.get("value")
        for one in form.select("input:not([type=checkbox])")
        if one.get("name")
    }
    assert values | {"days": "", "starts": ""} == {
        "budget": "20", "most": "", "call": "", "letter": "", "mail": "60", "hold_out": "20", "days": "", "starts": "",
    }  # fmt: skip
    ticked = {str(one["value"]) for one in form.select("input[type=checkbox][checked]")}
    assert ticked == {"call", "letter", "mail", "slowing", "at_risk", "active"}


def test_the_curve_rises_to_the_right_and_the_plan_stands_on_it(browser: Caller) -> None:
    page = read(browser, LINK)
    [line] = page.select(".plot .line")
    points = [
        tuple(map(float, one.split())) for one in str(line["d"]).removeprefix("M").split(" L")
    ]
    assert points[0] == (0.0, 100.0) and len(points) > 3
    assert points == sorted(points) and [y for _, y in points] == sorted(
        (y for _, y in points), reverse=True
    )
    assert all(0 <= x <= 100 and 0 <= y <= 100 for x, y in points)
    [dot] = page.select(".plot .dot:not(.halo)")
    x, y = map(float, str(dot["d"]).removeprefix("M").removesuffix(" h0").split())
    right = next(one for one in points if one[0] >= x)
    left = [one for one in points if one[0] <= x][-1]
    assert right[1] - 3 <= y <= left[1] + 3
    assert "at 95%" in words(page.select_one("figcaption"))  # type: ignore[arg-type]
    for link in page.select(".points a"):
        assert str(link["href"]).startswith("/plan?budget=") and "status=at_risk" in str(
            link["href"]
        )


def test_parts_of_the_bar_are_all_who_are_contacted(browser: Caller) -> None:
    widths = [
        float(str(one["width"]).removesuffix("%"))
        for one in read(browser, "/plan").select(".whom .bar rect")
    ]
    assert len(widths) == 3 and sum(widths) == pytest.approx(100, abs=0.03)


def test_without_money_nobody_is_contacted_and_the_page_says_so(browser: Caller) -> None:
    page = read(browser, "/plan?budget=0")
    assert "It pays to contact nobody of" in words(page)
    assert page.select(".figures, .plot, .planned") == []


def test_a_page_asked_in_its_place_has_the_address_of_what_it_means(browser: Caller) -> None:
    sent = "/plan?budget=20&most=&call=&mail=60&hold_out=10"
    answer = browser.get(sent, headers={"hx-request": "true"})
    assert answer.headers["hx-push-url"] == "/plan?budget=20&hold_out=10&mail=60"
    assert "hx-push-url" not in browser.get(sent).headers


def test_no_customer_is_named_and_no_style_or_script_is_written_into_the_page(
    service: Service, browser: Caller
) -> None:
    text = browser.get("/plan").text
    in_use = service.models_in_use.in_use
    assert in_use is not None
    ids = in_use.snapshot.customer_ids
    assert not any(ids[key] in text for key in range(len(ids)))
    page = BeautifulSoup(text, "html.parser")
    assert page.select("[style], style, [onclick]") == []
    assert all(one.get("src") for one in page.select("script"))


def test_the_list_leads_to_the_plan_of_its_status(browser: Caller) -> None:
    page = read(browser, "/churn?status=at_risk&band=high")
    assert [one["href"] for one in page.select(".onward")] == ["/plan?status=at_risk"]


@pytest.fixture
def without_contacts(
    demo_workspace: Company, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    opened = Service(demo_workspace, tmp_path_factory.mktemp("ledger"))
    in_use = opened.models_in_use.in_use
    assert in_use is not None
    in_use.snapshot.__dict__["actions"] = ()
    yield opened
    opened.close()


def test_where_the_scores_know_no_contact_the_page_says_what_to_do(
    without_contacts: Service,
) -> None:
    page = read(without_contacts.browser(), "/plan")
    assert "the scores know no contact" in words(page) and page.select("form.limits") == []


def test_it_is_told_in_german(
    valued_company: Company, tmp_path_factory: pytest.TempPathFactory
) -> None:
    settings = valued_company.settings
    german = replace(settings, company=replace(settings.company, language="de"))
    service = Service(replace(valued_company, settings=german), tmp_path_factory.mktemp("ledger"))
    page = read(service.browser(), "/plan")
    service.close()
    assert "Erwartet wird ein Nettogewinn von" in words(page)
    assert "Wer erreicht wird" in words(page) and "Region" in words(page)
