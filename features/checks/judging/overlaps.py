"""Two files that hold the same sales: rows that say the same though they are no exact repetitions.

An order that was exported as pending and again as completed differs in a column that nobody maps, so that
both rows stay and its money counts twice. Only the rows of a time that two files share are compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from features.checks.breaches import SAMPLE_ROWS, Breach, Severity, shortened
from features.checks.judging.judged_table import OpenTable
from features.checks.judging.rules import FEW_ROWS, as_written
from features.sources.connection import quoted
from features.sources.naming import is_named
from features.vocabulary.tables import PURCHASES

OVERLAP_SHARE = 0.005
"""Above this share of rows that another file has as well, and above ``FEW_ROWS``, purchases are refused."""
_EPOCH = date(1970, 1, 1)
_MOST_NAMED = 3


@dataclass(frozen=True)
class Overlap:
    """Two files by their names, and the rows of one that say the same as rows of the other, with their days."""

    files: tuple[str, str]
    rows: int
    first_day: int
    last_day: int
    sample: tuple[str, ...] = ()


def overlaps_by_part(opened: OpenTable, names: Sequence[str]) -> dict[int, tuple[Overlap, ...]]:
    """The overlaps of the judged parts; ``names`` are the files by the place that their rows bear.

    Every file with rows in a part is among them, so that a part's overlaps hang on nothing else.
    """
    if opened.table is not PURCHASES or len(names) < 2 or opened.event is None:
        return {}
    seconds, unmarked = quoted(opened.event.stored), f"bits & {opened.mask} = 0"
    spans: dict[int, list[tuple[int, int]]] = {}
    for part, first, last in opened.connection.execute(f"""
        SELECT part, min({seconds}), max({seconds}) FROM {opened.judged}
        WHERE part >= 0 AND {unmarked} GROUP BY part, "in file"
    """).fetchall():
        spans.setdefault(part, []).append((first, last))
    found = {}
    for part, told in spans.items():
        shared = " OR ".join(f"{seconds} BETWEEN {a} AND {b}" for a, b in shared_times(told))
        if shared:
            found[part] = _overlaps(opened, names, f"part = {part} AND {unmarked} AND ({shared})")
    return {part: some for part, some in found.items() if some}


def shared_times(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The times, both ends included, that lie within at least two of some spans.

    >>> shared_times([(1, 5), (4, 9), (9, 12), (20, 30)]), shared_times([(1, 5), (6, 9)])
    ([(4, 5), (9, 9)], [])
    >>> shared_times([(1, 9), (2, 5), (5, 8)])
    [(2, 8)]
    """
    shared: list[tuple[int, int]] = []
    reached: int | None = None
    for first, last in sorted(spans):
        if reached is not None and first <= reached:
            end = min(last, reached)
            if shared and first <= shared[-1][1]:
                shared[-1] = (shared[-1][0], max(shared[-1][1], end))
            else:
                shared.append((first, end))
        reached = last if reached is None else max(reached, last)
    return shared


