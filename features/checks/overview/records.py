"""What became of the records of every file of a source: not one of them is dropped in silence.

Of rows that repeat another the first file keeps one, and so does it of rows that share a key; all the
others count as repeated in the files they stand in.
"""

from __future__ import annotations

from collections.abc import Mapping

from features.checks.accounts import repeated_relation
from features.checks.figures import FileAccount
from features.checks.journal import FileRecord
from features.checks.judging.joins import joined_accounts
from features.checks.judging.judged_table import OpenTable
from features.sources.connection import quoted


def file_accounts(opened: OpenTable, known: Mapping[str, FileRecord]) -> tuple[FileAccount, ...]:
    """What became of the records of every file of a table whose files were all judged just now."""
    files = opened.source.files
    judged = _by_file(opened, "count(*)", "true")
    unmarked = _by_file(opened, "count(*)", f"bits & {opened.mask} = 0")
    repeated = _merged(opened, unmarked) if opened.is_merged else _repeated(opened)
    accounts = []
    for place, file in enumerate(files):
        rows, lines = known[file.name].rows_in_source, _refused(opened, file.name)
        accounts.append(
            FileAccount(
                file.name,
                in_file=rows + lines,
                kept=unmarked.get(place, 0) - repeated.get(place, 0),
                set_aside=judged.get(place, 0) - unmarked.get(place, 0),
                repeated=repeated.get(place, 0),
                refused=lines,
                not_selected=rows - judged.get(place, 0),
            )
        )
    return (*accounts, *joined_accounts(opened.source))


def _refused(opened: OpenTable, file: str) -> int:
    """The lines of a text file that are no rows of the table, such as one that was cut off."""
    text = opened.source.schemas[file].text
    return 0 if text is None else text.records.refused


def rows_by_file(opened: OpenTable) -> dict[str, int]:
    """The rows of every file that was read just now, whatever becomes of them."""
    files = opened.source.fresh
    if not files:
        return {}
    reading = opened.source.reading(files)
    counted = opened.connection.execute(
        f"SELECT {reading.file} AS place, count(*) FROM {reading.relation} GROUP BY place"
    )
    found = {int(place): int(rows) for place, rows in counted.fetchall()}
    return {one.name: found.get(place, 0) for place, one in enumerate(files)}


def _by_file(opened: OpenTable, what: str, which: str) -> dict[int, int]:
    found = opened.connection.execute(
        f'SELECT "in file", {what} FROM {opened.judged} WHERE {which} GROUP BY "in file"'
    )
    return {int(place): int(rows) for place, rows in found.fetchall()}


def _merged(opened: OpenTable, unmarked: Mapping[int, int]) -> dict[int, int]:
    """The rows of each file whose key an earlier row has already."""
    keys = ", ".join(quoted(one.stored) for one in opened.key_columns)
    found = opened.connection.execute(f"""
        SELECT place, count(*) FROM (
            SELECT min("in file") AS place FROM {opened.judged}
            WHERE bits & {opened.mask} = 0 GROUP BY {keys}) GROUP BY place
    """)
    first = {int(place): int(rows) for place, rows in found.fetchall()}
    return {place: rows - first.get(place, 0) for place, rows in unmarked.items()}


def _repeated(opened: OpenTable) -> dict[int, int]:
    """The kept rows of each file that repeat another and are dropped for it."""
    repeated = repeated_relation(opened)
    if opened.mapping.duplicates != "drop":
        return {}
    if not opened.number(f"SELECT count(*) FROM {repeated} WHERE bits & {opened.mask} = 0"):
        return {}
    rows = f"""
        SELECT "in file" AS place, count(*) AS rows,
               row_number() OVER (PARTITION BY part, print_1, print_2 ORDER BY "in file") AS nth
        FROM {opened.judged} AS judged SEMI JOIN {repeated} AS repeated USING (part, print_1, print_2)
        WHERE judged.bits & {opened.mask} = 0 GROUP BY part, print_1, print_2, "in file"
    """
    found = opened.connection.execute(
        f"SELECT place, sum(rows - CAST(nth = 1 AS BIGINT)) FROM ({rows}) GROUP BY place"
    )
    return {int(place): int(count) for place, count in found.fetchall()}
