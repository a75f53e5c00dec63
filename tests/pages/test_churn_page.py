"""The churn list as a person's browser receives it."""

from __future__ import annotations

import csv
import io
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag

from features.lifecycle.stages import LifecycleStatus, Stage
from serving.pages.figures import percent
from serving.snapshot.reading import Snapshot
from tests.pages.customers import link_of
from tests.serving.calling import Caller, Service

BY_RISK = "/churn?sort=risk&consent=all"


def page(browser: Caller, path: str = BY_RISK) -> BeautifulSoup:
    answer = browser.get(path)
    assert answer.status_code == 200, answer.text
    return BeautifulSoup(answer.text, "html.parser")


def texts(found: BeautifulSoup | Tag, selector: str) -> list[str]:
    return [" ".join(one.get_text(" ").split()) for one in found.select(selector)]


def numbers(found: BeautifulSoup, selector: str) -> list[float]:
    return [float(re.sub(r"[^0-9.]", "", text)) for text in texts(found, selector)]


def ids(snapshot: Snapshot) -> list[str]:
    return [snapshot.customer_ids[int(key)] for key in snapshot.ranking.customer_keys]


def test_the_question_is_the_title(browser: Caller) -> None:
    found = page(browser)
    assert texts(found, "h1") == ["Who may leave in the next 90 days?"]
    assert found.title is not None and "Corner & Sons" in found.title.get_text()


def test_the_figures_say_how_many_and_how_sure(browser: Caller, snapshot: Snapshot) -> None:
    found = page(browser)
    (said,) = texts(found, ".summary")
    expected = snapshot.ranking.probability.sum()
    assert said.startswith(f"{snapshot.judged:,} judged · {expected:,.0f} expected to leave")
    low, high = (float(one) for one in re.findall(r"(\d+) to (\d+)", said)[0])
    assert low < expected < high
    assert f"the base risk of {percent(snapshot.base)}" in " ".join(texts(found, ".fine"))


def test_the_list_runs_by_risk_with_the_main_reasons(browser: Caller, snapshot: Snapshot) -> None:
    found = page(browser)
    assert texts(found, ".list .customer small") == ids(snapshot)[:25]
    risks = numbers(found, ".list .risk .value")
    assert risks == sorted(risks, reverse=True)
    first = found.select_one(".list tbody tr")
    assert first is not None
    reasons = texts(first, ".why summary, .why li")
    assert 1 <= len(reasons) <= 3
    assert all(re.match(r"\+\d+\.\d \S", one) for one in reasons)


def test_paging_shows_everybody_once(browser: Caller, snapshot: Snapshot) -> None:
    seen: list[str] = []
    path: str | None = "/churn?sort=risk&consent=all&size=100"
    while path:
        found = page(browser, path)
        seen += texts(found, ".list .customer small")
        following = found.select_one('.pager [rel="next"]')
        path = None if following is None else str(following["href"])
    assert seen == ids(snapshot)


def test_a_page_past_the_end_is_the_last(browser: Caller, snapshot: Snapshot) -> None:
    found = page(browser, "/churn?sort=risk&consent=all&size=100&page=999")
    assert texts(found, ".list .customer small")[-1] == ids(snapshot)[-1]


@pytest.mark.parametrize(("sort", "column"), [("spend", "expected"), ("at_risk", "stake")])
def test_money_sorts_both_ways(browser: Caller, sort: str, column: str) -> None:
    falling = numbers(page(browser, f"/churn?sort={sort}"), f".list td.{column}")
    rising = numbers(page(browser, f"/churn?sort={sort}&order=rising"), f".list td.{column}")
    assert falling == sorted(falling, reverse=True) and rising == sorted(rising)


def test_the_longest_silence_comes_first_by_last_order(browser: Caller) -> None:
    silences = numbers(page(browser, "/churn?sort=last_seen"), ".list td:last-child small")
    assert silences == sorted(silences, reverse=True) and silences[0] > silences[-1]


def test_the_head_of_a_column_says_and_turns_the_order(browser: Caller) -> None:
    head = page(browser, "/churn?sort=spend").select_one("th[aria-sort]")
    assert head is not None and head["aria-sort"] == "descending"
    link = head.select_one("a")
    assert link is not None and "order=rising" in str(link["href"])


