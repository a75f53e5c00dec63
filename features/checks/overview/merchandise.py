"""What the table of items says is no merchandise: told, so that a rule that says the opposite is seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from features.checks.breaches import Breach, Severity
from features.checks.judging.judged_table import OpenTable
from features.sources.connection import Connection
from features.vocabulary.tables import ITEMS, PURCHASES

_MERCHANDISE = "is_merchandise"
_TOO_MANY = 0.5


def no_merchandise(connection: Connection, tables: Mapping[str, OpenTable]) -> Iterator[Breach]:
    """Note how many items are never recommended, and how much of what is bought they are."""
    items, purchases = tables.get(ITEMS.name), tables.get(PURCHASES.name)
    if items is None or purchases is None:
        return
    if _MERCHANDISE not in {one.column.name for one in items.columns}:
        return
    count, others, lines, all_lines = connection.execute(f"""
        WITH told AS (
            SELECT item_id, mode({_MERCHANDISE}) IS FALSE AS is_other FROM {items.judged}
            WHERE bits & {items.mask} = 0 GROUP BY item_id),
        bought AS (
            SELECT item_id, count(*) AS lines FROM {purchases.judged}
            WHERE bits & {purchases.mask} = 0 GROUP BY item_id)
        SELECT (SELECT count(*) FROM told), (SELECT count(*) FROM told WHERE is_other),
               coalesce(sum(lines) FILTER (is_other), 0), coalesce(sum(lines), 0)
        FROM bought LEFT JOIN told USING (item_id)
    """).fetchall()[0]
    if not others:
        return
    share = lines / all_lines if all_lines else 0.0
    is_doubtful = share > _TOO_MANY or others > _TOO_MANY * count
    yield Breach(
        table=ITEMS.name,
        rule="no_merchandise",
        what=f"{others:,} of {count:,} items are no merchandise, {share:.1%} of the lines bought",
        rows=0,
        becomes="counted as money, never recommended",
        severity=Severity.NOTES,
        advice=f"See whether {_MERCHANDISE} under [tables.items.columns] says the opposite of what you mean."
        if is_doubtful
        else "",
    )
