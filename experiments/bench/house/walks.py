"""Where one thing goes while a call runs: the files whose functions are handed it, in the order they are entered."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from experiments.bench.house.structure import FLOORS, ROOT

_DEEPEST, _WIDEST = 4, 8


@dataclass(frozen=True)
class Walk:
    """The files something was handed to, each once, how often it came back to one it had left, and its names there."""

    files: tuple[str, ...]
    returns: int
    names: tuple[str, ...]


@dataclass
class _Trail:
    """Where one thing was handed, as it happens."""

    carries: Callable[[object], bool]
    entered: list[str] = field(default_factory=list)
    names: dict[str, None] = field(default_factory=dict)

    def note(self, place: str, arguments: Iterable[tuple[str, object]]) -> None:
        handed = [name for name, value in arguments if self.carries(value)]
        self.names.update(dict.fromkeys(handed))
        if handed and self.entered[-1:] != [place]:
            self.entered.append(place)

    def walk(self) -> Walk:
        files = tuple(dict.fromkeys(self.entered))
        return Walk(files, len(self.entered) - len(files), tuple(self.names))


def walked(*carries: Callable[[object], bool], work: Callable[[], Any]) -> list[Walk]:
    """Do some work and follow what each of ``carries`` recognises among the arguments of every call of ours."""
    trails = [_Trail(recognises) for recognises in carries]

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and (place := _place(frame.f_code.co_filename)) is not None:
            arguments = list(_arguments(frame))
            for trail in trails:
                trail.note(place, arguments)

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    return [trail.walk() for trail in trails]


def holding(wanted: object) -> Callable[[object], bool]:
    """Whether a value is this thing, or plainly holds it: in a list, a mapping or the fields of a record.

    >>> holding("C1")({"rows": [{"customer_id": "C1"}]})
    True
    >>> holding("C1")("C10")
    False
    """

    def carries(value: object, depth: int = 0) -> bool:
        if type(value) is type(wanted):
            return bool(value == wanted)
        return depth < _DEEPEST and any(carries(part, depth + 1) for part in _parts(value))

    return carries


def of_type(kind: type) -> Callable[[object], bool]:
    """Whether a value is of a type.

    >>> of_type(str)("C1"), of_type(str)(["C1"])
    (True, False)
    """
    return lambda value: isinstance(value, kind)


def folder_with(file: str) -> Callable[[object], bool]:
    """Whether a value is the path of a folder that has this file."""
    return lambda value: isinstance(value, Path) and (value / file).is_file()


def _parts(value: object) -> Iterator[object]:
    if isinstance(value, Mapping):
        yield from _first(value.values())
    elif isinstance(value, list | tuple):
        yield from _first(value)
    elif is_dataclass(value) and not isinstance(value, type):
        yield from (getattr(value, part.name, None) for part in fields(value))
    elif hasattr(type(value), "model_fields"):
        yield from vars(value).values()


def _first(values: Iterable[object]) -> Iterator[object]:
    for place, value in enumerate(values):
        if place == _WIDEST:
            return
        yield value


def _arguments(frame: FrameType) -> Iterator[tuple[str, object]]:
    code = frame.f_code
    for name in code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]:
        if name not in ("self", "cls") and name in frame.f_locals:
            yield name, frame.f_locals[name]


def _place(file: str) -> str | None:
    try:
        path = Path(file).relative_to(ROOT)
    except ValueError:
        return None
    return str(path) if path.parts[0] in FLOORS else None
