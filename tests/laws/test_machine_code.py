"""What is compiled when the program is set up is all that a serving process runs as machine code."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.serving.company import Company

_SERVES = """
import sys
from pathlib import Path

from numba.core import event

compiled = []


class Listener(event.Listener):
    def on_start(self, event):
        compiled.append(event.data["dispatcher"].py_func.__qualname__)

    def on_end(self, event):
        pass


event.register("numba:compile", Listener())

from features.company.settings.reading import load_settings
from features.company.workspace import Workspace
from serving.in_use.models_in_use import ModelsInUse

for named in sys.argv[1:]:
    settings = load_settings(Path(named))
    opened = ModelsInUse(
        settings, Workspace(settings.workspace_folder), now=lambda: 1, ticks=lambda: 0.0
    )
    assert opened.in_use or opened.recommending
    opened.close()
print(compiled)
"""


def _run(cache: Path, *arguments: str) -> str:
    """What a program says whose machine code lies in a folder of its own."""
    done = subprocess.run(
        [sys.executable, *arguments],
        env=os.environ | {"NUMBA_CACHE_DIR": str(cache)},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


@pytest.mark.slow
def test_a_service_compiles_nothing_that_was_not_compiled_ahead(
    valued_company: Company, drugstore: Company, tmp_path: Path
) -> None:
    _run(tmp_path, "-m", "training.machine_code")
    kept = sorted(tmp_path.rglob("*.*"))
    # The kernel of the features, and an index with its code of everything that numba keeps.
    assert len([one for one in kept if one.suffix == ".o"]) == 1
    assert len([one for one in kept if one.suffix == ".nbi"]) >= 40
    companies = [str(one.settings_path) for one in (valued_company, drugstore)]
    said = _run(tmp_path, "-c", _SERVES, *companies)
    assert said == "[]\n"
    assert sorted(tmp_path.rglob("*.*")) == kept
