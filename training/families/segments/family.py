"""How segments come to be and stay: kept frozen as long as they fit, else found anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from features.company.settings.reading import Settings
from features.store.pack import Pack
from features.vectors.vectors import build_vectors
from features.vocabulary.errors import ModelRefused, PlanRefused
from features.vocabulary.time import Horizon
from training.bundles.manifest import Manifest
from training.families.segments.bundle import (
    SEGMENT_KIND,
    SegmentBundle,
    SegmentTask,
    segments_in_use,
)
from training.families.segments.checks import segments_gate
from training.families.segments.learning import (
    NOTHING_PASSED_OVER,
    LearnedSegments,
    learn_segments,
)
from training.families.segments.now.today import Cutoffs, see_today, segment_cutoffs
from training.families.segments.report import SegmentsShown, segments_report
from training.learners.columns import SHARED_BY
from training.recipe.family import Given, UnchangedModel, answers_today
from training.recipe.report import Report
from training.registry.gate import Check

MOST_DRIFT = 1.25
_LEAST_DISTANCE = 0.01


class SegmentsFamily:
    """Segments stay frozen, so that customers move only by buying otherwise, until they fit no more."""

    kind = SEGMENT_KIND
    description = "Who buys alike: behaviour segments with frozen centres and lasting names."
    recompute = None

    def own(self, settings: Settings) -> Horizon:
        """The horizon by which segments are judged is that of churn."""
        return settings.churn.horizon

    def is_current(self, given: Given[Horizon]) -> bool:
        """Today's data, and the days that are asked for."""
        return answers_today(SEGMENT_KIND, given, given.own.days)

    def still_fits(self, given: Given[Horizon]) -> UnchangedModel | str:
        """The segments in use as long as they fit and no refit is asked for; else why others are found."""
        previous = segments_in_use(given.workspace)
        if previous is None:
            return "there were none before"
        if given.refit:
            return "a refit was asked for"
        cutoffs = segment_cutoffs(given.pack, given.own)
        return unfit(previous, given.pack, cutoffs) or _unchanged(previous, given, cutoffs)

    def learn(self, given: Given[Horizon]) -> LearnedSegments:
        """Find and name segments, which continue those in use where they hold the same people."""
        return self._found(given, NOTHING_PASSED_OVER)

    def next_best(
        self, given: Given[Horizon], learned: LearnedSegments, why: str
    ) -> LearnedSegments | None:
        """The best number of segments that is left; None where none leaves ten customers in each."""
        kept_out = {len(learned.model.ids): why}
        try:
            return self._found(given, {**learned.passed_over, **kept_out})
        except ModelRefused:
            return None

    def _found(self, given: Given[Horizon], passed_over: Mapping[int, str]) -> LearnedSegments:
        return learn_segments(
            given.pack,
            given.own,
            previous=segments_in_use(given.workspace),
            passed_over=passed_over,
            threads=given.threads,
            progress=given.progress,
        )

    def model(self, learned: LearnedSegments) -> tuple[Manifest[SegmentTask], SegmentBundle]:
        """The centres with the profiles they are published with."""
        profile = [segment.as_dict() for segment in learned.today.profiles]
        bundle = SegmentBundle(learned.manifest, learned.model, learned.declarations, profile)
        return learned.manifest, bundle

    def report(
        self,
        given: Given[Horizon],
        learned: LearnedSegments,
        manifest: Manifest[SegmentTask],
    ) -> Report:
        """The profiles, how many segments were tried, who moved and where everybody stands."""
        return segments_report(learned, manifest)

    def checks(self, folder: Path, champion: Manifest[SegmentTask] | None) -> Sequence[Check]:
        """They come back, none is tiny, and they tell more than RFM."""
        return segments_gate(folder, champion)


def unfit(bundle: SegmentBundle, pack: Pack, cutoffs: Cutoffs) -> str:
    """Why frozen segments describe today's customers no more; empty while they do.

    They do not when a table or column they read is gone, when a segment has lost nearly all its
    customers, or when customers are a quarter farther from their centres than those they were fitted on.
    """
    try:
        plan = bundle.compiled(pack)
    except PlanRefused as fault:
        return f"the old ones cannot be given their features any more: found {fault.found}"
    model = bundle.model
    vectors = build_vectors(pack, plan, [cutoffs.now])
    vectors = vectors.select(model.has_segment(vectors))
    size = np.bincount(model.places(vectors), minlength=len(model.ids))
    least = max(SHARED_BY, vectors.rows // 100)
    if size.min() < least:
        lost = model.names[int(size.argmin())]
        return f"of the old ones “{lost}” has {size.min():,} customers left, under one in a hundred"
    # Customers of a few exact kinds lie on their centres, and nothing can be a share of no distance.
    before = max(float(bundle.manifest.metrics["mean_distance"]), _LEAST_DISTANCE)
    farther = float(model.distances(vectors).mean()) / before
    if farther > MOST_DRIFT:
        return (
            f"customers are {farther:.2f} times as far from the old centres as when those were made"
        )
    return ""


def _unchanged(bundle: SegmentBundle, given: Given[Horizon], cutoffs: Cutoffs) -> UnchangedModel:
    pack = given.pack
    today = see_today(
        bundle.model, bundle.compiled(pack), pack, cutoffs, given.own, threads=given.threads
    )
    fitted_at = bundle.manifest.metrics["fitted_at"]
    why = f"the centres of {fitted_at} still fit; --refit finds new ones"
    return UnchangedModel(bundle.manifest, why, SegmentsShown(today))


SEGMENTS_FAMILY = SegmentsFamily()
