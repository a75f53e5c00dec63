"""Predictions as a file: what was written is what is read, by another library too, and damage is refused."""

from __future__ import annotations

import stat
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.vocabulary.errors import WorkspaceRefused
from tests.training.measures.predictions.pieces import IDS, predictions
from training.measures.predictions.table import keep_rows, read_predictions, write_predictions


def name(customer_id: str) -> str:
    """A name of hexadecimal digits that ends in nothing of the number."""
    return f"{IDS.find(customer_id) + 7:064x}"[::-1]


NAMED = {one: int(name(one)[:15], 16) for one in IDS}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    place = tmp_path / "predictions.parquet"
    write_predictions(place, predictions(), IDS, name)
    return place


def test_what_was_written_is_read_to_the_last_digit(path: Path) -> None:
    found, told = read_predictions(path), predictions()
    assert (found.model, found.facts, found.rows_gone) == ("churn", {"rules": ["rule"]}, 0)
    assert [(one.rung, one.test) for one in found.tested] == [
        ("rule", "1970-04-11"),
        ("line", "1970-04-11"),
        ("line", "round 1, fold 3"),
    ]
    for mine, other in zip(found.tested, told.tested, strict=True):
        # Bert was not tested, so that the other three stand at 0, 1 and 2.
        assert mine.customer_keys.tolist() == [0, 1, 2]
        assert mine.outcomes.tolist() == other.outcomes.tolist()
        assert mine.answers["probability"].tolist() == other.answers["probability"].tolist()
        assert mine.cutoff_seconds.tolist() == other.cutoff_seconds.tolist()


def test_the_file_is_a_plain_table_for_whoever_opens_it(path: Path) -> None:
    table = pd.read_parquet(path)
    assert list(table) == ["customer", "place", "cutoff", "rung", "fold", "outcome", "probability"]
    assert table.customer.tolist() == [NAMED["anna"], NAMED["carl"], NAMED["dora"]] * 3
    assert table.cutoff.dt.strftime("%Y-%m-%d").tolist() == ["1970-04-11"] * 6 + ["1970-01-11"] * 3
    assert table.fold.isna().tolist() == [True] * 6 + [False] * 3
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_same_predictions_give_the_same_bytes(path: Path, tmp_path: Path) -> None:
    write_predictions(tmp_path / "again", predictions(), IDS, name)
    assert (tmp_path / "again").read_bytes() == path.read_bytes()


def test_whoever_is_left_out_leaves_no_gap_behind(path: Path) -> None:
    kept = np.array([NAMED["anna"], NAMED["dora"]])
    keep_rows(path, lambda customers: np.isin(customers, kept))
    table, found = pd.read_parquet(path), read_predictions(path)
    assert set(table.customer) == set(kept.tolist()) and set(table.place) == {0, 1}
    assert (found.rows, found.rows_gone) == (6, 3)
    assert found.tested[1].answers["probability"].tolist() == [0.9, 0.7]
    keep_rows(path, lambda customers: customers < 0)
    assert read_predictions(path).rows_gone == 9 and pd.read_parquet(path).empty


def test_where_nobody_is_left_out_the_file_stays_as_it_is(path: Path) -> None:
    before = path.stat().st_ino
    keep_rows(path, lambda customers: customers > 0)
    assert path.stat().st_ino == before


def test_a_changed_or_shortened_file_is_refused_with_what_to_do(path: Path) -> None:
    whole = path.read_bytes()
    for changed in (
        whole[:-1],
        whole[: len(whole) // 2],
        b"",
        b"x" * 100,
        whole[:8] + b"\x00" * 40 + whole[48:],
    ):
        path.write_bytes(changed)
        with pytest.raises(WorkspaceRefused, match="Train once more"):
            read_predictions(path)
    path.write_bytes(whole)
    assert read_predictions(path).rows == 9
