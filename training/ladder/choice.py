"""Which rung ships: the measures that decide, and what of them is a tie."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, Self, TypeVar

import numpy as np

from features.vocabulary.arrays import Floats
from training.ladder.rung import Rung
from training.measures.intervals import interval


@dataclass(frozen=True)
class Measure:
    """A figure that rungs are told apart by: its name, which side is better and what a tie is.

    Rungs whose figures differ by no more than ``tie`` are as good as each other to whoever uses them.
    """

    name: str
    tie: float
    is_better_when_larger: bool = True

    def is_as_good(self, figure: float, best: float) -> bool:
        """Whether a figure is at least the best one, or ties with it."""
        if self.is_better_when_larger:
            return figure >= best - self.tie
        return figure <= best + self.tie

    def compared(self, mine: Floats, held: Floats) -> tuple[bool, bool]:
        """Whether resampled figures are better than others on the same customers, and whether worse.

        Either is so beyond chance, when the 95 % interval of the difference leaves zero out, or by more
        than a tie.
        """
        gained = mine - held if self.is_better_when_larger else held - mine
        low, high = interval(gained)
        # A resample without anybody who left has no AUC, and must not end the comparison.
        mean = float(np.mean(gained, where=~np.isnan(gained)))
        return low > 0 or mean > self.tie, high < 0 or mean < -self.tie


class Choosable(Protocol):
    """A ladder with the rung that ships, which can do without it."""

    def passing_over(self, why: str) -> Self | None:
        """The same ladder without the rung that ships; None where no other is left."""


Chosen = TypeVar("Chosen", bound=Choosable)


def next_rung(ladder: Chosen, why: str, gate_fault: Callable[[Chosen], str]) -> Chosen | None:
    """The ladder with the best rung that is left in the place of the one that ships, for ``why``; None where none is.

    ``gate_fault`` says why the figures at the tests alone keep the rung that ships out, and nothing where they do not:
    such rungs are passed over too, unfitted.
    """
    left = ladder.passing_over(why)
    while left is not None and (fault := gate_fault(left)):
        left = left.passing_over(fault)
    return left


def best_shippable(ladder: Chosen, gate_fault: Callable[[Chosen], str]) -> Chosen:
    """The ladder with the best rung that its figures at the tests alone let ship, and as it is where they let none."""
    fault = gate_fault(ladder)
    return (next_rung(ladder, fault, gate_fault) if fault else None) or ladder


def notes_on_passed_over(passed_over: Mapping[str, str]) -> list[str]:
    """A note on each rung that is passed over: the gate's reason stands in it."""
    return [
        f"{name} was as good or better at the tests, and the gate keeps it out: {why}"
        for name, why in passed_over.items()
    ]


Replicates = Mapping[str, Floats]
"""Bootstrap replicates of a rung's figures over all tests, by the name of the measure."""


def climbed(
    rungs: Sequence[Rung], replicates: Mapping[str, Replicates], measures: Sequence[Measure]
) -> Rung:
    """The rung that ships: climb where the next rung is better, and stay where it is a tie.

    A rung displaces a simpler one when any of the measures is better and none is worse, beyond chance or
    by more than a tie. Anything else is a tie, and a tie goes to the simpler rung.
    """
    winner = rungs[0]
    for rung in rungs[1:]:
        mine, held = replicates[rung.name], replicates[winner.name]
        compared = [one.compared(mine[one.name], held[one.name]) for one in measures]
        if any(better for better, _ in compared) and not any(worse for _, worse in compared):
            winner = rung
    return winner
