"""What rungs answered at tests, each written as soon as it is known, so that a kill loses one answer at most."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from features.vocabulary.arrays import Floats


@dataclass(frozen=True)
class TimedAnswer:
    """The probabilities of a rung for the rows of a test, in their order, and the processor time they took.

    ``reasons`` has the share of each reason group in what moves them, empty where the rung cannot say.
    """

    probability: Floats
    cpu_seconds: float
    reasons: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class AnswerFiles:
    """The answers of one trial, a file a rung and test, in a folder of the workspace."""

    folder: Path

    def read(self, test: str, rung: str) -> TimedAnswer | None:
        """An answer that was written whole; None where there is none."""
        try:
            with (
                self._place(test, rung).open("rb") as raw,
                np.load(raw, allow_pickle=False) as file,
            ):
                reasons = zip(file["reasons"].tolist(), file["shares"].tolist(), strict=True)
                return TimedAnswer(file["probability"], float(file["cpu_seconds"]), dict(reasons))
        except (OSError, ValueError, KeyError, BadZipFile):
            return None

    def write(self, test: str, rung: str, answer: TimedAnswer) -> None:
        """Keep an answer, whole or not at all."""
        place = self._place(test, rung)
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside = place.with_suffix(".part")
        try:
            with beside.open("wb") as file:
                np.savez(
                    file,
                    probability=answer.probability,
                    cpu_seconds=answer.cpu_seconds,
                    reasons=np.array([*answer.reasons], np.str_),
                    shares=np.array([*answer.reasons.values()], np.float64),
                )
                file.flush()
                os.fsync(file.fileno())
            beside.replace(place)
        finally:
            beside.unlink(missing_ok=True)

    def _place(self, test: str, rung: str) -> Path:
        name = hashlib.blake2b(f"{test}\n{rung}".encode(), digest_size=12).hexdigest()
        return self.folder / f"{name}.npz"
