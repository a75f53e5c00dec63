"""What the bench of models claims, on companies small enough to learn at once."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from experiments.bench.models.__main__ import distance_by_tenths, ladder_claims
from experiments.bench.models.newest_labels import newest_labels
from tests.training.ladder.test_ladder import churn_of_four_hundred
from training.families.churn.learning import Learned


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Learned:
    return churn_of_four_hundred(tmp_path_factory)


def test_the_shipped_rung_is_held_against_the_best_of_the_ladder(learned: Learned) -> None:
    claims = ladder_claims("a company", learned)
    best = max(row.figures["auc"] or 0.0 for row in learned.ladder.rows)
    ships = learned.ladder.winning_row
    assert claims[0].measured == pytest.approx(best - (ships.figures["auc"] or 0.0))
    assert claims[1].measured == ships.figures["ece"]
    assert [claim.direction for claim in claims[2:4]] == ["at least", "at most"]


def test_the_newest_labels_are_weighed_against_the_model_that_does_not_have_them(
    learned: Learned,
) -> None:
    found = newest_labels(learned, learned.ladder.rungs[-1])
    assert found is not None and found.rung == learned.ladder.rungs[-1].name
    assert found.tests == len(learned.splits.tests) and found.low <= found.gain <= found.high
    before = []
    for split in learned.splits.tests:
        [lesson], test = split.lessons(learned.dataset), split.test_rows(learned.dataset)
        old = learned.ladder.rungs[-1].fit(lesson.fit)
        before.append(roc_auc_score(test.outcomes, old.score(test.vectors)))
    now = learned.ladder.rows[-1].figures["auc"] or 0.0
    assert found.gain == pytest.approx(now - np.mean(before), abs=1e-6)
    latest = learned.ladder.of(found.rung)[0].figures
    assert (found.ece, found.level) == (latest["ece"], latest["observed_over_expected"])


def test_a_gain_is_claimed_only_where_some_rung_has_one_beyond_chance(learned: Learned) -> None:
    some = max(row.gain_low for row in learned.ladder.rows) > 0
    assert any("low end" in claim.name for claim in ladder_claims("a company", learned)) == some


def test_probabilities_that_are_off_by_a_tenth_are_a_tenth_away() -> None:
    known = np.linspace(0.1, 0.8, 50)
    assert distance_by_tenths(known, known) == 0.0
    assert distance_by_tenths(known + 0.1, known) == pytest.approx(0.1)
