"""The mistakes written by hand fit the code, so that each can be tried whenever somebody asks."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path
from typing import Any

import pytest

from experiments.mutants.hand_made import equivalents, faults_of, hand_made

PROJECT = Path(__file__).resolve().parents[2]
LIST = tomllib.loads((PROJECT / "tests" / "mutants.toml").read_text(encoding="utf-8"))["mutant"]


@pytest.mark.parametrize("entry", LIST, ids=lambda one: str(one.get("rule", one))[:60])
def test_an_entry_names_a_text_that_stands_once_and_tests_that_are_there(
    entry: dict[str, Any],
) -> None:
    assert list(faults_of(entry)) == []


def test_every_mutant_of_the_list_is_python_still() -> None:
    for mutant in hand_made():
        ast.parse(mutant.source, filename=mutant.name)


def test_no_mutant_stands_in_the_list_twice() -> None:
    sources = [(one.file, one.source) for one in hand_made()]
    assert len(set(sources)) == len(sources)


def test_whatever_is_excused_is_excused_with_a_reason_and_is_in_a_file_that_is_there() -> None:
    assert [one.file for one in equivalents() if not (PROJECT / one.file).is_file()] == []
