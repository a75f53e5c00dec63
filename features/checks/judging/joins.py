"""What becomes of rows that find none in a joined file, and of that file's rows which no row looks for."""

from __future__ import annotations

from collections.abc import Iterator

from features.checks.breaches import Breach, Severity
from features.checks.figures import FileAccount
from features.checks.judging.rules import FEW_ROWS, MISSING_SHARE, Rule
from features.sources.attachment import Source
from features.sources.beside import JoinedRows
from features.sources.connection import quoted
from features.vocabulary.tables import RawTable

_SAME_BUT = {
    "leading zeros": "ltrim({key}, '0')",
    "capitals": "lower({key})",
    "blanks": "regexp_replace({key}, '\\s', '', 'g')",
    "signs before the number": "ltrim(regexp_replace({key}, '^[^0-9]+', ''), '0')",
}
"""What two spellings of one key may differ by, and SQL that takes it away."""
_EXPLAINED = 0.5
"""A spelling explains it where so large a share of the rows without a partner would find one."""


def join_rules(table: RawTable, source: Source) -> list[Rule]:
    """One rule for each joined file: the rows that find none of its rows."""
    return [
        Rule(
            name=f"join.{one.name}",
            what=f"rows that find no row of theirs in {one.shown}",
            condition=quoted(without(one)),
            severity=Severity.NOTES,
            becomes="kept as far as their own columns say what is needed",
            advice=f"See whether [tables.{table.name}.join.{one.name}] names the same number of both files and "
            "whether both are of the same days, or leave these rows out by "
            f'[tables.{table.name}.set_aside] "no {one.name}" = \'"{one.key}" IS NULL\'.',
            tolerated=MISSING_SHARE,
            tolerated_rows=FEW_ROWS,
        )
        for one in source.joins
    ]


def without(joined: JoinedRows) -> str:
    """The working name of what says that a row finds none in a joined file."""
    return f"without {joined.name}"


def selected(source: Source) -> list[str]:
    """SQL that says of each joined file whether a row finds none of its rows."""
    return [f"({quoted(one.key)} IS NULL) AS {quoted(without(one))}" for one in source.joins]


def join_breaches(table: RawTable, source: Source) -> Iterator[Breach]:
    """What is to be told of the rows of joined files, all of the source's files being fresh."""
    connection = source.reader.connection
    for one in source.joins:
        met = sum(one.met(connection, source.relation))
        keyed = sum(file.rows - file.without_key - file.repeated for file in one.files)
        for kind, what, rows in (
            ("unasked", f"rows of {one.shown} that no row of {source.shown} asks for", keyed - met),
            (
                "keyless",
                f"rows of {one.shown} without a key",
                sum(f.without_key for f in one.files),
            ),
            (
                "repeated",
                f"rows of {one.shown} that repeat another in every column",
                sum(file.repeated for file in one.files),
            ),
        ):
            if rows:
                yield _note(table, one, kind, what, rows, sum(file.rows for file in one.files))
        yield from _spelt_otherwise(table, source, one)


def _note(
    table: RawTable, joined: JoinedRows, kind: str, what: str, rows: int, of_all: int
) -> Breach:
    return Breach(
        table=table.name,
        rule=f"join.{joined.name}.{kind}",
        what=what,
        rows=rows,
        becomes="not used",
        severity=Severity.NOTES,
        advice="See whether both files are whole and of the same days."
        if kind == "unasked"
        else "",
        detail=f"{rows / of_all:.1%} of its rows",
    )


def _spelt_otherwise(table: RawTable, source: Source, joined: JoinedRows) -> Iterator[Breach]:
    """Tell which spelling keeps rows from finding theirs, where one explains most of it."""
    connection, key = source.reader.connection, quoted(joined.key)
    alone = f"SELECT {joined.on} AS key FROM {source.relation} WHERE {key} IS NULL"
    rows = _number(source, f"SELECT count(*) FROM ({alone})")
    if rows <= FEW_ROWS:
        return
    for name, sql in _SAME_BUT.items():
        theirs = f"SELECT {sql.format(key=key)} FROM {joined.relation}"
        found = f"SELECT count(*) FROM ({alone}) WHERE {sql.format(key='key')} IN ({theirs})"
        would = int(connection.execute(found).fetchall()[0][0])
        if would > _EXPLAINED * rows:
            written = sql.format(key="CAST(your_column AS VARCHAR)")
            yield Breach(
                table=table.name,
                rule=f"join.{joined.name}.spelling",
                what=f"rows that would find theirs in {joined.shown} but for {name}",
                rows=would,
                becomes="kept without them",
                severity=Severity.NOTES,
                advice=f'Write on = "{written}" and key = "{written}" under '
                f"[tables.{table.name}.join.{joined.name}], each with its own column.",
            )
            return


def _number(source: Source, query: str) -> int:
    return int(source.reader.connection.execute(query).fetchall()[0][0])


def joined_accounts(source: Source) -> tuple[FileAccount, ...]:
    """What became of the records of every joined file: those nobody asks for are not selected."""
    accounts = []
    for one in source.joins:
        for file, met in zip(
            one.files, one.met(source.reader.connection, source.relation), strict=True
        ):
            accounts.append(
                FileAccount(
                    file.name,
                    in_file=file.rows + file.refused,
                    kept=met,
                    set_aside=file.without_key,
                    repeated=file.repeated,
                    refused=file.refused,
                    not_selected=file.rows - file.without_key - file.repeated - met,
                    joined=one.name,
                )
            )
    return tuple(accounts)
