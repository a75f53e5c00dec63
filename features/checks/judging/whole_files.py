"""What is missing in a whole file of several, or on all lines of an order but one: the export says it elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from features.checks.breaches import SAMPLE_ROWS, Breach, Severity
from features.checks.judging.judged_table import OpenTable
from features.checks.judging.rules import FEW_ROWS, MAY_BE_UNKNOWN
from features.vocabulary.tables import CUSTOMER_ID, PURCHASES

HEADLESS_SHARE = 0.1
"""Above this share of lines without the customer that another line of their order has, purchases are refused.

Fewer are gaps as there are in any file, and are counted among the rows without a customer."""


def whole_file_breaches(opened: OpenTable) -> tuple[Breach, ...]:
    """One refusal for each needed column that says nothing in any row of a file, the files named.

    Looks at the files that were judged just now, where the source has several. A few lines of people
    nobody knows may be all there is in a file of a day.
    """
    files = opened.source.fresh
    if len(opened.source.files) < 2 or not files:
        return ()
    own = sum(1 << place for place, rule in enumerate(opened.rules) if rule.is_own)
    rows: dict[int, int] = {}
    missing: dict[tuple[int, int], int] = {}
    for place, bits, count in opened.connection.execute(f"""
        SELECT "in file", bits, count(*) FROM {opened.judged} WHERE bits & {own} = 0
        GROUP BY "in file", bits
    """).fetchall():
        rows[place] = rows.get(place, 0) + count
        for position in range(len(opened.rules)):
            if bits >> position & 1:
                missing[place, position] = missing.get((place, position), 0) + count
    return tuple(_breaches(opened, rows, missing))


def _breaches(
    opened: OpenTable, rows: dict[int, int], missing: dict[tuple[int, int], int]
) -> Iterator[Breach]:
    table = opened.table.name
    for position, rule in enumerate(opened.rules):
        kind, _, name = rule.name.partition(".")
        if kind != "missing" or (name == CUSTOMER_ID and table in MAY_BE_UNKNOWN):
            continue
        few = FEW_ROWS if name == CUSTOMER_ID else 0
        whole = [
            place
            for place, count in sorted(rows.items())
            if count > few and missing.get((place, position)) == count
        ]
        if whole:
            names = [opened.source.fresh[place].name for place in whole]
            yield Breach(
                table=table,
                rule=f"whole_file.{name}",
                what=f"{name} is missing in every row of {_files(names)}",
                rows=sum(rows[place] for place in whole),
                becomes="refused",
                severity=Severity.REFUSES,
                advice=f"See what the column for {name} is called there and give it the name it has in "
                "the other files, or export them again.",
            )


def _files(names: list[str]) -> str:
    shown = ", ".join(names[:SAMPLE_ROWS])
    rest = len(names) - SAMPLE_ROWS
    return f"{shown} and {rest:,} more files" if rest > 0 else shown


def headless_rows(opened: OpenTable, rows: str) -> int:
    """The rows of a part without a customer whose order has one on another row."""
    if opened.table is not PURCHASES:
        return 0
    named = f"SELECT order_id FROM {rows} AND {CUSTOMER_ID} IS NOT NULL"
    return opened.number(f"""
        SELECT count(*) FROM {rows} AND {CUSTOMER_ID} IS NULL AND order_id IN ({named})
    """)


def headless_breach(opened: OpenTable, headless: int, read: int) -> Iterator[Breach]:
    """Refuse purchases that say the customer on one line of an order and leave the others blank."""
    if headless <= max(HEADLESS_SHARE * read, FEW_ROWS):
        return
    customer, order = (opened.mapping.columns[name] for name in (CUSTOMER_ID, "order_id"))
    yield Breach(
        table=opened.table.name,
        rule="customer_said_once",
        what="rows without a customer in orders that have one on another row",
        rows=headless,
        becomes="refused",
        severity=Severity.REFUSES,
        advice=f"The customer stands on one line of an order only: fill it in on the others, "
        f'[tables.{opened.table.name}.fill] "{customer}" = "{order}".',
        detail=f"{headless / read:.1%} of the rows; at most {HEADLESS_SHARE:.0%} may be so",
    )
