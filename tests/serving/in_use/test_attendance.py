"""Who serves a workspace is known by what each process holds, so that one that was killed is not waited for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from features.company.workspace import Workspace
from serving.in_use.attendance import (
    Attendance,
    Attending,
    NamedModel,
    attending,
    lacks_workers,
)
from serving.in_use.following import followed
from tests.contracts.families.churn import churn
from training.bundles.manifest import Manifest
from training.families.churn.bundle import ChurnTask

PROJECT = Path(__file__).resolve().parents[3]
SERVES = """
import sys
from pathlib import Path
from features.company.workspace import Workspace
from serving.in_use.attendance import Attendance, Attending
here = Attendance(Workspace(Path(sys.argv[1])))
here.say(Attending({"churn": "old/1"}, {"churn": "old"}, {}))
print("serving", flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def promoted() -> Manifest[ChurnTask]:
    return churn().manifest


def saying(manifest: Manifest[ChurnTask], fault: str = "", *, by_it: bool = False) -> Attending:
    """A process that was pointed at a model, and answers from it or from another."""
    answering = NamedModel.of(manifest).name if by_it else "old/1"
    faults = {"churn": fault} if fault else {}
    return Attending({"churn": answering}, {"churn": manifest.digest}, faults)


def test_who_has_left_or_was_killed_is_not_among_those_who_serve(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "workspace")
    assert attending(workspace) == []
    here = Attendance(workspace)
    # It has begun and says nothing yet.
    assert attending(workspace) == [Attending({}, {}, {})]
    here.say(Attending({"churn": "a/1"}, {"churn": "a"}, {"offers": "damaged"}))
    other = subprocess.Popen(
        [sys.executable, "-c", SERVES, str(workspace.folder)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=PROJECT, text=True,
    )  # fmt: skip
    assert other.stdout is not None and other.stdout.readline() == "serving\n"
    assert len(attending(workspace)) == 2
    other.kill()
    other.communicate()
    assert attending(workspace) == [
        Attending({"churn": "a/1"}, {"churn": "a"}, {"offers": "damaged"})
    ]
    here.leave()
    assert attending(workspace) == [] and list((workspace.folder / "serving").iterdir()) == []


def test_a_model_is_followed_when_every_process_answers_from_it(
    tmp_path: Path, promoted: Manifest[ChurnTask]
) -> None:
    workspace, seconds = Workspace(tmp_path), [0.0]
    first, second = Attendance(workspace), Attendance(workspace)
    says = iter([(first, saying(promoted, by_it=True)), (second, saying(promoted, by_it=True))])

    def pause(length: float) -> None:
        """The time passes in which one process after the other takes it up."""
        seconds[0] += length
        one, said = next(says)
        one.say(said)

    for one in (first, second):
        one.say(saying(promoted))
    found = followed(workspace, promoted, ticks=lambda: seconds[0], pause=pause)
    assert (found.processes, found.by_it, found.is_followed) == (2, 2, True)
    assert found.said == "all 2 processes answered from it after 0.2 s"

    # The same content under another version is another model to who asks which one answers.
    first.say(Attending({"churn": f"{promoted.digest}/other"}, {"churn": promoted.digest}, {}))
    found = followed(workspace, promoted, longest_seconds=0.0)
    assert (found.by_it, found.is_followed) == (1, False)
    assert found.said.startswith("1 of 2 processes still answer from the model before: they have")

    first.say(saying(promoted, "found a damaged file"))
    found = followed(workspace, promoted)
    assert found.as_dict() == {
        "served": False, "processes": 2, "service_fault": "found a damaged file"
    }  # fmt: skip
    for one in (first, second):
        one.leave()
    found = followed(workspace, promoted)
    assert found.as_dict() == {"served": None, "processes": 0, "service_fault": ""}
    assert found.said == "no service runs; it answers from the next start on"


def test_an_earlier_fault_of_another_model_is_no_refusal_of_this_one(
    tmp_path: Path, promoted: Manifest[ChurnTask]
) -> None:
    workspace = Workspace(tmp_path)
    here = Attendance(workspace)
    here.say(Attending({"churn": "old/1"}, {"churn": "damaged"}, {"churn": "found it damaged"}))
    found = followed(workspace, promoted, longest_seconds=0.0)
    assert (found.is_followed, found.fault) == (False, "")
    here.leave()


def test_a_workspace_that_cannot_be_written_is_served_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "serving").write_text("no folder")
    here = Attendance(Workspace(tmp_path))
    here.say(Attending({}, {}, {}))
    here.leave()


def test_a_worker_is_missing_until_another_answers_in_its_place(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    assert not lacks_workers(workspace, 2), "where nobody says that they serve nobody is missing"
    first, second = Attendance(workspace), Attendance(workspace)
    first.say(Attending({"churn": "digest/1"}, {}, {}))
    # One that is on its way has a place, and answers from nothing yet.
    assert lacks_workers(workspace, 2) and not lacks_workers(workspace, 1)
    second.say(Attending({"churn": "digest/1"}, {}, {}))
    assert not lacks_workers(workspace, 2)
    second.leave()
    assert lacks_workers(workspace, 2)
    first.leave()
