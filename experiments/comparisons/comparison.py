"""Experiments compared: which settings differ, and what that makes of figures, kinds of customers, calibration and cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from experiments.comparisons.differences import (
    EVERYWHERE,
    FigureDifference,
    ListTerms,
    figure_differences,
)
from experiments.comparisons.kinds import (
    KindDifference,
    SideCalibration,
    calibrations,
    kind_differences,
)
from experiments.comparisons.paired import ComparedSide, paired_answers
from experiments.comparisons.reasons import ReasonDifference, reason_differences
from experiments.declared.definition import by_place
from experiments.trials.results import ExperimentResult, ResultFiles
from features.company.workspace import Workspace
from features.vocabulary.errors import UsageRefused
from training.measures.profit import Costs

_ABSENT = "–"


@dataclass(frozen=True)
class ExperimentComparison:
    """Several experiments against the first of them, on the rows all of them answered.

    ``settings`` has what differs between the definitions alone, a value a side; ``cpu_seconds`` is what the compared rungs took.
    """

    sides: tuple[str, ...]
    rungs: tuple[str, ...]
    rows: int
    customers: int
    left_out: int
    resamples: int
    settings: Mapping[str, Sequence[Any]]
    figures: Sequence[FigureDifference]
    kinds: Sequence[KindDifference]
    calibrations: Sequence[SideCalibration]
    reasons: Sequence[ReasonDifference]
    cpu_seconds: Sequence[float]

    @property
    def overall(self) -> list[FigureDifference]:
        """The figures over all cutoffs together."""
        return [one for one in self.figures if one.where == EVERYWHERE]

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain fields."""
        return {
            **{name: value for name, value in vars(self).items() if name not in _ROWS},
            **{name: [one.as_dict() for one in getattr(self, name)] for name in _ROWS},
        }


_ROWS = ("figures", "kinds", "calibrations", "reasons")


def compare_experiments(
    names: Sequence[str], workspace: Workspace, *, resamples: int = 0
) -> ExperimentComparison:
    """Compare experiments that were run, each by its name or as ``NAME/RUNG``; the first is what others are held against.

    Without ``resamples`` as many as the first declares. Raises ``UsageRefused`` for fewer than two, for one that was
    never run, and where they share no rows or were asked different questions.
    """
    asked = list(dict.fromkeys(names))
    if len(asked) < 2:
        raise UsageRefused(
            expected="two experiments or more, or two rungs of one as NAME/RUNG",
            found=", ".join(asked) or "none",
            remedy="Name the one to hold against first, then the others.",
        )
    files = ResultFiles(workspace)
    sides = [ComparedSide.of(one, files) for one in asked]
    paired = paired_answers(sides, workspace)
    times = resamples or int(sides[0].result.definition["figures"]["resamples"])
    return ExperimentComparison(
        sides=paired.sides,
        rungs=tuple(one.rung.name for one in sides),
        rows=paired.rows,
        customers=int(paired.customers.max()) + 1,
        left_out=paired.left_out,
        resamples=times,
        settings=differing_settings([one.result for one in sides]),
        figures=figure_differences(paired, list_terms(sides[0].result), resamples=times),
        kinds=kind_differences(paired),
        calibrations=list(calibrations(paired)),
        reasons=reason_differences(sides),
        cpu_seconds=[one.rung.cpu_seconds for one in sides],
    )


def list_terms(result: ExperimentResult) -> ListTerms:
    """The list of an experiment, and what it costs and brings."""
    size = int(result.definition["campaign"]["list_size"])
    return ListTerms(size, Costs(**result.costs))


def differing_settings(results: Sequence[ExperimentResult]) -> dict[str, list[Any]]:
    """Of all that definitions say what is not the same in all of them, by its place."""
    # Of an empty table the other sides say what they have in it.
    flat = [
        {place: one for place, one in by_place(result.definition).items() if one != {}}
        for result in results
    ]
    places = dict.fromkeys(place for one in flat for place in one)
    told = {place: [one.get(place, _ABSENT) for one in flat] for place in places}
    return {
        place: values
        for place, values in told.items()
        if place not in ("name", "description") and any(one != values[0] for one in values)
    }
