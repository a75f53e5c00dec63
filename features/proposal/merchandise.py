"""Which items of a file of items are merchandise, where the file itself does not say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from features.proposal.columns.looking import Look
from features.proposal.exclusions.services import OddCode, no_articles
from features.proposal.wording.writing import ProposedTable
from features.sources.attachment import Source
from features.sources.connection import Connection, literal

_MERCHANDISE = "is_merchandise"


def with_merchandise(
    connection: Connection,
    source: Source,
    looks: Sequence[Look],
    table: ProposedTable,
    bought: Sequence[str] = (),
) -> ProposedTable:
    """The table of items with a line that says which are merchandise, where there are any others.

    ``bought`` are codes, in capitals, that the purchases call postage, a voucher and the like.
    """
    mapped = {column.column: column.expression for column in table.columns}
    by_sql = {look.sql: look for look in looks}
    item = by_sql.get(mapped.get("item_id", ""))
    if item is None or _MERCHANDISE in mapped:
        return table
    found = no_articles(connection, source, item, by_sql.get(mapped.get("name", "")))
    described = _described(connection, source, found.code, bought)
    known = [odd for odd in found.services if odd.code not in described]
    services = [replace(odd, lines=0) for odd in known] + [OddCode(one, 0, "") for one in described]
    column = replace(
        found,
        services=tuple(services),
        no_sales=tuple(replace(odd, lines=0) for odd in found.no_sales),
    ).column
    return table if column is None else replace(table, columns=(*table.columns, column))


def beyond(table: ProposedTable | None, bought: Sequence[str]) -> tuple[str, ...]:
    """Those of the codes that the table's line about merchandise does not name."""
    columns = () if table is None else table.columns
    said = "".join(one.expression for one in columns if one.column == _MERCHANDISE)
    return tuple(code for code in bought if literal(code) not in said)


def _described(
    connection: Connection, source: Source, code: str, bought: Sequence[str]
) -> list[str]:
    """Those of the codes that have a row in the file."""
    if not bought:
        return []
    found = connection.execute(
        f"SELECT DISTINCT {code} AS code FROM {source.relation} "
        f"WHERE code IN ({', '.join(map(literal, bought))}) ORDER BY code"
    ).fetchall()
    return [str(one) for (one,) in found]
