"""Behaviour vectors: one row a customer and cutoff, one float32 column a feature."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from features.plan.plan import Plan
from features.store.pack import Attributes, Pack
from features.vectors.batches import EventBatch, batch_of, described_since, first_known, ranges
from features.vectors.declared_columns import fill_declared
from features.vectors.kernel_call import run_kernel
from features.vocabulary.arrays import Ints, Truths
from features.vocabulary.errors import UsageRefused, WorkspaceRefused
from features.vocabulary.progress import Progress, silent
from features.vocabulary.tables import OUTCOMES
from features.vocabulary.time import Cutoff

# So many float32 fill one line of the processor's cache.
_COLUMNS_AT_ONCE = 16


@dataclass(frozen=True)
class Vectors:
    """The behaviour of customers at cutoffs: as built, rows by customer and then by cutoff.

    ``values`` has one row per entry of ``customer_keys`` and ``cutoff_seconds`` and one column per
    entry of ``feature_names``; a missing value is NaN. ``plan_hash`` says which definitions made it, and
    ``fitted`` names the parameters by which features that ask a fitted model were computed.
    """

    plan_hash: str
    feature_names: tuple[str, ...]
    customer_keys: NDArray[np.int32]
    cutoff_seconds: Ints
    values: NDArray[np.float32]
    fitted: str = ""

    @property
    def rows(self) -> int:
        """How many vectors there are."""
        return len(self.customer_keys)

    def column(self, name: str) -> NDArray[np.float32]:
        """One feature of all rows; ``KeyError`` when the plan has no such feature."""
        try:
            position = self.feature_names.index(name)
        except ValueError:
            raise KeyError(name) from None
        return self.values[:, position]

    def select(self, rows: Truths | NDArray[np.integer] | slice) -> Vectors:
        """The vectors of some rows, in the order given; a slice is a view and copies nothing."""
        return Vectors(
            self.plan_hash,
            self.feature_names,
            self.customer_keys[rows],
            self.cutoff_seconds[rows],
            self.values[rows],
            self.fitted,
        )

    def gathered(
        self, rows: NDArray[np.integer], *, columns_at_once: int = _COLUMNS_AT_ONCE
    ) -> Vectors:
        """The vectors of some rows, each once, in the order given, written over these, which end here.

        A large company's vectors are too many to be there twice; a few columns at a time are.
        """
        kept = self.values[: len(rows)]
        for first in range(0, len(self.feature_names), columns_at_once):
            block = slice(first, first + columns_at_once)
            kept[:, block] = self.values[rows, block]
        keys, cutoffs = self.customer_keys[rows], self.cutoff_seconds[rows]
        return Vectors(self.plan_hash, self.feature_names, keys, cutoffs, kept, self.fitted)

    def at(self, cutoff_seconds: int) -> Vectors:
        """The vectors of one cutoff."""
        return self.select(self.cutoff_seconds == cutoff_seconds)


def build_vectors(
    pack: Pack,
    plan: Plan,
    cutoffs: Sequence[Cutoff],
    *,
    threads: int = 2,
    customers: NDArray[np.int32] | None = None,
    also_described: bool = False,
    progress: Progress = silent,
) -> Vectors:
    """Compute the behaviour of customers as it was known at each cutoff.

    There is a row for every customer with at least one event of any table known before the cutoff, or
    with an outcome asked at it, ordered by customer and then by cutoff. ``customers`` are positions in
    ``pack.customer_ids``; None means everybody. With ``also_described`` those have a row too of whom nothing has happened,
    from when they had declared something. Repeated cutoffs and customers give one row. The values
    do not depend on ``threads``. Raises ``UsageRefused`` without a cutoff, for a customer who is not there and for
    fewer than one thread.
    """
    instants = np.unique(np.array([cutoff.seconds for cutoff in cutoffs], np.int64))
    chosen = _chosen(pack, customers)
    if not len(instants) or threads < 1:
        raise UsageRefused(
            expected="at least one cutoff and one thread",
            found=f"{len(instants)} cutoffs, {threads} threads",
            remedy="Give a cutoff such as 2026-10-01.",
        )
    # A customer enters with the first cutoff after their first known event and then stays.
    first = first_known(pack, chosen)
    if also_described:
        first = np.minimum(first, described_since(pack, plan.declared, chosen))
    entry = np.searchsorted(instants, first, side="right")
    row_ends = np.cumsum(len(instants) - entry)
    rows = int(row_ends[-1]) if len(row_ends) else 0
    values = np.empty((rows, len(plan.features)), np.float32)

    def fill(part: slice) -> int:
        """Fill the rows of some customers; answers how many customers they were."""
        begin = int(row_ends[part.start - 1]) if part.start else 0
        batch = batch_of(pack, plan.columns, chosen[part])
        fill_values(batch, plan, instants, entry[part], values[begin : row_ends[part.stop - 1]])
        return int(part.stop - part.start)

    with ThreadPoolExecutor(threads) as pool:
        done = 0
        for finished in as_completed([pool.submit(fill, part) for part in ranges(pack, chosen)]):
            done += finished.result()
            progress("behaviour vectors", done, len(chosen))
    number = np.arange(rows) - np.repeat(row_ends - len(instants), len(instants) - entry)
    vectors = Vectors(
        plan_hash=plan.hash,
        feature_names=plan.feature_names,
        customer_keys=np.repeat(chosen, len(instants) - entry),
        cutoff_seconds=instants[number],
        values=values,
        fitted=plan.fitted,
    )
    fill_attributes(vectors, plan, pack.attributes)
    return vectors


def build_for_scoring(
    pack: Pack, plan: Plan, cutoff: Cutoff, *, threads: int = 2, progress: Progress = silent
) -> Vectors:
    """The vectors of everybody who can be judged at a cutoff.

    Where a company states outcomes itself, a lead of whom nothing has happened yet is one of them.
    """
    return build_vectors(
        pack,
        plan,
        [cutoff],
        threads=threads,
        also_described=OUTCOMES.name in pack.streams,
        progress=progress,
    )


def fill_values(
    batch: EventBatch,
    plan: Plan,
    instants: Ints,
    entry: Ints,
    values: NDArray[np.float32],
) -> None:
    """Run the kernel over a batch, into rows that are already there; it leaves attributes out.

    ``entry`` is the number of the first cutoff each customer has a row for; ``instants`` ascend.
    """
    run_kernel(plan.program, batch, instants, entry, values)


def fill_attributes(vectors: Vectors, plan: Plan, attributes: Attributes) -> None:
    """Write the last columns: what the customers declared, as far as it was known at each cutoff."""
    columns = vectors.values[:, len(plan.declarations) - len(plan.declared) :]
    fill_declared(plan.declared, attributes, vectors.customer_keys, vectors.cutoff_seconds, columns)


def _chosen(pack: Pack, customers: NDArray[np.int32] | None) -> NDArray[np.int32]:
    if customers is None:
        return np.arange(pack.customers, dtype=np.int32)
    chosen: NDArray[np.int32] = np.unique(customers).astype(np.int32)
    if len(chosen) and not 0 <= chosen[0] <= chosen[-1] < pack.customers:
        raise UsageRefused(
            expected=f"customers from 0 to {pack.customers - 1}",
            found=f"{chosen[0]} to {chosen[-1]}",
            remedy="Look a customer up with pack.customer_ids.find.",
        )
    return chosen


def write_vectors(vectors: Vectors, folder: Path) -> None:
    """Write vectors as plain arrays, one customer's row in one place for look-ups."""
    np.save(folder / "values.npy", np.ascontiguousarray(vectors.values))
    np.save(folder / "customer_keys.npy", vectors.customer_keys)
    np.save(folder / "cutoff_seconds.npy", vectors.cutoff_seconds)
    write_names(vectors, folder)


