"""What happens to a service in its days: a process dies or stands still, the disk is full, models come and go, people leave.

Each is done to a service that answers, looks itself whether it was done, and is over when it returns.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from experiments.bench.service.ground import CHURN, BenchCompany
from experiments.bench.service.load import LoadCall, answer_of
from experiments.bench.service.servers import Server
from features.company.workspace import CURRENT, point_at
from serving.in_use.attendance import attending

PAUSE_SECONDS, FULL_SECONDS, DAMAGED_SECONDS = 5.0, 8.0, 15.0
_LONGEST_SECONDS = 40.0


@dataclass
class Mishaps:
    """The faults of one service, with when the disk was full and who was erased when."""

    ground: BenchCompany
    server: Server
    workers: int
    officer: str
    erasable: Sequence[Sequence[str]]
    filler: Path | None
    """A file on the workspace's own disk that may fill it; None where it has no disk of its own."""
    full: list[tuple[float, float]] = field(default_factory=list)
    erased_at: dict[str, tuple[float, float]] = field(default_factory=dict)
    """When an erasure was asked for and when it was answered, by customer."""
    undone: list[str] = field(default_factory=list)
    is_full: bool = False
    _erasing: Sequence[str] = ()
    _turns: int = 0
    _erasures: int = 0

    @property
    def kinds(self) -> Mapping[str, Callable[[], str]]:
        """The faults by name, each of which says what it did."""
        found = {
            "kill": self.kill,
            "pause": self.pause,
            "full disk": self.fill_the_disk,
            "promotion": self.promote_or_roll_back,
            "erasure": self.erase,
            "damaged bundle": self.damage,
        }
        return {name: one for name, one in found.items() if self.filler or name != "full disk"}

    def kill(self) -> str:
        """A worker is killed; it is over when as many as before attend again."""
        victim = self._workers()[-1]
        victim.kill()
        begun = time.perf_counter()
        seconds = self._until(
            "a killed worker was not replaced",
            lambda: (
                victim.pid not in [one.pid for one in self._workers()]
                and len(attending(self.ground.workspace)) == self.workers
            ),
            begun,
        )
        return f"killed a worker; all answer again after {seconds:.1f} s"

    def pause(self) -> str:
        """A worker stands still for some seconds."""
        victim = self._workers()[-1]
        victim.send_signal(signal.SIGSTOP)
        time.sleep(PAUSE_SECONDS)
        stood = victim.status() == psutil.STATUS_STOPPED
        victim.send_signal(signal.SIGCONT)
        if not stood:
            self.undone.append("a worker did not stand still")
        return f"a worker stood still for {PAUSE_SECONDS:.0f} s"

    def fill_the_disk(self) -> str:
        """Not a byte can be written to the workspace for some seconds."""
        assert self.filler is not None
        begun = time.perf_counter()
        self.is_full = True
        with self.filler.open("wb", buffering=0) as file:
            size = _fill(file.write)
        time.sleep(FULL_SECONDS)
        try:
            self.filler.with_suffix(".more").write_bytes(b"0" * 2**20)
            self.undone.append("the disk was not full")
        except OSError:
            pass
        self.filler.with_suffix(".more").unlink(missing_ok=True)
        self.filler.unlink()
        self.full.append((begun, time.perf_counter()))
        self.is_full = False
        return f"the disk was full for {FULL_SECONDS:.0f} s, with {size / 1e6:.0f} MB of something else"

    def promote_or_roll_back(self) -> str:
        """The command of an operator, in turns."""
        words = ["rollback"] if self._turns % 2 else ["promote", "3"]
        self._turns += 1
        command = [sys.executable, "-m", "regulars", *words, "--reason", "bench", "--json"]
        begun = time.perf_counter()
        told = subprocess.run(
            [*command, "--settings", str(self.ground.settings_path)],
            capture_output=True,
            text=True,
        )
        said = json.loads(told.stdout.splitlines()[-1]) if told.stdout else {}
        if told.returncode or not said.get("served"):
            self.undone.append(f"{' '.join(words)}: {told.stdout}{told.stderr}")
        return f"{words[0]}, said to be served after {time.perf_counter() - begun:.1f} s"

    def erase(self) -> str:
        """A thousand customers want to be forgotten."""
        gone = self._erasing = self.erasable[self._erasures % len(self.erasable)]
        self._erasures += 1
        call = LoadCall.of("/v1/erasures", {"customer_ids": gone}, x_api_key=self.officer)
        begun = time.perf_counter()
        status, _ = answer_of(self.server.port, call)
        ended = time.perf_counter()
        if status != 202:
            self.undone.append(f"an erasure was answered {status}")
            return f"erasure: {status}"
        self.erased_at.update(dict.fromkeys(gone, (begun, ended)))
        return f"{len(gone):,} customers were erased in {ended - begun:.2f} s"

    def is_erasing(self, customer: str) -> bool:
        """Whether the customer is among those of the last erasure, which may not be answered yet."""
        return customer in self._erasing

    def damage(self) -> str:
        """The newest bundle is damaged: a byte of each of its files is another, and readers are pointed at it."""
        pointer = self.ground.workspace.bundles / CHURN / CURRENT
        before = pointer.read_text(encoding="utf-8").strip()
        with _damaged_twin(pointer.parent / before) as twin:
            point_at(pointer, twin.name)
            time.sleep(DAMAGED_SECONDS)
            told = all(one.faults for one in attending(self.ground.workspace))
            point_at(pointer, before)
        if not told:
            self.undone.append("a damaged bundle was not told of")
        seconds = self._until(
            "the fault was still told of",
            lambda: not any(one.faults for one in attending(self.ground.workspace)),
            time.perf_counter(),
        )
        return f"a damaged bundle was the newest for {DAMAGED_SECONDS:.0f} s; sound again after {seconds:.1f} s"

    def _workers(self) -> list[psutil.Process]:
        """The processes that answer: they hold the most memory."""
        family: list[psutil.Process] = self.server.process.children(recursive=True)
        held = {one.pid: one.memory_info().rss for one in family if one.is_running()}
        family.sort(key=lambda one: held.get(one.pid, 0))
        return family[-self.workers :]

    def _until(self, otherwise: str, is_so: Callable[[], bool], begun: float) -> float:
        while not is_so():
            if time.perf_counter() - begun > _LONGEST_SECONDS:
                self.undone.append(otherwise)
                break
            time.sleep(0.1)
        return time.perf_counter() - begun


def _fill(write: Callable[[bytes], int]) -> int:
    size, block = 0, b"0" * 2**20
    while block:
        try:
            size += write(block)
        except OSError:
            # The last bytes as well: a small row must find no room either.
            block = block[: len(block) // 2]
    return size


@contextmanager
def _damaged_twin(folder: Path) -> Iterator[Path]:
    """A copy of a bundle, one byte in the middle of each file flipped."""
    twin = folder.with_name(f"{folder.name[:-4]}dead")
    twin.mkdir()
    for path in folder.iterdir():
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        (twin / path.name).write_bytes(content)
    try:
        yield twin
    finally:
        for path in twin.iterdir():
            path.unlink()
        twin.rmdir()


@contextmanager
def disk_of_its_own(folder: Path, megabytes: int) -> Iterator[bool]:
    """A disk in memory at a folder, where whoever runs this may mount one."""
    folder.mkdir()
    if sys.platform != "linux" or os.geteuid():
        yield False
        return
    size = f"size={megabytes}m,mode=0700"
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)])
    try:
        yield not mounted.returncode
    finally:
        if not mounted.returncode:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
