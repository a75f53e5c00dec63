"""How long scores hold after what counts in them was known: one rule for every answer and every page."""

from __future__ import annotations

from features.vocabulary.time import DAY_SECONDS


def expires_at(known_before_seconds: int, lasts_days: int) -> int:
    """The last instant at which scores hold that were made from what was known before another."""
    return known_before_seconds + lasts_days * DAY_SECONDS


def days_out_of_date(known_before_seconds: int, at: int, lasts_days: int) -> int | None:
    """How many days ago what counts in scores was known, where they hold no more; None while they do.

    >>> days_out_of_date(0, 8 * 86_400, 7), days_out_of_date(0, 7 * 86_400, 7)
    (8, None)
    """
    if at <= expires_at(known_before_seconds, lasts_days):
        return None
    return (at - known_before_seconds) // DAY_SECONDS
