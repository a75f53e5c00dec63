"""One customer's vector at the time of asking: the store's events and those since, by the one kernel.

Nothing is computed here: a customer's rows are picked from the pack, the fresh ones are put in their
place, and the same kernel walks them. So the vector equals, bit for bit, the one that would be
computed had the fresh events been ingested.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from features.plan.plan import Plan
from features.store.pack import Pack
from features.vectors.batches import EventBatch, batch_of
from features.vectors.declared_columns import fill_declared
from features.vectors.fresh import NO_EVENTS, ORDER, CodedEvents, FreshEvents, StreamReader
from features.vectors.kernel_call import load_kernel
from features.vectors.vectors import fill_values
from features.vocabulary.errors import UsageRefused, did_you_mean
from features.vocabulary.time import Cutoff

_FIRST_CUTOFF = np.zeros(1, np.int64)


class OnlineVectors:
    """Vectors of single customers, ready to be asked for: make it once, ask it often.

    ``timezone`` is that of the store (``store.manifest.timezone``) and tells the local day of fresh
    events. It may be used by several threads at once.
    """

    def __init__(self, pack: Pack, plan: Plan, *, timezone: str = "UTC") -> None:
        self._pack = pack
        self._plan = plan
        self._width = len(plan.declarations)
        # Here and not at the first question, which somebody waits for.
        load_kernel()
        zone = ZoneInfo(timezone)
        self._readers = {
            name: StreamReader(name, stream, zone) for name, stream in pack.streams.items()
        }

    def vector(
        self, customer_id: str, cutoff: Cutoff, fresh: Mapping[str, FreshEvents] | None = None
    ) -> NDArray[np.float32]:
        """The behaviour of one customer as known at the cutoff, one float32 a feature of the plan.

        ``fresh`` holds the events the store does not have yet, by table; those at or after the cutoff,
        or known later, change nothing. A customer the store does not know has the fresh events alone;
        of one with no known event at all counts are zero and the rest is missing (NaN). Raises
        ``UsageRefused`` for fresh events of a table or column that the store does not have.
        """
        key = self._pack.customer_ids.find(customer_id)
        chosen = np.array([max(key, 0)] if self._pack.customers else [], np.int32)
        batch = batch_of(self._pack, self._plan.columns, chosen)
        if key < 0:
            batch = _without_events(batch)
        added = {
            name: self.newer_events(name, events, key) for name, events in (fresh or {}).items()
        }
        if any(len(one.seconds) for name, one in added.items() if name in self._plan.columns):
            batch = self._merged(batch, added)
        values = np.empty((1, self._width), np.float32)
        instants = np.array([cutoff.seconds], np.int64)
        fill_values(batch, self._plan, instants, _FIRST_CUTOFF, values)
        declared = values[:, self._width - len(self._plan.declared) :]
        if key < 0:
            declared[:] = np.nan
        else:
            fill_declared(self._plan.declared, self._pack.attributes, chosen, instants, declared)
        vector: NDArray[np.float32] = values[0]
        return vector

    def newer_events(self, name: str, events: FreshEvents, key: int) -> CodedEvents:
        """Events of one table in the store's codes, without those it holds; ``key`` is -1 of whom it does not know."""
        reader = self._readers.get(name)
        if reader is None:
            raise UsageRefused(
                expected="fresh events of a table the store has",
                found=f'a table "{name}"',
                remedy=did_you_mean(name, sorted(self._readers)),
            )
        offsets = reader.stream.offsets
        stored = slice(int(offsets[key]), int(offsets[key + 1])) if key >= 0 else slice(0, 0)
        return reader.read(events, stored)

    def _merged(self, batch: EventBatch, added: Mapping[str, CodedEvents]) -> EventBatch:
        """The batch of one customer with more events, each stream in order of time again."""
        more = [added.get(name, NO_EVENTS) for name in self._plan.columns]
        total = len(batch.seconds) + sum(len(one.seconds) for one in more)
        whole = replace(
            batch,
            bounds=np.zeros_like(batch.bounds),
            seconds=np.empty(total, np.int64),
            known=np.empty(total, np.int64),
            columns=np.zeros((len(batch.columns), total), np.int64),
        )
        begin = 0
        for position, (names, one) in enumerate(
            zip(self._plan.columns.values(), more, strict=True)
        ):
            stored = slice(*batch.bounds[position])
            middle = begin + stored.stop - stored.start
            end = middle + len(one.seconds)
            whole.bounds[position] = begin, end
            whole.seconds[begin:middle] = batch.seconds[stored]
            whole.known[begin:middle] = batch.known[stored]
            whole.columns[:, begin:middle] = batch.columns[:, stored]
            whole.seconds[middle:end] = one.seconds
            whole.known[middle:end] = one.known
            for place, name in enumerate(names if one.seconds else ()):
                whole.columns[place, middle:end] = one.columns[name]
            if begin < middle < end and whole.seconds[middle] <= whole.seconds[middle - 1]:
                _sort(whole, slice(begin, end), names)
            begin = end
        return whole


def _without_events(batch: EventBatch) -> EventBatch:
    """The same tables for a customer who has no rows in them."""
    return replace(
        batch,
        bounds=np.zeros((len(batch.bounds), 2), np.int64),
        seconds=batch.seconds[:0],
        known=batch.known[:0],
        columns=np.ascontiguousarray(batch.columns[:, :0]),
    )


def _sort(batch: EventBatch, rows: slice, names: tuple[str, ...]) -> None:
    """Order some rows by time and then by order, as the store does."""
    keys = [batch.seconds[rows]]
    if ORDER in names:
        keys.insert(0, batch.columns[names.index(ORDER), rows])
    order = np.lexsort(keys)
    for array in (batch.seconds, batch.known, batch.columns):
        array[..., rows] = array[..., rows][..., order]
