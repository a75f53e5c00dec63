"""Everything a training says of its model beyond the ladder: grade, money, slices, age and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from features.settings import CampaignSettings
from training.campaign import Campaign, campaign
from training.churn import FREQUENCY, RECENCY
from training.decay import Aged, decay
from training.grade import Grade, grade
from training.learned import Learned
from training.metrics import finite
from training.slices import Slice, slices, tested_vectors

RULES = (RECENCY, FREQUENCY)
"""What a marketer could do without any model: the shipped one is held against the better of them."""


@dataclass(frozen=True)
class Evaluation:
    """What is measured of the shipped model, each figure from test cutoffs alone."""

    title: str
    grade: Grade
    campaign: Campaign
    slices: Sequence[Slice]
    decay: Sequence[Aged]

    def as_dict(self) -> dict[str, Any]:
        """The evaluation as plain JSON: eight digits, and None where there is no answer."""
        content = {
            "title": self.title,
            "grade": self.grade.as_dict(),
            "campaign": self.campaign.as_dict(),
            "slices": [one.as_dict() for one in self.slices],
            "decay": [one.as_dict() for one in self.decay],
        }
        plain: dict[str, Any] = _plain(content)
        return plain

    @property
    def figures(self) -> Mapping[str, float]:
        """The few figures that are compared from run to run; money in cents."""
        found = self.campaign
        figures = {
            "list/size": float(found.size),
            "list/found": found.found.mean,
            "list/found_by_chance": found.by_chance,
            "gain_over_rules": found.gain_auc.mean,
            "gain_over_rules_low": found.gain_auc.low,
            "gain_over_rules_high": found.gain_auc.high,
        }
        if found.kept_value_is_known:
            best = found.of(self.title)
            figures |= {
                "list/profit_cents": found.profit_cents.mean,
                "list/profit_cents_low": found.profit_cents.low,
                "list/profit_cents_high": found.profit_cents.high,
                "list/profit_cents_by_rule": found.of(found.rule).profit_cents,
                "list/profit_cents_by_chance": found.chance_cents,
                "best_list/size": float(best.best_size),
                "best_list/profit_cents": best.best_cents,
            }
        return figures


def evaluate(
    learned: Learned, settings: CampaignSettings, *, currency: str = "EUR", threads: int = 1
) -> Evaluation:
    """Measure a learned model: what its list is worth, whom it fails, how it ages, and its grade."""
    title = learned.ladder.winner.name
    tested = learned.ladder.of(title)
    worth = campaign(
        learned.ladder,
        settings,
        spent_by_leavers_cents=_spent_by_leavers(learned),
        rules=[name for name in RULES if learned.ladder.of(name)],
    )
    row = learned.ladder.winning_row
    return Evaluation(
        title=title,
        grade=grade(worth, row.figures, ships=title, currency=currency),
        campaign=worth,
        slices=slices(
            tested,
            learned.dataset,
            learned.pack.attributes,
            horizon_days=learned.manifest.horizon_days,
        ),
        decay=decay(learned.ladder, learned.dataset, learned.splits, threads=threads),
    )


def _spent_by_leavers(learned: Learned) -> float:
    """What tested customers who left had spent on average in the year before, in cents."""
    spent = []
    for one in learned.ladder.of(learned.ladder.winner.name):
        vectors = tested_vectors(one, learned.dataset)
        if "spend_sum_365d" not in vectors.feature_names:
            return 0.0
        spent.append(vectors.column("spend_sum_365d")[one.outcomes > 0.5])
    everybody = np.concatenate(spent).astype(np.float64)
    return float(np.nanmean(everybody)) if np.isfinite(everybody).any() else 0.0


def _plain(content: Any) -> Any:
    if isinstance(content, dict):
        return {key: _plain(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_plain(value) for value in content]
    if isinstance(content, float):
        return finite({"": content})[""]
    return content
