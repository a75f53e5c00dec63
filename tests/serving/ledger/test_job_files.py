"""The files of jobs: lines from a place on, blocks over what was broken off, and who is named in them."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from serving.ledger.job_files import JobFiles, Line
from tests.holding import files_holding

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


def test_whose_number_is_not_kept_stands_as_who_was_erased_later(files: JobFiles) -> None:
    files.ask("j", ["a", None, "b"])
    assert files.asked("j", 0, 9) == ["a", None, "b"]
    files.overwrite(["a"])
    # Both are a nought where a text would be.
    assert (files.folder / "j" / "asked").read_bytes() == b'0  \n0\n"b"\n'


def test_a_list_that_is_given_again_replaces_the_first(files: JobFiles) -> None:
    files.ask("j", IDS)
    files.ask("j", ["anna"])
    assert files.asked("j", 0, 10) == ["anna"]


def test_a_block_is_written_behind_the_bytes_that_count(files: JobFiles) -> None:
    assert files.append("j", [("anna", b"first\n")], 0) == 6
    assert files.append("j", [("bert", b"broken off")], 6) == 16
    assert files.append("j", [("carl", b"2\n")], 6) == 8
    assert files.result("j").read_bytes() == b"first\n2\n"
    # Whose a broken off line was counts no more either.
    assert [files.mentioning(one) for one in ("anna", "bert", "carl")] == [["j"], [], ["j"]]
    assert files.append("j", [], 0) == 0 and files.result("j").read_bytes() == b""
    assert files.mentioning("anna") == []


def test_only_their_owner_may_read_them(files: JobFiles) -> None:
    files.ask("j", IDS)
    files.append("j", [("anna", b"x")], 0)
    folder = files.folder / "j"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(one.stat().st_mode) for one in folder.iterdir()} == {0o600}
    assert len(list(folder.iterdir())) == 4
    files.delete("j")
    assert not folder.exists()
    files.delete("j")
    files.append("answered first", [("anna", b"x")], 0)
    assert stat.S_IMODE((files.folder / "answered first").stat().st_mode) == 0o700


def test_every_job_that_names_a_customer_is_found_by_question_or_answer(files: JobFiles) -> None:
    assert files.mentioning("anna") == []
    files.ask("b", ["cä", "anna"])
    files.ask("a", ["bert"])
    files.append("a", [("anna", b'{"customer_id":"anna"}\n'), ("d\xe4", b"{}\n")], 0)
    files.ask("c", ["nobody"])
    assert files.mentioning("anna") == ["a", "b"]
    assert files.mentioning("cä") == ["b"] and files.mentioning("dä") == ["a"]
    assert files.mentioning("bert") == ["a"] and files.mentioning("emil") == []
    files.ask("e", ['say "hi"'])
    files.append("c", [(None, b"heading\n"), ('say "ho"', b"0.5\n")], 0)
    assert files.mentioning('say "hi"') == ["e"] and files.mentioning('say "ho"') == ["c"]


LINES: list[Line] = [
    (None, b"id,score\n"),
    ("anna", b"anna,1\n"),
    ("bert", b"bert,2\n"),
    ("anna", b"anna,3\n"),
]


def shown(files: JobFiles, left_out: set[str], replaced: set[str]) -> bytes:
    parts = files.parts("j", left_out, replaced, lambda line: b"<" + line.strip() + b">\n")
    return files.result("j").read_bytes() if parts is None else b"".join(parts)


@pytest.mark.parametrize(
    ("left_out", "replaced", "expected"),
    [
        (set(), set(), b"id,score\nanna,1\nbert,2\nanna,3\n"),
        ({"carl"}, {"dora"}, b"id,score\nanna,1\nbert,2\nanna,3\n"),
        ({"anna"}, set(), b"id,score\nbert,2\n"),
        (set(), {"bert"}, b"id,score\nanna,1\n<bert,2>\nanna,3\n"),
        ({"bert"}, {"anna", "bert"}, b"id,score\n<anna,1>\n<anna,3>\n"),
        ({"anna", "bert"}, set(), b"id,score\n"),
    ],
)
def test_a_result_is_read_without_some_and_with_others_in_the_place_of_some(
    files: JobFiles, left_out: set[str], replaced: set[str], expected: bytes
) -> None:
    files.append("j", LINES[:2], 0)
    files.append("j", LINES[2:], 16)
    assert shown(files, left_out, replaced) == expected


def test_a_result_about_nobody_who_is_withheld_is_its_file(files: JobFiles) -> None:
    files.append("j", LINES, 0)
    assert files.parts("j", {"carl"}, set(), bytes) is None
    assert files.has_result("j") and not files.has_result("unknown")


def test_every_line_about_an_erased_customer_is_overwritten_in_its_place(
    files: JobFiles, tmp_path: Path
) -> None:
    files.ask("j", ["anna", "bert", "x", "anna"])
    files.append("j", LINES, 0)
    files.append("other", [("carl", b"carl\n")], 0)
    files.overwrite(["anna", "x"])
    assert files_holding(tmp_path, "anna") == []
    assert files.asked("j", 0, 9) == [None, "bert", None, None]
    assert shown(files, set(), set()) == b"id,score\nbert,2\n"
    assert files.result("j").read_bytes() == b"id,score\n      \nbert,2\n      \n"
    assert files.result("other").read_bytes() == b"carl\n"
    # The next block stands where it would have stood.
    assert files.append("j", [("dora", b"dora,4\n")], 30) == 37
    assert shown(files, set(), {"dora"}) == b"id,score\nbert,2\n<dora,4>\n"


def test_one_jobs_lines_are_overwritten_and_those_of_others_stand(files: JobFiles) -> None:
    for one in ("a", "b"):
        files.ask(one, ["anna", None])
    files.overwrite(["anna"], "a")
    assert (files.asked("a", 0, 2), files.asked("b", 0, 2)) == ([None, None], ["anna", None])


def test_files_of_which_nobody_knows_whose_lines_they_have_are_shown_to_nobody(
    files: JobFiles,
) -> None:
    files.append("j", LINES, 0)
    (files.folder / "j" / "result.lines").unlink()
    assert not files.has_result("j")
    files.overwrite(["somebody else"])
    assert not (files.folder / "j").exists()


@given(
    sizes=some.lists(some.integers(1, 5), max_size=8),
    gone=some.sets(some.sampled_from("abc")),
    at_once=some.integers(1, 3),
)
def test_whatever_is_asked_of_any_lines_is_what_reading_them_one_by_one_gives(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int], gone: set[str], at_once: int
) -> None:
    files = JobFiles(tmp_path_factory.mktemp("jobs"))
    lines: list[Line] = [
        ("abc"[place % 3], b"x" * size + b"\n") for place, size in enumerate(sizes)
    ]
    at = files.append("j", [], 0)
    for first in range(0, len(lines), at_once):
        at = files.append("j", lines[first : first + at_once], at)
    expected = b"".join(line for one, line in lines if one not in gone)
    assert shown(files, gone, set()) == expected
    files.overwrite(gone)
    assert shown(files, set(), set()) == expected
