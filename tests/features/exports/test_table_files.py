"""Files for other programs are whole or not there, and nobody but their owner reads them."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import csv, parquet

from features.exports.table_files import TableWriter, put_in_place, refuse_other_file
from features.vocabulary.errors import UsageRefused


def test_a_file_is_readable_by_its_owner_alone_also_where_another_was_not(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    for old in (path, tmp_path / ".list.csv.part"):
        old.write_bytes(b"a longer text than the new one")
        old.chmod(0o644)
    with put_in_place(path) as file:
        file.write(b"whole")
    assert path.read_bytes() == b"whole"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_broken_block_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(b"before")
    with pytest.raises(RuntimeError, match="broken"), put_in_place(path) as file:
        file.write(b"half")
        raise RuntimeError("broken")
    assert path.read_bytes() == b"before" and list(tmp_path.iterdir()) == [path]


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageRefused, match="found a folder"), put_in_place(tmp_path):
        raise AssertionError("never begun")


@pytest.mark.parametrize(("kind", "cell"), [("csv", "'=1"), ("parquet", "=1")])
def test_tables_are_written_one_after_the_other(tmp_path: Path, kind: str, cell: str) -> None:
    path = tmp_path / f"list.{kind}"
    table = pa.table({"name": ["=1", "tea"], "rank": [-1, 2]})
    with put_in_place(path) as file:
        writer = TableWriter(file, kind)
        writer.add(table)
        writer.add(table.slice(1))
        writer.close()
        writer.close()
    read = csv.read_csv(path) if kind == "csv" else parquet.read_table(path)
    assert read.to_pydict() == {"name": [cell, "tea", "tea"], "rank": [-1, 2, 2]}


@pytest.mark.parametrize("name", ["list.txt", "list", "gone/list.csv", "gone/list.txt"])
def test_a_file_of_another_kind_or_in_a_folder_that_is_not_there_is_refused(
    tmp_path: Path, name: str
) -> None:
    with pytest.raises(UsageRefused, match="in a folder that exists") as refused:
        refuse_other_file(tmp_path / name)
    assert refused.value.found == Path(name).name


@pytest.mark.parametrize("name", ["list.csv", "LIST.CSV", "list.parquet"])
def test_a_file_of_a_known_kind_is_not_whether_or_not_it_is_there(
    tmp_path: Path, name: str
) -> None:
    refuse_other_file(tmp_path / name)
    (tmp_path / name).write_bytes(b"before")
    refuse_other_file(tmp_path / name)
