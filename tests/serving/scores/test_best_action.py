"""What is best to do as it is answered for one customer: the same as the night's, or nothing where a factor is not told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from serving.scores.scoring import Scorer
from serving.snapshot.columns import UNKNOWN
from serving.snapshot.reading import Snapshot
from tests.serving.calling import Service
from training.actions.actions import NOTHING


def scorer_over(service: Service, snapshot: Snapshot) -> Scorer:
    in_use = service.models_in_use.in_use
    assert in_use is not None
    return in_use.scorer.over(snapshot)


def test_an_answer_says_what_the_night_has_found_best(
    valued_service: Service, valued: Snapshot
) -> None:
    places = range(valued.judged)
    ids = [valued.customer_ids[int(valued.ranking.customer_keys[place])] for place in places]
    told = scorer_over(valued_service, valued).score_ids(ids)
    found = set()
    for place, score in zip(places, told, strict=True):
        best, night = score.best_action, int(valued.best_action[place])
        assert best is not None
        assert best.action == (None if night == NOTHING else valued.actions[night])
        assert best.net_gain_cents == valued.net_gain_cents[place]
        found.add(night)
    assert len(found) > 1


def test_spend_never_stands_in_for_the_value_of_one_customer_alone(
    valued_service: Service, valued: Snapshot
) -> None:
    key = int(valued.ranking.customer_keys[0])
    amounts = np.array(valued.value_cents)
    amounts[key] = UNKNOWN
    unvalued = replace(valued, value_cents=amounts)
    (score,) = scorer_over(valued_service, unvalued).score_ids([valued.customer_ids[key]])
    assert score.spend_cents is not None and score.probability is not None
    assert score.value is None and score.best_action is None
