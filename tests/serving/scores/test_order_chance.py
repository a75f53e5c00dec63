"""Whose word counts on whether a customer orders, and of customers of another store the same by their names."""

from __future__ import annotations

import numpy as np
import pytest

from features.store.pack import TextColumn
from serving.in_use.models_in_use import InUse
from serving.scores.order_chance import BY_CHURN, BY_RECOMMENDATIONS, OrderChances
from serving.scores.subject import Subject

NOTHING = np.nan


def test_the_scores_are_heard_first_and_who_else_asks_where_they_say_nothing() -> None:
    own = np.array([0.4, 0.5, NOTHING, NOTHING])
    chances = OrderChances.of(np.array([0.1, NOTHING, 0.3, NOTHING]), own)
    assert [chances.known_chance(row) for row in range(4)] == [0.1, 0.5, 0.3, None]
    sources = [chances.source(row) for row in range(4)]
    assert sources == [BY_CHURN, BY_RECOMMENDATIONS, BY_CHURN, None]


def test_without_scores_everybody_is_told_by_who_else_asks() -> None:
    chances = OrderChances.of(None, np.array([0.4, NOTHING]))
    assert [chances.known_chance(0), chances.known_chance(1)] == [0.4, None]
    assert [chances.source(0), chances.source(1)] == [BY_RECOMMENDATIONS, None]


def test_customers_of_a_newer_store_are_found_by_name_and_new_ones_are_not_told_of(
    in_use: InUse,
) -> None:
    scorer, known = in_use.scorer, in_use.snapshot.customer_ids
    everybody = scorer.order_chances_of(known, 30)
    alone = scorer.order_chances([Subject(one) for one in known], 30)
    told = [NOTHING if one is None else one for one in alone]
    assert everybody.tolist() == pytest.approx(told, abs=1e-12, nan_ok=True)
    assert 0 < np.isnan(everybody).sum() < len(everybody)
    newer = TextColumn.of(sorted([*list(known)[::7], "~ new"]))
    found = scorer.order_chances_of(newer, 30)
    assert found[:-1].tolist() == pytest.approx(everybody[::7].tolist(), nan_ok=True)
    assert np.isnan(found[-1])
