"""Answers are remembered while they are asked for, and so many at most."""

from __future__ import annotations

import pytest

from serving.snapshot.remembered import Remembered


def test_what_is_asked_again_is_not_found_again_and_what_is_not_is_forgotten() -> None:
    known, found = Remembered(most=2), list[str]()

    def ask(question: str) -> str:
        def find() -> str:
            found.append(question)
            return question.upper()

        return known.of(question, find)

    assert [ask(one) for one in "abab"] == ["A", "B", "A", "B"] and found == ["a", "b"]
    # "a" was asked last but one, so that a third puts it out.
    assert ask("c") == "C" and ask("b") == "B" and found == ["a", "b", "c"]
    assert ask("a") == "A" and found == ["a", "b", "c", "a"]


def test_what_could_not_be_found_is_not_remembered() -> None:
    known = Remembered(most=2)

    def fail() -> int:
        raise ValueError

    with pytest.raises(ValueError):
        known.of(1, fail)
    assert known.of(1, lambda: 2) == 2
