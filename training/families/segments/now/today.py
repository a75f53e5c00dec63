"""What segments show now: their profiles, who moved between two cutoffs, and stage × status beside them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.lifecycle.stages import LifecycleSettings, features_read, lifecycle_of_everybody
from features.plan.plan import Plan, plan_of, standard_plan
from features.store.pack import Pack
from features.vectors.refresh import natural_cutoff
from features.vectors.vectors import Vectors, build_vectors
from features.vocabulary.errors import ModelRefused
from features.vocabulary.time import DAY_SECONDS, Cutoff, Horizon
from training.families.segments.model import NO_SEGMENT, SegmentModel
from training.families.segments.now.migration import NOT_YET, Migration
from training.families.segments.now.past_spend import known_spend
from training.families.segments.now.profile import SegmentProfile, profiles
from training.families.segments.now.standing import Standing

YEAR_DAYS = 365
_HISTORY_DAYS = 90


@dataclass(frozen=True)
class Cutoffs:
    """Where segments are fitted, and between which two cutoffs customers are seen to move."""

    fit: Cutoff
    before: Cutoff
    now: Cutoff


@dataclass(frozen=True)
class Today:
    """What the segments show now: their profiles, who moved, and stage × status beside them."""

    cutoff: Cutoff
    profiles: tuple[SegmentProfile, ...]
    migration: Migration
    standing: Standing

    @property
    def money_is_known(self) -> bool:
        """Whether anything is told of what customers spent."""
        return self.standing.spend_cents is not None


def segment_cutoffs(pack: Pack, horizon: Horizon) -> Cutoffs:
    """The cutoffs a history allows: fitted where the latest outcome is known, moved over a year.

    Where the history is shorter than a year and ninety days, customers are seen to move from the
    fitting cutoff on. Raises ``ModelRefused`` without purchases or with too short a history.
    """
    purchases = pack.streams.get("purchases")
    now = natural_cutoff(pack.last_known)
    fit = now.plus_days(-horizon.gap_days - horizon.days)
    first = (
        None if purchases is None or not purchases.rows else Cutoff(int(purchases.seconds.min()))
    )
    if first is None or fit < first.plus_days(horizon.days):
        raise ModelRefused(
            expected=f"purchases over {2 * horizon.days + horizon.gap_days} days, to sort "
            "customers and to see what followed",
            found="none" if first is None else f"{(now.seconds - first.seconds) // DAY_SECONDS}",
            remedy="Add older purchases, or choose a shorter horizon_days in [churn].",
        )
    year_ago = now.plus_days(-YEAR_DAYS)
    return Cutoffs(fit, year_ago if year_ago > first.plus_days(_HISTORY_DAYS) else fit, now)


def see_today(
    model: SegmentModel,
    plan: Plan,
    pack: Pack,
    cutoffs: Cutoffs,
    horizon: Horizon,
    *,
    threads: int = 2,
) -> Today:
    """The segments at the end of the data, and who moved between two cutoffs, by frozen centres."""
    moments = (cutoffs.before, cutoffs.now)
    vectors = build_vectors(pack, plan, moments, threads=threads)
    there, here = (vectors.at(one.seconds) for one in moments)
    before, now = (yearly_spend(pack, one) for one in moments)
    names = [*model.names, model.name_of(NO_SEGMENT), NOT_YET]
    places = (_everybody(model, there, pack), _everybody(model, here, pack))
    rules = LifecycleSettings(horizon_days=horizon.days)
    read = features_read(rules)
    declared = [one for one in standard_plan(pack).declarations if one.feature.name in read]
    facts = build_vectors(pack, plan_of(declared, pack), [cutoffs.now], threads=threads)
    standing = lifecycle_of_everybody(pack, facts, cutoffs.now.seconds, rules)
    return Today(
        cutoff=cutoffs.now,
        profiles=profiles(
            model, here, plan.features, None if now is None else now[here.customer_keys]
        ),
        migration=Migration.count(
            moments, names, places, None if before is None or now is None else (before, now)
        ),
        standing=Standing.count(cutoffs.now, standing, now),
    )


def yearly_spend(pack: Pack, cutoff: Cutoff) -> NDArray[np.int64] | None:
    """What everybody spent in the 365 days before a cutoff, in cents: one entry a customer key.

    None where no purchase says what was paid.
    """
    if not pack.money_is_known:
        return None
    return known_spend(pack.streams["purchases"], cutoff.seconds, YEAR_DAYS)


def _everybody(model: SegmentModel, vectors: Vectors, pack: Pack) -> NDArray[np.int64]:
    """Every customer's row of the migration: a segment, no order for long, not a customer yet."""
    segments = len(model.ids)
    found = np.full(pack.customers, segments + 1, np.int64)
    ordered = ~np.isnan(vectors.column("days_since_order"))
    places = model.places(vectors)
    found[vectors.customer_keys[ordered]] = np.where(places < 0, segments, places)[ordered]
    return found
