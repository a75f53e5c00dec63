"""No process of a service outlives the one that started it, however that one ended."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest

from serving.process.descendants import (
    PARENT_VARIABLE,
    PIPE_VARIABLE,
    Descendants,
    end_with_parent,
)
from tests.serving.company import Company
from tests.serving.process.test_launch import PROJECT, free_port
from tests.waiting import GENEROUS_SECONDS, until

CHILD = """
    import signal, subprocess, sys, time
    from serving.process.descendants import end_with_parent
    end_with_parent()
    depth, is_deaf = int(sys.argv[1]), sys.argv[2] == "deaf"
    if is_deaf:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if depth:
        again = [sys.executable, "-c", sys.argv[3], str(depth - 1), *sys.argv[2:]]
        child = subprocess.Popen(again, close_fds=False, start_new_session=True)
    time.sleep(3_600)
"""


def lives(process: psutil.Process) -> bool:
    """Whether a process still runs; one that nobody has asked after yet does not."""
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


@contextmanager
def family(depth: int, how: str = "") -> Iterator[tuple[Descendants, list[psutil.Process]]]:
    """A process with as many below it, each in a session of its own; all of them, the eldest first."""
    descendants, script = Descendants(), textwrap.dedent(CHILD)
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(depth), how, script],
        env={**os.environ, **descendants.variables, "PYTHONPATH": str(PROJECT)},
        pass_fds=(descendants.descriptor,),
    )
    descendants.begun()
    eldest = psutil.Process(process.pid)
    until(lambda: len(eldest.children(recursive=True)) == depth)
    everybody = [eldest, *eldest.children(recursive=True)]
    until(lambda: not descendants.have_ended(0) and descendants._lines.count(b"\n") == depth + 1)
    try:
        yield descendants, everybody
    finally:
        for one in everybody:
            if lives(one):
                one.kill()
        process.wait()


def test_whoever_loses_the_parent_ends_and_with_it_all_below() -> None:
    with family(2) as (descendants, everybody):
        assert not descendants.have_ended(0)
        everybody[0].kill()
        everybody[0].wait()
        assert descendants.have_ended(GENEROUS_SECONDS)
        # The last thing a process lets go of is its number.
        until(lambda: not any(lives(one) for one in everybody))


def test_whoever_does_not_end_is_killed() -> None:
    with family(1, "deaf") as (descendants, everybody):
        everybody[0].kill()
        everybody[0].wait()
        assert not descendants.have_ended(0)
        descendants.kill()
        assert descendants.have_ended(0)
        until(lambda: not lives(everybody[1]))


def test_where_nobody_said_who_the_parent_is_nothing_is_watched() -> None:
    said: dict[str, str] = {}
    end_with_parent(said)
    assert said == {}


def test_a_process_is_told_once_of_its_parent_and_tells_its_own_children_of_itself() -> None:
    said = {PARENT_VARIABLE: str(os.getppid()), PIPE_VARIABLE: "no number"}
    end_with_parent(said)
    end_with_parent(said)
    assert said[PARENT_VARIABLE] == str(os.getpid())


SERVE = """
    import sys
    from pathlib import Path
    from serving.process.launch import serve

    def tell(started):
        print("ready", flush=True)

    sys.exit(serve(Path(sys.argv[1]), port=int(sys.argv[2]), on_ready=tell))
"""


@pytest.mark.parametrize("who", ["bentoml", pytest.param("serve", marks=pytest.mark.slow)])
def test_a_service_whose_parent_is_killed_lets_go_of_its_port(
    demo_workspace: Company, who: str
) -> None:
    port = free_port()
    command = [sys.executable, "-c", textwrap.dedent(SERVE)]
    command += [str(demo_workspace.settings_path), str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=PROJECT) as process:
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
        serving = psutil.Process(process.pid)
        (parent,) = serving.children()
        everybody = [parent, *parent.children(recursive=True)]
        assert len(everybody) >= 2
        os.kill(process.pid if who == "serve" else parent.pid, signal.SIGKILL)
        assert process.wait(GENEROUS_SECONDS) == (-signal.SIGKILL if who == "serve" else 1)
        if who == "serve":
            until(lambda: not any(lives(one) for one in everybody))
    # Where the command itself has ended, whoever waited for that may start it again at once.
    with socket.create_server(("127.0.0.1", port)):
        pass
    until(lambda: not any(lives(one) for one in everybody))
