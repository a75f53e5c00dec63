"""The judged customers of an experiment with what came of them, kept in the workspace until the data change."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from experiments.declared.definition import CutoffSettings, ExperimentDefinition
from features.company.settings.questions import ReasonSettings
from features.plan.plan import Plan
from features.store.pack import Pack, mapped_array
from features.vectors.refresh import end_of_data
from features.vectors.vectors import Vectors
from features.vocabulary.errors import ModelRefused
from features.vocabulary.progress import Progress, silent
from features.vocabulary.time import DAY_SECONDS, Cutoff, Horizon
from training.bundles.plans import plan_to_learn
from training.datasets.dataset import Dataset
from training.datasets.folds import customer_folds
from training.datasets.pooled import PooledSplit, pooled_folds, said_cutoffs
from training.datasets.splits import OriginSplits, Splits, stated_origins
from training.questions.kinds import question_from, question_of
from training.questions.labelled import Labelled, labelled, labelled_at
from training.questions.question import Question
from training.questions.stated import Stated

_FORM = 1
"""Raised whenever the same question would give other rows, or files of another form, than before."""
_ARRAYS = ("values", "customer_keys", "cutoff_seconds", "outcomes", "treated")
_SAID = "rows.json"
IN_TIME, BY_CUSTOMER, POOLED = "in time", "by customer", "pooled"


@dataclass(frozen=True)
class ExperimentRows:
    """The rows of an experiment with the splits they are learned by; ``digest`` names the rows, and what was asked of them."""

    labelled: Labelled
    plan: Plan
    pack: Pack
    digest: str
    was_there: bool

    @property
    def dataset(self) -> Dataset:
        """The rows themselves."""
        return self.labelled.dataset

    @property
    def splits(self) -> Splits:
        """Which of them fit, calibrate and test what."""
        return self.labelled.splits


def rows_of(
    definition: ExperimentDefinition,
    pack: Pack,
    reasons: ReasonSettings,
    place: Path,
    *,
    threads: int = 1,
    progress: Progress = silent,
) -> ExperimentRows:
    """The rows of an experiment: opened where they were built before of the same data, else built and kept.

    ``pack`` is the stretch of the data the experiment looks at, and ``place`` the folder of rows of these data. Raises ``ModelRefused`` as a training would, and where
    the history is too short for the cutoffs.
    """
    asked = question_of(definition.churn)
    cutoffs = _cutoffs(pack, asked, definition.cutoffs)
    plan = plan_to_learn(pack, definition.churn, reasons, earliest=min(cutoffs, default=None))
    digest = _digest(pack, plan, asked, definition, cutoffs)
    folder = place / digest
    was_there = folder.is_dir()
    if was_there:
        found = _opened(folder, plan, pack)
    else:
        if cutoffs:
            found = labelled_at(pack, plan, asked, cutoffs, threads=threads, progress=progress)
        else:
            found = labelled(
                pack, plan, asked, definition.churn, threads=threads, progress=progress
            )
        _write(folder, found)
    if cutoffs:
        found = replace(found, splits=_declared_splits(found.splits, definition.cutoffs, cutoffs))
    return ExperimentRows(found, plan, pack, digest, was_there)


def _cutoffs(pack: Pack, question: Question, settings: CutoffSettings) -> list[Cutoff]:
    """The declared cutoffs, the earliest first; none where those of a training are meant."""
    if not settings.count:
        return []
    if isinstance(question, Stated):
        stated = sorted(question.cutoffs(pack))
        return stated[-settings.count :]
    known_after = question.horizon_days + question.settling_days + question.gap_days
    step, end = settings.step_days or known_after, end_of_data(pack)
    first = Cutoff(int(np.min(question.stream(pack).seconds)))
    latest = end.plus_days(-known_after)
    cutoffs = [latest.plus_days(-step * one) for one in range(settings.count)]
    if cutoffs[-1] <= first:
        needed = known_after + step * (settings.count - 1) + 1
        raise ModelRefused(
            expected=f"{needed} days of history: {said_cutoffs(settings.count)} {step} days apart, and {known_after} days "
            "until the outcome of the latest is known",
            found=f"{(end.seconds - first.seconds) // DAY_SECONDS} days",
            remedy="Choose a shorter horizon_days in [churn], or fewer or closer cutoffs in [cutoffs].",
        )
    return cutoffs[::-1]


def _declared_splits(found: Splits, settings: CutoffSettings, cutoffs: list[Cutoff]) -> Splits:
    """The splits over declared cutoffs, in time where there is room; else those over customers that were found."""
    in_time = stated_origins(
        cutoffs,
        found.horizon,
        most=len(cutoffs),
        tests=settings.tests,
        window_days=settings.fit_window_days,
        refit_every=settings.refit_every,
    )
    if in_time is None and settings.fit_window_days and isinstance(found, OriginSplits):
        raise ModelRefused(
            expected="at least two cutoffs within the window before a test: one to fit, a later one to calibrate",
            found=f"a window of {settings.fit_window_days} days over cutoffs whose outcome takes "
            f"{found.horizon.days + found.horizon.gap_days} days",
            remedy="Choose a longer fit_window_days, or a shorter step_days, in [cutoffs].",
        )
    return in_time or found


def _digest(
    pack: Pack,
    plan: Plan,
    question: Question,
    definition: ExperimentDefinition,
    cutoffs: list[Cutoff],
) -> str:
    origins = 0 if cutoffs else definition.churn.origins
    said = [
        *(_FORM, pack.digest, plan.hash, plan.fitted, question.as_dict(), origins),
        [one.seconds for one in cutoffs],
    ]
    return hashlib.blake2b(json.dumps(said).encode(), digest_size=16).hexdigest()


def _write(folder: Path, found: Labelled) -> None:
    """Write the rows into a folder, which is there whole or not at all."""
    dataset, vectors = found.dataset, found.dataset.vectors
    with _whole(folder) as draft:
        for name in _ARRAYS:
            owner = vectors if hasattr(vectors, name) else dataset
            array = getattr(owner, name)
            if array is not None:
                np.save(draft / f"{name}.npy", array)
        said = {
            "plan_hash": vectors.plan_hash,
            "fitted": vectors.fitted,
            "feature_names": vectors.feature_names,
            "question": found.question.as_dict(),
            "notes": found.notes,
            "splits": _kind(found.splits),
            "cutoffs": [one.seconds for one in found.splits.cutoffs],
            "horizon": [found.splits.horizon.days, found.splits.horizon.gap_days],
        }
        (draft / _SAID).write_text(json.dumps(said), encoding="utf-8")


@contextmanager
def _whole(folder: Path) -> Iterator[Path]:
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = folder.with_name(f".{folder.name}")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    try:
        yield draft
        for path in draft.iterdir():
            with path.open("rb") as file:
                os.fsync(file.fileno())
        draft.rename(folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def _opened(folder: Path, plan: Plan, pack: Pack) -> Labelled:
    """The rows of a folder, mapped: only what is looked at is read."""
    said: Mapping[str, Any] = json.loads((folder / _SAID).read_text(encoding="utf-8"))
    arrays = {
        name: mapped_array(folder / f"{name}.npy")
        for name in _ARRAYS
        if (folder / f"{name}.npy").exists()
    }
    vectors = Vectors(
        plan.hash,
        tuple(said["feature_names"]),
        arrays["customer_keys"],
        arrays["cutoff_seconds"],
        arrays["values"],
        said["fitted"],
    )
    dataset = Dataset(vectors, arrays["outcomes"], arrays.get("treated"))
    cutoffs = [Cutoff(one) for one in said["cutoffs"]]
    horizon = Horizon(*said["horizon"])
    splits = _splits(said["splits"], dataset, pack, cutoffs, horizon)
    return Labelled(dataset, splits, tuple(said["notes"]), question_from(said["question"]))


def _kind(splits: Splits) -> str:
    if isinstance(splits, OriginSplits):
        return IN_TIME
    return POOLED if isinstance(splits.shipped, PooledSplit) else BY_CUSTOMER


def _splits(
    kind: str, dataset: Dataset, pack: Pack, cutoffs: list[Cutoff], horizon: Horizon
) -> Splits:
    if kind == POOLED:
        return pooled_folds(pack.customer_ids, dataset, cutoffs, horizon)
    if kind == BY_CUSTOMER:
        return customer_folds(pack.customer_ids, cutoffs, horizon)
    found = stated_origins(cutoffs, horizon, most=len(cutoffs))
    assert found is not None, "rows that left room for a test"
    return found
