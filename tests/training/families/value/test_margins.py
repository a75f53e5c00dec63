"""What a line left in the till, and from how many known costs on it may be called a margin."""

from __future__ import annotations

import numpy as np
import pytest

from training.families.value.margins import margins_of

NAN = np.nan


@pytest.mark.parametrize(
    ("amounts", "kind"),
    [
        ([500.0, 500.0], "margin"),
        ([501.0, 500.0], "margin"),
        ([499.0, 500.0], "spend"),
        ([499.0, 501.0], "spend"),
        # A return counts by its size: half of a thousand is known.
        ([-500.0, 500.0], "margin"),
        ([-499.0, 501.0], "spend"),
        ([500.0, -500.0], "margin"),
        ([0.0, 0.0], "spend"),
    ],
)
def test_half_of_the_money_with_a_known_cost_makes_a_margin(
    amounts: list[float], kind: str
) -> None:
    """The cost of the first line is known, that of the second is not."""
    found = margins_of(np.array(amounts), np.ones(2), np.array([100.0, NAN]))
    assert found.kind == kind
    if kind == "spend":
        assert found.cents.tolist() == amounts


def test_a_line_leaves_its_amount_less_what_its_pieces_cost() -> None:
    """Of 1,500 with a known cost 900 are left: 60 of a hundred, and so of what is not known."""
    amounts = np.array([1_000.0, 500.0, 200.0, -500.0])
    found = margins_of(amounts, np.array([4.0, 2.0, 1.0, -1.0]), np.array([100.0, 100.0, NAN, NAN]))
    assert found.cents.tolist() == [600.0, 300.0, 120.0, -300.0]


def test_what_is_given_back_gives_its_cost_back() -> None:
    amounts = np.array([900.0, -300.0])
    found = margins_of(amounts, np.array([3.0, -1.0]), np.array([100.0, 100.0]))
    assert found.cents.tolist() == [600.0, -200.0]


def test_where_known_amounts_cancel_out_the_rest_stands_as_it_is() -> None:
    amounts = np.array([400.0, -400.0, 300.0])
    found = margins_of(amounts, np.array([1.0, -1.0, 1.0]), np.array([100.0, 100.0, NAN]))
    assert (found.kind, found.cents.tolist()) == ("margin", [300.0, -300.0, 300.0])
