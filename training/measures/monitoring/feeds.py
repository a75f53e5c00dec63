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
from features.vocabulary.arrays import MISSING_CODE, MISSING_NUMBER, Floats, Ints
from features.vocabulary.time import DAY_SECONDS
from training.measures.monitoring.seasons import A_YEAR, LAGS

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
"""Of fewer rows no share without a column is told, and of fewer a week no rise."""
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
    """Rows of each week, the latest last, of a table or of one word in a column of it; more than a year of them tell the season.

    ``table_rows`` are those of the whole table, None where it is the whole table itself.
    """

    table: str
    column: str
    word: str
    rows: Ints
    table_rows: Ints | None = None


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
    """Whether the latest week lies where its own weeks do not reach; None while it does, or where they say too little.

    Of what was so at the same time of last year too nothing is said. Where that time is known, weeks are also held to what they
    would be by the season of the table, so that a spread that is the season's own hides no break.
    """
    before, now = series.rows[-WEEKS_BEFORE - 1 : -1], int(series.rows[-1])
    mean = float(before.mean()) if len(before) > 1 else 0.0
    kind = _moved(now, mean)
    if not kind or _was_so_last_year(series.rows, kind):
        return None
    if kind == "rose" and mean < LEAST_ROWS:
        # One order of many lines doubles a week of few.
        return None
    season = _by_season(series)
    if season is not None and not _is_alike(_moved(now, season[0]), kind):
        return None
    ways = [(mean, _spread(before, mean)), *([] if season is None else [season])]
    side = 1 if kind == "rose" else 0
    if min(tails(now, expected, times)[side] for expected, times in ways) >= allowed:
        return None
    return FeedBreak(kind, series.table, series.column, series.word, now, mean)


def _moved(now: float, mean: float) -> str:
    """What became of a count beside its mean; empty while it is neither halved nor doubled."""
    if mean <= 0.0:
        return ""
    if now <= BY_HALF * mean:
        return "fell" if now else "stopped"
    return "rose" if now >= TWICE * mean else ""


def _is_alike(became: str, kind: str) -> bool:
    """Whether a count that became so has gone the way of a kind."""
    return bool(became) and (became == "rose") == (kind == "rose")


def _was_so_last_year(rows: Ints, kind: str) -> bool:
    """Whether the same became of the count at the same time of last year, or in a week around it."""
    for lag in LAGS:
        then = rows[-lag - WEEKS_BEFORE - 1 : -lag]
        if len(then) <= WEEKS_BEFORE or then[:-1].sum() < LEAST_ROWS:
            continue
        became = _moved(float(then[-1]), float(then[:-1].mean()))
        if became == kind or (kind, became) == ("fell", "stopped"):
            return True
    return False


def _by_season(series: Series) -> tuple[float, float] | None:
    """What the week would have, and how far that is spread, had each week before changed as the table did until then a year ago.

    None where that is not known. So the weeks of a whole year can be laid beside one another, and their spread is told better than by twelve.
    """
    shape = series.rows if series.table_rows is None else series.table_rows
    count = min(len(shape) - A_YEAR, A_YEAR) - 1
    if count < WEEKS_BEFORE:
        return None
    last = -A_YEAR - 1
    before, then = series.rows[-1 - count : -1], shape[last - count : last]
    if min(then.min(), shape[last]) < LEAST_ROWS:
        return None
    moved = before * (shape[last] / then)
    expected, usual = float(moved[-WEEKS_BEFORE:].mean()), float(moved.mean())
    if expected <= 0.0:
        return None
    # The chance of that one week of last year is the same in all of them, so that their spread does not show it.
    return expected, _spread(moved, usual) + expected / float(shape[last])


def tails(count: int, mean: float, times: float) -> tuple[float, float]:
    """How likely a count is so small or smaller, and so large or larger, where the variance is so many times the mean.

    By a negative binomial, written with the incomplete beta function; ``times`` is above 1.
    """
    from scipy.special import betainc

    size, success = mean / (times - 1.0), 1.0 / times
    at_most = float(betainc(size, count + 1, success))
    return at_most, float(betainc(count, size, 1.0 - success)) if count else 1.0


def _spread(before: Ints | Floats, mean: float) -> float:
    """By how many times the variance may well exceed the mean, and that of a week not among them a little more."""
    from scipy.special import chdtri

    degrees = len(before) - 1
    # The value that 5 in 100 of a chi-squared lie below.
    most = float(before.var(ddof=1)) / mean * degrees / float(chdtri(degrees, 0.95))
    return max(1.0, most) * (1.0 + 1.0 / len(before))


def _series(table: str, stream: EventStream, week: Ints, count: int) -> Iterator[Series]:
    """A table and every word of its columns, week by week as far back as is asked."""
    inside = (week >= 0) & (week < count)
    whole = np.bincount(week[inside], minlength=count)[::-1]
    yield Series(table, "", "", whole)
    for column, words in stream.dictionaries.items():
        if not 1 < len(words) <= MOST_WORDS or column not in stream.columns:
            continue
        codes = np.asarray(stream.columns[column])
        chosen = inside & (codes >= 0)
        cells = week[chosen] * len(words) + codes[chosen]
        rows = np.bincount(cells, minlength=count * len(words)).reshape(count, len(words))
        for code, word in enumerate(words):
            yield Series(table, column, str(word), rows[::-1, code], whole)


def _weeks(stream: EventStream, end_seconds: int) -> tuple[Ints, int] | None:
    """How many weeks before the end each row lies, 0 in the last, and how many weeks there are; None of fewer than four."""
    if not stream.rows:
        return None
    seconds = np.asarray(stream.seconds)
    whole = (end_seconds - int(seconds.min())) // WEEK_SECONDS
    count = int(min(whole, 2 * A_YEAR))
    if count < 4:
        return None
    return (end_seconds - 1 - seconds) // WEEK_SECONDS, count


def _emptied(table: str, stream: EventStream, week: Ints, count: int) -> Iterator[FeedBreak]:
    """Columns of which the last week's rows are empty much more often than those of the weeks before."""
    now, before = week == 0, (week > 0) & (week < min(count, WEEKS_BEFORE + 1))
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
