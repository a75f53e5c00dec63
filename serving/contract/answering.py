"""What the routes of the contract share: the models in use they answer from, who answered, and how words are written."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import cast

from fastapi import Request

from serving.access.problems import KINDS, Refusal
from serving.contract.messages import ModelIdentity, RowStatus
from serving.in_use.models_in_use import InUse, ModelsInUse
from serving.scores.score import Status
from training.bundles.manifest import Manifest
from training.reasons.languages.known import language_of
from training.reasons.languages.language import Language

VERSION = "0.1.0"


def models_in_use_of(request: Request) -> ModelsInUse:
    """The models in use this process answers from."""
    models_in_use = getattr(request.app.state, "models_in_use", None)
    if not isinstance(models_in_use, ModelsInUse):
        raise Refusal("not_ready")
    return models_in_use


def caller_of(request: Request) -> str:
    """The id of the key that was presented."""
    return str(getattr(request.state, "caller", ""))


def answer_in(asked: str | None, models_in_use: ModelsInUse) -> Language:
    """The language of an answer: the one asked for, or the company's own."""
    return language_of(asked) if asked else models_in_use.language


def required(models_in_use: ModelsInUse) -> InUse:
    """The model and scores in use; a refusal while there are none."""
    in_use = models_in_use.in_use
    if in_use is None:
        raise not_ready((models_in_use.fault or {}).get("remedy", ""))
    return in_use


def not_ready(remedy: str) -> Refusal:
    """The refusal while something cannot be used, with what whoever runs the service can do."""
    return Refusal("not_ready", f"{KINDS['not_ready'].detail} {remedy}".strip())


def unopened(models_in_use: ModelsInUse, family: str) -> Refusal:
    """Why a family that answers beside the scores does not: nobody has trained it, or its model cannot be used."""
    fault = models_in_use.further_faults.get(family, "")
    return not_ready(fault) if fault else Refusal("not_trained")


def identity(manifest: Manifest) -> ModelIdentity:
    """Which model answered."""
    return ModelIdentity(
        name=manifest.name,
        version=manifest.version,
        title=manifest.title,
        digest=manifest.digest,
        data_cut=manifest.data_cut,
    )


def word_of(status: Status) -> RowStatus:
    """What became of a row, as the contract writes it."""
    return cast(RowStatus, status.word)


@lru_cache(maxsize=4_096)
def instant(seconds: int) -> str:
    """An instant as the contract writes it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
