"""A copy of the project in which mistakes may be made, kept from run to run."""

from __future__ import annotations

import os
import py_compile
import shutil
import subprocess
from pathlib import Path

from experiments.bench.house.structure import ROOT

WORK = ROOT / ".mutants"
"""Copies, companies, machine code and results; nothing in it is needed to begin anew."""


def tracked(root: Path = ROOT) -> list[str]:
    """Every file of the project, those not yet committed too."""
    said = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],
        cwd=root, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return sorted(name for name in said.stdout.split("\0") if name and (root / name).is_file())


def laid(tree: Path, root: Path = ROOT) -> Path:
    """The copy, made the same as the project: what differs is copied, what is gone is removed."""
    names = tracked(root)
    known = set(names)
    for path in sorted(tree.rglob("*")) if tree.exists() else ():
        place = path.relative_to(tree)
        if path.is_file() and "__pycache__" not in place.parts and str(place) not in known:
            path.unlink()
    for name in names:
        source, target = root / name, tree / name
        if not target.exists() or target.read_bytes() != source.read_bytes():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
            if target.suffix == ".py":
                _compiled(target)
    return tree


def _compiled(path: Path) -> None:
    """Compile a file so that it is known by its content: a mistake takes less than its time to change."""
    try:
        py_compile.compile(
            str(path), doraise=True, invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH
        )
    except py_compile.PyCompileError:
        return


def surroundings(tree: Path) -> dict[str, str]:
    """The variables a nursery of this copy runs with: one thread, nothing written, examples repeated."""
    threads = ("OPENBLAS", "OMP", "MKL", "NUMBA", "NUMEXPR")
    return {
        **os.environ,
        **{f"{library}_NUM_THREADS": "1" for library in threads},
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "CI": "1",
        "MPLBACKEND": "agg",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": str(tree),
        "REGULARS_DATA": os.environ.get("REGULARS_DATA", str(ROOT.parent / "shared" / "data")),
    }
