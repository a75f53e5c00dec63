"""What serving each customer cost, event by event: the contacts, returns and orders a company has put a cost on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.company.settings.cost_to_serve import CostToServeSettings
from features.store.pack import EventStream, Pack
from features.vocabulary.arrays import Floats, Ints, Truths
from features.vocabulary.errors import did_you_mean
from features.vocabulary.time import Cutoff, Horizon


@dataclass(frozen=True)
class CostEvents:
    """What costs: whom it is about, when it happened and how much it cost in cents, in no order.

    ``notes`` say which names of the settings nothing was found of.
    """

    owners: NDArray[np.int64]
    seconds: Ints
    cents: Floats
    notes: tuple[str, ...] = ()

    def after(
        self, customer_keys: NDArray[np.int32], cutoff_seconds: Ints, horizon: Horizon
    ) -> Floats:
        """What each customer cost in ``[cutoff + gap, cutoff + gap + horizon)``, by event time, in cents."""
        totals = np.zeros(len(customer_keys))
        people = int(max(self.owners.max(initial=0), customer_keys.max(initial=0))) + 1
        for cutoff in np.unique(cutoff_seconds):
            start, end = horizon.start(Cutoff(int(cutoff))), horizon.end(Cutoff(int(cutoff)))
            inside = (self.seconds >= start.seconds) & (self.seconds < end.seconds)
            sums = np.bincount(self.owners[inside], self.cents[inside], minlength=people)
            rows = cutoff_seconds == cutoff
            totals[rows] = sums[customer_keys[rows]]
        return totals


def cost_events(pack: Pack, settings: CostToServeSettings) -> CostEvents:
    """Everything a company has put a cost on.

    A contact costs what its kind costs and what its channel costs; an order costs what each channel costs
    through which a line of it was bought; a return is an order number with a returned line.
    """
    found = [*_contacts(pack, settings), *_orders(pack, settings), *_returns(pack, settings)]
    none = np.zeros(0, np.int64)
    return CostEvents(
        np.concatenate([none, *(owners for owners, _, _ in found)]),
        np.concatenate([none, *(seconds for _, seconds, _ in found)]),
        np.concatenate([np.zeros(0), *(cents for _, _, cents in found)]),
        _unknown(pack, settings),
    )


_Found = tuple[Ints, Ints, Floats]


def _contacts(pack: Pack, settings: CostToServeSettings) -> Sequence[_Found]:
    stream = pack.streams.get("contacts")
    if stream is None:
        return ()
    cents = _by_name(stream, "kind", settings.kinds) + _by_name(
        stream, "channel", settings.channels
    )
    return (_events(stream, cents),)


def _orders(pack: Pack, settings: CostToServeSettings) -> Sequence[_Found]:
    stream = pack.streams.get("purchases")
    if stream is None or "channel" not in stream.columns or not settings.channels:
        return ()
    bought = np.asarray(stream.columns["quantity_milli"]) > 0
    cents = np.where(bought, _by_name(stream, "channel", settings.channels), 0.0)
    codes = np.asarray(stream.columns["channel"]).astype(np.int64)
    return (_events(stream, np.where(_first_of_order(stream, cents > 0, codes), cents, 0.0)),)


def _returns(pack: Pack, settings: CostToServeSettings) -> Sequence[_Found]:
    stream = pack.streams.get("purchases")
    if stream is None or not settings.return_cents:
        return ()
    returned = np.asarray(stream.columns["quantity_milli"]) < 0
    first = _first_of_order(stream, returned, np.zeros(stream.rows, np.int64))
    return (_events(stream, np.where(first, float(settings.return_cents), 0.0)),)


def _first_of_order(stream: EventStream, chosen: Truths, codes: Ints) -> Truths:
    """Which of the chosen lines is the first of its customer, order number and code."""
    rows = np.flatnonzero(chosen)
    keys = np.stack([_owners(stream)[rows], np.asarray(stream.columns["order"])[rows], codes[rows]])
    _, first = np.unique(keys, axis=1, return_index=True)
    found = np.zeros(stream.rows, np.bool_)
    found[rows[first]] = True
    return found


def _by_name(stream: EventStream, column: str, cents: Mapping[str, int]) -> Floats:
    """What each event costs by the name it has in a column; nothing where it has none."""
    names = list(stream.dictionaries.get(column, ()))
    if not names:
        return np.zeros(stream.rows)
    # The last entry is that of -1, the code of a missing text.
    costs = np.array([*(float(cents.get(name, 0)) for name in names), 0.0])
    found: Floats = costs[np.asarray(stream.columns[column])]
    return found


def _events(stream: EventStream, cents: Floats) -> _Found:
    rows = np.flatnonzero(cents > 0)
    return _owners(stream)[rows], np.asarray(stream.seconds)[rows], cents[rows]


def _owners(stream: EventStream) -> Ints:
    return np.repeat(np.arange(len(stream.offsets) - 1), np.diff(stream.offsets))


def _unknown(pack: Pack, settings: CostToServeSettings) -> tuple[str, ...]:
    """A sentence for every name that costs and that no event has."""
    asked = (
        ("contact_cents", "kind", settings.kinds, ("contacts",)),
        ("channel_cents", "channel", settings.channels, ("contacts", "purchases")),
    )
    said = []
    for setting, column, costs, tables in asked:
        known = sorted(
            {
                name
                for table in tables
                if table in pack.streams
                for name in pack.streams[table].dictionaries.get(column, ())
            }
        )
        said += [
            f'cost_to_serve.{setting} names "{name}", but no event has that {column}: '
            + did_you_mean(name, known)
            for name in costs
            if name not in known
        ]
    return tuple(said)
