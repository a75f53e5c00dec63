"""Trying every reading on every row finds the one there is, or the several between which nobody can choose."""

from __future__ import annotations

import pytest

from experiments.bench.spellings.oracle import amounts_read, days_read


@pytest.mark.parametrize(
    ("values", "orders", "readings"),
    [
        (["13/02/2023", "01/03/2023"], ["1", "2"], 1),
        (["02/13/2023", "03/01/2023"], ["1", "2"], 1),
        # Day first the orders would run 1 February, 3 April; month first 2 January, 4 March.
        (["01/02/2023", "03/04/2023"], ["1", "2"], 2),
        # Day first alone runs with the order numbers.
        (["05/03/2023", "04/04/2023"], ["7", "8"], 1),
        # Month first alone runs with them here.
        (["05/03/2023", "04/04/2023"], ["8", "7"], 1),
        # Neither runs with them, and either runs down the file.
        (["04/04/2023", "05/05/2023", "05/05/2023"], ["2", "1", "3"], 1),
        (["04/05/2023", "05/06/2023", "05/06/2023"], ["2", "1", "3"], 2),
        (["3. März 2023", "04. Oktober 2023"], ["1", "2"], 1),
        (["soon", "04.10.2023"], ["1", "2"], 0),
    ],
)
def test_days_are_read_by_every_form_that_reads_all(
    values: list[str], orders: list[str], readings: int
) -> None:
    assert len(days_read(values, orders)) == readings


@pytest.mark.parametrize(
    ("values", "cents"),
    [
        (["1.234,50", "-3,00"], {",": (123_450, 300)}),
        (["1,234.50", "$3"], {".": (123_450, 300)}),
        # No price has three decimals.
        (["1.234", "500"], {",": (123_400, 50_000)}),
        (["5", "17"], {".": (500, 1_700), ",": (500, 1_700)}),
        (["1.5", "1,5"], {}),
    ],
)
def test_amounts_are_read_by_every_mark_that_leaves_whole_cents(
    values: list[str], cents: dict[str, tuple[int, ...]]
) -> None:
    assert amounts_read(values) == cents
