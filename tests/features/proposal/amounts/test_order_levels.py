"""Which columns speak of a whole order, and which are blank on all lines of it but one."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.proposal.amounts.order_levels import OrderLevel
from tests.features.proposal.lines import proposed, purchases


@pytest.mark.parametrize(
    ("level", "is_of_the_order"),
    [
        (OrderLevel(100, 98, 0, 0.49), True),
        (OrderLevel(100, 97, 0, 0.1), False),
        (OrderLevel(100, 100, 0, 0.5), False),
        (OrderLevel(100, 100, 50, 0.5), True),
        (OrderLevel(3, 3, 0, 0.1), True),
        (OrderLevel(2, 2, 0, 0.1), False),
        (OrderLevel(), False),
    ],
)
def test_a_column_is_the_orders_where_its_lines_agree_more_than_by_chance(
    level: OrderLevel, is_of_the_order: bool
) -> None:
    assert level.is_of_the_order is is_of_the_order


@pytest.mark.parametrize(
    ("level", "is_blank"),
    [
        (OrderLevel(10, 10, 5), True),
        (OrderLevel(10, 10, 4), False),
        (OrderLevel(100, 97, 100), False),
        (OrderLevel(), False),
    ],
)
def test_a_column_is_filled_in_where_half_of_the_orders_leave_it_out(
    level: OrderLevel, is_blank: bool
) -> None:
    assert level.is_blank_on_further_lines is is_blank


def test_customers_missing_on_whole_orders_are_not_filled_in(tmp_path: Path) -> None:
    found = proposed(
        tmp_path,
        {"customer_id": lambda line: None if line["order"] % 3 == 1 else f"c{line['order'] % 8}"},
    )
    assert not purchases(found).fill


def test_customers_and_dates_missing_on_further_lines_are(tmp_path: Path) -> None:
    found = proposed(
        tmp_path,
        {
            "customer_id": lambda line: None if line["line"] else f"c{line['order'] % 8}",
            "order_date": lambda line: None if line["line"] else line["order_date"],
        },
    )
    assert purchases(found).fill == {"customer_id": "order_id", "order_date": "order_id"}


def test_a_discount_that_is_zero_on_every_line_tells_nothing_of_orders(tmp_path: Path) -> None:
    assert not purchases(proposed(tmp_path, {"discount": lambda line: 0})).fill
