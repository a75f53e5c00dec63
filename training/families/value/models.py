"""What customers will bring: the rungs of the value ladder, each a model that could ship.

Every one answers with an amount in cents over the horizon and with a score for buying at all; the
level and the chance are learned from later customers, in ``level``.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from features.declarations.buying import BuyingModel
from features.kernel.repeat_buying import expected_purchases, no_purchase
from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats
from training.families.value.reasons.contributions import (
    AMOUNT,
    CHANCE,
    WHOLE,
    Contributions,
    Curve,
    Factor,
    of_factors,
    of_few_inputs,
)
from training.families.value.spending import SpendingModel
from training.learners.columns import Columns
from training.learners.trees import Trees

RATE, LAST, PARAMETRIC = "past rate", "latest spend", "BG/NBD × Gamma-Gamma"
TWEEDIE, TWO_PART, BLEND = "LightGBM Tweedie", "LightGBM two-part", "blend of both LightGBM"
RUNGS = (RATE, LAST, PARAMETRIC, TWEEDIE, TWO_PART, BLEND)
LEARNED = (TWEEDIE, TWO_PART, BLEND)
"""The rungs that learn from every feature."""
EXPLAINED = {
    RATE: "spend a day since the first order, times the horizon",
    LAST: "what they spent in the latest stretch about as long as the horizon, brought to its length",
    PARAMETRIC: "purchases to expect by their rhythm, times spend a purchase to expect",
    TWEEDIE: "boosted trees on every feature, for amounts with many zeros",
    TWO_PART: "chance of buying at all, times the amount if they buy (gamma)",
    BLEND: "the geometric mean of the two",
}
MODEL_FILE = "value.json"
_SHORTEST_TENURE_DAYS = 30.0


@dataclass(frozen=True)
class Stored:
    """A model's files, read: what ``ValueModel.to_files`` wrote."""

    title: str
    columns: Columns
    horizon_days: int
    parameters: Mapping[str, Any]
    trees: Mapping[str, Trees]


@dataclass(frozen=True)
class ValueModel(ABC):
    """A fitted rung: bound to columns by name, written as text, never as code."""

    title: str
    columns: Columns
    horizon_days: int
    family: ClassVar[str]

    def score(self, vectors: Vectors, *, threads: int = 1) -> tuple[Floats, Floats]:
        """The amount in cents and the score for buying at all, of each vector."""
        positions = self.columns.positions(vectors.feature_names)
        return self.estimate(self.columns.prepare(vectors.values, positions), threads=threads)

    @abstractmethod
    def estimate(self, prepared: NDArray[np.float32], *, threads: int = 1) -> tuple[Floats, Floats]:
        """The same of rows that ``Columns.prepare`` made; both are zero or more."""

    def contributions(
        self,
        prepared: NDArray[np.float32],
        curve: Curve,
        typical: NDArray[np.float32],
        *,
        threads: int = 1,
        proven: bool = False,
    ) -> Contributions:
        """What each column adds to the answer seen through ``curve``, in cents.

        ``typical`` is the row of inputs that the few inputs of a rule are compared with. ``proven`` asks
        for the same by other means, where there are any.
        """
        return of_few_inputs(lambda rows: curve(self.estimate(rows)[0]), prepared, typical)

    @abstractmethod
    def parameters(self) -> dict[str, Any]:
        """What the model is beside its columns and trees, as plain JSON."""

    def trees(self) -> dict[str, Trees]:
        """The model's trees by the name of their file."""
        return {}

    def to_files(self) -> dict[str, bytes]:
        """The model as named files of text."""
        content = {
            "title": self.title,
            "columns": self.columns.as_dict(),
            "horizon_days": self.horizon_days,
            "parameters": self.parameters(),
        }
        files = {MODEL_FILE: json.dumps(content, indent=1, ensure_ascii=False).encode()}
        return files | {name: one.text.encode() for name, one in self.trees().items()}

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> Self:
        """The model read back; the bytes must have been verified."""
        content = json.loads(files[MODEL_FILE])
        columns = Columns.from_dict(content["columns"])
        trees = {
            name: Trees.from_text(one.decode())
            for name, one in files.items()
            if name.endswith(".trees.txt")
        }
        return cls.of(
            Stored(content["title"], columns, content["horizon_days"], content["parameters"], trees)
        )

    @classmethod
    @abstractmethod
    def of(cls, stored: Stored) -> Self:
        """The model that was stored."""


@dataclass(frozen=True)
class RuleValue(ValueModel):
    """A rule of thumb on past spend: its rate since the first order, or the latest stretch."""

    family: ClassVar[str] = "rule"
    window_days: int
    """The stretch whose spend is taken; 0 means the rate since the first order."""

    def estimate(self, prepared: NDArray[np.float32], *, threads: int = 1) -> tuple[Floats, Floats]:
        """Past spend carried on over the horizon; nothing where returns outweigh it."""
        spend = np.maximum(np.nan_to_num(prepared[:, 0].astype(np.float64)), 0.0)
        if self.window_days:
            amount = spend * self.horizon_days / self.window_days
        else:
            tenure = np.nan_to_num(prepared[:, 1].astype(np.float64))
            amount = spend / np.maximum(tenure, _SHORTEST_TENURE_DAYS) * self.horizon_days
        return amount, amount

    def parameters(self) -> dict[str, Any]:
        """The stretch of the rule."""
        return {"window_days": self.window_days}

    @classmethod
    def of(cls, stored: Stored) -> Self:
        """The model that was stored."""
        window_days = stored.parameters["window_days"]
        return cls(stored.title, stored.columns, stored.horizon_days, window_days)


