"""The columns of a night's scores: declared once, written as declared, and opened by what was declared."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from serving.snapshot.columns import (
    CUSTOMER_IDS,
    PARTS,
    UNKNOWN,
    CustomerFacts,
    CustomerValues,
    Ranking,
    ValueReasonColumns,
    columns_of,
    filled,
    opened_column,
    unjudged,
    write_columns,
)
from tests.serving.company import Company
from training.families.segments.membership import Membership


def test_the_files_of_a_night_are_the_declared_columns_of_their_kinds(
    valued_company: Company,
) -> None:
    folder = valued_company.workspace.scores.current
    assert folder is not None
    declared = {one.name: one for part in PARTS for one in columns_of(part)}
    of_segments = {f"segment_{one.name}" for one in fields(Membership)}
    written = {path.stem for path in folder.glob("*.npy")}
    assert written == {*declared, *of_segments, *CUSTOMER_IDS}
    for name, one in declared.items():
        column = opened_column(folder, name)
        assert column.dtype == one.kind and column.ndim == len(one.axes), name


def test_a_column_of_another_kind_than_declared_is_not_written() -> None:
    columns = unjudged(CustomerFacts, customer=2) | {"spend_cents": np.zeros(2)}
    with pytest.raises(AssertionError, match="spend_cents is not int64"):
        filled(CustomerFacts(**columns))


def test_nothing_is_known_of_the_unjudged() -> None:
    assert unjudged(CustomerValues, customer=3)["value_cents"].tolist() == [UNKNOWN] * 3
    why = unjudged(ValueReasonColumns, vector=2, part=1, group=4, feature=5)
    assert why["value_parts"].shape == (2, 1, 4) and np.isnan(why["value_parts"]).all()
    assert unjudged(Ranking, judged=0, group=4)["points"].shape == (0, 4)


@pytest.mark.parametrize(("limit", "is_mapped"), [(0, True), (23, True), (24, False), (25, False)])
def test_a_column_is_the_same_mapped_or_read(tmp_path: Path, limit: int, is_mapped: bool) -> None:
    write_columns(tmp_path, {"spend_cents": np.array([-5, 0, 900], np.int64)})
    found = opened_column(tmp_path, "spend_cents", mapped_beyond=limit)
    assert found.tolist() == [-5, 0, 900] and type(found) is np.ndarray
    assert isinstance(found.base, np.memmap) is is_mapped
