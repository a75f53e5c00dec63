"""The tables of MLflow, made once a run of the tests and laid into every other empty database from there.

MLflow makes an empty SQLite file by going through all the changes its tables ever saw, two seconds of a
processor each time. What lies in a database is the test's own all the same: only the empty tables are
copied, and only where MLflow itself would make them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.shared_companies import made_once, shared_folder
from training.registry import registry

FILE = "empty.db"


def lay_tables_once(temporary: pytest.TempPathFactory, patched: pytest.MonkeyPatch) -> None:
    """From now on MLflow's empty tables are copied, once MLflow itself is loaded: it is loaded late, and not by all."""
    hush = registry._hush

    def hushed() -> None:
        from mlflow.store.db import utils

        hush()
        if not hasattr(utils._initialize_tables, "made_by"):
            made = copying(utils._initialize_tables, shared_folder(temporary))
            patched.setattr(utils, "_initialize_tables", made)

    patched.setattr(registry, "_hush", hushed)


def copying(make: Callable[[Any], None], shared: Path) -> Callable[[Any], None]:
    """What MLflow calls for an empty database: it copies what ``make`` made of the first one."""

    def made(folder: Path) -> None:
        import sqlalchemy

        engine = sqlalchemy.create_engine(f"sqlite:///{folder / FILE}")
        make(engine)
        engine.dispose()

    def lay(engine: Any) -> None:
        if engine.dialect.name != "sqlite" or not engine.url.database:
            make(engine)
            return
        empty = made_once(shared, "registry tables", made) / FILE
        with closing(sqlite3.connect(empty)) as source, closing(engine.raw_connection()) as target:
            source.backup(target.driver_connection)

    lay.made_by = make  # type: ignore[attr-defined]
    return lay
