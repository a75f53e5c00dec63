"""The learners of the ladder as scikit-learn classifiers: the same fits, for its pipelines, searches and scores.

What they learn is what the ladder's rungs learn from the same rows. Their probabilities are as the learner gives them:
a training learns a curve over them from an earlier cutoff, for which ``CalibratedClassifierCV`` stands here.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats
from training.datasets.dataset import Dataset
from training.learners.blended import BlendedModel
from training.learners.boosting import BoostedModel
from training.learners.calibration import sigmoid
from training.learners.estimators.rows import CUSTOMER, CUTOFF, keys_of, level, seconds_of
from training.learners.logistic import LogisticModel
from training.learners.model import Model
from training.learners.trees import BoostingSettings

_USUAL = BoostingSettings()
_WIDE_STRENGTH = 30.0


class LadderClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """What the classifiers share: two classes, missing values as they are, columns that bind by name."""

    def fit(self, X: Any, y: Any) -> Self:
        """Learn from rows and their outcomes, of two classes; the second in their order is the one that came true.

        Rows of a table with the levels ``customer_id`` and ``cutoff`` in its index are known by them. Others count as one
        customer each, all at one cutoff. Raises ``ValueError`` as scikit-learn does, for one class alone or three.
        """
        values, outcomes = validate_data(
            self, X, y, dtype=np.float32, ensure_all_finite="allow-nan", ensure_min_samples=2
        )
        check_classification_targets(outcomes)
        self.classes_, codes = np.unique(outcomes, return_inverse=True)
        if len(self.classes_) > 2:
            raise ValueError(
                "Only binary classification is supported. The type of the target is multiclass."
            )
        if len(self.classes_) < 2:
            raise ValueError("Expected rows of two classes; found one class alone.")
        vectors = Vectors("", self._names(), *_who_and_when(X, len(values)), values)
        self.model_ = self._fitted(Dataset(vectors, codes.astype(np.float64)))
        return self

    def decision_function(self, X: Any) -> Floats:
        """The log-odds of each row."""
        check_is_fitted(self, "model_")
        values = validate_data(
            self, X, dtype=np.float32, ensure_all_finite="allow-nan", reset=False
        )
        columns = self.model_.columns
        return self.model_.log_odds(columns.prepare(values, columns.positions(self._names())))

    def predict_proba(self, X: Any) -> Floats:
        """The probability of each class, one row a row, in the order of ``classes_``."""
        came = sigmoid(self.decision_function(X))
        return np.column_stack([1.0 - came, came])

    def predict(self, X: Any) -> NDArray[Any]:
        """The likelier class of each row."""
        came = self.decision_function(X) > 0
        return np.asarray(self.classes_[came.astype(np.intp)])

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.input_tags.allow_nan = True
        return tags

    @abstractmethod
    def _fitted(self, dataset: Dataset) -> Model:
        """The model of these rows."""

    def _names(self) -> tuple[str, ...]:
        """The names of the columns; numbered where the rows came without any."""
        named: Sequence[str] | None = getattr(self, "feature_names_in_", None)
        return (
            tuple(named)
            if named is not None
            else tuple(f"x{one}" for one in range(self.n_features_in_))
        )


class LogisticClassifier(LadderClassifier):
    """Logistic regression on signed logarithms, missing values at the mean: the ladder's lines.

    ``strength`` is the L2 penalty on standardised features. The ladder's line on everything has 30, that on
    recency, frequency and money 1.
    """

    def __init__(self, *, strength: float = _WIDE_STRENGTH) -> None:
        self.strength = strength

    def _fitted(self, dataset: Dataset) -> LogisticModel:
        return LogisticModel.fit(dataset, strength=self.strength)


class BoostedClassifier(LadderClassifier):
    """Boosted trees, strongly held back: the ladder's LightGBM.

    ``directions`` gives 1 for features that may only raise the risk and -1 for those that may only lower it. Without
    ``rounds`` their number is found on the latest cutoff, ``most_rounds`` at most, and the trees are then grown on all
    rows; rows of one cutoff alone grow a hundred. Growing ends when ``patience`` trees made nothing better. ``leaves`` and
    ``depth`` bound a tree, a leaf holds ``leaf_share`` of the rows at least and never fewer than twenty, ``lambda_l2`` holds
    leaves back, and each tree sees ``feature_fraction`` of the features and ``bagging_fraction`` of the rows. The same rows give
    the same trees, whatever ``n_jobs``.
    """

    def __init__(
        self,
        *,
        rounds: int | None = None,
        most_rounds: int = _USUAL.rounds,
        patience: int = _USUAL.patience,
        learning_rate: float = _USUAL.learning_rate,
        leaves: int = _USUAL.leaves,
        depth: int = _USUAL.depth,
        leaf_share: float = _USUAL.leaf_share,
        feature_fraction: float = _USUAL.feature_fraction,
        bagging_fraction: float = _USUAL.bagging_fraction,
        lambda_l2: float = _USUAL.lambda_l2,
        directions: Mapping[str, int] | None = None,
        seed: int = _USUAL.seed,
        n_jobs: int = 1,
    ) -> None:
        self.rounds = rounds
        self.most_rounds = most_rounds
        self.patience = patience
        self.learning_rate = learning_rate
        self.leaves = leaves
        self.depth = depth
        self.leaf_share = leaf_share
        self.feature_fraction = feature_fraction
        self.bagging_fraction = bagging_fraction
        self.lambda_l2 = lambda_l2
        self.directions = directions
        self.seed = seed
        self.n_jobs = n_jobs

    def _fitted(self, dataset: Dataset) -> BoostedModel:
        settings = BoostingSettings(
            learning_rate=self.learning_rate,
            leaves=self.leaves,
            depth=self.depth,
            leaf_share=self.leaf_share,
            feature_fraction=self.feature_fraction,
            bagging_fraction=self.bagging_fraction,
            lambda_l2=self.lambda_l2,
            rounds=self.most_rounds,
            patience=self.patience,
            seed=self.seed,
        )
        return BoostedModel.fit(
            dataset,
            directions=self.directions,
            settings=settings,
            rounds=self.rounds,
            threads=self.n_jobs,
        )


class BlendedClassifier(LadderClassifier):
    """The mean of a line's and of trees' log-odds: the ladder's blend.

    ``logistic`` and ``boosted`` are the two classifiers; without them as they are by themselves.
    """

    def __init__(
        self,
        logistic: LogisticClassifier | None = None,
        boosted: BoostedClassifier | None = None,
    ) -> None:
        self.logistic = logistic
        self.boosted = boosted

    def _fitted(self, dataset: Dataset) -> BlendedModel:
        line = LogisticClassifier() if self.logistic is None else self.logistic
        trees = BoostedClassifier() if self.boosted is None else self.boosted
        return BlendedModel.of(line._fitted(dataset), trees._fitted(dataset))


def _who_and_when(X: Any, rows: int) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """The customer and the cutoff of each row, as its index tells them."""
    customers, cutoffs = level(X, CUSTOMER), level(X, CUTOFF)
    return (
        np.arange(rows, dtype=np.int32) if customers is None else keys_of(customers),
        np.zeros(rows, np.int64) if cutoffs is None else seconds_of(cutoffs),
    )
