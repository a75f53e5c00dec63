"""Random exports read by ``init`` and ``check`` with no line by hand: right, refused with the reason, or wrong.

``SIZE=small`` reads a tenth of them. The exit code is 1 where one is read wrongly in silence.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from experiments.bench.claims import Claim, arguments, conclude
from experiments.bench.spellings.export import Export, random_export
from experiments.bench.spellings.oracle import readings
from features.checks.checking import check
from features.company.settings.reading import Settings, load_settings
from features.proposal import propose
from features.vocabulary.errors import RegularsError

EXPORTS = 2_000


def main() -> int:
    """Read the exports one after another, and print those that were not read right."""
    given = arguments("One shop's sales in the spellings of seven countries, read again.")
    count = EXPORTS // (10 if given.is_small else 1)
    verdicts: Counter[tuple[bool, str]] = Counter()
    for seed in range(count):
        export = random_export(seed)
        is_plain = readings(export) == 1
        with tempfile.TemporaryDirectory(prefix="spelling-") as scratch:
            verdict, why = judged(export, Path(scratch))
        verdicts[is_plain, verdict] += 1
        if verdict != "right":
            doubt = "one reading" if is_plain else "several readings"
            print(f"{verdict:<8} {doubt}, seed {seed} {export.style.as_dict()}: {why}", flush=True)
    for (is_plain, verdict), files in sorted(verdicts.items()):
        print(f"{'one reading' if is_plain else 'several readings':<17} {verdict:<8} {files:>6,}")
    wrong = verdicts[True, "wrong"] + verdicts[False, "wrong"]
    plain = sum(files for (is_plain, _), files in verdicts.items() if is_plain)
    claims = [
        Claim("random exports that are silently wrong", wrong, 0, "files"),
        Claim(
            "of those with one reading, read right with no line by hand",
            verdicts[True, "right"] / plain, 0.95, "", "at least",
        ),
    ]  # fmt: skip
    conclude("spellings", claims, given)
    return 1 if wrong else 0


def judged(export: Export, folder: Path) -> tuple[str, str]:
    """How an export was read, and what was said of it or is different."""
    file = folder / "export.csv"
    file.write_bytes(export.content)
    try:
        (folder / "regulars.toml").write_text(propose(file).toml(folder), encoding="utf-8")
        settings = load_settings(folder / "regulars.toml")
        found = check(settings).as_dict()
    except RegularsError as fault:
        return "refused", str(fault)
    if found["refused"]:
        return "refused", "; ".join(
            one["what"] for one in found["breaches"] if one["severity"] == "refuses"
        )
    different = _different(export, found["summary"]["purchases"], settings)
    return ("wrong", different) if different else ("right", "")


def _different(export: Export, said: Mapping[str, Any], settings: Settings) -> str:
    """The figures in which a reading differs from what is right."""
    zone = ZoneInfo(settings.tables["purchases"].timezone)
    found = {
        "rows": said["rows"],
        "customers": said["customers"],
        "orders": said["orders"],
        "orders_bought": said["orders_bought"],
        "cents": said["cents"],
        "first_day": _day(said["first"], zone, export),
        "last_day": _day(said["last"], zone, export),
    }
    right = vars(export.truth)
    return ", ".join(
        f"{name} {found[name]} instead of {right[name]}"
        for name in found
        if found[name] != right[name]
    )


def _day(seconds: int, zone: ZoneInfo, export: Export) -> str:
    """The day that the calendar of the file shows: in UTC where its values say so."""
    at = datetime.fromtimestamp(seconds, UTC)
    return (at if export.style.date.endswith("Z") else at.astimezone(zone)).strftime("%Y-%m-%d")


if __name__ == "__main__":
    sys.exit(main())
