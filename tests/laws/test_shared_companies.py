"""What the tests share is made once, whole, and anew where its making failed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.shared_companies import made_once


def test_a_company_is_made_by_the_first_who_asks_and_found_by_the_next(tmp_path: Path) -> None:
    made: list[int] = []

    def make(company: Path) -> None:
        made.append((company / "sales.csv").write_text("a,b"))

    first, second = made_once(tmp_path, "corner", make), made_once(tmp_path, "corner", make)
    assert first == second and (first / "sales.csv").read_text() == "a,b" and len(made) == 1
    assert made_once(tmp_path, "another", make) != first and len(made) == 2


def test_a_company_whose_making_failed_fails_again_and_leaves_nothing(tmp_path: Path) -> None:
    def fail(company: Path) -> None:
        (company / "half.csv").write_text("a")
        raise ValueError("not made")

    for _ in range(2):
        with pytest.raises(ValueError, match="not made"):
            made_once(tmp_path, "corner", fail)
    found = made_once(tmp_path, "corner", lambda company: (company / "whole.csv").write_text("b"))
    assert [one.name for one in found.iterdir()] == ["whole.csv"]
