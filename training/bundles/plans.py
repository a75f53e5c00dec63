"""Which plan behaviour vectors are built by: the one of the model in use, or the one to learn next.

A model is a function of its own features. So what a company newly brings (a channel, a category, a
night of data) changes nothing for the model in use, and reaches the vectors with the next training.
"""

from __future__ import annotations

from dataclasses import dataclass

from features.behaviour.attribute_groups import regrouped
from features.company.settings.questions import ChurnSettings, ReasonSettings
from features.company.workspace import Workspace
from features.lifecycle.repeat_buying import buying_model_before, usual_plan
from features.plan.plan import Plan, plan_of, standard_plan
from features.store.pack import Pack
from features.vocabulary.errors import BundleRefused, ModelRefused, PlanRefused
from features.vocabulary.time import Cutoff
from training.bundles.admission import current_folder
from training.bundles.own_plan import OwnPlan
from training.bundles.sealing import declared, verified
from training.questions.kinds import question_of
from training.questions.origins import splits_of


@dataclass(frozen=True)
class ChosenPlan:
    """A plan compiled for a pack, and in a sentence where it comes from."""

    plan: Plan
    said: str


def champion_plan(workspace: Workspace) -> OwnPlan | None:
    """The plan of the model in use; None when there is no model, or it is damaged.

    A damaged model must keep nobody from building vectors and training the next.
    """
    try:
        folder = current_folder(workspace)
        if folder is None:
            return None
        manifest, contents = verified(folder)
        declarations = declared(contents)
        return OwnPlan.of(manifest, declarations)
    except (BundleRefused, PlanRefused, KeyError, TypeError, UnicodeDecodeError):
        return None


def plan_in_use(workspace: Workspace, pack: Pack, settings: ChurnSettings) -> ChosenPlan:
    """The plan today's vectors are built by.

    It is that of the model in use, as long as the tables and columns it reads are there. Otherwise it
    is the one a training would learn by now.
    """
    champion = champion_plan(workspace)
    if champion is None:
        return ChosenPlan(
            plan_to_learn(pack, settings), "by today's standard plan, no model in use"
        )
    try:
        return ChosenPlan(champion.compiled(pack), "by the plan of the model in use")
    except PlanRefused as fault:
        return ChosenPlan(
            plan_to_learn(pack, settings),
            "by today's standard plan, for the model in use cannot be given its features any more: "
            f"expected {fault.expected}, found {fault.found}; train a new one",
        )


def plan_to_learn(
    pack: Pack,
    settings: ChurnSettings,
    reasons: ReasonSettings | None = None,
    *,
    earliest: Cutoff | None = None,
) -> Plan:
    """The standard plan of today's tables, with the model of buying a training would fit.

    ``reasons`` puts attributes into reason groups of the company's own, and says which can be acted on.
    It is fitted on what was known at the earliest cutoff in use, so that no vector of a training knows
    more than its own cutoff. Where none is given and the history carries no training, the usual cutoff is taken.
    """
    try:
        earliest = earliest or splits_of(pack, question_of(settings), settings).cutoffs[0]
    except ModelRefused:
        return _titled(usual_plan(pack), pack, reasons)
    return _titled(standard_plan(pack, buying_model_before(pack, earliest)), pack, reasons)


def _titled(plan: Plan, pack: Pack, reasons: ReasonSettings | None) -> Plan:
    if reasons is None or not (reasons.groups or reasons.actionable):
        return plan
    titled = regrouped(plan.declarations, reasons.groups, reasons.actionable)
    return plan_of(titled, pack, plan.buying)
