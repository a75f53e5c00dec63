"""What the gaps between orders say about the horizon: a word from twice as long and half as long on."""

from __future__ import annotations

import pytest

from features.vocabulary.time import DAY_SECONDS
from tests.builders import order, pack_of, returned
from training.questions.gaps import note_on_horizon, note_on_paces, proposed_horizon

DAY = DAY_SECONDS


def test_gaps_are_between_days_with_an_order_of_one_customer() -> None:
    """Anna comes every fifty days, twice on one of them; what she returns and who comes once has no gap."""
    anna = [order(50 * place * DAY) for place in range(20)] + [order(50 * DAY + 60)]
    pack = pack_of({"anna": [*anna, returned(51 * DAY)], "bert": [order(3 * DAY)], "carl": []})
    found = proposed_horizon(pack.streams["purchases"])
    assert found is not None and found[0] == 60
    assert "within 50 days" in found[1]
    once = pack_of({"anna": [order(0), order(60)], "bert": [order(9 * DAY)]})
    assert proposed_horizon(once.streams["purchases"]) is None


@pytest.mark.parametrize(
    ("days", "word"), [(30, "shorter"), (31, ""), (60, ""), (119, ""), (120, "longer"), (365, "longer")]
)  # fmt: skip
def test_a_horizon_twice_as_long_or_half_as_long_is_worth_a_word(days: int, word: str) -> None:
    pack = pack_of({"anna": [order(50 * place * DAY) for place in range(20)]})
    told = note_on_horizon(pack.streams["purchases"], days)
    assert len(told) == bool(word)
    assert not word or f"{days} days is much {word} than the 60 days" in told[0]


@pytest.mark.parametrize(("slow", "is_told"), [(140, True), (139, False)])
def test_paces_twenty_times_apart_are_worth_a_word(slow: int, is_told: bool) -> None:
    """Twenty customers of each pace; who came twice alone has shown none."""
    paces = {f"c{key:02d}": 7 if key % 2 else slow for key in range(40)}
    shop = {name: [order(pace * place * DAY) for place in range(3)] for name, pace in paces.items()}
    twice = {f"twice {key}": [order(0), order(900 * DAY)] for key in range(40)}
    told = note_on_paces(pack_of({**shop, **twice}).streams["purchases"])
    assert len(told) == is_told
    assert not told or f"every 7 days or more often, a tenth every {slow} or less often" in told[0]
    few = dict(list(shop.items())[:29])
    assert note_on_paces(pack_of(few).streams["purchases"]) == ()
    assert note_on_paces(pack_of({"anna": []}).streams["purchases"]) == ()
