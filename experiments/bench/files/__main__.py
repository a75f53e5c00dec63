"""Files as people have them: a table of cases, each read right, refused rightly or wrong.

The cases stand beside the public data, in the folder ``cases``; without it nothing is measured. The exit
code is 1 when a case is silently wrong or ends in a traceback. ``SIZE=small`` tries every eighth case.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections import Counter
from pathlib import Path

from experiments.bench.claims import Claim, arguments, conclude
from experiments.bench.files.cases import CASES, Case
from experiments.bench.files.judging import CaseVerdict, Judged, expected_figures, judged
from experiments.bench.files.trial import tables_of, tried

_HOUSE = Path(__file__).resolve().parents[3]
_EVERY = 8


def cases_folder() -> Path:
    """Where the cases are: beside the data of ``REGULARS_DATA``, or beside the checkout."""
    data = os.environ.get("REGULARS_DATA")
    return Path(data).parent / "cases" if data else _HOUSE.parent / "shared" / "cases"


def holding_test(case: Case) -> str:
    """The test that holds a case which is no file; empty where there is none."""
    place = _HOUSE / case.held_by
    files = sorted(place.rglob("test_*.py")) if place.is_dir() else [place]
    for one in filter(Path.is_file, files):
        found = re.search(rf"def (test_\w*(?:{case.test})\w*)", one.read_text(encoding="utf-8"))
        if found:
            return f"{one.relative_to(_HOUSE)}::{found[1]}"
    return ""


def judged_case(folder: Path, scratch: Path) -> Judged:
    """Try one case in a scratch folder and judge it."""
    case = CASES.get(folder.name, Case())
    if case.held_by:
        test = holding_test(case)
        return Judged(
            folder.name, CaseVerdict.HELD if test else CaseVerdict.UNHELD, test or case.held_by
        )
    settings = case.settings
    if not settings and not case.init and (folder / "regulars.toml").is_file():
        settings = ("regulars.toml",)
    init = case.init or ("--purchases", *tables_of(folder)[:1])
    trials = [tried(folder, scratch, one, init) for one in settings or ("",)]
    return judged(folder.name, case, trials, expected_figures(folder))


def main() -> int:
    """Print what became of every case, and the claims about all of them."""
    given = arguments("Files as people have them, read right or refused with the reason.")
    folder = cases_folder()
    if not folder.is_dir():
        print(f"There are no cases at {folder}: set REGULARS_DATA to the folder beside them.")
        return 0
    names = sorted(one for one in folder.iterdir() if one.is_dir())
    names = names[::_EVERY] if given.is_small else names
    found: list[Judged] = []
    with tempfile.TemporaryDirectory(prefix="regulars-files-") as scratch:
        for one in names:
            found.append(judged_case(one, Path(scratch)))
            told = found[-1]
            print(f"{told.case:<28} {told.verdict.value:<31} {told.because}", flush=True)
    counts = Counter(one.verdict for one in found)
    print(", ".join(f"{count} {verdict.value}" for verdict, count in counts.most_common()))
    right = sum(one.verdict.is_right for one in found)
    claims = [
        Claim("cases read right or refused rightly", right, len(found), "cases", "at least"),
        Claim("cases that are silently wrong", counts[CaseVerdict.WRONG], 0, "cases"),
        Claim("cases that end in a traceback", counts[CaseVerdict.CRASHED], 0, "cases"),
    ]
    conclude("files", claims, given)
    return 1 if counts[CaseVerdict.WRONG] or counts[CaseVerdict.CRASHED] else 0


if __name__ == "__main__":
    sys.exit(main())
