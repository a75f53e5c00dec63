"""Fitting in a process of its own: whatever kills that process becomes a refusal in words, and nothing else is lost."""

from __future__ import annotations

import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from typing import Any, Generic, NoReturn, Self, TypeVar

from features.vocabulary.errors import ModelRefused, RegularsError
from features.vocabulary.progress import Progress
from training.learners.trees import load_library

Result = TypeVar("Result")

_NOTHING_LOST = "Nothing is left half-written, and what was in use before still is."
_ROOM = "Most often the machine has run out of memory: end what else needs it, or train where there is more."
_AGAIN = "Run it again. If it ends in the same way, a library has failed on these data: report this sentence."
_DONE, _FAULT, _STEP = "done", "fault", "step"


_has_computed = threading.Event()


def may_fork() -> bool:
    """Whether a child of this process can compute: not once a model was fitted or judged in it.

    The threads in which libraries compute (OpenMP) do not live on in a fork, and it would wait for them for ever.
    """
    return not _has_computed.is_set()


def note_computed() -> None:
    """From now on a fork of this process cannot compute."""
    _has_computed.set()


def apart(name: str, work: Callable[[Progress], Result], progress: Progress) -> Result:
    """Do some work of the training of ``name`` in a child process, and hand back what it came to.

    Whether a child can compute ``may_fork`` says. What the work raises is raised here. ``ModelRefused`` when the child ends otherwise: by a signal, for want of
    memory, or without a word.
    """
    with Begun(name, work) as begun:
        return begun.result(progress)


class Begun(Generic[Result]):
    """Work in a child process that goes on beside what its parent does; leaving the block ends it.

    ``child`` is the number of that process, None once it was waited for.
    """

    def __init__(self, name: str, work: Callable[[Progress], Result]) -> None:
        self._name = name
        self._reader, writer = Pipe(duplex=False)
        # Children fit with it and this process judges by it: loaded before the fork, it is loaded once.
        load_library()
        sys.stdout.flush()
        sys.stderr.flush()
        child = os.fork()
        if not child:
            self._reader.close()
            _work(work, writer)
        writer.close()
        self.child: int | None = child

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *fault: object) -> None:
        self._reader.close()
        if self.child is not None:
            # Nobody waits for it any more: it was stopped, or its progress cannot be shown.
            os.kill(self.child, signal.SIGKILL)
            os.waitpid(self.child, 0)

    def result(self, progress: Progress) -> Result:
        """Wait for what it comes to; to be asked once."""
        assert self.child is not None, "asked before"
        stage, said = "beginning", None
        # What it has said is the last thing read; without it, the end of the pipe is the end of the child.
        with suppress(EOFError):
            while said is None:
                kind, told = self._reader.recv()
                if kind == _STEP:
                    stage = told[0]
                    progress(*told)
                else:
                    said = kind, told
        _, status, used = os.wait4(self.child, 0)
        self.child = None
        if said is None or isinstance(said[1], MemoryError):
            code = os.waitstatus_to_exitcode(status)
            raise _ended(self._name, stage, code, _bytes(used.ru_maxrss), said)
        if said[0] == _FAULT:
            raise said[1]
        result: Result = said[1]
        return result


def _work(work: Callable[[Progress], Any], writer: Connection) -> NoReturn:
    """What the child does: it says what it came to and ends, with nothing of its parent's tidied up."""
    code = 1
    try:

        def progress(step: str, done: int, total: int) -> None:
            writer.send((_STEP, (step, done, total)))

        try:
            said: tuple[str, Any] = (_DONE, work(progress))
            code = 0
        except BaseException as fault:
            said = (_FAULT, _carried(fault))
        writer.send(said)
    except BaseException:
        traceback.print_exc()
        code = 1
    finally:
        with suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _carried(fault: BaseException) -> BaseException:
    """A fault as another process reads it; of a mistake of ours, where it was made stands in a note."""
    if isinstance(fault, MemoryError):
        return MemoryError(str(fault))
    where = "".join(traceback.format_exception(fault))
    if not isinstance(fault, RegularsError):
        fault.add_note(where)
    try:
        # Some libraries' faults can be written and not read again.
        ForkingPickler.loads(ForkingPickler.dumps(fault))
    except Exception:
        return RuntimeError(where)
    return fault


def _ended(
    name: str, stage: str, code: int, used_bytes: int, said: tuple[str, Any] | None
) -> ModelRefused:
    """That the child has ended without a result: how, at what, and with how much memory."""
    is_short = said is not None or code == -signal.SIGKILL
    if said is not None:
        how = "found no more memory"
    elif code < 0:
        how = f"was ended by signal {-code} ({_name(-code)})"
    else:
        how = f"ended with {code} and without a word"
    return ModelRefused(
        expected=f"the process that trains {name} to come to its end",
        found=f"it {how} at the stage of {stage!r}, with {used_bytes / 1e9:.2f} GB of memory in use at most",
        remedy=f"{_NOTHING_LOST} {_ROOM if is_short else _AGAIN}",
    )


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return "of no name"


def _bytes(most: int) -> int:
    """Peak memory as the system tells it: in bytes on macOS, elsewhere in kibibytes."""
    return most * (1 if sys.platform == "darwin" else 1024)
