"""What every customer is expected to bring, computed with the scores and published beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from features.company.workspace import Workspace
from features.vectors.vectors import Vectors
from features.vocabulary.errors import BundleRefused
from serving.process.without_training import libraries_hidden
from serving.snapshot.columns import UNKNOWN, CustomerValues, ValueReasonColumns, unjudged
from training.bundles.bundle import current
from training.bundles.manifest import Manifest
from training.bundles.own_plan import OwnPlan, spoken
from training.families.churn.bundle import Bundle
from training.families.value.bundle import VALUE_KIND, ValueBundle
from training.families.value.reasons.explanation import StoredShares, sayable_of_value
from training.reasons.tendency import MOST, of_unclaimed, tendencies
from training.reasons.wording import Wording

_ROWS_AT_ONCE = 4_096


@dataclass(frozen=True)
class ValueReasons(ValueReasonColumns):
    """Why customers have their values, with what the shares start from and what the parts of the model are called."""

    base_cents: float = 0.0
    parts: tuple[str, ...] = ()

    @classmethod
    def unknown(
        cls,
        vectors: int,
        groups: int,
        typical: NDArray[np.float32],
        base_cents: float,
        parts: tuple[str, ...],
    ) -> Self:
        """Reasons not known yet of so many vectors."""
        sizes = {"vector": vectors, "part": len(parts), "group": groups, "feature": 0}
        columns = unjudged(ValueReasonColumns, **sizes) | {"value_typical": typical}
        return cls(**columns, base_cents=base_cents, parts=parts)

    @classmethod
    def none(cls, groups: int) -> Self:
        """No reasons for anybody."""
        return cls.unknown(0, groups, np.empty(0, np.float32), 0.0, ())

    def of(self, row: int, expected_cents: int) -> StoredShares:
        """The shares of one vector."""
        return StoredShares(
            expected_cents=expected_cents,
            base_cents=self.base_cents,
            part_names=self.parts,
            by_part=self.value_parts[row].astype(np.float64),
            leading=self.value_leading[row].tolist(),
            limit_cents=float(self.value_limit[row]),
        )


@dataclass(frozen=True)
class Valued:
    """One customer's value as an answer gives it, with the shares that say why."""

    amounts: Mapping[str, int]
    shares: StoredShares


def with_cost(amounts: Mapping[str, int], cost_cents: int) -> dict[str, int]:
    """Amounts with what the customer is expected to cost, and what that leaves of the value, where it is known."""
    if cost_cents == UNKNOWN:
        return dict(amounts)
    net = amounts["expected_cents"] - cost_cents
    return {**amounts, "cost_to_serve_cents": cost_cents, "net_cents": net}


@dataclass(frozen=True)
class ValueInUse:
    """The value model that goes with some vectors, or why there is none."""

    bundle: ValueBundle | None
    fault: str = ""

    @property
    def digest(self) -> str:
        """The SHA-256 that names its content; empty without one."""
        return "" if self.bundle is None else self.bundle.manifest.digest

    def identity(self) -> dict[str, Any] | None:
        """What a reader of the scores may know of it."""
        if self.bundle is None:
            return None
        manifest, cost = self.bundle.manifest, self.bundle.cost
        costs = {} if cost is None else {"costs": [asdict(one) for one in cost.terms]}
        return {
            "digest": manifest.digest,
            "version": manifest.version,
            "title": manifest.title,
            "horizon_days": manifest.horizon_days,
            "money": manifest.metrics["money"],
            **costs,
        }


def value_in_use(workspace: Workspace, vectors: Vectors) -> ValueInUse:
    """The value model in use, where it is sound and made for these vectors.

    Scores of risk do not wait for it: a model that cannot be used leaves customers without a value and
    says why in ``fault``.
    """
    try:
        with libraries_hidden():
            bundle = current(VALUE_KIND, workspace)
        if bundle is not None:
            bundle.require(vectors)
    except BundleRefused as refused:
        return ValueInUse(None, f"found {refused.found}. {refused.remedy}")
    return ValueInUse(bundle)


def value_beside(workspace: Workspace, risk: Bundle) -> ValueInUse:
    """The value model in use, where it reads the features of a model of risk and can be told by its groups."""
    nobody = np.empty((0, len(risk.manifest.feature_names)), np.float32)
    found = value_in_use(workspace, risk.vectors_of(nobody))
    if found.bundle is None:
        return found
    value = found.bundle
    fault = unusable_beside(value.manifest, value.plan, risk.manifest, risk.plan)
    return ValueInUse(None, f"found {fault}. Run `regulars train value`.") if fault else found


