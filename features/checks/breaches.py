"""What a check of the raw tables says: every breach counted, and what became of every row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any

from features.checks.figures import TableSummary
from features.vocabulary.errors import DataRefused, RegularsError

SAMPLE_ROWS = 3


class Severity(Enum):
    """What a breach does: stops everything, costs its rows their place, or is only said."""

    REFUSES = "refuses"
    SETS_ASIDE = "sets aside"
    NOTES = "notes"


@dataclass(frozen=True)
class Breach:
    """One way in which rows differ from what their table declares, counted over the whole table.

    ``rows`` are all rows found, ``decided`` those that lost their place because of this breach: a row
    found by several breaches is decided by the first. ``kept`` of the found rows have their place all the
    same, repeated ones included. ``sample`` names a few rows by their order,
    item or customer numbers and holds no other value of theirs.
    """

    table: str
    rule: str
    what: str
    rows: int
    becomes: str
    severity: Severity
    decided: int = 0
    kept: int = 0
    sample: tuple[str, ...] = ()
    advice: str = ""
    detail: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The breach as plain fields."""
        return {**asdict(self), "severity": self.severity.value, "sample": list(self.sample)}


@dataclass(frozen=True)
class TableReport:
    """What became of every row of one source.

    ``rows_in_source`` is the sum of all the others. Instants are whole UTC seconds; a table without
    an event time has none.
    """

    table: str
    source: str
    rows_in_source: int
    rows_not_selected: int
    rows_set_aside: int
    rows_duplicate: int
    rows_merged: int
    rows_kept: int
    customers: int = 0
    first_seconds: int | None = None
    last_seconds: int | None = None

    def __post_init__(self) -> None:
        accounted = (
            self.rows_not_selected
            + self.rows_set_aside
            + self.rows_duplicate
            + self.rows_merged
            + self.rows_kept
        )
        if accounted != self.rows_in_source:
            raise RuntimeError(
                f"{self.table}: {self.rows_in_source} rows in the source, {accounted} accounted for"
            )

    @property
    def rows_read(self) -> int:
        """The rows that the mapping's ``where`` lets through."""
        return self.rows_in_source - self.rows_not_selected

    def as_dict(self) -> dict[str, Any]:
        """The account as plain fields."""
        return {**asdict(self), "rows_read": self.rows_read}


@dataclass(frozen=True)
class CheckReport:
    """The outcome of checking all mapped tables.

    ``summaries`` are there where all files were read for it, as ``check`` does.
    """

    tables: tuple[TableReport, ...]
    breaches: tuple[Breach, ...]
    summaries: tuple[TableSummary, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether any breach forbids using these tables."""
        return bool(self.refusals)

    @property
    def refusals(self) -> tuple[Breach, ...]:
        """The breaches that forbid using these tables."""
        return tuple(one for one in self.breaches if one.severity is Severity.REFUSES)

    def of(self, table: str) -> TableReport:
        """The account of one table; ``KeyError`` when it was not read to its end."""
        for one in self.tables:
            if one.table == table:
                return one
        raise KeyError(table)

    def as_dict(self) -> dict[str, Any]:
        """The report as plain fields, for ``--json`` and for the store's manifest."""
        return {
            "refused": self.refused,
            "tables": [one.as_dict() for one in self.tables],
            "breaches": [one.as_dict() for one in self.breaches],
            **self._summary(),
        }

    def _summary(self) -> dict[str, Any]:
        if not self.summaries:
            return {}
        return {"summary": {one.table: one.as_dict() for one in self.summaries}}


# The name is what `--json` answers as the fault, so it stays.
class ContractBroken(DataRefused):
    """The check refuses the tables; ``report`` says in how many ways and how often."""

    def __init__(self, report: CheckReport) -> None:
        self.report = report
        found = [_counted(one) for one in report.refusals]
        samples = [name for one in report.refusals for name in one.sample]
        super().__init__(
            expected="tables that keep their contract",
            found="; ".join(found),
            rows=", ".join(samples[:SAMPLE_ROWS]),
            remedy=" ".join(dict.fromkeys(one.advice for one in report.refusals if one.advice)),
        )


def _counted(breach: Breach) -> str:
    count = f" ({breach.rows:,} rows)" if breach.rows else ""
    detail = f"; {breach.detail}" if breach.detail else ""
    return f"{breach.table}: {breach.what}{count}{detail}"


def refusal(table: str, rule: str, fault: RegularsError) -> Breach:
    """A fault met while opening or mapping a table, as a breach beside the others."""
    return Breach(
        table=table,
        rule=rule,
        what=f"expected {fault.expected}, found {fault.found}",
        rows=0,
        becomes="refused",
        severity=Severity.REFUSES,
        sample=(fault.rows,) if fault.rows else (),
        advice=fault.remedy,
    )


def shortened(names: Sequence[str], most: int = 8) -> str:
    """A list for a sentence, cut where it grows long."""
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest:,} more" if rest > 0 else "")
