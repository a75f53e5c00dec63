"""Families of features taken out, and taken alone: what each is good for to the rung an experiment has chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from experiments.comparisons.comparison import list_terms
from experiments.comparisons.differences import EVERYWHERE, FigureDifference, figure_differences
from experiments.comparisons.paired import ComparedSide, paired_answers
from experiments.declared.definition import ExperimentDefinition, FeatureSettings
from experiments.trials.results import ExperimentResult
from experiments.trials.running import ExperimentGround, run_experiment
from features.vocabulary.errors import RegularsError, UsageRefused

WITHOUT, ALONE = "without", "alone"


@dataclass(frozen=True)
class AblatedFamily:
    """A family of features: how the figures differ without it, or with it alone, from those with all.

    ``refused`` says why the rung could not learn so, where it could not.
    """

    family: str
    features: int
    side: str
    differences: Sequence[FigureDifference] = ()
    refused: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain fields."""
        return asdict(self)


@dataclass(frozen=True)
class Ablation:
    """What the families of features are good for to one rung of an experiment."""

    experiment: str
    rung: str
    rows: int
    families: tuple[AblatedFamily, ...]

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain fields."""
        return asdict(self)


def ablate(
    definition: ExperimentDefinition, ground: ExperimentGround, *, own_process: bool = False
) -> Ablation:
    """Run an experiment, then its chosen rung without each family of its features and with each alone.

    Every one of these is an experiment of its own, kept, gone on with after a kill and on record like any other. Raises
    ``UsageRefused`` where a rule was chosen, which reads one feature, or where there is one family alone.
    """
    whole = run_experiment(definition, ground, own_process=own_process).result
    chosen = whole.rung(whole.chosen)
    if chosen.is_rule or len(whole.features) < 2:
        raise UsageRefused(
            expected="a rung that learns from two families of features or more",
            found=f"{chosen.name}, which {definition.name} has chosen, on {', '.join(whole.features)}",
            remedy="Name another one alone in learner.rungs of the definition.",
        )
    found = [
        _ablated(definition, whole, family, side, ground, own_process)
        for side in (WITHOUT, ALONE)
        for family in whole.features
    ]
    return Ablation(definition.name, chosen.name, int(whole.data["tested_rows"]), tuple(found))


def _ablated(
    definition: ExperimentDefinition,
    whole: ExperimentResult,
    family: str,
    side: str,
    ground: ExperimentGround,
    own_process: bool,
) -> AblatedFamily:
    features = len(whole.features[family])
    left = (family,) if side == ALONE else tuple(one for one in whole.features if one != family)
    other = _with_features(definition, whole, f"{definition.name}-{side}-{family}", left)
    try:
        result = run_experiment(other, ground, own_process=own_process).result
        ours = ComparedSide(definition.name, whole, whole.rung(whole.chosen))
        theirs = ComparedSide(other.name, result, result.rung(whole.chosen))
    except RegularsError as refused:
        return AblatedFamily(family, features, side, refused=str(refused))
    paired = paired_answers([ours, theirs], ground.workspace)
    times = definition.figures.resamples
    differences = figure_differences(paired, list_terms(whole), resamples=times)
    overall = [one for one in differences if one.where == EVERYWHERE]
    return AblatedFamily(family, features, side, overall)


def _with_features(
    definition: ExperimentDefinition, whole: ExperimentResult, name: str, families: tuple[str, ...]
) -> ExperimentDefinition:
    """The experiment with its chosen rung alone, on some families; an estimator of one's own stays what it is."""
    learner = definition.learner
    is_own = whole.chosen not in _ladder_names(whole, learner.estimator)
    rungs = learner.rungs if is_own else (whole.chosen,)
    return replace(
        definition.renamed(name, FeatureSettings(only=families)),
        learner=replace(learner, rungs=rungs),
    )


def _ladder_names(whole: ExperimentResult, estimator: str) -> set[str]:
    """The rungs of the ladder; the last one is the estimator where there is one."""
    names = [one.name for one in whole.rungs]
    return set(names[:-1] if estimator else names)
