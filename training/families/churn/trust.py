"""All trials of a model's reasons together, each figure beside its bar."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from features.declarations.feature import ReasonGroup
from features.vocabulary.arrays import Floats
from training.bundles.kind import GOLDEN_TOLERANCE
from training.bundles.own_plan import OwnPlan, spoken
from training.families.churn.learning import Learned
from training.ladder.rung import Rung
from training.learners.model import Model
from training.reasons.explanation import TOLERANCE, Reasons
from training.reasons.points import Points, leading_features, percentage_points
from training.reasons.wording import Wording
from training.safeguards.trust.bars import (
    LEAK_SHARE,
    TrustBar,
    contradicted_bar,
    faithful_bar,
    largest_share_bar,
)
from training.safeguards.trust.cap import CapCost, cap_cost
from training.safeguards.trust.faithfulness import Faithfulness, faithfulness
from training.safeguards.trust.persistence import Persistence, persistence
from training.safeguards.trust.stability import Stability, stability
from training.safeguards.trust.subjects import Subjects

LEAST_OVERLAP, LEAST_SAME_FIRST = 0.90, 0.85
LEAST_PERSISTENT = 0.95
MOST_PERMUTED = 0.5


@dataclass(frozen=True)
class Trust:
    """How far a model's reasons can be trusted, measured on customers like those it will answer for.

    ``additivity`` is the largest gap between base plus contributions and the log-odds, ``shown_gap`` that
    between base plus points and the shown probability. ``specific`` is the
    share of listed customers whose three strongest groups are not those of the list as a whole.
    ``shares`` gives each group's part of all that is explained, the largest first; ``contradicted``
    counts sentences withheld because the facts say the opposite, by feature and direction. ``stability`` and ``cap`` are
    of other fits: None where none were made, and ``cap`` also where there are no trees.
    """

    customers: int
    listed: int
    additivity: float
    shown_gap: float
    faithfulness: Sequence[Faithfulness]
    persistence: Persistence | None
    specific: float
    shares: Mapping[str, float]
    contradicted: Mapping[str, int]
    sentences: int
    stability: Stability | None = None
    cap: CapCost | None = None

    @property
    def contradictions(self) -> int:
        """How many sentences were withheld."""
        return sum(self.contradicted.values())

    @property
    def adds_up(self) -> bool:
        """Whether contributions come to the log-odds, and points to the probability."""
        return self.additivity <= GOLDEN_TOLERANCE and self.shown_gap <= TOLERANCE

    @property
    def leak(self) -> str:
        """The title of the group that explains more than 60 %, where several are read; else empty."""
        read = [title for title, share in self.shares.items() if share > 0]
        first = read[0] if len(read) > 1 else ""
        return first if first and self.shares[first] > LEAK_SHARE else ""

    @property
    def bars(self) -> tuple[TrustBar, ...]:
        """Every figure with its bar."""
        stays = self.persistence
        return (
            TrustBar("adding up", f"{self.additivity:.0e} in log-odds, {self.shown_gap:.0e} in probability", f"≤ {GOLDEN_TOLERANCE:.0e}, {TOLERANCE:.0e}", self.adds_up),
            faithful_bar(self.faithfulness, unread="reads one group"),
            *_held(self.stability),
            TrustBar(
                "kept over a day without events",
                "nobody to ask" if stays is None else f"{stays.same:.1%} of {stays.customers}",
                f"≥ {LEAST_PERSISTENT:.0%}",
                None if stays is None else stays.same >= LEAST_PERSISTENT,
            ),
            contradicted_bar(self.contradictions, self.sentences),
            largest_share_bar(self.shares),
            TrustBar(
                "given up by keeping trees shallow",
                "no trees" if self.cap is None else f"{self.cap.log_loss:+.4f} log loss [{self.cap.log_loss_low:+.4f}, {self.cap.log_loss_high:+.4f}]",
                "none beyond chance",
                None if self.cap is None else self.cap.is_noise,
            ),
        )  # fmt: skip

    @property
    def figures(self) -> dict[str, float]:
        """The figures that are compared from run to run."""
        found = {
            "trust/additivity": self.additivity,
            "trust/shown_gap": self.shown_gap,
            "trust/specific": self.specific,
            "trust/contradictions": float(self.contradictions),
            "trust/largest_group_share": max(self.shares.values(), default=0.0),
        }
        if self.stability is not None:
            found |= {
                "trust/stable_top_three": self.stability.top_three,
                "trust/stable_weight": self.stability.weight,
                "trust/stable_first": self.stability.first,
                "trust/stable_first_or_similar": self.stability.first_or_similar,
                "trust/permuted": self.stability.permuted,
            }
        for one in self.faithfulness:
            found[f"trust/faithful_{one.groups}"] = one.score
            found[f"trust/faithful_{one.groups}_one_order"] = one.global_score
        if self.persistence is not None:
            found["trust/persistent"] = self.persistence.same
        if self.cap is not None:
            found |= {"trust/cap_log_loss": self.cap.log_loss, "trust/cap_auc": self.cap.auc}
        return found

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain fields."""
        content = asdict(self)
        content["figures"] = self.figures
        content["bars"] = [asdict(one) for one in self.bars]
        content["leak"] = self.leak
        content["contradictions"] = self.contradictions
        return content


