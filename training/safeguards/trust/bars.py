"""What reasons should reach, whatever they are reasons of, and a figure beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from training.safeguards.trust.faithfulness import Faithfulness

LEAST_FAITHFUL, FAITHFUL_GROUPS = 0.95, 2
LEAK_SHARE = 0.6
"""One group that explains more is looked at: something in it may be known only afterwards."""


@dataclass(frozen=True)
class TrustBar:
    """One figure beside what it should reach; ``passed`` is None where there was nothing to measure."""

    name: str
    figure: str
    bar: str
    passed: bool | None


def faithful_bar(tried: Sequence[Faithfulness], *, unread: str) -> TrustBar:
    """Whether the groups that are named matter most; ``unread`` is said where too few are read to tell."""
    deep = next((one for one in tried if one.groups == FAITHFUL_GROUPS), None)
    return TrustBar(
        "faithful: two groups taken away",
        unread
        if deep is None
        else f"{deep.score:.3f} of the best; one order for all {deep.global_score:.3f}",
        f"≥ {LEAST_FAITHFUL}, above one order for all",
        None if deep is None else deep.score >= max(LEAST_FAITHFUL, min(deep.global_score, 1.0)),
    )


def contradicted_bar(contradictions: int, sentences: int) -> TrustBar:
    """Whether no sentence had to be withheld because the facts say the opposite."""
    figure = f"{contradictions} of {sentences:,} sentences"
    return TrustBar("contradicted by facts", figure, "0", contradictions == 0)


def largest_share_bar(shares: Mapping[str, float]) -> TrustBar:
    """Whether no single group explains nearly everything; nothing to ask where one alone explains anything.

    ``shares`` is each group's part by its title, the largest first.
    """
    largest = next(iter(shares), "")
    several = sum(share > 0 for share in shares.values()) > 1
    return TrustBar(
        "one group explains",
        f"{shares[largest]:.0%} ({largest})" if largest else "nothing",
        f"≤ {LEAK_SHARE:.0%}",
        shares[largest] <= LEAK_SHARE if several else None,
    )
