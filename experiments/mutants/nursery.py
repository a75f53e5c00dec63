"""A process that has loaded the libraries and none of our packages; each trial runs in a child of it.

It is started as a script, in a copy of the project, so that ``features`` and the others are those of the
copy. It reads tasks and writes outcomes, one JSON object a line. Loading the libraries takes longer than
most trials; a child that is forked has them for nothing.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import math
import os
import resource
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback
import warnings
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

LIBRARIES = (
    *("numpy", "scipy", "pandas", "pyarrow.parquet", "duckdb", "numba", "lightgbm", "polars"),
    *("sklearn.linear_model", "sklearn.cluster", "sklearn.metrics", "shap", "matplotlib.pyplot"),
    *("implicit.als", "mlflow", "mlflow.pyfunc", "sqlalchemy", "pydantic", "jinja2", "babel"),
    *(
        "fastapi",
        "starlette.testclient",
        "httpx",
        "bentoml",
        "_bentoml_sdk",
        "_bentoml_impl.server",
    ),
    *("prometheus_client", "click", "rich.table", "orjson", "filelock", "openpyxl", "bs4", "yaml"),
    *("hypothesis", "hypothesis.strategies", "schemathesis", "_pytest.assertion.rewrite"),
)
ARGUMENTS = (
    *("-q", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning"),
    *("-m", "not slow and not browser and not spark and not postgres"),
)
COMPANIES = frozenset({"demo_workspace", "valued_company", "drugstore", "offering_company"})
"""The fixtures that bring a company: what needs none is tried first."""
_SIGNAL_AT_PARENTS_DEATH = 1
_NEVER_BEGUN = 70
"""The exit code of a child that did not come as far as its tests, for which no mistake is to blame."""
MOST_BYTES = 12 * 1024**3
_WORKING = 0.01
"""Who uses a smaller share of a core than that waits."""


class Conduct:
    """What pytest is told in a child: which tests come first, and to write down how they went."""

    companies = ""

    def __init__(self, task: dict[str, Any]) -> None:
        self._known: dict[str, float] = task["known"]
        self._left_out = frozenset(task["left_out"])
        type(self).companies = task["companies"]
        self.seconds: dict[str, float] = {}
        self.failed: list[str] = []
        self.uncollected: list[str] = []

    @pytest.fixture(scope="session", autouse=True)
    @classmethod
    def companies_made_before(cls, tmp_path_factory: pytest.TempPathFactory) -> None:
        """The companies of the unchanged code, where the mistake has no part in making them."""
        if cls.companies:
            (tmp_path_factory.getbasetemp() / "companies").symlink_to(cls.companies)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """The quick ones first, a file's together; those that fail without any mistake not at all."""
        kept = [item for item in items if item.nodeid not in self._left_out]
        files = list(dict.fromkeys(item.nodeid.split("::")[0] for item in kept))
        files.sort(key=lambda file: any(map(self._needs_company, self._of(file, kept))))
        items[:] = [
            item
            for file in files
            for item in sorted(
                self._of(file, kept),
                key=lambda one: (self._needs_company(one), self._known.get(one.nodeid, 1.0)),
            )
        ]

    @staticmethod
    def _of(file: str, items: list[pytest.Item]) -> list[pytest.Item]:
        return [item for item in items if item.nodeid.split("::")[0] == file]

    @staticmethod
    def _needs_company(item: pytest.Item) -> bool:
        return not COMPANIES.isdisjoint(getattr(item, "fixturenames", ()))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file that cannot be read into tests: the mistake is found by the first import."""
        if report.failed:
            self.uncollected.append(report.nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """How long each part of a test took, and whether it failed."""
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0.0) + report.duration
        if report.failed:
            self.failed.append(report.nodeid)


def main(tree: Path, libraries: Sequence[str]) -> None:
    """Load the libraries, then try one task after another until there are no more."""
    _end_with_parent()
    warnings.simplefilter("ignore")
    for name in libraries:
        try:
            importlib.import_module(name)
        except ImportError:
            continue
    warnings.resetwarnings()
    _let_go_of_ours(tree)
    if threading.active_count() > 1:
        raise RuntimeError(f"a library started a thread: {threading.enumerate()}")
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        print(json.dumps(tried(json.loads(line), tree)), flush=True)


def _let_go_of_ours(tree: Path) -> None:
    """Forget what a library has loaded of the project: a mistake put into it later would be made in vain.

    MLflow looks for plugins when it is loaded, and finds ours by the entry point of the installed project.
    """
    ours = {one.parent.name for one in tree.glob("*/__init__.py")} | {
        one.stem for one in tree.glob("*.py")
    }
    for name in [one for one in sys.modules if one.split(".")[0] in ours]:
        del sys.modules[name]


def _plug_in_again() -> None:
    """Let MLflow find the plugin once more, that of the copy."""
    known = sys.modules.get("mlflow.store.artifact.artifact_repository_registry")
    if known is not None:
        # What cannot be loaded for its mistake is met again by the tests.
        with suppress(Exception):
            known._artifact_repository_registry.register_entrypoints()


def tried(task: dict[str, Any], tree: Path) -> dict[str, Any]:
    """Put the mistake into the copy, run its tests in a child, and take it out again."""
    path = tree / task["file"] if task["file"] else None
    kept = (path.read_bytes(), path.stat()) if path else None
    folder = Path(tempfile.mkdtemp(prefix="trial-"))
    try:
        if path:
            path.write_text(task["source"], encoding="utf-8")
        return _forked(task, tree, folder)
    finally:
        if path and kept:
            path.write_bytes(kept[0])
            # numba knows a source by its time.
            os.utime(path, ns=(kept[1].st_atime_ns, kept[1].st_mtime_ns))
        shutil.rmtree(folder, ignore_errors=True)


def _forked(task: dict[str, Any], tree: Path, folder: Path) -> dict[str, Any]:
    begun = time.monotonic()
    child = os.fork()
    if not child:
        _child(task, tree, folder)
    status, used, in_time = _awaited(child, begun + task["seconds"], task["still_seconds"])
    _end_group(child)
    report = folder / "report.json"
    found: dict[str, Any] = json.loads(report.read_text()) if report.exists() else {}
    code = os.waitstatus_to_exitcode(status)
    took_long = not in_time or code in (-signal.SIGXCPU, -signal.SIGKILL)
    outcome = "timeout" if took_long else _said(code, found)
    log = (folder / "log").read_text(errors="replace") if (folder / "log").exists() else ""
    return {
        "outcome": outcome,
        "seconds": round(time.monotonic() - begun, 2),
        "processor": round(used.ru_utime + used.ru_stime, 2),
        "failed": found.get("failed", []),
        "known": found.get("seconds", {}),
        "log": log[-8000:] if log.count("assert") < 9 else log[:9000],
    }


def _awaited(
    child: int, until: float, still_seconds: float
) -> tuple[int, resource.struct_rusage, bool]:
    """The end of a child: it is ended where it takes too long, or waits for what never comes."""
    looked_at, before = time.monotonic(), 0.0
    while time.monotonic() < until:
        ended, status, used = os.wait4(child, os.WNOHANG)
        if ended:
            return status, used, True
        if time.monotonic() > looked_at + still_seconds:
            now = _processor_seconds(child)
            if abs(now - before) < _WORKING * still_seconds:
                break
            looked_at, before = time.monotonic(), now
        time.sleep(0.02)
    _end_group(child)
    _, status, used = os.wait4(child, 0)
    return status, used, False


def _processor_seconds(child: int) -> float:
    """What a child and all it started have used so far; it falls where one of them ends."""
    used = 0.0
    with suppress(psutil.Error):
        process = psutil.Process(child)
        for one in (process, *process.children(recursive=True)):
            with suppress(psutil.Error):
                used += sum(one.cpu_times()[:2])
    return used


def _end_with_parent() -> None:
    """Whoever breaks a run off must not leave a mutant running."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SIGNAL_AT_PARENTS_DEATH, signal.SIGKILL)


