"""The ranking is made block by block: wherever the blocks end, and wherever a killed run goes on, it is the same."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from features.vocabulary.progress import silent
from serving.nightly.risks import rank_everybody
from serving.snapshot.checkpoints import Checkpoints
from serving.snapshot.columns import Ranking
from serving.snapshot.reading import Snapshot
from tests.serving.company import Company
from training.families.churn.bundle import current_bundle

JUDGED = 9


def ranked(company: Company, snapshot: Snapshot, folder: Path, **sizes: int) -> Ranking:
    """Nine customers ranked; two pairs of them have the same spend, and one nothing at all."""
    bundle = current_bundle(company.workspace)
    keys = np.sort(snapshot.ranking.customer_keys[:: snapshot.judged // JUDGED][:JUDGED])
    spend = np.array([500, 500, 0, 900, 900, 100, 200, 300, 400])
    kept = np.array([9, 8, 7, 6, 5, 4, 3, 2, 1]) * 100
    before = np.linspace(0.1, 0.9, JUDGED)
    rows = snapshot.vector_rows[keys]
    checkpoints = Checkpoints(folder, {"sizes": "any"})
    values = bundle.bind(snapshot.vectors)
    return rank_everybody(
        checkpoints, bundle, values, rows, keys, spend, kept, before, silent, **sizes
    )


@pytest.fixture(scope="module")
def whole(
    demo_workspace: Company, snapshot: Snapshot, tmp_path_factory: pytest.TempPathFactory
) -> Ranking:
    return ranked(demo_workspace, snapshot, tmp_path_factory.mktemp("whole"))


def equal(one: Ranking, other: Ranking) -> None:
    for column in fields(Ranking):
        assert_array_equal(getattr(one, column.name), getattr(other, column.name), column.name)


@pytest.mark.parametrize("size", [1, 2, JUDGED - 1, JUDGED, JUDGED + 1])
def test_pieces_and_blocks_of_any_size_make_no_difference(
    demo_workspace: Company, snapshot: Snapshot, whole: Ranking, tmp_path: Path, size: int
) -> None:
    equal(ranked(demo_workspace, snapshot, tmp_path / "pieces", rows_a_piece=size), whole)
    equal(ranked(demo_workspace, snapshot, tmp_path / "blocks", rows_at_once=size), whole)
    # Of pieces that are kept already each is taken for its own customers.
    equal(ranked(demo_workspace, snapshot, tmp_path / "pieces", rows_a_piece=size), whole)


def test_every_customer_keeps_what_is_theirs(snapshot: Snapshot, whole: Ranking) -> None:
    """By hand: the published ranking has the same figures of the same customers."""
    before = dict(
        zip(np.sort(whole.customer_keys).tolist(), np.linspace(0.1, 0.9, JUDGED), strict=True)
    )
    kept = {key: place for place, key in enumerate(np.sort(whole.customer_keys)[::-1].tolist())}
    for place, key in enumerate(whole.customer_keys.tolist()):
        there = int(snapshot.places[key])
        for name in ("probability", "percentile", "log_odds", "points", "leading", "raising"):
            published = getattr(snapshot.ranking, name)[there]
            assert_array_equal(getattr(whole, name)[place], published, name)
        assert whole.risk_before[place] == before[key]
        # The lower the key, the higher the value if kept.
        assert whole.value_tercile[place] == kept[key] // 3
    assert (np.diff(whole.probability) <= 0).all()


def test_of_equal_risks_who_spent_more_comes_first_and_then_who_is_listed_first(
    demo_workspace: Company, snapshot: Snapshot, tmp_path: Path
) -> None:
    bundle = current_bundle(demo_workspace.workspace)
    row = snapshot.vector_rows[snapshot.ranking.customer_keys[:1]]
    found = rank_everybody(
        Checkpoints(tmp_path / "run", {}), bundle, bundle.bind(snapshot.vectors), np.repeat(row, 4),
        np.array([3, 5, 7, 9], np.int32), np.array([100, 300, 300, 0]), np.zeros(4, np.int64),
        np.zeros(4), silent,
    )  # fmt: skip
    assert found.customer_keys.tolist() == [5, 7, 3, 9]
