"""The promise every model keeps: learn from a dataset, score vectors, be written and be opened again."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats
from training.learners.columns import Columns


class Model(ABC):
    """A fitted model that answers in log-odds and can say what each feature added.

    ``base_log_odds`` is what a model answers before it looks at anybody; the contributions of a row
    add up, with it, to that row's log-odds.
    """

    family: ClassVar[str]
    files: ClassVar[tuple[str, ...]]
    columns: Columns
    base_log_odds: float

    @property
    def rounds(self) -> int:
        """How many trees were grown, one after another; 0 without any."""
        return 0

    def score(self, vectors: Vectors) -> Floats:
        """The log-odds of each vector; features are found by name, whatever their order."""
        positions = self.columns.positions(vectors.feature_names)
        return self.log_odds(self.columns.prepare(vectors.values, positions))

    @abstractmethod
    def log_odds(self, prepared: NDArray[np.float32], *, threads: int = 1) -> Floats:
        """The log-odds of rows that ``Columns.prepare`` made."""

    @abstractmethod
    def contributions(self, prepared: NDArray[np.float32], *, threads: int = 1) -> Floats:
        """What each feature adds to the log-odds: one row a row, one column a feature."""

    def grouped_contributions(
        self,
        prepared: NDArray[np.float32],
        group_of: NDArray[np.integer],
        groups: int,
        *,
        threads: int = 1,
    ) -> Floats:
        """What each group of features adds; ``group_of`` gives each feature's group, from 0."""
        added = self.contributions(prepared, threads=threads)
        totals = np.zeros((len(added), groups))
        for column, group in enumerate(group_of):
            totals[:, group] += added[:, column]
        return totals

    def proven_contributions(self, prepared: NDArray[np.float32]) -> Floats:
        """What golden rows are written from: where possible, another program's answer."""
        return self.contributions(prepared)

    @abstractmethod
    def to_files(self) -> dict[str, bytes]:
        """The model as named files of text."""

    @classmethod
    @abstractmethod
    def from_files(cls, files: Mapping[str, bytes]) -> Self:
        """The model read back from the bytes of its files."""

    def save(self, folder: Path) -> None:
        """Write the model's files into a folder."""
        for name, content in self.to_files().items():
            (folder / name).write_bytes(content)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read a model written by ``save``."""
        return cls.from_files({name: (folder / name).read_bytes() for name in cls.files})
