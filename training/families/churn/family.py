"""How a churn model comes to be: store → dataset → ladder → fit → bundle → register → promote."""

from __future__ import annotations

from features.company.settings.reading import Settings
from features.company.workspace import Workspace
from features.plan.plan import standard_plan
from features.store.store import open_store
from features.vocabulary.progress import Progress, silent
from training.bundles.plans import champion_plan, plan_to_learn
from training.bundles.promoted import Shelf
from training.families.churn.bundle import CHURN_KIND
from training.families.churn.checks import churn_gate
from training.families.churn.learning import learn_churn
from training.families.churn.report import write_run
from training.learners.boosting import BoostedModel
from training.questions.kinds import question_of
from training.recipe.summary import TrainingSummary
from training.registry.publication import Steps, publish

_DESCRIPTION = "Who is about to leave: calibrated, with reasons."


def champion_is_current(settings: Settings, workspace: Workspace) -> bool:
    """Whether the model in use was trained on today's data to answer today's question.

    It must also be a function of the features this version declares for these tables. Its own model
    of buying is taken for that, for nobody needs to fit it once more to see whether it fits.
    """
    champion, own = Shelf(workspace, CHURN_KIND).champion_manifest(), champion_plan(workspace)
    if champion is None or own is None:
        return False
    pack = open_store(workspace).pack()
    return (
        champion.data_digest == pack.digest
        and champion.plan_hash == standard_plan(pack, own.buying).hash
        and champion.task.question == question_of(settings.churn)
    )


def train_churn(
    settings: Settings,
    workspace: Workspace,
    *,
    threads: int = 2,
    promote: bool = True,
    progress: Progress = silent,
) -> TrainingSummary:
    """Learn who is about to leave, measure it honestly, and put the model to use if it passes the gate.

    Raises ``WorkspaceRefused`` without ingested data, and ``ModelRefused`` when the data cannot carry a
    model; then nothing is registered.
    """
    steps = Steps()
    pack = open_store(workspace).pack()
    plan = plan_to_learn(pack, settings.churn, settings.reasons)
    learned = learn_churn(pack, plan, settings.churn, threads=threads, progress=progress)
    steps.done("learning")
    published = publish(
        settings,
        workspace,
        CHURN_KIND,
        lambda draft: write_run(draft, learned, settings, threads=threads),
        gate=churn_gate,
        description=_DESCRIPTION,
        booster=learned.model if isinstance(learned.model, BoostedModel) else None,
        promote=promote,
        steps=steps,
        progress=progress,
    )
    return TrainingSummary.of(
        published,
        customers=learned.customers,
        rows=learned.rows,
        features=len(learned.model.columns.names),
        origins=learned.origins,
    )
