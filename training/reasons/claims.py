"""Sentences that compare, and what must be true for each to be said."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class ReasonClaim:
    """A sentence that compares: said only where ``larger`` exceeds ``smaller``.

    It speaks for the leading features that match ``about`` when they push in ``direction``. Either side
    is a feature's name, ``value`` for the leading feature itself, or a number. The text names features
    in braces; ``{value}``, ``{share}`` (as a percentage) and ``{size}`` (without sign)
    stand for the leading one, other words for what ``about`` captured. A claim about an estimate names only what
    was observed.
    """

    about: str
    direction: str
    larger: str | float
    smaller: str | float
    text: str
    at_zero: str = ""
    """What is said instead where the leading feature is exactly zero."""


_ESTIMATES = r"buying_no_purchase_\d+d|buying_expected_\d+d|still_buying"
_OVERDUE = rf"days_since_order|silence_ratio|expected_next_order_days|{_ESTIMATES}"
_WHAT = r"(?P<what>(?!lines_|quantity_|contacts_)\w+)"
"""Whatever grows, but what nobody counts in words: lines, pieces, and contacts of any kind."""
_GROWTH = _WHAT + r"_growth_(?P<days>\d+)d"
_SLOPE = _WHAT + "_slope_"
SILENCE = "{days_since_order}"
"""What every claim about a silence names, and no other."""

# fmt: off
CLAIMS = (
    ReasonClaim(_OVERDUE, "raises", "days_since_order", "gap_mean_days", "Silent for {days_since_order}; usually buys every {gap_mean_days}"),
    ReasonClaim(_OVERDUE, "lowers", "gap_mean_days", "days_since_order", "Last order {days_since_order} ago; usually buys every {gap_mean_days}"),
    ReasonClaim(f"days_since_order|{_ESTIMATES}", "raises", 2.0, "active_days_count_lifetime", "Silent for {days_since_order}; has bought on one day only"),
    ReasonClaim("silence_longest_ratio", "raises", "days_since_order", "gap_max_days", "Silent for {days_since_order}, longer than ever; longest pause before {gap_max_days}"),
    ReasonClaim("silence_longest_ratio", "lowers", "gap_max_days", "days_since_order", "Last order {days_since_order} ago; has paused for {gap_max_days} before"),
    ReasonClaim("silence_recent_ratio", "raises", "days_since_order", "gap_recent_days", "Silent for {days_since_order}; lately bought every {gap_recent_days}"),
    ReasonClaim("silence_recent_ratio", "lowers", "gap_recent_days", "days_since_order", "Last order {days_since_order} ago; lately buys every {gap_recent_days}"),
    ReasonClaim("gap_change_ratio", "raises", "gap_recent_days", "gap_mean_days", "Buying more slowly: lately every {gap_recent_days}, usually every {gap_mean_days}"),
    ReasonClaim("gap_change_ratio", "lowers", "gap_mean_days", "gap_recent_days", "Buying faster: lately every {gap_recent_days}, usually every {gap_mean_days}"),
    ReasonClaim(_GROWTH, "raises", 1.0, "value", "{what} of the last {days} days fell to {share} of the {days} days before", at_zero="No {what} in the last {days} days; some in the {days} before"),
    ReasonClaim(_GROWTH, "lowers", "value", 1.0, "{what} of the last {days} days grew to {share} of the {days} days before"),
    ReasonClaim(_SLOPE + "12x30d", "raises", 0.0, "value", "{what} falling by {size} a month over the last year"),
    ReasonClaim(_SLOPE + "12x30d", "lowers", "value", 0.0, "{what} rising by {size} a month over the last year"),
    ReasonClaim(_SLOPE + "share", "raises", 0.0, "value", "{what} shrinking from month to month over the last year"),
    ReasonClaim(_SLOPE + "share", "lowers", "value", 0.0, "{what} growing from month to month over the last year"),
)
# fmt: on


def claims_about(name: str, direction: str) -> list[tuple[ReasonClaim, dict[str, str]]]:
    """The claims that may speak for a feature, with what their pattern captured of its name."""
    found = [
        (claim, re.fullmatch(claim.about, name)) for claim in CLAIMS if claim.direction == direction
    ]
    return [(claim, match.groupdict()) for claim, match in found if match is not None]
