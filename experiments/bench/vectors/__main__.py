"""Behaviour vectors against the floor and against SQL, polars and pandas doing the same features.

``SIZE=small`` makes 10,000 customers with half a million lines and judges what does not depend on the
size; ``SIZE=full`` makes 100,000 with 5 million and judges the speed, Spark's and that of a day appended
too; ``SIZE=huge`` adds 1,000,000 with 50 million. Every engine runs as a process of its own, in rounds,
one after the other; its figure is the CPU seconds (user and system) of the whole process, imports
included; ``ROUNDS`` is 3. The floor is DuckDB reading the columns the features need and grouping them by
customer.
"""

from __future__ import annotations

import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np

from experiments.bench.claims import Arguments, Claim, arguments, conclude

Direction = Literal["at most", "at least"]

_NEEDS = {"polars": "polars", "pandas": "pandas"}
_WRITTEN = {"sql": "duckdb_sql.parquet", "polars": "polars.parquet", "pandas": "pandas.parquet"}
_ENGINES = (
    "floor",
    "pack",
    "parquet",
    "pack 12",
    "parquet 12",
    "written",
    "sql",
    "polars",
    "pandas",
)
_HUGE_ENGINES = ("floor", "pack", "parquet", "parquet 12", "written", "sql")
_MEANING = {
    "floor": "DuckDB: scan of the 11 columns, grouped by customer",
    "start": "start of the interpreter and DuckDB, nothing computed",
    "imports": "start of the interpreter and the kernel, nothing computed",
    "pack": "kernel, one cutoff, memory-mapped pack → memory",
    "pack 12": "kernel, 12 cutoffs, memory-mapped pack → memory",
    "parquet": "kernel, one cutoff, sorted Parquet → memory",
    "parquet 12": "kernel, 12 cutoffs, sorted Parquet → memory",
    "written": "kernel, one cutoff, sorted Parquet → Parquet",
    "sql": "DuckDB SQL in CASE form, Parquet → Parquet",
    "polars": "polars, lazy and streaming, Parquet → Parquet",
    "pandas": "pandas, by bands of age, Parquet → Parquet",
}


@dataclass
class Measured:
    """What was measured of one engine, a round an entry."""

    cpu_seconds: list[float] = field(default_factory=list)
    wall_seconds: list[float] = field(default_factory=list)
    peak_gb: list[float] = field(default_factory=list)
    said: dict[str, Any] = field(default_factory=dict)

    @property
    def cpu(self) -> float:
        """The median CPU seconds."""
        return statistics.median(self.cpu_seconds)


def main() -> int:
    """Measure, print, and answer with the exit code."""
    given = arguments("behaviour vectors")
    with tempfile.TemporaryDirectory() as scratch:
        if given.is_small:
            claims = _judged(Path(scratch), 10_000, _ENGINES, 1, given)
        else:
            rounds = int(os.environ.get("ROUNDS", "3"))
            claims = _judged(Path(scratch), 100_000, _ENGINES, rounds, given)
        if given.is_huge:
            claims += _judged(Path(scratch) / "huge", 1_000_000, _HUGE_ENGINES, 1, given)
    return conclude("vectors", claims, given)


def _judged(
    folder: Path, customers: int, engines: Sequence[str], rounds: int, given: Arguments
) -> list[Claim]:
    """One company, all engines in turn, the table printed and the claims made."""
    folder.mkdir(exist_ok=True)
    (folder / "company.json").write_text(json.dumps({"customers": customers}), encoding="utf-8")
    # Made by a process of its own: a child's peak memory begins with that of its parent.
    lines = _once("company", folder).said["lines"]
    _first_calls(folder, compiles=not given.is_small)
    found = {name: Measured() for name in ("start", "imports", *_there(engines))}
    for _ in range(rounds):
        for name, measured in found.items():
            _once(name, folder, measured)
    features = found["pack"].said["features"]
    print(f"\n{lines:,} lines, {customers:,} customers, {features} features, {rounds} rounds\n")
    _table(found)
    large = "50M" if customers > 500_000 else "5M"
    claims = [] if given.is_small else _speed(found, large)
    if large == "5M":
        claims += [*_equal(folder, found), *_rest(folder)]
    if not given.is_small:
        claims += _appended(folder, customers, large)
        if large == "5M":
            claims += _on_spark(folder)
    return claims


