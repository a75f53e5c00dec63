"""The value model, opened and on disk: what customers bring, its level, and quantiles of its training customers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.declarations.feature import Declaration
from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats
from features.vocabulary.errors import BundleRefused
from training.bundles.kind import Arrays, Tolerance
from training.bundles.manifest import Manifest, Written
from training.bundles.own_plan import OwnPlan, spoken
from training.bundles.reference import GOLDEN_ROWS, Reference
from training.bundles.sealing import declared
from training.families.value.cost_to_serve.model import CostModel
from training.families.value.model import CalibratedValue, ExpectedValues, kinds_of
from training.families.value.models import VALUE_FAMILIES
from training.families.value.reasons.contributions import Contributions
from training.reasons.points import leading_features

VALUE = "value"
RELATIVE_TOLERANCE = 1e-9
_REFERENCE = "reference.npz"
_GOLDEN_SEED = 20_100_102
_SHARED = "contributions"
_COST, _COST_FILE = "cost_to_serve", "cost_to_serve.json"
_ORDERS = "orders_count_lifetime"
_ANSWERS = ("expected", "low", "high", "chance", "if_kept")


@dataclass(frozen=True)
class ValueTask:
    """Over how many days customers are valued, and from how many orders on."""

    horizon_days: int
    minimum_orders: int = 1

    @property
    def gap_days(self) -> int:
        """None: value counts from the cutoff on."""
        return 0

    @property
    def population(self) -> Mapping[str, int]:
        """The numbers by which customers are judged, apart from the horizon."""
        return {"minimum_orders": self.minimum_orders}

    @property
    def said(self) -> str:
        """What is answered and of whom, in words."""
        return (
            f"The money a customer brings in {self.horizon_days} days. "
            "Judged are customers with an order."
        )

    def as_dict(self) -> dict[str, Any]:
        """The task as plain fields."""
        return asdict(self)


@dataclass(frozen=True)
class ValueShares:
    """Why customers have the values they have, in cents: base, groups and limit sum to the value.

    ``by_group`` has the axes customer, part, reason group, where ``parts`` names the parts; ``leading`` is the
    position of the feature that pushes most in each group's direction; ``limit`` is what the most that
    is expected of anybody takes away, 0 or less.
    """

    base_cents: float
    parts: tuple[str, ...]
    by_group: Floats
    leading: NDArray[np.int16]
    limit: Floats


class ValueBundle:
    """An opened value model: what customers are expected to bring, from their behaviour vectors.

    ``values`` is float32 with one column per entry of ``manifest.feature_names``, in that order; use
    ``bind`` to get it from vectors. ``usual`` holds what is typical of customers of whom about the base is
    expected, one entry a feature. ``cost`` is the model of what serving costs; None where nothing does.
    """

    def __init__(
        self,
        manifest: Manifest[ValueTask],
        value: CalibratedValue,
        reference: Reference,
        declarations: Sequence[Declaration] = (),
        cost: CostModel | None = None,
    ) -> None:
        self.manifest = manifest
        self.plan = OwnPlan.of(manifest, declarations)
        self.declarations = self.plan.declarations
        self.value = value
        self.reference = reference
        self.cost = cost
        names = list(manifest.feature_names)
        self._places = {name: place for place, name in enumerate(names)}
        self._positions = value.model.columns.positions(names)
        self._orders = names.index(_ORDERS)
        self._silence = names.index("days_since_order")
        features, groups = spoken(manifest)
        group_names = [group.name for group in groups]
        group_of = [group_names.index(feature.group) for feature in features]
        self._group_of = np.array(group_of, np.intp)[self._positions]
        self.usual = reference.peers.typical[0]
        middle = reference.features[[len(reference.features) // 2]]
        self._typical = value.model.columns.prepare(middle, self._positions)[0]

    @property
    def horizon_days(self) -> int:
        """Over how many days value is meant."""
        return self.manifest.horizon_days

    def bind(self, vectors: Vectors) -> NDArray[np.float32]:
        """The vectors' values in the bundle's own column order, found by name, and by its own fitted parameters.

        Raises ``BundleRefused`` when the vectors were made by another plan.
        """
        self.require(vectors)
        return self.plan.bound(vectors, self.manifest.feature_names)

    def require(self, vectors: Vectors) -> None:
        """Refuse, with ``BundleRefused``, vectors that were made by another plan."""
        if not self.plan.suits(vectors):
            raise BundleRefused(
                expected=f"vectors of plan {self.manifest.plan_hash[:12]}",
                found=f"vectors of plan {vectors.plan_hash[:12]}",
                remedy="Run `regulars train value`: the churn model has brought other features.",
            )

    def valued(self, values: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Whether each row is a customer with an order, of whom something can be expected."""
        return values[:, self._orders] >= 1

    def with_an_order(self, vectors: Vectors) -> NDArray[np.bool_]:
        """The same of vectors that are not bound yet."""
        return vectors.column(_ORDERS) >= 1

    def of(self, values: NDArray[np.float32], *, threads: int = 1) -> ExpectedValues:
        """What these customers are expected to bring, in cents over the horizon."""
        prepared = self.value.model.columns.prepare(values, self._positions)
        amounts, chances = self.value.model.estimate(prepared, threads=threads)
        return self.value.at(amounts, chances, self._kinds(values))

    def cost_cents(self, values: NDArray[np.float32]) -> Floats | None:
        """What these customers are expected to cost to serve, in cents over the horizon; None where nothing costs."""
        if self.cost is None:
            return None
        return self.cost.expected(lambda name: values[:, self._places[name]])

    def contributions(
        self, values: NDArray[np.float32], *, threads: int = 1, proven: bool = False
    ) -> Contributions:
        """What each column of the model adds to these values, before they are held to a limit.

        ``proven`` computes the same by other means, where there are any, as golden rows keep it; slow.
        """
        prepared = self.value.model.columns.prepare(values, self._positions)
        return self.contributions_of(prepared, threads=threads, proven=proven)

    def contributions_of(
        self, prepared: NDArray[np.float32], *, threads: int = 1, proven: bool = False
    ) -> Contributions:
        """The same of rows that the model's own columns hold."""
        curve, typical = self.value.level.apply, self._typical
        return self.value.model.contributions(
            prepared, curve, typical, threads=threads, proven=proven
        )

    def shares(
        self,
        values: NDArray[np.float32],
        sayable: Mapping[str, NDArray[np.int8]] | None = None,
        *,
        threads: int = 1,
    ) -> ValueShares:
        """The same by reason group, with the limit of each customer's kind as a share of its own.

        Features that ``sayable``, by direction, has nothing to say of stand back as leading ones; it has a
        column a feature, as ``values`` does.
        """
        found = self.contributions(values, threads=threads)
        groups = len(self.manifest.groups)
        by_group = np.zeros((*found.cents.shape[:2], groups))
        for column, group in enumerate(self._group_of):
            by_group[:, :, group] += found.cents[:, :, column]
        by_feature = found.cents.sum(axis=1)
        spoken_of = sayable and {key: one[:, self._positions] for key, one in sayable.items()}
        leading = leading_features(by_feature, self._group_of, by_group.sum(axis=1), spoken_of)
        return ValueShares(
            found.base_cents,
            found.parts,
            by_group,
            self._positions[leading].astype(np.int16),
            np.minimum(self.value.most[self._kinds(values)] - found.total, 0.0),
        )

    @property
    def base_cents(self) -> float:
        """Where the model starts for everybody, in cents."""
        nobody = np.empty((0, len(self.manifest.feature_names)), np.float32)
        return self.contributions(nobody).base_cents

    def _kinds(self, values: NDArray[np.float32]) -> NDArray[np.int64]:
        return kinds_of(values[:, self._orders], values[:, self._silence], self.horizon_days)


