"""A campaign by its pages alone: started from its plan, listed, handed out, taken back, and never by another site."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import openpyxl
import pytest
from bs4 import BeautifulSoup, Tag

from tests.pages.campaigns.measured import RESULT
from tests.serving.calling import NOW, Caller, Service
from tests.serving.company import Company

PLAN = {"mail": "40", "hold_out": "20", "days": "30", "starts": "2027-01-02"}
STARTED = PLAN | {
    "name": "Spring & mails",
    "goal": "keep them",
    "owner": "Anna",
    "without_measurement": "yes",
}


@pytest.fixture
def service(demo_workspace: Company, tmp_path: Path) -> Iterator[Service]:
    made = Service(demo_workspace, tmp_path)
    yield made
    made.close()


@pytest.fixture
def browser(service: Service) -> Caller:
    return service.browser()


def soup(answer: httpx.Response) -> BeautifulSoup:
    return BeautifulSoup(answer.text, "html.parser")


def words(page: Tag) -> str:
    return " ".join(page.get_text(" ").split())


def begun(browser: Caller, **more: str) -> str:
    """The address of a campaign that was started by the form."""
    answer = browser.post("/campaigns", data=STARTED | more)
    assert answer.status_code == 303, words(soup(answer))
    return str(answer.headers["location"])


def listed(browser: Caller, address: str) -> list[dict[str, str]]:
    text = browser.get(f"{address}/list.csv").content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def sent_back(browser: Caller, address: str, rows: list[dict[str, str]]) -> httpx.Response:
    file = io.StringIO()
    writer = csv.DictWriter(file, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return browser.post(
        f"{address}/outcomes", files={"list": ("back.csv", file.getvalue().encode())}
    )


def test_the_plan_s_form_starts_what_it_shows(service: Service, browser: Caller) -> None:
    page = soup(browser.get("/plan?mail=40&hold_out=20&days=30&starts=2027-01-02"))
    [form] = page.select("form.start")
    assert (form["method"], form["action"]) == ("post", "/campaigns")
    hidden = {str(one["name"]): str(one["value"]) for one in form.select("input[type=hidden]")}
    assert hidden.pop("form_token") and hidden == PLAN
    address = begun(browser)
    [campaign] = service.models_in_use.ledger.campaigns.all()
    assert address == f"/campaigns/{campaign.campaign_id}"
    told = (
        campaign.name,
        campaign.goal,
        campaign.owner,
        campaign.window_days,
        campaign.hold_out_percent,
    )
    assert told == ("Spring & mails", "keep them", "Anna", 30, 20)
    assert campaign.made_from["limits"]["capacities"] == {"mail": 40}
    shown = soup(browser.get(address))
    assert [one.get_text() for one in shown.select("h1")] == ["Spring & mails"]
    assert "Running until 1 Feb 2027" in words(shown) and "keep them" in words(shown)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": "  "}, "Give the campaign a name."),
        ({"hold_out": "0", "without_measurement": ""}, "could never tell what it brings"),
        ({"budget": "0"}, "It pays to contact nobody"),
    ],
)
def test_what_cannot_be_started_is_refused_in_words_and_the_form_keeps_what_was_written(
    service: Service, browser: Caller, changed: dict[str, str], said: str
) -> None:
    sent = {name: one for name, one in (STARTED | changed).items() if one}
    answer = browser.post("/campaigns", data=sent)
    assert answer.status_code == 422 and said in words(soup(answer))
    owner = soup(answer).select_one("form.start input[name=owner]")
    assert owner is None or owner["value"] == "Anna"
    assert service.models_in_use.ledger.campaigns.all() == []


def test_a_name_is_given_once(browser: Caller) -> None:
    begun(browser)
    answer = browser.post("/campaigns", data=STARTED)
    assert answer.status_code == 422 and "exists already" in words(soup(answer))


def test_a_form_or_a_list_of_another_site_does_nothing(service: Service, browser: Caller) -> None:
    other = {"sec-fetch-site": "cross-site"}
    assert browser.post("/campaigns", data=STARTED, headers=other).status_code == 403
    assert service.models_in_use.ledger.campaigns.all() == []
    address = begun(browser)
    rows = [one | {"outcome": "accepted"} for one in listed(browser, address)]
    text = "\n".join([",".join(rows[0]), *(",".join(one.values()) for one in rows)]).encode()
    answer = browser.post(f"{address}/outcomes", files={"list": ("b.csv", text)}, headers=other)
    assert answer.status_code == 403
    assert browser.post(f"{address}/outcomes", json={"list": "x"}).status_code == 415


def test_all_campaigns_are_listed_with_what_was_planned_and_measured(
    service: Service, browser: Caller
) -> None:
    assert "No campaign was started yet." in words(soup(browser.get("/campaigns")))
    address = begun(browser)
    ledger = service.models_in_use.ledger
    [campaign] = ledger.campaigns.all()
    [row] = soup(browser.get("/campaigns")).select("table.campaigns tbody tr")
    assert row.select_one(f'a[href="{address}"]') is not None
    [counts] = [
        one
        for one in ledger.campaign_counts.of_campaign(campaign.campaign_id)
        if one.action == "mail"
    ]
    assert counts.contacted <= 40
    assert "Running until 1 Feb 2027" in words(row) and "Anna" in words(row)
    service.seconds = campaign.starts_at + 31 * 86_400
    # The sign-in of before has ended by then.
    assert "Without measurement" in words(soup(service.browser().get("/campaigns")))


def test_a_measured_campaign_says_what_it_brought_with_its_ranges(
    service: Service, browser: Caller
) -> None:
    address = begun(browser)
    ledger = service.models_in_use.ledger
    [campaign] = ledger.campaigns.all()
    ledger.campaigns.keep_result(campaign.campaign_id, RESULT.as_dict(), at=NOW)
    text = words(soup(browser.get(address)))
    # 9,000 cents for 1,000 spent.
    assert "It brought €80 net, €30 to €130 at 95%." in text and "chance alone" not in text
    assert "Customers who bought because of it 4.2 −2.0 to 10.5 3.0" in text
    assert "Net €80 €30 to €130 €70" in text
    assert "On sure things, who stay anyway €3 €0 to €5" in text
    assert "Not again next time: E-mail, probably gone." in text
    assert "3 customers were held out and spoken to all the same" in text
    assert "from before the first day" not in text and "can be measured" not in text
    [row] = soup(browser.get("/campaigns")).select("table.campaigns tbody tr")
    assert "€80 €30 to €130" in words(row)


def test_the_list_goes_out_with_links_that_name_nobody_and_comes_back(
    service: Service, browser: Caller
) -> None:
    address = begun(browser)
    rows = listed(browser, address)
    content = browser.get(f"{address}/list.xlsx").content
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert len([*sheet.iter_rows()]) == len(rows) + 1
    page = soup(browser.get(address))
    links = [str(one["href"]) for one in page.select(".assigned a")]
    assert len(links) == min(len(rows), 50)
    assert not any(row["customer_id"] in link for row in rows for link in links)
    assert browser.get(links[0]).status_code == 200
    rows[0]["outcome"], rows[1]["outcome"], rows[2]["outcome"] = (
        "Accepted",
        "no answer",
        "Do not contact",
    )
    answer = sent_back(browser, address, rows)
    assert answer.status_code == 200
    assert f"3 outcomes are new, 0 were known, {len(rows) - 3} rows have none yet" in words(
        soup(answer)
    )
    assert "1 asked not to be contacted" in words(soup(answer))
    assert rows[2]["customer_id"] not in answer.text
    assert len(listed(browser, address)) == len(rows) - 1
    assert "0 outcomes are new, 3 were known" in words(soup(sent_back(browser, address, rows)))
    assert "Accepted, 2 Jan 2027" in words(soup(browser.get(address)))


def test_a_list_with_a_fault_is_taken_in_not_at_all_and_its_rows_are_named(
    service: Service, browser: Caller
) -> None:
    address = begun(browser)
    rows = listed(browser, address)
    rows[0]["outcome"], rows[1]["outcome"] = "accepted", "perhaps"
    answer = sent_back(browser, address, rows)
    assert answer.status_code == 422
    assert "Nothing of the list was kept. Rows at fault, counted below the heading: 2." in words(
        soup(answer)
    )
    [campaign] = service.models_in_use.ledger.campaigns.all()
    assert service.models_in_use.ledger.campaigns.outcomes(campaign.campaign_id) == []
    nothing: dict[str, Any] = {"list": ("list.csv", b"")}
    answer = browser.post(f"{address}/outcomes", files=nothing)
    assert answer.status_code == 422 and "Choose the list" in words(soup(answer))
    broken = {"list": ("list.xlsx", b"no workbook")}
    assert browser.post(f"{address}/outcomes", files=broken).status_code == 422
    folder = service.models_in_use.workspace.spreadsheets
    assert not folder.exists() or [*folder.iterdir()] == []


def test_nobody_is_told_of_a_campaign_that_is_none(browser: Caller) -> None:
    for address in ("/campaigns/none", "/campaigns/none/list.csv"):
        assert browser.get(address).status_code == 404
    assert (
        browser.post("/campaigns/none/outcomes", files={"list": ("a.csv", b"x")}).status_code == 404
    )
    address = begun(browser)
    assert browser.get(f"{address}/list.pdf").status_code == 404


def test_pages_of_customers_follow_one_another(service: Service, browser: Caller) -> None:
    address = begun(browser, mail="120", hold_out="10")
    first = soup(browser.get(address))
    [following] = [str(one["href"]) for one in first.select(".pager a[rel=next]")]
    assert following == f"{address}?page=2"
    second = soup(browser.get(following))
    one, two = ({str(a["href"]) for a in page.select(".assigned a")} for page in (first, second))
    assert one and two and one.isdisjoint(two)
    assert soup(browser.get(f"{address}?page=x")).select(".assigned a")
