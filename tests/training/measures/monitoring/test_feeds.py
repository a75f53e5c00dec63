"""A feed that breaks is named once and as what it is; weeks that vary as they always did are not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from features.store.pack import EventStream, Pack, TextColumn
from features.vocabulary.arrays import MISSING_CODE
from features.vocabulary.time import DAY_SECONDS
from training.measures.monitoring.feeds import FeedBreak, Series, count_break, feed_breaks, tails

WORDS = ("store", "web")
END = 20 * 7 * DAY_SECONDS


def stream(rows: Sequence[tuple[int, int]]) -> EventStream:
    """Rows of one customer by day and code of the channel."""
    days, codes = np.array(sorted(rows), np.int64).reshape(-1, 2).T
    return EventStream(
        offsets=np.array([0, len(days)], np.int64),
        seconds=days * DAY_SECONDS,
        columns={"channel": codes},
        dictionaries={"channel": WORDS},
    )


def pack(**streams: EventStream) -> Pack:
    return Pack(TextColumn.of(["anna"]), streams, END - 1, "digest")


def steady(*, last_day: int = 140, store: int = 10, web: int = 5) -> list[tuple[int, int]]:
    """So many rows of each channel on every day up to the end."""
    return [
        (day, code)
        for day in range(last_day)
        for code, count in ((0, store), (1, web))
        for _ in range(count)
    ]


def found(
    streams: Mapping[str, EventStream], *, as_of_days: int = 0
) -> list[tuple[str, str, str, str]]:
    breaks = feed_breaks(pack(**streams), END, as_of_seconds=as_of_days * DAY_SECONDS)
    return [(one.kind, one.table, one.column, one.word) for one in breaks]


def test_steady_feeds_are_not_named() -> None:
    assert found({"purchases": stream(steady())}) == []


def test_a_table_that_stopped_is_named_once_and_not_again_by_its_channels() -> None:
    streams = {"purchases": stream(steady(last_day=133)), "contacts": stream(steady())}
    assert found(streams) == [("stopped", "purchases", "", "")]


def test_a_row_in_the_first_second_of_the_week_is_a_row_of_the_week() -> None:
    streams = {"purchases": stream([*steady(last_day=133), (133, 0)])}
    assert ("fell", "purchases", "", "") in found(streams)


def test_a_channel_that_stopped_is_named_by_its_word() -> None:
    rows = [row for row in steady() if row[0] < 133 or row[1] == 0]
    assert found({"purchases": stream(rows)}) == [("stopped", "purchases", "channel", "web")]


def test_a_table_that_fell_and_one_that_rose_are_told_apart() -> None:
    fewer = [(day, code) for day, code in steady() if day < 133 or code == 1]
    more = steady() + [(day, 0) for day in range(133, 140) for _ in range(30)]
    streams = {"contacts": stream(fewer[:]), "purchases": stream(more)}
    kinds = {one.table: one.kind for one in feed_breaks(pack(**streams), END) if not one.column}
    assert kinds == {"contacts": "fell", "purchases": "rose"}


def test_a_column_that_comes_empty_is_named_and_its_words_are_not() -> None:
    rows = [(day, code if day < 133 else MISSING_CODE) for day, code in steady()]
    assert found({"purchases": stream(rows)}) == [("emptied", "purchases", "channel", "")]


def test_a_table_is_late_once_it_is_silent_for_longer_than_ever_before() -> None:
    streams = {"purchases": stream(steady())}
    assert found(streams, as_of_days=142) == []
    [(kind, table, _, _)] = found(streams, as_of_days=150)
    assert (kind, table) == ("late", "purchases")


def test_rows_after_the_end_of_the_week_do_not_count() -> None:
    later = [(day, 0) for day in range(140, 200)]
    assert found({"purchases": stream(steady() + later)}) == []


def test_of_fewer_than_four_weeks_nothing_is_said() -> None:
    rows = [row for row in steady(last_day=133) if row[0] >= 133 - 14]
    assert found({"purchases": stream(rows)}) == []


@pytest.mark.parametrize("before", [[0, 700] * 6, [100, 900, 300, 20] * 3])
def test_a_feed_that_comes_in_bursts_is_not_missed_after_one_week(before: list[int]) -> None:
    assert count_break(Series("exposures", "", "", np.array([*before, 0])), 1e-5) is None


def test_a_small_feed_that_stopped_is_not_called_broken_before_chance_is_ruled_out() -> None:
    few, many = ([3, 5, 4, 2, 4, 6] * 2, [40, 35, 44, 38, 41, 37] * 2)
    assert count_break(Series("contacts", "", "", np.array([*few, 0])), 1e-5) is None
    stopped = count_break(Series("contacts", "", "", np.array([*many, 0])), 1e-5)
    assert stopped == FeedBreak("stopped", "contacts", now=0, before=float(np.mean(many)))


@pytest.mark.parametrize("count", [0, 3, 40, 200])
@pytest.mark.parametrize(("mean", "times"), [(40.0, 1.1), (40.0, 6.0), (0.5, 2.0)])
def test_tails_are_those_of_the_negative_binomial(count: int, mean: float, times: float) -> None:
    from scipy.stats import nbinom

    spread = nbinom(mean / (times - 1.0), 1.0 / times)
    assert spread.mean() == pytest.approx(mean) and spread.var() == pytest.approx(times * mean)
    assert tails(count, mean, times) == pytest.approx((spread.cdf(count), spread.sf(count - 1)))


def test_quiet_weeks_of_chance_alone_break_as_seldom_as_is_allowed() -> None:
    generator = np.random.default_rng(3)
    rows = generator.poisson(30, (20_000, 13))
    broken = [count_break(Series("contacts", "", "", one), 0.001) for one in rows]
    assert sum(one is not None for one in broken) <= 2 * 0.001 * len(rows)
