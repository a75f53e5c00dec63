"""Who leaves and had not left: of customers of each status on past days, how many bought once more and never again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from features.lifecycle.stages import LifecycleStatus
from training.actions.assumed import still_to_lose

_WEIGHT_OF_ALL = 20.0
"""So many leavers of its own weigh as much in a status as those of all statuses together."""


@dataclass(frozen=True)
class StatusLeavers:
    """Customers of one status at past cutoffs: how many were silent in the days asked about, and how many bought in them and never again."""

    customers: int
    silent: int
    left: int

    @property
    def expected(self) -> float:
        """How many would have left by the rule for a single customer, were each as likely to be silent."""
        return self.customers * still_to_lose(self.silent / self.customers)


@dataclass(frozen=True)
class Leavers:
    """Leavers by the word of their status; each was watched for ``watched_days`` after the days asked about, at least."""

    statuses: Mapping[str, StatusLeavers]
    watched_days: int

    @classmethod
    def read(cls, said: Mapping[str, Any] | None) -> Self | None:
        """As a bundle says it; None of one that does not."""
        if said is None:
            return None
        statuses = {word: StatusLeavers(**one) for word, one in said["statuses"].items()}
        return cls(statuses, said["watched_days"])

    def as_dict(self) -> dict[str, Any]:
        """The counts as plain fields."""
        return asdict(self)

    @property
    def beside_rule(self) -> tuple[float, ...]:
        """How many times as many left as ``still_to_lose`` expects of their risks, for each ``LifecycleStatus`` in their order.

        A status of few leavers is drawn to what holds for all. Who is probably gone counted as lapsed on those days.
        """
        told = self.statuses.values()
        overall = sum(one.left for one in told) / max(sum(one.expected for one in told), 1e-9)
        none = StatusLeavers(1, 0, 0)
        found = []
        for status in LifecycleStatus:
            gone = status == LifecycleStatus.PROBABLY_GONE
            word = (LifecycleStatus.LAPSED if gone else status).name.lower()
            one = self.statuses.get(word, none)
            share = (one.left + _WEIGHT_OF_ALL * overall) / (one.expected + _WEIGHT_OF_ALL)
            found.append(share)
        return tuple(found)
