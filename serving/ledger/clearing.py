"""Deletes what the database holds of erased customers, and answers that were forgotten: a little at a time.

Whoever was erased is withheld before the first step, so a step may come late and be done twice. Each is a single short
statement, so that nobody who has to write waits for long: between two of them a busy thread may hold the interpreter,
which would hold up all who write. A kill loses nothing, for what is left is found again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from serving.ledger.database import TABLES
from serving.ledger.durable import aside, durably, looked_up, wipe
from serving.ledger.idempotency import (
    CONTENTS,
    Demands,
    drop_forgotten,
    forget_answers,
    forgotten,
    person_of,
)
from serving.ledger.job_files import JobFiles
from serving.ledger.spoken_of import SPOKEN_OF, speaking_of

TO_BE_ERASED = "to_be_erased"
CUSTOMERS_AT_ONCE, KEYS_AT_ONCE, ANSWERS_AT_ONCE = 200, 500, 8
"""A step takes a few milliseconds."""
REST_SECONDS = 0.006
"""Whoever waits to write asks again every millisecond, and is soon done."""
LONG_REST_SECONDS = 0.03
"""Nobody waits for what is unreadable to be gone, so that it takes an eighth of a core at most."""
One = TypeVar("One")


def tables_of_people() -> list[str]:
    """Every table whose rows are of one customer each, but for the list of who is to be erased."""
    return [
        one.name
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
        clear_erasure(path, job_files, demands, erasure_id, rest=rest)
    drop_answers(path, forgotten(path), rest=rest)


def clear_erasure(
    path: Path,
    job_files: JobFiles,
    demands: Demands,
    erasure_id: str,
    *,
    rest: Callable[[float], None],
) -> None:
    """Delete all that is left of those whom one erasure names.

    Answers about them are forgotten with their keys; what nobody can read any more is cleared away by ``clear``.
    """
    query = f"SELECT customer_id FROM {TO_BE_ERASED} WHERE erasure_id = ?"
    with aside(path) as connection:
        customer_ids = [one for (one,) in connection.execute(query, (erasure_id,))]
        # Whatever is kept from the demand on was kept by somebody who knew of it.
        answers = speaking_of(connection, [person_of(demands, one) for one in customer_ids])
        for keys in _blocks(answers, KEYS_AT_ONCE):
            forget_answers(connection, keys)
            rest(REST_SECONDS)
        job_files.overwrite(customer_ids)
        for some in _blocks(customer_ids, CUSTOMERS_AT_ONCE):
            for table in tables_of_people():
                connection.execute(
                    f"DELETE FROM {table} WHERE customer_id IN (SELECT value FROM json_each(?))",
                    (json.dumps(some),),
                )
            rest(REST_SECONDS)
    with durably(path) as connection:
        connection.execute(
            "UPDATE erasures SET cleared = 'yes' WHERE erasure_id = ?", (erasure_id,)
        )
    wipe(path)


def drop_answers(path: Path, names: Sequence[str], *, rest: Callable[[float], None]) -> None:
    """Delete the content of forgotten answers, and whom they spoke of."""
    # Their keys are gone and overwritten; to overwrite them as well would take half a minute a gigabyte.
    with aside(path, overwrites=False) as connection:
        # What finds them comes last, for by their content they are found again after a kill.
        for table in (*SPOKEN_OF, CONTENTS):
            for some in _blocks(names, ANSWERS_AT_ONCE):
                drop_forgotten(connection, table, some)
                rest(LONG_REST_SECONDS if table == CONTENTS else 0)


def _blocks(every: Sequence[One], size: int) -> Iterator[Sequence[One]]:
    return (every[first : first + size] for first in range(0, len(every), size))
