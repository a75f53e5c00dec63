"""What an experiment has chosen as the family of models that trains it: no other rung, by the recipe of every training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from experiments.declared.definition import ExperimentDefinition
from experiments.trials.estimators import EstimatorModel
from experiments.trials.results import ExperimentResult
from experiments.trials.rungs import declared_features, declared_rungs
from experiments.trials.trial import LEARNED
from features.company.settings.reading import Settings
from features.store.pack import Pack
from features.vocabulary.errors import UsageRefused
from training.families.churn.family import ChurnFamily
from training.families.churn.learning import OneLearner
from training.ladder.rung import Rung

_OF_NO_MODEL = ("name", "description", "figures", "campaign", "actions", "budget", "search")
"""What a definition says that changes no model."""
_OF_ALL_SCORES = ("score_challenger",)


def promoted_family(
    definition: ExperimentDefinition, result: ExperimentResult, settings: Settings
) -> ChurnFamily:
    """The churn family with the rung an experiment has chosen as the only one that may ship, learning as it is declared.

    Raises ``UsageRefused`` where that cannot be trained: an estimator of others, another question than the company's, a
    part of the data, probabilities that are not learned; and where the definition was changed since it was run.
    """
    _require_current(definition, result)
    _require_trainable(definition, result, settings)
    name, learner = result.chosen, definition.learner

    def reads(pack: Pack, usable: Sequence[str]) -> tuple[str, ...]:
        return declared_features(pack, usable, definition.features)

    def among(ladder: Sequence[Rung], few: bool) -> tuple[Rung, ...]:
        [chosen] = (one for one in declared_rungs(ladder, learner, few) if one.name == name)
        return tuple(
            chosen if one.name == name else one for one in ladder if one.is_rule or one.name == name
        )

    return ChurnFamily(OneLearner(name, reads, among))


def training_differs(definition: ExperimentDefinition) -> list[str]:
    """In words what a training does otherwise than the experiment did."""
    if definition.cutoffs.count:
        return [
            "It was compared at the cutoffs of its definition, and is trained and judged at those of every training."
        ]
    return []


def _require_current(definition: ExperimentDefinition, result: ExperimentResult) -> None:
    said, was = definition.as_dict(), result.definition
    changed = [one for one in said if one not in _OF_NO_MODEL and said[one] != was.get(one)]
    if changed:
        raise UsageRefused(
            expected=f"{definition.name} as it was run",
            found=f"another {', '.join(f'[{one}]' for one in changed)} in its definition by now",
            remedy=f"Run `regulars experiment run {definition.name}` again.",
        )


def _require_trainable(
    definition: ExperimentDefinition, result: ExperimentResult, settings: Settings
) -> None:
    name = result.chosen
    if result.rung(name).parameters.get("family") == EstimatorModel.family:
        raise UsageRefused(
            expected="a rung of the ladder, which can be written as text",
            found=f"{name}, an estimator of others: it is compared, and never promoted",
            remedy="Name a rung of the ladder in learner.rungs, and run it again.",
        )
    own, company = asdict(definition.churn), asdict(settings.churn)
    other = [one for one in own if one not in _OF_ALL_SCORES and own[one] != company[one]]
    if other:
        raise UsageRefused(
            expected="the company's own question in [churn], which the model in use answers",
            found=f"another {', '.join(f'churn.{one}' for one in other)} in {definition.name}",
            remedy="Ask it in regulars.toml first, if the company is to be asked so from now on.",
        )
    if definition.data.until or definition.data.days:
        raise UsageRefused(
            expected="all the data there are, from which a training learns",
            found=f"a part of them in [data] of {definition.name}",
            remedy="Leave [data] out, and run it again.",
        )
    if definition.learner.calibration != LEARNED:
        raise UsageRefused(
            expected="probabilities that are learned from an earlier cutoff, as a training does",
            found=f'learner.calibration = "{definition.learner.calibration}" in {definition.name}',
            remedy="Leave it out, and run it again.",
        )
