"""A stretch of the past has the events of its days alone, as though the company had begun and ended there."""

from __future__ import annotations

import pytest

from experiments.declared.definition import DataSettings
from experiments.trials.stretch import stretch_of
from features.vectors.refresh import end_of_data
from features.vocabulary.errors import UsageRefused
from tests.builders import at, line, pack_of

PACK = pack_of(
    {
        "anna": [line("2026-01-01T10:00"), line("2026-01-05"), line("2026-01-10")],
        "bert": [line("2026-01-02"), line("2026-01-06", known="2026-01-09")],
        "carl": [line("2026-01-01T12:00")],
    }
)


def events(days: int = 0, until: str = "") -> tuple[list[int], list[int]]:
    """How many events each customer has, and on which days of January."""
    purchases = stretch_of(PACK, DataSettings(until=until, days=days)).streams["purchases"]
    counts = [int(one) for one in purchases.offsets[1:] - purchases.offsets[:-1]]
    first = at("2026-01-01").seconds
    return counts, [int(one - first) // 86_400 + 1 for one in purchases.seconds]


def test_without_a_stretch_it_is_the_pack_itself() -> None:
    assert stretch_of(PACK, DataSettings()) is PACK


def test_the_first_day_is_inside_and_the_last_is_not() -> None:
    assert events(days=4, until="2026-01-06") == ([1, 1, 0], [5, 2])
    assert events(until="2026-01-05") == ([1, 1, 1], [1, 2, 1])
    assert events(days=5) == ([1, 1, 0], [10, 6])


def test_what_was_known_only_afterwards_is_not_there() -> None:
    assert events(until="2026-01-09") == ([2, 1, 1], [1, 5, 2, 1])
    assert events(until="2026-01-10") == ([2, 2, 1], [1, 5, 2, 6, 1])


def test_it_ends_with_its_last_day_and_has_a_name_of_its_own() -> None:
    short = stretch_of(PACK, DataSettings(until="2026-01-06"))
    assert end_of_data(short) == at("2026-01-06")
    other = stretch_of(PACK, DataSettings(until="2026-01-06", days=3))
    assert len({PACK.digest, short.digest, other.digest}) == 3


@pytest.mark.parametrize(("days", "until"), [(11, ""), (3, "2026-01-03"), (0, "2026-01-12")])
def test_days_the_data_do_not_have_are_refused(days: int, until: str) -> None:
    with pytest.raises(UsageRefused, match="10 days, from 2026-01-01 up to 2026-01-11"):
        stretch_of(PACK, DataSettings(until=until, days=days))
