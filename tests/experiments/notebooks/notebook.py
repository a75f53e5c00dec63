"""A notebook run as a reader would, beside the company it is shown on; and what it keeps, written anew.

``python -m tests.experiments.notebooks.notebook`` makes the company, runs every notebook, and writes what its cells say into it.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from nbmake.nb_run import NotebookRun

from tests.experiments.notebooks.company import make

NOTEBOOKS = Path(__file__).resolve().parents[3] / "experiments" / "notebooks"
PATIENCE_SECONDS = 1_200
"""A cell that takes longer hangs; on a machine that has time none takes twenty."""
_VERSION = 4
nbformat: Any = import_module("nbformat")
"""By this way, for a part of what it does is typed and a part is not."""


def notebooks() -> list[Path]:
    """Every notebook there is, by its name."""
    return sorted(NOTEBOOKS.glob("*.ipynb"))


def read(path: Path) -> Any:
    """A notebook as it is kept."""
    return nbformat.read(path, _VERSION)


def run(path: Path, folder: Path) -> Any:
    """The notebook with what its cells say in a folder that has the company in ``demo``; an assertion where a cell fails."""
    copy = Path(shutil.copy(path, folder))
    result = NotebookRun(copy, PATIENCE_SECONDS).execute()
    assert result.error is None, result.error.trace
    return result.nb


def said(notebook: Any) -> list[str]:
    """What each cell says in words and tables, whatever its pictures show."""
    return ["".join(_words(cell)) for cell in notebook.cells if cell.cell_type == "code"]


def _words(cell: Any) -> Iterator[str]:
    for output in cell.outputs:
        if output.output_type == "stream":
            yield f"[{output.name}] {output.text}" if output.name != "stdout" else output.text
        else:
            yield re.sub(r"<(Figure|Axes)[^>]*>", r"<\1>", output.data.get("text/plain", ""))


def write_anew(path: Path, folder: Path) -> None:
    """Run a notebook and keep what its cells say, without when they ran and with which Python."""
    kept, ran = read(path), run(path, folder)
    for cell, other in zip(kept.cells, ran.cells, strict=True):
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = other.outputs, other.execution_count
            cell.metadata.clear()
    nbformat.write(kept, path)


def main() -> None:
    """Make the company, in a folder of one's own or one that is thrown away, and write every notebook anew."""
    with TemporaryDirectory() as thrown_away:
        folder = Path(sys.argv[1] if len(sys.argv) > 1 else thrown_away)
        if not (folder / "demo").exists():
            make(folder / "demo")
        for path in notebooks():
            write_anew(path, folder)


if __name__ == "__main__":
    main()
