"""The features a model is a function of, as its bundle carries them: what they are, and what was fitted for them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from features.declarations.buying import BuyingModel
from features.declarations.feature import (
    COMPARED_UNITS,
    Declaration,
    Feature,
    ReasonGroup,
    SaidAs,
)
from features.plan.plan import Plan, asking, hash_of, name_of_fitted, plan_of
from features.store.pack import Pack
from features.vectors.refitted import Refitting
from features.vectors.vectors import Vectors
from features.vocabulary.errors import ModelRefused, PlanRefused
from training.bundles.manifest import Asked, Manifest

_BUYING = "buying"
_ESTIMATED_BEFORE = re.compile(r"buying_(no_purchase|expected)_\d+d|still_buying")
_COMPARED_BEFORE = re.compile(r"gap_sd_days|.+_slope_\w+|spend_per_day|expected_next_order_days")


@dataclass(frozen=True)
class OwnPlan:
    """A model's own features: ``named`` is the plan its manifest names, ``buying`` what its training fitted.

    Bundles of before name a plan that counts what was fitted among its definitions; they are read as they are.
    """

    name: str
    declarations: tuple[Declaration, ...]
    named: str
    fitted_model: BuyingModel | None = None

    @classmethod
    def of(cls, manifest: Manifest[Asked], declarations: Sequence[Declaration]) -> Self:
        """What a manifest and the declarations beside it say together."""
        found = manifest.fitted.get(_BUYING)
        buying = None if found is None else BuyingModel(**found)
        return cls(manifest.name, tuple(declarations), manifest.plan_hash, buying)

    @property
    def buying(self) -> BuyingModel | None:
        """The model of buying its features ask, wherever it stands; None where none of them asks."""
        models = (one.model for one in asking(self.declarations))
        return self.fitted_model or next((one for one in models if one is not None), None)

    @cached_property
    def plan_hash(self) -> str:
        """The name of its definitions, which every training of the same declarations has."""
        return hash_of(self.declarations)

    @cached_property
    def fitted(self) -> str:
        """The name of what was fitted for its features."""
        return name_of_fitted(self.declarations, self.fitted_model)

    def compiled(self, pack: Pack) -> Plan:
        """The plan for this pack; ``PlanRefused`` when its tables or columns are gone.

        Also refused when this version computes the same declarations otherwise.
        """
        plan = plan_of(self.declarations, pack, self.fitted_model)
        if not self.is_as_named:
            raise PlanRefused(
                expected=f"features as plan {self.named[:12]} defines them",
                found=f"plan {plan.hash[:12]} of the same declarations",
                remedy=f"Run `regulars train {self.name}`: this version computes features otherwise.",
            )
        return plan

    @cached_property
    def is_as_named(self) -> bool:
        """Whether this version computes its features as the version that trained it did."""
        before = hash_of(self.declarations, with_fitted=True)
        return self.named in (self.plan_hash, before)

    def suits(self, vectors: Vectors) -> bool:
        """Whether vectors hold its features, by whatever training's fitted parameters."""
        is_common = self.is_as_named and vectors.plan_hash == self.plan_hash
        return is_common or vectors.plan_hash == self.named

    def bound(self, vectors: Vectors, names: Sequence[str]) -> NDArray[np.float32]:
        """The values of vectors that suit it in the order of some names, fitted features by its own parameters."""
        if self.fills(vectors):
            return _columns(vectors.values, vectors.feature_names, names)
        # In the order of the declarations, by which what is asked knows its columns.
        own = tuple(one.feature.name for one in self.declarations)
        filled = self._refitting.applied(_columns(vectors.values, vectors.feature_names, own))
        return _columns(filled, own, names)

    def fills(self, vectors: Vectors) -> bool:
        """Whether vectors that suit it were computed by its own fitted parameters."""
        # Vectors of before, and bundles without declarations, name what was fitted in their plan.
        is_in_name = vectors.plan_hash == self.named != self.plan_hash
        return is_in_name or vectors.fitted == self.fitted

    def of_rows(self, values: NDArray[np.float32], names: Sequence[str]) -> Vectors:
        """Rows of its own features as vectors of nobody."""
        rows = np.arange(len(values), dtype=np.int32)
        instants = np.zeros(len(values), np.int64)
        plan_hash = self.plan_hash if self.is_as_named else self.named
        return Vectors(plan_hash, tuple(names), rows, instants, values, self.fitted)

    @cached_property
    def _refitting(self) -> Refitting:
        return Refitting.of(self.declarations, self.fitted_model)


def spoken(manifest: Manifest[Asked]) -> tuple[list[Feature], list[ReasonGroup]]:
    """What a model's reasons are told of: its features, each in one of its groups.

    Raises ``ModelRefused`` for a feature without a group.
    """
    groups = [ReasonGroup(**one) for one in manifest.groups]
    features = [feature_of(one) for one in manifest.features]
    names = {group.name for group in groups}
    for feature in features:
        if feature.group not in names:
            raise ModelRefused(
                expected="every feature in a reason group of the model",
                found=f'{feature.name} in "{feature.group}"',
                remedy="Declare the feature with one of the groups in features/behaviour/groups.py.",
            )
    return features, groups


def feature_of(written: Mapping[str, Any]) -> Feature:
    """A feature as a manifest has it; bundles of before do not say how it may be told."""
    if "said_as" in written:
        return Feature(**written)
    name, unit = str(written["name"]), str(written["unit"])
    is_compared = unit in COMPARED_UNITS or _COMPARED_BEFORE.fullmatch(name) is not None
    said_as: SaidAs = (
        "estimate" if _ESTIMATED_BEFORE.fullmatch(name) else "comparison" if is_compared else "fact"
    )
    return Feature(**written, said_as=said_as)


def _columns(
    values: NDArray[np.float32], known: tuple[str, ...], names: Sequence[str]
) -> NDArray[np.float32]:
    if tuple(names) == known:
        return values
    places = {name: place for place, name in enumerate(known)}
    return values[:, [places[name] for name in names]]


def fitted_of(plan: Plan) -> Mapping[str, Any]:
    """What was fitted for a plan's features, as a manifest carries it."""
    return {} if plan.buying is None else {_BUYING: asdict(plan.buying)}
