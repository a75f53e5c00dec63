"""The files of jobs: lines from a place on, blocks over what was broken off, and who is named in them."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from serving.ledger.job_files import JobFiles

IDS = ["anna", 'be"rt', "cä\n", "", "dora", "10"]


@pytest.fixture
def files(tmp_path: Path) -> JobFiles:
    return JobFiles(tmp_path / "jobs")


@pytest.mark.parametrize(
    ("first", "count", "expected"),
    [(0, 6, IDS), (0, 1, IDS[:1]), (1, 2, IDS[1:3]), (5, 1, IDS[5:]), (5, 9, IDS[5:]), (6, 1, []), (0, 0, [])],
)  # fmt: skip
def test_whom_a_job_asks_about_is_read_from_a_line_on(
    files: JobFiles, first: int, count: int, expected: list[str]
) -> None:
    files.ask("j", IDS)
    assert files.asked("j", first, count) == expected


def test_a_list_that_is_given_again_replaces_the_first(files: JobFiles) -> None:
    files.ask("j", IDS)
    files.ask("j", ["anna"])
    assert files.asked("j", 0, 10) == ["anna"]


def test_a_block_is_written_behind_the_bytes_that_count(files: JobFiles) -> None:
    assert files.append("j", b"first\n", 0) == 6
    assert files.append("j", b"broken off", 6) == 16
    assert files.append("j", b"2\n", 6) == 8
    assert files.result("j").read_bytes() == b"first\n2\n"
    assert files.append("j", b"", 0) == 0 and files.result("j").read_bytes() == b""


def test_only_their_owner_may_read_them(files: JobFiles) -> None:
    files.ask("j", IDS)
    files.append("j", b"x", 0)
    folder = files.folder / "j"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(one.stat().st_mode) for one in folder.iterdir()} == {0o600}
    assert len(list(folder.iterdir())) == 2
    files.delete("j")
    assert not folder.exists()
    files.delete("j")
    files.append("answered first", b"x", 0)
    assert stat.S_IMODE((files.folder / "answered first").stat().st_mode) == 0o700


def test_every_job_that_names_a_customer_is_found_by_question_or_answer(files: JobFiles) -> None:
    assert files.mentioning("anna") == []
    files.ask("b", ["cä", "anna"])
    files.ask("a", ["bert"])
    files.append("a", b'{"customer_id":"anna"}\n{"customer_id":"d\xc3\xa4"}\n', 0)
    files.ask("c", ["nobody"])
    assert files.mentioning("anna") == ["a", "b"]
    assert files.mentioning("cä") == ["b"] and files.mentioning("dä") == ["a"]
    assert files.mentioning("bert") == ["a"] and files.mentioning("emil") == []
    files.ask("e", ['say "hi"'])
    files.append("c", b'say "ho",0.5\n', 0)
    assert files.mentioning('say "hi"') == ["e"] and files.mentioning('say "ho"') == ["c"]
