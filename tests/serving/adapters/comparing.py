"""Answers beside one another, but for what is made anew for every call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def without_names(score: Mapping[str, Any]) -> dict[str, Any]:
    """A score without the name of its decision, of which it is said whether there is one."""
    return {**score, "decision_id": score["decision_id"] is not None}
