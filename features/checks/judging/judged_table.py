"""One table on its way from its source to its judged rows: opened, bound, and every rule a bit a row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from features.checks.breaches import Breach, Severity, refusal
from features.checks.erased_rows import enter_erased, erased_condition
from features.checks.judging.conversions import (
    LAST_LIKELY_SECONDS,
    MappedColumn,
    as_sql,
    bind_column,
    bind_condition,
    compiles,
)
from features.checks.judging.filler_days import filler_rules
from features.checks.judging.joins import join_rules, selected
from features.checks.judging.known_words import directed, with_direction, word_rules
from features.checks.judging.numbers_in_texts import with_numbers
from features.checks.judging.order_values import reading_with_order_values, with_order_values
from features.checks.judging.rules import MOST_RULES, Rule, rules_of, too_many_rules
from features.checks.judging.texts import faults_of_texts
from features.checks.merges import (
    ERASED_IDS,
    MERGED_ID,
    MERGED_IDS,
    MERGED_PERSON,
    NO_MERGES,
    Merges,
)
from features.company.erased import NONE_ERASED, Tombstones
from features.company.settings.company import TableMapping
from features.sources.attachment import Source
from features.sources.connection import Connection, faults_worded, literal, quoted
from features.sources.files import Schema, SourceFile
from features.sources.joins import attach_joined
from features.sources.naming import is_named
from features.vocabulary.errors import DataRefused, RegularsError
from features.vocabulary.months import month_sql
from features.vocabulary.tables import CUSTOMER_ID, RawTable
from features.vocabulary.time import Cutoff


@dataclass(frozen=True)
class OpenTable:
    """A table whose source is open and whose mapping compiles."""

    connection: Connection
    table: RawTable
    mapping: TableMapping
    source: Source
    columns: tuple[MappedColumn, ...]
    rules: tuple[Rule, ...]
    erased: Tombstones = NONE_ERASED
    ignores_case: bool = False
    people: Merges = NO_MERGES
    """Whose ids are merged while the rows are read."""

    @property
    def judged(self) -> str:
        """The relation of the judged rows: stored columns, and ``bits`` with one bit a rule."""
        return f"judged_{self.table.name}"

    @property
    def is_merged(self) -> bool:
        """Whether rows of one key become one: tables that describe rather than record."""
        return bool(self.table.key) and self.table.event_time is None

    @property
    def event(self) -> MappedColumn | None:
        """The column that says when a row happened."""
        for column in self.columns:
            if column.column.name == self.table.event_time:
                return column
        return None

    @property
    def key_columns(self) -> tuple[MappedColumn, ...]:
        """The mapped columns that name a row."""
        return tuple(one for one in self.columns if one.column.name in self.table.key)

    @property
    def merges_ids(self) -> bool:
        """Whether some of the customers' ids are another's: then ``merged id`` is what a row was written with."""
        return bool(self.people.ids) and any(one.column.name == CUSTOMER_ID for one in self.columns)

    @property
    def stored_columns_sql(self) -> list[str]:
        """The stored columns as SQL, with ``local_day`` where there is an event time."""
        return [quoted(one.stored) for one in self.columns] + (["local_day"] if self.event else [])

    @property
    def mask(self) -> int:
        """The bits of the rules that set rows aside: a row is kept when it has none of them."""
        return sum(
            1 << position
            for position, rule in enumerate(self.rules)
            if rule.severity is Severity.SETS_ASIDE
        )

    @property
    def row_name(self) -> str:
        """SQL that names a row by its numbers and shows nothing else of it."""
        names = self.table.key or (CUSTOMER_ID,)
        stored = {one.column.name: quoted(one.stored) for one in self.columns}
        parts = [
            f"'{name.removesuffix('_id')} ' || coalesce(CAST({stored[name]} AS VARCHAR), '(none)')"
            for name in names
            if name in stored
        ]
        return " || ', ' || ".join(parts) or "NULL"

    def faults_worded(self) -> AbstractContextManager[None]:
        """Word what only shows while rows go through the mapping, such as a failing CAST."""
        return faults_worded(
            expected=f"every row of {self.source.shown} to go through the mapping",
            remedy="Correct the expressions; TRY_CAST gives an empty value where CAST fails.",
        )

    def number(self, query: str) -> int:
        """The single whole number a query gives."""
        return int(self.connection.execute(query).fetchall()[0][0] or 0)


def open_table(
    connection: Connection,
    table: RawTable,
    mapping: TableMapping,
    *,
    folder: Path,
    scratch: Path,
    as_of: Cutoff | None,
    known: Mapping[str, tuple[str, Schema]] | None = None,
    erased: Tombstones = NONE_ERASED,
    ignores_case: bool = False,
    people: Merges = NO_MERGES,
) -> tuple[OpenTable | None, list[Breach]]:
    """Open a source and bind its mapping; all faults come back together as breaches.

    ``known`` are the stamps and columns of files seen before, which are not opened again. Rows of
    ``erased`` customers are not read. With ``ignores_case`` capitals make no other customer, and the ids
    of ``people`` are those of the persons.
    """
    connection.execute(f"SET TimeZone = {literal(mapping.timezone)}")
    try:
        source = attach_joined(
            connection, table.name, mapping, folder=folder, scratch=scratch, known=known
        )
    except RegularsError as fault:
        return None, [refusal(table.name, "source", fault)]
    source = _read_as_mapped(connection, source, mapping)
    try:
        source = with_order_values(connection, source, mapping, table.name)
    except RegularsError as fault:
        return None, [refusal(table.name, "order values", fault)]
    columns: list[MappedColumn] = []
    breaches: list[Breach] = list(faults_of_texts(table, mapping, source))
    for name in _mapped_names(table, mapping):
        try:
            said = mapping.columns[name]
            columns.append(
                bind_column(connection, source, table, name, said, ignores_case=ignores_case)
            )
        except RegularsError as fault:
            breaches.append(refusal(table.name, f"mapping.{name}", fault))
    breaches += _condition_faults(connection, source, table, mapping)
    if not breaches:
        columns = with_numbers(connection, source, table, columns, mapping.where)
    columns = with_direction(table, columns)
    rules = rules_of(table, columns, mapping.set_aside, as_of)
    rules += word_rules(table, columns)
    rules += filler_rules(table, columns)
    rules += join_rules(table, source)
    if len(rules) > MOST_RULES:
        breaches.append(too_many_rules(table, len(rules) - MOST_RULES))
    rows = f"SELECT 1 FROM {source.relation} LIMIT 1"
    if breaches and not known and not connection.execute(rows).fetchall():
        # An empty file tells no types, so faults of its mapping would be about nothing.
        return None, [_no_rows(table, source)]
    if breaches:
        return None, breaches
    enter_erased(connection, erased, ignore_case=ignores_case)
    bound = tuple(columns), tuple(rules)
    return OpenTable(connection, table, mapping, source, *bound, erased, ignores_case, people), []


def _read_as_mapped(connection: Connection, source: Source, mapping: TableMapping) -> Source:
    """Leave as texts the columns that an expression of the mapping takes for texts, such as strptime(Day, …)."""
    expressions = [
        *mapping.columns.values(), *mapping.set_aside.values(), *filter(None, [mapping.where]),
    ]  # fmt: skip
    for expression in expressions:
        if not source.formats or compiles(connection, source, as_sql(source, expression)):
            continue
        named = [one for one in source.formats if is_named(one, expression)]
        as_texts = source.with_texts(named)
        # Whichever was made last is what the relation shows.
        fits = compiles(connection, as_texts, expression)
        source = as_texts if fits else source.with_texts(())
    return source


def _no_rows(table: RawTable, source: Source) -> Breach:
    fault = DataRefused(
        expected=f"rows of {table.name} in {source.shown}",
        found="no rows",
        remedy="Name a source that holds rows.",
    )
    return refusal(table.name, "empty", fault)


def _mapped_names(table: RawTable, mapping: TableMapping) -> list[str]:
    declared = [name for name in table.column_names if name in mapping.columns]
    return declared + sorted(set(mapping.columns) - set(declared))


def _condition_faults(
    connection: Connection, source: Source, table: RawTable, mapping: TableMapping
) -> Iterator[Breach]:
    where = f"tables.{table.name}"
    conditions = {f"{where}.where": mapping.where} if mapping.where else {}
    conditions |= {f"{where}.set_aside.{name}": said for name, said in mapping.set_aside.items()}
    for place, condition in conditions.items():
        try:
            bind_condition(connection, source, condition, place)
        except RegularsError as fault:
            yield refusal(table.name, place.removeprefix(f"{where}."), fault)


def judge(opened: OpenTable, files: Sequence[SourceFile] | None = None) -> None:
    """Read files once and write their rows with their bits into the working database.

    Event tables also keep two hashes over all source columns, in different orders, which together are
    taken for the content of a row: 128 bits tell repeated rows from different ones. ``part`` is the
    month of a row, or -1 less the place of its file where the row has no date between 1970 and 2099.
    """
    query = _judged(opened, opened.source.fresh if files is None else files, "true")
    opened.connection.execute(f"CREATE OR REPLACE TABLE {opened.judged} AS {query}")


def judge_months(opened: OpenTable, files: Sequence[SourceFile], months: Sequence[int]) -> None:
    """Add the rows of some months from further files, placed behind the fresh ones that are judged already."""
    if files and months:
        some = f"part IN ({', '.join(map(str, months))})"
        query = _judged(opened, files, some, ahead=len(opened.source.fresh))
        opened.connection.execute(f"INSERT INTO {opened.judged} {query}")


def _judged(opened: OpenTable, files: Sequence[SourceFile], which: str, *, ahead: int = 0) -> str:
    written_by = _customer_column(opened)
    names = [quoted(name) for name in opened.source.columns if name != written_by]
    prints = [
        f"hash({', '.join(names)}) AS print_1",
        f"hash('again', {', '.join(reversed(names))}) AS print_2",
    ]
    reading = reading_with_order_values(opened.source, opened.mapping, opened.source.reading(files))
    mapped = [f"({one.selected}\n) AS {quoted(one.raw)}" for one in opened.columns]
    mapped += [
        f"({condition}\n) AS {quoted(f'own {position}')}"
        for position, condition in enumerate(opened.mapping.set_aside.values())
    ]
    mapped += selected(opened.source)
    mapped.append(f"CAST({reading.file} AS INTEGER) + {ahead} AS {quoted('in file')}")
    tidied = [f"{one.tidied} AS {quoted(one.raw)}" for one in opened.columns]
    converted = [f"{one.converted} AS {quoted(one.stored)}" for one in opened.columns]
    if opened.event is not None:
        converted.append(f"{opened.event.local_day} AS local_day")
    bits = [
        f"(CAST(coalesce({rule.condition}, false) AS BIGINT) << {position})"
        for position, rule in enumerate(opened.rules)
    ]
    where = f"WHERE ({opened.mapping.where}\n)" if opened.mapping.where else ""
    written = opened.stored_columns_sql + ([] if opened.is_merged else ["print_1", "print_2"])
    beside = [quoted("in file"), *([quoted(MERGED_ID)] if opened.merges_ids else [])]
    return f"""
        WITH mapped AS (
            SELECT {", ".join(mapped + ([] if opened.is_merged else prints))}
            FROM {reading.relation} {where}
        ), tidied AS (SELECT * REPLACE ({", ".join(tidied)}) FROM mapped),
        converted AS (SELECT *, {", ".join(converted)} FROM tidied),
        settled AS ({_settled(opened)}),
        counted AS ({_counted(opened, written_by)}),
        dated AS (SELECT *, {_part(opened)} AS part FROM counted WHERE NOT {_erased(opened)})
        SELECT {", ".join(written)}, part, {", ".join(beside)}, {" | ".join(bits) or "0"} AS bits
        FROM dated WHERE {which}
    """


def _settled(opened: OpenTable) -> str:
    """SQL for the converted rows, in which a date that stands for none is none, and each contact has a direction."""
    replaced, noted = directed(opened.table), []
    for one in opened.columns:
        if one.may_be_open:
            stored = quoted(one.stored)
            replaced.append(f"CASE WHEN NOT {one.is_open} THEN {stored} END AS {stored}")
            noted.append(f", {one.is_open} AS {quoted(one.open)}")
    if not replaced:
        return "SELECT * FROM converted"
    return f"SELECT * REPLACE ({', '.join(replaced)}){''.join(noted)} FROM converted"


def _customer_column(opened: OpenTable) -> str | None:
    """The column of the source that is the customer by itself, where ids are merged.

    Rows that say the same of one person are the same row, by whichever id they name them.
    """
    if not opened.merges_ids or opened.is_merged:
        return None
    return opened.source.named(opened.mapping.columns[CUSTOMER_ID].strip())


def _counted(opened: OpenTable, written_by: str | None) -> str:
    """SQL for the settled rows, in which whoever is known by several ids has one."""
    if not opened.merges_ids:
        return "SELECT * FROM settled"
    person = f"coalesce({quoted(MERGED_PERSON)}, {CUSTOMER_ID})"
    replaced = [f"{person} AS {CUSTOMER_ID}"]
    if written_by is not None:
        replaced += [f"hash(print_{one}, {person}) AS print_{one}" for one in (1, 2)]
    return f"""
        SELECT settled.* REPLACE ({", ".join(replaced)}), {quoted(MERGED_ID)}
        FROM settled LEFT JOIN {MERGED_IDS} ON {quoted(MERGED_ID)} = {CUSTOMER_ID}
    """


def _erased(opened: OpenTable) -> str:
    """SQL that is true for the rows of erased customers, by the number that would be stored."""
    names = {one.column.name: quoted(one.stored) for one in opened.columns}
    if CUSTOMER_ID not in names:
        return "false"
    by_name = erased_condition(names[CUSTOMER_ID], opened.erased, ignore_case=opened.ignores_case)
    if not opened.people.has_erased:
        return by_name
    by_person = f"coalesce({names[CUSTOMER_ID]} IN (SELECT id FROM {ERASED_IDS}), false)"
    return f"({by_name} OR {by_person})"


def _part(opened: OpenTable) -> str:
    if opened.event is None:
        return "0"
    seconds = quoted(opened.event.stored)
    return (
        f"CASE WHEN {seconds} >= 0 AND {seconds} < {LAST_LIKELY_SECONDS} "
        f"THEN {month_sql(seconds)} ELSE -1 - {quoted('in file')} END"
    )
