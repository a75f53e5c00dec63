"""What each contact, order and return cost, at both ends of the horizon, and against ten lines of pandas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.company.settings.cost_to_serve import CostToServeSettings
from features.company.settings.reading import settings_from
from features.store.pack import Pack
from features.vocabulary.errors import SettingsRefused
from features.vocabulary.time import DAY_SECONDS, Horizon
from tests.builders import Event, at, contact, order, pack_of, returned
from training.families.value.cost_to_serve.events import cost_events

CUTOFF = at("2026-03-01")
COSTS = CostToServeSettings(
    contact_cents={"call": "450", "letter": "120", "visit": "0"},
    return_cents=300,
    channel_cents={"store": "50"},
)


def cost(pack: Pack, costs: CostToServeSettings = COSTS, days: int = 30) -> list[float]:
    keys = np.arange(pack.customers, dtype=np.int32)
    cutoffs = np.full(len(keys), CUTOFF.seconds)
    found: list[float] = cost_events(pack, costs).after(keys, cutoffs, Horizon(days)).tolist()
    return found


def test_a_contact_costs_what_its_kind_and_its_channel_cost() -> None:
    pack = pack_of(
        {
            "a called": [contact("2026-03-02", "call", "phone")],
            "b called in store": [contact("2026-03-02", "call", "store")],
            "c visited": [contact("2026-03-02", "visit", "store")],
            "d looked": [contact("2026-03-02", "visit", "web")],
            "e two letters": [contact("2026-03-02", "letter"), contact("2026-03-09", "letter")],
        }
    )
    assert cost(pack) == [450.0, 500.0, 50.0, 0.0, 240.0]


def test_where_no_purchases_are_kept_contacts_alone_cost_something() -> None:
    pack = pack_of({"a": [contact("2026-03-02", "call", "store")]})
    streams = {name: one for name, one in pack.streams.items() if name != "purchases"}
    assert cost(replace(pack, streams=streams)) == [500.0]


def test_an_order_costs_once_a_channel_and_a_return_once_a_number() -> None:
    lines = [order("2026-03-02", number="1", channel="store") for _ in range(3)]
    back = [returned("2026-03-09", number="2") for _ in range(2)]
    pack = pack_of(
        {
            "a store": lines,
            "b both": [*lines[:1], order("2026-03-02", number="1", channel="web")],
            "c returns": [order("2026-01-02", number="1", channel="store"), *back],
            "d returns of two": [*back, returned("2026-03-09", number="3")],
        }
    )
    assert cost(pack) == [50.0, 50.0, 300.0, 600.0]


@pytest.mark.parametrize(
    ("pieces", "cents"), [(0.001, 50.0), (1.0, 50.0), (0.0, 0.0), (-0.001, 300.0), (-1.0, 300.0)]
)
def test_pieces_are_bought_above_zero_and_come_back_below_it(pieces: float, cents: float) -> None:
    line = replace(order("2026-03-02", channel="store"), quantity=pieces)
    assert cost(pack_of({"anna": [line]})) == [cents]


@pytest.mark.parametrize(
    ("when", "counts"),
    [
        ("2026-02-28T23:59:59", False),
        ("2026-03-01", True),
        ("2026-03-30T23:59:59", True),
        ("2026-03-31", False),
    ],
)
def test_the_horizon_holds_its_first_second_and_not_the_first_after_it(
    when: str, counts: bool
) -> None:
    for event in (contact(when, "call"), returned(when), order(when, channel="store")):
        assert (cost(pack_of({"anna": [event]}))[0] > 0) == counts


def test_where_nothing_costs_nothing_is_found_and_unknown_names_are_told() -> None:
    pack = pack_of({"anna": [contact("2026-03-02", "call"), order("2026-03-02")]})
    nothing = CostToServeSettings()
    assert not nothing.costs_something and not CostToServeSettings({"call": "0"}).costs_something
    assert cost(pack, nothing) == [0.0] and cost_events(pack, nothing).notes == ()
    wrong = CostToServeSettings({"cal": "450", "call": "1"}, 0, {"phone": "2"})
    first, second = cost_events(pack, wrong).notes
    assert first.startswith('cost_to_serve.contact_cents names "cal"') and '"call"' in first
    assert second.startswith('cost_to_serve.channel_cents names "phone"')


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ({"contact_cents": {"call": "-1"}}, "cost_to_serve.contact_cents"),
        ({"channel_cents": {"store": "4.5"}}, "cost_to_serve.channel_cents"),
        ({"return_cents": -1}, "cost_to_serve.return_cents"),
        ({"contacts_cents": {}}, 'unknown setting "contacts_cents"'),
    ],
)
def test_costs_are_whole_cents_and_never_negative(said: dict[str, Any], place: str) -> None:
    with pytest.raises(SettingsRefused, match=place):
        settings_from({"cost_to_serve": said}, folder=None)  # type: ignore[arg-type]


def by_pandas(histories: dict[str, Sequence[Event]]) -> list[float]:
    """The same by tables: one of contacts, one of lines."""
    rows = [(name, vars(one)) for name, events in histories.items() for one in events]
    seconds = {"start": CUTOFF.seconds, "end": CUTOFF.seconds + 30 * DAY_SECONDS}
    table = pd.DataFrame([{"who": name, **one} for name, one in rows], columns=["who", "when", "kind", "channel", "number", "quantity"])  # fmt: skip
    total = pd.Series(0.0, index=sorted(histories))
    store = table.channel.eq("store") * 50
    calls = table.kind.notna()
    within = table.when.between(seconds["start"], seconds["end"], inclusive="left")
    priced = table.assign(cents=store + table.kind.map({"call": 450, "letter": 120}).fillna(0))
    parts = [priced[calls & within].groupby("who").cents.sum()]
    first = table[~calls & (table.quantity > 0) & (store > 0)].groupby(["who", "number"]).when.min()
    parts.append(50.0 * first[first.between(seconds["start"], seconds["end"], inclusive="left")].groupby("who").size())  # fmt: skip
    back = table[~calls & (table.quantity < 0)].groupby(["who", "number"]).when.min()
    parts.append(300.0 * back[back.between(seconds["start"], seconds["end"], inclusive="left")].groupby("who").size())  # fmt: skip
    for part in parts:
        total = total.add(part, fill_value=0.0)
    return total.tolist()


instants = st.integers(-40, 60).map(lambda day: CUTOFF.seconds + day * DAY_SECONDS)
channels, numbers = st.sampled_from(["store", "web"]), st.sampled_from(["1", "2"])
events = st.one_of(
    st.builds(contact, instants, st.sampled_from(["call", "letter", "visit"]), channels),
    st.builds(
        lambda when, number, channel: order(when, number=number, channel=channel),
        instants,
        numbers,
        channels,
    ),
    st.builds(lambda when, number: returned(when, number=number), instants, numbers),
)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.sampled_from("abc"), st.lists(events, max_size=7), min_size=1))
def test_costs_are_those_of_ten_lines_of_pandas(histories: dict[str, Sequence[Event]]) -> None:
    assert cost(pack_of(histories)) == by_pandas(histories)
