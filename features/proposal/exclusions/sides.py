"""On which side of an account a row stands: debit or credit, said beside an amount that carries no sign."""

from __future__ import annotations

from features.proposal.columns.looking import Look
from features.sources.attachment import Source
from features.sources.connection import Connection, literal

_PAIRS = tuple(
    frozenset(pair.split())
    for pair in (
        "s h", "soll haben", "d c", "dr cr", "debit credit", "dbit crdt", "debe haber", "dare avere", "d a",
        "débit crédit", "debito credito", "débito crédito", "debet credit", "af bij", "+ -", "plus minus",
    )
)  # fmt: skip
MOST_OF_THE_OTHER_SIDE = 0.3
"""Up to this share of the rows the rarer side is what was given back; above it nobody can tell which side sells."""


def other_side(
    connection: Connection, source: Source, look: Look, money: str
) -> tuple[str, str, int] | None:
    """The rows of the rarer side: SQL for them, their word and how many; None where a column tells no sides.

    ``money`` is SQL for the amount; where it is below zero on that side already, nothing has to be told.
    """
    if look.type != "VARCHAR" or look.distinct != 2 or not money:
        return None
    word = f"lower(trim({look.sql}))"
    rows = connection.execute(f"""
        SELECT {word}, count(*), count(*) FILTER (({money}) < 0) FROM {source.relation}
        WHERE trim({look.sql}) <> '' GROUP BY 1 ORDER BY 2, 1
    """).fetchall()
    if frozenset(said for said, _, _ in rows) not in _PAIRS:
        return None
    (rarer, lines, below), (_, others, _) = rows
    if below or lines > MOST_OF_THE_OTHER_SIDE * (lines + others):
        return None
    return f"{word} = {literal(rarer)}", str(rarer), int(lines)
