"""What a nursery is told to do for a mistake: with which companies, and which machine code is forgotten."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.mutants.mirror import Imports
from experiments.mutants.mutant import Mutant
from experiments.mutants.results import Result, Results
from experiments.mutants.trials import Attempt, Workshop, try_all


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return Workshop(Imports(), tmp_path_factory.mktemp("work"))


def mutant_of(file: str) -> Mutant:
    return Mutant(file, 1, "a", "b", "b = 1\n")


@pytest.mark.parametrize(
    ("file", "is_shared"),
    [
        ("serving/access/guard.py", True),
        ("serving/contract/rows.py", True),
        ("serving/nightly/everybody.py", False),
        ("training/registry/gate.py", False),
        ("features/store/packing.py", False),
    ],
)
def test_a_company_of_the_unchanged_code_serves_where_the_mistake_has_no_part_in_making_it(
    workshop: Workshop, file: str, is_shared: bool
) -> None:
    task = workshop.task(mutant_of(file), ["tests/serving/access/test_guard.py"])
    assert bool(task["companies"]) == is_shared
    assert (task["file"], task["source"]) == (file, "b = 1\n")


@pytest.mark.parametrize(
    ("file", "forgotten"),
    [
        ("serving/access/guard.py", None),
        ("features/store/order_numbers.py", ["order_numbers"]),
        ("training/learners/leaf_sums.py", ["leaf_sums"]),
    ],
)
def test_machine_code_that_a_mistake_may_be_compiled_into_is_forgotten_and_no_other(
    workshop: Workshop, file: str, forgotten: list[str] | None
) -> None:
    assert workshop.task(mutant_of(file), [])["forgotten"] == forgotten


@pytest.mark.parametrize("file", ["pair_description", "pair_features"])
def test_what_a_mistake_is_compiled_into_elsewhere_is_forgotten_with_it(
    workshop: Workshop, file: str
) -> None:
    task = workshop.task(mutant_of(f"training/families/items/pairs/{file}.py"), [])
    assert task["forgotten"] == ["pair_description", "pair_walk"]


def test_the_unchanged_code_may_be_tried_as_well(workshop: Workshop) -> None:
    task = workshop.task(None, ["tests/serving/access/test_guard.py"])
    assert (task["file"], task["forgotten"]) == ("", None) and task["companies"]


def test_tests_that_were_seen_whole_are_given_less_time(workshop: Workshop) -> None:
    test = "tests/features/vocabulary/test_time.py"
    unknown = workshop.task(mutant_of("features/vocabulary/time.py"), [test])["processor"]
    workshop.seen.note({f"{test}::test_one": 2.0}, [], is_changed=True)
    workshop.seen.note_whole([test])
    known = workshop.task(mutant_of("features/vocabulary/time.py"), [test])["processor"]
    assert (unknown, known) == (240.0 + 120.0, 30.0 + 5 * 2.0 + 120.0)


def test_what_was_tried_before_is_told_and_not_tried_again(
    workshop: Workshop, tmp_path: Path
) -> None:
    attempt = Attempt(mutant_of("serving/access/guard.py"), ("tests/serving/access/test_guard.py",))
    results, told = Results(tmp_path / "results.jsonl"), list[Result]()
    known = Result("failed", "test_a", 1.0)
    results.keep(attempt.digest, known)
    try_all([attempt], results, workshop, 1, lambda _, result: told.append(result))
    assert told == [known] and not list(workshop.folder.glob("copy-*"))
