"""How long each step of a training takes."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


@dataclass
class Steps:
    """How long each step of a training took, in seconds."""

    seconds: dict[str, float] = field(default_factory=dict)
    _since: float = field(default_factory=time.perf_counter, repr=False)

    @property
    def total(self) -> float:
        """The seconds of all steps that are done."""
        return sum(self.seconds.values())

    def done(self, step: str) -> None:
        """End a step; the next begins."""
        now = time.perf_counter()
        self.seconds[step] = round(now - self._since, 3)
        self._since = now
