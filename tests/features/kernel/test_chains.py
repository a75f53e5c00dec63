"""Events that share a key, against a search through all of them for each."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.kernel.chains import link
from features.plan.program import BESIDE, LEAST, NOWHERE, READ, WANTED_BY_CHAIN

LEFT_OUT = -1
Customer = list[tuple[int, int, int]]
"""The key, what stands beside it and the mask of each event."""


def linked(
    customers: list[Customer], *, beside: int, wanted: int = 1, least: int = 0, read: int = 0
) -> list[tuple[list[int], list[int]]]:
    """What follows each event and what opened its key, customer by customer over the same places."""
    chain = np.zeros(4, np.int64)
    chain[[READ, BESIDE, WANTED_BY_CHAIN, LEAST]] = read, beside, wanted, least
    events = np.array([one for some in customers for one in some], np.int64).reshape(-1, 3)
    columns = np.ascontiguousarray(events[:, :2].T)
    places = np.full(4_096, -1, np.int64)
    found, lo = [], 0
    for some in customers:
        hi = lo + len(some)
        following, opening = (np.full(len(some), 99, np.int64) for _ in range(2))
        masks = np.ascontiguousarray(events[lo:hi, 2])
        link(lo, hi, chain, columns, masks, following, opening, places)
        found.append((following.tolist(), opening.tolist()))
        lo = hi
    return found


def searched(
    some: Customer, *, beside: int, wanted: int = 1, least: int = 0, read: int = 0
) -> tuple[list[int], list[int]]:
    """The same by comparing every event with every other."""

    def name(at: int) -> tuple[int, int]:
        return some[at][read], some[at][beside] if beside >= 0 else 0

    counts = [one[2] & wanted == wanted and one[read] >= least for one in some]
    following, opening = [], []
    for at, is_in in enumerate(counts):
        alike = [one for one, too in enumerate(counts) if too and is_in and name(one) == name(at)]
        later = [one for one in alike if one > at]
        following.append((later[0] if later else NOWHERE) if is_in else LEFT_OUT)
        opening.append(alike[0] if is_in else LEFT_OUT)
    return following, opening


events = st.tuples(st.integers(-1, 3), st.integers(-1, 2), st.integers(0, 3))
histories = st.lists(st.lists(events, max_size=9), min_size=1, max_size=3)


@settings(max_examples=80)
@given(histories, st.integers(-1, 1), st.sampled_from([0, 1, 3]), st.integers(-1, 1), st.booleans())
def test_every_event_knows_the_next_and_the_first_with_its_key(
    customers: list[Customer], beside: int, wanted: int, least: int, rising: bool
) -> None:
    if rising:
        customers = [sorted(some) for some in customers]
    found = linked(customers, beside=beside, wanted=wanted, least=least)
    assert found == [
        searched(some, beside=beside, wanted=wanted, least=least) for some in customers
    ]


@pytest.mark.parametrize("beside", [-1, 0])
def test_a_key_may_stand_beside_the_first_column_as_well(beside: int) -> None:
    """The key never falls, and what stands in the first column tells its events apart only where it is asked."""
    some = [(5, 7, 1), (6, 7, 1), (5, 7, 1)]
    ((following, opening),) = linked([some], beside=beside, read=1)
    if beside < 0:
        assert (following, opening) == ([1, 2, NOWHERE], [0, 0, 0])
    else:
        assert (following, opening) == ([2, NOWHERE, NOWHERE], [0, 1, 0])
    assert (following, opening) == searched(some, beside=beside, read=1)


def test_many_keys_in_any_order_find_one_another() -> None:
    random = np.random.default_rng(1)
    some = [(int(key), int(key) % 3, 1) for key in random.integers(0, 400, 1_000)]
    assert linked([some, some[::-1]], beside=1) == [
        searched(some, beside=1),
        searched(some[::-1], beside=1),
    ]
