"""Trees for any target, grown from rows in LightGBM's own bins: the one door to LightGBM.       [lightgbm]"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from features.vocabulary.arrays import Floats
from training.learners.treeshap.explainer import Explainer
from training.learners.treeshap.model_text import read_forest

if TYPE_CHECKING:
    import lightgbm


# Threads that wait for one another must sleep: on busy cores they would burn most of the time turning.
# LightGBM reads this when it is first loaded, and this module is the one door to it.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

# Of fewer values the threads of OpenMP spend their time waiting for one another.
_LEAST_VALUES_FOR_THREADS = 4_000_000
_ROWS_AT_ONCE = 16_384
# A matrix of so many values is binned at once; of more no copy is made.
_VALUES_AT_ONCE = 1 << 25
# So many rows tell sixty edges well, and in blocks each is asked for alone.
_ROWS_FOR_BINS = 100_000


@dataclass(frozen=True)
class BoostingSettings:
    """How far the trees may go; the defaults suit a few thousand customers and hundreds of features.

    Each tree sees ``feature_fraction`` of the features and ``bagging_fraction`` of the rows, drawn anew.
    """

    learning_rate: float = 0.06
    leaves: int = 15
    depth: int = 6
    leaf_share: float = 0.01
    bins: int = 63
    feature_fraction: float = 0.3
    bagging_fraction: float = 1.0
    lambda_l2: float = 10.0
    rounds: int = 600
    patience: int = 30
    rounds_untested: int = 100
    seed: int = 7

    def least_in_leaf(self, rows: int) -> int:
        """How many of so many rows a leaf holds at least."""
        return max(20, round(self.leaf_share * rows))


def load_library() -> None:
    """Load LightGBM, with all that it loads in turn: what is forked from this process afterwards need not.

    No thread is started by that.
    """
    import lightgbm  # noqa: F401


def prepared_rows(
    values: NDArray[np.float32], prepare: Callable[[NDArray[np.float32]], NDArray[np.float32]]
) -> Any:
    """Rows as LightGBM reads them: as a matrix, which is binned in half the time, and very many ``in_blocks``."""
    return prepare(values) if values.size <= _VALUES_AT_ONCE else in_blocks(values, prepare)


def in_blocks(
    values: NDArray[np.float32],
    prepare: Callable[[NDArray[np.float32]], NDArray[np.float32]],
    rows_at_once: int = _ROWS_AT_ONCE,
) -> Any:
    """Rows that are prepared block by block as LightGBM reads them, so that no copy of all is made.

    For its bins LightGBM asks for rows one by one, in ascending order: a block is prepared for all of its rows.
    """
    import lightgbm

    class Blocks(lightgbm.Sequence):
        batch_size = rows_at_once

        def __len__(self) -> int:
            return len(values)

        def __getitem__(self, rows: Any) -> Any:
            if isinstance(rows, slice | list):
                return prepare(values[rows]).astype(np.float64)
            block, place = divmod(int(rows), rows_at_once)
            return prepared(block)[place]

    @lru_cache(maxsize=1)
    def prepared(block: int) -> NDArray[np.float64]:
        begin = block * rows_at_once
        return prepare(values[begin : begin + rows_at_once]).astype(np.float64)

    return Blocks()


def opened(text: str) -> tuple[str, lightgbm.Booster]:
    """LightGBM's own text without its recorded settings, which name threads, and the booster of it."""
    import lightgbm

    text = re.sub(r"\nparameters:\n.*?\nend of parameters\n", "\n", text, flags=re.DOTALL)
    return text, lightgbm.Booster(model_str=text)


@dataclass(frozen=True)
class Trees:
    """Trees as LightGBM's own text, answering on the scale of their target."""

    text: str
    booster: lightgbm.Booster

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Trees read back; the recorded settings are dropped, for they name threads."""
        return cls(*opened(text))

    @property
    def rounds(self) -> int:
        """How many trees there are."""
        return int(self.booster.num_trees())

    @property
    def gains(self) -> Floats:
        """How much each feature, in the order of the columns, took off the loss."""
        found: Floats = self.booster.feature_importance("gain").astype(np.float64)
        return found

    def answer(self, prepared: NDArray[np.float32], *, threads: int = 1) -> Floats:
        """One answer a row: an amount, or a probability."""
        if not len(prepared):
            return np.empty(0)
        return predicted(self.booster, prepared, num_threads=threads)

    def contributions(
        self, prepared: NDArray[np.float32], *, threads: int = 1, proven: bool = False
    ) -> tuple[float, Floats]:
        """The base of the raw score, and what each column adds to it: exact path-dependent TreeSHAP.

        From tables built once; ``proven`` asks LightGBM itself, a hundred times slower. Raises
        ``ModelRefused`` for trees that ``training.learners.treeshap`` does not cover.
        """
        base = self._explainer.base
        if proven:
            return base, predicted(self.booster, prepared, pred_contrib=True)[:, :-1]
        return base, self._explainer.contributions(prepared, threads=threads)

    @cached_property
    def _explainer(self) -> Explainer:
        return Explainer.of(read_forest(self.text))


@dataclass(frozen=True)
class CrossFitted:
    """What trees that had not learned from a row's fold answer of it, and the rounds that served each fold best."""

    answers: Floats
    rounds: tuple[int, ...]