def unusable_beside(
    value: Manifest[Any], value_plan: OwnPlan, risk: Manifest[Any], risk_plan: OwnPlan
) -> str:
    """Why a value model cannot be told beside a model of risk; empty where it can."""
    if value_plan.plan_hash != risk_plan.plan_hash and value_plan.named != risk_plan.named:
        return "a value model of other features"
    for part in ("groups", "features"):
        known = {one["name"] for one in getattr(risk, part)}
        if not all(one["name"] in known for one in getattr(value, part)):
            return f"other {part} than those of the value model"
    return ""


def values_of_everybody(
    in_use: ValueInUse,
    risk: Manifest,
    vectors: Vectors,
    customers: int,
    declined: NDArray[np.bool_],
    *,
    tendency: NDArray[np.int8] | None = None,
    threads: int = 1,
    at_once: int = _ROWS_AT_ONCE,
) -> tuple[CustomerValues, ValueReasons]:
    """The value of all customers with an order, except of those who declined to be scored, and why.

    ``risk`` names the groups and features of the model of risk, in whose order reasons are stored.
    ``tendency`` is that of ``tendency_among``; without it, it is that among these vectors.
    """
    amounts = CustomerValues(**unjudged(CustomerValues, customer=customers))
    if in_use.bundle is None:
        return amounts, ValueReasons.none(len(risk.groups))
    bundle = in_use.bundle
    groups = _places(bundle.manifest.groups, risk.groups)
    features = _places(bundle.manifest.features, risk.features).astype(np.int16)
    none = bundle.shares(bundle.bind(vectors.select(slice(0, 0))))
    typical = np.full(len(risk.features), np.nan, np.float32)
    typical[features] = bundle.usual
    shares = ValueReasons.unknown(
        vectors.rows, len(risk.groups), typical, none.base_cents, none.parts
    )
    wording = Wording(*spoken(bundle.manifest), bundle.usual, "")
    if tendency is None:
        tendency = _tendency(bundle, vectors, declined[vectors.customer_keys], wording)
    for first in range(0, vectors.rows, at_once):
        # Bound block by block: where the vectors are another training's, what it fitted is computed anew.
        block = np.ascontiguousarray(bundle.bind(vectors.select(slice(first, first + at_once))))
        keys = vectors.customer_keys[first : first + at_once]
        said = bundle.valued(block) & ~declined[keys]
        found = bundle.of(block[said], threads=threads)
        for column, cents in (
            (amounts.value_cents, found.expected),
            (amounts.value_low_cents, found.low),
            (amounts.value_high_cents, found.high),
            (amounts.value_if_kept_cents, found.if_kept),
        ):
            column[keys[said]] = np.rint(cents).astype(np.int64)
        cost = bundle.cost_cents(block[said])
        if cost is not None:
            amounts.cost_to_serve_cents[keys[said]] = np.rint(cost).astype(np.int64)
        sayable = sayable_of_value(wording, block[said], tendency)
        why = bundle.shares(block[said], sayable, threads=threads)
        rows = first + np.flatnonzero(said)
        shares.value_parts[rows[:, None], :, groups[None, :]] = np.moveaxis(why.by_group, 2, 1)
        shares.value_limit[rows] = why.limit
        shares.value_leading[rows[:, None], groups[None, :]] = features[why.leading]
    return amounts, shares


def tendency_among(
    in_use: ValueInUse, vectors: Vectors, declined: NDArray[np.bool_]
) -> NDArray[np.int8]:
    """Which way each feature goes with value among customers; ``declined`` has one entry a customer key."""
    bundle = in_use.bundle
    assert bundle is not None
    wording = Wording(*spoken(bundle.manifest), bundle.usual, "")
    return _tendency(bundle, vectors, declined[vectors.customer_keys], wording)


def _tendency(
    bundle: ValueBundle,
    vectors: Vectors,
    declined: NDArray[np.bool_],
    wording: Wording,
) -> NDArray[np.int8]:
    """Which way each feature goes with value among some thousands of the customers valued."""
    said = np.flatnonzero(bundle.with_an_order(vectors) & ~declined)
    some = vectors.select(said[:: max(1, -(-len(said) // MOST))])
    sample = np.ascontiguousarray(bundle.bind(some))
    found = tendencies(sample, bundle.of(sample).expected)
    return of_unclaimed(found, wording.features)


def _places(
    these: Sequence[Mapping[str, Any]], among: Sequence[Mapping[str, Any]]
) -> NDArray[np.intp]:
    """Where each named entry stands among others."""
    known = {one["name"]: place for place, one in enumerate(among)}
    return np.array([known[one["name"]] for one in these], np.intp)
