"""Stretches of customers: everybody is in one of them, once, and none is larger than it must be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.declarations.attributes import DeclaredNumber, DeclaredText
from features.vectors.batches import batch_of, described_since, first_known, ranges
from tests.builders import Contact, Line, Profile, at, contact, order, pack_of

NEVER, ALWAYS = 2**63 - 1, -(2**63)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=9), st.integers(1, 12))
def test_stretches_hold_everybody_once_and_end_before_they_have_too_many_events(
    orders: list[int], most: int
) -> None:
    """A customer weighs one more than they have events; only who weighs too much alone makes a larger stretch."""
    events = {f"c{key}": [order(day) for day in range(count)] for key, count in enumerate(orders)}
    pack = pack_of(events)
    everybody = np.arange(len(orders), dtype=np.int32)
    found = [everybody[one].tolist() for one in ranges(pack, everybody, events=most)]
    assert [key for some in found for key in some] == everybody.tolist()
    weights = [one + 1 for one in orders]
    for place, some in enumerate(found):
        before_the_last = sum(weights[key] for key in some[:-1])
        assert before_the_last < most
        following = found[place + 1][:1] if place + 1 < len(found) else []
        assert not following or sum(weights[key] for key in some) >= most


@pytest.mark.parametrize("size", [1, 2, 4, 5, 6])
def test_the_first_known_event_is_theirs_however_many_are_looked_at_together(size: int) -> None:
    events: dict[str, list[Line | Contact]] = {
        "anna": [order("2026-01-03", known="2026-01-09"), order("2026-01-05", known="2026-01-06")],
        "bert": [],
        "carl": [contact("2026-01-02"), order("2026-01-04", known="2026-01-04")],
        "dora": [order("2026-01-07", known="2026-01-01")],
        "emil": [order("2026-01-08", known="2026-01-20")],
    }
    pack = pack_of(events)
    found = first_known(pack, np.arange(5, dtype=np.int32), at_once=size)
    days = ("2026-01-06", "", "2026-01-02", "2026-01-07", "2026-01-20")
    assert found.tolist() == [at(one).seconds if one else NEVER for one in days]


def test_a_batch_has_the_events_of_its_customers_alone() -> None:
    pack = pack_of({f"c{key}": [order(10 * key + one) for one in range(key)] for key in range(4)})
    some = batch_of(pack, {"purchases": ("amount_cents",)}, np.array([1, 3], np.int32))
    assert some.bounds.tolist() == [[0, 1, 4]]
    assert some.seconds.tolist() == [10, 30, 31, 32]


def test_who_declared_something_a_plan_reads_is_there_from_when_it_was_known() -> None:
    profiles = {
        "anna": Profile(region="north", known="2026-01-05"),
        "bert": Profile(referrals=2.0, known="2026-01-07"),
        "carl": Profile(segment="gold"),
        "dora": Profile(),
    }
    pack = pack_of({"emil": [order("2026-01-02")]}, profiles=profiles)
    everybody = np.arange(5, dtype=np.int32)
    region, referrals = DeclaredText("region", "north"), DeclaredNumber("referrals_milli")

    found = described_since(pack, [region, referrals], everybody)
    assert found[:2].tolist() == [at("2026-01-05").seconds, at("2026-01-07").seconds]
    assert found[2:].tolist() == [NEVER] * 3
    assert described_since(pack, [referrals], everybody).tolist()[0] == NEVER
    assert described_since(pack, [], everybody).tolist() == [NEVER] * 5
    undated = pack_of({}, profiles={"anna": Profile(region="north"), "dora": Profile()})
    both = np.arange(2, dtype=np.int32)
    assert described_since(undated, [region], both).tolist() == [ALWAYS, NEVER]
