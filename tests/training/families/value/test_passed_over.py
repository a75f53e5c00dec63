"""Where the gate keeps out a rung of the value ladder, the best order that is left takes its place."""

from __future__ import annotations

from tests.training.companies import told_level
from training.families.value.ladder import ValueLadder, ValueRow, choose_value
from training.families.value.models import BLEND, LAST, PARAMETRIC, RATE, TWEEDIE, TWO_PART

GINI = {RATE: 0.5, LAST: 0.3, PARAMETRIC: 0.4, TWEEDIE: 0.6, TWO_PART: 0.58, BLEND: 0.62}


def ladder(gini: dict[str, float | None]) -> ValueLadder:
    winner = choose_value({name: one for name, one in gini.items() if one is not None})
    told = {"2026-01-01": told_level()}
    rows = tuple(
        ValueRow(name, {"gini": 0.9, "gini_chosen_by": one}, told, name == winner)
        for name, one in gini.items()
    )
    return ValueLadder(rows, winner, ())


def test_rungs_are_passed_over_in_the_order_of_what_they_find() -> None:
    found, left = [], ladder({**GINI})
    while True:
        found.append(left.winner)
        assert [row.name for row in left.rows if row.ships] == [left.winner]
        below = left.passing_over(f"no {left.winner}")
        if below is None:
            break
        left = below
    # With no trees left the first rule is asked, which no other need beat by more than chance.
    assert found == [BLEND, TWEEDIE, TWO_PART, RATE, PARAMETRIC, LAST]
    assert left.passed_over == {name: f"no {name}" for name in found[:-1]}


def test_what_orders_nobody_takes_nobodys_place() -> None:
    left = ladder({RATE: 0.5, TWEEDIE: -0.1, BLEND: None})
    assert left.winner == RATE and left.passing_over("kept out") is None
