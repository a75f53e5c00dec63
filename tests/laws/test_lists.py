"""A list of the families is written once, and whatever else names them is derived from it or held equal to it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from regulars.families import OUTCOMES
from regulars.options import MODELS
from training.families.families import FAMILIES
from training.families.kinds import KINDS

PROJECT = Path(__file__).resolve().parents[2]
PACKAGES = ("features", "training", "serving", "experiments", "regulars")
NAMES_OF_FAMILIES = {
    "regulars/options.py",  # the help of the command line must load no family
    "serving/contract/discovery_messages.py",  # a type of the contract is a literal
    "serving/scores/order_chance.py",  # the two that say how likely an order is, a literal too
}
SAME_WORDS = {
    "features/proposal/columns/names.py",  # what companies call their columns, churn and value among them
    "serving/nightly/run.py",  # what a snapshot says of itself, field by field
    "serving/snapshot/unjudged.py",
}


def literals(source: str) -> Iterator[set[str]]:
    """The texts in each list, tuple and set of a source, and those that each mapping has as keys."""
    for node in ast.walk(ast.parse(source)):
        entries: Sequence[ast.expr | None] = ()
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            entries = node.elts
        elif isinstance(node, ast.Dict):
            entries = node.keys
        texts = [entry.value for entry in entries if isinstance(entry, ast.Constant)]
        yield {text for text in texts if isinstance(text, str)}


def naming_families() -> set[str]:
    """The files of the packages with a literal of two names of families or more."""
    return {
        str(path.relative_to(PROJECT))
        for package in PACKAGES
        for path in (PROJECT / package).rglob("*.py")
        if any(len(texts & set(KINDS)) > 1 for texts in literals(path.read_text(encoding="utf-8")))
    }


def test_what_is_opened_and_what_is_trained_are_the_same_five() -> None:
    assert set(FAMILIES) == set(KINDS) and len(KINDS) == 5
    for name, kind in KINDS.items():
        assert kind.name == name and FAMILIES[name].kind is kind


def test_the_command_line_offers_and_tells_every_family_and_no_other() -> None:
    assert tuple(FAMILIES) == MODELS
    assert tuple(OUTCOMES) == MODELS


def test_a_list_of_families_is_found_whatever_it_is_written_as() -> None:
    source = "a = ('churn', 1)\nb = {'churn': 1, **c, 'value': ['offers']}\nd: Literal['x', 'y']"
    found = {frozenset(texts) for texts in literals(source) if texts}
    assert found == {
        frozenset(["churn"]),
        frozenset(["churn", "value"]),
        frozenset(["offers"]),
        frozenset(["x", "y"]),
    }


def test_no_other_file_lists_families() -> None:
    assert naming_families() == NAMES_OF_FAMILIES | SAME_WORDS


@pytest.mark.parametrize("name", FAMILIES)
def test_every_family_has_a_page_that_begins_with_its_training(name: str) -> None:
    begun = [
        page.name
        for page in (PROJECT / "docs").glob("*.md")
        if page.name != "commands.md"
        and f"`regulars train {name}`" in page.read_text(encoding="utf-8").split("\n## ")[0]
    ]
    assert begun
