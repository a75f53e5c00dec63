"""The empty tables that tests lay into a registry are those MLflow makes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy

from tests.registry_tables import copying
from training.registry import registry

EVERYTHING = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY 1, 2"


def content(database: Path) -> list[Any]:
    with closing(sqlite3.connect(database)) as opened:
        found = opened.execute(EVERYTHING).fetchall()
        tables = [name for kind, name, *_ in found if kind == "table"]
        # Constraints of one table come in any order.
        found = [(*rest, sorted((sql or "").replace(",", " ").split())) for *rest, sql in found]
        return [*found, *(opened.execute(f"SELECT * FROM {one}").fetchall() for one in tables)]


def made(database: Path, make: Any) -> list[Any]:
    engine = sqlalchemy.create_engine(f"sqlite:///{database}")
    with registry._quietly():
        make(engine)
    engine.dispose()
    return content(database)


def test_tables_that_are_copied_are_those_of_mlflow(tmp_path: Path) -> None:
    with registry._quietly():
        from mlflow.store.db import utils

    own: Any = getattr(utils._initialize_tables, "made_by", utils._initialize_tables)
    copied = copying(own, tmp_path / "shared")
    expected = made(tmp_path / "own.db", own)
    assert len(expected) > 50
    assert made(tmp_path / "first.db", copied) == made(tmp_path / "next.db", copied) == expected


def test_another_database_is_made_by_mlflow_alone(tmp_path: Path) -> None:
    asked: list[Any] = []
    engine = sqlalchemy.create_engine("sqlite://")
    copying(asked.append, tmp_path / "shared")(engine)
    assert asked == [engine] and not (tmp_path / "shared").exists()


def test_what_could_not_be_made_is_no_table(tmp_path: Path) -> None:
    def fail(engine: Any) -> None:
        raise ValueError("no room")

    with pytest.raises(ValueError, match="no room"):
        made(tmp_path / "one.db", copying(fail, tmp_path / "shared"))
