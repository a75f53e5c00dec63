"""Whether a case was read right, refused rightly, or wrong, and whether anybody was told."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any

import pyarrow as arrow
import pyarrow.parquet as parquet

from experiments.bench.files.cases import Case, Figures
from experiments.bench.files.trial import CaseTrial
from features.company.workspace import Workspace
from features.store.store import open_store

FIGURES = (
    "rows",
    "customers",
    "orders",
    "orders_bought",
    "cents",
    "pieces",
    "items",
    "first",
    "last",
)
_CONTROL_ROWS = 895
_YEAR_2100 = 4_102_444_800


class CaseVerdict(Enum):
    """What became of a case."""

    READ = "read right"
    REFUSED = "refused rightly"
    NEEDLESS = "refused, though it can be read"
    WRONG = "silently wrong"
    CRASHED = "traceback"
    HELD = "held by tests"
    UNHELD = "no test holds it"

    @property
    def is_right(self) -> bool:
        """Whether that is what ought to become of it."""
        return self in (CaseVerdict.READ, CaseVerdict.REFUSED, CaseVerdict.HELD)


@dataclass(frozen=True)
class Judged:
    """A case with what became of it, in a few words more."""

    case: str
    verdict: CaseVerdict
    because: str = ""


def expected_figures(folder: Path) -> tuple[Figures, ...]:
    """The figures of ``expected.json``; none where it names none."""
    path = folder / "expected.json"
    if not path.is_file():
        return ()
    told: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    found = {name: float(told[name]) for name in FIGURES if name in told}
    return (found,) if found else ()


def judged(
    name: str, case: Case, trials: Sequence[CaseTrial], expected: Sequence[Figures]
) -> Judged:
    """Judge a case by all its trials: the worst of them counts."""
    order = (
        CaseVerdict.CRASHED,
        CaseVerdict.WRONG,
        CaseVerdict.NEEDLESS,
        CaseVerdict.REFUSED,
        CaseVerdict.READ,
    )
    found = [_judged_one(name, case, one, expected) for one in trials]
    return min(found, key=lambda one: order.index(one.verdict))


def _judged_one(name: str, case: Case, trial: CaseTrial, expected: Sequence[Figures]) -> Judged:
    if trial.crashed is not None:
        last = trial.crashed.said.strip().splitlines()[-1:]
        return Judged(name, CaseVerdict.CRASHED, f"{trial.crashed.verb}: {' '.join(last)}"[:160])
    refusing = trial.refusing
    is_told = refusing is not None and (refusing.exit_code == 1 or bool(refusing.answer))
    if refusing is not None and not is_told:
        return Judged(
            name, CaseVerdict.NEEDLESS, f"{refusing.verb}: {refusing.said.strip()[-150:]}"
        )
    if refusing is not None:
        why = _refusal(refusing.answer) or refusing.said.strip()[-300:]
        is_right = case.may_refuse and re.search(case.may_refuse, why, re.IGNORECASE | re.DOTALL)
        verdict = CaseVerdict.REFUSED if is_right else CaseVerdict.NEEDLESS
        return Judged(name, verdict, f"{refusing.verb}: {why}"[:200])
    faults = list(_faults(case, trial, expected))
    if faults:
        return Judged(name, CaseVerdict.WRONG, "; ".join(faults)[:200])
    return Judged(name, CaseVerdict.READ)


def _faults(case: Case, trial: CaseTrial, expected: Sequence[Figures]) -> Iterator[str]:
    if not case.is_readable:
        yield "taken as it is, though nobody can read it rightly"
        return
    counted = _figures(trial.summary(case.table))
    near = min(
        (_different(wanted, counted, case.unknown) for wanted in case.figures or expected),
        key=len,
        default=[],
    )
    yield from near
    if case.says and not re.search(case.says, trial.said):
        yield f"not a word of {case.says}"
    if case.proof:
        yield from PROOFS[case.proof](trial)


def _figures(summary: Mapping[str, Any]) -> dict[str, float]:
    found = {name: float(summary[name]) for name in FIGURES if summary.get(name) is not None}
    if "first" in found:
        found["first_day"] = float(f"{datetime.fromtimestamp(found['first'], UTC):%Y%m%d}")
    return found


def _different(wanted: Figures, counted: Mapping[str, float], unknown: Sequence[str]) -> list[str]:
    return [
        f"{name} {counted.get(name, float('nan')):,.0f} instead of {figure:,.0f}"
        for name, figure in wanted.items()
        if name not in unknown and counted.get(name) != figure
    ]


def _refusal(answer: Mapping[str, Any]) -> str:
    refused = answer.get("refused")
    if isinstance(refused, Mapping):
        keys = ["expected", "remedy", "rows"]
        if refused.get("fault") == "SettingsRefused":
            # What a draft left open is what was found: "no amount".
            keys = ["found", "remedy"]
        # Else it may list every column of a file, and so any word.
        return " ".join(str(refused.get(key, "")) for key in keys)
    return " / ".join(
        f"{one['table']}: {one['what']}. {one['advice']} {one['detail']}"
        for one in answer.get("breaches", ())
        if one["severity"] == "refuses"
    )


def _stored(trial: CaseTrial, table: str) -> list[arrow.Table]:
    tables = open_store(Workspace(trial.folder / ".workspace")).folder / "tables"
    return [
        parquet.read_table(one) for one in sorted(tables.rglob("*.parquet")) if table in str(one)
    ]


def _arms(trial: CaseTrial) -> Iterator[str]:
    arms = [arm for one in _stored(trial, "exposures") for arm in one["arm"].to_pylist()]
    kept_back = sum(arm == "control" for arm in arms)
    if kept_back != _CONTROL_ROWS:
        yield f"{kept_back} exposures of the control arm instead of {_CONTROL_ROWS}"


def _charges(trial: CaseTrial) -> Iterator[str]:
    for one in _stored(trial, "customers"):
        names = [name for name in one.column_names if name.startswith("total")]
        kinds = {str(one.schema.field(name).type) for name in names}
        if kinds & {"string", "large_string"}:
            yield "TotalCharges is a text and no feature"


def _open_ends(trial: CaseTrial) -> Iterator[str]:
    ends = [end for one in _stored(trial, "contracts") for end in one["ends_seconds"].to_pylist()]
    if any(end is not None and end >= _YEAR_2100 for end in ends):
        yield "contracts that end in the year 9999 have an end"


PROOFS: Mapping[str, Callable[[CaseTrial], Iterator[str]]] = {
    "arms": _arms,
    "charges are numbers": _charges,
    "open ends": _open_ends,
}
