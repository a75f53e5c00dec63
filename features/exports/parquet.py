"""Behaviour vectors as Parquet for other programs: at one cutoff or many, by this machine or by Spark.

Whoever computes them, the columns are the same: ``customer_id``, ``cutoff`` (a UTC instant) and one
float a feature, null where missing. Nothing half-written is ever found under the name asked for. Who may stand in no
file is known to the caller alone: ``withheld`` says which of some customers these are, and ``check`` is called just
before a file takes its name.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from features.company.block_digests import require_whole
from features.company.workspace import Workspace
from features.exports.table_files import TableWriter, put_in_place
from features.plan.plan import Plan
from features.store.pack import Pack
from features.store.store import open_store
from features.vectors.batches import BATCH_EVENTS, ranges
from features.vectors.refresh import allowed_cutoffs
from features.vectors.vectors import Vectors, build_vectors, open_vectors
from features.vocabulary.errors import WorkspaceRefused
from features.vocabulary.progress import Progress, silent
from features.vocabulary.time import Cutoff

CUTOFF = "cutoff"
_ROWS_AT_ONCE = 50_000

WithheldAmong = Callable[[Collection[str]], Collection[str]]
"""Answers which of some customers may stand in no file."""


def none_withheld(_: Collection[str]) -> Collection[str]:
    """Nobody is withheld."""
    return ()


def unchecked() -> None:
    """Nothing stands against putting a file in place."""


@dataclass(frozen=True)
class ExportSummary:
    """What was written: where, by which engine, how many vectors of how many customers, as of when, and without how many."""

    path: str
    engine: str
    rows: int
    customers: int
    features: int
    cutoffs: tuple[str, ...]
    plan_hash: str
    withheld: int

    def as_dict(self) -> dict[str, Any]:
        """The summary as plain fields."""
        return asdict(self)


@dataclass(frozen=True)
class WrittenVectors:
    """How many vectors of how many customers a file has, and how many customers it was written without."""

    rows: int
    customers: int
    withheld: int


def export_locally(
    workspace: Workspace,
    cutoffs: Sequence[Cutoff],
    path: Path,
    *,
    plan_for: Callable[[Pack], Plan],
    withheld: WithheldAmong = none_withheld,
    check: Callable[[], None] = unchecked,
    threads: int = 2,
    progress: Progress = silent,
    at_once: int = _ROWS_AT_ONCE,
) -> ExportSummary:
    """Compute vectors part by part and write them to one Parquet file; memory does not grow with it."""
    store = open_store(workspace)
    wanted = allowed_cutoffs(store, cutoffs)
    pack = store.pack()
    plan = plan_for(pack)

    def parts() -> Iterator[Vectors]:
        for part in _parts(pack, len(wanted), at_once=at_once):
            yield build_vectors(pack, plan, wanted, threads=threads, customers=part)
            progress("behaviour vectors", int(part[-1]) + 1, pack.customers)

    written = _write(parts(), pack, path, withheld, check)
    said = tuple(map(str, wanted))
    return ExportSummary(
        str(path),
        "local",
        written.rows,
        written.customers,
        len(plan.features),
        said,
        plan.hash,
        written.withheld,
    )


def export_published(
    workspace: Workspace,
    path: Path,
    *,
    withheld: WithheldAmong = none_withheld,
    check: Callable[[], None] = unchecked,
    at_once: int = _ROWS_AT_ONCE,
) -> WrittenVectors:
    """Write the published vectors to a Parquet file."""
    generation = workspace.vectors.current
    if generation is None:
        raise WorkspaceRefused(
            expected="published vectors", found="none", remedy="Run `regulars vectors` first."
        )
    require_whole(generation, "behaviour vectors", "Run `regulars vectors` again.")
    vectors = open_vectors(generation)
    begins = range(0, max(vectors.rows, 1), at_once)
    parts = (
        vectors.select(np.arange(begin, min(begin + at_once, vectors.rows))) for begin in begins
    )
    return _write(parts, open_store(workspace).pack(), path, withheld, check)


def export_on_spark(
    workspace: Workspace,
    cutoffs: Sequence[Cutoff],
    path: str,
    *,
    plan_for: Callable[[Pack], Plan],
    master: str,
    tables: Mapping[str, str] | None = None,
    withheld: WithheldAmong = none_withheld,
    check: Callable[[], None] = unchecked,
) -> ExportSummary:
    """Compute vectors on Spark and write them as a folder of Parquet files.

    The tables are those of the workspace's store, or those of Spark's catalog by the names given; the
    plan and the range of cutoffs are the store's.
    """
    from features.exports.spark import customers_of, spark_vectors, without_customers
    from features.exports.spark_session import local_session, replacing, with_instant

    store = open_store(workspace)
    wanted = allowed_cutoffs(store, cutoffs)
    plan = plan_for(store.pack())
    session = local_session(master)
    try:
        source = tables or store.with_tables()
        vectors = spark_vectors(session, source, plan, wanted)
        left_out = set[str]()
        for some in customers_of(session, source, at_once=_ROWS_AT_ONCE):
            left_out.update(withheld(some))
        shown = without_customers(session, vectors, left_out)
        with replacing(session, path) as beside:
            with_instant(shown, CUTOFF).write.option("compression", "zstd").parquet(beside)
            check()
        written = session.read.parquet(path)
        rows = written.count()
        customers = written.select("customer_id").distinct().count()
    finally:
        session.stop()
    said = tuple(map(str, wanted))
    return ExportSummary(
        path, "spark", rows, customers, len(plan.features), said, plan.hash, len(left_out)
    )


def arrow_table(vectors: Vectors, pack: Pack) -> Any:
    """Vectors as an Arrow table in the form every export has."""
    import pyarrow as pa

    keys, place = np.unique(vectors.customer_keys, return_inverse=True)
    ids = pa.array([pack.customer_ids[int(key)] for key in keys], pa.string())
    columns = {
        "customer_id": ids.take(pa.array(place)),
        CUTOFF: pa.array(vectors.cutoff_seconds.astype("datetime64[s]"), pa.timestamp("s", "UTC")),
    }
    for name in vectors.feature_names:
        column = vectors.column(name)
        columns[name] = pa.array(column, pa.float32(), mask=np.isnan(column))
    return pa.table(columns)


def _parts(
    pack: Pack, cutoffs: int, *, at_once: int = _ROWS_AT_ONCE, events: int = BATCH_EVENTS
) -> Iterator[np.ndarray]:
    """Stretches of customers with so many events and so many vectors at most, where that can be."""
    everybody = np.arange(pack.customers, dtype=np.int32)
    size = max(1, at_once // cutoffs)
    held: list[np.ndarray] = []
    for stretch in ranges(pack, everybody, events=events):
        part = everybody[stretch]
        if held and sum(map(len, held)) + len(part) > size:
            yield np.concatenate(held)
            held = []
        while len(part) > size:
            yield part[:size]
            part = part[size:]
        held.append(part)
    if held:
        yield np.concatenate(held)


def _write(
    parts: Iterable[Vectors],
    pack: Pack,
    path: Path,
    withheld: WithheldAmong,
    check: Callable[[], None],
) -> WrittenVectors:
    """Write parts of whole customers as one file, without whoever is withheld."""
    rows = customers = left_out = 0
    with put_in_place(path) as file:
        writer = TableWriter(file, "parquet")
        for vectors in parts:
            keys = np.unique(vectors.customer_keys)
            ids = {pack.customer_ids[int(key)]: int(key) for key in keys}
            hidden = [ids[one] for one in withheld(ids)]
            shown = vectors.select(~np.isin(vectors.customer_keys, hidden)) if hidden else vectors
            writer.add(arrow_table(shown, pack))
            rows += shown.rows
            customers += len(keys) - len(hidden)
            left_out += len(hidden)
        writer.close()
        check()
    return WrittenVectors(rows, customers, left_out)