def _first_calls(folder: Path, *, compiles: bool) -> None:
    """State what the first vector costs, before and after the machine code lies beside the kernel."""
    if compiles:
        environment = {**os.environ, "NUMBA_CACHE_DIR": str(folder / "numba")}
        taken = _once("first", folder, environment=environment).said["first"]
        print(f"  first vector, kernel not yet compiled: {taken:.2f} CPU s")
    _once("first", folder)
    taken = _once("first", folder).said["first"]
    print(f"  first vector, kernel loaded from its cache: {taken:.2f} CPU s")


def _there(engines: Sequence[str]) -> list[str]:
    """The engines whose library is installed; the others are named and left out."""
    there = []
    for name in engines:
        if name in _NEEDS and importlib.util.find_spec(_NEEDS[name]) is None:
            print(f"{name}: not installed, left out")
        else:
            there.append(name)
    return there


def _once(
    name: str,
    folder: Path,
    measured: Measured | None = None,
    environment: Mapping[str, str] | None = None,
) -> Measured:
    """Run an engine as a process of its own and note its CPU seconds and memory."""
    measured = measured or Measured()
    command = [sys.executable, "-m", "experiments.bench.vectors.run", name, str(folder)]
    begin = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        said = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{name} ended with {process.returncode}")
    measured.wall_seconds.append(time.perf_counter() - begin)
    measured.cpu_seconds.append(usage.ru_utime + usage.ru_stime)
    measured.peak_gb.append(usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e9)
    measured.said = json.loads(said.splitlines()[-1])
    print(f"  {name}: {measured.cpu_seconds[-1]:.2f} CPU s", flush=True)
    return measured


def _said(module: str, *words: str) -> dict[str, Any]:
    """What a bench module of its own says as its last line of JSON."""
    command = [sys.executable, "-m", f"experiments.bench.vectors.{module}", *words]
    answer = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    said: dict[str, Any] = json.loads(answer.stdout.splitlines()[-1])
    return said


def _appended(folder: Path, customers: int, size: str) -> list[Claim]:
    """A day taken in and everybody's vectors made anew, against making everything from nothing."""
    place = str(folder / "appended")
    said = {
        step: _said("appended", step, place, str(customers)) for step in ("make", "full", "append")
    }
    for step in ("full", "append"):
        print(f"  {step}: {said[step]['cpu_seconds']} CPU s, {said[step]['peak_megabytes']:,} MB")
    ratio = said["append"]["cpu_seconds"]["all"] / said["full"]["cpu_seconds"]["all"]
    return [Claim(f"{size}: a day appended, vectors of everybody / full build", ratio, 0.2, "x")]


def _on_spark(folder: Path) -> list[Claim]:
    """The kernel on Spark against Spark SQL, both warm."""
    if importlib.util.find_spec("pyspark") is None:
        print("pyspark: not installed, left out")
        return []
    said = {name: _said("spark", name, str(folder)) for name in ("kernel", "sql", "equal")}
    for name in ("kernel", "sql"):
        print(f"  spark {name}: {said[name]['cpu_seconds']} CPU s (cold, warm, warm)")
    warm = {name: statistics.median(said[name]["cpu_seconds"][1:]) for name in ("kernel", "sql")}
    return [Claim("Spark kernel / Spark SQL, warm", warm["kernel"] / warm["sql"], 1.0, "x")]


