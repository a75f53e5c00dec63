"""Columns that know few words, as the check sees them: what is not understood, what is never said, and what follows.

Here a stored contact whose row does not say who made it gets its direction, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from features.checks.breaches import Breach, Severity
from features.checks.judging.conversions import MappedColumn
from features.checks.judging.rules import Rule
from features.sources.connection import Connection, literal, quoted
from features.vocabulary.tables import CONTACTS, RawTable
from features.vocabulary.words import (
    COMPLAINT,
    CONTROL,
    DIRECTION,
    TREATED,
    Words,
    direction_sql,
)

FEW_WORDS = 100
"""A column with more different words in a month is not counted word by word."""
_SHOWN = 12
_SAYS_NOTHING = "CAST(NULL AS VARCHAR)"
WordCounts = Mapping[str, Mapping[str, int] | None]


def word_rules(table: RawTable, columns: Sequence[MappedColumn]) -> Iterator[Rule]:
    """One rule for each column that knows words: rows with another one."""
    for column in columns:
        words = column.words
        if words is None:
            continue
        name = column.column.name
        ours = ", ".join(words.synonyms)
        known = ", ".join(literal(one) for one in words.synonyms)
        yield Rule(
            name=f"{_UNKNOWN}{name}",
            what=f"{name} is none of the words {ours}, and nothing known to mean one",
            condition=f"({quoted(column.stored)} NOT IN ({known}))",
            severity=Severity.REFUSES if words.is_closed else Severity.NOTES,
            becomes="refused" if words.is_closed else _BECOMES.get(name, "kept as they are"),
            advice=_remedy(table, column)
            if words.is_closed
            else f"Write {_case(column)} {_MEANT}{_BESIDES.get(name, '')}",
        )


_UNKNOWN = "unknown_word."
_MEANT = "if one of ours is meant."
_BECOMES = {"direction": "kept as they are, and counted neither as inbound nor as outbound"}
_BESIDES = {
    "kind": " Unless a direction is mapped, a kind that is not known to be the customer's own doing counts as outbound: "
    "made by the company, and no sign of interest."
}


def _case(column: MappedColumn) -> str:
    one, *_, other = column.words.synonyms if column.words else ("", "")
    return f"{column.column.name} = \"CASE WHEN … THEN '{one}' ELSE '{other}' END\""


def _remedy(table: RawTable, column: MappedColumn) -> str:
    return (
        f"Say in tables.{table.name}.columns which word means what, such as {_case(column)} "
        f"over {column.expression}."
    )


def word_counts(
    connection: Connection, columns: Sequence[MappedColumn], rows: str
) -> dict[str, dict[str, int] | None]:
    """How often each word of a column occurs among some rows; None where there are too many."""
    counts: dict[str, dict[str, int] | None] = {}
    for column in columns:
        if column.words is not None:
            word = quoted(column.stored)
            found = connection.execute(f"""
                SELECT {word}, count(*) FROM {rows} AND {word} IS NOT NULL
                GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {FEW_WORDS + 1}
            """).fetchall()
            counts[column.column.name] = None if len(found) > FEW_WORDS else dict(found)
    return counts


def unknown_words(rule: str, columns: Sequence[MappedColumn], counts: WordCounts) -> str:
    """The words a rule found, most frequent first; empty where there are too many to tell.

    A column of names or addresses, mapped by mistake, is not told.
    """
    for column in columns:
        found = counts.get(column.column.name)
        if column.words is None or rule != f"{_UNKNOWN}{column.column.name}" or found is None:
            continue
        others = {one: rows for one, rows in found.items() if one not in column.words.synonyms}
        if len(others) <= _SHOWN:
            ordered = sorted(others.items(), key=lambda one: (-one[1], one[0]))
            return "words: " + ", ".join(f"{one[: _SHOWN * 2]} ({rows:,})" for one, rows in ordered)
        return f"{len(others):,} different words"
    return ""


def words_never_said(
    table: RawTable, columns: Sequence[MappedColumn], counts: WordCounts
) -> Iterator[Breach]:
    """One note for each word that is needed of a column and occurs in no row."""
    mapped = {one.column.name for one in columns}
    for column in columns:
        found = counts.get(column.column.name)
        if column.words is None or found is None:
            continue
        for word in _needed(column.words, mapped):
            if not found.get(word):
                yield Breach(
                    table=table.name,
                    rule=f"never_said.{column.column.name}.{word}",
                    what=f"no row says {word} in {column.column.name}",
                    rows=0,
                    becomes="kept as they are",
                    severity=Severity.NOTES,
                    advice=f"{_CONSEQUENCES[word]} If another word means it, write "
                    f"{column.column.name} = \"CASE WHEN … THEN '{word}' ELSE … END\".",
                )


def _needed(words: Words, mapped: set[str]) -> tuple[str, ...]:
    # When something was settled is read of complaints alone.
    about = (COMPLAINT,) if COMPLAINT in words.synonyms and "resolved_at" in mapped else ()
    return (*words.needed, *about)


_CONSEQUENCES = {
    CONTROL: "Without customers who deliberately were not shown an offer nobody can tell what offers change.",
    TREATED: "Without customers who were shown an offer nothing can be learned of it.",
    COMPLAINT: "When something was settled is read of complaints alone.",
}


def with_direction(table: RawTable, columns: Sequence[MappedColumn]) -> list[MappedColumn]:
    """The columns of a table; those of contacts with a direction, which says nothing where none is mapped."""
    names = [one.column.name for one in columns]
    if table is not CONTACTS or "direction" in names or "kind" not in names:
        return list(columns)
    unsaid = MappedColumn(CONTACTS.column("direction"), _SAYS_NOTHING, "VARCHAR", DIRECTION)
    place = names.index("kind") + 1
    return [*columns[:place], unsaid, *columns[place:]]


def directed(table: RawTable) -> list[str]:
    """What replaces a column of the converted rows: a contact without a direction has that of its kind."""
    if table is not CONTACTS:
        return []
    direction = quoted("direction")
    return [f"coalesce({direction}, {direction_sql(quoted('kind'))}) AS {direction}"]
