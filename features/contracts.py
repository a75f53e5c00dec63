"""Hold a company's tables against their declaration: all breaches, counted, and the fate of every row.

Each source is read once into a working table with one bit a rule and row; counts, samples and fates
follow from these bits. Nothing is dropped in silence: the rows of a source are the sum of those not
selected, set aside, dropped as duplicates, merged into their key and kept.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from features.breaches import Breach, Report, TableReport, refusal
from features.conversions import MappedColumn
from features.counting import Account, account
from features.errors import DataRefused, RegularsError
from features.judging import OpenTable, judge, open_table
from features.progress import Progress, silent
from features.settings import Settings
from features.sources import Connection, connect
from features.tables import TABLES, Table
from features.vocabulary import Cutoff


@dataclass(frozen=True)
class CheckedTable:
    """A table whose rows were judged, and the relation of those that are kept."""

    table: Table
    columns: tuple[MappedColumn, ...]
    kept: str
    is_merged: bool
    """Whether several kept rows may share a key, to be merged by what is said most often."""

    @property
    def stored_names(self) -> tuple[str, ...]:
        """The names of the stored columns, in the order of the declaration."""
        return tuple(column.stored for column in self.columns)


@dataclass(frozen=True)
class Checked:
    """All tables judged, inside an open working database."""

    report: Report
    tables: tuple[CheckedTable, ...]


def check(
    settings: Settings,
    progress: Progress | None = None,
    *,
    as_of: Cutoff | None = None,
    threads: int = 2,
) -> Report:
    """Look at all mapped tables and say what is wrong with them, how often, and what becomes of it.

    Nothing is stored. Rows at or after ``as_of`` lie in the future; without it no row does, for no
    clock is read here. Faults of the data are reported, not raised.
    """
    with (
        tempfile.TemporaryDirectory(prefix="regulars-", ignore_cleanup_errors=True) as scratch,
        connect(Path(scratch), threads=threads) as connection,
    ):
        return check_into(
            connection, settings, Path(scratch), progress=progress or silent, as_of=as_of
        ).report


def check_into(
    connection: Connection,
    settings: Settings,
    scratch: Path,
    *,
    progress: Progress = silent,
    as_of: Cutoff | None = None,
) -> Checked:
    """Judge every mapped table inside a working database, and leave the kept rows there."""
    reports: list[TableReport] = []
    breaches: list[Breach] = []
    tables: list[CheckedTable] = []
    mapped = [name for name in TABLES if name in settings.tables]
    for done, name in enumerate(mapped):
        progress(f"check {name}", done, len(mapped))
        opened, faults = open_table(
            connection,
            TABLES[name],
            settings.tables[name],
            folder=settings.folder,
            scratch=scratch,
            as_of=as_of,
        )
        breaches += faults
        if opened is None:
            continue
        try:
            with opened.faults_worded():
                judge(opened)
                found = account(opened)
                tables.append(_checked(opened, found))
        except RegularsError as fault:
            breaches.append(refusal(name, "values", fault))
            continue
        reports.append(found.report)
        breaches += found.breaches
    if not any(TABLES[name].event_time for name in mapped):
        breaches.append(_nothing_mapped())
    progress("check", len(mapped), len(mapped))
    return Checked(Report(tuple(reports), tuple(breaches)), tuple(tables))


def _nothing_mapped() -> Breach:
    fault = DataRefused(
        expected="a table of purchases",
        found="none in regulars.toml",
        remedy="Run `regulars init --purchases FILE`, or write [tables.purchases].",
    )
    return refusal("purchases", "unmapped", fault)


def _checked(opened: OpenTable, found: Account) -> CheckedTable:
    """The kept rows as a relation, each repeated row once."""
    names = ", ".join(opened.kept_names)
    selected = f"FROM {opened.judged} AS judged WHERE bits & {found.mask} = 0"
    query = f"SELECT {names} {selected}"
    if found.drops_repeated:
        repeated = (
            f"EXISTS (SELECT 1 FROM repeated_{opened.table.name} AS repeated WHERE "
            "repeated.print_1 = judged.print_1 AND repeated.print_2 = judged.print_2)"
        )
        query = f"""
            SELECT {names} {selected} AND NOT {repeated} UNION ALL
            SELECT {names} FROM (
                SELECT DISTINCT ON (print_1, print_2) * {selected} AND {repeated})
        """
    kept = f"kept_{opened.table.name}"
    opened.connection.execute(f"CREATE OR REPLACE VIEW {kept} AS {query}")
    return CheckedTable(opened.table, opened.columns, kept, opened.is_merged)
