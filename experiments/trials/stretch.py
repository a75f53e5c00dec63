"""The events of a stretch of a company's past, as though it had begun and ended there."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np

from experiments.declared.definition import DataSettings
from features.store.pack import EventStream, Pack
from features.vectors.refresh import end_of_data
from features.vocabulary.arrays import Truths
from features.vocabulary.errors import UsageRefused
from features.vocabulary.time import DAY_SECONDS, Cutoff


def stretch_of(pack: Pack, settings: DataSettings) -> Pack:
    """The pack with the events of ``[until - days, until)`` alone; the pack itself where all are asked for.

    An event belongs to it that happened from its first second on and was known before its end. Raises
    ``UsageRefused`` where the data do not reach over all of it.
    """
    if not settings.days and not settings.until:
        return pack
    end = Cutoff.parse(settings.until) if settings.until else end_of_data(pack)
    begin = _begin(pack)
    first = end.plus_days(-settings.days) if settings.days else begin
    _require_within(first, end, begin, end_of_data(pack))
    streams = {name: _between(one, first, end) for name, one in pack.streams.items()}
    named = hashlib.blake2b(f"{pack.digest} {first} {end}".encode(), digest_size=16).hexdigest()
    return replace(pack, streams=streams, last_known=end.seconds - 1, digest=named)


def _begin(pack: Pack) -> Cutoff:
    """The midnight (UTC) before the first event of all."""
    first = min((int(np.min(one.seconds)) for one in pack.streams.values() if one.rows), default=0)
    return Cutoff(first // DAY_SECONDS * DAY_SECONDS)


def _require_within(first: Cutoff, end: Cutoff, begin: Cutoff, data_end: Cutoff) -> None:
    if begin <= first < end <= data_end:
        return
    days = (end.seconds - first.seconds) // DAY_SECONDS
    there = (data_end.seconds - begin.seconds) // DAY_SECONDS
    raise UsageRefused(
        expected=f"{days} days of data from {first} up to {end}, as [data] asks for",
        found=f"{there} days, from {begin} up to {data_end}",
        remedy="Ask for fewer days, or for another end, in [data] of the definition.",
    )


def _between(stream: EventStream, first: Cutoff, end: Cutoff) -> EventStream:
    seconds = np.asarray(stream.seconds)
    known = seconds if stream.known is None else np.asarray(stream.known)
    inside: Truths = (seconds >= first.seconds) & (known < end.seconds)
    counts = np.r_[0, np.cumsum(inside)]
    return replace(
        stream,
        offsets=counts[np.asarray(stream.offsets)].astype(np.int64),
        seconds=seconds[inside],
        known=None if stream.known is None else known[inside],
        columns={name: np.asarray(one)[inside] for name, one in stream.columns.items()},
    )
