"""What a family of models promises of its training; the recipe does the rest, for all of them alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from features.company.settings.company import CompanySettings
from features.company.settings.reading import Settings
from features.company.workspace import Workspace
from features.store.pack import Pack
from features.store.store import Store
from features.vocabulary.progress import Progress, silent
from training.bundles.kind import Asked, Kind, Model
from training.bundles.manifest import Manifest
from training.bundles.promoted import PromotedBundles
from training.measures.predictions.predictions import Predictions
from training.recipe.report import Report
from training.registry.gate import Check

Own = TypeVar("Own")
Learned = TypeVar("Learned")
Figures = Mapping[str, Any]
"""Figures of a card in the places where it has them: by metrics, ladder and evaluation."""
ALWAYS_ANEW = "it is fitted anew each time"
"""Why nothing is kept of a family whose models follow the data of every training."""


@dataclass(frozen=True)
class Given(Generic[Own]):
    """What a training is given; ``own`` is the family's part of the settings and no more.

    ``workspace`` holds the models in use, which some continue or share features with. ``refit`` says that a new
    model was asked for although the one in use may still fit.
    """

    store: Store
    pack: Pack
    workspace: Workspace
    company: CompanySettings
    own: Own
    threads: int = 2
    refit: bool = False
    progress: Progress = silent


@dataclass(frozen=True)
class UnchangedModel:
    """The model in use that stays as it is: what it says of itself, why it stays, and what it shows now."""

    manifest: Manifest[Any]
    why: str
    shown: Any


@dataclass(frozen=True)
class Recompute:
    """How a family finds the figures of a card once more, with nothing fitted.

    ``of_predictions`` needs what the rungs answered at the tests and nothing else. ``of_data`` asks the model and the data it
    learned from as well, which it is given unchanged; it raises ``RegularsError`` where the question is another by now.
    ``left_out`` says why of figures that neither gives, by how their place begins.
    """

    of_predictions: Callable[[Manifest[Any], Predictions], Figures]
    of_data: Callable[[Given[Any], Any, Predictions], Figures] | None = None
    left_out: Mapping[str, str] = field(default_factory=dict)


class Family(Protocol[Own, Learned, Model, Asked]):
    """What a family does by itself: choose its settings, learn, judge and tell what was learned."""

    @property
    def kind(self) -> Kind[Model, Asked]:
        """How its models are written and opened."""

    @property
    def description(self) -> str:
        """What its models answer, in a sentence for the registry."""

    @property
    def recompute(self) -> Recompute | None:
        """How the figures of its card are found once more; None where it keeps no predictions of its trainings."""

    def own(self, settings: Settings) -> Own:
        """The settings it reads."""

    def is_current(self, given: Given[Own]) -> bool:
        """Whether the model in use is the one of today's data and question, so that a training would only find it again."""

    def still_fits(self, given: Given[Own]) -> UnchangedModel | str:
        """The model in use where it stays frozen, or in words why another is learned."""

    def learn(self, given: Given[Own]) -> Learned:
        """Learn and measure, nothing published; ``ModelRefused`` when the data cannot carry a model."""

    def next_best(self, given: Given[Own], learned: Learned, why: str) -> Learned | None:
        """The best that is left where the gate keeps what was learned out, which ``why`` tells; None without any."""

    def model(self, learned: Learned) -> tuple[Manifest[Asked], Model]:
        """What is written as the bundle, and what it says of itself."""

    def report(self, given: Given[Own], learned: Learned, manifest: Manifest[Asked]) -> Report:
        """What is said of it, by the manifest as it was written."""

    def checks(self, folder: Path, champion: Manifest[Asked] | None) -> Sequence[Check]:
        """Open a verified bundle, which proves its golden rows, and check it against the champion's manifest."""


def answers_today(kind: Kind[Model, Asked], given: Given[Any], days: int) -> bool:
    """Whether the model in use was learned from today's data and looks as many days ahead as is asked."""
    champion = PromotedBundles(given.workspace, kind).champion_manifest()
    return (
        champion is not None
        and champion.data_digest == given.pack.digest
        and champion.horizon_days == days
    )
