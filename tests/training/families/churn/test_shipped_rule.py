"""A bundle whose model is the rule of repeat buying: written, proven, opened, and explained."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import numpy as np

from features.behaviour.groups import FREQUENCY, RHYTHM, TENURE
from features.declarations.buying import BuyingModel
from features.plan.plan import standard_plan
from features.vectors.vectors import Vectors
from tests.training.companies import company, manifest_of
from training.bundles.bundle import opened, write
from training.bundles.reference import Reference
from training.families.churn.bundle import CHURN_KIND, Bundle
from training.learners.calibration import calibrate
from training.learners.repeat_buying import READ, RepeatBuying

NAMES = ("orders_count_lifetime", *READ)
KNOWN = {one.feature.name: one for one in standard_plan(company(2)).declarations}
DECLARATIONS = tuple(KNOWN[name] for name in NAMES)


def test_a_rule_of_three_facts_ships_as_any_model_does(tmp_path: Path) -> None:
    draw = np.random.default_rng(8)
    tenure = draw.uniform(60, 400, 300)
    days = draw.integers(1, 20, 300)
    values = np.column_stack([days, days, tenure * draw.random(300), tenure]).astype(np.float32)
    keys, instants = np.arange(300, dtype=np.int32), np.zeros(300, np.int64)
    vectors = Vectors("plan-1", NAMES, keys, instants, values)
    rule = RepeatBuying.of(BuyingModel(0.5, 30.0, 0.8, 2.5), 60, vectors)
    outcomes = (draw.random(300) < 1 / (1 + np.exp(-rule.score(vectors)))).astype(float)
    curve = calibrate(rule.score(vectors), outcomes)
    manifest = manifest_of(
        rule,
        feature_names=list(NAMES),
        features=[asdict(one.feature) for one in DECLARATIONS],
        groups=[asdict(one) for one in (RHYTHM, FREQUENCY, TENURE)],
    )
    reference = Reference.learn(vectors, curve.apply(rule.score(vectors)))
    bundle = Bundle(manifest, rule, curve, reference, declarations=DECLARATIONS)
    write(CHURN_KIND, manifest, bundle, tmp_path / "bundle")

    again = opened(CHURN_KIND, tmp_path / "bundle")
    rows = again.bind(vectors)
    assert again.log_odds(rows).tolist() == rule.score(vectors).tolist()
    groups = again.contributions(rows)
    np.testing.assert_allclose(
        again.base_log_odds + groups.sum(axis=1), again.log_odds(rows), rtol=0, atol=1e-9
    )
    # Silence is rhythm, days with a purchase are frequency, and tenure is a group of its own.
    np.testing.assert_array_equal(groups, rule.contributions(values[:, 1:])[:, [1, 0, 2]])
