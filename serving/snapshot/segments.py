"""Everybody's behaviour segment with the reasons for it, computed with the scores and published beside them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from features.company.workspace import Workspace
from features.plan.plan import Plan
from features.store.pack import Pack
from features.vectors.vectors import build_vectors
from features.vocabulary.errors import BundleRefused, PlanRefused, WorkspaceRefused
from features.vocabulary.time import Cutoff
from training.bundles.own_plan import feature_of
from training.families.segments.bundle import SegmentBundle, current_segments
from training.families.segments.membership import Membership, memberships, traits_of_model
from training.families.segments.model import NO_SEGMENT
from training.families.segments.words import habit_said
from training.reasons.languages.known import ENGLISH
from training.reasons.languages.language import Language
from training.reasons.points import add_up_whole

_ROWS_AT_ONCE = 16_384


@dataclass(frozen=True)
class SegmentsInUse:
    """The segments that can be told of a pack, or why there are none."""

    bundle: SegmentBundle | None = None
    plan: Plan | None = None
    fault: str = ""

    def identity(self) -> dict[str, Any] | None:
        """What a reader of the scores needs to know of them: names, and the words of each habit."""
        if self.bundle is None:
            return None
        model, manifest = self.bundle.model, self.bundle.manifest
        features = [one.feature for one in self.bundle.declarations]
        by_name = {one.name: one for one in features}
        return {
            "digest": manifest.digest,
            "version": manifest.version,
            "names": {str(one): model.name_of(one) for one in model.ids},
            "habits": [
                {"feature": asdict(by_name[one.feature]), "much": one.much, "little": one.little}
                for one in traits_of_model(model, features)
            ],
        }


@dataclass(frozen=True)
class SegmentReason:
    """One habit that speaks for a customer's segment, or against it.

    ``share`` is a part of all that speaks for the segment, negative where it speaks for the neighbour;
    ``word`` is the habit in a word and ``text`` the customer's own fact.
    """

    feature: str
    group: str
    speaks: Literal["for", "against"]
    share: float
    word: str
    text: str
    value: float | None
    unit: str


@dataclass(frozen=True)
class CustomerSegment:
    """A customer's segment, the next nearest, and why it is the one and not the other.

    The shares of ``reasons`` and ``other_share`` add up to ``lead``: 1 where nothing speaks for the
    neighbour, near 0 where the customer stands between the two.
    """

    segment_id: int
    name: str
    neighbour_id: int | None
    neighbour: str
    lead: float
    reasons: tuple[SegmentReason, ...]
    other_share: float


def segments_for(workspace: Workspace, pack: Pack) -> SegmentsInUse:
    """The segments in use, where they are sound and the pack has what they read.

    Scores of risk do not wait for them: where they cannot be used ``fault`` says why.
    """
    try:
        bundle = current_segments(workspace)
        return SegmentsInUse(bundle, bundle.compiled(pack))
    except WorkspaceRefused:
        return SegmentsInUse()
    except (BundleRefused, PlanRefused) as refused:
        return SegmentsInUse(fault=f"found {refused.found}. {refused.remedy}")


def memberships_of_everybody(
    in_use: SegmentsInUse,
    pack: Pack,
    cutoff_seconds: int,
    declined: NDArray[np.bool_],
    *,
    threads: int = 1,
    at_once: int = _ROWS_AT_ONCE,
) -> Membership:
    """The segment of every customer and why, one entry a customer key; nobody's who declined to be scored."""
    found = Membership.unassigned(pack.customers)
    if in_use.bundle is None or in_use.plan is None:
        return found
    model, plan = in_use.bundle.model, in_use.plan
    traits = traits_of_model(model, [one.feature for one in in_use.bundle.declarations])
    vectors = build_vectors(pack, plan, [Cutoff(cutoff_seconds)], threads=threads)
    kept = np.flatnonzero(~declined[vectors.customer_keys])
    for first in range(0, len(kept), at_once):
        block = vectors.select(kept[first : first + at_once])
        part = memberships(model, block, traits)
        for name in Membership.__dataclass_fields__:
            getattr(found, name)[block.customer_keys] = getattr(part, name)
    return found


def segment_of(
    membership: Membership,
    key: int,
    segments: Mapping[str, Any],
    currency: str,
    language: Language = ENGLISH,
) -> CustomerSegment | None:
    """One customer's segment in words; None without one. ``segments`` is ``SegmentsInUse.identity``."""
    segment = int(membership.segment[key])
    if segment == NO_SEGMENT:
        return None
    names = segments["names"]
    neighbour = int(membership.other[key])
    told = zip(
        membership.habits[key].tolist(),
        membership.shares[key].tolist(),
        membership.values[key].tolist(),
        strict=True,
    )
    reasons = [
        _reason(segments["habits"][abs(habit) - 1], habit > 0, share, value, currency, language)
        for habit, share, value in told
        if habit
    ]
    lead = float(membership.lead[key])
    return CustomerSegment(
        segment_id=segment,
        name=names[str(segment)],
        neighbour_id=None if neighbour == NO_SEGMENT else neighbour,
        neighbour=names.get(str(neighbour), ""),
        lead=lead,
        reasons=tuple(reasons),
        other_share=lead - sum(one.share for one in reasons),
    )


def _reason(
    habit: Mapping[str, Any],
    is_much: bool,
    share: float,
    value: float,
    currency: str,
    language: Language,
) -> SegmentReason:
    feature = feature_of(habit["feature"])
    known = not math.isnan(value)
    return SegmentReason(
        feature=feature.name,
        group=feature.group,
        speaks="for" if share > 0 else "against",
        share=share,
        word=habit_said(habit["much"] if is_much else habit["little"], language),
        text=language.fact(feature, value, currency) if known else "",
        value=value if known else None,
        unit=feature.unit,
    )


def shown_shares(found: CustomerSegment) -> list[int]:
    """The shares of the reasons, of all others and the lead in whole percent that add up as they stand."""
    lead = round(100 * found.lead)
    parts = [*(one.share for one in found.reasons), found.other_share]
    return [*add_up_whole(lead, [100 * one for one in parts]), lead]
