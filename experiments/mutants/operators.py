"""The mistakes that are made: those of cosmic-ray that people make, and some it does not know."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

from cosmic_ray.operators.provider import OperatorProvider
from parso.python import tree

Node = Any
"""A node or leaf of parso: which children a kind of node has is known to its grammar, not to types."""

Positions = Iterable[tuple[tuple[int, int], tuple[int, int]]]


class Operator(Protocol):
    """What cosmic-ray asks of an operator."""

    def mutation_positions(self, node: Node) -> Positions:
        """One position for each mistake that can be made of this node."""

    def mutate(self, node: Node, index: int) -> Node:
        """The node with one of these mistakes."""


# Left out: what no hand slips into, such as a division in place of a comparison, and decorators taken
# away, which the import notices or nobody can.
_FROM_COSMIC_RAY = (
    *(
        f"ReplaceComparisonOperator_{change}"
        for change in (
            *("Lt_LtE", "LtE_Lt", "Gt_GtE", "GtE_Gt", "Lt_GtE", "LtE_Gt", "Gt_LtE", "GtE_Lt"),
            *("Eq_NotEq", "NotEq_Eq", "Is_IsNot", "IsNot_Is"),
        )
    ),
    *(
        f"ReplaceBinaryOperator_{change}"
        for change in ("Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul", "BitAnd_BitOr", "BitOr_BitAnd")
    ),
    *(f"ReplaceUnaryOperator_Delete_{which}" for which in ("Not", "USub", "Invert")),
    *("ReplaceAndWithOr", "ReplaceOrWithAnd", "ReplaceTrueWithFalse", "ReplaceFalseWithTrue"),
    *("ReplaceBreakWithContinue", "ReplaceContinueWithBreak"),
    *("AddNot", "NumberReplacer", "ZeroIterationForLoop"),
)


@dataclass(frozen=True)
class Rewriting:
    """An operator that writes other text in a node's place: ``ways`` are all texts it could be."""

    ways: Callable[[Node], Iterable[str]]

    def mutation_positions(self, node: Node) -> Positions:
        """One position for each text that could stand in the node's place."""
        return [(node.start_pos, node.end_pos) for _ in self.ways(node)]

    def mutate(self, node: Node, index: int) -> Node:
        """A leaf that holds one of these texts."""
        code = list(self.ways(node))[index]
        leaf = tree.Name(code, node.start_pos, node.get_first_leaf().prefix)
        leaf.parent = node.parent
        return leaf


def _text(node: Node) -> str:
    return str(node.get_code(include_prefix=False))


def _membership(node: Node) -> Iterator[str]:
    """``in`` for ``not in``, and the other way round."""
    if node.type == "comparison":
        for place, word in enumerate(node.children):
            other = {"in": " not in", "not in": " in"}.get(_text(word)) if place % 2 else None
            if other:
                before, after = node.children[:place], node.children[place + 1 :]
                yield _joined(before).strip() + other + _joined(after)


def _operand(node: Node) -> Iterator[str]:
    """A condition with one of its parts forgotten."""
    if node.type in ("and_test", "or_test"):
        parts = node.children[::2]
        for place in range(len(parts)):
            left = [_text(part) for part in parts[:place] + parts[place + 1 :]]
            yield f" {_text(node.children[1])} ".join(left)


def _filter(node: Node) -> Iterator[str]:
    """A comprehension that takes everybody; what follows its condition is kept."""
    if node.type == "comp_if":
        yield _text(node.children[2]) if len(node.children) > 2 else ""


def _guard(node: Node) -> Iterator[str]:
    """An ``if`` that never holds."""
    parent = node.parent
    if parent is not None and parent.type == "if_stmt" and parent.children[1] is node:
        yield "False"


def _fault(node: Node) -> Iterator[str]:
    """A fault that is not caught."""
    parent = node.parent
    if parent is not None and parent.type == "except_clause" and parent.children[1] is node:
        yield "()"


_NAMES = {"min": "max", "any": "all", "floor": "ceil", "minimum": "maximum", "nanmin": "nanmax"}
_WORDS = {"left": "right", "before": "after", "lower": "upper", "first": "last"}
_OTHER_NAMES = _NAMES | {after: before for before, after in _NAMES.items()}
_OTHER_WORDS = _WORDS | {after: before for before, after in _WORDS.items()}


