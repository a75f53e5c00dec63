"""Deletes what the database holds of erased customers, and answers that were forgotten: a little at a time.

Whoever was erased is withheld before the first step, so a step may come late and be done twice. Each is a short
transaction, so that nobody who has to write waits for long, and a kill between two of them loses nothing: what is
left is found again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa

from serving.ledger.database import TABLES
from serving.ledger.durable import aside, durably, looked_up, together, wipe
from serving.ledger.idempotency import (
    Demands,
    drop_forgotten,
    forget_answers,
    forgotten,
    person_of,
)
from serving.ledger.job_files import JobFiles
from serving.ledger.spoken_of import speaking_of

TO_BE_ERASED = "to_be_erased"
CUSTOMERS_AT_ONCE, ANSWERS_AT_ONCE = 200, 8
"""A step takes some milliseconds."""
REST_SECONDS = 0.012
"""Whoever waits to write asks again every few milliseconds."""
One = TypeVar("One")


def tables_of_people() -> list[sa.Table]:
    """Every table whose rows are of one customer each, but for the list of who is to be erased."""
    return [
        one
        for one in TABLES.sorted_tables
        if "customer_id" in one.columns and one.name != TO_BE_ERASED
    ]


def clear(
    path: Path, job_files: JobFiles, demands: Demands, *, rest: Callable[[float], None]
) -> None:
    """Delete all that is left of the erased and of forgotten answers; a second time finds nothing."""
    waiting = looked_up(
        path, "SELECT erasure_id FROM erasures WHERE cleared = '' AND status = 'pending'"
    )
    for (erasure_id,) in waiting:
        _clear_one(path, job_files, demands, erasure_id, rest)
    names = forgotten(path)
    # Their keys are gone and overwritten; to overwrite them as well would take half a minute a gigabyte.
    with aside(path, overwrites=False) as connection:
        for some in _blocks(names, ANSWERS_AT_ONCE):
            with together(connection):
                drop_forgotten(connection, some)
            rest(REST_SECONDS)
    if waiting or names:
        wipe(path)


def _clear_one(
    path: Path,
    job_files: JobFiles,
    demands: Demands,
    erasure_id: str,
    rest: Callable[[float], None],
) -> None:
    query = f"SELECT customer_id FROM {TO_BE_ERASED} WHERE erasure_id = ?"
    with aside(path) as connection:
        customer_ids = [one for (one,) in connection.execute(query, (erasure_id,))]
        # Whatever is kept from the demand on was kept by somebody who knew of it.
        answers = speaking_of(connection, [person_of(demands, one) for one in customer_ids])
        if answers:
            with together(connection):
                forget_answers(connection, answers)
        job_files.overwrite(customer_ids)
        for some in _blocks(customer_ids, CUSTOMERS_AT_ONCE):
            named = json.dumps(some)
            with together(connection):
                for table in tables_of_people():
                    connection.execute(
                        f"DELETE FROM {table.name} "
                        "WHERE customer_id IN (SELECT value FROM json_each(?))",
                        (named,),
                    )
            rest(REST_SECONDS)
    with durably(path) as connection:
        connection.execute(
            "UPDATE erasures SET cleared = 'yes' WHERE erasure_id = ?", (erasure_id,)
        )


def _blocks(every: Sequence[One], size: int) -> Iterator[Sequence[One]]:
    return (every[first : first + size] for first in range(0, len(every), size))
