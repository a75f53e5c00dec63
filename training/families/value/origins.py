"""Which test a rung was chosen on and which it is judged by, in words: what of the figures is optimistic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def origin_sentences(found: Mapping[str, Any]) -> list[str]:
    """What the figures of a model are worth, by how it was chosen; nothing where an older one does not tell."""
    chosen = found.get("chosen")
    if chosen is None:
        return []
    tests, reserved = " and ".join(chosen["choosing"]), chosen["reserved"]
    if not reserved:
        said = f"Optimistic: there is one test alone, {tests}, and the rung was chosen on it and is reported on it."
    elif chosen["passed_over"]:
        said = (
            f"Optimistic: {reserved} was reserved ({_gini_at(found, reserved)}), and then helped to choose, for the gate "
            f"looked at it and kept out {', '.join(chosen['passed_over'])}."
        )
    else:
        said = (
            f"The rung was chosen at {tests}; {reserved} was reserved, so that nothing was chosen by it: "
            f"{_gini_at(found, reserved)} there. Means over all tests hold those that chose."
        )
    return [
        said,
        "The figures are those of the fits before the last: each test was judged by a model that had learned from what "
        "was known at its cutoff, and what ships has learned from the newest outcomes as well.",
    ]


def gain_sentence(found: Mapping[str, Any]) -> str:
    """What the newest outcomes were worth at the tests; empty where it was not measured."""
    gain = found.get("newest_gain")
    if gain is None:
        return ""
    low, high = found["newest_gain_low"], found["newest_gain_high"]
    return (
        "Learning from the newest outcomes too, which only told the level before, changed the Gini by "
        f"{gain:+.4f} [{low:+.4f}, {high:+.4f}] on the same customers."
    )


def reserved_gini(found: Mapping[str, Any]) -> str:
    """The Gini of the reserved test, or that of the only one, as one says it in a line."""
    chosen = found.get("chosen")
    if chosen is None:
        return f"Gini {found['gini']:.3f}"
    if not chosen["reserved"]:
        return f"Gini {found['gini']:.3f} at the test it was chosen on"
    there = found["by_cutoff"][chosen["reserved"]]
    return f"Gini {there['gini']:.3f} at the reserved test"


def _gini_at(found: Mapping[str, Any], test: str) -> str:
    there = found["by_cutoff"][test]
    return f"Gini {there['gini']:.3f} [{there['gini_low']:.3f}, {there['gini_high']:.3f}]"
