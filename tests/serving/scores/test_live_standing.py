"""Where a customer stands by newer behaviour goes by the rules of the night."""

from __future__ import annotations

import pytest

from features.lifecycle.stages import LifecycleStatus, Stage
from serving.in_use.models_in_use import InUse
from serving.scores.live_standing import LiveStanding
from tests.serving.calling import Service
from training.families.churn.timing.probably_gone import ProbablyGone


@pytest.fixture
def in_use(service: Service) -> InUse:
    found = service.models_in_use.in_use
    assert found is not None
    return found


def test_of_behaviour_that_is_stored_it_says_of_everybody_what_the_night_found(
    in_use: InUse,
) -> None:
    assert in_use.past is not None
    snapshot, bundle = in_use.snapshot, in_use.scorer.bundle
    live = LiveStanding.by(bundle, in_use.past.pack.attributes)
    values = bundle.bind(snapshot.vectors)
    found: set[Stage | LifecycleStatus] = set()
    for place, key in enumerate(snapshot.ranking.customer_keys.tolist()):
        risk = float(snapshot.ranking.probability[place])
        vector = values[snapshot.vector_rows[key]]
        standing = live.of(key, vector, snapshot.cutoff_seconds, risk)
        assert standing == snapshot.standing(key)
        found.update(standing)
    assert len(found) >= 8


def test_who_is_late_at_such_a_risk_is_probably_gone_and_nobody_without_a_risk(
    in_use: InUse,
) -> None:
    assert in_use.past is not None
    snapshot, bundle = in_use.snapshot, in_use.scorer.bundle
    keys = snapshot.ranking.customer_keys
    key = int(keys[snapshot.lifecycle_status[keys] == LifecycleStatus.LAPSED][0])
    vector = bundle.bind(snapshot.vectors)[snapshot.vector_rows[key]]
    rule = ProbablyGone(0.8, 60, 6, 0.05, 0.2, 90, 365)
    live = LiveStanding(bundle, in_use.past.pack.attributes, rule)
    found = [live.of(key, vector, snapshot.cutoff_seconds, risk)[1] for risk in (0.79, 0.8, None)]
    lapsed, gone = LifecycleStatus.LAPSED, LifecycleStatus.PROBABLY_GONE
    assert found == [lapsed, gone, lapsed]
