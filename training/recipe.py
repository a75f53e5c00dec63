"""How a churn model comes to be: store → dataset → ladder → fit → bundle → register → promote."""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from features.plan import standard_plan
from features.progress import Progress, silent
from features.settings import Settings
from features.store import open_store
from features.workspace import Workspace
from training.boosting import BoostedModel
from training.gate import CHURN, Check
from training.learned import learn_churn
from training.manifest import Manifest
from training.plans import champion_plan, plan_to_learn
from training.promotion import PromotionSummary, judge
from training.questions.kinds import question_of
from training.record import write_run
from training.registry import Registry
from training.shelf import Shelf

_DESCRIPTION = "Who is about to leave: calibrated, with reasons."


@dataclass(frozen=True)
class TrainingSummary:
    """What a training came to: what ships, how well it did and whether it is in use now.

    ``origins`` says which cutoffs fitted, calibrated and tested what; ``metrics`` and ``ladder`` are
    means over the test cutoffs; ``seconds`` is the time each step took.
    """

    title: str
    version: str
    digest: str
    run_id: str
    promoted: bool
    customers: int
    rows: int
    features: int
    metrics: Mapping[str, Any]
    ladder: Sequence[Mapping[str, Any]]
    evaluation: Mapping[str, Any]
    origins: Mapping[str, Any]
    checks: Sequence[Check]
    notes: Sequence[str]
    card: str
    seconds: Mapping[str, float]

    @classmethod
    def of(
        cls,
        manifest: Manifest,
        times: Sequence[tuple[str, float]],
        gate: PromotionSummary | None,
        **others: Any,
    ) -> Self:
        """The summary of a model by its manifest, the moments its steps ended and its gate, if asked.

        ``others`` are the remaining fields by their names.
        """
        return cls(
            title=manifest.title,
            digest=manifest.digest,
            promoted=gate is not None and gate.promoted,
            metrics=manifest.metrics,
            ladder=manifest.ladder,
            evaluation=manifest.evaluation,
            checks=gate.checks if gate is not None else (),
            notes=manifest.notes,
            seconds={
                step: round(moment - before, 3)
                for (_, before), (step, moment) in itertools.pairwise(times)
            },
            **others,
        )

    def as_dict(self) -> dict[str, Any]:
        """The summary as plain fields."""
        return asdict(self)


def champion_is_current(settings: Settings, workspace: Workspace) -> bool:
    """Whether the model in use was trained on today's data to answer today's question.

    It must also be a function of the features this version declares for these tables. Its own model
    of buying is taken for that, for nobody needs to fit it once more to see whether it fits.
    """
    champion, own = Shelf(workspace, CHURN).champion_manifest(), champion_plan(workspace)
    if champion is None or own is None:
        return False
    pack = open_store(workspace).pack()
    return (
        champion.data_digest == pack.digest
        and champion.plan_hash == standard_plan(pack, own.buying).hash
        and champion.question == question_of(settings.churn).as_dict()
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
    times = [("start", time.perf_counter())]
    pack = open_store(workspace).pack()
    plan = plan_to_learn(pack, settings.churn)
    learned = learn_churn(pack, plan, settings.churn, threads=threads, progress=progress)
    times.append(("learning", time.perf_counter()))

    with workspace.scratch("training") as draft:
        manifest, record = write_run(draft, learned, settings, threads=threads)
        times.append(("bundle and report", time.perf_counter()))
        progress("recording the run", 0, 1)
        registry = Registry(settings, workspace)
        times.append(("opening MLflow", time.perf_counter()))
        run_id = registry.record(record)
        if isinstance(learned.model, BoostedModel):
            registry.log_booster(run_id, learned.model)
        version = registry.register(run_id, manifest, _DESCRIPTION)
        progress("recording the run", 1, 1)
        times.append(("MLflow", time.perf_counter()))

    gate: PromotionSummary | None = None
    if promote:
        gate = judge(registry, workspace, version, reason="trained, and passed every check")
        times.append(("promotion", time.perf_counter()))
    return TrainingSummary.of(
        manifest,
        times,
        gate,
        version=version,
        run_id=run_id,
        customers=learned.customers,
        rows=learned.rows,
        features=len(learned.model.columns.names),
        origins=learned.origins,
        card=record.description,
    )
