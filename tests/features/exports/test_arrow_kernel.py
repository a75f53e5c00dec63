"""The kernel over batches that end anywhere: the carried-over customer, and every bit the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.behaviour.groups import SPEND
from features.declarations.events import Events
from features.declarations.feature import Declaration, declare
from features.declarations.values import Count, Distinct, Value
from features.exports.arrow_kernel import ArrowKernel
from features.exports.event_columns import EventColumn, EventColumns, event_columns_of
from features.plan.plan import Plan, plan_of, standard_plan
from features.store.pack import Pack
from features.vectors.vectors import Vectors, build_vectors
from features.vocabulary.arrays import MISSING_NUMBER
from features.vocabulary.errors import DataRefused
from features.vocabulary.time import Cutoff
from tests.builders import Event, Outcome, Profile, at, contact, order, pack_of
from tests.laws.test_vectors import BUYING, cutoff_lists, law, profiles, worlds


def plain_rows(pack: Pack, event_columns: EventColumns) -> Iterator[dict[str, Any]]:
    """Every event as a cluster would hold it, and what customers declared behind them."""
    for position, (name, columns) in enumerate(event_columns.streams.items()):
        stream = pack.streams[name]
        for customer in range(pack.customers):
            for at_row in range(stream.offsets[customer], stream.offsets[customer + 1]):
                seconds = int(stream.seconds[at_row])
                known = seconds if stream.known is None else int(stream.known[at_row])
                row = {"customer_id": pack.customer_ids[customer], "stream": position}
                row |= {"seconds": seconds, "known": known}
                for one in columns:
                    code = int(stream.columns[one.name][at_row])
                    texts = stream.dictionaries.get(one.name, ())
                    # Orders have numbers in the pack and texts on a cluster.
                    text = f"order {code}" if one.name == "order" else None
                    row |= travelling(one, code, texts[code] if texts and code >= 0 else text)
                yield row
    declared = pack.attributes
    for customer in range(pack.customers if event_columns.attributes else 0):
        known = MISSING_NUMBER if declared.known is None else int(declared.known[customer])
        row = {"customer_id": pack.customer_ids[customer], "stream": len(event_columns.streams)}
        row |= {"seconds": 0, "known": known}
        for one in event_columns.attributes:
            code = int(declared.columns[one.name][customer])
            texts = declared.dictionaries.get(one.name, ())
            row |= travelling(one, code, texts[code] if texts and code >= 0 else None)
        yield row


def travelling(column: EventColumn, value: int, text: str | None) -> dict[str, Any]:
    """What stands in the place of a column: a text, the plan's code for it, or a number."""
    if column.texts is None:
        return {column.place: value}
    if column.travels_as_text:
        return {column.place: text}
    if text is None:
        return {column.place: column.missing}
    known = text in column.texts
    return {column.place: column.texts.index(text) if known else len(column.texts)}


def sorted_events(pack: Pack, event_columns: EventColumns) -> pa.Table:
    """All events by customer, table and time, as a cluster would have sorted them."""
    rows = sorted(
        plain_rows(pack, event_columns),
        key=lambda row: (row["customer_id"].encode(), row["stream"], row["seconds"]),
    )
    kinds = {"customer_id": pa.string(), **dict.fromkeys(event_columns.text_places, pa.string())}
    names = ["customer_id", "stream", "seconds", "known", *event_columns.places]
    nothing = {name: None if name in kinds else 0 for name in names}
    whole = [{**nothing, **row} for row in rows]
    return pa.table(
        {
            name: pa.array([row[name] for row in whole], kinds.get(name, pa.int64()))
            for name in names
        }
    )


def by_batches(
    pack: Pack, plan: Plan, cutoffs: list[Cutoff], batch_rows: int, batch_events: int
) -> pa.Table | None:
    event_columns = event_columns_of(plan, list(pack.streams))
    instants = np.unique([one.seconds for one in cutoffs])
    kernel = ArrowKernel(event_columns, instants, batch_events)
    events = sorted_events(pack, event_columns)
    found = list(kernel(iter(events.to_batches(max_chunksize=batch_rows))))
    return pa.Table.from_batches(found) if found else None


def assert_same(table: pa.Table | None, local: Vectors, pack: Pack) -> None:
    if table is None:
        assert local.rows == 0
        return
    assert table.column("cutoff_seconds").to_pylist() == local.cutoff_seconds.tolist()
    ids = [pack.customer_ids[key] for key in local.customer_keys.tolist()]
    assert table.column("customer_id").to_pylist() == ids
    for name in local.feature_names:
        found = table.column(name).to_numpy()
        wanted = np.where(np.isnan(local.column(name)), np.float32("nan"), local.column(name))
        np.testing.assert_array_equal(found.view(np.uint32), wanted.view(np.uint32), err_msg=name)


