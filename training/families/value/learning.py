"""Learning a value model without publishing it: from a pack of events to a measured model in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy as np

from features.company.settings.questions import ValueSettings
from features.declarations.feature import Declaration
from features.plan.plan import Plan
from features.store.pack import Pack
from features.store.store import Store
from features.vectors.refresh import end_of_data
from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats
from features.vocabulary.errors import ModelRefused
from features.vocabulary.progress import Progress, silent
from features.vocabulary.time import Cutoff
from training.bundles.manifest import Manifest
from training.bundles.reference import Reference
from training.datasets.dataset import Dataset
from training.datasets.splits import OriginSplits
from training.families.value.bundle import VALUE, ValueBundle, ValueTask
from training.families.value.checks import figure_checks
from training.families.value.concentration import carried_by_few, carried_note, without_largest
from training.families.value.cost_to_serve.learning import LearnedCost
from training.families.value.dataset import (
    ValueDataset,
    customers_at,
    first_purchase,
    money_after,
    value_dataset,
    value_features,
    value_splits,
)
from training.families.value.fits import Fits
from training.families.value.ladder import ValueLadder, climb_value, newest_gain
from training.families.value.margins import SPEND, Margins
from training.families.value.model import CalibratedValue
from training.families.value.on_data import value_fairness, value_leaks
from training.families.value.trust import examine_value
from training.ladder.choice import best_shippable, next_rung, notes_on_passed_over
from training.ladder.reported import chosen_at
from training.ladder.seasons.levels import SeasonLevels, money_levels
from training.learners.usable import usable_features
from training.measures.intervals import finite
from training.measures.levels import HeldLevels
from training.reasons.peers import LEAST_PEERS, Peers, medians
from training.registry.gate import failed_of, said_of
from training.registry.provenance import provenance
from training.safeguards.fairness.report import FairnessReport
from training.safeguards.leaks.columns import read_columns

SEASON_DAYS = 2 * 365
"""A history shorter than this shows no season twice."""


@dataclass(frozen=True)
class _Ground:
    """What every rung of a ladder is fitted on and told with."""

    pack: Pack
    plan: Plan
    margins: Margins
    fits: Fits
    splits: OriginSplits
    notes: Sequence[str]
    known_before: Mapping[str, str]
    fairness: FairnessReport


@dataclass(frozen=True)
class LearnedValue:
    """A value model ready to be written, with everything that was measured on the way.

    ``cost`` is what serving customers costs; None where nothing does.
    """

    manifest: Manifest[ValueTask]
    value: CalibratedValue
    reference: Reference
    ladder: ValueLadder
    splits: OriginSplits
    customers: int
    rows: int
    declarations: tuple[Declaration, ...]
    ground: _Ground = field(repr=False)
    cost: LearnedCost | None = None

    @property
    def origins(self) -> dict[str, Any]:
        """Which cutoffs fitted, calibrated and tested what."""
        return self.splits.as_dict()


def learn_value(
    pack: Pack,
    plan: Plan,
    settings: ValueSettings,
    margins: Margins,
    known_before: Mapping[str, str] = MappingProxyType({}),
    *,
    store: Store | None = None,
    lawful: Mapping[str, str] = MappingProxyType({}),
    threads: int = 1,
    progress: Progress = silent,
) -> LearnedValue:
    """Build the dataset, climb the ladder, and fit the winner on every outcome that is known.

    ``margins`` says what each purchase line left, ``known_before`` what a person has said of columns that tell
    much; in ``store`` lie the protected attributes that no pack has, and ``lawful`` says which of them are read, and
    why. Raises ``ModelRefused`` when the data cannot carry a model.
    """
    first = first_purchase(pack)
    splits, said = value_splits(first, end_of_data(pack), settings)
    dataset = value_dataset(pack, plan, splits, margins, threads=threads, progress=progress)
    usable = usable_features(Dataset(dataset.vectors, dataset.bought.astype(np.float64)))
    names = value_features(usable.names)
    today = customers_at(pack, plan, end_of_data(pack), threads=threads)
    seasons = _seasons(pack, plan, splits, margins, threads)
    fits = Fits(dataset, today, names, splits.horizon.days, threads, seasons)
    ladder = best_shippable(climb_value(fits, splits, progress=progress), _gate_fault)
    notes = [said] if said else []
    if (end_of_data(pack).seconds - first) < SEASON_DAYS * 86_400:
        notes.append(
            "less than two years of purchases: a season that comes but once cannot be told from growth, "
            "so the level may be off by as much as the seasons differ"
        )
    else:
        notes.extend(seasons.notes)
    notes.append(_money(margins))
    notes.extend(usable.notes)
    columns = read_columns(plan.declarations, pack, names)
    fairness = value_fairness(dataset, columns, pack, store, lawful)
    ground = _Ground(pack, plan, margins, fits, splits, notes, known_before, fairness)
    return _learned(ground, ladder, threads, progress)


def next_best(
    learned: LearnedValue, why: str, *, threads: int = 1, progress: Progress = silent
) -> LearnedValue | None:
    """The best other rung fitted in the place of the one that ships, which is kept out; None where none is left.

    Rungs whose figures at the tests would keep them out too are passed over unfitted.
    """
    ladder = next_rung(learned.ladder, why, _gate_fault)
    return None if ladder is None else _learned(learned.ground, ladder, threads, progress)


def _gate_fault(ladder: ValueLadder) -> str:
    return said_of(failed_of(figure_checks(ladder.winning_row.as_dict())))


def _learned(
    ground: _Ground, ladder: ValueLadder, threads: int, progress: Progress
) -> LearnedValue:
    """The rung that ships fitted on every outcome that is known, with its reasons tried."""
    pack, splits, fits = ground.pack, ground.splits, ground.fits
    value, latest = _shipped(fits, splits, ladder.winner, end_of_data(pack), progress)
    row = ladder.winning_row.as_dict()
    carrying = carried_by_few(pack)
    # Only where few carry the money does the figure say more than the bias itself.
    without = without_largest(pack, ladder.of(ladder.winner)) if carrying else None
    told = [carried_note(sentence, without) for sentence in carrying.values()]
    manifest = Manifest(
        name=VALUE,
        learner=value.model.family,
        title=ladder.winner,
        task=ValueTask(splits.horizon.days),
        **provenance(ground.plan, pack),
        base_rate=float(np.mean(latest.bought)),
        metrics={key: row[key] for key in row if key not in ("name", "explained", "ships")}
        | HeldLevels.from_dict(row["by_cutoff"]).next_figures
        | finite(newest_gain(ladder.of(ladder.winner)))
        | {"money": ground.margins.kind, "chosen": chosen_at(splits, ladder.passed_over)}
        | ({} if without is None else finite(without.figures)),
        ladder=[one.as_dict() for one in ladder.rows],
        notes=[*ground.notes, *told, *notes_on_passed_over(ladder.passed_over)],
    )
    reference = _reference(manifest, value, latest.vectors)
    bundle = ValueBundle(manifest, value, reference)
    trust = examine_value(bundle, latest.vectors, threads=threads)
    columns = read_columns(ground.plan.declarations, pack, fits.feature_names)
    leaks = value_leaks(fits.dataset, columns, ground.known_before, value)
    return LearnedValue(
        manifest=replace(
            manifest,
            evaluation={
                "trust": trust.as_dict(),
                "leaks": leaks.as_dict(),
                "fairness": ground.fairness.as_dict(),
                **carrying,
            },
        ),
        value=value,
        reference=reference,
        ladder=ladder,
        splits=splits,
        customers=fits.dataset.customers,
        rows=fits.dataset.rows,
        declarations=ground.plan.declarations,
        ground=ground,
    )


def _seasons(
    pack: Pack, plan: Plan, splits: OriginSplits, margins: Margins, threads: int
) -> SeasonLevels:
    """What the seasons say of the level at every test and at the end of the data."""
    purchases = pack.streams["purchases"]

    def amounts(vectors: Vectors) -> Floats:
        keys, cutoffs = vectors.customer_keys, vectors.cutoff_seconds
        brought = money_after(purchases, margins.cents, keys, cutoffs, splits.horizon)
        return np.maximum(brought, 0.0)

    every, first = (*splits.tests, splits.shipped), first_purchase(pack)
    return money_levels(pack, plan, amounts, every, splits.horizon, first, threads=threads)


def _shipped(
    fits: Fits, splits: OriginSplits, winner: str, today: Cutoff, progress: Progress
) -> tuple[CalibratedValue, ValueDataset]:
    """The winner on all outcomes that are known, with the customers its level was learned from."""
    progress("fitting the value model that ships", 0, 1)
    fitted = fits.refitted(splits.shipped, today, (winner,)).get(winner)
    if fitted is None:
        raise ModelRefused(
            expected=f"customers by whom {winner} can be fitted at the end of the data, as at every test",
            found="none: the search for its parameters did not come to rest",
            remedy="Check the dates and amounts of the latest purchases.",
        )
    progress("fitting the value model that ships", 1, 1)
    return fitted.value, fits.outcomes(splits.shipped.calibration)


def _reference(
    manifest: Manifest[ValueTask], value: CalibratedValue, vectors: Vectors
) -> Reference:
    """The spread of the features and of the value, and what is typical where the base is expected.

    Reasons lead from the base to a customer, so facts stand beside the medians of the tenth of customers,
    fifty at least, whose value is nearest to the base.
    """
    expected = value.of(vectors).expected
    reference = Reference.learn(vectors, expected)
    base = ValueBundle(manifest, value, reference).base_cents
    away = np.abs(np.log(np.maximum(expected, 1.0)) - np.log(max(base, 1.0)))
    near = np.argsort(away, kind="stable")[: max(LEAST_PEERS, vectors.rows // 10)]
    return replace(reference, peers=Peers.everybody(medians(vectors.values[near])))


def _money(margins: Margins) -> str:
    if margins.kind == SPEND:
        return "value is what customers spend, net of returns: no costs are known"
    return "value is margin: what customers spend, net of returns, less what the items cost"
