"""Trainings that need nothing of one another, side by side: some in a process of their own, others meanwhile here."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial

from features.vocabulary.errors import RegularsError
from features.vocabulary.progress import Progress, silent
from regulars.call import Call
from regulars.narrator import Narrator, Outcome
from regulars.training import train_family


@dataclass(frozen=True)
class Trained:
    """A family that was trained, what is told of it, and how long it took."""

    name: str
    outcome: Outcome
    seconds: float


@contextmanager
def beside(call: Call, names: Sequence[str]) -> Iterator[Callable[[], Sequence[Trained]]]:
    """Train these families in a process of its own while the block goes on; what is yielded waits for them.

    Where a child could not compute they are trained when they are waited for.
    """
    from training.recipe.apart import Begun, may_fork

    if not names or not may_fork():
        yield partial(in_turn, call, names, call.narrator.progress)
        return
    told = f"{', '.join(names[:-1])} and {names[-1]}" if names[1:] else names[0]
    # Two processes would draw one bar.
    quiet = replace(call, narrator=Narrator(as_json=True))
    with Begun(told, partial(in_turn, quiet, names)) as begun:

        def waited() -> Sequence[Trained]:
            call.narrator.progress(f"training {told}", 0, 1)
            return begun.result(silent)

        yield waited


def in_turn(call: Call, names: Sequence[str], progress: Progress) -> Sequence[Trained]:
    """Train families one after the other; what a family refuses keeps no other from being trained."""
    found = []
    for name in names:
        started = time.perf_counter()
        progress(f"training {name}", 0, 1)
        outcome = trained(call, name)
        found.append(Trained(name, outcome, time.perf_counter() - started))
    return found


def trained(call: Call, name: str) -> Outcome:
    """Train a family, or say why its data cannot carry it: what is served goes on without."""
    try:
        return train_family(call, name, own_process=False)
    except RegularsError as refused:
        return Outcome(
            f"The {name} model is not trained: {refused}",
            data={"refused": refused.as_dict()},
            exit_code=1,
        )
