"""The rooms of the house and the imports between them, read from the code."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import median

import grimp

ROOT = Path(__file__).resolve().parents[3]
FLOORS = ("features", "training", "serving", "experiments", "regulars")
"""The packages, each standing on those before it."""
PRODUCT = ("features", "training", "serving", "regulars")


@dataclass(frozen=True)
class Function:
    """A function and how many lines it has, its docstring left out."""

    place: str
    lines: int


class House:
    """The five packages as they stand, with every import in them."""

    def __init__(self, floors: Sequence[str] = FLOORS) -> None:
        self.floors = tuple(floors)

    @cached_property
    def graph(self) -> grimp.ImportGraph:
        """Every module and every import."""
        first, *others = self.floors
        return grimp.build_graph(first, *others, cache_dir=None)

    def rooms(self, package: str) -> list[str]:
        """The files and folders directly in a package, by their dotted names."""
        return sorted(self.graph.find_children(package))

    def ties(self, package: str, counted_one_by_one: Sequence[str] = ()) -> int:
        """How many pairs of rooms of a package there are of which one imports the other.

        A folder of ``counted_one_by_one`` stands for the rooms in it.
        """
        return len(self.arrows(self._flat(package, counted_one_by_one)))

    def arrows(self, rooms: Iterable[str]) -> dict[tuple[str, str], list[tuple[str, str]]]:
        """The imports between rooms: (importing room, imported room) → (importing module, imported module)."""
        room_of = {module: room for room in rooms for module in self._within(room)}
        between: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for module, room in room_of.items():
            for imported in self.graph.find_modules_directly_imported_by(module):
                other = room_of.get(imported)
                if other is not None and other != room:
                    between.setdefault((room, other), []).append((module, imported))
        return between

    def circles(self) -> list[tuple[str, str]]:
        """The imports without which no two rooms beside each other, at any depth, import each other."""
        found: set[tuple[str, str]] = set()
        for package in self.graph.modules:
            if len(self.graph.find_children(package)) > 1:
                found |= self.graph.nominate_cycle_breakers(package)
        return sorted(found)

    def _flat(self, package: str, counted_one_by_one: Sequence[str]) -> list[str]:
        rooms: list[str] = []
        for room in self.rooms(package):
            rooms += self.rooms(room) if room in counted_one_by_one else [room]
        return rooms

    def _within(self, room: str) -> set[str]:
        return {room} | self.graph.find_descendants(room)


def sources(floors: Sequence[str] = FLOORS, root: Path = ROOT) -> list[Path]:
    """Every Python file of some packages, in order."""
    return [path for floor in floors for path in sorted((root / floor).rglob("*.py"))]


def lines_of(path: Path) -> int:
    """How many lines a file has."""
    return len(path.read_text(encoding="utf-8").splitlines())


def median_lines(paths: Sequence[Path]) -> float:
    """The median length of files that hold more than their docstring."""
    lengths = [lines_of(path) for path in paths if path.name != "__init__.py"]
    return float(median(lengths))


def files_by_folder(paths: Iterable[Path]) -> Mapping[Path, int]:
    """How many files lie directly in each folder, ``__init__.py`` not counted."""
    counted: dict[Path, int] = {}
    for path in paths:
        if path.name != "__init__.py":
            counted[path.parent] = counted.get(path.parent, 0) + 1
    return counted


def functions(path: Path, root: Path = ROOT) -> Iterator[Function]:
    """Every function of a file with its length."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            documented = ast.get_docstring(node, clean=False)
            first = node.body[1 if documented and len(node.body) > 1 else 0]
            lines = (node.end_lineno or 0) - node.lineno + 1
            if documented and len(node.body) > 1:
                lines -= first.lineno - node.body[0].lineno
            yield Function(f"{path.relative_to(root)}:{node.lineno} {node.name}", lines)


def classes(paths: Iterable[Path], root: Path = ROOT) -> dict[str, list[str]]:
    """The files that define a class, by its name; private classes are left out."""
    places: dict[str, list[str]] = {}
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places.setdefault(node.name, []).append(str(path.relative_to(root)))
    return places
