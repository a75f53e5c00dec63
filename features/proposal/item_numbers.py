"""Which article a line is of, where some lines name none."""

from __future__ import annotations

from features.proposal.columns.looking import Look
from features.proposal.columns.roles import ChosenColumn
from features.proposal.wording.writing import ProposedColumn
from features.sources.attachment import Source
from features.sources.connection import Connection, literal
from features.sources.formats.words import NULL_TEXTS
from features.vocabulary.tables import UNKNOWN_ITEM


def item_column(
    connection: Connection, source: Source, choice: ChosenColumn, name: Look | None, summed_up: int
) -> ProposedColumn:
    """The article's number; where it is blank the article's name, and without one the unknown item.

    ``summed_up`` is how many of the lines without a number are set aside as sums of their orders.
    """
    look = choice.look
    nothing = words_for_nothing(connection, source, look)
    if look.missing in (0, summed_up) and not nothing:
        return ProposedColumn("item_id", choice.sql, choice.reason)
    number = look.as_text
    if nothing:
        number = f"CASE WHEN trim({look.sql}) NOT IN ({', '.join(map(literal, nothing))}) THEN {number} END"
    parts = [number, *([name.as_text] if name is not None else []), literal(UNKNOWN_ITEM)]
    blank = " or ".join(["blank", *nothing])
    instead = f"the article's {name.name}, and without one under " if name is not None else ""
    reason = f"{choice.reason}; where it is {blank} the line counts under {instead}'{UNKNOWN_ITEM}'"
    return ProposedColumn("item_id", f"coalesce({', '.join(parts)})", reason)


def words_for_nothing(connection: Connection, source: Source, look: Look) -> tuple[str, ...]:
    """The words in a column that programs write for nothing; whoever reads the draft sees whether one names an article."""
    if look.type != "VARCHAR":
        return ()
    known = ", ".join(map(literal, NULL_TEXTS))
    rows = connection.execute(f"""
        SELECT DISTINCT trim({look.sql}) AS word FROM {source.relation}
        WHERE lower(trim({look.sql})) IN ({known}) ORDER BY word
    """).fetchall()
    return tuple(str(word) for (word,) in rows)
