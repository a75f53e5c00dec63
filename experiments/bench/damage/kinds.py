"""What happens to files on their way: cut off, half loaded, a value too many, a name changed, a file stuck to another."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

from experiments.bench.spellings.export import Style

Damage = Callable[[random.Random, list[str], Style], list[str]]
"""Makes other lines of the lines of a file; the first is that of the names."""


def damaged(dice: random.Random, content: bytes, style: Style, kind: str) -> bytes:
    """A file with one kind of damage."""
    if kind == "half a download":
        return content[: len(content) // 2]
    if kind == "cut":
        return content[: dice.randrange(len(content) // 3, len(content))]
    if kind == "other bytes":
        return _with_other_bytes(dice, content)
    lines = content.decode(style.encoding).split(style.line_end)
    titles, rows = lines[: len(style.titles)], lines[len(style.titles) :]
    return style.line_end.join([*titles, *KINDS[kind](dice, rows, style)]).encode(style.encoding)


def _with_other_bytes(dice: random.Random, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(dice.choice((1, 5, 40))):
        # The names stay, as they do where a few bytes of a long file are lost.
        changed[dice.randrange(min(400, len(changed) // 2), len(changed))] = dice.randrange(1, 256)
    return bytes(changed)


def _some(dice: random.Random, lines: list[str]) -> list[int]:
    """The places of one, a few or many lines below that of the names."""
    return dice.sample(range(1, len(lines) - 1), dice.choice((1, 3, 30)))


def _value_too_many(dice: random.Random, lines: list[str], style: Style) -> list[str]:
    for place in _some(dice, lines):
        lines[place] += f"{style.delimiter}1"
    return lines


def _value_too_few(dice: random.Random, lines: list[str], style: Style) -> list[str]:
    for place in _some(dice, lines):
        lines[place] = lines[place].rpartition(style.delimiter)[0]
    return lines


def _torn_in_two(dice: random.Random, lines: list[str], _: Style) -> list[str]:
    for place in sorted(_some(dice, lines), reverse=True):
        at = dice.randrange(len(lines[place]) + 1)
        lines[place : place + 1] = [lines[place][:at], lines[place][at:]]
    return lines


def _open_quote(dice: random.Random, lines: list[str], style: Style) -> list[str]:
    place = dice.randrange(1, len(lines) - 1)
    lines[place] = lines[place].replace(style.delimiter, f'{style.delimiter}"', 1)
    return lines


def _other_name(dice: random.Random, lines: list[str], style: Style) -> list[str]:
    names = lines[0].split(style.delimiter)
    names[dice.randrange(len(names))] = "column 17"
    return [style.delimiter.join(names), *lines[1:]]


def _names_in_capitals(_: random.Random, lines: list[str], __: Style) -> list[str]:
    return [lines[0].upper(), *lines[1:]]


def _without_names(_: random.Random, lines: list[str], __: Style) -> list[str]:
    return lines[1:]


def _two_files_in_one(_: random.Random, lines: list[str], __: Style) -> list[str]:
    return [*(line for line in lines if line), *lines]


def _blank_lines(dice: random.Random, lines: list[str], _: Style) -> list[str]:
    for place in sorted(_some(dice, lines), reverse=True):
        lines.insert(place, "")
    return lines


KINDS: Mapping[str, Damage] = {
    "value too many": _value_too_many,
    "value too few": _value_too_few,
    "line torn in two": _torn_in_two,
    "open quote": _open_quote,
    "another name": _other_name,
    "names in capitals": _names_in_capitals,
    "without names": _without_names,
    "two files in one": _two_files_in_one,
    "blank lines": _blank_lines,
}
"""Damage to the lines of a file, by what happened to them."""

ALL_KINDS = ("half a download", "cut", "other bytes", *KINDS)
