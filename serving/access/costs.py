"""What calls cost, learned from those that were answered: seconds a row, by kind and size."""

from __future__ import annotations

from serving.access.work import Work

_NEWEST_WEIGHS = 0.3


class CallCosts:
    """Seconds a call of some work takes on this machine, as busy as it is."""

    def __init__(self) -> None:
        self._row_seconds: dict[tuple[str, ...], dict[int, float]] = {}

    def seconds(self, work: Work) -> float:
        """How long a call is expected to take, by the calls of the nearest size; what is declared before any."""
        sizes = self._row_seconds.get(work.kind)
        if not sizes:
            return work.rows * work.row_seconds
        nearest = min(sizes, key=lambda size: (abs(size - work.size), -size))
        return work.rows * sizes[nearest]

    def learn(self, work: Work, seconds: float) -> None:
        """Take in how long a call took; the latest weigh most."""
        sizes = self._row_seconds.setdefault(work.kind, {})
        found = seconds / work.rows
        known = sizes.get(work.size, found)
        sizes[work.size] = known + _NEWEST_WEIGHS * (found - known)
