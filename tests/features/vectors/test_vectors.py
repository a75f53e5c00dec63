from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from features.plan.plan import standard_plan
from features.store.pack import EventStream, Pack, TextColumn, open_pack, write_pack
from features.vectors.vectors import (
    Vectors,
    build_for_scoring,
    build_vectors,
    open_vectors,
    write_vectors,
)
from features.vocabulary.errors import UsageRefused
from features.vocabulary.time import DAY_SECONDS, Cutoff
from tests.builders import Event, Outcome, Profile, at, contact, order, pack_of, returned

NEW_YEAR = at("2026-01-01").seconds

# Rows:                   when          cents  quantity
ANNA = [
    order("2026-01-05", 20.00, quantity=2, item="hat"),  # order 1
    order("2026-01-15", 30.00, quantity=1, item="coat"),  # order 2
    order("2026-03-01", 10.00, quantity=1, item="hat"),  # order 3
    returned("2026-03-05", 10.00, quantity=1, item="hat"),  # a return with its own number
]
COMPANY = pack_of({"anna": ANNA, "bert": [contact("2026-01-20", "complaint")], "carl": []})


def vectors_of(pack: Pack, *cutoffs: str) -> Vectors:
    return build_vectors(pack, standard_plan(pack), [at(one) for one in cutoffs])


def test_the_standard_features_of_one_customer_by_hand() -> None:
    anna = vectors_of(COMPANY, "2026-03-11").select(np.array([0]))

    expected = {
        "orders_count_30d": 1,
        "orders_count_90d": 3,
        "orders_count_lifetime": 3,
        "spend_sum_90d": 5_000,
        "gross_spend_sum_90d": 6_000,
        "spend_sum_7d": -1_000,
        "order_spend_mean_lifetime": 2_000,
        "line_spend_max_lifetime": 3_000,
        "quantity_sum_lifetime": 4,
        "items_count_lifetime": 2,
        "returns_count_30d": 1,
        "returned_spend_sum_30d": 1_000,
        "returned_spend_share_30d": 1.0,
        "days_since_order": 10,
        "days_since_first_order": 65,
        "days_since_return": 6,
        "gap_mean_days": 27.5,  # 10 and 45 days
        "gap_max_days": 45,
        "gap_last1_days": 45,
        "silence_ratio": 10 / 27.5,
        "expected_next_order_days": 17.5,
        "orders_growth_30d": 1,  # the first of March against 15 January
        "spend_growth_30d": 1_000 / 3_000,
        "spend_growth_90d": math.nan,  # nothing in the 90 days before
        "order_months_streak_12x30d": 3,  # stretches end on 11 March, 9 February and 10 January
        "order_months_active_12x30d": 3,
    }
    found = {name: float(anna.column(name)[0]) for name in expected}
    assert found == pytest.approx(expected, rel=1e-6, nan_ok=True)


