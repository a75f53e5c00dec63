"""Which mistakes are made of a line, each against a table written by hand."""

from __future__ import annotations

import ast

import pytest

from experiments.mutants.mutant import spots

ALONE = {
    "x = a < b": {"x = a <= b", "x = a >= b"},
    "x = a == b": {"x = a != b"},
    "x = a in b": {"x = a not in b"},
    "x = a not in b": {"x = a in b"},
    "x = a is None": {"x = a is not None"},
    "x = a and b": {"x = a or b", "x = a", "x = b"},
    "x = a or b or c": {
        *("x = a and b or c", "x = a or b and c"),
        *("x = b or c", "x = a or c", "x = a or b"),
    },
    "x = not a": {"x =  a"},
    "x = a - b": {"x = a + b"},
    "x = a * b": {"x = a / b"},
    "x = f(a=True)": {"x = f(a=False)"},
    "x = 30": {"x = 31", "x = 29"},
    "x = 0.8": {"x = 1.6", "x = 0.4"},
    "x = min(a)": {"x = max(a)"},
    "x = np.minimum(a, b)": {"x = np.maximum(a, b)"},
    "x = [a for a in b if a]": {"x = [a for a in b ]"},
    "x = side('left')": {"x = side('right')"},
    "x = rows.where(a).all()": {"x = rows.all()", "x = rows.where(a).any()"},
    "if a: b": {"if not a: b", "if False: b"},
    "for a in b: c": {"for a in []: c"},
    "x = 'WHERE a <= 7 AND b'": {"x = 'WHERE a < 7 AND b'", "x = 'WHERE a <= 7 OR b'"},
    "x = f'SELECT {a} WHERE b >= {c}'": {"x = f'SELECT {a} WHERE b > {c}'"},
    "x = a.strip()": {"x = a"},
}


def made_of(source: str) -> set[str]:
    """What every mutant of a text says in place of the lines it changes."""
    found = [place.mutant(source) for place in spots("one.py", source)]
    return {one.source.strip() for one in found if one is not None}


@pytest.mark.parametrize("line", ALONE)
def test_these_mistakes_are_made_of_a_line_and_no_others(line: str) -> None:
    assert made_of(f"{line}\n") == ALONE[line]


@pytest.mark.parametrize("line", ALONE)
def test_a_mistake_is_python_still(line: str) -> None:
    for made in made_of(f"{line}\n"):
        ast.parse(made)


def test_a_fault_is_caught_no_longer() -> None:
    assert made_of("try: a\nexcept ValueError: b\n") == {"try: a\nexcept (): b"}


@pytest.mark.parametrize(
    "line",
    [
        "x: int | None = a",
        "def f(a: int | None) -> str | None: b",
        "Both = str | int",
        "def f(): return isinstance(a, str | int)",
        "from a import min",
        "def f(a, *, b): c",
        "@dataclass(frozen=True)\nclass A: b",
        '"""Where a <= 7 AND b."""',
        "x = 'at most 7 and rising'",
        "def min(a): b",
    ],
)
def test_types_imports_and_texts_for_people_are_left_alone(line: str) -> None:
    assert made_of(f"{line}\n") == set()
