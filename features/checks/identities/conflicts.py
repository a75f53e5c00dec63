"""What all tables together say against the identities, or for more of them: told by customer numbers and counts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from features.checks.accounts import repeated_relation
from features.checks.breaches import SAMPLE_ROWS, Breach, Severity
from features.checks.judging.conversions import MappedColumn
from features.checks.judging.judged_table import OpenTable
from features.checks.judging.rules import FEW_ROWS
from features.checks.merges import MERGED_ID
from features.sources.connection import quoted
from features.vocabulary.tables import CUSTOMER_ID, CUSTOMERS, IDENTITIES

CONTRADICTED_SHARE = 0.05
"""Above this share of merged persons with several days of birth the identities are taken to be wrong."""
_MAIL = re.compile(r"e[\s_.-]?mail|courriel|correo|^mail|mail$", re.IGNORECASE)
_BIRTH = re.compile(
    r"birth|\bdob\b|geburt|naissance|nacimiento|nascita|nascimento|geboorte", re.IGNORECASE
)


def conflicts(tables: Mapping[str, OpenTable]) -> Iterator[Breach]:
    """What speaks against the identities, or for more of them, where all files were read for it."""
    customers = tables.get(CUSTOMERS.name)
    if customers is not None:
        for column in customers.columns:
            if column.column.name == CUSTOMER_ID:
                continue
            if _MAIL.search(column.column.name):
                yield from _shared_mail(customers, column)
            if customers.merges_ids:
                yield from _contradicted(customers, column)
    for opened in tables.values():
        if opened.merges_ids and not opened.is_merged:
            yield from _alike_but_for_the_id(opened)
    if IDENTITIES.name in tables:
        yield from _never_seen(tables)


def written_ids(tables: Mapping[str, OpenTable]) -> str:
    """SQL for the ids of customers as the kept rows of all tables but the identities write them."""
    parts = []
    for opened in tables.values():
        if opened.table is IDENTITIES or all(
            one.column.name != CUSTOMER_ID for one in opened.columns
        ):
            continue
        written = f"coalesce({quoted(MERGED_ID)}, {CUSTOMER_ID})"
        parts.append(
            f"SELECT {written if opened.merges_ids else CUSTOMER_ID} AS {CUSTOMER_ID} FROM {_accepted_rows(opened)}"
        )
    return " UNION ALL ".join(parts) or f"SELECT CAST(NULL AS VARCHAR) AS {CUSTOMER_ID}"


def _accepted_rows(opened: OpenTable) -> str:
    return f"{opened.judged} WHERE bits & {opened.mask} = 0"


def _shared_mail(opened: OpenTable, column: MappedColumn) -> Iterator[Breach]:
    """Note e-mail addresses that several customers have: they may be one person each."""
    mail = f"lower(trim(CAST({quoted(column.stored)} AS VARCHAR)))"
    found, people, sample = opened.connection.execute(f"""
        SELECT count(*), coalesce(sum(customers), 0), min(name, {SAMPLE_ROWS}) FROM (
            SELECT count(DISTINCT {CUSTOMER_ID}) AS customers, min({opened.row_name}) AS name
            FROM {_accepted_rows(opened)} AND contains({mail}, '@')
            GROUP BY {mail} HAVING count(DISTINCT {CUSTOMER_ID}) > 1)
    """).fetchall()[0]
    if not found:
        return
    yield Breach(
        table=opened.table.name,
        rule=f"shared.{column.column.name}",
        what=f"{column.column.name} that several customers have",
        rows=int(found),
        becomes="kept as several customers",
        severity=Severity.NOTES,
        sample=tuple(sample or ()),
        detail=f"{int(people):,} customers",
        advice="If they are one person each, say so in a table of identities: customer_id, person_id.",
    )


def _alike_but_for_the_id(opened: OpenTable) -> Iterator[Breach]:
    """Tell of the rows that are repeated by another id of the same person: two exports of one sale."""
    written = f"coalesce({quoted(MERGED_ID)}, {CUSTOMER_ID})"
    found, sample = opened.connection.execute(f"""
        SELECT coalesce(sum(ids - 1), 0), min(name, {SAMPLE_ROWS}) FROM (
            SELECT count(DISTINCT {written}) AS ids, min({opened.row_name}) AS name
            FROM {opened.judged} SEMI JOIN {repeated_relation(opened)} USING (part, print_1, print_2)
            WHERE bits & {opened.mask} = 0 GROUP BY part, print_1, print_2 HAVING ids > 1)
    """).fetchall()[0]
    if found:
        becomes = {"drop": "dropped with the repetitions", "keep": "kept"}
        yield Breach(
            table=opened.table.name,
            rule="repeated.customer_id",
            what="rows that repeat another but for the id, which is the same person's",
            rows=int(found),
            becomes=becomes.get(opened.mapping.duplicates, "refused with the repetitions"),
            severity=Severity.NOTES,
            sample=tuple(sample),
            advice="Two exports of one sale count once. If each is a sale of its own, write "
            'duplicates = "keep".',
        )


def _contradicted(opened: OpenTable, column: MappedColumn) -> Iterator[Breach]:
    """Merged persons whose ids have several days of birth: no one was born twice."""
    name = column.column.name
    if not _BIRTH.search(name):
        return
    told = quoted(column.stored)
    merged, found, sample = opened.connection.execute(f"""
        SELECT count(*), count(*) FILTER (said > 1), min(name, {SAMPLE_ROWS}) FILTER (said > 1) FROM (
            SELECT count(DISTINCT {told}) AS said, min({opened.row_name}) AS name
            FROM {_accepted_rows(opened)} GROUP BY {CUSTOMER_ID}
            HAVING count(DISTINCT coalesce({quoted(MERGED_ID)}, {CUSTOMER_ID})) > 1)
    """).fetchall()[0]
    if not found:
        return
    refuses = found > max(FEW_ROWS, CONTRADICTED_SHARE * merged)
    yield Breach(
        table=IDENTITIES.name,
        rule=f"contradicted.{name}",
        what=f"persons whose ids have several values of {name}",
        rows=int(found),
        becomes="refused" if refuses else "merged all the same",
        severity=Severity.REFUSES if refuses else Severity.NOTES,
        sample=tuple(sample),
        detail=f"{found / merged:.1%} of the {merged:,} persons of whom customers has several rows"
        + (f"; at most {CONTRADICTED_SHARE:.0%} may be so" if refuses else ""),
        advice="Nobody is born on two days: leave these ids out of the identities by a rule of your own in "
        f"[tables.{IDENTITIES.name}.set_aside], or take {name} out of [tables.{CUSTOMERS.name}.columns] where "
        "it is the one that is wrong.",
    )


def _never_seen(tables: Mapping[str, OpenTable]) -> Iterator[Breach]:
    """Ids that the identities name and no other table does; refused where it is all of them."""
    opened = tables[IDENTITIES.name]
    listed = f"SELECT DISTINCT {CUSTOMER_ID} FROM {_accepted_rows(opened)}"
    total, absent, sample = opened.connection.execute(f"""
        WITH seen AS ({written_ids(tables)})
        SELECT count(*), count(*) FILTER (is_absent),
               min('customer ' || {CUSTOMER_ID}, {SAMPLE_ROWS}) FILTER (is_absent)
        FROM (SELECT {CUSTOMER_ID}, {CUSTOMER_ID} NOT IN
                     (SELECT {CUSTOMER_ID} FROM seen WHERE {CUSTOMER_ID} IS NOT NULL) AS is_absent
              FROM ({listed}))
    """).fetchall()[0]
    if absent:
        yield never_seen(int(absent), int(total), tuple(sample))


def never_seen(absent: int, total: int, sample: tuple[str, ...] = ()) -> Breach:
    """What is said of ids that no other table has: refused where it is all of more than a few."""
    refuses = absent == total and total > FEW_ROWS
    return Breach(
        table=IDENTITIES.name,
        rule="never_seen.customer_id",
        what=f"{absent:,} of {total:,} ids are in no other table",
        rows=absent,
        becomes="refused" if refuses else "kept, and merge nothing",
        severity=Severity.REFUSES if refuses else Severity.NOTES,
        sample=sample,
        advice=f"See whether customer_id of [tables.{IDENTITIES.name}.columns] is written as the other tables "
        "write it, zeros before it and capitals included.",
    )
