"""Customer numbers that differ in capitals alone: one person or two, which a company has to say."""

from __future__ import annotations

from features.checks.breaches import Breach, Severity
from features.sources.connection import Connection

FEW_SHARE = 0.01
"""Up to this share of customers may be written like another and is only noted."""


def near_equal_ids(
    connection: Connection, ids: str, table: str, ignore_case: bool | None
) -> tuple[Breach, ...]:
    """A breach where customers differ from others in capitals alone and nobody has said what that means.

    Numbers may be e-mail addresses, so that none is shown. ``ids`` is SQL for all customer numbers in a column ``id``; the breach is told of ``table``.
    """
    if ignore_case is not None:
        return ()
    customers, alike, people = connection.execute(f"""
        WITH ids AS (SELECT DISTINCT id FROM ({ids}) WHERE id IS NOT NULL),
        written AS (SELECT lower(id) AS small, count(*) AS ways FROM ids GROUP BY small)
        SELECT (SELECT count(*) FROM ids), coalesce(sum(ways) FILTER (ways > 1), 0),
               count(*) FILTER (ways > 1) FROM written
    """).fetchall()[0]
    if not alike:
        return ()
    refuses = alike > FEW_SHARE * customers
    return (
        Breach(
            table=table,
            rule="near_equal.customer_id",
            what=f"{int(alike):,} customer numbers differ in capitals alone",
            rows=0,
            becomes="refused" if refuses else "kept as different customers",
            severity=Severity.REFUSES if refuses else Severity.NOTES,
            advice=f"If they are {int(people):,} people, write ignore_case = true under [company]; if capitals make "
            "another customer, write ignore_case = false.",
        ),
    )
