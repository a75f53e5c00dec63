"""Names and sizes: a word means one thing, a file holds one idea, a folder can be taken in at a glance."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from experiments.bench.house.structure import (
    FLOORS,
    ROOT,
    House,
    classes,
    files_by_folder,
    functions,
    lines_of,
    median_lines,
    sources,
)

MOST_LINES, MOST_FUNCTION_LINES, MOST_FILES, MOST_MEDIAN = 350, 60, 12, 120

LARGER_FOLDERS = {
    "serving/contract": "two files a topic of /v1: its messages and its routes",
    "serving/access": "a file a station between a connection and its answer",
    "serving/ledger": "a file a table of the service's memory",
    "serving/scores": "one way from a customer to an answer, every station a file",
    "serving/snapshot": "a file a kind of thing that a night leaves of customers, and what is read out of them",
    "serving/pages": "a file a page, and what several of them share",
    "training/registry": "one door to MLflow, and a file a thing that is asked of it or kept in it",
    "training/learners": "a file a kind of model, and what they share of columns, trees and curves",
    "training/questions": "a file a meaning of leaving, and how it is asked of everybody",
    "training/reasons": "every step from contributions to a sentence, a file",
    "training/families/churn/evaluation": "a file a thing that is measured of a model that says who leaves",
    "training/families/value": "money takes a level, spending, margins and ranges beside the model",
    "training/families/segments": "a model whose words, names and traits are its own",
    "regulars": "a file a group of verbs, and their tables",
    "experiments/world": "a file a part of the simulated company's life",
    "experiments/bench/service": "a file a contender",
    "features/behaviour": "a file a family of features",
}
"""Folders of more than a dozen files, each with its reason."""

SHARED_CLASS_NAMES = {
    "Value": "what a feature computes, whose name stands in stored plans; and a value of the contract, of the same name "
    "in its description",
}
"""Class names with more than one definition, each with the reason why neither can take another."""

RIDDLES = {
    *("worth", "worthless", "told", "untold", "wire", "kept", "desk"),
    *("belonging", "nobody", "unhurried", "lean"),
}
"""Words that leave what is meant to the docstring, where the field has a noun of its own: value, event, stored, retained."""

RIDDLES_THAT_STAY: dict[str, str] = {}
"""Modules, classes and functions that have one of these words in their names all the same, each with its reason."""


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", sources(), ids=named)
def test_a_file_can_be_read_in_one_go(path: Path) -> None:
    assert lines_of(path) <= MOST_LINES


def test_the_usual_file_is_short() -> None:
    assert median_lines(sources()) <= MOST_MEDIAN


def test_a_function_fits_on_a_screen() -> None:
    long = [one for path in sources() for one in functions(path) if one.lines > MOST_FUNCTION_LINES]
    assert long == []


def test_a_folder_is_taken_in_at_a_glance_or_says_why_not() -> None:
    larger = {
        named(folder) for folder, files in files_by_folder(sources()).items() if files > MOST_FILES
    }
    assert larger == set(LARGER_FOLDERS)


def test_a_class_name_means_one_thing() -> None:
    several = {name: places for name, places in classes(sources()).items() if len(places) > 1}
    assert set(several) == set(SHARED_CLASS_NAMES), several


def test_no_two_rooms_beside_each_other_import_each_other() -> None:
    assert House(FLOORS).circles() == []


def words_of(name: str) -> set[str]:
    """The words of a name: parts between underscores and before capitals, in small letters."""
    return {one.lower() for one in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def defined(path: Path) -> Iterator[str]:
    """The names of a module and of all classes and functions in it."""
    yield path.stem
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("_told", {"told"}),
        ("ToldEvent", {"told", "event"}),
        ("if_kept_cents", {"if", "kept", "cents"}),
        ("CRMWire", {"crm", "wire"}),
        ("boolean_cleaner", {"boolean", "cleaner"}),
        ("rows2kept", {"rows", "kept"}),
    ],
)
def test_a_name_is_read_word_by_word(name: str, words: set[str]) -> None:
    assert words_of(name) == words


def test_a_name_says_what_it_gives_in_a_word_of_the_field() -> None:
    riddles = {
        f"{named(path)}: {name}"
        for path in sources()
        for name in defined(path)
        if words_of(name) & RIDDLES
    }
    assert riddles == set(RIDDLES_THAT_STAY)
