"""How a level held is read at a glance: a row a test, a bar to the side it was off, and what it means."""

from __future__ import annotations

import pytest

from training.ladder.level_table import (
    level_bar,
    level_markdown,
    level_sentences,
    level_table,
    small_company,
)
from training.measures.levels import HeldLevel
from training.measures.pooled import PooledLevel

TOLD = {
    "2025-06-01": {"customers": 1200, "bias": -0.3, "bias_low": -0.35, "bias_high": -0.25, "ece": 0.1, "ece_by_chance": 0.02},
    "2026-01-01": {"customers": 900, "bias": 0.02, "bias_low": -0.01, "bias_high": 0.05, "ece": 0.03, "ece_by_chance": 0.02},
}  # fmt: skip


@pytest.mark.parametrize(
    ("bias", "bar"),
    [
        (0.0, "··········│··········"),
        (-0.5, "··········│██████████"),
        (1.0, "██████████│··········"),
        (9.0, "██████████│··········"),
        (-0.2, "··········│███·······"),
        (0.25, "·······███│··········"),
        (float("nan"), ""),
    ],
)
def test_a_bar_is_full_where_half_or_twice_as_much_came(bias: float, bar: str) -> None:
    assert level_bar(HeldLevel("a day", 10, bias, bias, bias)) == bar


def test_the_latest_test_comes_first_with_its_figures() -> None:
    head, rows = level_table(TOLD)
    assert head[0] == "test" and head[-2:] == ["ECE", "by chance"]
    assert [row[0] for row in rows] == ["2026-01-01", "2025-06-01"]
    assert rows[1] == [
        "2025-06-01", "1,200", "1.43", "··········│█████·····", "-30.0%", "-35.0% to -25.0%", "0.1000", "0.0200",
    ]  # fmt: skip


def test_money_has_no_calibration_error() -> None:
    money = {"2026-01-01": {"customers": 9, "bias": 0.0, "bias_low": None, "bias_high": 0.1}}
    head, (row,) = level_table(money)
    assert "ECE" not in head and len(head) == len(row) == 6 and "–" in row[-1]


def test_the_words_speak_of_the_latest_test_and_of_the_worst() -> None:
    said = " ".join(level_sentences(TOLD))
    assert "At the latest test (2026-01-01) 0.98 came for each one expected." in said
    assert "The worst was 2025-06-01: there 1.43 came for each one expected." in said
    assert "of what is expected, 90% of the time" in said
    one = {"2026-01-01": TOLD["2026-01-01"]}
    assert "It is the only one" in " ".join(level_sentences(one))
    latest_worst = {"2026-01-01": TOLD["2025-06-01"], "2025-06-01": TOLD["2026-01-01"]}
    assert "No other test was farther off." in " ".join(level_sentences(latest_worst))


def test_a_card_has_the_section_where_tests_are_told_apart() -> None:
    title, table, _ = level_markdown(TOLD)
    assert title == "## How the level held" and table.count("\n") == 4
    assert level_markdown({}) == [] and level_sentences({}) == []


POOLED = PooledLevel(HeldLevel("all cutoffs together", 80, -0.2, -0.4, 0.1, 0.02, 0.09), 2)


def test_of_a_small_company_all_cutoffs_together_are_a_row_and_what_is_open_is_said() -> None:
    head, rows = level_table(TOLD, POOLED)
    assert [row[0] for row in rows] == ["2026-01-01", "2025-06-01", "all cutoffs together"]
    assert len(rows[-1]) == len(head) and rows[-1][1:3] == ["80", "1.25"]
    said = " ".join(small_company(TOLD, POOLED))
    assert said.startswith(
        "A small company: pooled over 2 cutoffs and tested on other customers, not on later days. "
        "All together 1.25 came for each one expected. Cutoff by cutoff it was between 0.98 and 1.43. "
        "So of what is expected in all between "
    )
    assert said in level_markdown(TOLD, POOLED)[-1]
    assert "Cutoff by cutoff" not in " ".join(small_company({}, POOLED))