def _end_group(child: int) -> None:
    """End what a child has left running."""
    try:
        os.killpg(child, signal.SIGKILL)
    except ProcessLookupError:
        return


def _said(code: int, found: dict[str, Any]) -> str:
    """What the end of pytest means for a mutant."""
    if code in (2, 4) or found.get("uncollected"):
        return "not importable"
    ends = {0: "passed", 1: "failed", 5: "no tests", _NEVER_BEGUN: "never begun"}
    return ends.get(code, "crashed")


def _child(task: dict[str, Any], tree: Path, folder: Path) -> None:
    """Run pytest in a forked process, which ends here."""
    code = _NEVER_BEGUN
    try:
        os.setsid()
        _end_with_parent()
        log = os.open(folder / "log", os.O_CREAT | os.O_WRONLY)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for source, target in ((nothing, 0), (log, 1), (log, 2)):
            os.dup2(source, target)
        resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
        # Processor time: what else the machine is doing must not end a test that would pass.
        most = math.ceil(task["processor"])
        resource.setrlimit(resource.RLIMIT_CPU, (most, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.chdir(tree)
        sys.path.insert(0, str(tree))
        _plug_in_again()
        os.environ["TMPDIR"] = str(folder)
        tempfile.tempdir = str(folder)
        _compile_into(task["machine_code"], task["forgotten"], folder)
        conduct = Conduct(task)
        only_first = ["--exitfirst"] if task["file"] else []
        arguments = [*ARGUMENTS, *only_first, f"--basetemp={folder / 'pytest'}", *task["tests"]]
        code = _exit_code(conduct, arguments)
        report = {
            "seconds": conduct.seconds,
            "failed": conduct.failed,
            "uncollected": conduct.uncollected,
        }
        (folder / "report.json").write_text(json.dumps(report))
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(code)


def _exit_code(conduct: Conduct, arguments: Sequence[str]) -> int:
    """How pytest ended; where it fell over itself after a test had failed, the failed test counts."""
    try:
        return int(pytest.main([*arguments], plugins=[conduct]))
    except Exception:
        # It raises what it only warns of as a rule, such as a file that a failed test left open.
        traceback.print_exc()
        return 1 if conduct.failed else _NEVER_BEGUN


def _compile_into(machine_code: str, forgotten: list[str] | None, folder: Path) -> None:
    """Where numba keeps what it compiles: for all trials, or a copy without what the mistake may be in.

    numba knows a function by its own file alone, so that it would take up what a function of another
    file, compiled into it, no longer is.
    """
    place = Path(machine_code)
    if forgotten is not None:
        # What is being written at this moment, by another trial, goes away under the copier's hand.
        stale = shutil.ignore_patterns("*.tmp.*", "tmp*", *(f"{stem}.*" for stem in forgotten))
        place = folder / "machine-code"
        if Path(machine_code).exists():
            shutil.copytree(machine_code, place, ignore=stale)
    os.environ["NUMBA_CACHE_DIR"] = str(place)
    numba = sys.modules.get("numba")
    if numba is not None:
        numba.config.CACHE_DIR = str(place)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), sys.argv[2:] or LIBRARIES)
