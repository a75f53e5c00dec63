"""Which plan behaviour vectors are built by: the one of the model in use, or the one to learn next.

A model is a function of its own features. So what a company newly brings (a channel, a category, a
night of data) changes nothing for the model in use, and reaches the vectors with the next training.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from features.behaviour.attribute_groups import regrouped
from features.company.settings.questions import ChurnSettings, ReasonSettings
from features.company.workspace import Workspace
from features.declarations.buying import BuyingModel
from features.declarations.feature import Declaration
from features.declarations.values import Value
from features.lifecycle.repeat_buying import buying_model_before, usual_plan
from features.plan.plan import Plan, plan_of, standard_plan
from features.store.pack import Pack
from features.vocabulary.errors import BundleRefused, ModelRefused, PlanRefused
from training.bundles.admission import current_folder
from training.bundles.sealing import declared, verified
from training.questions.kinds import question_of
from training.questions.origins import splits_of


@dataclass(frozen=True)
class ChosenPlan:
    """A plan compiled for a pack, and in a sentence where it comes from."""

    plan: Plan
    said: str


@dataclass(frozen=True)
class ChampionPlan:
    """What the model in use is a function of, as its bundle carries it."""

    declarations: tuple[Declaration, ...]
    plan_hash: str

    def compiled(self, pack: Pack) -> Plan:
        """The plan for this pack; ``PlanRefused`` when its tables or columns are gone.

        Also refused when this version computes the same declarations otherwise.
        """
        plan = plan_of(self.declarations, pack)
        if plan.hash != self.plan_hash:
            raise PlanRefused(
                expected=f"features as plan {self.plan_hash[:12]} defines them",
                found=f"plan {plan.hash[:12]} of the same declarations",
                remedy="Run `regulars train churn`: this version computes features otherwise.",
            )
        return plan

    @property
    def buying(self) -> BuyingModel | None:
        """The model of buying among its declarations, if there is one."""
        for declaration in self.declarations:
            for value in _within(declaration.value):
                model = getattr(value, "model", None)
                if isinstance(model, BuyingModel):
                    return model
        return None


def champion_plan(workspace: Workspace) -> ChampionPlan | None:
    """The plan of the model in use; None when there is no model, or it is damaged.

    A damaged model must keep nobody from building vectors and training the next.
    """
    try:
        folder = current_folder(workspace)
        if folder is None:
            return None
        manifest, contents = verified(folder)
        declarations = declared(contents)
    except (BundleRefused, PlanRefused, KeyError, UnicodeDecodeError):
        return None
    return ChampionPlan(declarations, manifest.plan_hash)


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
    pack: Pack, settings: ChurnSettings, reasons: ReasonSettings | None = None
) -> Plan:
    """The standard plan of today's tables, with the model of buying a training would fit.

    ``reasons`` puts attributes into reason groups of the company's own, and says which can be acted on.
    It is fitted on what was known at the earliest cutoff in use, so that no vector of a training knows
    more than its own cutoff. Where the history carries no training, the usual cutoff is taken.
    """
    try:
        earliest = splits_of(pack, question_of(settings), settings).cutoffs[0]
    except ModelRefused:
        return _titled(usual_plan(pack), pack, reasons)
    return _titled(standard_plan(pack, buying_model_before(pack, earliest)), pack, reasons)


def _titled(plan: Plan, pack: Pack, reasons: ReasonSettings | None) -> Plan:
    if reasons is None or not (reasons.groups or reasons.actionable):
        return plan
    return plan_of(regrouped(plan.declarations, reasons.groups, reasons.actionable), pack)


def _within(value: Value) -> Iterator[Value]:
    yield value
    for part in value.parts():
        yield from _within(part)
