"""The kernel over Arrow batches of sorted events, as a cluster hands them to a worker.

A batch may end in the middle of a customer, so the last customer is carried over until the next one
begins. Nothing is computed here: whole customers go through the same kernel as everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from features.exports.event_columns import (
    CUSTOMER_ID,
    CUTOFF_SECONDS,
    KNOWN,
    SECONDS,
    STREAM,
    EventColumn,
    EventColumns,
)
from features.store.pack import Attributes
from features.vectors.batches import BATCH_EVENTS, EventBatch
from features.vectors.declared_columns import fill_declared
from features.vectors.vectors import fill_values
from features.vocabulary.arrays import MISSING_NUMBER, Ints
from features.vocabulary.errors import DataRefused
from features.vocabulary.tables import OUTCOMES

_NEVER = int(np.iinfo(np.int64).max)


@dataclass(frozen=True)
class ArrowKernel:
    """Turns batches of events into batches of vectors; it travels to the workers as it is.

    Events come sorted by ``customer_id``, ``stream`` and ``seconds``; ``stream`` is the number of their
    table among the event columns, and a customer's declared attributes are a row behind the events.
    ``instants`` ascend.
    """

    event_columns: EventColumns
    instants: Ints
    batch_events: int = BATCH_EVENTS

    def __call__(self, batches: Iterable[Any]) -> Iterator[Any]:
        """One batch of vectors for every so many events, whole customers together."""
        held: list[Any] = []
        rows, last = 0, None
        for batch in batches:
            if not batch.num_rows:
                continue
            customers, begins = _runs(batch.column(CUSTOMER_ID))
            goes_on = len(begins) == 1 and customers[0].as_py() == last
            last, begin = customers[-1].as_py(), int(begins[-1])
            if rows + batch.num_rows < self.batch_events or goes_on:
                held.append(batch)
                rows += batch.num_rows
                continue
            yield from self._vectors([*held, batch.slice(0, begin)])
            held, rows = [batch.slice(begin)], batch.num_rows - begin
        yield from self._vectors(held)

    def _vectors(self, batches: Sequence[Any]) -> Iterator[Any]:
        import pyarrow as pa

        table = pa.Table.from_batches(batches).combine_chunks() if batches else None
        if table is None or not table.num_rows:
            return
        customers, begins = _runs(table.column(CUSTOMER_ID))
        plan = self.event_columns.plan
        stream = _numbers(table, STREAM)
        # A customer enters with the first cutoff after their first known event and then stays; what
        # they declared is no event.
        visible = np.maximum(_numbers(table, SECONDS), _numbers(table, KNOWN))
        visible[stream == len(self.event_columns.streams)] = _NEVER
        if OUTCOMES.name in self.event_columns.streams:
            # Asked of a customer who is there at the cutoff.
            visible[stream == list(self.event_columns.streams).index(OUTCOMES.name)] -= 1
        entry = np.searchsorted(self.instants, np.minimum.reduceat(visible, begins), side="right")
        repeats = len(self.instants) - entry
        values = np.empty((int(repeats.sum()), len(plan.declarations)), np.float32)
        fill_values(self._events(table, stream, begins), plan, self.instants, entry, values)
        number = np.arange(len(values)) - np.repeat(
            np.cumsum(repeats) - len(self.instants), repeats
        )
        cutoffs = self.instants[number]
        of = np.repeat(np.arange(len(begins)), repeats)
        if plan.declared:
            attributes = self._attributes(table, stream, begins)
            declared = values[:, len(plan.declarations) - len(plan.declared) :]
            fill_declared(plan.declared, attributes, of, cutoffs, declared)
        columns = [customers.take(pa.array(of)), pa.array(cutoffs)]
        for column in np.ascontiguousarray(values.T):
            columns.append(pa.array(column, pa.float32(), mask=np.isnan(column)))
        names = [CUSTOMER_ID, CUTOFF_SECONDS, *plan.feature_names]
        yield pa.RecordBatch.from_arrays(columns, names=names)

    def _events(self, table: Any, stream: Ints, begins: Ints) -> EventBatch:
        """The streams the plan reads, one behind the other as the kernel takes them."""
        read = [self.event_columns.streams[name] for name in self.event_columns.plan.columns]
        parts = [np.flatnonzero(stream == position) for position in range(len(read))]
        bounds = np.empty((len(read), len(begins) + 1), np.int64)
        rows = np.concatenate(parts) if parts else np.empty(0, np.int64)
        matrix = np.zeros((max([1, *map(len, read)]), len(rows)), np.int64)
        encoded = {place: _encoded(table, place) for place in self.event_columns.text_places}
        begin = 0
        for position, (part, columns) in enumerate(zip(parts, read, strict=True)):
            end = begin + len(part)
            bounds[position, :-1] = begin + np.searchsorted(part, begins)
            bounds[position, -1] = end
            for place, column in enumerate(columns):
                if column.travels_as_text:
                    indices, texts = encoded[column.place]
                    matrix[place, begin:end] = _codes(indices[part], texts, column)
                else:
                    matrix[place, begin:end] = _numbers(table, column.place)[part]
            begin = end
        seconds, known = _numbers(table, SECONDS)[rows], _numbers(table, KNOWN)[rows]
        return EventBatch(bounds, seconds, known, matrix)

    def _attributes(self, table: Any, stream: Ints, begins: Ints) -> Attributes:
        """What these customers declared, one entry a customer of the batch."""
        rows = np.flatnonzero(stream == len(self.event_columns.streams))
        # Should a customer have several rows, the first of their order is taken, whatever that was.
        rows = rows[::-1]
        of = np.searchsorted(begins, rows, side="right") - 1
        columns = {}
        for column in self.event_columns.attributes:
            columns[column.name] = np.full(len(begins), column.missing, np.int64)
            columns[column.name][of] = _numbers(table, column.place)[rows]
        known = np.full(len(begins), MISSING_NUMBER, np.int64)
        known[of] = _numbers(table, KNOWN)[rows]
        texts = {
            one.name: one.texts for one in self.event_columns.attributes if one.texts is not None
        }
        return Attributes(columns, texts, known)


def _runs(ids: Any) -> tuple[Any, Ints]:
    """The customers of some rows in their order, and the row at which each begins."""
    import pyarrow as pa
    import pyarrow.compute as compute

    if ids.null_count:
        raise DataRefused(
            expected="a customer in every row of the tables",
            found=f"{ids.null_count} rows without one",
            remedy="Leave rows without a customer_id out of the table.",
        )
    array = ids.combine_chunks() if isinstance(ids, pa.ChunkedArray) else ids
    runs = compute.run_end_encode(array, run_end_type=pa.int64())
    ends: Ints = runs.run_ends.to_numpy()
    return runs.values, np.concatenate((np.zeros(1, np.int64), ends[:-1]))


def _encoded(table: Any, place: str) -> tuple[Ints, Any]:
    """The texts of a column as whole numbers, -1 where missing, and which number stands for which."""
    column = table.column(place).combine_chunks().dictionary_encode()
    indices: Ints = column.indices.fill_null(-1).to_numpy().astype(np.int64)
    return indices, column.dictionary


def _codes(indices: Ints, texts: Any, column: EventColumn) -> Ints:
    """The plan's code for a text it names; another number, the same in the whole batch, for others.

    Numbers rise in the order in which the texts first appear.
    """
    import pyarrow as pa
    import pyarrow.compute as compute

    named = column.texts or ()
    codes = np.append(np.arange(len(texts), dtype=np.int64) + len(named), column.missing)
    if named:
        found = compute.index_in(texts, value_set=pa.array(named, texts.type)).fill_null(-1)
        known: Ints = found.to_numpy().astype(np.int64)
        codes[:-1][known >= 0] = known[known >= 0]
    taken: Ints = codes[indices]
    return taken


def _numbers(table: Any, name: str) -> Ints:
    found: Ints = table.column(name).to_numpy().astype(np.int64, copy=False)
    return found