class ValueKind:
    """What customers bring: the model with its level, and the spread of customers."""

    name = VALUE
    tolerance = Tolerance(
        "golden rows that are valued as they were",
        "other values",
        absolute=1e-6,
        relative=RELATIVE_TOLERANCE,
        of_largest=RELATIVE_TOLERANCE,
    )
    own_features: tuple[str, ...] = ()
    needs_store = False

    def task(self, written: Written) -> ValueTask:
        """The horizon and whom is valued, as a manifest says it."""
        return ValueTask(**written)

    def declarations(self, model: ValueBundle) -> Sequence[Declaration]:
        """The declarations of the features it reads."""
        return model.declarations

    def contents(self, model: ValueBundle) -> Mapping[str, bytes]:
        """Its files; ``ModelRefused`` for a feature without a reason group."""
        # Refuses a feature without a reason group.
        spoken(model.manifest)
        cost = {} if model.cost is None else {_COST_FILE: model.cost.to_bytes()}
        return {**model.value.to_files(), **cost, _REFERENCE: model.reference.to_bytes()}

    def read(self, manifest: Manifest[ValueTask], contents: Mapping[str, bytes]) -> ValueBundle:
        """The model out of its files."""
        value = CalibratedValue.from_files(VALUE_FAMILIES[manifest.learner], contents)
        reference = Reference.from_bytes(contents[_REFERENCE])
        cost = CostModel.from_bytes(contents[_COST_FILE]) if _COST_FILE in contents else None
        return ValueBundle(manifest, value, reference, declared(contents), cost)

    def proof(self, model: ValueBundle) -> Arrays:
        """Rows drawn from the quantiles of each feature."""
        return {"values": model.reference.sample(GOLDEN_ROWS, _GOLDEN_SEED)}

    def answers(self, model: ValueBundle, proof: Arrays) -> Arrays:
        """Values with their ranges, and what each feature adds to them."""
        value = model.of(proof["values"])
        amounts = {name: getattr(value, name) for name in _ANSWERS}
        cost = model.cost_cents(proof["values"])
        costs = {} if cost is None else {_COST: cost}
        return amounts | costs | {_SHARED: model.contributions(proof["values"]).cents}

    def proven(self, model: ValueBundle, proof: Arrays) -> Arrays:
        """What each feature adds, as LightGBM computes it."""
        return {_SHARED: model.contributions(proof["values"], proven=True).cents}


VALUE_KIND = ValueKind()
