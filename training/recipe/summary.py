"""What a training came to, whatever it trained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Self

from training.recipe.falling import WrittenRun
from training.recipe.family import UnchangedModel
from training.registry.gate import Check, failed_of
from training.registry.promotion import PromotionSummary

_OF_SOME = ("kept", "why", "shown")
"""What is told of families whose models may stay; the others are fitted anew each time."""


@dataclass(frozen=True)
class TrainingSummary:
    """What a training came to: what ships, how well it did and whether it is in use now.

    ``origins`` says which cutoffs fitted, calibrated and tested what; ``metrics`` and ``ladder`` are
    means over the test cutoffs; ``seconds`` is the time each step took. ``kept`` says that the model in use
    stayed as it is and nobody was learned from, ``why`` in a sentence why so or not, and ``shown`` is what
    the family alone has to show, in a type of its own.
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
    passed_over: Mapping[str, str] = field(default_factory=dict)
    """Why the gate keeps out on its own what was as good or better at the tests, by its title, the best first."""
    is_sound: bool = True
    """Whether the gate lets it through on its own; where not, nothing else that was tried passes either."""
    registry: str = ""
    """What is to be told of the registry itself, such as that it has lost versions; empty as a rule."""
    is_new: bool = True
    """Whether a version was registered: the same data and settings give the same model, which has one already."""
    kept: bool = False
    why: str = ""
    shown: Any = None

    @property
    def refused(self) -> Sequence[Check]:
        """The checks by which the gate keeps the model out; none where it was let in or not asked."""
        return () if self.promoted else failed_of(self.checks)

    @classmethod
    def of_learned(
        cls,
        *,
        run_id: str,
        version: str,
        promotion: PromotionSummary | None,
        run: WrittenRun[Any],
        why: str,
        registry: str = "",
        is_new: bool = True,
        is_in_use: bool = False,
        seconds: Mapping[str, float],
    ) -> Self:
        """The summary of a model that was learned and registered, and judged where that was asked for.

        ``is_in_use`` says that it was in use before, so that nobody judged it.
        """
        manifest, report = run.manifest, run.report
        return cls(
            title=manifest.title,
            version=version,
            digest=manifest.digest,
            run_id=run_id,
            promoted=is_in_use or (promotion is not None and promotion.promoted),
            customers=report.customers,
            rows=report.rows,
            features=len(report.features),
            metrics=manifest.metrics,
            ladder=manifest.ladder,
            evaluation=manifest.evaluation,
            origins=report.origins,
            checks=promotion.checks if promotion is not None else (),
            notes=manifest.notes,
            card=report.card,
            seconds=seconds,
            passed_over=report.passed_over,
            is_sound=run.is_sound,
            registry=registry,
            is_new=is_new,
            why=why,
            shown=report.shown,
        )

    @classmethod
    def of_unchanged(cls, unchanged: UnchangedModel) -> Self:
        """The summary of a model in use that stays as it is."""
        manifest = unchanged.manifest
        return cls(
            title=manifest.title,
            version=manifest.version,
            digest=manifest.digest,
            run_id=manifest.run_id,
            promoted=True,
            customers=0,
            rows=0,
            features=len(manifest.feature_names),
            metrics=manifest.metrics,
            ladder=manifest.ladder,
            evaluation=manifest.evaluation,
            origins={},
            checks=(),
            notes=manifest.notes,
            card="",
            seconds={},
            is_new=False,
            kept=True,
            why=unchanged.why,
            shown=unchanged.shown,
        )

    def as_dict(self) -> dict[str, Any]:
        """What every family's training came to, as plain fields."""
        common = [field.name for field in fields(self) if field.name not in _OF_SOME]
        plain = asdict(replace(self, shown=None))
        return {name: plain[name] for name in common}