def test_filters_keep_those_who_meet_them_all(browser: Caller, snapshot: Snapshot) -> None:
    found = page(browser, "/churn?sort=risk&consent=all&band=high&spend=100&size=100")
    shown = set(texts(found, ".list .customer small"))
    wanted = {
        customer
        for customer, key, percentile in zip(
            ids(snapshot),
            snapshot.ranking.customer_keys,
            snapshot.ranking.percentile,
            strict=True,
        )
        if percentile >= 90 and snapshot.spend_cents[key] >= 10_000
    }
    assert shown == wanted and wanted
    assert texts(found, ".status")[0].startswith(f"{len(wanted)} customer")
    chosen = found.select_one("select[name=band] option[selected]")
    assert chosen is not None and chosen["value"] == "high"


def test_a_stage_filter_keeps_that_stage_and_each_row_says_its_own(
    browser: Caller, snapshot: Snapshot
) -> None:
    found = page(browser, "/churn?sort=risk&consent=all&stage=client&size=100")
    keys = [snapshot.customer_ids.find(one) for one in texts(found, ".list .customer small")]
    ranked = snapshot.ranking.customer_keys
    expected = [int(key) for key in ranked if snapshot.stage[key] == Stage.CLIENT]
    assert keys == expected[:100] and keys
    for key, said in zip(keys, texts(found, ".list .who > small"), strict=True):
        status = LifecycleStatus(int(snapshot.lifecycle_status[key]))
        assert said == f"Client, {status.title.lower()}"
    chosen = found.select_one("select[name=stage] option[selected]")
    assert chosen is not None and chosen["value"] == "client"
    labels = texts(found, "select[name=stage] option")
    assert labels[:2] == ["Any stage", "First-time"] and "Suspect" not in labels


def test_the_customer_page_says_stage_and_status(
    browser: Caller, service: Service, snapshot: Snapshot
) -> None:
    key = int(snapshot.ranking.customer_keys[0])
    found = page(browser, link_of(service, 0))
    stage = Stage(int(snapshot.stage[key])).title
    status = LifecycleStatus(int(snapshot.lifecycle_status[key])).title.lower()
    assert texts(found, ".stage") == [f"{stage}, {status}"]


def test_a_reason_filter_keeps_those_whom_it_raises(browser: Caller, snapshot: Snapshot) -> None:
    name = snapshot.manifest["groups"][0]["name"]
    found = page(browser, f"/churn?reason={name}&size=100")
    links = [str(one["href"]) for one in found.select(".list .customer a")][:5]
    title = snapshot.manifest["groups"][0]["title"]
    for link in links:
        assert title in texts(page(browser, link), ".waterfall .raises b")


@pytest.mark.parametrize(
    "query",
    ["band=purple", "stage=saint", "stage=suspect", "spend=-4", "spend=1e9", "spend=9" * 10, "size=7", "page=0", "page=x",
     "sort=name", "reason=nothing", "found=3", "found=9-2&g={name}", "order=up", "q=%FF"],
)  # fmt: skip
def test_a_link_that_means_nothing_still_gives_a_page(
    browser: Caller, snapshot: Snapshot, query: str
) -> None:
    asked = query.replace("{name}", snapshot.name)
    assert page(browser, f"/churn?{asked}").select_one("h1") is not None


def test_nobody_is_said_in_words(browser: Caller) -> None:
    found = page(browser, "/churn?spend=99999999")
    assert "Nobody matches" in texts(found, ".empty")[0]


def test_a_search_keeps_the_number_out_of_every_address(
    browser: Caller, snapshot: Snapshot
) -> None:
    wanted = ids(snapshot)[7]
    answer = browser.post("/churn/find", data={"q": wanted, "band": ""})
    assert answer.status_code == 303
    location = answer.headers["location"]
    assert wanted not in location
    found = page(browser, location)
    assert texts(found, "h1 small") == [f"Customer {wanted}"]
    assert wanted not in " ".join(str(one["href"]) for one in found.select("a[href]"))
    assert wanted not in str(found.select("form"))


