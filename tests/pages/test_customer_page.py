"""The page of every customer: by a link that lasts, with what happened, and with the way back."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, urlencode, urlsplit

import numpy as np
import pytest

from serving.in_use.models_in_use import InUse, ModelsInUse
from serving.pages.churn_list import matching
from serving.pages.customer.customer_query import CustomerQuery, place_in_list
from serving.pages.customer.timeline_view import SHOWN_MOMENTS
from serving.pages.figures import customer_link, link_to, out_of_date
from serving.pages.list_query import SORTS, ListQuery
from serving.scores.score import Status
from serving.snapshot.reading import Snapshot
from tests.pages.customers import link_of
from tests.pages.test_churn_page import page, texts
from tests.serving.calling import Caller, Service
from training.reasons.languages.known import language_of

DAY = 86_400
WHY_NOT = {
    "not_eligible": "No score: this customer is not among those the question is about.",
    "insufficient_data": "No score: this customer has no known purchase.",
    "no_consent": "No score: this customer declined to be scored.",
}


def someone(snapshot: Snapshot, status: Status) -> int:
    return int(np.flatnonzero(snapshot.status == status)[0])


def most_active(in_use: InUse) -> int:
    """The customer with the most rows of any kind."""
    assert in_use.past is not None
    streams = in_use.past.pack.streams.values()
    rows = sum(np.diff(one.offsets) for one in streams) * (in_use.snapshot.status == Status.OK)
    return int(np.argmax(rows))


def test_every_customer_has_a_page_that_says_what_the_answer_says(
    browser: Caller, service: Service, in_use: InUse, snapshot: Snapshot
) -> None:
    keys = {int(one): someone(snapshot, one) for one in map(Status, np.unique(snapshot.status))}
    assert len(keys) >= 3
    rows = [{"customer_id": snapshot.customer_ids[key]} for key in keys.values()]
    answered = service.caller("score").score(rows=rows)["rows"]
    for key, row in zip(keys.values(), answered, strict=True):
        found = page(browser, link_to(in_use, key))
        assert texts(found, "h1 small") == [f"Customer {snapshot.customer_ids[key]}"]
        assert texts(found, ".headline")[0] == WHY_NOT.get(
            row["status"], texts(found, ".headline")[0]
        )
        assert bool(found.select(".waterfall")) == (row["status"] == "ok")
        assert bool(found.select(".timeline")) == (row["status"] != "no_consent")


def test_of_one_who_declined_nothing_else_is_said(
    browser: Caller, in_use: InUse, snapshot: Snapshot
) -> None:
    found = page(browser, link_to(in_use, someone(snapshot, Status.NO_CONSENT)))
    assert texts(found, ".headline") == [WHY_NOT["no_consent"]]
    assert not found.select("dl, table, ol, .badges, .timeline, details")


def test_who_they_are_stands_on_top(browser: Caller, service: Service, in_use: InUse) -> None:
    key = most_active(in_use)
    customer = in_use.snapshot.customer_ids[key]
    answer = service.caller("score").post("/v1/customer", json={"customer_id": customer}).json()
    found = page(browser, link_to(in_use, key))
    agreed = answer["profile"]["marketing_consent"]
    said = {True: "Agreed to marketing", False: "Said no to marketing"}
    assert said.get(agreed, "Consent to marketing unknown") in texts(found, ".badges li")
    assert answer["profile"]["region"] in texts(found, "dl.who dd")
    order = [one.get_text().strip() for one in found.select("h2")]
    wanted = ["How the model comes to", "What changed", "What happened", "The facts behind it"]
    places = [next(at for at, one in enumerate(order) if one.startswith(two)) for two in wanted]
    assert places == sorted(places)


def test_a_link_outlives_the_scores_and_an_old_one_leads_to_it(
    browser: Caller, in_use: InUse, snapshot: Snapshot
) -> None:
    link = customer_link(in_use, 5)
    newer = replace(in_use, snapshot=replace(in_use.snapshot, name="g999999"))
    assert customer_link(newer, 5) == link and snapshot.name not in link
    old = browser.get(f"/churn/customer?g={snapshot.name}&row=5")
    assert (old.status_code, old.headers["location"]) == (303, link)
    assert snapshot.customer_ids[int(snapshot.ranking.customer_keys[5])] not in link


def test_every_worker_and_every_start_makes_the_same_link(service: Service, in_use: InUse) -> None:
    here = service.models_in_use
    other = ModelsInUse(here.settings, here.workspace, now=here.now, ticks=lambda: 0.0)
    beside = other.in_use
    assert beside is not None and customer_link(beside, 5) == customer_link(in_use, 5)
    other.close()


@pytest.mark.parametrize("who", ["", "x", "AAAA", "0", "%00", "A" * 32])
def test_a_name_that_was_not_made_here_is_not_found(browser: Caller, who: str) -> None:
    answer = browser.get(f"/churn/customer?who={who}")
    assert answer.status_code == 404 and "<h1>" in answer.text


def test_a_customer_the_scores_do_not_have_is_not_found(browser: Caller, in_use: InUse) -> None:
    assert browser.get(f"/churn/customer?who={in_use.links.name('nobody')}").status_code == 404


def test_the_timeline_has_all_that_the_answer_tells_newest_first(
    browser: Caller, service: Service, in_use: InUse
) -> None:
    key = most_active(in_use)
    asked = {"customer_id": in_use.snapshot.customer_ids[key], "events": 200}
    told = service.caller("score").post("/v1/customer", json=asked).json()["timeline"]
    link, shown, kinds = f"{link_to(in_use, key)}&show=", [], {}
    found = page(browser, link)
    for choice in found.select(".kinds a"):
        name = parse_qs(urlsplit(str(choice["href"])).query).get("show", [""])[0]
        kinds[name] = int(choice.select_one("small").get_text())  # type: ignore[union-attr]
    while True:
        lines = found.select(".moments li")
        assert 0 < len(lines) <= SHOWN_MOMENTS
        shown += [one["class"][0] for one in lines]
        older = [one for one in found.select(".timeline .pager a") if one.get_text() == "Older"]
        if not older:
            break
        found = page(browser, str(older[0]["href"]))
    everything = kinds.pop("")
    assert len(shown) == everything == sum(kinds.values()) >= len(told) > 0
    assert {one: shown.count(one) for one in kinds} == kinds
    # An answer that was given a moment ago is itself part of what happened.
    assert kinds["scores"] == 1 and everything - 1 == len(told)


def test_one_kind_alone_is_shown_where_the_link_asks_for_it(browser: Caller, in_use: InUse) -> None:
    link = link_to(in_use, most_active(in_use))
    found = page(browser, f"{link}&show=orders")
    assert {one["class"][0] for one in found.select(".moments li")} == {"orders"}
    (chosen,) = found.select(".kinds a[aria-current]")
    assert chosen.get_text().startswith("Orders")
    for odd in ("show=saints", "show=", "page=x", "page=0", "page=999999", "page=9999999999"):
        assert page(browser, f"{link}&{odd}").select(".moments li")


def test_what_was_told_since_is_part_of_it_and_says_so(
    browser: Caller, service: Service, in_use: InUse
) -> None:
    key = most_active(in_use)
    event = {"contacted_at": "2026-01-01T09:30:00Z", "channel": "phone", "kind": "call back"}
    row = {"customer_id": in_use.snapshot.customer_ids[key], "contact": event}
    assert service.caller("events").post("/v1/events", json={"rows": [row]}).status_code == 200
    found = page(browser, f"{link_to(in_use, key)}&show=calls")
    first = found.select(".moments li")[0]
    assert texts(first, "b") == ["Call back"] and texts(first, ".tag") == ["Told since the scores"]
    assert texts(first, ".when") == ["1 Jan 2026, 09:30"]
    assert texts(first, ".said") == ["by phone"]


QUERIES = (
    ListQuery(),
    ListQuery(rising=True),
    ListQuery(band="high"),
    ListQuery(stage="client", sort="last_seen"),
    *(ListQuery(sort=sort, rising=rising) for sort in SORTS for rising in (False, True)),
    ListQuery(band="medium", sort="spend", spend=50),
    ListQuery(jumped=True, sort="risen"),
)


@pytest.mark.parametrize("query", QUERIES, ids=lambda one: urlencode(one.parameters()) or "plain")
def test_those_beside_a_customer_are_those_the_list_has_beside_them(
    valued: Snapshot, query: ListQuery
) -> None:
    listed = matching(valued, query).tolist()
    for index in {0, 1, 2, len(listed) // 2, len(listed) - 2, len(listed) - 1} & {
        *range(len(listed))
    }:
        found = place_in_list(valued, query, listed[index])
        assert found is not None and found.index == index
        assert found.previous == (listed[index - 1] if index else None)
        assert found.following == (listed[index + 1] if index + 1 < len(listed) else None)
    for place in {*range(valued.judged), -1} - {*listed}:
        assert place_in_list(valued, query, place) is None


def test_back_leads_to_the_page_of_the_list_that_shows_the_customer(
    browser: Caller, service: Service, in_use: InUse
) -> None:
    query = ListQuery(band="medium", sort="spend", page=2)
    place = int(matching(in_use.snapshot, query)[30])
    found = page(browser, link_of(service, place, query))
    back, *steps = [str(one["href"]) for one in found.select(".crumbs a")]
    assert back == "/churn?band=medium&sort=spend&page=2"
    customer = texts(found, "h1 small")[0].removeprefix("Customer ")
    assert customer in texts(page(browser, back), ".list .customer small")
    assert len(steps) == 2
    for step in steps:
        assert parse_qs(urlsplit(step).query)["from"] == ["band=medium&sort=spend&page=2"]
    alone = page(browser, link_of(service, place))
    assert [str(one["href"]) for one in alone.select(".crumbs a")] == ["/churn"]


@pytest.mark.parametrize(
    ("sent", "back"),
    [
        ("https://elsewhere.example/", "/churn"), ("//elsewhere.example", "/churn"), ("", "/churn"),
        ("band=purple&sort=name", "/churn"), ("found=1-2&g=g1", "/churn"), ("page=x", "/churn"),
        ("band=high&x=<script>", "/churn?band=high"), ("&" * 5_000, "/churn"), ("reason=%00", "/churn?reason=%00"),
    ],
)  # fmt: skip
def test_what_a_list_cannot_mean_leads_back_nowhere_else(sent: str, back: str) -> None:
    query = CustomerQuery.parse({"who": "anna", "from": sent})
    assert query.came_from is not None
    assert query.came_from.link(page=query.came_from.page) == back
    assert CustomerQuery.parse(query.parameters()) == query


def test_who_is_not_on_the_list_one_came_from_has_nobody_beside_them(
    browser: Caller, in_use: InUse, snapshot: Snapshot
) -> None:
    key = someone(snapshot, Status.NOT_ELIGIBLE)
    found = page(browser, link_to(in_use, key, ListQuery(band="high")))
    assert [str(one["href"]) for one in found.select(".crumbs a")] == ["/churn?band=high"]


def test_one_who_is_not_judged_is_found_whatever_is_filtered(
    browser: Caller, in_use: InUse, snapshot: Snapshot
) -> None:
    for key in (someone(snapshot, Status.NOT_ELIGIBLE), int(snapshot.ranking.customer_keys[-1])):
        number = snapshot.customer_ids[key]
        for typed in (number, number.lower(), f" {number} "):
            answer = browser.post("/churn/find", data={"q": typed, "band": "high"})
            assert answer.headers["location"] == link_to(in_use, key, ListQuery(band="high"))


def test_a_search_that_finds_nobody_says_so(browser: Caller) -> None:
    answer = browser.post("/churn/find", data={"q": "no such number <b>"})
    assert answer.status_code == 200 and "<b>" not in answer.text
    assert "Nobody is known by this." in answer.text


def test_scores_that_are_out_of_date_say_so_by_the_rule_of_the_answers(
    browser: Caller, service: Service, in_use: InUse
) -> None:
    cutoff, lasts = in_use.snapshot.cutoff_seconds, service.models_in_use.settings.service
    last = cutoff + lasts.scores_last_days * DAY
    for now, is_old in ((last, False), (last + 1, True)):
        service.seconds = now
        caller, here = service.caller("score"), service.browser()
        warned = [one["code"] for one in caller.score(customer_id="x")["warnings"]]
        assert ("stale_vectors" in warned) is is_old
        for path in ("/churn", link_of(service, 0)):
            notices = texts(page(here, path), ".notice")
            said = any("These scores are 7 days old" in one for one in notices)
            assert said is is_old, path
    german = out_of_date(in_use.snapshot, last + DAY, lasts.scores_last_days, language_of("de"))
    assert "8 Tage" in german
