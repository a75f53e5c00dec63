"""Claims and their proof: what was measured, what was to be reached, and whether it was.

A bench measures, makes a list of ``Claim`` and ends with ``sys.exit(conclude(claims, ...))``.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal


@dataclass(frozen=True)
class Claim:
    """One thing we say about Regulars, and what a measurement found.

    ``spread`` is the range over repeats, in the same unit, where there were any.
    """

    name: str
    measured: float
    reach: float
    unit: str = ""
    direction: Literal["at most", "at least"] = "at most"
    spread: tuple[float, float] | None = None

    @property
    def holds(self) -> bool:
        """Whether the measurement reaches what is claimed; not-a-number never does."""
        if self.direction == "at most":
            return self.measured <= self.reach
        return self.measured >= self.reach

    def line(self, width: int) -> str:
        """The claim as one line of a report."""
        verdict = "PASS" if self.holds else "MISS"
        spread = f"  [{_shown(self.spread[0])} … {_shown(self.spread[1])}]" if self.spread else ""
        measured = f"{_shown(self.measured):>12} {self.unit:<10}"
        return f"{verdict}  {self.name:<{width}}  {measured}{self.direction} {_shown(self.reach)}{spread}"


@dataclass(frozen=True)
class Arguments:
    """How a bench was called: its size from the environment, where its result goes."""

    is_small: bool
    json_file: Path | None
    is_huge: bool = False


def arguments(description: str) -> Arguments:
    """Read ``SIZE`` (small, full or huge, full by default) and ``--json FILE``.

    Only benches that say so do more for huge than for full.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the result to a file")
    given = parser.parse_args()
    size = os.environ.get("SIZE", "full")
    if size not in ("small", "full", "huge"):
        parser.error(f"SIZE must be small, full or huge, not {size!r}")
    return Arguments(size == "small", given.json, is_huge=size == "huge")


@dataclass
class Stopwatch:
    """Measures a stretch of work: wall seconds, and CPU seconds of this process and its children.

    >>> with Stopwatch() as watch:
    ...     pass
    >>> watch.wall_seconds >= 0.0
    True
    """

    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0
    _begin: tuple[float, float] = field(default=(0.0, 0.0), repr=False)

    def __enter__(self) -> Stopwatch:
        self._begin = time.perf_counter(), _cpu_seconds()
        return self

    def __exit__(self, *fault: object) -> None:
        self.wall_seconds = time.perf_counter() - self._begin[0]
        self.cpu_seconds = _cpu_seconds() - self._begin[1]


def peak_memory_gb() -> float:
    """The most memory this process, or any one finished child, ever held: in units of 10⁹ bytes."""
    owners = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    peak = max(resource.getrusage(owner).ru_maxrss for owner in owners)
    # Linux counts kibibytes here, macOS bytes.
    return peak * (1 if sys.platform == "darwin" else 1024) / 1e9


def conclude(bench: str, claims: Sequence[Claim], given: Arguments) -> int:
    """Print one line a claim and write the JSON file where asked; the exit code is 1 for a miss."""
    width = max((len(claim.name) for claim in claims), default=0)
    for claim in claims:
        print(claim.line(width))
    if given.json_file is not None:
        content = {
            "bench": bench,
            "size": "small" if given.is_small else "huge" if given.is_huge else "full",
            "machine": machine(),
            "claims": [{**asdict(claim), "holds": claim.holds} for claim in claims],
        }
        given.json_file.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    return 0 if all(claim.holds for claim in claims) else 1


def machine() -> dict[str, Any]:
    """The machine a result was found on."""
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "python": platform.python_version(),
    }


def _cpu_seconds() -> float:
    return sum(os.times()[:4])


def _shown(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.4g}"
