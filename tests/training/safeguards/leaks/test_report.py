"""What is suspected beside the others: one echo of the outcome among honest columns, and none where all echo it."""

from __future__ import annotations

import numpy as np
import pytest

from features.vectors.vectors import Vectors
from tests.builders import at
from training.safeguards.leaks.columns import Known, ReadColumn
from training.safeguards.leaks.report import LeakReport, look_for_leaks

ROWS = 2_400
OUTCOMES = np.random.default_rng(1).integers(0, 2, ROWS).astype(np.float64)


def reported(columns: dict[str, np.ndarray]) -> LeakReport:
    """The report of such columns of the table of customers, each its own feature."""
    vectors = Vectors(
        "",
        tuple(columns),
        np.arange(ROWS, dtype=np.int32),
        np.full(ROWS, at("2025-01-01").seconds, np.int64),
        np.stack(list(columns.values()), axis=1).astype(np.float32),
    )
    return look_for_leaks(
        vectors,
        OUTCOMES,
        [ReadColumn(name, "customers", Known.ALWAYS, (name,)) for name in columns],
        {},
        model_reads=list(columns),
        own_table="purchases",
        happened=("left", "stayed"),
    )


def echoes(apart: float, *names: str) -> dict[str, np.ndarray]:
    """Columns that have nothing in common but the outcome, each with noise of its own."""
    draw = np.random.default_rng(len(names))
    return {name: apart * OUTCOMES + draw.normal(size=ROWS) for name in names}


@pytest.fixture(scope="module")
def honest() -> dict[str, np.ndarray]:
    """Two columns that tell something of the outcome by what they have in common."""
    draw = np.random.default_rng(7)
    habit = 0.7 * OUTCOMES + draw.normal(size=ROWS)
    return {name: habit + 0.4 * draw.normal(size=ROWS) for name in ("orders", "visits", "spend")}


def test_one_column_that_echoes_the_outcome_among_others_is_suspected(
    honest: dict[str, np.ndarray],
) -> None:
    assert list(reported(honest | echoes(1.4, "fee")).blocking) == ["fee"]


def test_where_all_columns_echo_the_outcome_none_is_suspected_for_it() -> None:
    found = reported(echoes(1.2, "orders", "visits", "spend", "fee"))
    assert all(one.alone > 0.75 and one.echo.is_heard and one.fall > 0.02 for one in found.columns)
    assert found.suspected == {}