def _table(found: dict[str, Measured]) -> None:
    floor = found["floor"].cpu
    print(f"  {'engine':<58}{'CPU s':>8}{'range':>16}{'wall s':>8}{'x floor':>9}{'GB':>7}")
    for name, one in found.items():
        spread = f"{min(one.cpu_seconds):.2f}-{max(one.cpu_seconds):.2f}"
        print(
            f"  {_MEANING[name]:<58}{one.cpu:>8.2f}{spread:>16}"
            f"{statistics.median(one.wall_seconds):>8.1f}{one.cpu / floor:>9.2f}"
            f"{max(one.peak_gb):>7.2f}"
        )
    computed = floor - found["start"].cpu
    for name in ("pack", "parquet"):
        ratio = (found[name].cpu - found["imports"].cpu) / computed
        print(f"  {name}, the start of either process taken off: {ratio:.2f} x floor")


def _ratio(found: dict[str, Measured], above: str, below: str) -> tuple[float, tuple[float, float]]:
    """The median ratio of CPU seconds within a round, and its range."""
    pairs = zip(found[above].cpu_seconds, found[below].cpu_seconds, strict=True)
    ratios = [one / other for one, other in pairs]
    return statistics.median(ratios), (min(ratios), max(ratios))


def _speed(found: dict[str, Measured], size: str) -> list[Claim]:
    """The claims on CPU seconds, each a ratio within a round."""
    wanted = [
        ("one cutoff from sorted Parquet / floor", "parquet", "floor", {"5M": 2.5, "50M": 2.0}),
        ("one cutoff from the pack / floor", "pack", "floor", {"5M": 1.0, "50M": 1.0}),
        ("12 cutoffs / one, from Parquet", "parquet 12", "parquet", {"5M": 1.8, "50M": 1.8}),
        ("DuckDB SQL / kernel, both writing", "sql", "written", {"5M": 2.5, "50M": 8.0}),
        ("polars / kernel, both writing", "polars", "written", {"5M": 3.0}),
        ("pandas / kernel, both writing", "pandas", "written", {"5M": 3.0}),
    ]
    claims = []
    for name, above, below, reach in wanted:
        if above in found and size in reach:
            measured, spread = _ratio(found, above, below)
            direction: Direction = "at least" if below == "written" else "at most"
            title = f"{size}: {name}"
            claims.append(Claim(title, measured, reach[size], "x", direction, spread))
    if size == "50M":
        for name in ("pack", "parquet"):
            peak = max(found[name].peak_gb)
            claims.append(Claim(f"50M: peak memory, one cutoff from {name}", peak, 3.0, "GB"))
    return claims


def _equal(folder: Path, found: dict[str, Measured]) -> list[Claim]:
    """How many columns of each peer differ from the kernel's by more than float32 explains."""
    import pyarrow.parquet as parquet

    ours = parquet.read_table(folder / "kernel.parquet")
    claims = []
    for name, file in _WRITTEN.items():
        if name not in found:
            continue
        theirs = parquet.read_table(folder / file)
        rows = np.argsort(theirs.column("customer_key").to_numpy())
        differing = sum(
            not np.allclose(
                ours.column(column).to_numpy(),
                theirs.column(column).to_numpy()[rows],
                rtol=1e-5,
                atol=1e-5,
                equal_nan=True,
            )
            for column in ours.column_names
        )
        claims.append(Claim(f"columns of {name} that differ from the kernel's", differing, 0))
    return claims


def _rest(folder: Path) -> list[Claim]:
    """Growth with the number of customers, and one customer online."""
    growth = _once("growth", folder).said
    online = _once("online", folder).said
    print(
        f"  online: prepared in {online['prepared']:.2f} s; {online['events']:.0f} events a customer"
    )
    claims = [Claim("cost as customers grow tenfold", growth["all"] / growth["tenth"], 11.0, "x")]
    for name, title in (("stored", "from the store"), ("fresh", "with 5 fresh lines")):
        times = online[name]
        spread = (min(times), max(times))
        median = statistics.median(times)
        claims.append(
            Claim(f"one customer online, {title}", median, 0.3, "ms CPU", "at most", spread)
        )
    return claims


if __name__ == "__main__":
    sys.exit(main())