def _overlaps(opened: OpenTable, names: Sequence[str], which: str) -> tuple[Overlap, ...]:
    """The pairs of files among some rows that say the same; exact repetitions are no matter of this."""
    ordered = sorted(names)
    ranks = ", ".join(str(ordered.index(name)) for name in names)
    stored = opened.stored_columns_sql
    # Where repetitions are kept, an order's number tells that a row of two files is one sale. A day does not.
    counts = (
        "order_id <> CAST(DATE '1970-01-01' + local_day AS VARCHAR)"
        if opened.mapping.duplicates == "keep"
        else "false"
    )
    pairs = opened.connection.execute(f"""
        WITH placed AS (
            SELECT list_extract([{ranks}], "in file" + 1) AS file, {counts} AS counts, local_day AS day,
                   print_1, print_2, hash({", ".join(stored)}) AS said_1,
                   hash('again', {", ".join(reversed(stored))}) AS said_2, {opened.row_name} AS name
            FROM {opened.judged} WHERE {which}),
        once AS (
            SELECT said_1, said_2, min(file) AS file, CASE WHEN counts THEN count(*) ELSE 1 END AS n,
                   min(day) AS day, min(name) AS name
            FROM placed
            GROUP BY said_1, said_2, print_1, print_2, counts, CASE WHEN counts THEN file END),
        by_file AS (
            SELECT said_1, said_2, file, sum(n) AS n, min(day) AS day, min(name) AS name
            FROM once GROUP BY said_1, said_2, file),
        shared AS (
            SELECT min(file) AS one, max(file) AS other, sum(n) - max(n) AS surplus, min(day) AS day,
                   min(name) AS name
            FROM by_file GROUP BY said_1, said_2 HAVING count(*) > 1)
        SELECT one, other, sum(surplus), min(day), max(day), min(name, {SAMPLE_ROWS})
        FROM shared GROUP BY one, other ORDER BY one, other
    """).fetchall()
    return tuple(
        Overlap((ordered[one], ordered[other]), int(rows), first, last, tuple(sample or ()))
        for one, other, rows, first, last, sample in pairs
    )


def joined_overlaps(overlaps: Iterable[Overlap]) -> tuple[Overlap, ...]:
    """One overlap for each pair of files."""
    together: dict[tuple[str, str], Overlap] = {}
    for one in overlaps:
        had = together.get(one.files, Overlap(one.files, 0, one.first_day, one.last_day))
        together[one.files] = Overlap(
            one.files,
            had.rows + one.rows,
            min(had.first_day, one.first_day),
            max(had.last_day, one.last_day),
            tuple(sorted({*had.sample, *one.sample})[:SAMPLE_ROWS]),
        )
    return tuple(together[files] for files in sorted(together))


def overlap_breach(opened: OpenTable, overlaps: Sequence[Overlap], kept: int) -> Iterator[Breach]:
    """Say which files hold the same sales: refused where they are more than a small share."""
    rows = sum(one.rows for one in overlaps)
    if not rows:
        return
    refuses = rows > max(OVERLAP_SHARE * kept, FEW_ROWS)
    yield Breach(
        table=opened.table.name,
        rule="overlapping_files",
        what="rows that say the same as a row of another file",
        rows=rows,
        becomes="refused" if refuses else "kept, and counted twice",
        severity=Severity.REFUSES if refuses else Severity.NOTES,
        kept=rows,
        sample=tuple(sorted({name for one in overlaps for name in one.sample})[:SAMPLE_ROWS]),
        advice=_advice(opened),
        detail=shortened([_worded(one) for one in overlaps], _MOST_NAMED),
    )


def _worded(one: Overlap) -> str:
    first, last = (_EPOCH + timedelta(days=day) for day in (one.first_day, one.last_day))
    when = f"on {first}" if first == last else f"from {first} to {last}"
    return f"{one.rows:,} in {one.files[0]} and {one.files[1]} {when}"


def _advice(opened: OpenTable) -> str:
    mapping: Mapping[str, str] = opened.mapping.columns
    unmapped = [
        name
        for name in opened.source.columns
        if not any(is_named(name, expression) for expression in mapping.values())
    ]
    differing = f" (here {shortened(unmapped, _MOST_NAMED)})" if unmapped else ""
    example = quoted(unmapped[0]) if unmapped else "your_column"
    rule = as_written(f"{example} = 'the older copy''s word'")
    exact = ' Rows equal in every column go by duplicates = "drop".'
    return (
        "These sales stand in two files and would count twice, for the rows differ in nothing but columns that are "
        f"not mapped{differing}. Take the days out of one of the files, or leave one copy out by a rule of your "
        f'own, [tables.{opened.table.name}.set_aside] "other copy" = {rule}. If they are sales of their '
        "own, map a column that tells them apart, such as store."
        + (exact if opened.mapping.duplicates == "keep" else "")
    )