def _name(node: Node) -> Iterator[str]:
    """The least for the most, any for all: the name of what is called."""
    if node.type == "name" and node.value in _OTHER_NAMES:
        following = node.get_next_leaf()
        if following is not None and following.value == "(" and node.parent.type != "funcdef":
            yield _OTHER_NAMES[node.value]


def _float(node: Node) -> Iterator[str]:
    """Twice a limit, or half of it: one more or less would be too far from a fraction."""
    if is_fraction(node):
        value = float(node.value)
        yield from (repr(value * 2), repr(value / 2)) if value else ("0.5",)


def is_fraction(node: Node) -> bool:
    """Whether a leaf is a number that is not whole."""
    return node.type == "number" and isinstance(_number(node.value), float)


def _number(text: str) -> float | complex | int:
    cleaned = text.replace("_", "").lower()
    if cleaned.startswith(("0x", "0b", "0o")):
        return int(cleaned, 0)
    if cleaned.endswith("j"):
        return complex(cleaned)
    return float(cleaned) if re.search(r"[.e]", cleaned) else int(cleaned)


_SQL = re.compile(
    r"\b(SELECT|WHERE|CASE|WHEN|JOIN|ORDER BY|GROUP BY|OVER|COALESCE|IS NULL|IS NOT NULL)\b|\bAND\b"
)
_SQL_WORDS = {
    "<=": "<",
    ">=": ">",
    "<": "<=",
    ">": ">=",
    "=": "<>",
    "<>": "=",
    "AND": "OR",
    "OR": "AND",
    "NOT": "",
    "min": "max",
    "max": "min",
    "ASC": "DESC",
    "DESC": "ASC",
    "false": "true",
    "true": "false",
}
_SQL_TOKEN = re.compile(
    r"(?<=[\s(])(<=|>=|<>|<|>|=|AND|OR|NOT|ASC|DESC)(?=[\s)])|\b(min|max)(?=\()|\b(true|false)\b"
)


def _string(node: Node) -> Iterator[str]:
    """SQL with another comparison or word, and words such as ``"left"`` that choose a side."""
    if node.type not in ("string", "fstring_string") or _is_docstring(node):
        return
    text = node.value
    if text.strip("\"'") in _OTHER_WORDS:
        yield text.replace(text.strip("\"'"), _OTHER_WORDS[text.strip("\"'")])
    if _SQL.search(text):
        for found in _SQL_TOKEN.finditer(text):
            yield text[: found.start()] + _SQL_WORDS[found.group()] + text[found.end() :]


def _is_docstring(node: Node) -> bool:
    return node.parent is not None and node.parent.type == "simple_stmt"


_STEPS = {"where", "order_by", "limit", "strip", "lower", "casefold", "resolve", "copy", "dropna"}


def _step(node: Node) -> Iterator[str]:
    """A chain of calls without one of them, such as ``.where(...)``."""
    if node.type not in ("atom_expr", "power"):
        return
    for place, (name, call) in enumerate(pairwise(node.children)):
        is_step = name.type == "trailer" and _text(name)[:1] == "." and _text(call)[:1] == "("
        if place and is_step and _text(name.children[1]) in _STEPS:
            yield _joined([*node.children[:place], *node.children[place + 2 :]]).strip()


def _joined(nodes: Iterable[Node]) -> str:
    return "".join(str(node.get_code()) for node in nodes)


OPERATORS: dict[str, Operator] = {
    **{name: OperatorProvider()[name]() for name in _FROM_COSMIC_RAY},
    "Membership": Rewriting(_membership),
    "ForgottenPart": Rewriting(_operand),
    "ForgottenFilter": Rewriting(_filter),
    "ForgottenGuard": Rewriting(_guard),
    "FaultNotCaught": Rewriting(_fault),
    "OtherName": Rewriting(_name),
    "OtherFraction": Rewriting(_float),
    "OtherWords": Rewriting(_string),
    "ForgottenStep": Rewriting(_step),
}
"""Every operator by its name; a name and an occurrence in a file say which mutant is meant."""
