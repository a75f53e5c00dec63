"""Every fault a user can meet, worded in one form: expected, found, which rows, what to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any


class RegularsError(Exception):
    """A fault the user can mend: it is shown as a sentence, never as a traceback.

    ``exit_code`` is what the command line answers with: 1 the data or model is refused,
    2 the command was used wrongly.
    """

    exit_code = 1

    def __init__(self, *, expected: str, found: str, remedy: str, rows: str = "") -> None:
        self.expected = expected
        self.found = found
        self.rows = rows
        self.remedy = remedy
        super().__init__(str(self))

    def __reduce__(self) -> tuple[Any, ...]:
        """How a fault reaches the process that waits for the one it was met in."""
        parts = {"expected": self.expected, "found": self.found, "remedy": self.remedy}
        return partial(type(self), **parts, rows=self.rows), ()

    def __str__(self) -> str:
        where = f" Rows: {self.rows}." if self.rows else ""
        return f"Expected {self.expected}; found {self.found}.{where} {self.remedy}"

    def as_dict(self) -> dict[str, str]:
        """The fault as plain fields, for ``--json`` and for the scoring service."""
        return {
            "fault": type(self).__name__,
            "expected": self.expected,
            "found": self.found,
            "rows": self.rows,
            "remedy": self.remedy,
        }


class UsageRefused(RegularsError):
    """The command or the call was used wrongly."""

    exit_code = 2


class SettingsRefused(RegularsError):
    """``regulars.toml`` cannot be used as it stands."""

    exit_code = 2


class DataRefused(RegularsError):
    """A table does not hold what it is declared to hold, so nothing was stored."""


class PlanRefused(RegularsError):
    """A feature is declared in a way that cannot be computed from the tables that are there."""


class ModelRefused(RegularsError):
    """No model was published: the data cannot carry one, or a gate said no."""


class BundleRefused(RegularsError):
    """A model bundle is damaged, incomplete or made for other features."""


class WorkspaceRefused(RegularsError):
    """The workspace lacks what this step needs, or another process is writing to it."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name closest to a misspelt one, or None when nothing is close.

    >>> nearest("ordered_on", ["ordered_at", "amount"])
    'ordered_at'
    """
    by_folded = {candidate.casefold(): candidate for candidate in known}
    matches = difflib.get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[matches[0]] if matches else None


def did_you_mean(name: str, known: Sequence[str]) -> str:
    """A closing hint for an unknown name: the nearest one, or the whole list.

    >>> did_you_mean("amout", ["amount", "quantity"])
    'Did you mean "amount"?'
    """
    guess = nearest(name, known)
    if guess is not None:
        return f'Did you mean "{guess}"?'
    return "Known names: " + ", ".join(known) + "."
