"""Which rungs an experiment has: the ladder's, those of them that are named, and an estimator of one's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from experiments.declared.definition import (
    FEATURE_FAMILIES,
    ExperimentDefinition,
    FeatureSettings,
    LearnerSettings,
)
from experiments.trials.estimators import estimator_rung
from experiments.trials.rows import ExperimentRows
from features.behaviour import FAMILIES
from features.behaviour.buying import buying
from features.store.pack import Pack
from features.vocabulary.errors import ModelRefused, SettingsRefused, did_you_mean
from features.vocabulary.progress import Progress, silent
from training.families.churn.learning import earliest_rows, rungs_at_hand
from training.families.churn.small import is_small, rungs_for_few
from training.ladder.rung import Rung
from training.ladder.tuning import tuned_rungs
from training.learners.boosting import BoostedModel
from training.learners.logistic import LogisticModel
from training.learners.trees import BoostingSettings
from training.learners.usable import usable_features


def families_of(pack: Pack, names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The families of features that some names belong to, in the order of all families."""
    declared = {family.__name__: {one.feature.name for one in family(pack)} for family in FAMILIES}
    known = set().union(*declared.values())
    declared[buying.__name__] = {name for name in names if name not in known}
    found = {family: tuple(one for one in names if one in own) for family, own in declared.items()}
    return {family: own for family, own in found.items() if own}


def chosen_features(rows: ExperimentRows, features: FeatureSettings) -> tuple[str, ...]:
    """The features a learner of the experiment may read; ``ModelRefused`` where the tables do not feed a family."""
    return declared_features(rows.pack, usable_features(rows.dataset).names, features)


def declared_features(
    pack: Pack, usable: Sequence[str], features: FeatureSettings
) -> tuple[str, ...]:
    """Those of some usable features that a definition lets a learner read; ``ModelRefused`` like ``chosen_features``."""
    families = families_of(pack, usable)
    unfed = [one for one in features.only if one not in families]
    if unfed:
        raise ModelRefused(
            expected=f"features of the families {', '.join(features.only)}, which features.only names",
            found=f"none of {', '.join(unfed)}: the tables feed {', '.join(families)}",
            remedy="Map the table they come from in regulars.toml and ingest it, or leave them out of features.only.",
        )
    read = set(features.only or FEATURE_FAMILIES) - set(features.without)
    chosen = {name for family, own in families.items() if family in read for name in own}
    if not chosen:
        raise ModelRefused(
            expected="at least one family of features left to learn from",
            found=f"none: features.without leaves out all that the tables feed, {', '.join(families)}",
            remedy="Leave fewer families out in [features].",
        )
    return tuple(name for name in usable if name in chosen)


def experiment_rungs(
    definition: ExperimentDefinition,
    rows: ExperimentRows,
    folder: Path,
    *,
    threads: int = 1,
    progress: Progress = silent,
) -> tuple[Rung, ...]:
    """The rungs of an experiment, the base rate first, with the settings of trees that suit the rows.

    ``folder`` is that of the definitions. Raises ``SettingsRefused`` for a rung nobody knows and for parameters it does not have.
    """
    learner = definition.learner
    names = chosen_features(rows, definition.features)
    ladder = rungs_at_hand(
        rows.pack, rows.plan, rows.labelled, names, definition.churn, threads=threads
    )
    wanted = declared_rungs(ladder, learner, is_small(rows.splits))
    progress("searching how far trees may go", 0, 1)
    tuned, _ = tuned_rungs(wanted, earliest_rows(rows.labelled), threads=threads)
    if learner.estimator:
        tuned = (*tuned, estimator_rung(learner, names, folder))
    return tuned


def declared_rungs(ladder: Sequence[Rung], learner: LearnerSettings, few: bool) -> tuple[Rung, ...]:
    """Those rungs of a ladder that a definition asks for, as it sets them; ``few`` of a company so small that most are not tried."""
    # Who names a rung wants it, also of a company so small that a training would not try it.
    bearable = rungs_for_few(ladder) if few else ladder
    wanted = _named(ladder, learner.rungs) if learner.rungs else list(bearable)
    if learner.parameters and not learner.estimator:
        wanted[-1] = with_parameters(wanted[-1], learner.parameters)
    return tuple(wanted)


def _named(ladder: Sequence[Rung], names: Sequence[str]) -> list[Rung]:
    """The base rate, which everything is held against, and the rungs of these names in the order of the ladder."""
    known = [rung.name for rung in ladder]
    for name in names:
        if name not in known:
            raise SettingsRefused(
                expected="a rung of the ladder in learner.rungs",
                found=repr(name),
                remedy=did_you_mean(name, known),
            )
    return [ladder[0], *(rung for rung in ladder[1:] if rung.name in names)]


def with_parameters(
    rung: Rung, parameters: Mapping[str, Any], place: str = "learner.parameters"
) -> Rung:
    """A rung of trees or the line with parameters of one's own, which ``place`` of the definition has.

    ``SettingsRefused`` for a rung that has none, for one it does not have, and for a value that is no number.
    """
    known: dict[str, Any] = {}
    if rung.family == BoostedModel.family:
        known = {one.name: one.default for one in fields(BoostingSettings)}
    elif rung.family == LogisticModel.family:
        known = {"strength": 1.0}
    if rung.is_rule or rung.parts or not known:
        raise SettingsRefused(
            expected=f"no {place} for {rung.name}, which has none",
            found=", ".join(parameters),
            remedy="Leave them out, or name the rung of trees or the line they are for.",
        )
    for name, value in parameters.items():
        is_whole = isinstance(known.get(name), int)
        wanted = int if is_whole else int | float
        if name not in known or isinstance(value, bool) or not isinstance(value, wanted):
            raise SettingsRefused(
                expected=f"a {'whole ' * is_whole}number for a parameter of {rung.name} in {place}",
                found=f"{name} = {value!r}",
                remedy=did_you_mean(name, list(known))
                if name not in known
                else f"Give it a {'whole ' * is_whole}number.",
            )
    if rung.family == LogisticModel.family:
        return replace(rung, strength=float(parameters["strength"]))
    return replace(rung, settings=replace(BoostingSettings(), **parameters))
