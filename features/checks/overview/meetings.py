"""Whether the keys of a company's tables meet: customers, items and offers told of in one and bought in another.

Tables that meet in no key describe nobody; as a rule one of them lost the zeros before its numbers on the
way. Only counts are told, for a key may be somebody's address.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from features.checks.breaches import Breach, Severity, refusal
from features.checks.figures import Meeting
from features.checks.judging.rules import FEW_ROWS
from features.sources.connection import Connection, quoted
from features.vocabulary.errors import DataRefused
from features.vocabulary.tables import CUSTOMER_ID, IDENTITIES, TABLES

FEW_SHARE = 0.5
"""Below this share of the keys that could meet, it is noted how few do."""
_PAIRED = (("items", "purchases", "item_id"), ("exposures", "offers", "offer_id"))
_SAME_BUT = {
    "leading zeros": "ltrim({key}, '0')",
    "capitals": "lower({key})",
    "blanks": "regexp_replace({key}, '\\s', '', 'g')",
    "letters before the number": "ltrim(regexp_replace({key}, '^[^0-9]+', ''), '0')",
}
"""What two spellings of one key may differ by, and SQL that takes it away."""


def pairs(tables: Mapping[str, frozenset[str]]) -> Iterator[tuple[str, str, str]]:
    """Which tables are held against which, by which column; ``tables`` are the columns each has.

    Customers are held against those of the first table of events, as a rule the purchases. Identities are held
    against nothing here: what they say is in the rows of all others already.

    >>> list(pairs({"purchases": frozenset({"customer_id", "item_id"}), "items": frozenset({"item_id"})}))
    [('items', 'purchases', 'item_id')]
    """
    events = [
        name
        for name, columns in tables.items()
        if TABLES[name].event_time is not None and CUSTOMER_ID in columns
    ]
    for name, columns in tables.items():
        if events and name not in (events[0], IDENTITIES.name) and CUSTOMER_ID in columns:
            yield name, events[0], CUSTOMER_ID
    for name, other, column in _PAIRED:
        if column in tables.get(name, ()) and column in tables.get(other, ()):
            yield name, other, column


def meetings(
    connection: Connection, columns: Mapping[str, frozenset[str]], rows: Mapping[str, str]
) -> list[Meeting]:
    """How many keys each pair of tables has in common; ``rows`` is SQL for the kept rows of each."""
    found = []
    for table, other, column in pairs(columns):
        one, two = (_keys(rows[name], column) for name in (table, other))
        counts = [
            int(connection.execute(f"SELECT count(*) FROM ({query})").fetchall()[0][0])
            for query in (one, two, f"{one} INTERSECT {two}")
        ]
        found.append(Meeting(table, other, column, *counts))
    return found


def unmet(
    connection: Connection, columns: Mapping[str, frozenset[str]], rows: Mapping[str, str]
) -> list[Meeting]:
    """The pairs of tables that have no key in common, found without counting where they have one."""
    strangers = {}
    for table, other, column in pairs(columns):
        meets = f"""
            SELECT 1 FROM ({rows[other]}) WHERE {column} IN (SELECT {column} FROM ({rows[table]})) LIMIT 1
        """
        if not connection.execute(meets).fetchall():
            strangers[table] = columns[table]
            strangers[other] = columns[other]
    return [one for one in meetings(connection, strangers, rows) if not one.met]


def meeting_breaches(
    connection: Connection, found: list[Meeting], rows: Mapping[str, str]
) -> Iterator[Breach]:
    """Refuse tables that meet in no key, and note those that meet in few."""
    for one in found:
        most = min(one.keys, one.other_keys)
        if most <= FEW_ROWS or one.met >= FEW_SHARE * most:
            continue
        if not one.met:
            yield refusal(one.table, f"meets.{one.other}", _strangers(connection, one, rows))
            continue
        what = one.column.removesuffix("_id") + "s"
        yield Breach(
            table=one.table,
            rule=f"meets.{one.other}",
            what=f"{one.met:,} of {one.keys:,} {what} are among the {one.other_keys:,} of {one.other}",
            rows=0,
            becomes="kept as they are",
            severity=Severity.NOTES,
            advice=f"See whether {one.column} is written alike in both.{_would_meet(connection, one, rows)}",
        )


def _strangers(connection: Connection, one: Meeting, rows: Mapping[str, str]) -> DataRefused:
    what = one.column.removesuffix("_id") + "s"
    hint = _would_meet(connection, one, rows)
    return DataRefused(
        expected=f"{what} of {one.table} that are {what} of {one.other} too",
        found=f"0 of {one.keys:,} among the {one.other_keys:,} of {one.other}",
        remedy=hint.strip()
        or f"See whether {one.column} of [tables.{one.table}.columns] is the number that "
        f"[tables.{one.other}.columns] has.",
    )


def _would_meet(connection: Connection, one: Meeting, rows: Mapping[str, str]) -> str:
    """What to write so that more keys meet; empty where no spelling explains it."""
    tables = one.table, one.other
    for name, sql in _SAME_BUT.items():
        plain = sql.format(key="key")
        alike = [
            f"SELECT DISTINCT {plain} AS key FROM ({_keys(rows[table], one.column)})"
            for table in tables
        ]
        met = connection.execute(f"SELECT count(*) FROM ({' INTERSECT '.join(alike)})").fetchall()
        if met[0][0] > one.met + FEW_SHARE * (min(one.keys, one.other_keys) - one.met):
            return (
                f" {met[0][0]:,} would meet but for {name}: {_written(connection, one, rows, name)}"
            )
    return ""


def _written(connection: Connection, one: Meeting, rows: Mapping[str, str], difference: str) -> str:
    column = one.column
    if difference == "leading zeros":
        for padded, other in ((one.table, one.other), (one.other, one.table)):
            width = _width(connection, rows[padded], column)
            if width is not None:
                return (
                    f"export {column} of {other} as a text, or write {column} = "
                    f"\"lpad(CAST(your_column AS VARCHAR), {width}, '0')\" under [tables.{other}.columns]."
                )
    sql = _SAME_BUT[difference].format(key="CAST(your_column AS VARCHAR)")
    return f'write {column} = "{sql}" under [tables.{one.table}.columns] and [tables.{one.other}.columns].'


def _width(connection: Connection, rows: str, column: str) -> int | None:
    """How long the keys of a table are, where all are equally long and some begin with a nought."""
    shortest, longest, noughts = connection.execute(f"""
        SELECT min(length(key)), max(length(key)), count(*) FILTER (key LIKE '0%')
        FROM ({_keys(rows, column)})
    """).fetchall()[0]
    return int(longest) if noughts and shortest == longest else None


def _keys(rows: str, column: str) -> str:
    name = quoted(column)
    return f"SELECT DISTINCT {name} AS key FROM ({rows}) WHERE {name} IS NOT NULL"
