"""What the two-stage model must beat is set up as well as it can be, on an earlier day."""

from __future__ import annotations

import numpy as np
import pytest

from tests.training.families.items.histories import history, random_history
from training.families.items import rivals as module
from training.families.items.ladder import Trial, lists_by_score
from training.families.items.recommenders.alternating_least_squares import Factors
from training.families.items.recommenders.next_basket import NextBasket, TifuSettings
from training.families.items.rivals import (
    FACTOR_SETTINGS,
    NEXT_BASKET,
    OWN_SHARES,
    RivalSettings,
    rivals,
)


def trial(seed: int) -> Trial:
    """A past day of customers of three tastes; who bought what after it is another such history."""
    before, after = random_history(seed), random_history(seed + 1)
    return Trial.of(before, after, np.full(before.catalogue, -1, np.int32))


def recall_with(asked: Trial, own_share: float) -> float:
    settings = TifuSettings(own_share=own_share)
    return asked.recall(lists_by_score(NextBasket.fit(asked.before, settings).scores))


@pytest.mark.parametrize("seed", [3, 11])
def test_what_finds_most_on_the_earlier_day_is_chosen(seed: int) -> None:
    asked = trial(seed)
    found = RivalSettings.chosen(asked)
    recalls = {share: recall_with(asked, share) for share in OWN_SHARES}
    assert found.own_share is not None and recalls[found.own_share] == max(recalls.values())
    factors = {
        one: asked.recall(lists_by_score(Factors.fit(asked.before, one).scores))
        for one in FACTOR_SETTINGS
    }
    assert factors[found.factors] == max(factors.values())


def test_who_buys_the_same_again_is_told_by_their_own_baskets() -> None:
    # Each of forty customers buys one item of forty again and again, and everybody once bought the rest.
    people = [[(day, own, 1) for day in (10, 50, 90)] for own in range(40)]
    after = history([[(95, own, 1)] for own in range(40)], 40)
    asked = Trial.of(history(people, 40), after, np.full(40, -1, np.int32))
    found = RivalSettings.chosen(asked)
    assert found.own_share is not None and recall_with(asked, found.own_share) == 1.0


def test_the_rung_goes_by_the_share_that_was_chosen() -> None:
    asked = trial(5)
    for share in (0.1, 0.9):
        settings = RivalSettings(FACTOR_SETTINGS[0], share)
        listed = rivals(asked.before, {}, settings)[NEXT_BASKET](asked.asked)
        alone = lists_by_score(NextBasket.fit(asked.before, TifuSettings(own_share=share)).scores)
        assert listed.tolist() == alone(asked.asked).tolist()


def test_where_customers_are_too_many_to_compare_there_is_no_such_rung(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = trial(5)
    monkeypatch.setattr(module, "MOST_NEIGHBOURS_AMONG", asked.before.customers)
    assert RivalSettings.chosen(asked).own_share is not None
    monkeypatch.setattr(module, "MOST_NEIGHBOURS_AMONG", asked.before.customers - 1)
    found = RivalSettings.chosen(asked)
    assert found.own_share is None
    assert NEXT_BASKET not in rivals(asked.before, {}, found)
