"""What customers cost to serve, learned beside their value and tested at the same past cutoffs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from features.company.settings.cost_to_serve import CostToServeSettings
from features.plan.plan import Plan
from features.store.pack import Pack
from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats
from training.datasets.splits import OriginSplit, OriginSplits
from training.families.value.cost_to_serve.events import CostEvents, cost_events
from training.families.value.cost_to_serve.model import TENURE, CostModel, CostTerm
from training.families.value.cost_to_serve.terms import cost_terms
from training.families.value.tested_value import TestedValue
from training.measures.intervals import finite
from training.questions.asking import column_of


@dataclass(frozen=True)
class TestedCost:
    """What customers were expected to cost at one test cutoff, what they cost, and who was to cost more than to bring.

    All money is in cents, over the horizon. ``costly`` counts the customers expected to cost more than they
    bring; ``costly_brought_cents`` and ``costly_cost_cents`` are what came of them.
    """

    cutoff: str
    customers: int
    expected_cents: float
    cost_cents: float
    brought_cents: float
    costly: int
    costly_brought_cents: float
    costly_cost_cents: float

    @property
    def bias(self) -> float:
        """The cost expected over the cost that came, less one; NaN where nothing cost."""
        return self.expected_cents / self.cost_cents - 1.0 if self.cost_cents > 0 else np.nan

    @property
    def cost_share(self) -> float:
        """What serving cost for each unit of money that came in; NaN where none did."""
        return self.cost_cents / self.brought_cents if self.brought_cents > 0 else np.nan

    def as_dict(self) -> dict[str, Any]:
        """The test as plain fields."""
        return asdict(self) | finite({"bias": self.bias, "cost_share": self.cost_share})


@dataclass(frozen=True)
class LearnedCost:
    """The model of costs with its tests, the latest first, and what to know of it."""

    model: CostModel
    tested: tuple[TestedCost, ...]
    notes: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """What the manifest says of it."""
        return {
            "costs": [asdict(one) for one in self.model.terms],
            "usual_cents_a_day": self.model.usual_cents_a_day,
            "doubt_days": self.model.doubt_days,
            "tests": [one.as_dict() for one in self.tested],
            "notes": list(self.notes),
        }

    @property
    def figures(self) -> Mapping[str, float | None]:
        """The figures of the latest test that are compared from run to run; money in cents."""
        latest = self.tested[0].as_dict()
        named = ("bias", "cost_share", "cost_cents", "costly")
        return {f"cost_to_serve/{name}": latest[name] for name in named}


def learn_cost(
    pack: Pack,
    plan: Plan,
    vectors: Vectors,
    splits: OriginSplits,
    tested: Sequence[TestedValue],
    settings: CostToServeSettings,
) -> LearnedCost | None:
    """What customers cost, at the cutoffs at which value is learned and tested; None where nothing costs.

    ``tested`` is what the value that ships expected at each test cutoff. Costs before a cutoff are those its vectors
    know; the outcome is what came after it.
    """
    if not settings.costs_something or TENURE not in vectors.feature_names:
        return None
    events = cost_events(pack, settings)
    terms, uncounted = cost_terms(plan.declarations, settings)
    costs = events.after(vectors.customer_keys, vectors.cutoff_seconds, splits.horizon)
    ground = _Ground(vectors, costs, terms, splits.horizon.days)
    by_cutoff = {str(one.cutoff): one for one in tested}
    tests = [
        _tested(ground, split, by_cutoff[split.name])
        for split in splits.tests
        if split.name in by_cutoff
    ]
    return LearnedCost(
        ground.fitted(splits.shipped), tuple(tests), _notes(events, uncounted, tests)
    )


@dataclass(frozen=True)
class _Ground:
    """Everybody at every cutoff with what they cost after it."""

    vectors: Vectors
    costs: Floats
    terms: tuple[CostTerm, ...]
    days: int

    def at(self, *seconds: int) -> tuple[Vectors, Floats]:
        rows = np.isin(self.vectors.cutoff_seconds, seconds)
        return self.vectors.select(rows), self.costs[rows]

    def fitted(self, split: OriginSplit) -> CostModel:
        """Fitted on the early cutoffs of a split, at the level of the one that calibrates."""
        earlier, costs = self.at(*(cutoff.seconds for cutoff in split.fit))
        model = CostModel.fit(self.days, self.terms, column_of(earlier), costs)
        latest, costs = self.at(split.calibration.seconds)
        return model.calibrated(column_of(latest), costs)


def _tested(ground: _Ground, split: OriginSplit, value: TestedValue) -> TestedCost:
    assert split.test is not None, "only a test has an outcome"
    vectors, costs = ground.at(split.test.seconds)
    expected = ground.fitted(split).expected(column_of(vectors))
    # The value was tested on the same customers; their order is found by their keys all the same.
    order = np.argsort(vectors.customer_keys)
    place = order[np.searchsorted(vectors.customer_keys, value.customer_keys, sorter=order)]
    expected, costs = expected[place], costs[place]
    costly = expected > value.expected
    return TestedCost(
        str(value.cutoff),
        len(costs),
        float(expected.sum()),
        float(costs.sum()),
        float(value.brought.sum()),
        int(costly.sum()),
        float(value.brought[costly].sum()),
        float(costs[costly].sum()),
    )


def _notes(
    events: CostEvents, uncounted: Sequence[str], tests: Sequence[TestedCost]
) -> tuple[str, ...]:
    notes = list(events.notes)
    if uncounted:
        notes.append(
            f"what {', '.join(uncounted)} cost is known of all customers together alone: no feature counts it"
        )
    if tests and not tests[0].cost_cents:
        notes.append("nothing that costs was found after the latest test: serving costs nothing")
    return tuple(notes)
