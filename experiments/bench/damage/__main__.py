"""Exports damaged in a dozen ways, each beside a whole one: every record is accounted for, or the file refused.

``SIZE=small`` damages a tenth of the exports. The exit code is 1 where a record is lost or a refusal names no file.
"""

from __future__ import annotations

import itertools
import sys
import tempfile
from collections import Counter
from pathlib import Path

from experiments.bench.claims import Claim, arguments, conclude
from experiments.bench.damage.kinds import ALL_KINDS
from experiments.bench.damage.trial import ACCOUNTED, REFUSED, tried, write_whole
from experiments.bench.spellings.export import random_export
from experiments.bench.spellings.oracle import readings

EXPORTS = 50


def main() -> int:
    """Damage each of some exports that have one reading in every way, and print what was not accounted for."""
    given = arguments("Damaged exports: every record of theirs accounted for.")
    plain = (seed for seed in itertools.count(1) if readings(random_export(seed)) == 1)
    ends: Counter[tuple[str, str]] = Counter()
    for seed in itertools.islice(plain, EXPORTS // (10 if given.is_small else 1)):
        export = random_export(seed)
        with tempfile.TemporaryDirectory(prefix="damage-") as scratch:
            write_whole(export, Path(scratch))
            for kind in ALL_KINDS:
                end = tried(seed, export, kind, Path(scratch))
                if end not in (ACCOUNTED, REFUSED):
                    print(f"{kind}, seed {seed} {export.style.as_dict()}: {end}", flush=True)
                    end = "lost"
                ends[kind, end] += 1
    for (kind, end), files in sorted(ends.items()):
        print(f"{kind:<18} {end:<33} {files:>5,}")
    lost = sum(files for (_, end), files in ends.items() if end == "lost")
    conclude(
        "damage", [Claim("damaged files with a record unaccounted for", lost, 0, "files")], given
    )
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
