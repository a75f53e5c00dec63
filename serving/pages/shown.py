"""How a page's context declares its fields."""

from __future__ import annotations

from dataclasses import field
from typing import Any


def shown(help: str, default: Any = ...) -> Any:
    """Declare one field of a page with the sentence that explains it."""
    if default is ...:
        return field(metadata={"help": help})
    return field(default=default, metadata={"help": help})
