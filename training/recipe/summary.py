"""What a training came to, whatever it trained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from training.registry.gate import Check
from training.registry.publication import Publication


@dataclass(frozen=True)
class TrainingSummary:
    """What a training came to: what ships, how well it did and whether it is in use now.

    ``origins`` says which cutoffs fitted, calibrated and tested what; ``metrics`` and ``ladder`` are
    means over the test cutoffs; ``seconds`` is the time each step took.
    """

    title: str
    version: str
    digest: str
    run_id: str
    promoted: bool
    customers: int
    rows: int
    features: int
    metrics: Mapping[str, Any]
    ladder: Sequence[Mapping[str, Any]]
    evaluation: Mapping[str, Any]
    origins: Mapping[str, Any]
    checks: Sequence[Check]
    notes: Sequence[str]
    card: str
    seconds: Mapping[str, float]

    @classmethod
    def of(cls, published: Publication, **others: Any) -> Self:
        """The summary of what was published; ``others`` are the remaining fields by their names."""
        manifest, gate = published.manifest, published.gate
        return cls(
            title=manifest.title,
            version=published.version,
            digest=manifest.digest,
            run_id=published.run_id,
            promoted=published.is_promoted,
            metrics=manifest.metrics,
            ladder=manifest.ladder,
            evaluation=manifest.evaluation,
            checks=gate.checks if gate is not None else (),
            notes=manifest.notes,
            card=published.record.description,
            seconds=published.seconds,
            **others,
        )

    def as_dict(self) -> dict[str, Any]:
        """The summary as plain fields."""
        return asdict(self)
