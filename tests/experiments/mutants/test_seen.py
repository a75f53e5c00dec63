"""What is remembered of tests, and when it is forgotten."""

from __future__ import annotations

from pathlib import Path

from experiments.mutants.seen import SeenTests

FILE = "tests/test_ages.py"
QUICK, SLOW = f"{FILE}::test_quick", f"{FILE}::test_slow"


def seen(folder: Path, digest: str = "a") -> SeenTests:
    return SeenTests(folder / "seen.json", lambda file: f"{digest} {file}")


def test_what_passed_in_spite_of_a_mistake_is_remembered_with_its_time(tmp_path: Path) -> None:
    seen(tmp_path).note({QUICK: 0.1, SLOW: 9.0}, [SLOW], is_changed=True)
    again = seen(tmp_path)
    assert again.times([FILE]) == {QUICK: 0.1}
    assert again.has_passed(QUICK) and not again.has_passed(SLOW)
    assert again.failing([FILE]) == []


def test_what_fails_without_a_mistake_is_left_out(tmp_path: Path) -> None:
    seen(tmp_path).note({QUICK: 0.1, SLOW: 9.0}, [SLOW], is_changed=False)
    assert seen(tmp_path).failing([FILE]) == seen(tmp_path).all_failing == [SLOW]


def test_nothing_is_known_any_more_when_what_a_file_imports_has_changed(tmp_path: Path) -> None:
    first = seen(tmp_path)
    first.note({QUICK: 0.1, SLOW: 9.0}, [SLOW], is_changed=False)
    first.note_whole([FILE])
    assert first.are_whole([FILE])
    other = seen(tmp_path, "b")
    assert other.times([FILE]) == {} and other.failing([FILE]) == []
    assert not other.has_passed(QUICK) and not other.are_whole([FILE])
