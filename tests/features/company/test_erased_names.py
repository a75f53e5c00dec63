"""The file of the erased: one secret, nothing lost whoever writes at once, and what an older version kept."""

from __future__ import annotations

import json
import multiprocessing
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from features.company.erased_names import OLDER, ErasedNames, read_tombstones
from features.vocabulary.errors import WorkspaceRefused
from tests.waiting import GENEROUS_SECONDS


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "ws" / "erased.db"


@pytest.fixture
def names(file: Path) -> Iterator[ErasedNames]:
    with closing(ErasedNames(file)) as opened:
        yield opened


def test_who_was_named_is_among_the_erased_in_every_process(names: ErasedNames, file: Path) -> None:
    with closing(ErasedNames(file)) as other:
        assert names.are_none() and other.are_none() and not other.among(["anna"])
        names.add(["anna", "bert"])
        assert names.among(["anna", "carl"]) == other.among(["anna", "carl"]) == {"anna"}
        assert not names.are_none() and not other.are_none()
        other.add(["carl"])
        other.add(["carl"])
        assert names.among(["anna", "carl", "dora"]) == {"anna", "carl"}
        assert names.among([]) == frozenset()


def test_any_number_is_looked_up(names: ErasedNames) -> None:
    erased = [f"c{number}" for number in range(0, 2_400, 2)]
    names.add(erased)
    everybody = [f"c{number}" for number in range(2_400)]
    assert names.among(everybody) == set(erased)
    assert all(names.tombstones().hold(one) for one in erased)


def test_a_file_that_is_only_read_is_not_made(file: Path) -> None:
    assert read_tombstones(file).names == frozenset()
    assert not file.parent.exists()


def test_all_of_its_files_are_their_owners_alone(names: ErasedNames, file: Path) -> None:
    names.add(["anna"])
    of_names = [one for one in file.parent.iterdir() if one.name.startswith("erased")]
    assert len(of_names) == 3
    assert {stat.S_IMODE(one.stat().st_mode) for one in of_names} == {0o600}


def test_what_is_written_is_on_the_disk_before_it_counts(names: ErasedNames) -> None:
    settings = names._connection.execute("PRAGMA synchronous").fetchone()
    assert settings == (2,)  # FULL


OLD = {"salt": "5a17", "names": ["n1", "n2"], "in_small": ["s1"], "in_any_case": ["a1"]}


@pytest.mark.parametrize("also", [True, False])
def test_what_an_older_version_kept_is_taken_over_once(file: Path, also: bool) -> None:
    """``also``: with the kinds of names that came later."""
    file.parent.mkdir()
    kept = OLD if also else {name: OLD[name] for name in ("salt", "names")}
    file.with_name(OLDER).write_text(json.dumps(kept))
    for found in (read_tombstones(file), read_tombstones(file)):
        assert found.salt == "5a17" and found.names == {"n1", "n2"}
        assert found.in_small == ({"s1"} if also else set())
        assert found.in_any_case == ({"a1"} if also else set())
    assert not file.with_name(OLDER).exists()


def test_what_a_kill_left_behind_half_taken_over_is_taken_over_again(file: Path) -> None:
    file.parent.mkdir()
    for some in (["n1"], ["n1", "n2"]):
        file.with_name(OLDER).write_text(json.dumps(OLD | {"names": some}))
        assert read_tombstones(file).names == set(some)


def test_the_names_of_another_secret_are_not_lost_by_taking_them_for_ours(
    names: ErasedNames, file: Path
) -> None:
    names.add(["anna"])
    file.with_name(OLDER).write_text(json.dumps(OLD))
    with pytest.raises(WorkspaceRefused, match="another secret"):
        read_tombstones(file)
    assert json.loads(file.with_name(OLDER).read_text()) == OLD
    assert names.among(["anna"]) == {"anna"}


@pytest.mark.parametrize("name", ["erased.db", OLDER])
@pytest.mark.parametrize("content", [b"no database and no JSON either" * 100, b'{"names": []}'])
def test_a_file_that_cannot_be_read_refuses_whoever_would_bring_the_erased_back(
    file: Path, name: str, content: bytes
) -> None:
    file.parent.mkdir()
    file.with_name(name).write_bytes(content)
    with pytest.raises(WorkspaceRefused, match="names of erased customers"):
        read_tombstones(file)
    assert file.with_name(name).read_bytes() == content


def _erase(file: Path, who: int, together: Barrier) -> None:
    together.wait(GENEROUS_SECONDS)
    with closing(ErasedNames(file)) as names:
        for number in range(20):
            names.add([f"{who}/{number}"])


def test_processes_that_begin_at_once_have_one_secret_and_lose_no_name(file: Path) -> None:
    file.parent.mkdir()
    file.with_name(OLDER).write_text(json.dumps(OLD))
    context = multiprocessing.get_context("fork")
    together = context.Barrier(4)
    working = [context.Process(target=_erase, args=(file, who, together)) for who in range(4)]
    for one in working:
        one.start()
    for one in working:
        one.join(GENEROUS_SECONDS)
        assert one.exitcode == 0
    everybody = [f"{who}/{number}" for who in range(4) for number in range(20)]
    with closing(ErasedNames(file)) as names:
        assert names.among(everybody) == set(everybody) and names.salt == "5a17"
        assert names.tombstones().names >= {"n1", "n2"}
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT count(*) FROM secret").fetchone() == (1,)
