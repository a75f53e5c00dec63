"""Rows a week by table and by word of a column: which feed stopped, fell, rose or came empty, beyond what its own weeks vary by.

Counts of weeks vary more than chance: a campaign here, a holiday there. So each series is held to its own spread, which few weeks
tell badly: it is taken as large as it may well be (the upper 95 % bound by chi-squared), and this week's count is read from the
negative binomial of that mean and spread.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.store.pack import EventStream, Pack
from features.vocabulary.arrays import MISSING_CODE, MISSING_NUMBER, Ints
from features.vocabulary.time import DAY_SECONDS

WEEK_SECONDS = 7 * DAY_SECONDS
WEEKS_BEFORE = 12
FALSE_BREAKS_A_WEEK = 0.001
"""How often a quiet week may alarm, by all series of all tables together."""
BY_HALF, TWICE = 0.5, 2.0
EMPTIED = 0.2
"""A column is said to have come empty where the share of rows without it rose by so much."""
MOST_WORDS = 50
"""A column of more different words names no feeds."""
LEAST_ROWS = 30
"""Of fewer rows no share without a column is told."""
SILENT_DAYS = 3
"""No table is called late that has been silent for so few days or fewer."""


@dataclass(frozen=True)
class FeedBreak:
    """What is wrong with a feed: a table, or one word in a column of it.

    ``kind`` is ``stopped``, ``fell``, ``rose``, ``emptied`` or ``late``; ``now`` and ``before`` are rows a week, for ``emptied`` rows
    without the column in percent, and for ``late`` days of silence beside the longest of before.
    """

    kind: str
    table: str
    column: str = ""
    word: str = ""
    now: float = 0.0
    before: float = 0.0


@dataclass(frozen=True)
class Series:
    """Rows of each week, the latest last, of a table or of one word in a column of it."""

    table: str
    column: str
    word: str
    rows: Ints


def feed_breaks(pack: Pack, end_seconds: int, *, as_of_seconds: int = 0) -> list[FeedBreak]:
    """What is wrong with the feeds of a company in the week that ends at an instant.

    A table that breaks as a whole is told alone, and not once more by its words, and so is a column that comes empty. With ``as_of_seconds``, the day of the look, tables
    are also told that have been silent for longer until then than ever before.
    """
    series: list[Series] = []
    emptied: list[FeedBreak] = []
    for table, stream in pack.streams.items():
        weeks = _weeks(stream, end_seconds)
        if weeks is not None:
            series += _series(table, stream, *weeks)
            emptied += _emptied(table, stream, *weeks)
    allowed = FALSE_BREAKS_A_WEEK / max(2 * len(series), 1)
    found = [one for each in series if (one := count_break(each, allowed)) is not None]
    tables = {(one.table, "") for one in found if not one.column}
    whole = tables | {(one.table, one.column) for one in emptied}
    breaks = [
        one
        for one in found
        if not one.column or not whole & {(one.table, ""), (one.table, one.column)}
    ]
    breaks += emptied
    late = _late(pack, as_of_seconds) if as_of_seconds else []
    return breaks + [one for one in late if (one.table, "") not in tables]


def count_break(series: Series, allowed: float) -> FeedBreak | None:
    """Whether the latest week lies where its own weeks do not reach; None while it does, or where they say too little."""
    before, now = series.rows[:-1], int(series.rows[-1])
    mean = float(before.mean()) if len(before) > 1 else 0.0
    if mean <= 0.0:
        return None
    at_most, at_least = tails(now, mean, _spread(before, mean))
    kind = ""
    if now <= BY_HALF * mean and at_most < allowed:
        kind = "fell" if now else "stopped"
    elif now >= TWICE * mean and at_least < allowed:
        kind = "rose"
    if not kind:
        return None
    return FeedBreak(kind, series.table, series.column, series.word, now, mean)


def tails(count: int, mean: float, times: float) -> tuple[float, float]:
    """How likely a count is so small or smaller, and so large or larger, where the variance is so many times the mean.

    By a negative binomial, written with the incomplete beta function; ``times`` is above 1.
    """
    from scipy.special import betainc

    size, success = mean / (times - 1.0), 1.0 / times
    at_most = float(betainc(size, count + 1, success))
    return at_most, float(betainc(count, size, 1.0 - success)) if count else 1.0


def _spread(before: Ints, mean: float) -> float:
    """By how many times the variance may well exceed the mean, and that of a week not among them a little more."""
    from scipy.special import chdtri

    degrees = len(before) - 1
    # The value that 5 in 100 of a chi-squared lie below.
    most = float(before.var(ddof=1)) / mean * degrees / float(chdtri(degrees, 0.95))
    return max(1.0, most) * (1.0 + 1.0 / len(before))


def _series(table: str, stream: EventStream, week: Ints, count: int) -> Iterator[Series]:
    """A table and every word of its columns, as far back as it reaches within ``WEEKS_BEFORE``."""
    inside = (week >= 0) & (week < count)
    yield Series(table, "", "", np.bincount(week[inside], minlength=count)[::-1])
    for column, words in stream.dictionaries.items():
        if not 1 < len(words) <= MOST_WORDS or column not in stream.columns:
            continue
        codes = np.asarray(stream.columns[column])
        chosen = inside & (codes >= 0)
        cells = week[chosen] * len(words) + codes[chosen]
        rows = np.bincount(cells, minlength=count * len(words)).reshape(count, len(words))
        for code, word in enumerate(words):
            yield Series(table, column, str(word), rows[::-1, code])


def _weeks(stream: EventStream, end_seconds: int) -> tuple[Ints, int] | None:
    """How many weeks before the end each row lies, 0 in the last, and how many weeks there are; None of fewer than four."""
    if not stream.rows:
        return None
    seconds = np.asarray(stream.seconds)
    whole = (end_seconds - int(seconds.min())) // WEEK_SECONDS
    count = int(min(whole, WEEKS_BEFORE + 1))
    if count < 4:
        return None
    return (end_seconds - 1 - seconds) // WEEK_SECONDS, count


def _emptied(table: str, stream: EventStream, week: Ints, count: int) -> Iterator[FeedBreak]:
    """Columns of which the last week's rows are empty much more often than those of the weeks before."""
    now, before = week == 0, (week > 0) & (week < count)
    if now.sum() < LEAST_ROWS or before.sum() < LEAST_ROWS:
        return
    for column, values in stream.columns.items():
        nothing = MISSING_CODE if column in stream.dictionaries else MISSING_NUMBER
        is_empty = np.asarray(values) == nothing
        here, there = float(is_empty[now].mean()), float(is_empty[before].mean())
        if here - there >= EMPTIED:
            yield FeedBreak("emptied", table, column, "", 100 * here, 100 * there)


def _late(pack: Pack, as_of_seconds: int) -> Iterator[FeedBreak]:
    """Tables that have been silent for longer than three times their longest silence within the weeks before."""
    for table, stream in pack.streams.items():
        if not stream.rows:
            continue
        seconds = np.asarray(stream.seconds)
        newest = int(seconds.max())
        days = np.unique(_days(seconds[seconds > newest - WEEKS_BEFORE * WEEK_SECONDS]))
        longest = int(np.diff(days).max()) if len(days) > 1 else SILENT_DAYS
        silent = (as_of_seconds - newest) // DAY_SECONDS
        if len(days) > SILENT_DAYS and silent > max(SILENT_DAYS, 3 * longest):
            yield FeedBreak("late", table, now=float(silent), before=float(longest))


def _days(seconds: NDArray[np.integer]) -> Ints:
    return np.asarray(seconds, np.int64) // DAY_SECONDS
