"""Who a list asks for: every filter with customers just inside, on and just outside of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from serving.pages.churn_list import ListQuery, matching, totals
from serving.snapshot.reading import Snapshot

FIVE = np.arange(5)


@pytest.fixture
def five(valued: Snapshot) -> Snapshot:
    """The first five places of a ranking, with figures one can reckon with."""
    ranking = valued.ranking
    keys = ranking.customer_keys[:5]
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
        valued, ranking=replace(ranking, **columns), spend_cents=spend, value_if_kept_cents=kept
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
