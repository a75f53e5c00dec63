"""The kernel over Arrow batches of sorted events, as a cluster hands them to a worker.

A batch may end in the middle of a customer, so the last customer is carried over until the next one
begins. Nothing is computed here: whole customers go through the same kernel as everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.attributes import fill_declared
from features.batches import BATCH_EVENTS, EventBatch
from features.pack import Attributes
from features.plan import Plan
from features.vectors import fill_values

CUSTOMER_KEY, CUSTOMER_ID, STREAM, SECONDS, KNOWN = (
    "customer_key",
    "customer_id",
    "stream",
    "seconds",
    "known",
)
CUTOFF_SECONDS = "cutoff_seconds"


def value_column(place: int) -> str:
    """The name under which the column at one place of the kernel's matrix travels."""
    return f"column_{place}"


@dataclass(frozen=True)
class ArrowKernel:
    """Turns batches of events into batches of vectors; it travels to the workers as it is.

    Events come sorted by ``customer_key``, ``stream`` and ``seconds``; ``stream`` is the place of their
    table in ``streams``, of which those the plan reads come first, in its order. ``instants`` ascend.
    ``attributes`` holds what customers declared, by customer key.
    """

    plan: Plan
    streams: tuple[str, ...]
    instants: NDArray[np.int64]
    attributes: Attributes = field(default_factory=Attributes)
    batch_events: int = BATCH_EVENTS

    def __call__(self, batches: Iterable[Any]) -> Iterator[Any]:
        """One batch of vectors for every so many events, whole customers together."""
        held: list[Any] = []
        rows = 0
        for batch in batches:
            if not batch.num_rows:
                continue
            keys = batch.column(CUSTOMER_KEY).to_numpy(zero_copy_only=False)
            begin = int(np.searchsorted(keys, keys[-1]))
            goes_on = begin == 0 and bool(held) and _last_key(held) == keys[-1]
            if rows + batch.num_rows < self.batch_events or goes_on:
                held.append(batch)
                rows += batch.num_rows
                continue
            yield from self._vectors([*held, batch.slice(0, begin)])
            held, rows = [batch.slice(begin)], batch.num_rows - begin
        yield from self._vectors(held)

    def _vectors(self, batches: Sequence[Any]) -> Iterator[Any]:
        import pyarrow as pa

        table = pa.Table.from_batches(batches) if batches else None
        if table is None or not table.num_rows:
            return
        keys = _numbers(table, CUSTOMER_KEY)
        begins = np.flatnonzero(np.diff(keys, prepend=keys[0] - 1))
        known, seconds = _numbers(table, KNOWN), _numbers(table, SECONDS)
        # A customer enters with the first cutoff after their first known event and then stays.
        first = np.minimum.reduceat(np.maximum(seconds, known), begins)
        entry = np.searchsorted(self.instants, first, side="right")
        repeats = len(self.instants) - entry
        values = np.empty((int(repeats.sum()), len(self.plan.declarations)), np.float32)
        fill_values(self._events(table, keys[begins]), self.plan, self.instants, entry, values)
        ends = np.cumsum(repeats)
        number = np.arange(len(values)) - np.repeat(ends - len(self.instants), repeats)
        customers, cutoffs = np.repeat(keys[begins], repeats), self.instants[number]
        declared = values[:, len(self.plan.declarations) - len(self.plan.declared) :]
        fill_declared(self.plan.declared, self.attributes, customers, cutoffs, declared)
        columns = [
            table.column(CUSTOMER_ID).take(pa.array(np.repeat(begins, repeats))).combine_chunks(),
            pa.array(customers.astype(np.int32)),
            pa.array(cutoffs),
        ]
        for column in np.ascontiguousarray(values.T):
            columns.append(pa.array(column, pa.float32(), mask=np.isnan(column)))
        names = [CUSTOMER_ID, CUSTOMER_KEY, CUTOFF_SECONDS, *self.plan.feature_names]
        yield pa.RecordBatch.from_arrays(columns, names=names)

    def _events(self, table: Any, customers: NDArray[np.int64]) -> EventBatch:
        """The streams the plan reads, one behind the other as the kernel takes them."""
        stream, keys = _numbers(table, STREAM), _numbers(table, CUSTOMER_KEY)
        width = max([1, *(len(names) for names in self.plan.columns.values())])
        read = len(self.plan.columns)
        rows = np.flatnonzero(stream < read)
        rows = rows[np.argsort(stream[rows], kind="stable")]
        bounds = np.empty((read, len(customers) + 1), np.int64)
        begin = 0
        for position in range(read):
            end = begin + int(np.count_nonzero(stream == position))
            bounds[position, :-1] = begin + np.searchsorted(keys[rows[begin:end]], customers)
            bounds[position, -1] = begin = end
        matrix = np.empty((width, len(rows)), np.int64)
        for place in range(width):
            matrix[place] = _numbers(table, value_column(place))[rows]
        return EventBatch(
            bounds, _numbers(table, SECONDS)[rows], _numbers(table, KNOWN)[rows], matrix
        )


def _last_key(held: Sequence[Any]) -> int:
    key = held[-1].column(CUSTOMER_KEY)
    return int(key[len(key) - 1].as_py())


def _numbers(table: Any, name: str) -> NDArray[np.int64]:
    found: NDArray[np.int64] = table.column(name).to_numpy().astype(np.int64, copy=False)
    return found
