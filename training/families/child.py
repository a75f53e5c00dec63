"""The program in which a bundle is opened for the first time: with bounded memory and time, and thrown away afterwards.

Run as ``python -m training.families.child NAME FOLDER PROCESSOR_SECONDS``.
"""

from __future__ import annotations

import json
import resource
import signal
import sys
from pathlib import Path

from features.vocabulary.errors import RegularsError
from training.bundles.manifest import damaged

MEMORY_BYTES = 8 << 30


def main(name: str, folder: str, processor_seconds: str) -> int:
    """Open the bundle and say in JSON what is wrong with it, nothing when all is well."""
    # Its signal ends the process, by which whoever waits knows why.
    signal.setitimer(signal.ITIMER_PROF, float(processor_seconds))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    # Opening needs none of what only training does, and loading it would take most of the time.
    for library in ("pandas", "sklearn", "matplotlib", "shap", "mlflow"):
        sys.modules[library] = None  # type: ignore[assignment]
    from training.bundles.bundle import opened
    from training.families.kinds import KINDS

    try:
        opened(KINDS[name], Path(folder))
    except RegularsError as refused:
        sys.stdout.write(json.dumps(_plain(refused)) + "\n")
        return 1
    except MemoryError:
        too_large = damaged("a model of usual size", "one too large to open")
        sys.stdout.write(json.dumps(_plain(too_large)) + "\n")
        return 1
    sys.stdout.write("{}\n")
    return 0


def _plain(refused: RegularsError) -> dict[str, str]:
    return {"expected": refused.expected, "found": refused.found, "remedy": refused.remedy}


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