def page_of_search(browser: Caller, text: str, **kept: str) -> BeautifulSoup:
    answer = browser.post("/churn/find", data={"q": text, **kept})
    assert answer.status_code == 200, answer.text
    return BeautifulSoup(answer.text, "html.parser")


def test_a_search_by_the_beginning_finds_them_all(browser: Caller, snapshot: Snapshot) -> None:
    beginning = ids(snapshot)[0][:-1]
    found = page_of_search(browser, beginning)
    wanted = [one for one in snapshot.customer_ids if one.startswith(beginning)]
    shown = texts(found, ".found .customer small")
    assert shown[: len(wanted)] == wanted and 1 < len(shown) <= 50
    assert all(beginning in one for one in shown)


def test_a_search_keeps_the_filters_and_an_empty_one_lifts_the_search(browser: Caller) -> None:
    kept = page_of_search(browser, "C", band="high")
    chosen = kept.select_one(".search input[name=band]")
    assert chosen is not None and chosen["value"] == "high"
    links = [str(one["href"]) for one in kept.select(".found a")]
    assert len(links) == 50 and texts(kept, ".lead")[0].startswith("More than 50 customers")
    assert {parse_qs(urlsplit(one).query)["from"][0] for one in links} == {"band=high"}
    lifted = browser.post("/churn/find", data={"q": " ", "band": "high"}).headers["location"]
    assert lifted == "/churn?band=high"


def test_links_to_replaced_scores_say_so(browser: Caller) -> None:
    answer = browser.get("/churn/customer?g=g999999&row=0")
    assert answer.status_code == 410
    assert "replaced" in BeautifulSoup(answer.text, "html.parser").select("h1")[0].get_text()


def test_the_customer_page_adds_up(browser: Caller, service: Service, snapshot: Snapshot) -> None:
    found = page(browser, link_of(service, 3))
    assert ids(snapshot)[3] in texts(found, "h1")[0]
    points = [one.replace("−", "-").rstrip(" %") for one in texts(found, ".waterfall .points")]
    assert round(sum(float(one) for one in points[:-1]), 1) == float(points[-1])
    assert texts(found, ".headline strong") == [f"{points[-1]} %"]
    assert texts(found, ".waterfall b")[0] == "Base risk"
    assert len(found.select(".facts tbody tr")) >= 1


@pytest.mark.parametrize("row", ["", "-1", "x", "999999999", "1.5"])
def test_a_row_that_is_not_there_is_not_found(
    browser: Caller, snapshot: Snapshot, row: str
) -> None:
    answer = browser.get(f"/churn/customer?g={snapshot.name}&row={row}")
    assert answer.status_code == 404 and "<h1>" in answer.text


def test_the_download_has_the_same_customers_in_the_same_order(
    browser: Caller, snapshot: Snapshot
) -> None:
    link = page(browser, "/churn?sort=spend&band=medium").select_one(".download a")
    assert link is not None
    answer = browser.get(str(link["href"]))
    assert answer.headers["content-type"].startswith("text/csv")
    text = answer.content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [one["customer_id"] for one in rows][:25] == texts(
        page(browser, "/churn?sort=spend&band=medium"), ".list .customer small"
    )
    assert all(float(one["percentile"]) >= 70 for one in rows)
    assert rows[0]["currency"] == "EUR" and rows[0]["reason_1"]
    assert {one["stage"] for one in rows} <= {one.word for one in Stage}
    assert {one["lifecycle_status"] for one in rows} <= {one.word for one in LifecycleStatus}


def test_everything_is_escaped_and_nothing_is_inline(browser: Caller) -> None:
    text = browser.get("/churn").text
    assert "Corner &amp; Sons" in text
    found = BeautifulSoup(text, "html.parser")
    assert not found.select("style, [style], [onclick]")
    for script in found.select("script"):
        assert str(script["src"]).startswith("/static/") and not script.get_text()
    for one in found.select("link[href], img[src], a[href], form[action]"):
        assert str(one.get("href") or one.get("src") or one.get("action")).startswith(("/", "#"))


def test_every_field_has_a_label(browser: Caller) -> None:
    for field in page(browser).select("input:not([type=hidden]), select"):
        assert field.find_parent("label") is not None
