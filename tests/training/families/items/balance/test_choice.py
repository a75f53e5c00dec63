"""A balance is chosen on one day and tested on another, or there is none."""

from __future__ import annotations

import numpy as np
import pytest

from tests.training.families.items.histories import random_history
from training.families.items.balance.choice import ChosenBalance, borders_of
from training.families.items.balance.curve import ASKED_SHARES, OFFSETS
from training.families.items.ladder import Trial
from training.families.items.pairs.pairs import PairFinder
from training.families.items.ranker import Ranker


@pytest.fixture(scope="module")
def trial() -> Trial:
    return Trial.of(random_history(1), random_history(2), np.full(25, -1, np.int32))


def test_a_day_gives_an_offset_with_the_curve_it_was_chosen_on(
    trial: Trial, shelf: PairFinder, ranker: Ranker
) -> None:
    found = ChosenBalance.on(trial, shelf, ranker)
    chosen = [row for row in found.rows if row["is_chosen"]]
    assert len(found.rows) == len(OFFSETS) and [row["offset"] for row in chosen] == [found.offset]
    shares = [row["new_share"] for row in found.rows]
    assert shares == sorted(shares) and shares[0] < shares[-1]
    tested = found.tested(trial, random_history(1), shelf, ranker)
    assert tested["offset"] == found.offset
    assert [one["asked"] for one in tested["asked_against_given"]] == list(ASKED_SHARES)
    given = [one["given"] for one in tested["asked_against_given"]]
    assert given == sorted(given) and given[0] < given[-1]


def test_without_a_day_to_choose_on_nothing_is_moved(
    trial: Trial, shelf: PairFinder, ranker: Ranker
) -> None:
    none = ChosenBalance()
    tested = none.tested(trial, random_history(1), shelf, ranker)
    assert none.offset == tested["offset"] == 0.0 and tested["curve"] == []
    assert tested["tested"]["explore_recall_times"] == 1.0


def test_borders_do_not_depend_on_the_threads(shelf: PairFinder, ranker: Ranker) -> None:
    one, two = (
        borders_of(0.2, shelf, ranker, random_history(1), threads=threads) for threads in (1, 2)
    )
    assert np.array_equal(one.borders, two.borders) and one.offset == two.offset == 0.2
