"""Segments on disk: plain JSON, verified before it is parsed, with golden rows that must fall as they fell."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.company.workspace import Workspace
from features.declarations.values import Declaration
from features.plan.plan import Plan, plan_of
from features.plan.text import plan_from_text, plan_to_text
from features.store.pack import Pack
from features.vectors.vectors import Vectors, build_vectors
from features.vocabulary.errors import BundleRefused, ModelRefused, PlanRefused, WorkspaceRefused
from features.vocabulary.time import Cutoff
from training.bundles.admission import admitted_folder
from training.bundles.manifest import Manifest, damaged
from training.families.churn.bundle import PLAN_FILE, sealed, verified
from training.families.segments.model import NO_SEGMENT, SEGMENTS, SEGMENTS_FILE, SegmentModel
from training.learners.columns import Floats

PROFILE_FILE, GOLDEN_FILE = "profile.json", "golden.json"
GOLDEN_ROWS, GOLDEN_TOLERANCE = 64, 1e-9
_GOLDEN_SEED = 20_100_101


@dataclass(frozen=True)
class SegmentBundle:
    """Opened segments: the model, the features it reads and the profiles it was published with."""

    manifest: Manifest
    model: SegmentModel
    declarations: tuple[Declaration, ...]
    profile: Sequence[Mapping[str, Any]]

    def compiled(self, pack: Pack) -> Plan:
        """The plan of the segments' features for a pack; ``PlanRefused`` when its columns are gone."""
        plan = plan_of(self.declarations, pack)
        if plan.hash != self.manifest.plan_hash:
            raise PlanRefused(
                expected=f"features as plan {self.manifest.plan_hash[:12]} defines them",
                found=f"plan {plan.hash[:12]} of the same declarations",
                remedy="Run `regulars train segments`: this version computes features otherwise.",
            )
        return plan


def segments_of_everybody(
    bundle: SegmentBundle, pack: Pack, cutoff: Cutoff, *, threads: int = 2
) -> NDArray[np.int64]:
    """The segment id of every customer of a pack at a cutoff, one entry a customer key.

    ``NO_SEGMENT`` for those whose last order is too long ago, or who had none by then. The vectors
    of the segments' own few features are built for it, so that no other model's plan matters. Who refused
    profiling is among them and must be left out by whoever shows single customers. Raises ``PlanRefused``
    when the pack lacks a column they read.
    """
    vectors = build_vectors(pack, bundle.compiled(pack), [cutoff], threads=threads)
    found = np.full(pack.customers, NO_SEGMENT, np.int64)
    found[vectors.customer_keys] = bundle.model.assign(vectors)
    return found


def write_segments(
    folder: Path,
    manifest: Manifest,
    *,
    model: SegmentModel,
    declarations: Sequence[Declaration],
    profile: Sequence[Mapping[str, Any]],
) -> Manifest:
    """Write segments into an empty or absent folder; returns the manifest with its digest."""
    contents = model.to_files() | {
        PLAN_FILE: plan_to_text(declarations).encode(),
        PROFILE_FILE: _json(profile),
        GOLDEN_FILE: _json(_golden(model, manifest)),
    }
    return sealed(folder, manifest, contents)


def open_segments(folder: Path) -> SegmentBundle:
    """Open segments: every hash is checked before anything is parsed, then the golden rows.

    Raises ``BundleRefused`` for a missing, extra or changed file, and for golden rows that fall otherwise.
    """
    manifest, contents = verified(folder)
    try:
        model = SegmentModel.from_files({SEGMENTS_FILE: contents[SEGMENTS_FILE]})
        declarations = plan_from_text(contents[PLAN_FILE].decode())
        profile = json.loads(contents[PROFILE_FILE])
        golden = json.loads(contents[GOLDEN_FILE])
        holds = _agrees(model, manifest, golden)
    except (KeyError, PlanRefused, ValueError, TypeError, ModelRefused):
        raise damaged("segments with all their parts", "parts that do not fit together") from None
    if manifest.name != SEGMENTS or not holds:
        raise damaged("golden rows that fall as they fell", "other segments")
    return SegmentBundle(manifest, model, declarations, profile)


def current_segments(workspace: Workspace) -> SegmentBundle:
    """Open the segments in use.

    Raises ``WorkspaceRefused`` when there are none yet and ``BundleRefused`` when they are damaged.
    """
    folder = admitted_folder(workspace, SEGMENTS)
    if folder is None:
        raise WorkspaceRefused(
            expected="segments in use", found="none", remedy="Run `regulars train segments` first."
        )
    return open_segments(folder)


def segments_in_use(workspace: Workspace) -> SegmentBundle | None:
    """The segments in use; None when there are none, or they are damaged."""
    try:
        return current_segments(workspace)
    except (WorkspaceRefused, BundleRefused):
        return None


def _golden(model: SegmentModel, manifest: Manifest) -> dict[str, Any]:
    """Invented rows, each feature drawn on its own between the shared bounds, and where they fall."""
    generator = np.random.default_rng(_GOLDEN_SEED)
    columns = model.space.columns
    low, high = np.minimum(columns.low, columns.high), np.maximum(columns.low, columns.high)
    drawn = low + generator.random((GOLDEN_ROWS, len(columns.names))) * (high - low)
    values = np.zeros((GOLDEN_ROWS, len(manifest.feature_names)), np.float32)
    values[:, columns.positions(manifest.feature_names)] = drawn
    return {"values": values.astype(float).tolist()} | _answers(model, manifest, values)


def _answers(
    model: SegmentModel, manifest: Manifest, values: NDArray[np.float32]
) -> dict[str, Any]:
    rows = len(values)
    names = tuple(manifest.feature_names)
    keys, cutoffs = np.arange(rows, dtype=np.int32), np.zeros(rows, np.int64)
    vectors = Vectors(manifest.plan_hash, names, keys, cutoffs, values)
    return {
        "segments": model.assign(vectors).tolist(),
        "distances": model.distances(vectors).tolist(),
    }


def _agrees(model: SegmentModel, manifest: Manifest, golden: Mapping[str, Any]) -> bool:
    values: Floats = np.array(golden["values"], np.float64)
    answers = _answers(model, manifest, values.astype(np.float32))
    return answers["segments"] == golden["segments"] and bool(
        np.allclose(answers["distances"], golden["distances"], rtol=0.0, atol=GOLDEN_TOLERANCE)
    )


def _json(content: Any) -> bytes:
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False).encode()
