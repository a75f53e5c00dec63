"""Who has risen since last month: sorted, kept, counted and written to the file."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from serving.pages.churn_list import matching, sorts
from serving.pages.list_query import ListQuery
from serving.scores.earlier_vector import Past
from serving.snapshot.earlier_risks import points_risen
from serving.snapshot.reading import Snapshot
from tests.pages.customers import link_of
from tests.pages.test_churn_page import page, texts
from tests.serving.calling import Caller, Service


@pytest.fixture
def risen(snapshot: Snapshot) -> np.ndarray:
    return points_risen(snapshot.ranking.probability, snapshot.ranking.risk_before)


def points(text: str) -> float:
    return float(text.replace("−", "-"))


def test_the_largest_rise_comes_first_and_who_had_no_risk_then_comes_last(
    browser: Caller, snapshot: Snapshot, risen: np.ndarray
) -> None:
    shown = [points(one) for one in texts(page(browser, "/churn?sort=risen"), ".list .moved")]
    assert len(shown) == 25 and shown == sorted(shown, reverse=True)
    assert shown[0] == np.nanmax(risen)
    for rising in (False, True):
        order = risen[matching(snapshot, ListQuery(sort="risen", rising=rising))]
        there = order[~np.isnan(order)]
        assert 0 < len(there) < len(order) and np.isnan(order[len(there) :]).all()
        assert (np.diff(there) >= 0).all() if rising else (np.diff(there) <= 0).all()


def test_the_line_on_top_leads_to_those_who_jumped(
    browser: Caller, snapshot: Snapshot, risen: np.ndarray
) -> None:
    link = page(browser, "/churn").select_one(".chip.quiet")
    assert link is not None
    count = int(np.count_nonzero(risen >= 10))
    assert link.get_text() == f"{count} risks rose by 10 points or more"
    found = page(browser, f"{link['href']}&size=100")
    shown = texts(found, ".list .moved")
    assert len(shown) == count and all(points(one) >= 10 for one in shown)
    assert len(texts(found, ".list .jumped")) == count
    assert texts(found, ".status")[0].startswith("Risk up by 10 points or more since ")
    kept = found.select_one('.filters input[name="moved"]')
    assert kept is not None and kept["value"] == "jumped"


def test_the_file_carries_the_earlier_risk_and_the_change(
    browser: Caller, snapshot: Snapshot, risen: np.ndarray
) -> None:
    content = browser.get("/churn.csv?sort=risk&consent=all").content.decode("utf-8-sig")
    for position, row in enumerate(csv.DictReader(io.StringIO(content, newline=""))):
        before = snapshot.ranking.risk_before[position]
        if np.isnan(before):
            assert (row["risk_before_percent"], row["risk_change_points"]) == ("", "")
            continue
        change = float(row["risk_change_points"])
        assert change == risen[position]
        assert float(row["risk_percent"]) == pytest.approx(
            float(row["risk_before_percent"]) + change, abs=1e-6
        )


def test_where_nobody_can_be_compared_no_change_is_offered(snapshot: Snapshot) -> None:
    from dataclasses import replace

    assert "risen" in sorts(snapshot)
    alone = replace(snapshot, manifest={**snapshot.manifest, "compared": 0})
    assert "risen" not in sorts(alone)


def test_a_company_without_events_is_told_no_change(
    browser: Caller, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = link_of(service, 0)
    assert "What changed" in browser.get(link).text
    monkeypatch.setattr(Past, "has_events", False)
    assert "What changed" not in browser.get(link).text
