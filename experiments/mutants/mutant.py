"""A mutant, and every place of a file where one can be made."""

from __future__ import annotations

import difflib
import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code

from experiments.mutants.operators import OPERATORS, is_fraction


@dataclass(frozen=True)
class Mutant:
    """One file with one mistake; ``tests`` are given for those that were written by hand."""

    file: str
    line: int
    before: str
    after: str
    source: str
    rule: str = ""
    tests: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """File, line and change, as one line."""
        return f"{self.file}:{self.line}  {one_line(self.before)}  ->  {one_line(self.after)}"


def one_line(text: str) -> str:
    """A text without its line breaks and indents."""
    return " ".join(text.split())


@dataclass(frozen=True)
class Spot:
    """Where an operator can make a mistake.

    ``name`` says the same place again after other lines or other files have changed, so that a seed
    draws it again.
    """

    file: str
    operator: str
    occurrence: int
    line: int
    name: str

    def mutant(self, source: str) -> Mutant | None:
        """The file with the mistake in it; None where nothing is another than it was."""
        made = mutate_code(source, OPERATORS[self.operator], self.occurrence)
        if made is None or made == source:
            return None
        line, before, after = changed(source, made)
        return Mutant(self.file, line, before, after, made)


def changed(source: str, other: str) -> tuple[int, str, str]:
    """The first line in which two texts differ, and the lines of each that the other has not."""
    mine, theirs = source.splitlines(), other.splitlines()
    blocks = [
        block
        for block in difflib.SequenceMatcher(None, mine, theirs, autojunk=False).get_opcodes()
        if block[0] != "equal"
    ]
    before = "\n".join(line for _, start, stop, _, _ in blocks for line in mine[start:stop])
    after = "\n".join(line for _, _, _, start, stop in blocks for line in theirs[start:stop])
    return blocks[0][1] + 1, before.strip(), after.strip()


def spots(file: str, source: str) -> Iterator[Spot]:
    """Every place of a file where an operator can make a mistake that runs; types are left alone."""
    lines = source.splitlines()
    occurrences: Counter[str] = Counter()
    alike: Counter[str] = Counter()
    for node in ast_nodes(get_ast(source)):
        for operator, made in OPERATORS.items():
            for position, _ in made.mutation_positions(node):
                occurrence = occurrences[operator]
                occurrences[operator] += 1
                if _never_runs(node) or (operator == "NumberReplacer" and is_fraction(node)):
                    continue
                line = lines[position[0] - 1].strip()
                said = hashlib.sha256(f"{file}\n{operator}\n{line}".encode()).hexdigest()[:16]
                alike[said] += 1
                yield Spot(file, operator, occurrence, position[0], f"{said}-{alike[said]}")


_OF_PARAMETERS = ("parameters", "param", "lambdef")
_OF_TYPES = ("isinstance", "Callable", "cast", "Mapping", "Sequence", "tuple", "dict", "list")


def _never_runs(node: Any) -> bool:
    """Whether a node belongs to an annotation or a union of types, which nothing reads, an import or a decorator."""
    child, parent = node, node.parent
    is_union = node.type == "operator" and node.value == "|"
    while parent is not None:
        if (
            is_union
            and parent.type == "atom_expr"
            and parent.children[0].get_code(False) in _OF_TYPES
        ):
            return True
        if parent.type in ("import_from", "import_name", "decorator"):
            return True
        if node.type == "operator" and parent is node.parent and parent.type in _OF_PARAMETERS:
            return True
        if parent.type == "funcdef" and child is parent.annotation:
            return True
        if parent.type == "param" and child.type == "tfpdef":
            return True
        if parent.type == "annassign" and child is parent.children[1]:
            return True
        child, parent = parent, parent.parent
    return is_union and node.search_ancestor("funcdef") is None
