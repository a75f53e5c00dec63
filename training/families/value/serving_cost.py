"""A learned value model with what serving its customers costs beside it."""

from __future__ import annotations

from dataclasses import replace

from features.company.settings.cost_to_serve import CostToServeSettings
from training.families.value.cost_to_serve.learning import learn_cost
from training.families.value.cost_to_serve.words import SECTION, costly_sentence
from training.families.value.learning import LearnedValue


def with_cost_to_serve(learned: LearnedValue, settings: CostToServeSettings) -> LearnedValue:
    """The same value model, whose manifest says what serving costs; as it is where nothing does."""
    ground = learned.ground
    cost = learn_cost(
        ground.pack,
        ground.plan,
        ground.fits.dataset.vectors,
        ground.splits,
        learned.ladder.of(learned.manifest.title),
        settings,
    )
    if cost is None:
        return learned
    manifest = learned.manifest
    latest = [costly_sentence(one.as_dict()) for one in cost.tested[:1]]
    told = replace(
        manifest,
        evaluation={**manifest.evaluation, SECTION: cost.as_dict()},
        notes=[*manifest.notes, *latest, *cost.notes],
    )
    return replace(learned, manifest=told, cost=cost)
