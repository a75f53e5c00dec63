"""The list written by hand: what is read of it, and everything that can be wrong with an entry."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from experiments.mutants.hand_made import equivalents, faults_of, hand_made, is_excused
from experiments.mutants.mutant import Mutant

RULE = """
[[mutant]]
file = "ages.py"
before = "age < 18"
after = "age <= 18"
rule = "Whoever is eighteen is grown up."
tests = ["test_ages.py::test_grown_up"]
"""
ENTRY = {
    "file": "ages.py",
    "before": "age < 18",
    "after": "age <= 18",
    "rule": "Whoever is eighteen is grown up.",
    "tests": ["test_ages.py"],
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "tests").mkdir()
    (tmp_path / "ages.py").write_text("def young(age):\n    return age < 18\n")
    (tmp_path / "test_ages.py").write_text("def test_grown_up():\n    pass\n")
    (tmp_path / "tests" / "mutants.toml").write_text(RULE)
    return tmp_path


def test_an_entry_is_a_file_with_one_mistake_in_it(root: Path) -> None:
    [found] = hand_made(root)
    assert found.source == "def young(age):\n    return age <= 18\n"
    assert (found.line, found.tests) == (2, ("test_ages.py::test_grown_up",))
    assert found.rule == "Whoever is eighteen is grown up."


def test_without_a_list_there_are_none(tmp_path: Path) -> None:
    assert hand_made(tmp_path) == [] and equivalents(tmp_path) == []


def test_an_entry_that_fits_has_no_fault(root: Path) -> None:
    assert list(faults_of(ENTRY, root)) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"file": "gone.py"}, "there is no gone.py"),
        ({"before": "age > 18"}, "expected 'age > 18' once in ages.py; found 0"),
        ({"before": "age"}, "expected 'age' once in ages.py; found 2"),
        ({"after": "age < 18"}, "'age < 18' is not changed"),
        ({"rule": " "}, "the rule and its tests are missing"),
        ({"tests": []}, "the rule and its tests are missing"),
        ({"tests": ["test_gone.py"]}, "there is no test_gone.py"),
        ({"tests": ["test_ages.py::test_gone"]}, "there is no test_ages.py::test_gone"),
        ({"why": "because"}, "expected ['after', 'before', 'file', 'rule', 'tests']; found"),
    ],
)
def test_whatever_is_wrong_with_an_entry_is_told(
    root: Path, change: dict[str, Any], said: str
) -> None:
    [fault] = faults_of(ENTRY | change, root)
    assert fault.startswith(said)


def test_a_list_with_a_fault_is_refused_and_says_which_entry(root: Path) -> None:
    (root / "ages.py").write_text("")
    with pytest.raises(ValueError, match=r"mutants\.toml, mutant 1: expected 'age < 18' once"):
        hand_made(root)


def test_a_mutant_that_nobody_can_tell_is_excused_by_its_file_and_both_texts(root: Path) -> None:
    (root / "tests" / "equivalent_mutants.toml").write_text(
        '[[equivalent]]\nfile = "a.py"\nbefore = "a <  b"\nafter = "a <= b"\nreason = "never equal"\n'
    )
    excused = equivalents(root)
    assert is_excused(Mutant("a.py", 7, "a < b", "a <= b", ""), excused)
    assert not is_excused(Mutant("a.py", 7, "a < b", "a >= b", ""), excused)
    assert not is_excused(Mutant("b.py", 7, "a < b", "a <= b", ""), excused)


def test_an_excuse_without_a_reason_is_none(root: Path) -> None:
    (root / "tests" / "equivalent_mutants.toml").write_text(
        '[[equivalent]]\nfile = "a.py"\nbefore = "a"\nafter = "b"\nreason = ""\n'
    )
    with pytest.raises(ValueError, match=r"equivalent_mutants\.toml, equivalent 1"):
        equivalents(root)
