"""Who is about to leave: learned, evaluated and told, whatever leaving means to the company."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from features.company.settings.actions import ActionSettings
from features.company.settings.judged import FairnessSettings, LeakSettings
from features.company.settings.questions import CampaignSettings, ChurnSettings, ReasonSettings
from features.company.settings.reading import Settings
from features.plan.plan import standard_plan
from training.bundles.manifest import Manifest
from training.bundles.plans import champion_plan, plan_to_learn
from training.bundles.promoted import PromotedBundles
from training.families.churn.bundle import CHURN_KIND, Bundle, ChurnTask
from training.families.churn.checks import churn_gate
from training.families.churn.evaluation.evaluation import evaluate
from training.families.churn.evaluation.measured_again import LEFT_OUT, measured_again
from training.families.churn.evaluation.recomputed import recomputed_churn
from training.families.churn.learning import Learned, OneLearner, learn_churn, next_best
from training.families.churn.report import EvaluatedChurn, churn_report
from training.measures.predictions.predictions import Predictions
from training.questions.kinds import question_of
from training.recipe.family import ALWAYS_ANEW, Figures, Given, Recompute
from training.recipe.report import Report
from training.registry.gate import Check


@dataclass(frozen=True)
class ChurnOwn:
    """What leaving means, how reasons are grouped, what is done for a list and costs, what is known before and lawful, and whether plots of SHAP are wanted."""

    churn: ChurnSettings
    reasons: ReasonSettings
    campaign: CampaignSettings
    actions: ActionSettings
    leaks: LeakSettings
    fairness: FairnessSettings
    has_shap_plots: bool


def _of_data(given: Given[ChurnOwn], bundle: Bundle, predictions: Predictions) -> Figures:
    return measured_again(
        bundle, predictions, given.pack, given.store, given.own.churn, threads=given.threads
    )


@dataclass(frozen=True)
class ChurnFamily:
    """Calibrated, with reasons; by the best rung of its ladder, or by the ``only`` one that may ship."""

    only: OneLearner | None = None

    kind = CHURN_KIND
    description = "Who is about to leave: calibrated, with reasons."
    recompute = Recompute(recomputed_churn, _of_data, LEFT_OUT)

    def own(self, settings: Settings) -> ChurnOwn:
        """The question, the groups of reasons and the worth of a list are the company's."""
        return ChurnOwn(
            settings.churn,
            settings.reasons,
            settings.campaign,
            settings.actions,
            settings.leaks,
            settings.fairness,
            settings.mlflow.shap_plots,
        )

    def is_current(self, given: Given[ChurnOwn]) -> bool:
        """Whether the model in use was trained on today's data to answer today's question.

        It must also be a function of the features this version declares for these tables.
        """
        champion = PromotedBundles(given.workspace, CHURN_KIND).champion_manifest()
        plan = champion_plan(given.workspace)
        if champion is None or plan is None:
            return False
        return (
            champion.data_digest == given.pack.digest
            and plan.is_as_named
            and plan.plan_hash == standard_plan(given.pack, plan.buying).hash
            and champion.task.question.as_set == question_of(given.own.churn)
        )

    def still_fits(self, given: Given[ChurnOwn]) -> str:
        """Who leaves is learned from the latest outcomes."""
        return ALWAYS_ANEW

    def learn(self, given: Given[ChurnOwn]) -> EvaluatedChurn:
        """Climb the ladder, fit the winner on the latest cutoffs, and find out what it is worth."""
        own, threads = given.own, given.threads
        plan = plan_to_learn(given.pack, own.churn, own.reasons)
        learned = learn_churn(
            given.pack,
            plan,
            own.churn,
            only=self.only,
            threads=threads,
            progress=given.progress,
        )
        return self._evaluated(given, learned)

    def next_best(
        self, given: Given[ChurnOwn], learned: EvaluatedChurn, why: str
    ) -> EvaluatedChurn | None:
        """The best rung that is left of the same ladder, found out about like the first; none where only one may ship."""
        if self.only is not None:
            return None
        found = next_best(learned.learned, why, progress=given.progress)
        return None if found is None else self._evaluated(given, found)

    def _evaluated(self, given: Given[ChurnOwn], learned: Learned) -> EvaluatedChurn:
        currency = given.company.currency
        return EvaluatedChurn(
            learned,
            evaluate(
                learned,
                given.own.campaign,
                given.own.actions,
                given.own.leaks.known_before,
                store=given.store,
                lawful=given.own.fairness.lawful,
                currency=currency,
                threads=given.threads,
            ),
        )

    def model(self, learned: EvaluatedChurn) -> tuple[Manifest[ChurnTask], Bundle]:
        """The calibrated model, which carries its evaluation, and what tells when."""
        fitted, evaluation = learned.learned, learned.evaluation
        manifest = replace(fitted.manifest, evaluation=evaluation.as_dict())
        return manifest, Bundle(
            manifest,
            fitted.model,
            fitted.calibration,
            fitted.reference,
            evaluation.hazard,
            fitted.declarations,
        )

    def report(
        self, given: Given[ChurnOwn], learned: EvaluatedChurn, manifest: Manifest[ChurnTask]
    ) -> Report:
        """The ladder, what a list is worth, whom it fails, and whether its reasons can be trusted."""
        own = given.own
        return churn_report(
            learned,
            manifest,
            company=given.company,
            campaign=own.campaign,
            has_shap_plots=own.has_shap_plots,
        )

    def checks(self, folder: Path, champion: Manifest[ChurnTask] | None) -> Sequence[Check]:
        """Order, calibration, reasons, size and speed."""
        return churn_gate(folder, champion)


CHURN_FAMILY = ChurnFamily()
