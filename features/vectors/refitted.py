"""Vectors whose fitted features are those of another training: everything else in a vector is common to all.

Each training fits a company's model of buying anew, and its answers are the only columns of a vector that
another training would fill otherwise. They follow from three columns that every vector holds, so one vector
serves every version of a model: its own answers are put in the place of those that stand there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from features.declarations.buying import Buying, BuyingModel
from features.declarations.feature import Declaration
from features.declarations.values import Repeats, Value
from features.plan.compiler import OPERATIONS, question_of
from features.plan.plan import asking
from features.plan.program import MODEL_WIDTH
from features.vectors.kernel_call import ask_again
from features.vocabulary.arrays import Floats, Ints
from features.vocabulary.errors import PlanRefused


@dataclass(frozen=True)
class Refitting:
    """What is asked of one model of buying, as the kernel reads it, and into which columns it goes."""

    questions: Ints
    outputs: Ints
    models: Floats
    width: int
    """How many columns the rows have."""

    @classmethod
    def of(cls, declarations: Sequence[Declaration], buying: BuyingModel | None) -> Self:
        """The questions of a plan, whose columns stand in the order of its declarations.

        Raises ``PlanRefused`` where a vector does not hold what a question is about.
        """
        places: dict[Value | None, int] = {
            one.value: place for place, one in enumerate(declarations)
        }
        questions: list[list[int]] = []
        outputs: list[list[int]] = []
        models: list[tuple[float, ...]] = []
        for place, one in enumerate(declarations):
            if not isinstance(one.value, Buying):
                if any(asking([one])):
                    raise _lacking(one.feature.name)
                continue
            repeats = one.value.repeats
            counted = repeats.of if isinstance(repeats, Repeats) else None
            about = (counted, one.value.recency, one.value.tenure)
            if any(part not in places for part in about):
                raise _lacking(one.feature.name)
            kind = OPERATIONS[type(one.value)]
            questions.append([kind, *(places[part] for part in about), len(models)])
            outputs.append([place])
            models.append(question_of(one.value, buying))
        return cls(
            np.array(questions, np.int64).reshape(-1, 5),
            np.array(outputs, np.int64).reshape(-1, 1),
            np.array(models, np.float64).reshape(-1, MODEL_WIDTH),
            len(declarations),
        )

    def applied(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """The same rows with these answers in their columns; what is given stays as it is."""
        # Machine code that is told of other columns would write where nothing is its own.
        assert values.ndim == 2 and values.shape[1] == self.width
        rows = np.array(values, np.float32, order="C")
        ask_again(self.questions, self.outputs, self.models, rows)
        return rows


def _lacking(feature: str) -> PlanRefused:
    return PlanRefused(
        expected="vectors that hold what a fitted model is asked about",
        found=f"vectors without it, for {feature}",
        remedy="Run `regulars vectors`.",
    )
