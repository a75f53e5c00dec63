"""Taking away what a reason names: how far the risk falls, against the best and a random choice.

A listed customer's named groups are given the values of customers of low risk, one after another, and
the fall of the log-odds is averaged over them. The yardsticks are the groups whose single removal makes
the risk fall most (occlusion, 1), groups drawn at random (0), and the same order of groups for everybody.
After Samek et al. (2017), with real customers for a baseline as asked for by Covert et al. (2021).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from training.safeguards.trust.subjects import Answering, Subjects

DEPTHS = (1, 2, 3)
_REFERENCES = 20
_MOST_CUSTOMERS = 150
_RANDOM_ORDERS = 5
_FEWEST_GROUPS = 2


@dataclass(frozen=True)
class Faithfulness:
    """The mean fall of the log-odds when so many groups are taken away, by who names them.

    ``score`` is where our groups lie between random ones (0) and occlusion (1), and ``global_score``
    where one order for all lies.
    """

    groups: int
    ours: float
    occlusion: float
    global_order: float
    random: float

    @property
    def score(self) -> float:
        """Ours between random and occlusion."""
        return self._between(self.ours)

    @property
    def global_score(self) -> float:
        """One order for all, on the same scale."""
        return self._between(self.global_order)

    def _between(self, fall: float) -> float:
        width = self.occlusion - self.random
        return 1.0 if width <= 1e-9 else (fall - self.random) / width


def faithfulness(model: Answering, subjects: Subjects) -> tuple[Faithfulness, ...]:
    """The fall for one, two and three groups; nothing for a model that reads fewer than two groups.

    At most 150 listed customers and 20 of low risk, evenly spaced in the half with the lowest.
    """
    used = np.unique(subjects.group_of[model.columns.positions(subjects.vectors.feature_names)])
    if len(used) < _FEWEST_GROUPS:
        return ()
    listed = subjects.listed[:: max(1, -(-len(subjects.listed) // _MOST_CUSTOMERS))]
    risk = model.score(subjects.vectors)
    calm = np.argsort(risk, kind="stable")[: max(len(risk) // 2, 1)]
    calm = calm[np.linspace(0, len(calm) - 1, min(_REFERENCES, len(calm))).astype(int)]
    trial = _Trial(model, subjects, listed, calm)
    alone = np.column_stack([trial.fall(np.full((len(listed), 1), group)) for group in used])
    added = subjects.contributions(model, subjects.vectors.select(listed))[:, used]
    orders = {
        "ours": np.argsort(-added, axis=1, kind="stable"),
        "occlusion": np.argsort(-alone, axis=1, kind="stable"),
        "global_order": np.tile(np.argsort(-added.mean(axis=0), kind="stable"), (len(listed), 1)),
    }
    draw = np.random.default_rng(1)
    at_random = [draw.permuted(orders["global_order"], axis=1) for _ in range(_RANDOM_ORDERS)]
    return tuple(
        Faithfulness(
            groups=depth,
            random=float(np.mean([trial.fall(used[one[:, :depth]]) for one in at_random])),
            **{
                name: float(trial.fall(used[one[:, :depth]]).mean()) for name, one in orders.items()
            },
        )
        for depth in DEPTHS
        if depth < len(used)
    )


class _Trial:
    """Listed customers with some of their groups as customers of low risk have them."""

    def __init__(
        self, model: Answering, subjects: Subjects, listed: NDArray[np.intp], calm: NDArray[np.intp]
    ) -> None:
        positions = model.columns.positions(subjects.vectors.feature_names)
        prepared = model.columns.prepare(subjects.vectors.values, positions)
        self._model = model
        self._group_of = subjects.group_of[positions]
        self._own, self._calm = prepared[listed], prepared[calm]
        self._before = model.log_odds(self._own)

    def fall(self, groups: NDArray[np.integer]) -> Floats:
        """How far each listed customer's log-odds fall without these groups: one row a customer."""
        taken = (self._group_of[None, :, None] == groups[:, None, :]).any(axis=2)
        after = np.zeros(len(self._own))
        for reference in self._calm:
            after += self._model.log_odds(np.where(taken, reference, self._own))
        return self._before - after / len(self._calm)
