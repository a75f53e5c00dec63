"""What several experiments answered of the same customers at the same cutoffs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.trials.results import ExperimentResult, ResultFiles, RungResult
from features.company.workspace import Workspace
from features.vocabulary.arrays import Floats, Ints
from features.vocabulary.errors import UsageRefused
from features.vocabulary.time import Cutoff
from training.measures.predictions.stored import StoredPredictions

_MILLISECONDS = 1_000


@dataclass(frozen=True)
class ComparedSide:
    """One experiment in a comparison: by the rung a training would take of it, or by another that was named."""

    label: str
    result: ExperimentResult
    rung: RungResult

    @classmethod
    def of(cls, asked: str, files: ResultFiles) -> ComparedSide:
        """``NAME`` or ``NAME/RUNG``; ``UsageRefused`` where there is no such experiment or rung."""
        name, _, rung = asked.partition("/")
        result = files.read(name)
        return cls(asked, result, result.rung(rung or result.chosen))


@dataclass(frozen=True)
class PairedAnswers:
    """One row a customer and cutoff that every side answered; ``probability`` has a line a side.

    A row is known by the ``customers``' places, from 0. Where a side answered for a row in several rounds of folds, its mean counts. ``kinds`` has the names of
    each way to tell customers apart, with the code of every row. ``left_out`` is how many rows were answered by some sides alone.
    """

    sides: tuple[str, ...]
    customers: NDArray[np.intp]
    cutoff_seconds: Ints
    outcomes: Floats
    probability: Floats
    kinds: Mapping[str, tuple[Mapping[int, str], Ints]] = field(default_factory=dict)
    left_out: int = 0

    @property
    def rows(self) -> int:
        """How many rows are compared."""
        return len(self.outcomes)

    @property
    def cutoffs(self) -> list[int]:
        """The cutoffs, the latest first, in seconds."""
        return sorted({int(one) for one in self.cutoff_seconds}, reverse=True)


@dataclass(frozen=True)
class _SideRows:
    """The rows of one side in the order of customer and cutoff, each once."""

    customer: Ints
    cutoff: Ints
    outcomes: Floats
    probability: Floats
    kinds: Mapping[str, tuple[Mapping[int, str], Ints]]


def paired_answers(sides: Sequence[ComparedSide], workspace: Workspace) -> PairedAnswers:
    """The rows that all sides answered, without those of whoever was erased.

    Raises ``UsageRefused`` where there are none, or where the sides were asked different questions of them.
    """
    found = [_rows_of(one, StoredPredictions(workspace)) for one in sides]
    numbers = _numbered(found)
    shared = reduce(np.intersect1d, numbers)
    everything = reduce(np.union1d, numbers)
    labels = tuple(one.label for one in sides)
    if not len(shared):
        raise UsageRefused(
            expected="rows that all of them answered: the same customers at the same cutoffs",
            found=f"none of {', '.join(labels)}",
            remedy="Declare the same [churn] and [cutoffs], and run them on the same data.",
        )
    places = [np.searchsorted(one, shared) for one in numbers]
    outcomes = [rows.outcomes[at] for rows, at in zip(found, places, strict=True)]
    for label, other in zip(labels, outcomes, strict=True):
        differ = int(np.count_nonzero(other != outcomes[0]))
        if differ:
            raise UsageRefused(
                expected="the same question of the same rows",
                found=f"another outcome in {differ:,} of {len(shared):,} rows of {label} than of {labels[0]}",
                remedy="Compare experiments with the same [churn].",
            )
    first, at = found[0], places[0]
    _, customers = np.unique(first.customer[at], return_inverse=True)
    return PairedAnswers(
        labels,
        customers,
        first.cutoff[at],
        outcomes[0],
        np.stack([rows.probability[one] for rows, one in zip(found, places, strict=True)]),
        {kind: (names, codes[at]) for kind, (names, codes) in first.kinds.items()},
        len(everything) - len(shared),
    )


def _numbered(sides: Sequence[_SideRows]) -> list[NDArray[np.intp]]:
    """A number for each pair of customer and cutoff, the same for all sides, rising."""
    customer = np.concatenate([one.customer for one in sides])
    cutoff = np.concatenate([one.cutoff for one in sides])
    order = np.lexsort((cutoff, customer))
    number = np.empty(len(order), np.intp)
    number[order] = np.cumsum(_is_new(customer[order], cutoff[order])) - 1
    ends = np.cumsum([len(one.customer) for one in sides])[:-1]
    return np.split(number, ends)


def _is_new(customer: Ints, cutoff: Ints) -> NDArray[np.bool_]:
    return np.concatenate([[True], (np.diff(customer) != 0) | (np.diff(cutoff) != 0)])


def _rows_of(side: ComparedSide, kept: StoredPredictions) -> _SideRows:
    from pyarrow import compute

    name, key = side.result.predictions, side.result.key
    facts: Mapping[str, Any] = kept.read(name, key).facts
    table = kept.rows(name, key)
    table = table.filter(compute.equal(table["rung"], side.rung.name))
    customer = table["customer"].to_numpy()
    cutoff = table["cutoff"].cast("int64").to_numpy() // _MILLISECONDS
    order = np.lexsort((cutoff, customer))
    begins = np.flatnonzero(_is_new(customer[order], cutoff[order]))
    counts = np.diff(np.r_[begins, len(order)])
    first = order[begins]
    means = np.add.reduceat(table["probability"].to_numpy()[order], begins) / counts
    kinds = {
        kind: ({int(code): text for code, text in names.items()}, table[kind].to_numpy()[first])
        for kind, names in facts["kinds"].items()
    }
    outcomes = table["outcome"].to_numpy()[first]
    return _SideRows(customer[first], cutoff[first], outcomes, means, kinds)


def said_cutoff(seconds: int) -> str:
    """A cutoff as a date."""
    return str(Cutoff(seconds))
