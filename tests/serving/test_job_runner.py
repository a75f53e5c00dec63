"""Work on lists block by block: the size of a block changes how often one waits, and no row."""

from __future__ import annotations

import json
from typing import Any

import pytest

from serving.job_runner import JobRunner
from serving.snapshot.reading import Snapshot
from tests.serving.calling import Caller, Service


@pytest.fixture
def ids(snapshot: Snapshot) -> list[str]:
    """Five customers and somebody unknown."""
    found = [snapshot.customer_ids[int(key)] for key in snapshot.ranking.customer_keys[:5]]
    return [*found, "nobody"]


def worked(
    service: Service, caller: Caller, ids: list[str], *, reasons: bool, rows: int
) -> tuple[int, list[dict[str, Any]]]:
    """How many blocks a list took, and its rows without the names of their decisions."""
    answer = caller.post("/v1/jobs", json={"customer_ids": ids, "reasons": reasons})
    runner = JobRunner(service.models_in_use, rows_at_once={reasons: rows, not reasons: 1_000})
    blocks = 0
    while runner.step():
        blocks += 1
    result = caller.get(f"/v1/jobs/{answer.json()['job_id']}/result")
    found = [json.loads(line) for line in result.text.splitlines()]
    return blocks, [
        {name: one for name, one in row.items() if name != "decision_id"} for row in found
    ]


@pytest.mark.parametrize("reasons", [True, False])
def test_a_list_is_the_same_in_blocks_of_any_size(
    service: Service, caller: Caller, ids: list[str], reasons: bool
) -> None:
    _, whole = worked(service, caller, ids, reasons=reasons, rows=6)
    assert [row["customer_id"] for row in whole] == ids
    assert [bool(row.get("reasons")) for row in whole] == [reasons] * 5 + [False]
    for rows, expected in ((1, 6), (2, 3), (5, 2), (6, 1), (7, 1)):
        blocks, found = worked(service, caller, ids, reasons=reasons, rows=rows)
        assert (blocks, found) == (expected, whole)
