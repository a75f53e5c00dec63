"""A store of MLflow's that could record nothing is refused before anybody works for it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from features.vocabulary.errors import WorkspaceRefused
from training.registry.reaching import require_sound


def test_a_database_is_looked_through_and_a_damaged_one_refused(tmp_path: Path) -> None:
    path = tmp_path / "mlflow.db"
    address = f"sqlite:///{path}"
    require_sound(address)
    assert not path.exists()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE runs (name TEXT)")
        connection.executemany("INSERT INTO runs VALUES (?)", [("x" * 500,)] * 500)
    require_sound(address)
    sound = path.read_bytes()
    for damaged in (b"no database at all" * 400, sound[:8192] + bytes(8192) + sound[16384:]):
        path.write_bytes(damaged)
        with pytest.raises(WorkspaceRefused, match=r"mlflow\.db to be MLflow's database"):
            require_sound(address)


def test_a_server_is_asked_when_it_is_needed_and_a_database_that_is_not_there_at_once() -> None:
    require_sound("http://127.0.0.1:9")
    with pytest.raises(WorkspaceRefused, match="an MLflow store at"):
        require_sound("postgresql+nosuch://somebody@127.0.0.1:9/runs")