@law
@given(worlds(), profiles, cutoff_lists, st.integers(1, 9), st.integers(1, 30))
def test_wherever_a_batch_ends_the_vectors_are_the_local_ones(
    world: dict[str, list[Event]],
    declared: dict[str, Profile],
    cutoffs: list[Cutoff],
    batch_rows: int,
    batch_events: int,
) -> None:
    pack = pack_of(world, profiles=declared)
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


def test_a_customer_an_outcome_is_asked_of_is_there_at_its_cutoff_and_not_before() -> None:
    pack = pack_of(
        {
            "anna": [Outcome("2026-01-05")],
            "bert": [Outcome("2026-01-05T00:00:01")],
            "carl": [order("2026-01-05"), order("2026-01-09")],
        }
    )
    plan, cutoffs = standard_plan(pack), [at("2026-01-04"), at("2026-01-05"), at("2026-01-06")]
    local = build_vectors(pack, plan, cutoffs)
    rows = zip(local.customer_keys.tolist(), local.cutoff_seconds.tolist(), strict=True)
    # Anna at both, Bert and Carl at the third alone.
    later = [one.seconds for one in cutoffs[1:]]
    assert list(rows) == [(0, later[0]), (0, later[1]), (1, later[1]), (2, later[1])]
    assert_same(by_batches(pack, plan, cutoffs, 2, batch_events=4), local, pack)


def test_no_events_give_no_vectors() -> None:
    pack = pack_of({"anna": [order("2026-01-05")]})
    kernel = ArrowKernel(event_columns_of(standard_plan(pack), ["purchases"]), np.array([0]))

    assert list(kernel(iter([]))) == []


def test_a_worker_is_sent_only_the_texts_that_conditions_name() -> None:
    pack = pack_of({"anna": [order("2026-01-05", item="hat", channel="web", category="warm")]})

    event_columns = event_columns_of(standard_plan(pack), ["purchases"])

    columns = {one.name: one for one in event_columns.streams["purchases"]}
    assert columns["item"].texts == ()
    assert columns["channel"].texts == ("web",)
    assert columns["item"].travels_as_text and columns["order"].travels_as_text
    assert columns["order"].stored == "order_id" and columns["category"].stored == "category"


def test_a_row_without_a_customer_is_refused() -> None:
    pack = pack_of({"anna": [order("2026-01-05")]})
    event_columns = event_columns_of(standard_plan(pack), ["purchases"])
    events = sorted_events(pack, event_columns).set_column(
        0, "customer_id", pa.array([None], pa.string())
    )

    with pytest.raises(DataRefused, match="a customer in every row"):
        list(ArrowKernel(event_columns, np.array([0]))(iter(events.to_batches())))


LINES = Events("purchases")
WEB = Count(LINES.also("channel", "=", "web"))
CHANNELS = Distinct(LINES, "channel")


def asking(subject: str, value: Value) -> Declaration:
    return declare(
        subject, value, meaning="A number.", unit="count", group=SPEND, said="{value}", missing="0"
    )


@pytest.mark.parametrize(
    ("values", "travels_as_text"), [([WEB], False), ([CHANNELS], True), ([WEB, CHANNELS], True)]
)
def test_a_text_that_is_compared_and_told_apart_travels_as_it_is(
    values: list[Value], travels_as_text: bool
) -> None:
    """Two channels that nobody asks for by name are two channels, on a cluster as well."""
    names = ("web", "store", "phone", "web")
    pack = pack_of(
        {"anna": [order(f"2026-01-0{day}", channel=one) for day, one in enumerate(names, 1)]}
    )
    plan = plan_of([asking(f"x{at}", value) for at, value in enumerate(values)], pack)
    (column,) = event_columns_of(plan, list(pack.streams)).streams["purchases"]
    assert (column.name, column.travels_as_text) == ("channel", travels_as_text)
    cutoffs = [at("2026-02-01")]
    local = build_vectors(pack, plan, cutoffs, threads=1)
    found = {CHANNELS: 3.0, WEB: 2.0}
    assert local.values.tolist() == [[found[one] for one in values]]
    assert_same(by_batches(pack, plan, cutoffs, 2, 30), local, pack)
