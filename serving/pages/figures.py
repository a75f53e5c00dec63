"""Percentages, points and instants as the pages write them."""

from __future__ import annotations

from datetime import UTC, datetime

from features.vocabulary.time import DAY_SECONDS
from training.reasons.languages.known import ENGLISH
from training.reasons.languages.language import Language


def percent(probability: float, language: Language = ENGLISH) -> str:
    """A probability with one decimal.

    >>> percent(0.1234)
    '12.3 %'
    """
    return percent_shown(round(100 * probability, 1), language)


def signed(points: float, language: Language = ENGLISH) -> str:
    """Percentage points with their sign.

    >>> signed(8.04), signed(-0.3)
    ('+8.0', '−0.3')
    """
    return language.written(f"{points:+.1f}").replace("-", "−")


def instant(seconds: int, language: Language = ENGLISH) -> str:
    """An instant as a date, with the time where it is not midnight.

    >>> instant(1_790_812_800)
    '1 Oct 2026'
    """
    moment = datetime.fromtimestamp(seconds, UTC)
    time = "" if seconds % DAY_SECONDS == 0 else f", {moment:%H:%M} UTC"
    return f"{language.date(moment.date())}{time}"


def percent_shown(value: float, language: Language = ENGLISH) -> str:
    """A percentage that was rounded already."""
    return language.written(f"{value:.1f} %")
