"""Publishing: a reader sees the last good generation or the next one, never a part."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from features.company.workspace import Generations, Workspace
from features.vocabulary.errors import WorkspaceRefused

WRITER = """
import os, sys
from pathlib import Path
from features.company.workspace import Generations

with Generations(Path(sys.argv[1])).draft() as draft:
    (draft / "half").write_text("half")
    os._exit(9)
"""


def publish(generations: Generations, text: str) -> Path:
    with generations.draft() as draft:
        (draft / "content").write_text(text)
    assert generations.current is not None
    return generations.current


def test_nothing_is_current_before_the_first_generation(tmp_path: Path) -> None:
    assert Generations(tmp_path / "store").current is None


def test_a_finished_draft_becomes_the_current_generation(tmp_path: Path) -> None:
    generations = Generations(tmp_path)
    assert (publish(generations, "one") / "content").read_text() == "one"
    assert (publish(generations, "two") / "content").read_text() == "two"


def test_a_failing_draft_leaves_the_last_generation_in_place(tmp_path: Path) -> None:
    generations = Generations(tmp_path)
    before = publish(generations, "one")
    with pytest.raises(RuntimeError, match="full"), generations.draft() as draft:
        (draft / "content").write_text("two")
        raise RuntimeError("the disk is full")
    assert generations.current == before
    assert generations.named() == [before]


def test_a_writer_killed_in_the_middle_leaves_the_last_generation_and_the_next_one_works(
    tmp_path: Path,
) -> None:
    generations = Generations(tmp_path)
    before = publish(generations, "one")
    killed = subprocess.run([sys.executable, "-c", WRITER, str(tmp_path)], check=False)
    assert killed.returncode == 9
    assert generations.current == before
    after = publish(generations, "two")
    assert sorted(path.name for path in after.iterdir()) == ["content", "digests.json"]


def test_only_the_last_generations_are_kept(tmp_path: Path) -> None:
    generations = Generations(tmp_path, keep=2)
    for text in ("one", "two", "three"):
        publish(generations, text)
    assert [(path / "content").read_text() for path in generations.named()] == ["two", "three"]
    assert [one.name.partition("-")[0] for one in generations.named()] == ["g000002", "g000003"]


def test_an_older_generation_can_be_made_current_again(tmp_path: Path) -> None:
    generations = Generations(tmp_path)
    first = publish(generations, "one")
    publish(generations, "two")
    generations.point_at(first)
    assert generations.current == first


def test_a_second_writer_is_refused_at_once(tmp_path: Path) -> None:
    with (
        Workspace(tmp_path).writing(),
        pytest.raises(
            WorkspaceRefused,
            match=f"nobody else writing to the workspace; found process {os.getpid()} at it",
        ),
        Workspace(tmp_path).writing(),
    ):
        raise AssertionError("two writers at once")


def test_scratch_begins_empty_whatever_a_killed_predecessor_left(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    (tmp_path / ".training").mkdir()
    (tmp_path / ".training" / "half").write_text("half")
    with workspace.scratch("training", work="training churn") as folder:
        assert list(folder.iterdir()) == []
        with pytest.raises(WorkspaceRefused), workspace.scratch("training", work="training churn"):
            raise AssertionError("two at once")
    assert not folder.exists()


HOLD = """
import sys
from pathlib import Path
from features.company.workspace import Workspace

with Workspace(Path(sys.argv[1])).scratch("training", work="training churn"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_whoever_holds_a_piece_of_work_is_named_and_a_killed_one_holds_nothing(
    tmp_path: Path,
) -> None:
    holding = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with holding:
        assert holding.stdout is not None
        assert holding.stdout.readline() == b"held\n"
        with (
            pytest.raises(WorkspaceRefused) as raised,
            Workspace(tmp_path).scratch("training", work="training churn"),
        ):
            raise AssertionError("two at once")
        assert raised.value.expected == "nobody else training churn"
        said = rf"process {holding.pid} at it since \d{{4}}-\d\d-\d\d \d\d:\d\d UTC"
        assert re.fullmatch(said, raised.value.found)
        with Workspace(tmp_path).scratch("training-value", work="training value"):
            pass
        holding.kill()
    with Workspace(tmp_path).scratch("training", work="training churn") as folder:
        assert list(folder.iterdir()) == []


def test_the_workspace_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "space")
    workspace.create()
    assert (workspace.folder.stat().st_mode & 0o777) == 0o700


def test_every_folder_that_is_made_in_it_is_its_owners_alone_too(tmp_path: Path) -> None:
    generations = Generations(tmp_path / "store")
    generation = publish(generations, "one")
    with Workspace(tmp_path).scratch("training", work="training churn") as folder:
        made = [generations.folder, generation, folder]
        assert [one.stat().st_mode & 0o777 for one in made] == [0o700] * 3
