"""What the tests share is made once, whole, and anew where its making failed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.shared_companies import learned_once, made_once


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


def test_what_was_learned_once_is_read_by_whoever_asks_next(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> None:
    learned: list[dict[str, float]] = []

    def learn() -> dict[str, float]:
        learned.append({"auc": 0.1 + 0.2})
        return learned[-1]

    first, second = (learned_once(tmp_path_factory, request.node.name, learn) for _ in range(2))
    assert first == second == learned[0] and len(learned) == 1
    assert first is not second
