"""What a trial found, and when it holds again."""

from __future__ import annotations

from pathlib import Path

from experiments.mutants.mutant import Mutant
from experiments.mutants.results import Result, Results, digest_of


def test_a_failing_hanging_or_dying_test_has_noticed_and_an_import_tells_nothing() -> None:
    seen = {outcome: Result(outcome, "", 1.0) for outcome in ("failed", "timeout", "crashed")}
    assert all(one.is_killed and one.counts for one in seen.values())
    assert not Result("passed", "", 1.0).is_killed and Result("passed", "", 1.0).counts
    assert not Result("no tests", "", 0.0).is_killed and Result("no tests", "", 0.0).counts
    void = Result("not importable", "", 1.0)
    assert not void.is_killed and not void.counts


def test_results_are_found_again_though_the_last_line_was_broken_off(tmp_path: Path) -> None:
    path = tmp_path / "work" / "results.jsonl"
    first = Results(path)
    first.keep("a", Result("failed", "test_a", 1.5, "a mutant"))
    first.keep("b", Result("passed", "", 2.0))
    path.write_text(path.read_text() + '\n{"digest": "c", "out')
    again = Results(path)
    assert again.find("a") == Result("failed", "test_a", 1.5, "a mutant")
    assert again.find("b") == Result("passed", "", 2.0) and again.find("c") is None
    again.keep("d", Result("passed", "", 2.0))
    assert Results(path).find("d") == Result("passed", "", 2.0)


def test_a_result_holds_for_the_same_file_the_same_mistake_and_the_same_tests(
    tmp_path: Path,
) -> None:
    (tmp_path / "ages.py").write_text("age < 18")
    (tmp_path / "test_ages.py").write_text("assert young")
    mutant = Mutant("ages.py", 1, "<", "<=", "age <= 18")
    first = digest_of(mutant, ["test_ages.py"], tmp_path)
    assert digest_of(mutant, ["test_ages.py"], tmp_path) == first
    others = {digest_of(mutant, [], tmp_path)}
    others.add(digest_of(Mutant("ages.py", 1, "<", ">=", "age >= 18"), ["test_ages.py"], tmp_path))
    (tmp_path / "test_ages.py").write_text("assert old")
    others.add(digest_of(mutant, ["test_ages.py"], tmp_path))
    (tmp_path / "ages.py").write_text("age < 18  # of age")
    others.add(digest_of(mutant, ["test_ages.py"], tmp_path))
    assert len(others) == 4 and first not in others
