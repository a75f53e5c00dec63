"""What customers brought as a labelled dataset: everybody with an order before past cutoffs, and the money of the horizon after."""

from __future__ import annotations

from collections.abc import Sequence

from features.company.settings.reading import Settings
from features.company.workspace import Workspace
from features.store.pack import Pack
from features.store.store import open_store
from features.vectors.refresh import end_of_data
from features.vocabulary.errors import UsageRefused
from features.vocabulary.progress import Progress, silent
from features.vocabulary.time import Cutoff
from regulars.library.columns import CUSTOMER_AT_CUTOFF
from regulars.library.datasets.labelled import (
    OUTCOME,
    SPLIT,
    SPLIT_ENTRY,
    LabelledTable,
    labelled_rows,
    of_the_named,
    plan_entries,
)
from regulars.library.names import NamesInTables
from regulars.library.tables import DescribedTable
from training.bundles.plans import plan_in_use
from training.datasets.dataset import Dataset
from training.datasets.folds import customer_folds
from training.datasets.parts import parts_of
from training.datasets.splits import OriginSplits, Splits, stated_origins
from training.families.value.dataset import (
    customers_with_money,
    first_purchase,
    value_dataset,
    value_features,
    value_splits,
)
from training.families.value.margins import line_margins
from training.learners.usable import usable_features

VALUE = "value"


def value_origins(settings: Settings, pack: Pack) -> tuple[OriginSplits, str]:
    """The cutoffs of a training of value today, over the horizon the history allows, and what to say of that."""
    return value_splits(first_purchase(pack), end_of_data(pack), settings.value)


def value_table(
    settings: Settings,
    workspace: Workspace,
    names: NamesInTables,
    cutoffs: Sequence[Cutoff] = (),
    *,
    threads: int = 2,
    progress: Progress = silent,
) -> LabelledTable:
    """Everybody who had ordered by past cutoffs with what they brought after; at the cutoffs of a training where none is given.

    The outcome is money in cents, never below 0, over the horizon a training has today. Raises ``UsageRefused`` for a
    cutoff whose outcome is not known, and ``ModelRefused`` as a training would.
    """
    store = open_store(workspace)
    pack = store.pack()
    origins, short = value_origins(settings, pack)
    plan = plan_in_use(workspace, pack, settings.churn).plan
    margins = line_margins(store, pack.streams.get("purchases"))
    splits: Splits = origins
    if cutoffs:
        splits = _splits_at(pack, origins, cutoffs)
        found = customers_with_money(
            pack, plan, splits.cutoffs, origins.horizon, margins, threads=threads, progress=progress
        )
    else:
        found = value_dataset(pack, plan, origins, margins, threads=threads, progress=progress)
    said = names.of_everybody()
    dataset = of_the_named(Dataset(found.vectors, found.amounts), said)
    usable = usable_features(
        Dataset(dataset.vectors, (dataset.outcomes > 0).astype(dataset.outcomes.dtype))
    )
    table = labelled_rows(
        dataset.vectors,
        pack,
        said,
        value_features(usable.names),
        parts_of(splits, dataset),
        dataset.outcomes,
    )
    days = origins.horizon.days
    meaning = (
        f"the {margins.kind} the customer brought in the {days} days from the cutoff on, in cents, "
        "returns taken off and never below 0"
    )
    dictionary = plan_entries(plan) | {
        SPLIT: SPLIT_ENTRY,
        OUTCOME: {"meaning": meaning, "unit": "cents"},
    }
    question = (
        f"What each customer with an order brings in {days} days, {margins.kind} in cents; it comes true of whoever "
        "brings anything."
    )
    notes = (*([short] if short else []), *usable.notes)
    return LabelledTable(DescribedTable.of(table, dictionary, CUSTOMER_AT_CUTOFF), question, notes)


def _splits_at(pack: Pack, origins: OriginSplits, cutoffs: Sequence[Cutoff]) -> Splits:
    """The splits over cutoffs of one's own choice: in time where they leave room for a test, else over customers."""
    horizon, wanted = origins.horizon, sorted(set(cutoffs))
    first = Cutoff(first_purchase(pack))
    last = end_of_data(pack).plus_days(-horizon.days - horizon.gap_days)
    wrong = [one for one in wanted if not first < one <= last]
    if wrong:
        raise UsageRefused(
            expected=f"cutoffs after {first} and up to {last}, whose {horizon.days} days the data tell",
            found=", ".join(map(str, wrong)),
            remedy="Choose cutoffs out of these, or leave them out for those a training would use.",
        )
    in_time = stated_origins(wanted, horizon, most=len(wanted))
    return in_time or customer_folds(pack.customer_ids, wanted, horizon)
