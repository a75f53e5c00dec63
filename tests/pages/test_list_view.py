"""One page of the list: which customers stand on it, and every figure as it stands published."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from serving.pages.contexts import ChurnListPage
from serving.pages.list_query import ListQuery
from serving.pages.list_view import _shown, churn_list_page
from serving.snapshot.reading import Snapshot
from tests.oracles.published import Published, euro, whole_euro
from tests.serving.calling import NOW, Service


def drawn(
    valued_service: Service, snapshot: Snapshot | None = None, **asked: object
) -> ChurnListPage:
    in_use = valued_service.models_in_use.in_use
    assert in_use is not None
    if snapshot is not None:
        in_use = replace(in_use, snapshot=snapshot)
    query = ListQuery(**{"sort": "risk", "consent": "all", **asked})  # type: ignore[arg-type]
    return churn_list_page(in_use, valued_service.models_in_use.settings, query, None, NOW)


@pytest.mark.parametrize(
    ("customers", "asked", "page", "pages", "first", "shown"),
    [
        (0, 1, 1, 1, 0, 0), (0, 9, 1, 1, 0, 0), (1, 1, 1, 1, 0, 1),
        (24, 1, 1, 1, 0, 24), (25, 1, 1, 1, 0, 25), (25, 2, 1, 1, 0, 25),
        (26, 1, 1, 2, 0, 25), (26, 2, 2, 2, 25, 1), (26, 3, 2, 2, 25, 1),
        (50, 2, 2, 2, 25, 25), (51, 2, 2, 3, 25, 25), (51, 3, 3, 3, 50, 1),
    ],
)  # fmt: skip
def test_a_page_holds_its_customers_and_the_last_one_the_rest(
    customers: int, asked: int, page: int, pages: int, first: int, shown: int
) -> None:
    found = _shown(np.arange(100, 100 + customers), ListQuery(page=asked, size=25))
    assert (found.page, found.pages, found.first) == (page, pages, first)
    assert found.positions.tolist() == list(range(100 + first, 100 + first + shown))


def test_links_lead_to_the_page_before_and_after_where_there_is_one(
    valued_service: Service, published: Published
) -> None:
    last = -(-published.judged // 25)
    first, middle, end = (drawn(valued_service, page=one) for one in (1, 2, last))
    assert (first.previous, "page=2" in first.following) == ("", True)
    assert "page" not in middle.previous and "page=3" in middle.following
    assert f"page={last - 1}" in end.previous and end.following == ""
    assert [row.rank for row in end.rows] == [
        f"{place + 1:,}" for place in range(25 * (last - 1), published.judged)
    ]
    assert (
        not drawn(valued_service, consent="").is_filtered
        and drawn(valued_service, band="high").is_filtered
    )


def test_every_figure_of_a_row_is_the_published_one(
    valued_service: Service, published: Published
) -> None:
    rows = [row for page in (1, 3, 6) for row in drawn(valued_service, page=page).rows]
    for row in rows:
        place = int(row.rank.replace(",", "")) - 1
        assert row.customer_id == published.customer(place)
        assert row.risk == f"{100 * published.risk(place):.1f} %"
        assert row.risk_width == f"{100 * published.risk(place):.2f}%"
        moved = published.moved_points(place)
        assert row.moved == ("" if moved is None else f"{moved:+.1f}".replace("-", "−"))
        assert row.has_jumped is (moved is not None and moved >= 10.0)
        assert row.band == published.band(place)
        assert row.value == whole_euro(published.of("value_cents", place))
        low, high = (
            100 * round(published.of(f"value_{one}_cents", place) / 100) for one in ("low", "high")
        )
        assert row.value_between == f"{whole_euro(low)} to {whole_euro(high)}"
        assert row.at_risk == whole_euro(published.at_risk_cents(place))
        assert len(row.reasons) == len(published.raising(place))
        assert all(one.points.startswith("+") and one.text for one in row.reasons)
    assert len({row.band for row in rows}) == 3


def test_the_sum_on_top_is_that_of_all_judged_customers(
    valued_service: Service, published: Published
) -> None:
    places = range(published.judged)
    for page in (drawn(valued_service), drawn(valued_service, band="high", page=2)):
        assert page.judged == f"{published.judged:,}"
        assert page.expected == f"{sum(published.risk(place) for place in places):,.0f}"
        assert page.at_risk == euro(sum(published.at_risk_cents(place) for place in places))
        assert page.base == f"{100 * published.manifest['base']:.1f} %"
        assert page.base_width == f"{100 * published.manifest['base']:.2f}%"


def test_the_cells_of_the_matrix_share_all_money_at_risk(
    valued_service: Service, published: Published
) -> None:
    found = drawn(valued_service, cell="middle-high").matrix
    where, money = (
        published.cells(),
        [published.at_risk_cents(place) for place in range(published.judged)],
    )
    assert len(found) == 9
    for cell in found:
        inside = [place for place, one in enumerate(where) if one == (cell.value, cell.risk)]
        part = sum(money[place] for place in inside)
        assert cell.at_risk == euro(100 * round(part / 100))
        assert cell.share == f"{100 * part / sum(money):.0f}%"
        assert cell.share_width == f"{100 * part / sum(money):.2f}%"
        assert cell.customers == f"{len(inside):,} customers"
        assert cell.is_chosen is ((cell.value, cell.risk) == ("middle", "high"))
        assert ("cell" in cell.link) is not cell.is_chosen


def test_a_heading_turns_the_order_of_its_own_column_alone(valued_service: Service) -> None:
    falling = drawn(valued_service, sort="value").headings
    assert falling["value"].arrow == "descending" and "order=rising" in falling["value"].link
    rising = drawn(valued_service, sort="value", rising=True).headings
    assert rising["value"].arrow == "ascending" and "order=rising" not in rising["value"].link
    assert falling["at_risk"].arrow == "" and "order=rising" not in falling["at_risk"].link


def test_a_list_that_leaves_somebody_out_says_how_many_and_leads_to_them(
    valued_service: Service, valued: Snapshot
) -> None:
    refused = np.zeros_like(valued.has_refused_contact)
    refused[valued.ranking.customer_keys[:3]] = 1
    some = replace(valued, has_refused_contact=refused)
    page = drawn(valued_service, some, consent="", band="high")
    assert page.left_out == "3 more must not be contacted"
    assert page.left_out_link == "/churn?band=high&consent=all&sort=risk"
    whole = drawn(valued_service, some)
    assert whole.left_out == ""
    assert [row.refusal for row in whole.rows[:4]] == ["No marketing"] * 3 + [""]
    assert drawn(valued_service, replace(valued, has_refused_contact=0 * refused)).left_out == ""


def test_a_row_says_what_is_best_to_do_and_what_it_brings(
    valued_service: Service, valued: Snapshot
) -> None:
    place, gain = (np.zeros(valued.judged, dtype) for dtype in (valued.best_action.dtype, np.int64))
    place[:3], gain[:3] = [0, 2, -1], [1_249, 31, 0]
    page = drawn(valued_service, replace(valued, best_action=place, net_gain_cents=gain))
    told = [(row.action, row.net_gain) for row in page.rows[:3]]
    assert told == [("Call", "+€12"), ("E-mail", "+€0.31"), ("", "")]
    assert page.gain == "€13"
    assert "the share an action keeps of such customers" in page.money_note
    silent = replace(valued, manifest={**valued.manifest, "means_leaving": False})
    other = drawn(valued_service, silent)
    assert (other.acts, other.gain) == (False, "") and "Net gain" not in other.money_note


def test_only_a_list_by_risk_has_ranks(valued_service: Service) -> None:
    assert {row.rank for row in drawn(valued_service, sort="").rows} == {""}
    assert [row.rank for row in drawn(valued_service).rows[:2]] == ["1", "2"]


def test_each_filter_that_is_set_is_a_chip_that_takes_it_off(valued_service: Service) -> None:
    asked: dict[str, Any] = {
        "band": "high",
        "status": "lapsed",
        "silent": 60,
        "cell": "high-low",
        "spend": 5,
    }
    chips = drawn(valued_service, **asked).filters.chips
    assert [one.label for one in chips] == [
        "High: at the level of the top tenth", "Value high, risk low", "Spend from 5 on", "Lapsed",
        "Everybody", "Silent for 60 days or more",
    ]  # fmt: skip
    for name, chip in zip(
        ("band", "cell", "spend", "status", "consent", "silent"), chips, strict=True
    ):
        left = {**asked, "consent": "all", "sort": "risk"}
        left.pop(name)
        assert chip.link == ListQuery(**left).link()


EVERYBODY_AND_ACTIVE: tuple[dict[str, Any], ...] = ({}, {"status": "active"})


def test_the_matrix_counts_whom_the_filters_keep(valued_service: Service) -> None:
    every, some = (
        sum(
            int(cell.customers.split()[0].replace(",", ""))
            for cell in drawn(valued_service, **asked).matrix
        )
        for asked in EVERYBODY_AND_ACTIVE
    )
    assert 0 < some < every
    listed = drawn(valued_service, status="active", size=100).position
    assert listed.endswith(f"of {some:,}")


def test_where_nothing_is_at_risk_no_share_is_broken(
    valued_service: Service, valued: Snapshot
) -> None:
    poor = replace(valued, value_if_kept_cents=np.zeros_like(valued.value_if_kept_cents))
    page = drawn(valued_service, poor)
    assert {one.share for one in page.matrix} == {"0%"} and page.at_risk == "€0"