def test_rows_are_customers_known_before_the_cutoff_in_order() -> None:
    vectors = vectors_of(COMPANY, "2026-02-01", "2026-01-05", "2026-01-06", "2026-02-01")

    days = [(seconds - NEW_YEAR) // DAY_SECONDS for seconds in vectors.cutoff_seconds.tolist()]
    # Anna's first order is at the second of 5 January itself; bert is known by his complaint alone.
    assert list(zip(vectors.customer_keys.tolist(), days, strict=True)) == [
        (0, 5),
        (0, 31),
        (1, 31),
    ]


def test_a_customer_who_only_complained_has_counts_of_zero_and_no_rhythm() -> None:
    bert = vectors_of(COMPANY, "2026-02-01").select(np.array([1]))

    assert bert.column("orders_count_lifetime")[0] == 0
    assert bert.column("spend_sum_90d")[0] == 0
    for name in ("days_since_order", "gap_mean_days", "order_spend_mean_90d", "silence_ratio"):
        assert np.isnan(bert.column(name)[0]), name


def test_a_customer_known_late_enters_with_the_cutoff_after_that() -> None:
    pack = pack_of({"anna": [order("2026-01-01", known="2026-01-10")], "bert": []})

    vectors = vectors_of(pack, "2026-01-05", "2026-01-10", "2026-01-11")

    assert vectors.cutoff_seconds.tolist() == [at("2026-01-11").seconds]
    assert vectors.column("days_since_order").tolist() == [10]


def test_cutoffs_before_the_first_event_and_long_after_the_last_are_right() -> None:
    early, late = vectors_of(COMPANY, "1999-01-01"), vectors_of(COMPANY, "2126-03-01")

    assert early.rows == 0 and early.values.shape == (0, len(early.feature_names))
    assert late.column("orders_count_365d").tolist() == [0, 0]
    assert late.column("orders_count_lifetime").tolist() == [3, 0]
    assert late.column("days_since_order")[0] == 36_524


def test_returned_lines_alone_are_no_order_and_do_not_move_the_rhythm() -> None:
    anna = [order("2026-01-01"), returned("2026-01-09", number="later")]
    vectors = vectors_of(pack_of({"anna": anna}), "2026-01-11")

    assert vectors.column("orders_count_lifetime").tolist() == [1]
    assert vectors.column("returns_count_lifetime").tolist() == [1]
    assert vectors.column("days_since_order").tolist() == [10]


def test_days_are_local_days() -> None:
    # 23:30 and 00:30 in Berlin are two days there and one in UTC.
    events = [order("2026-01-01T22:30:00"), order("2026-01-01T23:30:00")]

    berlin = vectors_of(pack_of({"anna": events}, timezone="Europe/Berlin"), "2026-02-01")
    utc = vectors_of(pack_of({"anna": events}), "2026-02-01")

    assert berlin.column("active_days_count_90d").tolist() == [2]
    assert utc.column("active_days_count_90d").tolist() == [1]


def test_an_empty_company_has_no_vectors() -> None:
    assert vectors_of(pack_of({}), "2026-01-01").rows == 0
    assert vectors_of(pack_of({"anna": []}), "2026-01-01").rows == 0


def test_some_customers_can_be_asked_for_in_any_order_and_twice() -> None:
    plan, cutoffs = standard_plan(COMPANY), [at("2026-02-01")]

    some = build_vectors(COMPANY, plan, cutoffs, customers=np.array([1, 0, 1], np.int32))
    none = build_vectors(COMPANY, plan, cutoffs, customers=np.array([], np.int32))

    assert some.customer_keys.tolist() == [0, 1]
    assert none.rows == 0


@pytest.mark.parametrize("customers", [[3], [-1], [0, 99]])
def test_a_customer_who_is_not_there_is_refused(customers: list[int]) -> None:
    with pytest.raises(UsageRefused, match="customers from 0 to 2"):
        build_vectors(
            COMPANY,
            standard_plan(COMPANY),
            [at("2026-02-01")],
            customers=np.array(customers, np.int32),
        )


def test_no_cutoff_and_no_thread_are_refused() -> None:
    with pytest.raises(UsageRefused, match="found 0 cutoffs"):
        build_vectors(COMPANY, standard_plan(COMPANY), [])
    with pytest.raises(UsageRefused, match="0 threads"):
        build_vectors(COMPANY, standard_plan(COMPANY), [at("2026-02-01")], threads=0)


def test_vectors_from_a_written_pack_are_the_same_and_can_be_written_themselves(
    tmp_path: Path,
) -> None:
    (tmp_path / "vectors").mkdir()
    write_pack(COMPANY, tmp_path / "pack")
    opened = open_pack(tmp_path / "pack")

    before, after = vectors_of(COMPANY, "2026-03-11"), vectors_of(opened, "2026-03-11")
    write_vectors(after, tmp_path / "vectors")
    again = open_vectors(tmp_path / "vectors")

    assert again.plan_hash == before.plan_hash
    np.testing.assert_array_equal(again.values, before.values)


def wholesale(orders: int, lines: int = 4, customers: int = 1) -> Pack:
    """Customers with many orders, two an hour, over and over the same hundred items."""
    total = orders * lines
    order_numbers = np.repeat(np.arange(orders), lines)
    seconds = NEW_YEAR + order_numbers * 1_800
    one = {
        "order": order_numbers.astype(np.int32),
        "item": (np.arange(total) * 37 % 100).astype(np.int32),
        "quantity_milli": np.full(total, 1_000),
        "amount_cents": np.full(total, 250),
        "local_day": (seconds // DAY_SECONDS).astype(np.int32),
    }
    stream = EventStream(
        offsets=np.arange(customers + 1) * total,
        seconds=np.tile(seconds, customers),
        columns={name: np.tile(values, customers) for name, values in one.items()},
        dictionaries={"item": [f"item {number:02d}" for number in range(100)]},
    )
    names = TextColumn.of([f"customer {number:04d}" for number in range(customers)])
    return Pack(names, {"purchases": stream}, int(seconds[-1]), "wholesale")


def test_a_customer_with_a_million_events_is_counted_exactly() -> None:
    pack = wholesale(orders=250_000)  # 5,208 days, to spring 2040
    cutoffs = [Cutoff(NEW_YEAR + days * DAY_SECONDS) for days in (1, 400, 5_000)]

    vectors = build_vectors(pack, standard_plan(pack), cutoffs)

    assert vectors.column("orders_count_lifetime").tolist() == [48, 19_200, 240_000]
    assert vectors.column("lines_count_365d").tolist() == [192, 70_080, 70_080]
    assert vectors.column("items_count_7d").tolist() == [100, 100, 100]
    assert vectors.column("active_days_count_lifetime").tolist() == [1, 400, 5_000]
    assert vectors.column("gap_mean_days")[2] == 1
    assert vectors.column("days_since_order")[0] == pytest.approx(1 / 48)
    assert vectors.column("orders_slope_12x30d")[2] == 0


def test_threads_and_batches_change_no_bit_and_progress_is_told() -> None:
    pack = wholesale(orders=500, customers=200)  # 400,000 lines: several batches
    plan = standard_plan(pack)
    cutoffs = [Cutoff(NEW_YEAR + days * DAY_SECONDS) for days in (3, 9)]
    told: list[tuple[int, int]] = []

    one = build_vectors(pack, plan, cutoffs, threads=1)
    many = build_vectors(
        pack, plan, cutoffs, threads=4, progress=lambda _, done, total: told.append((done, total))
    )
    odd = build_vectors(pack, plan, cutoffs, customers=np.arange(1, 200, 2, dtype=np.int32))

    np.testing.assert_array_equal(one.values.view(np.uint32), many.values.view(np.uint32))
    np.testing.assert_array_equal(
        odd.values.view(np.uint32), one.select(one.customer_keys % 2 == 1).values.view(np.uint32)
    )
    assert told[-1] == (200, 200) and len(told) > 3


def test_rows_gathered_in_place_are_the_rows_selected() -> None:
    vectors = vectors_of(COMPANY, "2026-01-10", "2026-02-01", "2026-03-11")
    rows = np.argsort(vectors.cutoff_seconds, kind="stable")[1:]
    selected = vectors.select(rows)
    gathered = vectors.gathered(rows)
    assert gathered.customer_keys.tolist() == selected.customer_keys.tolist()
    assert gathered.cutoff_seconds.tolist() == selected.cutoff_seconds.tolist()
    np.testing.assert_array_equal(gathered.values, selected.values)
    assert np.shares_memory(gathered.values, vectors.values)


@pytest.mark.parametrize("at_once", [1, 2, 4, 5, 6])
def test_gathered_rows_are_those_of_before_however_many_columns_move_together(
    at_once: int,
) -> None:
    names = tuple("abcde")
    values = np.arange(20, dtype=np.float32).reshape(4, 5)
    keys, cutoffs = np.arange(4, dtype=np.int32), np.arange(4) * 10
    found = Vectors("plan", names, keys, cutoffs, values.copy()).gathered(
        np.array([3, 1, 2]), columns_at_once=at_once
    )
    assert found.values.tolist() == values[[3, 1, 2]].tolist()
    assert (found.customer_keys.tolist(), found.cutoff_seconds.tolist()) == (
        [3, 1, 2],
        [30, 10, 20],
    )


@pytest.mark.parametrize(
    ("outcomes", "described"), [([], []), ([Outcome("2026-01-09", None)], ["lead"])]
)
def test_where_outcomes_are_stated_a_lead_of_whom_nothing_happened_is_there_to_be_scored(
    outcomes: list[Outcome], described: list[str]
) -> None:
    histories: dict[str, list[Event | Outcome]] = {
        "anna": [order("2026-01-05")],
        "bert": [*outcomes],
    }
    profiles = {
        "lead": Profile(referrals=2.0, known="2026-01-31T23:59:59"),
        "later": Profile(referrals=2.0, known="2026-02-01"),
        "nothing": Profile(known="2026-01-01"),
    }
    pack = pack_of(histories, profiles=profiles)
    plan = standard_plan(pack)

    def who(vectors: Vectors) -> list[str]:
        return [pack.customer_ids[int(key)] for key in vectors.customer_keys]

    happened = ["anna", *(["bert"] if outcomes else [])]
    found = build_for_scoring(pack, plan, at("2026-02-01"), threads=1)
    assert who(found) == [*happened, *described]
    assert who(build_vectors(pack, plan, [at("2026-02-01")])) == happened
    told = found.column("referrals_declared")[-1]
    assert told == 2.0 if described else math.isnan(told)
    alone = build_vectors(pack, plan, [at("2026-02-01")], also_described=True)
    assert who(alone) == [*happened, "lead"]
