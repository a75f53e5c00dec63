"""The behaviour of a whole simulated company, against plain SQL over the same stored rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from experiments.world import WorldSpec, simulate
from features.company.settings.reading import load_settings
from features.company.workspace import Workspace
from features.plan.plan import standard_plan
from features.store.store import ingest
from features.vectors.vectors import build_vectors
from tests.oracles.vectors_sql import oracle


def test_every_feature_of_a_simulated_company_equals_plain_sql(tmp_path: Path) -> None:
    spec = WorldSpec(customers=150, days=500)
    simulate(spec, tmp_path)
    settings = load_settings(tmp_path / "regulars.toml")
    pack = ingest(settings, Workspace(tmp_path / "workspace"), threads=1).store.pack()
    plan = standard_plan(pack)
    cutoffs = [spec.end.plus_days(-200), spec.end]

    vectors = build_vectors(pack, plan, cutoffs, threads=1)

    expected = oracle(pack, plan, cutoffs)
    assert len(plan.features) >= 220
    assert {group.name for group in plan.groups} >= {"service", "interest", "offers", "contract"}
    np.testing.assert_array_equal(vectors.customer_keys, expected["customer"])
    for name in plan.feature_names:
        # The one rounding of ours is the last: to float32.
        np.testing.assert_allclose(
            vectors.column(name), expected[name], rtol=6e-8, atol=1e-7, err_msg=name
        )
