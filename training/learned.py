"""Learning without publishing: from a pack of events to a measured, calibrated model in memory."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any

import numpy as np

from features.errors import ModelRefused
from features.pack import Pack
from features.plan import Plan
from features.progress import Progress, silent
from features.settings import ChurnSettings
from features.spec import Declaration
from features.vocabulary import DAY_SECONDS, Cutoff
from training.calibration import Calibration
from training.churn import churn_dataset, churn_rungs, usable_features
from training.ladder import Ladder, climb, fit_and_calibrate
from training.manifest import Manifest
from training.model import Model
from training.reference import Reference
from training.splits import Splits, rolling_origins

_TOOLS = ("numpy", "lightgbm", "scikit-learn")


@dataclass(frozen=True)
class Learned:
    """A model ready to be written, with everything that was measured on the way."""

    manifest: Manifest
    model: Model
    calibration: Calibration
    reference: Reference
    ladder: Ladder
    splits: Splits
    customers: int
    rows: int
    declarations: tuple[Declaration, ...]

    @property
    def origins(self) -> dict[str, Any]:
        """Which cutoffs fitted, calibrated and tested what."""
        return {
            "tests": [split.as_dict() for split in self.splits.tests],
            "shipped": self.splits.shipped.as_dict(),
        }


def learn_churn(
    pack: Pack,
    plan: Plan,
    settings: ChurnSettings,
    *,
    threads: int = 1,
    progress: Progress = silent,
) -> Learned:
    """Build the dataset, climb the ladder, and fit the winner on the latest cutoffs.

    Raises ``ModelRefused`` when the data cannot carry a model.
    """
    splits = rolling_origins(first_purchase(pack), end_of_data(pack), settings)
    dataset = churn_dataset(pack, plan, splits, settings, threads=threads, progress=progress)
    usable = usable_features(dataset)
    rungs = churn_rungs(usable.names, settings.horizon_days)
    ladder = climb(dataset, splits, rungs, threads=threads, progress=progress)
    progress("fitting the model that ships", 0, 1)
    model, calibration, latest = fit_and_calibrate(
        ladder.winner, dataset, splits.shipped, threads=threads
    )
    probability = calibration.apply(model.score(latest.vectors))
    progress("fitting the model that ships", 1, 1)
    row = ladder.winning_row.as_dict()
    manifest = Manifest(
        family=model.family,
        title=ladder.winner.name,
        plan_hash=plan.hash,
        feature_names=list(plan.feature_names),
        features=plan.dictionary(),
        groups=[asdict(group) for group in plan.groups],
        population={
            "minimum_orders": settings.minimum_orders,
            "active_within_days": settings.population_days,
        },
        horizon_days=settings.horizon_days,
        gap_days=settings.gap_days,
        base_rate=float(np.mean(latest.outcomes)),
        data_digest=pack.digest,
        data_cut=str(end_of_data(pack)),
        metrics={key: row[key] for key in row if key not in ("name", "explained", "ships")},
        ladder=[one.as_dict() for one in ladder.rows],
        notes=list(usable.notes),
        tools=tools(),
    )
    return Learned(
        manifest=manifest,
        model=model,
        calibration=calibration,
        reference=Reference.learn(latest.vectors, probability),
        ladder=ladder,
        splits=splits,
        customers=dataset.customers,
        rows=dataset.rows,
        declarations=plan.declarations,
    )


def end_of_data(pack: Pack) -> Cutoff:
    """The first midnight (UTC) after the last row became known."""
    return Cutoff((pack.last_known // DAY_SECONDS + 1) * DAY_SECONDS)


def tools() -> Mapping[str, str]:
    """The versions of what made a model."""
    return {"python": platform.python_version()} | {name: version(name) for name in _TOOLS}


def first_purchase(pack: Pack) -> int:
    """The second of the first purchase; ``ModelRefused`` when there is none."""
    purchases = pack.streams.get("purchases")
    if purchases is None or not purchases.rows:
        raise ModelRefused(
            expected="purchases to learn from",
            found="none",
            remedy="Map the table of purchases in regulars.toml and ingest it.",
        )
    return int(np.min(purchases.seconds))
