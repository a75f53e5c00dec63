"""What a family of models promises of a model on disk; everything around it is done once, in this package."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from numpy.typing import NDArray

from features.declarations.feature import Declaration
from training.bundles.manifest import Manifest, Task, Written

Arrays = Mapping[str, NDArray[Any]]
GOLDEN_TOLERANCE = 1e-9


@dataclass(frozen=True)
class Tolerance:
    """How near an answer must be to the golden one, and how it is said where it is not.

    Allowed is ``absolute``, or ``of_largest`` times the largest golden number where that is more, and
    ``relative`` times each number. ``single`` names what is computed with numbers of 32 bits, whose last digit
    is the machine's own. ``with_missing`` says that nothing may be answered, as long as nothing was.
    """

    expected: str
    otherwise: str
    absolute: float = GOLDEN_TOLERANCE
    relative: float = 0.0
    of_largest: float = 0.0
    single: tuple[str, ...] = ()
    with_missing: bool = False


class Opened(Protocol):
    """An opened model; it carries what its bundle says of itself."""

    @property
    def manifest(self) -> Manifest:
        """What the bundle says of itself."""


Model = TypeVar("Model", bound=Opened)
Asked = TypeVar("Asked", bound=Task)


class Kind(Protocol[Model, Asked]):
    """How the model of one family is written and read back; ``Asked`` is what its models are asked."""

    @property
    def name(self) -> str:
        """The folder in the workspace, the model in the registry and the word after ``regulars train``."""

    @property
    def tolerance(self) -> Tolerance:
        """How near golden answers must be."""

    @property
    def own_features(self) -> tuple[str, ...]:
        """Features the family computes itself, behind those of the plan: of items or offers, not of customers."""

    @property
    def needs_store(self) -> bool:
        """Whether it answers of a company's events, and not of a behaviour vector alone."""

    def task(self, written: Written) -> Asked:
        """What the model is asked, as its manifest says it; ``KeyError`` or ``TypeError`` for anything else."""

    def declarations(self, model: Model) -> Sequence[Declaration]:
        """The declarations of the features it reads; none where all of them are its own."""

    def contents(self, model: Model) -> Mapping[str, bytes]:
        """Its files by name, but for manifest, plan and golden rows."""

    def read(self, manifest: Manifest[Asked], contents: Mapping[str, bytes]) -> Model:
        """The model out of its files; any fault of Python's own for parts that do not fit together."""

    def proof(self, model: Model) -> Arrays:
        """What golden rows ask: rows or customers drawn by lot, and so nobody's data."""

    def answers(self, model: Model, proof: Arrays) -> Arrays:
        """What the model answers to them."""

    def proven(self, model: Model, proof: Arrays) -> Arrays:
        """Answers among these that another program gives too; none where there is no other."""
