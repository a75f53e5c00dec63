from __future__ import annotations

import math
from datetime import date, timedelta

import pytest

from features.behaviour.seasons import seasons
from features.plan.plan import plan_of
from features.vectors.vectors import build_vectors
from tests.builders import Event, at, line, order, pack_of, returned

CUTOFF = "2026-03-01"
HISTORY: list[Event] = [
    line("2025-02-28T23:59:59", 90.00, number="a"),  # a second more than a year before the cutoff
    line("2025-03-01T00:00:00", 10.00, number="b"),  # the first second of the season ahead
    line("2025-03-30T23:59:59", 20.00, number="c"),  # the last of its 30 days
    line("2025-03-31T00:00:00", 40.00, number="d"),
    returned("2025-04-01", 5.00),
    line("2026-02-01", 70.00, number="e"),
]


def of_anna(*cutoffs: str) -> dict[str, list[float]]:
    pack = pack_of({"anna": HISTORY})
    vectors = build_vectors(pack, plan_of(seasons(pack), pack), [at(one) for one in cutoffs])
    return {name: vectors.column(name).tolist() for name in vectors.feature_names}


def test_what_was_bought_in_the_days_that_began_a_year_ago_by_hand() -> None:
    found = of_anna(CUTOFF)
    assert found["orders_year_ago_30d"] == [2]
    assert found["spend_year_ago_30d"] == [3_000]
    assert found["orders_year_ago_90d"] == [3]
    assert found["spend_year_ago_90d"] == [6_500]
    assert found["orders_year_ago_180d"] == [3]


@pytest.mark.parametrize(
    ("day", "new_year", "april"),
    [
        ("2026-01-01", 0, 90),
        ("2026-12-31", 1, 91),
        ("2025-04-01", 90, 0),
        ("2024-03-31", 90, 1),  # after a leap day
        ("2024-02-29", 59, 32),
        ("2025-10-01", 92, 182),
        ("2100-03-01", 59, 31),  # no leap year
    ],
)
def test_where_in_the_year_the_cutoff_stands(day: str, new_year: int, april: int) -> None:
    pack = pack_of({"anna": [order("2020-01-01")]})
    vectors = build_vectors(pack, plan_of(seasons(pack), pack), [at(day)])
    assert vectors.column("days_from_new_year").tolist() == [new_year]
    assert vectors.column("days_from_first_of_april").tolist() == [april]


def test_every_day_of_four_years_stands_where_the_calendar_says() -> None:
    days = [date(2023, 1, 1) + timedelta(days=one) for one in range(4 * 366)]
    pack = pack_of({"anna": [order("2020-01-01")]})
    plan = plan_of(seasons(pack), pack)
    vectors = build_vectors(pack, plan, [at(day.isoformat()) for day in days])
    for name, month in (("new_year", 1), ("first_of_april", 4)):
        turns = [date(year, month, 1) for year in range(2021, 2030)]
        nearest = [min(abs((turn - day).days) for turn in turns) for day in days]
        assert vectors.column(f"days_from_{name}").tolist() == nearest


def test_the_time_of_year_is_the_same_for_everybody_and_known_of_everybody() -> None:
    pack = pack_of({"anna": [order("2020-01-01")], "bea": [order("2026-02-01")]})
    vectors = build_vectors(pack, plan_of(seasons(pack), pack), [at(CUTOFF)])
    found = vectors.column("days_from_new_year")
    assert len(found) == 2 and found[0] == found[1] == 59 and not math.isnan(found[0])
