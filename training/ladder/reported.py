"""By which tests a rung was chosen and of which its figures are, as a manifest keeps it and as it is said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from training.datasets.splits import Splits

_MOST_NAMED = 3

LAST_REFIT = (
    "The figures are those of the fits before the last refit, none of which had seen the outcomes it was tested on; "
    "what is in use was fitted once more, on all outcomes known."
)


def chosen_at(splits: Splits, passed_over: Iterable[str]) -> dict[str, Any]:
    """What a manifest keeps: the test at which nothing was chosen, those that chose, and what the gate kept out."""
    return {
        "reserved": "" if splits.reserved is None else splits.reserved.name,
        "choosing": [split.name for split in splits.choosing],
        "passed_over": list(passed_over),
    }


def headline(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """The figures of a row that are reported first: of the reserved test, where there is one; else over all tests."""
    return row.get("at_reserved") or row


def choice_sentences(chosen: Mapping[str, Any]) -> list[str]:
    """Which test is reserved and which figure is optimistic; nothing where a manifest of before does not tell.

    >>> choice_sentences({"reserved": "", "choosing": ["2026-01-01"], "passed_over": []})[0]
    'Optimistic: the rung was chosen on the same test it is reported on (2026-01-01).'
    """
    if not chosen:
        return []
    reserved, kept_out = chosen["reserved"], chosen["passed_over"]
    if not reserved:
        one = "test it is" if len(chosen["choosing"]) == 1 else "tests it is"
        said = f"Optimistic: the rung was chosen on the same {one} reported on{_named(chosen['choosing'])}."
    elif kept_out:
        said = (
            f"Optimistic: {reserved} was reserved, and then helped to choose, for the gate looked at it and kept out "
            f"{', '.join(kept_out)}."
        )
    else:
        said = (
            f"The rung was chosen at {' and '.join(chosen['choosing'])}; {reserved} is reserved: nothing was chosen "
            "by it, and its figures are told first."
        )
    return [said, LAST_REFIT]


def _named(tests: Sequence[str]) -> str:
    """The names of tests in brackets, where they are few; folds are many, and tell nobody anything."""
    return f" ({', '.join(tests)})" if len(tests) <= _MOST_NAMED else ""
