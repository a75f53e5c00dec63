"""What a target has already: the same customer with the same row, and nobody else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from features.company.workspace import Workspace
from serving.exports.previous_export import Exported, hashes_of

ROWS: list[Mapping[str, Any]] = [{"risk": one, "name": None} for one in range(4)]
NAMES = ["anna", "bert", "cleo", "d\ud800"]


@pytest.fixture
def exported(tmp_path: Path) -> Exported:
    return Exported(Workspace(tmp_path), "csv")


def test_everything_is_new_to_a_target_that_has_nothing(exported: Exported) -> None:
    assert exported.are_new(NAMES, ROWS) == [True] * 4
    assert exported.are_new([], []) == []
    exported.keep(*hashes_of([], []))
    assert exported.are_new(NAMES, ROWS) == [True] * 4


def test_a_row_is_known_by_its_customer_and_all_it_says(exported: Exported) -> None:
    exported.keep(*hashes_of(NAMES, ROWS))
    assert exported.are_new(NAMES, ROWS) == [False] * 4
    assert exported.are_new(NAMES[::-1], ROWS[::-1]) == [False] * 4
    # Another's row is new, whoever stands last or first; so is one more customer.
    assert exported.are_new(NAMES, [*ROWS[1:], ROWS[0]]) == [True] * 4
    asked = ["anna", "bert", "emil", "emil", "cleo"]
    rows = [ROWS[0], ROWS[0], ROWS[0], ROWS[3], {"name": None, "risk": 2}]
    assert exported.are_new(asked, rows) == [False, True, True, True, False]
    for name in [f"customer {one}" for one in range(40)]:
        assert exported.are_new([name], [ROWS[0]]) == [True]


def test_the_last_export_alone_is_remembered_and_of_each_target_its_own(
    tmp_path: Path, exported: Exported
) -> None:
    exported.keep(*hashes_of(NAMES, ROWS))
    exported.keep(*hashes_of(NAMES[:1], ROWS[1:2]))
    assert exported.are_new(NAMES[:2], ROWS[:2]) == [True, True]
    assert exported.are_new(NAMES[:1], ROWS[1:2]) == [False]
    assert Exported(Workspace(tmp_path), "hubspot").are_new(NAMES[:1], ROWS[1:2]) == [True]
    folder = tmp_path / "exports"
    assert [one.name for one in folder.iterdir()] == ["csv.npy"]
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_note_names_nobody_and_takes_eight_bytes_a_customer_and_a_row(
    tmp_path: Path, exported: Exported
) -> None:
    names, contents = hashes_of(NAMES, ROWS)
    assert names.dtype == contents.dtype == np.uint64
    assert len({*names.tolist(), *contents.tolist()}) == 8
    exported.keep(names, contents)
    assert b"anna" not in (tmp_path / "exports" / "csv.npy").read_bytes()
