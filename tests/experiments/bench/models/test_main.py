"""What the bench of models claims, on companies small enough to learn at once."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.bench.models.__main__ import distance_by_tenths, ladder_claims
from features.company.settings.reading import ChurnSettings
from features.plan.plan import standard_plan
from tests.training.companies import company
from training.families.churn.learning import Learned, learn_churn


@pytest.fixture(scope="module")
def learned() -> Learned:
    pack = company()
    return learn_churn(pack, standard_plan(pack), ChurnSettings(horizon_days=60))


def test_the_shipped_rung_is_held_against_the_best_of_the_ladder(learned: Learned) -> None:
    claims = ladder_claims("a company", learned)
    best = max(row.figures["auc"] or 0.0 for row in learned.ladder.rows)
    ships = learned.ladder.winning_row
    assert claims[0].measured == pytest.approx(best - (ships.figures["auc"] or 0.0))
    assert claims[1].measured == ships.figures["ece"]
    assert [claim.direction for claim in claims[2:4]] == ["at least", "at most"]


def test_a_gain_is_claimed_only_where_some_rung_has_one_beyond_chance(learned: Learned) -> None:
    some = max(row.gain_low for row in learned.ladder.rows) > 0
    assert any("low end" in claim.name for claim in ladder_claims("a company", learned)) == some


def test_probabilities_that_are_off_by_a_tenth_are_a_tenth_away() -> None:
    known = np.linspace(0.1, 0.8, 50)
    assert distance_by_tenths(known, known) == 0.0
    assert distance_by_tenths(known + 0.1, known) == pytest.approx(0.1)
