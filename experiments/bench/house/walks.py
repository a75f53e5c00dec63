"""Where one thing goes while a call runs: the files whose functions are handed it, in the order they are entered."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
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


def walked(carries: Callable[[object], bool], work: Callable[[], Any]) -> Walk:
    """Do some work and follow what ``carries`` recognises among the arguments of every call of ours."""
    entered: list[str] = []
    names: dict[str, None] = {}

    def note(frame: FrameType, event: str, _: object) -> None:
        if event != "call":
            return
        place = _place(frame.f_code.co_filename)
        if place is None:
            return
        handed = [name for name, value in _arguments(frame) if carries(value)]
        names.update(dict.fromkeys(handed))
        if handed and entered[-1:] != [place]:
            entered.append(place)

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    files = tuple(dict.fromkeys(entered))
    return Walk(files, len(entered) - len(files), tuple(names))


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


def _parts(value: object) -> Iterator[object]:
    if isinstance(value, Mapping):
        yield from _first(value.values())
    elif isinstance(value, list | tuple):
        yield from _first(value)
    elif is_dataclass(value) and not isinstance(value, type):
        yield from (getattr(value, field.name, None) for field in fields(value))
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
