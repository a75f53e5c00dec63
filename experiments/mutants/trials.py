"""The trials: each mutant against its tests, in copies of the project that run beside each other."""

from __future__ import annotations

import hashlib
import json
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from experiments.bench.house.structure import ROOT
from experiments.mutants.copies import WORK, laid, surroundings
from experiments.mutants.mirror import Imports, file_of, module_of
from experiments.mutants.mutant import Mutant
from experiments.mutants.results import Result, Results, digest_of
from experiments.mutants.seen import SeenTests, file_part

_LEAST_SECONDS = 30.0
_UNKNOWN_SECONDS = 240.0
"""Processor time for tests that nobody has timed; a trial that takes more is taken to have no end."""
_MAKING_COMPANIES = 120.0
_MOST_SECONDS = 1_800.0
"""However busy the machine is, nothing is waited for any longer."""
_STILL_SECONDS = 60.0
"""Nor is a trial that has used hardly any processor time for so long: it waits for what never comes."""


@dataclass(frozen=True)
class Attempt:
    """A mutant and the test files, or tests, that ought to notice it."""

    mutant: Mutant
    tests: tuple[str, ...]

    @property
    def digest(self) -> str:
        """What its result depends on."""
        return digest_of(self.mutant, self.tests, ROOT)


class Nursery:
    """A process that tries one task at a time, with a copy of the project of its own."""

    def __init__(self, tree: Path, *libraries: str) -> None:
        script = Path(__file__).with_name("nursery.py")
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(script), str(tree), *libraries],
            cwd=tree, env=surroundings(tree), text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        self._answer()

    def tried(self, task: dict[str, Any]) -> dict[str, Any]:
        """How a task ended."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(task) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the nursery ended with {self._process.wait()}")
        told: dict[str, Any] = json.loads(line)
        return told

    def close(self) -> None:
        """Let it end by itself."""
        with self._process:
            assert self._process.stdin is not None
            self._process.stdin.close()


class Workshop:
    """What all trials share: who imports whom, the companies of the unchanged code, and what tests were seen to do."""

    def __init__(self, imports: Imports, folder: Path = WORK) -> None:
        self.imports = imports
        self.folder = folder
        self._ingredients = imports.ingredients()
        self._companies = folder / f"companies-{_digest(sorted(self._ingredients))}"
        self._companies.mkdir(parents=True, exist_ok=True)
        self._compiling = {
            file_of(module)
            for door in ("training.compiled", "features.kernel.compiled")
            for module in imports.importers(door)
        } | {"features/store/order_numbers.py"}
        self.seen = SeenTests(folder / "seen.json", cache(self._upstream))

    @contextmanager
    def nursery(self, number: int) -> Iterator[Nursery]:
        """A nursery with a copy of its own, which has this number."""
        nursery = Nursery(laid(self.folder / f"copy-{number}"))
        try:
            yield nursery
        finally:
            nursery.close()

    def tried(self, attempt: Attempt, nursery: Nursery) -> Result:
        """How a trial ended; what failed is held to have noticed only if it passes without the mistake."""
        if not attempt.tests:
            return Result("no tests", "", 0.0, attempt.mutant.name)
        while True:
            said = nursery.tried(self.task(attempt.mutant, attempt.tests))
            if said["outcome"] == "never begun":
                raise RuntimeError(f"{attempt.mutant.name} could not be tried:\n{said['log']}")
            self.seen.note(said["known"], said["failed"], is_changed=True)
            if said["outcome"] == "passed":
                self.seen.note_whole(test for test in attempt.tests if "::" not in test)
            if said["outcome"] != "failed" or self._passes(said["failed"][0], nursery):
                by = said["failed"][0] if said["failed"] else ""
                return Result(said["outcome"], by, said["processor"], attempt.mutant.name)

    def _passes(self, test: str, nursery: Nursery) -> bool:
        """Whether a test passes on the unchanged code; what does not is left out from now on."""
        if not self.seen.has_passed(test):
            said = nursery.tried(self.task(None, [test.split("[")[0]]))
            if said["outcome"] not in ("passed", "failed"):
                raise RuntimeError(f"{test} does not run on the unchanged code:\n{said['log']}")
            self.seen.note(said["known"], said["failed"], is_changed=False)
            if not self.seen.has_passed(test):
                self.seen.note({}, {test} - set(said["failed"]), is_changed=False)
        return self.seen.has_passed(test)

    def task(self, mutant: Mutant | None, tests: Sequence[str]) -> dict[str, Any]:
        """What a nursery is to do: put in a mistake, if there is any, and run tests."""
        files = {file_part(test) for test in tests}
        known = self.seen.times(files)
        makes_companies = mutant is not None and mutant.file in self._ingredients
        least = _LEAST_SECONDS if self.seen.are_whole(files) else _UNKNOWN_SECONDS
        return {
            "file": mutant.file if mutant else "",
            "source": mutant.source if mutant else "",
            "tests": list(tests),
            "known": known,
            "left_out": self.seen.failing(files),
            "processor": least + 5.0 * sum(known.values()) + _MAKING_COMPANIES,
            "seconds": _MOST_SECONDS,
            "still_seconds": _STILL_SECONDS,
            "companies": "" if makes_companies else str(self._companies),
            "machine_code": str(self.folder / "machine-code"),
            "forgotten": self._forgotten(mutant.file) if mutant else None,
        }

    def _forgotten(self, file: str) -> list[str] | None:
        """The compiled files that a mistake in this one may be compiled into; None where there are none."""
        compiling = {module_of(one) for one in self._compiling}
        reached, waiting = set[str](), [module_of(file)]
        while waiting:
            module = waiting.pop()
            if module not in reached:
                reached.add(module)
                waiting += self.imports.importers(module) & compiling
        concerned = reached & compiling
        return sorted(one.split(".")[-1] for one in concerned) if concerned else None

    def _upstream(self, test: str) -> str:
        graph = self.imports.graph
        modules = graph.find_upstream_modules(module_of(test)) | {module_of(test)}
        return _digest(sorted(file_of(one) for one in modules))


def _digest(files: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for file in files:
        path = (
            ROOT / file
            if (ROOT / file).exists()
            else ROOT / file.removesuffix(".py") / "__init__.py"
        )
        digest.update(file.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def try_all(
    attempts: Sequence[Attempt],
    results: Results,
    workshop: Workshop,
    jobs: int,
    tell: Callable[[Attempt, Result], None],
) -> None:
    """Try what was not tried yet, in so many copies at once, and tell of each as it ends."""
    waiting: queue.SimpleQueue[Attempt] = queue.SimpleQueue()
    faults: list[BaseException] = []
    for attempt in attempts:
        known = results.find(attempt.digest)
        if known is None:
            waiting.put(attempt)
        else:
            tell(attempt, known)
    if waiting.empty():
        return
    telling = threading.Lock()

    def work(number: int) -> None:
        try:
            with workshop.nursery(number) as nursery:
                for attempt in _taken(waiting):
                    if faults:
                        return
                    result = workshop.tried(attempt, nursery)
                    with telling:
                        results.keep(attempt.digest, result)
                        tell(attempt, result)
        except BaseException as fault:
            faults.append(fault)

    workers = [threading.Thread(target=work, args=(number,)) for number in range(jobs)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if faults:
        raise faults[0]


def _taken(waiting: queue.SimpleQueue[Attempt]) -> Iterator[Attempt]:
    while True:
        try:
            yield waiting.get_nowait()
        except queue.Empty:
            return