def examine(learned: Learned, *, currency: str = "EUR", threads: int = 1) -> Trust:
    """Try the reasons of a learned model, on the customers it was calibrated on, by itself and by other fits."""
    model, dataset, ladder = learned.model, learned.dataset, learned.ladder
    rungs: tuple[Rung, ...] = (*ladder.winner.parts, ladder.winner)
    subjects, wording = _spoken_of(learned, currency)
    return replace(
        _by_themselves(learned, subjects, wording),
        stability=stability(
            model,
            ladder.winner,
            learned.splits.shipped.fit_rows(dataset),
            subjects,
            threads=threads,
        ),
        cap=cap_cost(ladder, rungs, dataset, learned.splits.tests[:1], threads=threads),
    )


def examine_alone(learned: Learned, *, currency: str = "EUR") -> Trust:
    """The same without another fit, so that nothing is said of what other customers would have taught."""
    return _by_themselves(learned, *_spoken_of(learned, currency))


def _by_themselves(learned: Learned, subjects: Subjects, wording: Wording) -> Trust:
    model = learned.model
    added = subjects.contributions(model)
    points = percentage_points(added, model.base_log_odds, learned.calibration.apply)
    contradicted, sentences = contradictions(model, points, subjects, wording)
    return Trust(
        customers=subjects.vectors.rows,
        listed=len(subjects.listed),
        additivity=_additivity(model, subjects, added),
        shown_gap=_shown_gap(points),
        faithfulness=faithfulness(model, subjects),
        persistence=persistence(
            model,
            subjects,
            learned.pack,
            OwnPlan.of(learned.manifest, learned.declarations).compiled(learned.pack),
        ),
        specific=_specific(model, subjects),
        shares=_shares(added, wording.groups),
        contradicted=contradicted,
        sentences=sentences,
    )


def _spoken_of(learned: Learned, currency: str) -> tuple[Subjects, Wording]:
    """On whom reasons are tried, and how they are worded."""
    features, groups = spoken(learned.manifest)
    wording = Wording(features, groups, learned.reference.peers, currency)
    latest = learned.splits.shipped.calibration_rows(learned.dataset).vectors
    names = [group.name for group in groups]
    return Subjects.chosen(learned.model, latest, wording.group_of, names), wording


def contradictions(
    model: Model, points: Points, subjects: Subjects, wording: Wording
) -> tuple[dict[str, int], int]:
    """Which sentences had to be withheld and how often, the commonest first, and how many reasons there are."""
    vectors = subjects.vectors
    positions = model.columns.positions(vectors.feature_names)
    added = np.zeros((vectors.rows, len(vectors.feature_names)))
    added[:, positions] = model.contributions(model.columns.prepare(vectors.values, positions))
    leading = leading_features(
        added, subjects.group_of, points.by_group, wording.sayable(vectors.values)
    )
    found = Reasons.of(points.by_group, leading, vectors.values, wording)
    names = [f"{wording.features[lead].name} {direction}" for lead, direction in found.withheld]
    return dict(Counter(names).most_common()), len(found.row) + len(found.withheld)


def _held(held: Stability | None) -> tuple[TrustBar, ...]:
    """Whether other customers would have taught the same reasons; nothing where none were asked."""
    if held is None:
        return ()
    return (
        TrustBar("stable: same three groups in refits", f"{held.top_three:.3f}; {held.weight:.0%} of their weight", f"≥ {LEAST_OVERLAP:.2f}", held.top_three >= LEAST_OVERLAP),
        TrustBar("stable: same first reason", f"{held.first:.3f}; or of similar weight {held.first_or_similar:.3f}", f"≥ {LEAST_SAME_FIRST:.2f}", held.first >= LEAST_SAME_FIRST),
        TrustBar("other reasons from senseless outcomes", f"{held.permuted:.3f} alike", f"≤ {MOST_PERMUTED}", held.permuted <= MOST_PERMUTED),
    )  # fmt: skip


def _additivity(model: Model, subjects: Subjects, added: Floats) -> float:
    whole = model.base_log_odds + added.sum(axis=1)
    return float(np.abs(whole - model.score(subjects.vectors)).max(initial=0.0))


def _shown_gap(points: Points) -> float:
    gaps = points.base + points.by_group.sum(axis=1) / 100.0 - points.probability
    return float(np.abs(gaps).max(initial=0.0))


def _specific(model: Model, subjects: Subjects) -> float:
    """Whose three strongest groups are others than those of the whole list."""
    added = np.maximum(subjects.contributions(model, subjects.listed_vectors), 0.0)
    if not added.size:
        return 0.0
    together = set(np.argsort(-added.mean(axis=0), kind="stable")[:3].tolist())
    own = np.argsort(-added, axis=1, kind="stable")[:, :3]
    return float(np.mean([set(one) != together for one in own.tolist()]))


def _shares(added: Floats, groups: Sequence[ReasonGroup]) -> dict[str, float]:
    """Each group's part of the mean size of contributions, by its title, the largest first."""
    size = np.abs(added).mean(axis=0) if len(added) else np.zeros(len(groups))
    whole = float(size.sum())
    order = np.argsort(-size, kind="stable")
    return {groups[one].title: float(size[one]) / whole if whole else 0.0 for one in order}