class BinnedRows:
    """Rows in LightGBM's own bins, on which trees for several targets grow, such as amounts.

    ``rows`` are those of ``Columns.prepare``, as a matrix or ``in_blocks``; ``is_latest`` marks those
    that stop the growing.
    """

    def __init__(
        self,
        rows: Any,
        is_latest: NDArray[np.bool_],
        names: Sequence[str],
        settings: BoostingSettings,
        *,
        threads: int = 1,
    ) -> None:
        import lightgbm

        binning = {
            "verbosity": -1,
            "max_bin": settings.bins,
            "min_data_in_bin": 10,
            "bin_construct_sample_cnt": _ROWS_FOR_BINS,
            # Sparse columns would be kept as one list, with room for what the whole table leads to expect: in a part
            # of it that holds more, such as those who bought, LightGBM writes past the end and kills the process.
            "enable_bundle": False,
        }
        self._binned = lightgbm.Dataset(
            rows,
            label=np.zeros(len(is_latest)),
            feature_name=_plain_names(names),
            params=binning,
        ).construct()
        self._is_latest = is_latest
        self._names, self._settings, self._threads = names, settings, threads

    def grow(
        self,
        targets: Floats,
        rows: NDArray[np.bool_],
        objective: Mapping[str, Any],
        rounds: int | None = None,
        directions: Mapping[str, int] | None = None,
    ) -> Trees:
        """Trees for the targets of some rows, under LightGBM's objective with its parameters.

        ``directions`` gives 1 for features that may only raise the answer and -1 for those that may only
        lower it. Without ``rounds`` their number is the one that served the latest rows best; where nothing can be
        found that way it is fixed beforehand.
        """
        import lightgbm

        settings = self._settings
        parameters = dict(objective) | _parameters(
            settings, self._names, directions or {}, int(rows.sum()), self._threads
        )
        if rounds is None and self.can_find_rounds(targets, rows):
            tried = lightgbm.train(
                parameters,
                self._some(targets, rows & ~self._is_latest),
                num_boost_round=settings.rounds,
                valid_sets=[self._some(targets, rows & self._is_latest)],
                callbacks=[lightgbm.early_stopping(settings.patience, verbose=False)],
            )
            rounds = max(1, int(tried.best_iteration))
        booster = lightgbm.train(
            parameters,
            self._some(targets, rows),
            num_boost_round=rounds or settings.rounds_untested,
        )
        return Trees.from_text(booster.model_to_string(num_iteration=-1))

    def cross_fitted(
        self,
        rows: NDArray[np.float32],
        targets: Floats,
        folds: NDArray[np.int8],
        settings: BoostingSettings,
        objective: Mapping[str, Any],
        directions: Mapping[str, int] | None = None,
    ) -> CrossFitted:
        """What trees answer of every row that did not learn from its fold, with as many rounds as serve the fold best.

        ``rows`` are the same rows as a matrix. Each fold must have both outcomes in it and outside.
        """
        import lightgbm

        answers, rounds = np.zeros(len(targets)), []
        for fold in np.unique(folds):
            held = folds == fold
            parameters = dict(objective) | _parameters(
                settings, self._names, directions or {}, int((~held).sum()), self._threads
            )
            tried = lightgbm.train(
                parameters,
                self._some(targets, ~held),
                num_boost_round=settings.rounds,
                valid_sets=[self._some(targets, held)],
                callbacks=[lightgbm.early_stopping(settings.patience, verbose=False)],
            )
            rounds.append(max(1, int(tried.best_iteration)))
            answers[held] = predicted(tried, rows[held], num_iteration=rounds[-1])
        return CrossFitted(answers, tuple(rounds))

    def can_find_rounds(self, targets: Floats, rows: NDArray[np.bool_]) -> bool:
        """Whether there are earlier rows that differ to learn from, and latest ones to stop by."""
        earlier = targets[rows & ~self._is_latest]
        stops = bool((rows & self._is_latest).any())
        return stops and len(earlier) > 0 and float(np.ptp(earlier)) > 0

    def _some(self, targets: Floats, rows: NDArray[np.bool_]) -> Any:
        if rows.all():
            return self._binned.set_label(targets)
        chosen = np.flatnonzero(rows)
        part = self._binned.subset(chosen).construct()  # type: ignore[arg-type]
        return part.set_label(targets[chosen])


def _parameters(
    settings: BoostingSettings,
    names: Sequence[str],
    directions: Mapping[str, int],
    rows: int,
    threads: int,
) -> dict[str, Any]:
    return {
        "learning_rate": settings.learning_rate,
        "num_leaves": settings.leaves,
        "max_depth": settings.depth,
        "min_data_in_leaf": settings.least_in_leaf(rows),
        "feature_fraction": settings.feature_fraction,
        "bagging_fraction": settings.bagging_fraction,
        "bagging_freq": 1,
        "lambda_l2": settings.lambda_l2,
        # As text: LightGBM copies its parameters many times, and of a list each number.
        "monotone_constraints": ",".join(str(directions.get(name, 0)) for name in names),
        "monotone_constraints_method": "intermediate",
        "deterministic": True,
        # One thread sums one feature, in the order of the rows, and features that a tree leaves out cost
        # nothing: the same trees as by rows, in half the time.
        "force_col_wise": True,
        "num_threads": threads if rows * len(names) >= _LEAST_VALUES_FOR_THREADS else 1,
        "seed": settings.seed,
        "verbosity": -1,
    }


def _plain_names(names: Sequence[str]) -> list[str]:
    """Names LightGBM's text format can carry; the position keeps two of them apart."""
    plain = [re.sub(r"\W", "_", name, flags=re.ASCII) for name in names]
    return [
        name if plain.count(name) == 1 else f"{name}_{position}"
        for position, name in enumerate(plain)
    ]


def predicted(booster: Any, rows: NDArray[np.float32], **how: Any) -> Floats:
    """What a booster answers; one thread unless said otherwise."""
    answer: Floats = booster.predict(rows, **({"num_threads": 1} | how))
    return answer
