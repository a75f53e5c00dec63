"""What the contract of bundles must know of a family, and whom its tiny models learn from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from features.vectors.vectors import Vectors
from tests.training.companies import dataset
from training.bundles.kind import Kind

ROWS, BUYERS = 606, 67
PEOPLE = {ROWS, ROWS // 2, BUYERS}
"""How many rows and customers there were to learn from: no other array happens to be as long."""
Answers = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Family:
    """What one family does in its own way; what all promise alike stands in the contract.

    ``answers`` is what a bundle says of the same rows each time; ``explained`` gives what its contributions sum
    to, and the answer they explain.
    """

    kind: Kind[Any, Any]
    learned: Callable[[], Any]
    answers: Callable[[Any], Answers]
    explained: Callable[[Any], tuple[NDArray[Any], NDArray[Any]]]


def behaviour() -> Vectors:
    """Customers whom no model has seen."""
    return dataset(80, seed=2).vectors
