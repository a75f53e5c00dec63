"""Who is reached stands beside who there is, counted once more by hand from the scores."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from serving.campaigns.plannable import PlanLimits, plannable
from serving.campaigns.planning import plan_of
from serving.campaigns.plans.reach import BEHAVIOUR, FEWEST, GroupReach, reach_of
from serving.snapshot.reading import Snapshot


@pytest.fixture(scope="module")
def found(valued: Snapshot) -> tuple[GroupReach, ...]:
    one = plannable(valued, PlanLimits(most=60), np.zeros(0, np.int64))
    return reach_of(valued, one, plan_of(one))


def test_regions_and_segments_are_counted_among_all_who_might_be_contacted_and_in_the_plan(
    valued: Snapshot, found: tuple[GroupReach, ...]
) -> None:
    one = plannable(valued, PlanLimits(most=60), np.zeros(0, np.int64))
    plan = plan_of(one)
    attributes = valued.manifest["attributes"]
    names = [each["name"] for each in attributes]
    column, texts = names.index("region"), attributes[names.index("region")]["texts"]
    keys = valued.ranking.customer_keys

    def regions(places: np.ndarray) -> Counter[str]:
        codes = [int(valued.attribute_codes[keys[place], column]) for place in places]
        return Counter(texts[code] for code in codes if code >= 0)

    everybody, planned = regions(one.considered), regions(plan.places)
    told = {each.group: each for each in found if each.attribute == "region"}
    assert set(told) == {text for text in everybody if everybody[text] >= FEWEST} and len(told) > 1
    for text, each in told.items():
        assert (each.considered, each.planned) == (everybody[text], planned[text])
        assert each.share_considered == everybody[text] / sum(everybody.values())
        assert each.share_planned == planned[text] / sum(planned.values())
    segments = {each.group: each for each in found if each.attribute == BEHAVIOUR}
    assert set(segments) <= set(valued.manifest["segments"]["names"].values()) and segments


def test_the_largest_group_of_an_attribute_stands_first(found: tuple[GroupReach, ...]) -> None:
    for attribute in {each.attribute for each in found}:
        sizes = [each.considered for each in found if each.attribute == attribute]
        assert sizes == sorted(sizes, reverse=True) and min(sizes) >= FEWEST


def test_nothing_is_told_where_nothing_is_declared_and_no_segments_are_in_use(
    snapshot: Snapshot,
) -> None:
    one = plannable(snapshot, PlanLimits(), np.zeros(0, np.int64))
    told = {each.attribute for each in reach_of(snapshot, one, plan_of(one))}
    assert BEHAVIOUR not in told