def write_names(vectors: Vectors, folder: Path) -> None:
    """Write what the columns of some vectors are, and by what they were computed."""
    manifest = {
        "plan_hash": vectors.plan_hash,
        "fitted": vectors.fitted,
        "feature_names": vectors.feature_names,
    }
    (folder / "vectors.json").write_text(json.dumps(manifest), encoding="utf-8")


def open_vectors(folder: Path) -> Vectors:
    """Open written vectors, memory-mapped; ``WorkspaceRefused`` when they are incomplete."""
    try:
        manifest = json.loads((folder / "vectors.json").read_text(encoding="utf-8"))
        return Vectors(
            plan_hash=manifest["plan_hash"],
            feature_names=tuple(manifest["feature_names"]),
            customer_keys=np.load(folder / "customer_keys.npy", allow_pickle=False),
            cutoff_seconds=np.load(folder / "cutoff_seconds.npy", allow_pickle=False),
            values=np.load(folder / "values.npy", mmap_mode="r", allow_pickle=False),
            fitted=manifest.get("fitted", ""),
        )
    except (OSError, ValueError, KeyError) as fault:
        raise WorkspaceRefused(
            expected="complete behaviour vectors in the workspace",
            found=f"{type(fault).__name__} while opening them",
            remedy="Run `regulars vectors` again.",
        ) from None
