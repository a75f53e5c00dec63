"""Behaviour segments, opened and on disk: centres in plain JSON, and the profiles they were published with."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from features.company.workspace import Workspace
from features.declarations.feature import Declaration
from features.plan.plan import Plan
from features.store.pack import Pack
from features.vectors.vectors import Vectors
from features.vocabulary.errors import BundleRefused, WorkspaceRefused
from training.bundles.bundle import current
from training.bundles.kind import Arrays, Tolerance
from training.bundles.manifest import Manifest, Written
from training.bundles.own_plan import OwnPlan
from training.bundles.reference import GOLDEN_ROWS
from training.bundles.sealing import declared
from training.families.segments.model import SEGMENTS, SEGMENTS_FILE, SegmentModel

PROFILE_FILE = "profile.json"
_GOLDEN_SEED = 20_100_101


@dataclass(frozen=True)
class SegmentTask:
    """Who has a segment, and the days after the fitting cutoff by which segments were judged."""

    horizon_days: int
    gap_days: int
    active_within_days: int

    @property
    def population(self) -> Mapping[str, int]:
        """The numbers by which customers are judged, apart from horizon and gap."""
        return {"active_within_days": self.active_within_days}

    @property
    def said(self) -> str:
        """What is answered and of whom, in words."""
        return "Which segment a customer's habits belong to. Judged are customers who are active."

    def as_dict(self) -> dict[str, Any]:
        """The task as plain fields."""
        return asdict(self)


@dataclass(frozen=True)
class SegmentBundle:
    """Opened segments: the model, the features it reads and the profiles it was published with."""

    manifest: Manifest[SegmentTask]
    model: SegmentModel
    declarations: tuple[Declaration, ...]
    profile: Sequence[Mapping[str, Any]]

    def compiled(self, pack: Pack) -> Plan:
        """The plan of the segments' features for a pack; ``PlanRefused`` when its columns are gone."""
        return OwnPlan.of(self.manifest, self.declarations).compiled(pack)


class SegmentKind:
    """Who buys alike: centres, and the profiles they were published with."""

    name = SEGMENTS
    tolerance = Tolerance("golden rows that fall as they fell", "other segments")
    own_features: tuple[str, ...] = ()
    needs_store = False

    def task(self, written: Written) -> SegmentTask:
        """Who is sorted, and over which days it is judged, as a manifest says it."""
        return SegmentTask(**written)

    def declarations(self, model: SegmentBundle) -> Sequence[Declaration]:
        """The declarations of the features it reads."""
        return model.declarations

    def contents(self, model: SegmentBundle) -> Mapping[str, bytes]:
        """Its files."""
        profile = json.dumps(model.profile, indent=1, ensure_ascii=False, allow_nan=False)
        return {**model.model.to_files(), PROFILE_FILE: profile.encode()}

    def read(self, manifest: Manifest[SegmentTask], contents: Mapping[str, bytes]) -> SegmentBundle:
        """The segments out of their files."""
        model = SegmentModel.from_files({SEGMENTS_FILE: contents[SEGMENTS_FILE]})
        return SegmentBundle(
            manifest, model, declared(contents), json.loads(contents[PROFILE_FILE])
        )

    def proof(self, model: SegmentBundle) -> Arrays:
        """Invented rows, each feature drawn on its own between the shared bounds."""
        generator = np.random.default_rng(_GOLDEN_SEED)
        columns, names = model.model.space.columns, model.manifest.feature_names
        low, high = np.minimum(columns.low, columns.high), np.maximum(columns.low, columns.high)
        drawn = low + generator.random((GOLDEN_ROWS, len(columns.names))) * (high - low)
        values = np.zeros((GOLDEN_ROWS, len(names)), np.float32)
        values[:, columns.positions(names)] = drawn
        return {"values": values}

    def answers(self, model: SegmentBundle, proof: Arrays) -> Arrays:
        """The segment of each row, and how far it is from the centre."""
        rows, names = len(proof["values"]), tuple(model.manifest.feature_names)
        keys, cutoffs = np.arange(rows, dtype=np.int32), np.zeros(rows, np.int64)
        vectors = Vectors(model.manifest.plan_hash, names, keys, cutoffs, proof["values"])
        return {
            "segments": model.model.assign(vectors),
            "distances": model.model.distances(vectors),
        }

    def proven(self, model: SegmentBundle, proof: Arrays) -> Arrays:
        """Nothing: no other program sorts customers by these centres."""
        return {}


SEGMENT_KIND = SegmentKind()


def current_segments(workspace: Workspace) -> SegmentBundle:
    """Open the segments in use.

    Raises ``WorkspaceRefused`` when there are none yet and ``BundleRefused`` when they are damaged.
    """
    bundle = current(SEGMENT_KIND, workspace)
    if bundle is None:
        raise WorkspaceRefused(
            expected="segments in use", found="none", remedy="Run `regulars train segments` first."
        )
    return bundle


def segments_in_use(workspace: Workspace) -> SegmentBundle | None:
    """The segments in use; None when there are none, or they are damaged."""
    try:
        return current_segments(workspace)
    except (WorkspaceRefused, BundleRefused):
        return None
