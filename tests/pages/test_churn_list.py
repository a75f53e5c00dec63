"""Who is on the churn list: each filter on its limit, each order, and what the shown come to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from features.lifecycle.stages import LifecycleStatus, Stage
from serving.ledger.privacy import Withheld
from serving.pages.churn_list import matching, risk_terciles, totals
from serving.pages.list_query import ListQuery
from serving.snapshot.reading import Snapshot


def with_ranking(snapshot: Snapshot, **columns: Any) -> Snapshot:
    return replace(snapshot, ranking=replace(snapshot.ranking, **columns))


def first(snapshot: Snapshot, values: list[float], others: float = 0.0) -> np.ndarray:
    """A column of the ranking: these values on its first places, another on all that follow."""
    return np.array([*values, *[others] * (snapshot.judged - len(values))])


def found(snapshot: Snapshot, **asked: Any) -> list[int]:
    """Whom a list shows, by risk where no order is asked for, and of everybody."""
    query = ListQuery(**{"sort": "risk", "consent": "all", **asked})
    return [int(place) for place in matching(snapshot, query)]


def by_customer(snapshot: Snapshot, values: list[int], others: int = 0) -> np.ndarray:
    """A column of customers: these values for the first of the ranking, another for all others."""
    column = np.full(len(snapshot.customer_ids), others, np.int64)
    column[snapshot.ranking.customer_keys[: len(values)]] = values
    return column


@pytest.mark.parametrize(("band", "places"), [("high", [0, 2]), ("medium", [0, 1, 2, 3])])
def test_a_band_begins_at_its_percentile(snapshot: Snapshot, band: str, places: list[int]) -> None:
    percentile = first(snapshot, [90.0, 89.99, 90.01, 70.0, 69.99])
    assert found(with_ranking(snapshot, percentile=percentile), band=band) == places


def test_an_amount_keeps_who_spent_exactly_so_much_or_more(snapshot: Snapshot) -> None:
    spend = by_customer(snapshot, [10_000, 9_999, 10_001, -10_000, 0])
    assert found(replace(snapshot, spend_cents=spend), spend=100) == [0, 2]
    assert len(found(replace(snapshot, spend_cents=spend), spend=0)) == snapshot.judged


def test_a_stage_a_reason_and_a_band_must_all_be_met(snapshot: Snapshot) -> None:
    stage = by_customer(snapshot, [Stage.CLIENT, Stage.CLIENT, Stage.REPEAT, Stage.CLIENT])
    names = [one["name"] for one in snapshot.manifest["groups"]]
    raising = first(snapshot, [0b10, 0b01, 0b11, 0b110]).astype(np.int64)
    percentile = first(snapshot, [95.0, 95.0, 95.0, 10.0])
    made = with_ranking(replace(snapshot, stage=stage), raising=raising, percentile=percentile)
    assert found(made, stage="client") == [0, 1, 3]
    assert found(made, reason=names[0]) == [1, 2] and found(made, reason=names[1]) == [0, 2, 3]
    assert found(made, stage="client", reason=names[1]) == [0, 3]
    assert found(made, stage="client", reason=names[1], band="high") == [0]
    assert found(made, reason="nobody's") == []


def test_a_rise_of_ten_points_is_a_jump_and_no_smaller_one(snapshot: Snapshot) -> None:
    now = first(snapshot, [0.30, 0.30, 0.30, 0.10], 0.5)
    before = first(snapshot, [0.20, 0.201, 0.19, 0.20], np.nan)
    made = with_ranking(snapshot, probability=now, risk_before=before)
    assert found(made, jumped=True) == [0, 2]


def test_who_objected_or_was_erased_is_under_no_filter_and_in_no_order(snapshot: Snapshot) -> None:
    ids = [snapshot.customer_ids[int(key)] for key in snapshot.ranking.customer_keys]
    withheld = Withheld(frozenset({ids[0], "nobody"}), frozenset({ids[3]}))
    made = snapshot.without(withheld)
    for asked in (
        {}, {"sort": "spend"}, {"rising": True}, {"band": "high"}, {"sort": "last_seen"},
    ):  # fmt: skip
        assert set(found(snapshot, **asked)) - set(found(made, **asked)) == {0, 3}


def test_each_order_turns_and_equals_keep_their_place(snapshot: Snapshot) -> None:
    spend = by_customer(snapshot, [5, 9, 5, 7], others=6)
    made = replace(snapshot, spend_cents=spend)
    largest, smallest = found(made, sort="spend"), found(made, sort="spend", rising=True)
    assert largest[:3] == [1, 3, 4] and largest[-2:] == [0, 2]
    assert smallest[:3] == [0, 2, 4] and smallest[-2:] == [3, 1]
    assert found(made) == list(range(made.judged)) == found(made, rising=True)[::-1]


def test_the_longest_silence_comes_first(snapshot: Snapshot) -> None:
    seconds = by_customer(snapshot, [50, 10, 30], others=99)
    made = replace(snapshot, last_order_seconds=seconds)
    assert found(made, sort="last_seen")[:4] == [1, 2, 0, 3]
    assert found(made, sort="last_seen", rising=True)[-3:] == [0, 2, 1]


def test_money_at_risk_is_the_chance_times_what_was_spent(snapshot: Snapshot) -> None:
    spend = by_customer(snapshot, [1_000, 4_000, -5_000])
    made = with_ranking(
        replace(snapshot, spend_cents=spend), probability=first(snapshot, [0.9, 0.5, 0.9])
    )
    assert found(made, sort="at_risk")[:2] == [1, 0]
    assert totals(made, np.array([0, 1])).at_risk_cents == 900 + 2_000


def test_the_list_begins_with_what_can_be_gained_and_equals_stand_by_risk(
    snapshot: Snapshot,
) -> None:
    gain = first(snapshot, [0, 1_100, 0, 1_101]).astype(np.int64)
    made = replace(snapshot, net_gain_cents=gain)
    assert found(made, sort="")[:3] == found(made, sort="gain")[:3] == [3, 1, 0]
    assert found(made, sort="gain", rising=True)[:2] == [0, 2]
    unasked = replace(made, manifest={**made.manifest, "means_leaving": False})
    assert found(unasked, sort="")[:3] == [0, 1, 2]


def test_who_must_not_be_contacted_is_on_the_list_where_they_are_asked_for(
    snapshot: Snapshot,
) -> None:
    refused = by_customer(snapshot, [0, 1, 0, 1]).astype(np.int8)
    made = replace(snapshot, has_refused_contact=refused)
    everybody = set(range(made.judged))
    assert set(found(made, consent="")) == everybody - {1, 3}
    assert found(made, consent="refused") == [1, 3]
    assert set(found(made, consent="all")) == everybody


def test_a_status_an_action_and_a_silence_keep_whom_they_are_true_of(snapshot: Snapshot) -> None:
    slowing, gone = LifecycleStatus.SLOWING, LifecycleStatus.PROBABLY_GONE
    status = by_customer(snapshot, [slowing, gone, slowing], others=LifecycleStatus.NEW)
    day, cutoff = 86_400, snapshot.cutoff_seconds
    last = by_customer(snapshot, [cutoff - 30 * day, cutoff - 30 * day + 1, -1], others=cutoff)
    best = first(snapshot, [0, -1, 2], others=-1).astype(np.int8)
    made = replace(snapshot, lifecycle_status=status, last_order_seconds=last, best_action=best)
    assert found(made, status="slowing") == [0, 2] and found(made, status="probably_gone") == [1]
    assert found(made, silent=30) == [0] and found(made, silent=31) == []
    names = [one.name for one in made.actions]
    assert found(made, action=names[0]) == [0] and found(made, action=names[2]) == [2]
    assert 1 in found(made, action="nothing") and 0 not in found(made, action="nothing")


def test_a_segment_keeps_its_customers_and_none_where_none_are_known(snapshot: Snapshot) -> None:
    assert snapshot.manifest["segments"] is None
    assert found(snapshot, segment="1") == []
    of = by_customer(snapshot, [7, 2, 7], others=2)
    made = replace(
        snapshot,
        manifest={**snapshot.manifest, "segments": {"names": {"7": "Quiet of late"}}},
        membership=replace(snapshot.membership, segment=of),
    )
    assert found(made, segment="7") == [0, 2] and found(made, segment="seven") == []


@pytest.mark.parametrize(
    ("chances", "expected", "low", "high"),
    [
        ([0.5, 0.5], 1.0, 0.0, 2.0),  # one and a half either way, and there are but two
        ([0.5] * 100, 50.0, 40.2, 59.8),
        ([1.0, 1.0, 0.0], 2.0, 2.0, 2.0),
        ([], 0.0, 0.0, 0.0),
    ],
)
def test_what_the_shown_come_to_is_told_with_its_spread(
    snapshot: Snapshot, chances: list[float], expected: float, low: float, high: float
) -> None:
    made = with_ranking(snapshot, probability=first(snapshot, chances))
    told = totals(made, np.arange(len(chances)))
    assert told.customers == len(chances) and told.expected == pytest.approx(expected)
    assert told.low == pytest.approx(low, abs=0.001)
    assert told.high == pytest.approx(high, abs=0.001)


def test_a_third_of_the_ranking_is_of_each_risk(snapshot: Snapshot) -> None:
    judged = snapshot.judged
    thirds = risk_terciles(snapshot).tolist()
    assert thirds == sorted(thirds, reverse=True) and set(thirds) == {0, 1, 2}
    assert all(abs(thirds.count(one) - judged / 3) < 1 for one in range(3))


@pytest.mark.parametrize(
    ("link", "read"),
    [
        ({"size": "25"}, {"size": 25}), ({"size": "50"}, {"size": 50}), ({"size": "100"}, {"size": 100}),
        ({"size": "101"}, {"size": 25}), ({"page": "3"}, {"page": 3}), ({"page": "0"}, {"page": 1}),
        ({"spend": "100"}, {"spend": 100}), ({"spend": "-1"}, {"spend": 0}), ({"spend": "1.5"}, {"spend": 0}),
        ({"spend": "9" * 19}, {"spend": 10**12}), ({"spend": "9" * 20}, {"spend": 0}),
        ({"band": "high"}, {"band": "high"}), ({"band": "low"}, {"band": ""}),
        ({"moved": "jumped"}, {"jumped": True}), ({"moved": "yes"}, {"jumped": False}),
        ({"sort": "spend"}, {"sort": "spend"}), ({"sort": "name"}, {"sort": ""}), ({"sort": "risk"}, {"sort": "risk"}),
        ({"status": "lapsed"}, {"status": "lapsed"}), ({"status": "dead"}, {"status": ""}),
        ({"consent": "all"}, {"consent": "all"}), ({"consent": "none"}, {"consent": ""}),
        ({"silent": "60"}, {"silent": 60}), ({"silent": "-1"}, {"silent": 0}),
        ({"order": "rising"}, {"rising": True}), ({"order": "falling"}, {"rising": False}),
    ],
)  # fmt: skip
def test_a_link_is_read_as_far_as_it_means_something(
    link: dict[str, str], read: dict[str, Any]
) -> None:
    assert ListQuery.parse(link) == replace(ListQuery(), **read)
