"""One customer at another time: the vector of an earlier day, or of a day on which something more had happened."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np

from features.store.pack import Pack
from features.vectors.fresh import FreshEvents
from features.vectors.online import OnlineVectors
from features.vocabulary.arrays import Row
from features.vocabulary.tables import OUTCOMES
from features.vocabulary.time import Cutoff
from training.families.churn.bundle import Bundle


class Past:
    """Vectors of single customers by a bundle's own declarations, from the store's events.

    Raises ``PlanRefused`` when the tables or columns of the model are gone, or mean something else now.
    """

    def __init__(self, bundle: Bundle, pack: Pack, timezone: str) -> None:
        self.pack = pack
        self._zone = ZoneInfo(timezone)
        self._online = OnlineVectors(pack, bundle.plan.compiled(pack), timezone=timezone)

    def vector(
        self, customer_id: str, cutoff_seconds: int, more: Mapping[str, FreshEvents] | None = None
    ) -> Row:
        """What was known of a customer before an instant, with more events where they are given."""
        return self._online.vector(customer_id, Cutoff(cutoff_seconds), more)

    def clock(self, seconds: int) -> datetime:
        """An instant as the clocks of the company's purchases showed it."""
        return datetime.fromtimestamp(seconds, self._zone)

    def day_of(self, seconds: int) -> date:
        """The day of an instant, by the same clocks."""
        return self.clock(seconds).date()

    @property
    def has_events(self) -> bool:
        """Whether anything happens to customers at all, beside outcomes that were asked about."""
        return any(name != OUTCOMES.name for name in self.pack.streams)

    def was_known(self, key: int, cutoff_seconds: int) -> bool:
        """Whether anything of a customer had happened and was known before an instant."""
        for stream in self.pack.streams.values():
            rows = slice(int(stream.offsets[key]), int(stream.offsets[key + 1]))
            when = stream.seconds[rows]
            known = when if stream.known is None else np.maximum(stream.known[rows], when)
            if (known < cutoff_seconds).any():
                return True
        return False
