"""The value model on disk: verified before it is parsed, as the churn model is, and without a customer in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from features.company.workspace import Workspace
from features.declarations.values import Declaration
from features.plan.text import plan_from_text, plan_to_text
from features.vectors.vectors import Vectors
from features.vocabulary.errors import BundleRefused, ModelRefused, PlanRefused
from training.bundles.admission import admitted_folder, refuse_other_digest
from training.bundles.manifest import Manifest, damaged
from training.bundles.reference import GOLDEN_ROWS, Reference, archive, unarchive
from training.families.churn.bundle import PLAN_FILE, refuse_other_plan, sealed, spoken, verified
from training.families.value.model import CalibratedValue, Value, kinds_of
from training.families.value.models import VALUE_FAMILIES
from training.families.value.reasons.contributions import Contributions
from training.learners.model import Floats
from training.reasons.points import leading_features

VALUE = "value"
RELATIVE_TOLERANCE = 1e-9
_REFERENCE, _GOLDEN = "reference.npz", "golden.npz"
_GOLDEN_SEED = 20_100_102
_SHARED = "contributions"
_ANSWERS = ("expected", "low", "high", "chance", "if_kept")


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
    expected, one entry a feature.
    """

    def __init__(self, manifest: Manifest, value: CalibratedValue, reference: Reference) -> None:
        self.manifest = manifest
        self.value = value
        self.reference = reference
        names = list(manifest.feature_names)
        self._positions = value.model.columns.positions(names)
        self._orders = names.index("orders_count_lifetime")
        self._silence = names.index("days_since_order")
        groups = [group["name"] for group in manifest.groups]
        group_of = [groups.index(feature["group"]) for feature in manifest.features]
        self._group_of = np.array(group_of, np.intp)[self._positions]
        self.usual = reference.peers.typical[0]
        middle = reference.features[[len(reference.features) // 2]]
        self._typical = value.model.columns.prepare(middle, self._positions)[0]

    @property
    def horizon_days(self) -> int:
        """Over how many days value is meant."""
        return self.manifest.horizon_days

    def bind(self, vectors: Vectors) -> NDArray[np.float32]:
        """The vectors' values in the bundle's own column order, found by name.

        Raises ``BundleRefused`` when the vectors were made by another plan.
        """
        if vectors.plan_hash != self.manifest.plan_hash:
            raise BundleRefused(
                expected=f"vectors of plan {self.manifest.plan_hash[:12]}",
                found=f"vectors of plan {vectors.plan_hash[:12]}",
                remedy="Run `regulars train value`: the churn model has brought other features.",
            )
        if tuple(self.manifest.feature_names) == vectors.feature_names:
            return vectors.values
        known = {name: position for position, name in enumerate(vectors.feature_names)}
        return vectors.values[:, [known[name] for name in self.manifest.feature_names]]

    def valued(self, values: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Whether each row is a customer with an order, of whom something can be expected."""
        return values[:, self._orders] >= 1

    def of(self, values: NDArray[np.float32], *, threads: int = 1) -> Value:
        """What these customers are expected to bring, in cents over the horizon."""
        prepared = self.value.model.columns.prepare(values, self._positions)
        amounts, chances = self.value.model.estimate(prepared, threads=threads)
        return self.value.at(amounts, chances, self._kinds(values))

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
        sayable: Mapping[str, NDArray[np.bool_]] | None = None,
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


def write_value_bundle(
    folder: Path,
    manifest: Manifest,
    *,
    value: CalibratedValue,
    reference: Reference,
    declarations: Sequence[Declaration],
) -> Manifest:
    """Write a bundle into an empty or absent folder; returns the manifest with its digest.

    Raises ``ModelRefused`` for a feature without a reason group.
    """
    refuse_other_plan(manifest, declarations)
    # Refuses a feature without a reason group.
    spoken(manifest)
    bundle = ValueBundle(manifest, value, reference)
    rows = reference.sample(GOLDEN_ROWS, _GOLDEN_SEED)
    answers = _answers(bundle, rows)
    # Opening the bundle then proves its contributions against another program, not against themselves.
    proven = {_SHARED: bundle.contributions(rows, proven=True).cents}
    if not _close(answers[_SHARED], proven[_SHARED]):
        raise damaged("contributions as LightGBM computes them", "others")
    contents = value.to_files() | {
        _REFERENCE: reference.to_bytes(),
        _GOLDEN: archive({"values": rows} | answers | proven),
        PLAN_FILE: plan_to_text(declarations).encode("utf-8"),
    }
    return sealed(folder, manifest, contents)


def open_value_bundle(folder: Path) -> ValueBundle:
    """Open a bundle: every hash is checked before anything is parsed, then the golden rows.

    Raises ``BundleRefused`` as ``open_bundle`` does.
    """
    manifest, contents = verified(folder)
    try:
        value = CalibratedValue.from_files(VALUE_FAMILIES[manifest.family], contents)
        bundle = ValueBundle(manifest, value, Reference.from_bytes(contents[_REFERENCE]))
        golden = unarchive(contents[_GOLDEN])
        refuse_other_plan(manifest, plan_from_text(contents[PLAN_FILE].decode("utf-8")))
    except (KeyError, PlanRefused, ValueError, TypeError, ModelRefused):
        raise damaged("a bundle with all its parts", "parts that do not fit together") from None
    if not _agrees(bundle, golden):
        raise damaged("golden rows that are valued as they were", "other values")
    return bundle


def current_value_bundle(workspace: Workspace) -> ValueBundle | None:
    """Open the value model in use; None when none was promoted yet, ``BundleRefused`` when damaged."""
    folder = admitted_folder(workspace, VALUE)
    if folder is None:
        return None
    bundle = open_value_bundle(folder)
    refuse_other_digest(folder, bundle.manifest.digest)
    return bundle


def _answers(bundle: ValueBundle, rows: NDArray[np.float32]) -> dict[str, Floats]:
    found = bundle.of(rows)
    answers: dict[str, Floats] = {name: getattr(found, name) for name in _ANSWERS}
    return answers | {_SHARED: bundle.contributions(rows).cents}


def _agrees(bundle: ValueBundle, golden: Mapping[str, NDArray[np.floating]]) -> bool:
    if set(golden) != {"values", _SHARED, *_ANSWERS}:
        return False
    answers = _answers(bundle, golden["values"].astype(np.float32, copy=False))
    return all(_close(answer, golden[name]) for name, answer in answers.items())


def _close(answer: Floats, golden: NDArray[np.floating]) -> bool:
    """Whether two tables of cents agree, as far as the largest amount in them can be told."""
    largest = float(np.abs(golden).max(initial=0.0))
    return answer.shape == golden.shape and bool(
        np.allclose(
            answer, golden, rtol=RELATIVE_TOLERANCE, atol=max(1e-6, RELATIVE_TOLERANCE * largest)
        )
    )
