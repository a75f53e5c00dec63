"""Rungs fitted on the outcomes known at some moment, once for each, and what they answer of whom.

What a test is judged by is fitted on all outcomes that were known at its cutoff. Of these the newest cannot both be
fitted on and say how high the answers should be. So level, chance and ranges are what they taught the
model fitted without them, its predecessor, and are carried over to the one fitted with them. The predecessor at a test
is the very model judged at the test before, so that a ladder of n tests is fitted n + 1 times.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats
from features.vocabulary.time import Cutoff
from training.datasets.splits import OriginSplit
from training.families.value.dataset import ValueDataset
from training.families.value.model import CalibratedValue
from training.families.value.models import RUNGS, ValueModel
from training.families.value.rungs import Tuning, calibrate_value, fit_rungs, score_rungs
from training.ladder.seasons.levels import NO_SEASONS, SeasonLevels

Answers = tuple[Floats, Floats]
"""Amounts in cents and scores for buying at all, one of each a customer."""


@dataclass(frozen=True)
class KnownOutcomes:
    """The cutoffs whose outcomes are learned from, and the moment it is done, when they are all known."""

    cutoffs: tuple[Cutoff, ...]
    moment: Cutoff

    @classmethod
    def before(cls, split: OriginSplit) -> KnownOutcomes:
        """What the predecessor at a split learns from: all but the newest outcomes."""
        return cls(split.fit, split.calibration)

    @classmethod
    def whole(cls, split: OriginSplit, moment: Cutoff) -> KnownOutcomes:
        """All that is known at the split's test, or at the end of the data."""
        return cls((*split.fit, split.calibration), moment)


@dataclass(frozen=True)
class Refitted:
    """A rung fitted on all that was known, and its predecessor, which did without the newest outcomes."""

    predecessor: CalibratedValue
    value: CalibratedValue


@dataclass
class Fits:
    """Every rung on whatever outcomes it is asked for, fitted once and asked once.

    ``today`` are the customers at the end of the data, whose outcomes are still to come. What is found at
    the first moment, how many trees and which features, is used at later ones: the earliest is to be asked for first.
    """

    dataset: ValueDataset
    today: Vectors
    feature_names: tuple[str, ...]
    horizon_days: int
    threads: int = 1
    seasons: SeasonLevels = NO_SEASONS
    tuning: Tuning = field(default_factory=Tuning)
    _models: dict[KnownOutcomes, dict[str, ValueModel | None]] = field(
        default_factory=dict, repr=False
    )
    _answers: dict[tuple[KnownOutcomes, Cutoff], dict[str, Answers]] = field(
        default_factory=dict, repr=False
    )

    @property
    def times_fitted(self) -> int:
        """For how many moments of the past rungs were fitted."""
        return len(self._models)

    def outcomes(self, *cutoffs: Cutoff) -> ValueDataset:
        """What was brought after these cutoffs, and by whom."""
        return self.dataset.at(*(cutoff.seconds for cutoff in cutoffs))

    def customers(self, cutoff: Cutoff) -> Vectors:
        """Whom a rung is asked about at a cutoff, or at the end of the data."""
        labelled = self.outcomes(cutoff).vectors
        return labelled if labelled.rows else self.today

    def models(
        self, known: KnownOutcomes, wanted: Sequence[str] = RUNGS
    ) -> Mapping[str, ValueModel]:
        """The wanted rungs fitted on these outcomes; those they cannot carry are left out."""
        kept = self._models.setdefault(known, {})
        missing = [name for name in wanted if name not in kept]
        if missing:
            found = fit_rungs(
                self.outcomes(*known.cutoffs),
                self.feature_names,
                self.horizon_days,
                wanted=missing,
                tuning=self.tuning,
                now=self.customers(known.moment),
                threads=self.threads,
            )
            kept |= {name: found.get(name) for name in missing}
        carried = ((name, kept[name]) for name in RUNGS if name in wanted)
        return {name: model for name, model in carried if model is not None}

    def answers(
        self, known: KnownOutcomes, cutoff: Cutoff, wanted: Sequence[str] = RUNGS
    ) -> Mapping[str, Answers]:
        """What the wanted rungs, fitted on these outcomes, answer of the customers of a cutoff."""
        kept = self._answers.setdefault((known, cutoff), {})
        models = self.models(known, wanted)
        missing = {name: model for name, model in models.items() if name not in kept}
        if missing:
            kept |= score_rungs(missing, self.customers(cutoff), threads=self.threads)
        return {name: kept[name] for name in models}

    def refitted(
        self, split: OriginSplit, moment: Cutoff, wanted: Sequence[str] = RUNGS
    ) -> dict[str, Refitted]:
        """The wanted rungs as they could be had at a moment, with level, chance, ranges and limits.

        The moment is the split's test, or the end of the data; no outcome after it has a part in anything.
        """
        before, whole = KnownOutcomes.before(split), KnownOutcomes.whole(split, moment)
        taught = self._taught(split, wanted)
        held, anew = self.answers(before, moment, wanted), self.answers(whole, moment, wanted)
        return {
            name: Refitted(taught[name], taught[name].carried_to(model, held[name], anew[name]))
            for name, model in self.models(whole, wanted).items()
            if name in taught
        }

    def _taught(self, split: OriginSplit, wanted: Sequence[str]) -> dict[str, CalibratedValue]:
        """The predecessors at a split, taught by what came of the customers they had not seen.

        This is the one place where a level is learned from what was answered and what came of it; from there it is
        moved to that of the season ahead.
        """
        over_newest = self.seasons.over_newest(split)
        before = KnownOutcomes.before(split)
        earlier, newest = self.outcomes(*split.fit), self.outcomes(split.calibration)
        lessons = self.answers(before, split.calibration, wanted)
        return {
            name: calibrate_value(model, earlier, newest, lessons[name]).raised(over_newest)
            for name, model in self.models(before, wanted).items()
        }
