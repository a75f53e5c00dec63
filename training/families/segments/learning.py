"""From a pack of events to measured, named segments in memory, nothing published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np

from features.declarations.feature import Declaration
from features.plan.plan import Plan, plan_of, standard_plan
from features.store.pack import Pack
from features.vectors.vectors import Vectors, build_vectors
from features.vocabulary.errors import PlanRefused
from features.vocabulary.progress import Progress, silent
from features.vocabulary.time import Cutoff, Horizon
from training.bundles.manifest import Manifest
from training.datasets.dataset import Dataset
from training.families.segments.bundle import SegmentBundle, SegmentTask
from training.families.segments.choice import Following, SegmentChoice, choose
from training.families.segments.clusters import nearest
from training.families.segments.model import ACTIVE_WITHIN_DAYS, SEGMENTS, SegmentModel, Space
from training.families.segments.names import continued, inherited, name_segments
from training.families.segments.now.profile import mean_differences
from training.families.segments.now.today import (
    Cutoffs,
    Today,
    see_today,
    segment_cutoffs,
    yearly_spend,
)
from training.families.segments.traits import declared_traits, traits_of
from training.families.segments.usefulness import rfm_scores
from training.ladder.choice import notes_on_passed_over
from training.learners.usable import usable_features
from training.questions.labels import inactivity, spend_between
from training.registry.provenance import provenance

NOTHING_PASSED_OVER: Mapping[int, str] = MappingProxyType({})
_READ = ("days_since_order", "orders_count_365d", "spend_sum_365d")


@dataclass(frozen=True)
class LearnedSegments:
    """Segments ready to be written, with all that was measured on the way.

    ``continues`` counts the segments that keep the id and the name of an earlier one.
    """

    manifest: Manifest[SegmentTask]
    model: SegmentModel
    declarations: tuple[Declaration, ...]
    choice: SegmentChoice
    continues: int
    today: Today
    passed_over: Mapping[int, str] = field(default_factory=dict)

    @property
    def titles_passed_over(self) -> dict[str, str]:
        """Why the gate keeps out numbers of segments that were better, by what so many are called."""
        return {title_of(count): why for count, why in self.passed_over.items()}


def learn_segments(
    pack: Pack,
    horizon: Horizon,
    *,
    previous: SegmentBundle | None = None,
    passed_over: Mapping[int, str] = NOTHING_PASSED_OVER,
    threads: int = 2,
    progress: Progress = silent,
) -> LearnedSegments:
    """Choose the habits, find the centres, name them, and see who moved.

    ``passed_over`` says of numbers of segments why the gate keeps them out. A segment that shares its people with one of ``previous`` keeps its id and name. Raises
    ``ModelRefused`` when the data cannot carry segments.
    """
    cutoffs = segment_cutoffs(pack, horizon)
    wide = plan_of(declared_traits(standard_plan(pack).declarations, _READ), pack)
    vectors = build_vectors(pack, wide, [cutoffs.fit], threads=threads, progress=progress)
    vectors = vectors.select(vectors.column("days_since_order") <= ACTIVE_WITHIN_DAYS)
    following = _following(pack, vectors, cutoffs, horizon)
    names = [one.feature for one in traits_of(wide.features)]
    usable = usable_features(Dataset(vectors, following.left))
    space = Space.learn(vectors, [name for name in names if name in usable.names])
    progress("finding segments", 0, 1)
    choice = choose(space.points(vectors), following, passed_over=passed_over)
    progress("finding segments", 1, 1)
    model = _named(space, choice, vectors, wide, pack, cutoffs)
    kept = {"days_since_order", *space.columns.names}
    plan = plan_of([one for one in wide.declarations if one.feature.name in kept], pack)
    continues = 0
    if previous is not None:
        model, continues = _continuing(model, plan, previous, pack, cutoffs.now)
    manifest = _manifest(pack, plan, model, choice, vectors, following, horizon, cutoffs)
    learned = LearnedSegments(
        manifest=manifest,
        model=model,
        declarations=plan.declarations,
        choice=choice,
        continues=continues,
        today=see_today(model, plan, pack, cutoffs, horizon, threads=threads),
        passed_over=passed_over,
    )
    notes = [*manifest.notes, *notes_on_passed_over(learned.titles_passed_over)]
    return replace(learned, manifest=replace(manifest, notes=notes))


def title_of(segments: int) -> str:
    """What so many segments are called."""
    return f"{segments} behaviour segments"


def _following(pack: Pack, vectors: Vectors, cutoffs: Cutoffs, horizon: Horizon) -> Following:
    purchases = pack.streams["purchases"]
    shape = vectors.cutoff_seconds.shape
    start, end = (
        np.full(shape, one.seconds)
        for one in (horizon.start(cutoffs.fit), horizon.end(cutoffs.fit))
    )
    recency, frequency, money = (
        vectors.column(name).astype(np.float64)
        if name in vectors.feature_names
        else np.zeros(vectors.rows)
        for name in _READ
    )
    return Following(
        spend_cents=spend_between(purchases, vectors.customer_keys, start, end),
        left=inactivity(purchases, vectors.customer_keys, vectors.cutoff_seconds, horizon),
        rfm=rfm_scores(recency, frequency, money) if vectors.rows else np.empty(0, np.int64),
    )


def _named(
    space: Space, choice: SegmentChoice, vectors: Vectors, plan: Plan, pack: Pack, cutoffs: Cutoffs
) -> SegmentModel:
    """The segments in the order of their mean spend, or of their size where nobody knows it, named by what sets them apart."""
    centres = choice.centres
    places, _ = nearest(space.points(vectors), centres)
    size = np.bincount(places, minlength=len(centres))
    order, value = np.argsort(-size, kind="stable"), None
    known = yearly_spend(pack, cutoffs.fit)
    if known is not None:
        spend = known[vectors.customer_keys].astype(np.float64)
        mean = np.bincount(places, weights=spend, minlength=len(centres)) / size
        order = np.argsort(-mean, kind="stable")
        value = (mean / max(float(spend.mean()), 1.0))[order]
    by_name = {one.feature: one for one in traits_of(plan.features)}
    traits = [by_name[name] for name in space.columns.names]
    differences = mean_differences(space.standard(vectors), places, len(centres))
    names = name_segments(differences[order], traits, value)
    return SegmentModel(space, centres[order], tuple(range(len(names))), names, len(names))


def _continuing(
    model: SegmentModel, plan: Plan, previous: SegmentBundle, pack: Pack, now: Cutoff
) -> tuple[SegmentModel, int]:
    """The model with ids and names of the old segments it continues, and how many those are."""
    old = previous.model
    try:
        old_plan = previous.compiled(pack)
    except PlanRefused:
        pairs: dict[int, int] = {}
    else:
        places = model.places(build_vectors(pack, plan, [now]))
        old_places = old.places(build_vectors(pack, old_plan, [now]))
        pairs = continued(places, len(model.ids), old_places, len(old.ids))
    ids, names, next_id = inherited(model.names, pairs, old.ids, old.names, old.next_id)
    return SegmentModel(model.space, model.centres, ids, names, next_id), len(pairs)


def _manifest(
    pack: Pack,
    plan: Plan,
    model: SegmentModel,
    choice: SegmentChoice,
    vectors: Vectors,
    following: Following,
    horizon: Horizon,
    cutoffs: Cutoffs,
) -> Manifest[SegmentTask]:
    places = model.places(vectors)
    shares = np.bincount(places, minlength=len(model.ids)) / len(places)
    chosen = choice.chosen
    return Manifest(
        name=SEGMENTS,
        learner="k-means",
        title=title_of(len(model.ids)),
        task=SegmentTask(horizon.days, horizon.gap_days, model.active_within_days),
        **provenance(plan, pack),
        base_rate=float(following.left.mean()),
        metrics={
            **chosen.as_dict(),
            "spend_gain": list(choice.spend_gain),
            "churn_gain": list(choice.churn_gain),
            "mean_distance": float(model.distances(vectors).mean()),
            "shares": {name: float(one) for name, one in zip(model.names, shares, strict=True)},
            "fitted_at": str(cutoffs.fit),
            "customers": int(vectors.rows),
        },
        ladder=[one.as_dict() for one in choice.tried],
        notes=list(choice.notes),
    )