@dataclass(frozen=True)
class ParametricValue(ValueModel):
    """Purchases to expect by the BG/NBD model, times the spend to expect by the Gamma-Gamma model.

    The spend a purchase is the mean over all days with a purchase; of customers who bought on one day
    only the mean of all customers is taken.
    """

    family: ClassVar[str] = "parametric"
    buying: BuyingModel
    spending: SpendingModel

    def estimate(self, prepared: NDArray[np.float32], *, threads: int = 1) -> tuple[Floats, Floats]:
        """Expected purchases times expected spend, and the chance of a purchase."""
        days, since_last, since_first, spend = prepared.T.astype(np.float64)
        repeats = np.maximum(days - 1.0, 0.0)
        model, horizon = self.buying, float(self.horizon_days)
        alike, place = np.unique(
            np.column_stack([repeats, since_last, since_first]), axis=0, return_inverse=True
        )
        parts = [(*row, model.r, model.alpha, model.a, model.b, horizon) for row in alike.tolist()]
        purchases = np.array([expected_purchases(*one) for one in parts])[place.ravel()]
        chance = 1.0 - np.array([no_purchase(*one) for one in parts])[place.ravel()]
        mean_spend = np.maximum(np.nan_to_num(spend), 0.0) / np.maximum(days, 1.0)
        each = self.spending.expected(np.where(repeats > 0, days, 0.0), mean_spend)
        return np.maximum(np.nan_to_num(purchases * each), 0.0), np.nan_to_num(chance)

    def parameters(self) -> dict[str, Any]:
        """The parameters of both models."""
        return {"buying": asdict(self.buying), "spending": self.spending.as_dict()}

    @classmethod
    def of(cls, stored: Stored) -> Self:
        """The model that was stored."""
        buying = BuyingModel(**stored.parameters["buying"])
        spending = SpendingModel(**stored.parameters["spending"])
        return cls(stored.title, stored.columns, stored.horizon_days, buying, spending)


@dataclass(frozen=True)
class TreeValue(ValueModel):
    """Boosted trees: for the whole amount, for the chance and the amount if they buy, or for both."""

    family: ClassVar[str] = "trees"
    chance: Trees
    tweedie: Trees | None
    amount: Trees | None

    def estimate(self, prepared: NDArray[np.float32], *, threads: int = 1) -> tuple[Floats, Floats]:
        """The amount, and the chance of buying at all before it is calibrated."""
        return self.combined(lambda trees: trees.answer(prepared, threads=threads))

    def combined(self, answer: Callable[[Trees], Floats]) -> tuple[Floats, Floats]:
        """The same from what each of the trees answers."""
        chance = answer(self.chance)
        whole = None if self.tweedie is None else answer(self.tweedie)
        if self.amount is None:
            assert whole is not None
            return whole, chance
        parts = chance * answer(self.amount)
        return (parts if whole is None else np.sqrt(parts * whole)), chance

    def contributions(
        self,
        prepared: NDArray[np.float32],
        curve: Curve,
        typical: NDArray[np.float32],
        *,
        threads: int = 1,
        proven: bool = False,
    ) -> Contributions:
        """Exact TreeSHAP of each factor's trees, against the mean of the rows they learned from."""
        weight = 1.0 if self.tweedie is None or self.amount is None else 0.5
        of_chance = None if self.amount is None else self.chance
        parts = {CHANCE: of_chance, AMOUNT: self.amount, WHOLE: self.tweedie}
        factors = [
            Factor(name, weight, *trees.contributions(prepared, threads=threads, proven=proven))
            for name, trees in parts.items()
            if trees is not None
        ]
        return of_factors(factors, curve)

    def parameters(self) -> dict[str, Any]:
        """Nothing beside the trees."""
        return {}

    def trees(self) -> dict[str, Trees]:
        """The trees that are there."""
        every = {"chance": self.chance, "tweedie": self.tweedie, "amount": self.amount}
        return {f"{name}.trees.txt": one for name, one in every.items() if one is not None}

    @classmethod
    def of(cls, stored: Stored) -> Self:
        """The model that was stored; ``ValueError`` where none of its trees tell an amount."""
        tweedie = stored.trees.get("tweedie.trees.txt")
        amount = stored.trees.get("amount.trees.txt")
        if tweedie is None and amount is None:
            raise ValueError("trees without an amount")
        chance = stored.trees["chance.trees.txt"]
        return cls(stored.title, stored.columns, stored.horizon_days, chance, tweedie, amount)


VALUE_FAMILIES: Mapping[str, type[ValueModel]] = {
    one.family: one for one in (RuleValue, ParametricValue, TreeValue)
}
