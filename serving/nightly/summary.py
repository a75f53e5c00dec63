"""What a scoring run published, as the verb tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class ScoreSummary:
    """What a scoring run published: which model, as of when, and how many customers got what."""

    model: str
    model_version: str
    cutoff_seconds: int
    judged: int
    base: float
    expected_leavers: float
    statuses: Mapping[str, int]
    valued: int = 0
    value_cents: int = 0
    value_days: int = 0
    value_fault: str = ""
    cost_to_serve_cents: int | None = None
    costly: int = 0
    segmented: int = 0
    segments_fault: str = ""
    to_offer: int = 0
    offers_fault: str = ""
    earlier_seconds: int = 0
    compared: int = 0
    jumped: int = 0
    act: str = "leave"
    reused: bool = False

    @property
    def said(self) -> str:
        """What was done, in a sentence."""
        others = sum(self.statuses.values()) - self.judged
        did = "These scores stand already" if self.reused else "Scored everybody"
        return (
            f"{did}: {self.judged:,} customers judged by {self.model}, "
            f"{self.expected_leavers:,.0f} expected to {self.act}; {others:,} not judged"
        )

    def as_dict(self) -> dict[str, Any]:
        """The summary as plain fields; of costs only where there are any."""
        found = asdict(self)
        without = ("cost_to_serve_cents", "costly") if self.cost_to_serve_cents is None else ()
        return {name: value for name, value in found.items() if name not in without}


def summary_of(manifest: Mapping[str, Any], *, reused: bool = False) -> ScoreSummary:
    """The summary of scores that are published; ``reused`` where they stood already."""
    return ScoreSummary(
        model=manifest["model_title"],
        model_version=manifest["model_version"],
        cutoff_seconds=manifest["cutoff_seconds"],
        judged=manifest["statuses"]["ok"],
        base=manifest["base"],
        expected_leavers=manifest["expected_leavers"],
        act=manifest["act"],
        statuses=manifest["statuses"],
        valued=manifest["valued"],
        value_cents=manifest["value_cents"],
        value_days=0 if manifest["value"] is None else manifest["value"]["horizon_days"],
        value_fault=manifest["value_fault"],
        cost_to_serve_cents=manifest.get("cost_to_serve_cents"),
        costly=manifest.get("costly", 0),
        segmented=manifest["segmented"],
        segments_fault=manifest["segments_fault"],
        to_offer=manifest["to_offer"],
        offers_fault=manifest["offers_fault"],
        earlier_seconds=manifest["earlier_seconds"],
        compared=manifest["compared"],
        jumped=manifest["jumped"],
        reused=reused,
    )
