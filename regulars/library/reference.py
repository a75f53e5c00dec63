"""The reference of the public names, from what they say themselves: ``python -m regulars.library.reference`` writes it.

It is the last part of ``docs/library.md``; a test holds the two in step.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import regulars

PAGE = Path("docs/library.md")
HEADING = "## Reference\n"
_WRITTEN = (
    "*Written by `python -m regulars.library.reference` from what the code says of itself; a test holds the two in "
    "step.*"
)
_ORDER = (
    "open_workspace",
    "OpenWorkspace",
    "describe",
    "ForwardSplit",
    "CustomerSplit",
    "LogisticClassifier",
    "BoostedClassifier",
    "BlendedClassifier",
    "RegularsError",
)
_USED_BY_SCIKIT_LEARN = (
    "split",
    "get_n_splits",
    "fit",
    "predict",
    "predict_proba",
    "decision_function",
)
"""What a split or a classifier does is scikit-learn's own protocol, and needs no line a class."""


def reference() -> str:
    """Every public name with its parameters and what it says of itself, and so every table of a workspace."""
    parts = [HEADING, f"{_WRITTEN}\n"]
    for name in _ORDER:
        thing = getattr(regulars, name)
        parts += [f"### `{name}`\n", *_entry(thing, name)]
        parts += [
            part for member, value in _members(thing) for part in _entry(value, f"ws.{member}")
        ]
    return "\n".join(parts)


def page_with_reference(text: str) -> str:
    """The page with its reference written anew."""
    return text[: text.index(HEADING)] + reference()


def _entry(thing: Any, name: str) -> list[str]:
    """How it is called, and its docstring as Markdown."""
    said = inspect.getdoc(thing) or ""
    called = f"{name}{_parameters(thing)}" if callable(thing) else name
    lines = [] if _is_not_called(thing) else [f"`{called}`\n"]
    return [*lines, said.replace("``", "`") + "\n"]


def _is_not_called(thing: Any) -> bool:
    """Whether nobody makes one of these by name: a workspace is opened, and a fault is met."""
    return thing in (regulars.OpenWorkspace, regulars.RegularsError)


def _parameters(thing: Any) -> str:
    """The parameters with their defaults, without their types."""
    signature = inspect.signature(thing)
    plain = [
        one.replace(annotation=inspect.Parameter.empty)
        for one in signature.parameters.values()
        if one.name != "self"
    ]
    bare = signature.replace(parameters=plain, return_annotation=inspect.Signature.empty)
    return str(bare).replace("'", '"')


def _members(thing: Any) -> Iterator[tuple[str, Any]]:
    """The public members of a class, in the order they are written in."""
    if not inspect.isclass(thing) or thing is regulars.RegularsError:
        return
    for name, value in vars(thing).items():
        is_public = not name.startswith("_") and name not in _USED_BY_SCIKIT_LEARN
        if is_public and (callable(value) or isinstance(value, property)):
            yield name, value


if __name__ == "__main__":
    PAGE.write_text(page_with_reference(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
