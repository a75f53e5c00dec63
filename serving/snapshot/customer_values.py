"""What every customer is expected to bring, computed with the scores and published beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from features.company.workspace import Workspace
from features.vectors.vectors import Vectors
from features.vocabulary.errors import BundleRefused
from serving.process.without_training import kept_out
from training.bundles.bundle import current
from training.bundles.manifest import Manifest
from training.bundles.spoken import spoken
from training.families.value.bundle import VALUE_KIND, ValueBundle
from training.families.value.reasons.explanation import StoredShares, sayable_of_value
from training.families.value.reasons.tendency import MOST, tendencies
from training.reasons.wording import Wording

Cents = NDArray[np.int64]

UNKNOWN = -1
"""What stands where nothing can be said of a customer's value."""
_ROWS_AT_ONCE = 4_096


@dataclass(frozen=True)
class Worth:
    """Expected value in cents, one entry a customer key; -1 of those of whom nothing is said.

    Four in five end between ``value_low_cents`` and ``value_high_cents``; ``value_if_kept_cents`` is what they
    bring given that they buy at all.
    """

    value_cents: Cents
    value_low_cents: Cents
    value_high_cents: Cents
    value_if_kept_cents: Cents

    @classmethod
    def nobody(cls, customers: int) -> Worth:
        """Nothing said of anybody."""
        return cls(*(np.full(customers, UNKNOWN, np.int64) for _ in range(4)))


@dataclass(frozen=True)
class WorthShares:
    """Why customers have their values, in cents, one row a behaviour vector; NaN where nothing is said.

    ``value_parts`` has the axes vector, part of the model, reason group; ``value_limit`` is what the limit of a
    customer's kind takes away; ``value_leading`` is the leading feature of each group. Groups and
    features are those of the model of risk. ``value_typical`` is what is typical of customers of whom about the base is
    expected, one entry a feature. Without a value model all four are empty.
    """

    value_parts: NDArray[np.float32]
    value_limit: NDArray[np.float32]
    value_leading: NDArray[np.int16]
    value_typical: NDArray[np.float32]
    base_cents: float = 0.0
    parts: tuple[str, ...] = ()

    @classmethod
    def none(cls, groups: int) -> WorthShares:
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
        return cls(
            np.full((vectors, len(parts), groups), np.nan, np.float32),
            np.full(vectors, np.nan, np.float32),
            np.zeros((vectors, groups), np.int16),
            typical,
            base_cents,
            parts,
        )


@dataclass(frozen=True)
class Valued:
    """One customer's value as an answer gives it, with the shares that say why."""

    worth: Mapping[str, int]
    shares: StoredShares


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
        manifest = self.bundle.manifest
        return {
            "digest": manifest.digest,
            "version": manifest.version,
            "title": manifest.title,
            "horizon_days": manifest.horizon_days,
            "money": manifest.metrics["money"],
        }


def value_in_use(workspace: Workspace, vectors: Vectors) -> ValueInUse:
    """The value model in use, where it is sound and made for these vectors.

    Scores of risk do not wait for it: a model that cannot be used leaves customers without a value and
    says why in ``fault``.
    """
    try:
        with kept_out():
            bundle = current(VALUE_KIND, workspace)
        if bundle is not None:
            bundle.bind(vectors)
    except BundleRefused as refused:
        return ValueInUse(None, f"found {refused.found}. {refused.remedy}")
    return ValueInUse(bundle)


def worth_of_everybody(
    in_use: ValueInUse,
    risk: Manifest,
    vectors: Vectors,
    customers: int,
    declined: NDArray[np.bool_],
    *,
    tendency: NDArray[np.int8] | None = None,
    threads: int = 1,
) -> tuple[Worth, WorthShares]:
    """The value of all customers with an order, except of those who declined to be scored, and why.

    ``risk`` names the groups and features of the model of risk, in whose order reasons are stored.
    ``tendency`` is that of ``tendency_among``; without it, it is that among these vectors.
    """
    worth = Worth.nobody(customers)
    if in_use.bundle is None:
        return worth, WorthShares.none(len(risk.groups))
    bundle = in_use.bundle
    values = bundle.bind(vectors)
    groups = _places(bundle.manifest.groups, risk.groups)
    features = _places(bundle.manifest.features, risk.features).astype(np.int16)
    none = bundle.shares(values[:0])
    typical = np.full(len(risk.features), np.nan, np.float32)
    typical[features] = bundle.usual
    shares = WorthShares.unknown(
        len(values), len(risk.groups), typical, none.base_cents, none.parts
    )
    wording = Wording(*spoken(bundle.manifest), bundle.usual, "")
    if tendency is None:
        tendency = _tendency(bundle, values, declined[vectors.customer_keys], wording)
    for first in range(0, vectors.rows, _ROWS_AT_ONCE):
        block = np.ascontiguousarray(values[first : first + _ROWS_AT_ONCE])
        keys = vectors.customer_keys[first : first + _ROWS_AT_ONCE]
        said = bundle.valued(block) & ~declined[keys]
        found = bundle.of(block[said], threads=threads)
        for column, amounts in (
            (worth.value_cents, found.expected),
            (worth.value_low_cents, found.low),
            (worth.value_high_cents, found.high),
            (worth.value_if_kept_cents, found.if_kept),
        ):
            column[keys[said]] = np.rint(amounts).astype(np.int64)
        sayable = sayable_of_value(wording, block[said], tendency)
        why = bundle.shares(block[said], sayable, threads=threads)
        rows = first + np.flatnonzero(said)
        shares.value_parts[rows[:, None], :, groups[None, :]] = np.moveaxis(why.by_group, 2, 1)
        shares.value_limit[rows] = why.limit
        shares.value_leading[rows[:, None], groups[None, :]] = features[why.leading]
    return worth, shares


def tendency_among(
    in_use: ValueInUse, vectors: Vectors, declined: NDArray[np.bool_]
) -> NDArray[np.int8]:
    """Which way each feature goes with value among customers; ``declined`` has one entry a customer key."""
    bundle = in_use.bundle
    assert bundle is not None
    wording = Wording(*spoken(bundle.manifest), bundle.usual, "")
    return _tendency(bundle, bundle.bind(vectors), declined[vectors.customer_keys], wording)


def _tendency(
    bundle: ValueBundle,
    values: NDArray[np.float32],
    declined: NDArray[np.bool_],
    wording: Wording,
) -> NDArray[np.int8]:
    """Which way each feature goes with value among some thousands of the customers valued."""
    said = np.flatnonzero(bundle.valued(values) & ~declined)
    sample = np.ascontiguousarray(values[said[:: max(1, -(-len(said) // MOST))]])
    return tendencies(sample, bundle.of(sample).expected, wording.features)


def _places(
    these: Sequence[Mapping[str, Any]], among: Sequence[Mapping[str, Any]]
) -> NDArray[np.intp]:
    """Where each named entry stands among others."""
    known = {one["name"]: place for place, one in enumerate(among)}
    return np.array([known[one["name"]] for one in these], np.intp)
