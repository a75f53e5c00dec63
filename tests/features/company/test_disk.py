"""A disk without room: each library says it in its own words, and all of them mean one thing."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as arrow
import pyarrow.parquet as parquet
import pytest
import sqlalchemy as sa

from features.company.disk import disk_refusal, is_closed, is_full, mapped_file
from features.sources.connection import faults_worded
from features.vocabulary.errors import DataRefused
from tests.serving.full_disk import no_file_beyond

FULL = Path("/dev/full")
MANY = "SELECT range AS number FROM range(100000)"

pytestmark = pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")


def write_by_python(folder: Path) -> None:
    FULL.write_bytes(b"some")


def write_by_numpy(folder: Path) -> None:
    with FULL.open("wb") as file:
        np.save(file, np.arange(100_000))


def write_a_part_by_numpy(folder: Path) -> None:
    with no_file_beyond(200_000):
        np.save(folder / "numbers.npy", np.arange(100_000))


def write_by_arrow(folder: Path) -> None:
    with no_file_beyond(100_000):
        parquet.write_table(arrow.table({"number": np.arange(100_000)}), folder / "numbers.parquet")


def write_by_duckdb(folder: Path) -> None:
    # Never to the device itself: DuckDB would put a file in its place.
    with no_file_beyond(100_000):
        duckdb.sql(f"COPY ({MANY}) TO '{folder / 'numbers.csv'}' (FORMAT csv)")


def work_in_duckdb(folder: Path) -> None:
    with no_file_beyond(100_000), duckdb.connect(str(folder / "working.duckdb")) as connection:
        connection.execute(f"CREATE TABLE numbers AS {MANY}")


def write_by_sqlite(folder: Path) -> None:
    database = sqlite3.connect(folder / "some.db")
    try:
        database.execute("PRAGMA max_page_count = 3")
        database.execute("CREATE TABLE texts (text TEXT)")
        database.execute("INSERT INTO texts VALUES (?)", ("x" * 50_000,))
    finally:
        database.close()


def write_by_sqlalchemy(folder: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{folder / 'some.db'}")
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 3")
            connection.exec_driver_sql("CREATE TABLE texts (text TEXT)")
            connection.exec_driver_sql("INSERT INTO texts VALUES (?)", ("x" * 50_000,))
    finally:
        engine.dispose()


def write_a_mapped_file(folder: Path) -> None:
    with no_file_beyond(100_000):
        mapped_file(folder / "numbers.npy", np.int64, (100_000,))


@pytest.mark.parametrize(
    "write",
    [
        write_by_python,
        write_by_numpy,
        write_a_part_by_numpy,
        write_by_arrow,
        write_by_duckdb,
        work_in_duckdb,
        write_by_sqlite,
        write_by_sqlalchemy,
        write_a_mapped_file,
    ],
)
def test_whoever_writes_a_full_disk_is_known_by_what_is_raised(
    write: Callable[[Path], None], tmp_path: Path
) -> None:
    with pytest.raises(Exception) as raised:
        write(tmp_path)
    assert is_full(raised.value), repr(raised.value)


@pytest.mark.parametrize(
    ("fault", "is_so"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), True),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), True),
        (OSError(errno.ENOENT, "No such file or directory"), False),
        (OSError("5 requested and 2 written"), True),
        (OSError("some were requested and 2 written"), False),
        (ValueError("No space left on device"), False),
        (sqlite3.OperationalError("database is locked"), False),
    ],
)
def test_nothing_else_is_taken_for_a_full_disk(fault: Exception, is_so: bool) -> None:
    assert is_full(fault) == is_so


def test_what_a_full_disk_lies_behind_is_known_too() -> None:
    try:
        try:
            raise OSError(errno.ENOSPC, "No space left on device")
        except OSError as cause:
            raise ValueError("the array could not be kept") from cause
    except ValueError as fault:
        assert is_full(fault)


def test_no_table_is_blamed_for_a_full_disk(tmp_path: Path) -> None:
    with pytest.raises(duckdb.Error), faults_worded("a readable table", "Export it again."):
        write_by_duckdb(tmp_path)
    with pytest.raises(DataRefused), faults_worded("a readable table", "Export it again."):
        duckdb.execute("SELECT CAST('a' AS INTEGER)").fetchall()


def test_the_sentence_says_how_much_room_there_is_and_where(tmp_path: Path) -> None:
    told = disk_refusal(
        OSError(errno.ENOSPC, "No space left on device"), "`regulars ingest`", tmp_path / "there"
    )
    assert told is not None
    assert told.expected == "room on the disk for what `regulars ingest` writes"
    assert " MB are free in /" in told.found
    assert told.exit_code == 1
    limited = disk_refusal(OSError(errno.EFBIG, "File too large"), "`regulars ingest`", tmp_path)
    assert limited is not None
    assert limited.found.endswith("(ulimit -f)")
    assert not told.found.endswith("(ulimit -f)")


def test_what_cannot_be_written_says_so_and_a_mistake_of_ours_is_none_of_the_disks(
    tmp_path: Path,
) -> None:
    with pytest.raises(sqlite3.OperationalError) as raised:
        sqlite3.connect(f"file:{tmp_path / 'some.db'}?mode=ro", uri=True)
    assert is_closed(raised.value)
    assert not is_full(raised.value)
    told = disk_refusal(raised.value, "`regulars score`", tmp_path)
    assert told is not None
    assert told.found == "unable to open database file"
    assert disk_refusal(ValueError("5 rows"), "`regulars score`", tmp_path) is None
    assert (
        disk_refusal(sqlite3.OperationalError("no such table: keys"), "`regulars score`", tmp_path)
        is None
    )


def test_a_mapped_file_has_all_of_its_room_and_reads_as_an_array(tmp_path: Path) -> None:
    path = tmp_path / "numbers.npy"
    written = mapped_file(path, np.int32, (50_000,))
    assert path.stat().st_blocks * 512 >= 4 * 50_000
    written[:] = np.arange(50_000)
    written.flush()
    assert np.load(path).tolist() == list(range(50_000))
    assert mapped_file(tmp_path / "none.npy", np.int32, (0,)).tolist() == []
