"""What is measured of a value model on the company's data beside its answers: leaks, and what is left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from features.store.pack import Pack
from features.store.store import Store
from training.families.value.dataset import ValueDataset
from training.families.value.model import CalibratedValue
from training.safeguards.fairness.protected import protected_attributes
from training.safeguards.fairness.report import FairnessReport, weigh_protected
from training.safeguards.leaks.columns import ReadColumn
from training.safeguards.leaks.report import LeakReport, look_for_leaks, newest_rows


def value_leaks(
    dataset: ValueDataset,
    columns: Sequence[ReadColumn],
    known_before: Mapping[str, str],
    value: CalibratedValue,
) -> LeakReport:
    """What tells most of the money; ``known_before`` is what a person has said of columns that tell much."""
    return look_for_leaks(
        dataset.vectors,
        dataset.amounts,
        columns,
        known_before,
        model_reads=value.model.columns.names,
        own_table="purchases",
        own_columns=("purchases.amount",),
        happened=("bought", "did not"),
    )


def value_fairness(
    dataset: ValueDataset,
    columns: Sequence[ReadColumn],
    pack: Pack,
    store: Store | None,
    lawful: Mapping[str, str],
) -> FairnessReport:
    """What leaving out protected attributes costs, and what tells them all the same; the rung does not matter."""
    newest = newest_rows(dataset.vectors.cutoff_seconds, dataset.amounts)
    seen = dataset.vectors.select(newest)
    protected = () if store is None else protected_attributes(store, pack, seen.customer_keys)
    return weigh_protected(seen, dataset.amounts[newest], columns, protected, lawful)
