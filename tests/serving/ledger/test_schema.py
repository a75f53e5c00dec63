"""A ledger of an older version becomes one of today with all it holds; one of a newer version stays as it is."""

from __future__ import annotations

import multiprocessing
import sqlite3
import subprocess
import sys
from contextlib import closing
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from features.vocabulary.errors import WorkspaceRefused
from serving.ledger.database import TABLES, opened
from serving.ledger.ledger import Ledger
from serving.ledger.schema import NEWEST
from tests.holding import files_holding
from tests.waiting import GENEROUS_SECONDS

OF_ROOMS = Path(__file__).with_name("ledger_of_rooms.sql")
MIGRATIONS = Path(__file__).parents[3] / "serving" / "ledger" / "migrations"
KEPT = (
    "decisions",
    "events",
    "feedback",
    "keys",
    "objections",
    "offer_decisions",
    "salts",
    "to_be_erased",
)
ADDED = {
    "decisions": ("data_digest", "vector_digest", "basis", "campaign", "hold_out"),
    "events": ("decision_id",),
}
"""Columns that came before versions were counted."""


def older(folder: Path) -> Path:
    """The ledger as the first version with a schema of its own made it."""
    path = folder / "ledger.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(OF_ROOMS.read_text(encoding="utf-8"))
    return path


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def schema(path: Path) -> dict[str, object]:
    """Every table and index by what SQLite knows of it, whatever the order of columns that came later."""
    found: dict[str, object] = {}
    for kind, name in rows(path, "SELECT type, name FROM sqlite_master WHERE sql IS NOT NULL"):
        about = "table_xinfo" if kind == "table" else "index_xinfo"
        told = rows(path, f"PRAGMA {about}({name})")
        of_what = rows(path, f"PRAGMA foreign_key_list({name})")
        is_unique = rows(path, f"SELECT wr, strict FROM pragma_table_list('{name}')")
        columns = sorted((one[1:] if kind == "table" else one) for one in told)
        found[f"{kind} {name}"] = (columns, of_what, is_unique)
    return found


def test_an_older_ledger_brought_forward_is_what_a_new_one_is(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    new, path = tmp_path / "new" / "ledger.db", older(tmp_path)
    assert schema(path) != {}
    for one in (new, path):
        opened(one).dispose()
    assert schema(path) == schema(new)
    assert {f"table {one.name}" for one in TABLES.sorted_tables} <= schema(new).keys()


def test_a_ledger_from_before_versions_were_counted_gets_the_columns_it_lacks(
    tmp_path: Path,
) -> None:
    (tmp_path / "new").mkdir()
    new, path = tmp_path / "new" / "ledger.db", older(tmp_path)
    with closing(sqlite3.connect(path)) as connection:
        for table, columns in ADDED.items():
            for column in columns:
                connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        connection.commit()
    for one in (new, path):
        opened(one).dispose()
    assert schema(path) == schema(new)
    for table, columns in ADDED.items():
        assert set(rows(path, f"SELECT {', '.join(columns)} FROM {table}")) == {
            ("",) * len(columns)
        }


def test_what_an_older_ledger_holds_stays_and_what_nobody_may_keep_goes(tmp_path: Path) -> None:
    path = older(tmp_path)
    before = {table: rows(path, f"SELECT * FROM {table}") for table in KEPT}
    assert all(before.values())
    ledger = Ledger(path)
    kept = ledger.decision("d1")
    assert kept is not None and (kept.customer_id, kept.probability) == ("anna", 0.25)
    assert ledger.privacy.withheld.objected == {"carl"}
    assert ledger.privacy.withheld.erased == {"dora"}
    ledger.close()
    after = {table: rows(path, f"SELECT * FROM {table}") for table in KEPT}
    # What was not known of when it was made has its secret now, behind those of then.
    assert after["salts"][:-2] == before["salts"]
    assert [name for name, _ in after["salts"][-2:]] == ["customer_links", "sign_ins"]
    assert {**after, "salts": before["salts"]} == before
    assert rows(path, "SELECT status, cleared FROM erasures") == [("pending", "")]
    assert files_holding(tmp_path, "<emil>") == []


def test_a_ledger_of_today_without_its_version_is_taken_for_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    Ledger(path).close()
    whole = schema(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "DROP TABLE alembic_version; DROP TABLE demands; DROP INDEX ix_first_calls_at;"
        )
    Ledger(path).close()
    assert schema(path) == whole
    assert rows(path, "SELECT version_num FROM alembic_version") == [(NEWEST,)]


def test_a_ledger_of_a_newer_version_is_refused_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    opened(path).dispose()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = 'tomorrow'")
    before = path.read_bytes()
    with pytest.raises(
        WorkspaceRefused, match="version tomorrow, written by a newer version"
    ) as raised:
        opened(path)
    assert "restore it from a backup" in raised.value.remedy
    assert path.read_bytes() == before


def test_the_newest_version_is_the_last_step_there_is() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    steps = ScriptDirectory.from_config(config)
    assert steps.get_heads() == [NEWEST]
    assert [one.revision for one in steps.walk_revisions()][-1] == "rooms"


def _open(path: Path, together: Barrier) -> None:
    together.wait(GENEROUS_SECONDS)
    opened(path).dispose()


def test_processes_that_begin_at_once_bring_a_ledger_forward_once(tmp_path: Path) -> None:
    path = older(tmp_path)
    context = multiprocessing.get_context("fork")
    together = context.Barrier(4)
    working = [context.Process(target=_open, args=(path, together)) for _ in range(4)]
    for one in working:
        one.start()
    for one in working:
        one.join(GENEROUS_SECONDS)
    assert [one.exitcode for one in working] == [0] * 4
    assert rows(path, "SELECT version_num FROM alembic_version") == [(NEWEST,)]
    assert len(rows(path, "SELECT * FROM decisions")) == 2


def test_nobody_who_has_nothing_to_bring_forward_loads_alembic(tmp_path: Path) -> None:
    opened(tmp_path / "ledger.db").dispose()
    program = (
        "import sys; from pathlib import Path; from serving.ledger.database import opened; "
        "opened(Path(sys.argv[1])).dispose(); print('alembic' in sys.modules)"
    )
    for name in ("ledger.db", "new.db"):
        done = subprocess.run(
            [sys.executable, "-c", program, str(tmp_path / name)], capture_output=True, text=True
        )
        assert (done.returncode, done.stdout) == (0, "False\n"), done.stderr
