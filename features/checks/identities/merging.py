"""The judged table of identities as one answer an id: whose it is, from which day on, and who was erased.

A merge holds for all that an id ever did, from the ingest on whose day is past its date. Whoever had one of
their ids erased is erased by all of them.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as arrow

from features.checks.erased_rows import enter_erased, erased_condition
from features.checks.identities.chains import ends_of
from features.checks.judging.conversions import LAST_LIKELY_SECONDS
from features.checks.judging.judged_table import OpenTable
from features.checks.merges import (
    ERASED_IDS,
    MERGED_ID,
    MERGED_IDS,
    MERGED_PERSON,
    Merges,
)
from features.company.erased import Tombstones
from features.sources.connection import Connection, quoted
from features.vocabulary.tables import CUSTOMER_ID, PERSON_ID
from features.vocabulary.time import Cutoff

_SINCE = "since_seconds"


@dataclass(frozen=True)
class MergedPeople:
    """What the identities come to: their counts, and how many ids the larger persons have."""

    people: Merges
    sizes: Mapping[str, int]
    """How many ids each person has, the own one among them."""
    forgotten: int = 0
    """How many rows were of somebody who was erased."""


def merge_people(
    opened: OpenTable, as_of: Cutoff | None, erased: Tombstones, *, ignore_case: bool = False
) -> MergedPeople:
    """Leave the merged ids in a relation of their own, and nothing of the erased in the judged table.

    Merges from ``as_of`` on are not known yet; without it all of them are.
    """
    says, waiting, last = _said(opened, as_of)
    ends = ends_of(says)
    gone = _erased(ends, erased, ignore_case=ignore_case)
    kept = {one: person for one, person in ends.items() if person not in gone}
    _write(opened.connection, kept)
    rows = f"SELECT count(*) FROM {opened.judged}"
    before = opened.number(rows)
    if gone:
        _forget(opened, gone)
    if erased.names:
        enter_erased(opened.connection, erased, ignore_case=ignore_case)
        named = (
            erased_condition(name, erased, ignore_case=ignore_case)
            for name in (CUSTOMER_ID, PERSON_ID)
        )
        opened.connection.execute(f"DELETE FROM {opened.judged} WHERE {' OR '.join(named)}")
    sizes = Counter(kept.values())
    people = Merges(
        ids=len(kept),
        persons=len(sizes),
        waiting=waiting,
        last_since=last,
        known_as=_name_of(ends),
        has_erased=bool(gone),
    )
    forgotten = before - opened.number(rows)
    return MergedPeople(people, {one: count + 1 for one, count in sizes.items()}, forgotten)


def merged_ids(connection: Connection) -> dict[str, str]:
    """The ids that are another's, each with the person's, as they were left in the working database."""
    columns = f"{quoted(MERGED_ID)}, {quoted(MERGED_PERSON)}"
    return dict(connection.execute(f"SELECT {columns} FROM {MERGED_IDS}").fetchall())


def _said(opened: OpenTable, as_of: Cutoff | None) -> tuple[dict[str, str], int, int | None]:
    """Whose each id is by the rows that hold by now, how many wait, and the latest date of those that hold."""
    has_since = any(one.stored == _SINCE for one in opened.columns)
    # Of several dates the first counts, and a row without one says that it was always so.
    since = f"CASE WHEN count(*) = count({_SINCE}) THEN min({_SINCE}) END" if has_since else "NULL"
    rows = opened.connection.execute(f"""
        SELECT {CUSTOMER_ID}, min({PERSON_ID}), {since} FROM {opened.judged}
        WHERE bits & {opened.mask} = 0
        GROUP BY {CUSTOMER_ID} HAVING min({PERSON_ID}) = max({PERSON_ID})
    """).fetchall()
    ahead = LAST_LIKELY_SECONDS if as_of is None else as_of.seconds
    merged = [row for row in rows if row[0] != row[1]]
    held = [row for row in merged if row[2] is None or row[2] < ahead]
    last = max((when for _, _, when in held if when is not None), default=None)
    says = {one: person for one, person, _ in sorted(held, key=lambda row: row[0])}
    return says, len(merged) - len(held), last


def _erased(
    ends: Mapping[str, str], erased: Tombstones, *, ignore_case: bool
) -> dict[str, set[str]]:
    """The persons of whom any id was erased, with all of their ids."""
    if not erased.names:
        return {}
    gone: dict[str, set[str]] = {
        person: {person}
        for one, person in ends.items()
        if any(erased.hold(named, ignore_case=ignore_case) for named in (one, person))
    }
    for one, person in ends.items():
        if person in gone:
            gone[person].add(one)
    return gone


def _write(connection: Connection, people: Mapping[str, str]) -> None:
    table = arrow.table(
        {
            MERGED_ID: arrow.array(people.keys(), arrow.string()),
            MERGED_PERSON: arrow.array(people.values(), arrow.string()),
        }
    )
    _create(connection, MERGED_IDS, table)


def _forget(opened: OpenTable, gone: Mapping[str, set[str]]) -> None:
    ids = sorted({one for some in gone.values() for one in some})
    _create(opened.connection, ERASED_IDS, arrow.table({"id": arrow.array(ids, arrow.string())}))
    opened.connection.execute(f"""
        DELETE FROM {opened.judged} WHERE {CUSTOMER_ID} IN (SELECT id FROM {ERASED_IDS})
            OR {PERSON_ID} IN (SELECT id FROM {ERASED_IDS})
    """)


def _create(connection: Connection, name: str, table: arrow.Table) -> None:
    connection.register("given", table)
    connection.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM given")
    connection.unregister("given")


def _name_of(ends: Mapping[str, str]) -> str:
    """The SHA-256 of who is whose; empty where nobody is anybody else's."""
    said = json.dumps(sorted(ends.items())).encode()
    return hashlib.sha256(said).hexdigest() if ends else ""
