"""Who a list asks for: every filter with customers just inside, on and just outside of it."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest
from bs4 import BeautifulSoup

from serving.pages.churn_list import matching, totals
from serving.pages.filter_view import filter_form
from serving.pages.list_query import ListQuery
from serving.snapshot.columns import NEVER, UNKNOWN
from serving.snapshot.reading import Snapshot
from tests.serving.calling import Service

FIVE = np.arange(5)
ATTRIBUTES = [
    {"name": "member", "texts": ["no", "yes"]},
    {"name": "region", "texts": ["North", "South"]},
]


@pytest.fixture
def five(valued: Snapshot) -> Snapshot:
    """The first five places of a ranking, with figures one can reckon with."""
    ranking = valued.ranking
    keys, day, cutoff = ranking.customer_keys[:5], 86_400, valued.cutoff_seconds
    value, first = np.array(valued.value_cents), np.array(valued.first_order_seconds)
    value[keys] = [4_999, 5_000, 5_001, UNKNOWN, 0]
    first[keys] = [
        cutoff - 100 * day,
        cutoff - 100 * day + 1,
        cutoff - 10 * day,
        cutoff - 10 * day - 1,
        NEVER,
    ]
    codes = np.full((len(value), 2), -1, np.int16)
    codes[keys] = [[0, 0], [1, 1], [1, 0], [-1, -2], [1, -1]]
    spend, kept = np.array(valued.spend_cents), np.array(valued.value_if_kept_cents)
    spend[keys] = [9_999, 10_000, 10_001, 0, -500]
    kept[keys] = [1_000, 3_000, 2_000, 0, 5_000]
    columns = {name: getattr(ranking, name)[:5] for name in ranking.__dataclass_fields__}
    columns |= {
        "probability": np.array([0.9, 0.8, 0.5, 0.25, 0.1]),
        "percentile": np.array([90.1, 90.0, 89.9, 70.0, 69.9]),
        "risk_before": np.array([0.8, 0.7, 0.401, np.nan, 0.9]),
        "value_tercile": np.array([0, 1, 1, 0, 2], np.int8),
        "raising": np.array([1, 2, 3, 4, 0]),
    }
    return replace(
        valued,
        ranking=replace(ranking, **columns),
        spend_cents=spend,
        value_if_kept_cents=kept,
        value_cents=value,
        first_order_seconds=first,
        attribute_codes=codes,
        net_gain_cents=valued.net_gain_cents[:5],
        best_action=valued.best_action[:5],
        best_offer=valued.best_offer[:5],
        offer_gain_cents=valued.offer_gain_cents[:5],
        manifest={**valued.manifest, "attributes": ATTRIBUTES},
    )


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ({}, [0, 1, 2, 3, 4]),
        ({"spend": 100}, [1, 2]),
        ({"spend": 101}, []),
        ({"spend": 99}, [0, 1, 2]),
        ({"band": "high"}, [0, 1]),
        ({"band": "medium"}, [0, 1, 2, 3]),
        # 90 to 80 and 80 to 70 are ten points, 50 to 40.1 are 9.9.
        ({"jumped": True}, [0, 1]),
        ({"cell": "low-high"}, [0]),
        ({"cell": "middle-high"}, [1]),
        ({"cell": "high-low"}, [4]),
        ({"cell": "high-high"}, []),
        ({"rising": True}, [4, 3, 2, 1, 0]),
        ({"band": "high", "spend": 100}, [1]),
        ({"value": 50}, [1, 2]),
        ({"value": 51}, []),
        # Whoever never bought has been a customer for no time at all.
        ({"tenure": 100}, [0]),
        ({"tenure": 99}, [0, 1]),
        ({"tenure_most": 10}, [2]),
        ({"tenure": 10, "tenure_most": 99}, [2, 3]),
        ({"tenure": 1}, [0, 1, 2, 3]),
        ({"declared": (("region", "North"),)}, [0, 2]),
        ({"declared": (("member", "yes"),)}, [1, 2, 4]),
        ({"declared": (("member", "yes"), ("region", "North"))}, [2]),
        ({"declared": (("region", "East"),)}, []),
        ({"declared": (("gender", "f"),)}, []),
    ],
)
def test_a_filter_keeps_who_is_on_it_and_leaves_out_who_is_outside(
    five: Snapshot, query: dict[str, object], places: list[int]
) -> None:
    asked = ListQuery(**{"sort": "risk", "consent": "all", **query})  # type: ignore[arg-type]
    assert matching(five, asked).tolist() == places


def test_a_reason_keeps_those_whose_risk_it_raises(five: Snapshot) -> None:
    names = [str(one["name"]) for one in five.manifest["groups"]]
    for group, places in ((0, [0, 2]), (1, [1, 2]), (2, [3]), (3, [])):
        assert (
            matching(five, ListQuery(reason=names[group], sort="risk", consent="all")).tolist()
            == places
        )
    assert matching(five, ListQuery(reason="nobody knows it")).tolist() == []


def test_totals_are_those_of_the_customers_asked_for(five: Snapshot) -> None:
    found = totals(five, np.array([0, 2, 3]))
    assert found.customers == 3 and found.expected == pytest.approx(1.65)
    assert found.at_risk_cents == 900 + 1_000 + 0
    spread = 1.959964 * (0.09 + 0.25 + 0.1875) ** 0.5
    assert (found.low, found.high) == pytest.approx((1.65 - spread, 3.0))
    assert totals(five, np.array([4])).low == 0.0
    nobody = totals(five, np.array([], np.int64))
    assert (nobody.customers, nobody.expected, nobody.at_risk_cents) == (0, 0.0, 0)


@pytest.mark.parametrize(
    ("text", "spend"),
    [("100", 100), ("0", 0), ("-5", 0), ("1.5", 0), ("", 0), ("1" + "0" * 12, 10**12), ("2" + "0" * 12, 10**12), ("1" * 20, 0)],
)  # fmt: skip
def test_an_amount_is_a_whole_number_up_to_a_limit(text: str, spend: int) -> None:
    assert ListQuery.parse({"spend": text}).spend == spend


def test_what_customers_declared_stands_in_the_link_and_a_chip_takes_it_off(
    valued_service: Service, five: Snapshot
) -> None:
    in_use = valued_service.models_in_use.in_use
    assert in_use is not None
    asked = {"is.region": "South", "is.member": "yes", "is.gender": "f", "is.empty": ""}
    query = ListQuery.parse(asked | {"value": "50", "tenure": "30", "tenure_most": "900"})
    assert ListQuery.parse(query.parameters()) == query
    form = filter_form(replace(in_use, snapshot=five), query, "EUR")
    assert [one.label for one in form.chips] == [
        "Value from 50 on",
        "Customer for 30 days or more",
        "Customer for 900 days at most",
        "Member: yes",
        "Region: South",
    ]
    without = ListQuery.parse(dict(parse_qsl(urlsplit(form.chips[3].link).query)))
    assert without == replace(query, declared=(("gender", "f"), ("region", "South")))
    offered = {one.name: [choice.value for choice in one.choices] for one in form.declared}
    assert offered == {"is.member": ["", "no", "yes"], "is.region": ["", "North", "South"]}
    assert [one.value for one in form.declared[1].choices if one.is_chosen] == ["South"]
    assert (form.value, form.tenure, form.tenure_most) == ("50", "30", "900")


def test_the_form_asks_by_what_customers_declared_and_works_without_script(
    valued_service: Service,
) -> None:
    browser = valued_service.browser()
    page = BeautifulSoup(browser.get("/churn?is.region=North&value=1").text, "html.parser")
    chosen = page.select_one('select[name="is.region"] option[selected]')
    assert chosen is not None and chosen["value"] == "North"
    for name in ("value", "tenure", "tenure_most"):
        assert page.select_one(f'form.filters input[name="{name}"]') is not None
    file = browser.get("/churn.csv?consent=all&is.region=North").content.decode("utf-8-sig")
    everybody = browser.get("/churn.csv?consent=all").content.decode("utf-8-sig")
    assert 1 < len(file.splitlines()) < len(everybody.splitlines())


def test_a_link_holds_so_many_attributes_at_most() -> None:
    many = {f"is.a{one}": "x" for one in range(20)} | {"is." + "n" * 80: "x", "is.b": "y" * 201}
    assert len(ListQuery.parse(many).declared) == 8
