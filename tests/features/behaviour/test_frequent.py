"""Which texts have features of their own: counted over all rows, however many are looked at together."""

from __future__ import annotations

import pytest

from features.behaviour.frequent import most_frequent
from tests.builders import order, pack_of


@pytest.mark.parametrize("size", [1, 2, 6, 7, 8])
@pytest.mark.parametrize(
    ("most", "expected"),
    [(0, []), (1, ["tea"]), (2, ["cup", "tea"]), (3, ["cup", "pot", "tea"]), (9, ["cup", "pot", "tea"])],
)  # fmt: skip
def test_the_most_frequent_are_taken_and_of_equals_the_first_of_the_alphabet(
    size: int, most: int, expected: list[str]
) -> None:
    """Tea is bought three times, cup and pot once each; two rows say nothing."""
    channels = ["pot", None, "cup", "tea", "tea", None, "tea"]
    lines = [order(f"2026-01-0{day}", channel=one) for day, one in enumerate(channels, 1)]
    stream = pack_of({"anna": lines}).streams["purchases"]
    assert most_frequent(stream, "channel", most, at_once=size) == expected
