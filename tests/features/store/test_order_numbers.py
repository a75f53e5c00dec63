"""Numbers of orders within their customer, and the prints that orders are known by."""

from __future__ import annotations

import numpy as np
import pytest

from features.store.order_numbers import number_orders, text_prints

_WHOLE = (1 << 64) - 1


def print_of(text: bytes) -> int:
    """FNV-1a in whole numbers of any size, stirred as in SplitMix64."""
    value = 0xCBF29CE484222325
    for byte in text:
        value = (value ^ byte) * 0x100000001B3 & _WHOLE
    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9 & _WHOLE
    value = (value ^ value >> 27) * 0x94D049BB133111EB & _WHOLE
    return value ^ value >> 31


def test_the_print_of_a_text_is_that_of_its_bytes() -> None:
    texts = [b"", b"o1", b"o2", b"1o", "Müller 7".encode(), b"x" * 99]
    offsets = np.cumsum([0, *map(len, texts)])
    found = text_prints(offsets, np.frombuffer(b"".join(texts), np.uint8))
    assert found.tolist() == [print_of(one) for one in texts]
    assert len(set(found.tolist())) == 6


def numbered(*customers: list[int]) -> list[int]:
    prints = np.array([one for customer in customers for one in customer], np.uint64)
    numbers = np.full(len(prints), -9, np.int32)
    number_orders(np.cumsum([0, *map(len, customers)]), prints, numbers)
    return [int(one) for one in numbers]


def test_orders_are_numbered_by_their_first_line_anew_for_every_customer() -> None:
    assert numbered([7, 7, 9, 7, 8], [], [9, 7], [7]) == [0, 0, 1, 0, 2, 0, 1, 0]
    assert numbered() == [] and numbered([]) == []


def test_orders_whose_prints_fall_on_one_place_stay_apart() -> None:
    # All end on the same six, and then on the same seven, bits; the last place is followed by the first.
    assert numbered([63, 127, 191, 63, 191, 127, 0]) == [0, 1, 2, 0, 2, 1, 3]
    assert numbered([0, 0, 64, 0]) == [0, 0, 1, 0]


@pytest.mark.parametrize("orders", [31, 32, 33, 63, 64, 65, 200])
def test_a_customer_may_have_any_number_of_orders(orders: int) -> None:
    many = [64 * one for one in range(orders)]
    expected = [*range(orders), *range(orders), 0, 1]
    assert numbered(many + many, [64, 0]) == expected
