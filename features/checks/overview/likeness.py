"""Customer numbers that are nearly equal, and customers who carry the money: told in counts alone."""

from __future__ import annotations

from collections.abc import Iterator

from features.checks.breaches import Breach, Severity
from features.checks.judging.judged_table import OpenTable
from features.checks.overview.summaries import orders_relation
from features.vocabulary.concentration import CARRIED_SHARE, are_few, carried_sentence
from features.vocabulary.tables import CUSTOMER_ID

_SAME_BUT = {
    "blanks": "regexp_replace(id, '[\\s\\x{00A0}\\x{202F}\\x{2007}\\x{FEFF}]', '', 'g')",
    "leading zeros": "ltrim(id, '0')",
}


def near_equal_ids(opened: OpenTable) -> Iterator[Breach]:
    """Note the customer numbers that differ from another only by blanks or leading zeros."""
    ids = f"SELECT DISTINCT {CUSTOMER_ID} AS id FROM {orders_relation(opened)}"
    together = "id"
    for sql in _SAME_BUT.values():
        together = sql.replace("(id", f"({together}")
    found, people = _alike(opened, ids, together)
    if not found:
        return
    kinds = [name for name, sql in _SAME_BUT.items() if _alike(opened, ids, sql)[0]]
    yield Breach(
        table=opened.table.name,
        rule="written_alike.customer_id",
        what=f"customer numbers that differ from another only by {', '.join(kinds) or 'spelling'}",
        rows=0,
        becomes="kept as several customers",
        severity=Severity.NOTES,
        advice="If they are the same people, take the difference away in customer_id, such as "
        "\"ltrim(your_column, '0')\".",
        detail=f"{found:,} numbers, which would be {people:,} customers",
    )


def _alike(opened: OpenTable, ids: str, sql: str) -> tuple[int, int]:
    """How many numbers are alike in one form, and how many customers they would be."""
    numbers, people = opened.connection.execute(f"""
        SELECT coalesce(sum(n), 0), count(*) FROM (
            SELECT count(*) AS n FROM ({ids}) GROUP BY {sql} HAVING count(*) > 1)
    """).fetchall()[0]
    return int(numbers), int(people)


def carried_by_few(opened: OpenTable) -> Iterator[Breach]:
    """Note where few customers bring a large share of the money."""
    places, customers = opened.connection.execute(f"""
        WITH spent AS (SELECT sum(cents) AS cents FROM {orders_relation(opened)} GROUP BY {CUSTOMER_ID}),
        placed AS (SELECT row_number() OVER (ORDER BY cents DESC) AS place,
                          sum(cents) OVER (ORDER BY cents DESC ROWS UNBOUNDED PRECEDING) AS most,
                          sum(cents) OVER () AS total FROM spent)
        SELECT min({{'place': place, 'share': most / total}}) FILTER (
                   total > 0 AND most >= {CARRIED_SHARE} * total), count(*) FROM placed
    """).fetchall()[0]
    if places is None or not are_few(places["place"], customers):
        return
    yield Breach(
        table=opened.table.name,
        rule="carried_by_few",
        what=carried_sentence(places["place"], customers, float(places["share"])),
        rows=0,
        becomes="kept as they are",
        severity=Severity.NOTES,
        advice="A value model learns from them what is true of nobody else: if they are wholesalers, give "
        "them a segment of their own in [tables.customers.columns], or leave them out by `where`.",
    )
