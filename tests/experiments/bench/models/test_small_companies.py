"""Simulated companies of two hundred customers have a model whose stated range holds the truth."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.bench.models.small_companies import (
    COMPANIES,
    LEAST_HELD,
    SmallCompany,
    small_companies,
    small_company,
    small_company_claims,
    small_company_lines,
)


def test_a_company_of_two_hundred_has_a_model_that_says_it_is_small(tmp_path: Path) -> None:
    found = small_company(5, tmp_path)
    assert found.refused == "" and found.is_pooled and found.judged > 50
    assert found.low < 0.9 and found.high > 1.1
    assert found.holds_true


def test_a_company_of_which_nothing_can_be_said_is_refused_in_words(tmp_path: Path) -> None:
    found = small_company(3, tmp_path, customers=40)
    assert "at least 30 judged customers who left" in found.refused
    assert "refused" in small_company_lines([found])[0]


@pytest.mark.parametrize(
    ("true", "holds"), [(0.375, True), (0.374, False), (0.75, True), (0.751, False)]
)
def test_the_truth_is_held_up_to_the_ends_of_the_range(true: float, holds: bool) -> None:
    one = SmallCompany(1, "", judged=90, expected=0.5, true=true, came=0.5, low=0.75, high=1.5)
    assert one.holds_true is holds and one.holds_came


def test_a_company_without_a_model_holds_nothing() -> None:
    held = SmallCompany(1, "", expected=0.4, true=0.4, came=0.4, low=0.8, high=1.5, parts_held=1.0)
    claims = small_company_claims([held, SmallCompany(2, "too few")])
    assert [one.measured for one in claims] == [0.5, 0.5, 0.5, 1.0]


@pytest.mark.slow
def test_the_range_holds_the_truth_of_ninety_companies_in_a_hundred(tmp_path: Path) -> None:
    found = small_companies(tmp_path, COMPANIES)
    assert sum(one.holds_true for one in found) >= LEAST_HELD * COMPANIES
