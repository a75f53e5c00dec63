"""Work in a child process that really dies, and what its parent says of it."""

from __future__ import annotations

import faulthandler
import os
import resource
import signal
import subprocess
import sys

import numpy as np
import pytest

from features.vocabulary.errors import DataRefused, ModelRefused
from features.vocabulary.progress import Progress, silent
from tests.waiting import GENEROUS_SECONDS
from training.recipe.apart import Begun, apart


def is_left(child: int) -> bool:
    """Whether a child of this process is still there, alive or not yet waited for."""
    try:
        os.waitpid(child, os.WNOHANG)
    except ChildProcessError:
        return False
    return True


def test_what_it_came_to_and_how_far_it_was_reach_the_parent() -> None:
    seen = []

    def work(progress: Progress) -> tuple[int, str]:
        progress("counting", 1, 2)
        return os.getpid(), "found"

    child, found = apart("churn", work, lambda *told: seen.append(told))
    assert child != os.getpid() and found == "found"
    assert seen == [("counting", 1, 2)]


@pytest.mark.parametrize("number, name", [(signal.SIGSEGV, "SIGSEGV"), (signal.SIGABRT, "SIGABRT")])
def test_a_child_that_is_killed_is_told_by_signal_stage_and_memory(number: int, name: str) -> None:
    def work(progress: Progress) -> None:
        progress("climbing the ladder", 1, 2)
        faulthandler.disable()  # pytest's would tell the terminal of an end that is wanted
        os.kill(os.getpid(), number)

    with pytest.raises(ModelRefused) as told:
        apart("value", work, silent)
    assert (
        f"signal {int(number)} ({name}) at the stage of 'climbing the ladder'" in told.value.found
    )
    assert "GB of memory" in told.value.found and "value" in told.value.expected
    assert "Nothing is left half-written" in told.value.remedy
    assert "run out of memory" not in told.value.remedy


def test_a_child_the_system_kills_is_most_often_short_of_memory() -> None:
    with pytest.raises(ModelRefused, match="run out of memory"):
        apart("value", lambda progress: os.kill(os.getpid(), signal.SIGKILL), silent)


def test_a_child_that_finds_no_more_memory_says_so() -> None:
    def work(progress: Progress) -> int:
        resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
        return int(np.ones((40, 1 << 30), np.uint8).sum())

    with pytest.raises(ModelRefused, match="found no more memory at the stage of 'beginning'"):
        apart("value", work, silent)


def test_a_child_that_leaves_without_a_word_is_refused_too() -> None:
    with pytest.raises(ModelRefused, match="ended with 3 and without a word"):
        apart("value", lambda progress: os._exit(3), silent)


def test_what_the_work_refuses_is_refused_by_the_parent_word_for_word() -> None:
    refused = DataRefused(expected="bread", found="stones", rows="3", remedy="Bake.")

    def work(progress: Progress) -> None:
        raise refused

    with pytest.raises(DataRefused) as told:
        apart("value", work, silent)
    assert told.value.as_dict() == refused.as_dict()


def test_a_mistake_of_ours_keeps_its_kind_and_tells_where_it_was_made() -> None:
    def work(progress: Progress) -> None:
        raise KeyError("missing")

    with pytest.raises(KeyError, match="missing") as told:
        apart("value", work, silent)
    assert "in work" in "".join(told.value.__notes__)


def test_when_the_parent_is_stopped_no_child_goes_on() -> None:
    children: list[int] = []

    def work(progress: Progress) -> None:
        progress("waiting", 0, os.getpid())
        signal.pause()

    def stop(step: str, done: int, total: int) -> None:
        children.append(total)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        apart("value", work, stop)
    (child,) = children
    assert child != os.getpid() and not is_left(child)


def test_work_that_was_begun_goes_on_beside_its_parent() -> None:
    reader, writer = os.pipe()

    def work(progress: Progress) -> str:
        return os.read(reader, 5).decode()

    with Begun("value", work) as begun:
        # Only after it was begun is written what it waits for.
        os.write(writer, b"bread")
        assert begun.result(silent) == "bread"


def test_work_nobody_waits_for_ends_with_the_block() -> None:
    with pytest.raises(DataRefused), Begun("value", lambda progress: signal.pause()) as begun:
        child = begun.child
        raise DataRefused(expected="bread", found="stones", remedy="Bake.")
    assert child is not None and not is_left(child)


FITTED = """
import lightgbm, numpy
from training.recipe.apart import apart, may_fork, note_computed


def fit(progress):
    lots = numpy.random.default_rng(3)
    rows = lots.normal(size=(5_000, 20))
    settings = {"objective": "binary", "num_threads": 2, "verbose": -1, "deterministic": True}
    table = lightgbm.Dataset(rows, rows[:, 0] > 0)
    return lightgbm.train(settings, table, 5).predict(rows[:3]).tolist()


assert may_fork()
told = apart("churn", fit, lambda *step: None)
assert told == apart("churn", fit, lambda *step: None)
note_computed()
# From here on its threads are this process's own.
assert not may_fork()
assert told == fit(None)
print("equal")
"""


def test_a_library_computes_in_the_child_as_it_does_here_where_nothing_was_computed_before() -> (
    None
):
    told = subprocess.run(
        [sys.executable, "-c", FITTED], capture_output=True, text=True, timeout=GENEROUS_SECONDS
    )
    assert (told.returncode, told.stdout.split()) == (0, ["equal"]), told.stderr
