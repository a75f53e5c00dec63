"""What the gate did to a training, in words: what it passed over, what it keeps out and what can be done."""

from __future__ import annotations

from dataclasses import replace

from regulars.narrator import Outcome
from regulars.options import MODELS
from training.ladder.choice import notes_on_passed_over
from training.recipe.summary import TrainingSummary
from training.registry.gate import said_of


def after_the_gate(outcome: Outcome, summary: TrainingSummary, model: str) -> Outcome:
    """A training's outcome with what was passed over; one that the gate keeps out is no success."""
    over = [f"  {note}" for note in notes_on_passed_over(summary.passed_over)]
    told = replace(outcome, lines=(*outcome.lines, *over))
    if not summary.refused:
        return told
    return replace(
        told,
        said=f"{told.said.removesuffix('.')}. The gate keeps it out: {said_of(summary.refused)}. {_besides(summary)}",
        next=_next(summary, model),
        exit_code=1,
    )


def _besides(summary: TrainingSummary) -> str:
    stays = "what was in use before stays"
    return (
        stays.capitalize() if summary.is_sound else f"Nothing else that was tried passes; {stays}"
    )


def _next(summary: TrainingSummary, model: str) -> str:
    """What can be done: a question that a person has to answer goes before overruling it."""
    overruled = f"{_overrule(summary.version, model)} puts it to use all the same and is recorded"
    if any(check.asks_a_person for check in summary.refused):
        return f"answer what is asked and train again; or {overruled}"
    return f"{overruled}; or train again with more history"


def _overrule(version: str, model: str) -> str:
    named = "" if model == MODELS[0] else f" --model {model}"
    return f'`regulars promote {version}{named} --force --reason "…"`'
