"""Where a customer stands by newer behaviour goes by the rules of the night."""

from __future__ import annotations

import itertools
from math import nan

from features.lifecycle.stages import LifecycleStatus
from serving.in_use.models_in_use import InUse
from serving.scores.live_standing import CustomerNow, LiveStanding
from training.families.churn.timing.probably_gone import ProbablyGone


def test_of_behaviour_that_is_stored_it_says_of_everybody_what_the_night_found(
    in_use: InUse,
) -> None:
    assert in_use.past is not None
    snapshot, bundle = in_use.snapshot, in_use.scorer.bundle
    live = LiveStanding.by(bundle, in_use.past.pack.attributes)
    values = bundle.bind(snapshot.vectors)
    keys, risks = snapshot.ranking.customer_keys.tolist(), snapshot.ranking.probability.tolist()
    everybody = [
        CustomerNow(key, values[snapshot.vector_rows[key]], snapshot.cutoff_seconds, risk)
        for key, risk in zip(keys, risks, strict=True)
    ]
    found = live.of(everybody)
    assert found == [snapshot.standing(key) for key in keys]
    assert len({*map(str, itertools.chain(*found))}) >= 8
    # One by one they are told the same, and of nobody nothing is told.
    assert [live.of([one])[0] for one in everybody[:20]] == found[:20] and live.of([]) == []


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
    cases = [CustomerNow(key, vector, snapshot.cutoff_seconds, risk) for risk in (0.79, 0.8, nan)]
    found = [status for _, status in live.of(cases)]
    lapsed, gone = LifecycleStatus.LAPSED, LifecycleStatus.PROBABLY_GONE
    assert found == [lapsed, gone, lapsed]
