"""The kernel over batches that end anywhere: the carried-over customer, and every bit the same."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.arrow_kernel import ArrowKernel, value_column
from features.pack import Pack
from features.plan import Plan, standard_plan
from features.vectors import Vectors, build_vectors
from features.vocabulary import Cutoff
from tests.builders import Event, Profile, at, contact, order, pack_of
from tests.laws.test_vectors import BUYING, cutoff_lists, law, worlds


def sorted_events(pack: Pack, plan: Plan, streams: tuple[str, ...]) -> pa.Table:
    """All events by customer, table and time, as a cluster would have sorted them."""
    width = max(len(names) for names in plan.columns.values())
    rows = []
    for position, name in enumerate(streams):
        stream = pack.streams[name]
        columns = [stream.columns[one] for one in plan.columns.get(name, ())]
        for customer in range(pack.customers):
            for at_row in range(stream.offsets[customer], stream.offsets[customer + 1]):
                seconds = int(stream.seconds[at_row])
                known = seconds if stream.known is None else int(stream.known[at_row])
                values = [int(one[at_row]) for one in columns] + [0] * (width - len(columns))
                rows.append((customer, position, seconds, known, *values))
    rows.sort(key=lambda row: row[:3])
    names = ["customer_key", "stream", "seconds", "known", *map(value_column, range(width))]
    arrays = {
        name: pa.array([row[place] for row in rows], pa.int64()) for place, name in enumerate(names)
    }
    ids = [pack.customer_ids[row[0]] for row in rows]
    return pa.table({"customer_id": pa.array(ids, pa.string()), **arrays})


def by_batches(
    pack: Pack, plan: Plan, cutoffs: list[Cutoff], batch_rows: int, batch_events: int
) -> pa.Table | None:
    streams = (*plan.columns, *(name for name in pack.streams if name not in plan.columns))
    instants = np.unique([one.seconds for one in cutoffs])
    kernel = ArrowKernel(plan, streams, instants, pack.attributes, batch_events)
    events = sorted_events(pack, plan, streams)
    found = list(kernel(iter(events.to_batches(max_chunksize=batch_rows))))
    return pa.Table.from_batches(found) if found else None


def assert_same(table: pa.Table | None, local: Vectors, pack: Pack) -> None:
    if table is None:
        assert local.rows == 0
        return
    assert table.column("customer_key").to_pylist() == local.customer_keys.tolist()
    assert table.column("cutoff_seconds").to_pylist() == local.cutoff_seconds.tolist()
    ids = [pack.customer_ids[key] for key in local.customer_keys.tolist()]
    assert table.column("customer_id").to_pylist() == ids
    for name in local.feature_names:
        found = table.column(name).to_numpy()
        wanted = np.where(np.isnan(local.column(name)), np.float32("nan"), local.column(name))
        np.testing.assert_array_equal(found.view(np.uint32), wanted.view(np.uint32), err_msg=name)


@law
@given(worlds(), cutoff_lists, st.integers(1, 9), st.integers(1, 30))
def test_wherever_a_batch_ends_the_vectors_are_the_local_ones(
    world: dict[str, list[Event]], cutoffs: list[Cutoff], batch_rows: int, batch_events: int
) -> None:
    pack = pack_of(world)
    plan = standard_plan(pack, BUYING)

    local = build_vectors(pack, plan, cutoffs, threads=1)

    assert_same(by_batches(pack, plan, cutoffs, batch_rows, batch_events), local, pack)


@pytest.mark.parametrize("batch_rows", [1, 2, 3, 7])
def test_a_customer_longer_than_many_batches_is_one_customer(batch_rows: int) -> None:
    pack = pack_of(
        {
            "anna": [order(f"2026-01-{day:02d}") for day in range(1, 29)],
            "bert": [contact("2026-01-20", "complaint")],
            "carl": [order("2026-01-03", known="2026-03-01"), order("2026-01-05")],
        },
        profiles={
            "anna": Profile(region="north", registered="2026-01-02"),
            "bert": Profile(region="south", registered="2026-01-25"),
        },
    )
    plan, cutoffs = standard_plan(pack), [at("2026-01-04"), at("2026-02-01")]

    found = by_batches(pack, plan, cutoffs, batch_rows, batch_events=4)

    assert_same(found, build_vectors(pack, plan, cutoffs), pack)
    assert found is not None
    assert found.column("orders_count_lifetime").to_pylist() == [3, 28, 0, 1]
    assert found.column("region_is_north").to_pylist() == [1, 1, 0, None]
    assert found.column("days_since_registration").to_pylist() == [2, 30, 7, None]


def test_no_events_give_no_vectors() -> None:
    pack = pack_of({"anna": [order("2026-01-05")]})
    kernel = ArrowKernel(standard_plan(pack), ("purchases",), np.array([0]))

    assert list(kernel(iter([]))) == []
