"""The vectors a model scores: filled by what its own training fitted, some rows at a time."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.declarations.buying import BuyingModel
from features.plan.plan import standard_plan
from features.vectors.vectors import build_vectors, open_vectors, write_vectors
from serving.nightly.night_vectors import _NAMES, _VALUES, _link, _write_filled
from tests.builders import at, order, pack_of
from training.bundles.own_plan import OwnPlan

FIRST = BuyingModel(r=0.243, alpha=30.9, a=0.793, b=2.426)
OTHER = BuyingModel(r=1.7, alpha=66.1, a=0.4, b=5.0)


@pytest.mark.parametrize("rows_at_once", [1, 2, 3, 4])
def test_vectors_are_filled_for_another_training_whatever_the_rows_at_once(
    tmp_path: Path, rows_at_once: int
) -> None:
    orders = [order("2026-01-05"), order("2026-01-20"), order("2026-02-11")]
    pack = pack_of({f"c{count}": orders[:count] for count in (1, 2, 3)})
    mine, theirs = (
        build_vectors(pack, standard_plan(pack, one), [at("2026-03-01")]) for one in (FIRST, OTHER)
    )
    ours, own = tmp_path / "ours", tmp_path / "own"
    ours.mkdir()
    own.mkdir()
    write_vectors(mine, ours)
    plan = standard_plan(pack, OTHER)
    model = OwnPlan("churn", plan.declarations, plan.hash, OTHER)
    assert not model.fills(mine) and (mine.values != theirs.values).any(axis=1).all()

    _link(ours, own, without=(_VALUES, _NAMES))
    _write_filled(model, mine, own, rows_at_once)
    found = open_vectors(own)
    assert found.values.tobytes() == theirs.values.tobytes()
    assert found.fitted == theirs.fitted != mine.fitted and found.plan_hash == theirs.plan_hash
    assert open_vectors(ours).values.tobytes() == mine.values.tobytes()
