"""Stages, statuses and segments: the sums of raw columns, added up by a loop, and each with a link to its list."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest
from bs4 import BeautifulSoup

from features.lifecycle.stages import LifecycleStatus, Stage
from serving.in_use.models_in_use import InUse
from serving.ledger.privacy import Withheld
from serving.pages.list_query import ListQuery
from serving.pages.segments.contexts import GroupLine, SegmentsPage
from serving.pages.segments.groups import telling_habits
from serving.pages.segments.segments_view import segments_page
from serving.snapshot.reading import Snapshot
from tests.serving.calling import Service
from training.reasons.languages.known import language_of


@pytest.fixture
def in_use(valued_service: Service) -> InUse:
    found = valued_service.models_in_use.in_use
    assert found is not None
    return found


def page_of(in_use: InUse) -> SegmentsPage:
    return segments_page(in_use, "Shop", "EUR")


def lines_of(page: SegmentsPage, title: str) -> dict[str, GroupLine]:
    (section,) = [one for one in page.sections if one.title == title]
    return {one.name: one for one in section.lines}


def number(text: str) -> float:
    return float(text.replace(",", "").replace("€", "").replace("−", "-").replace(" %", ""))


def summed(
    snapshot: Snapshot, codes: np.ndarray[tuple[int], np.dtype[np.int8]]
) -> dict[int, list[float]]:
    """By code: customers, judged, expected, at risk and value, by a loop over customers."""
    places = {int(key): place for place, key in enumerate(snapshot.ranking.customer_keys)}
    found: dict[int, list[float]] = defaultdict(lambda: [0.0] * 5)
    for key, code in enumerate(codes.tolist()):
        if code < 0 or snapshot.stage[key] < 0:
            continue
        sums = found[code]
        sums[0] += 1
        sums[4] += max(int(snapshot.value_cents[key]), 0)
        if key in places:
            risk = float(snapshot.ranking.probability[places[key]])
            sums[1] += 1
            sums[2] += risk
            sums[3] += risk * max(int(snapshot.value_if_kept_cents[key]), 0)
    return found


def test_every_stage_and_status_comes_to_what_its_customers_come_to(in_use: InUse) -> None:
    page, snapshot = page_of(in_use), in_use.snapshot
    for title, codes, kinds in (
        ("Stages", snapshot.stage, Stage),
        ("Statuses", snapshot.lifecycle_status, LifecycleStatus),
    ):
        lines, sums = lines_of(page, title), summed(snapshot, codes)
        assert list(lines) == [one.title for one in kinds if one in sums]
        whole = sum(one[0] for one in sums.values())
        for code, (customers, judged, expected, at_risk, value) in sums.items():
            line = lines[kinds(code).title]
            assert number(line.customers) == customers
            assert number(line.share) == pytest.approx(100 * customers / whole, abs=0.051)
            if judged:
                assert number(line.expected) == pytest.approx(expected, abs=0.51)
                assert number(line.rate) == pytest.approx(100 * expected / judged, abs=0.051)
                assert number(line.at_risk) == pytest.approx(at_risk / 100, rel=1e-3, abs=0.51)
            else:
                assert (line.expected, line.rate, line.at_risk, line.link) == ("–", "", "", "")
            assert number(line.value) == pytest.approx(value / 100, rel=1e-3, abs=0.51)


def test_a_name_leads_to_the_list_of_its_customers(in_use: InUse) -> None:
    links = [one.link for one in lines_of(page_of(in_use), "Statuses").values() if one.link]
    assert links and set(links) <= {ListQuery(status=one.word).link() for one in LifecycleStatus}


def test_whoever_objected_or_was_erased_counts_nowhere(in_use: InUse) -> None:
    snapshot = in_use.snapshot
    someone = snapshot.customer_ids[int(snapshot.ranking.customer_keys[0])]
    other = snapshot.customer_ids[int(snapshot.ranking.customer_keys[1])]
    without = snapshot.without(Withheld(frozenset({someone}), frozenset({other})))
    before = lines_of(page_of(in_use), "Stages")
    after = lines_of(page_of(replace(in_use, snapshot=without)), "Stages")
    count = [sum(number(one.customers) for one in lines.values()) for lines in (before, after)]
    assert count[0] - count[1] == 2


def test_a_segment_is_told_by_the_habits_that_are_reasons_for_most_of_its_customers() -> None:
    """Of five customers four have much of the first of three habits, two little of the third, one much of the second."""
    habits = np.array([[1, -3, 0], [1, 0, 0], [1, 2, 0], [1, -3, 0], [0, 0, 0]], np.int16)
    assert telling_habits(habits, 3) == [(0, True), (2, False), (1, True)]
    many = np.repeat(habits, 2, axis=0)
    many[4:6, 1] = 0
    assert telling_habits(many, 3) == [(0, True), (2, False)]
    assert telling_habits(np.zeros((4, 3), np.int16), 3) == []


def test_the_page_is_drawn_in_both_languages_and_the_list_leads_there(
    valued_service: Service, in_use: InUse
) -> None:
    page = BeautifulSoup(valued_service.browser().get("/segments").text, "html.parser")
    assert page.h1 is not None and page.h1.get_text() == "Segments and stages"
    assert 'href="/segments"' in valued_service.browser().get("/churn").text
    german = replace(in_use, wording=in_use.wording.in_language(language_of("de")))
    assert "Stammkunde" in lines_of(page_of(german), "Stufen")
    assert valued_service.caller("score").get("/segments").status_code == 403
