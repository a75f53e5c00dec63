"""What customers brought after each cutoff, in cents, and over which horizon the question can be asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.company.settings.questions import ValueSettings
from features.plan.plan import Plan
from features.store.pack import EventStream, Pack
from features.vectors.vectors import Vectors, build_vectors
from features.vocabulary.arrays import Floats
from features.vocabulary.errors import ModelRefused
from features.vocabulary.progress import Progress, silent
from features.vocabulary.time import DAY_SECONDS, Cutoff, Horizon
from training.datasets.splits import FEWEST_ORIGINS, OriginSplits, rolling_origins
from training.families.value.margins import Margins
from training.questions.money import no_money

SHORTER_DAYS = (365, 270, 180, 120, 90, 60, 30)
FEWEST_CUSTOMERS = 100
"""So many customers must be there at every cutoff in use, and thirty of them must have bought."""
FEWEST_BUYERS = 30
_CUTOFFS_WANTED, _CUTOFFS_NEEDED = 4, 3
# Parameters fitted at the churn model's first cutoff may lie ahead of a cutoff of ours.
_FITTED_ELSEWHERE = ("buying_no_purchase_", "buying_expected_", "still_buying")


@dataclass(frozen=True)
class ValueDataset:
    """Vectors with what each customer brought in the horizon after, in cents and never below zero."""

    vectors: Vectors
    amounts: Floats

    @property
    def rows(self) -> int:
        """How many vectors there are."""
        return self.vectors.rows

    @property
    def bought(self) -> NDArray[np.bool_]:
        """Who brought anything."""
        return self.amounts > 0

    @property
    def customers(self) -> int:
        """How many different customers there are."""
        return len(np.unique(self.vectors.customer_keys))

    def at(self, *cutoff_seconds: int) -> ValueDataset:
        """The rows of some cutoffs; where they stand together they are a view, which copies nothing."""
        rows = np.flatnonzero(np.isin(self.vectors.cutoff_seconds, cutoff_seconds))
        stand_together = len(rows) > 0 and rows[-1] - rows[0] + 1 == len(rows)
        chosen = slice(rows[0], rows[-1] + 1) if stand_together else rows
        return ValueDataset(self.vectors.select(chosen), self.amounts[chosen])

    def require_fit(self) -> None:
        """Refuse, with ``ModelRefused``, what no model can learn from."""
        if len(self.amounts) != self.rows or not np.isfinite(self.amounts).all():
            raise _refused("one known amount a vector", f"{len(self.amounts)} for {self.rows}")
        if self.rows < FEWEST_CUSTOMERS or int(self.bought.sum()) < FEWEST_BUYERS:
            raise _refused(
                f"{FEWEST_CUSTOMERS} customers, {FEWEST_BUYERS} of whom bought",
                f"{self.rows} and {int(self.bought.sum())}",
            )


def value_splits(
    first_seconds: int, end: Cutoff, settings: ValueSettings
) -> tuple[OriginSplits, str]:
    """The rolling origins for the longest horizon the history allows, and what to say of it.

    The horizon is the one asked for where that leaves two tests; else the longest shorter one that
    does; else the longest with one test. What is said is empty when the horizon is the one asked for.
    Raises ``ModelRefused`` when not even 30 days fit in.
    """
    wanted = settings.horizon_days
    lengths = [wanted, *(one for one in SHORTER_DAYS if one < wanted)]
    for cutoffs in (_CUTOFFS_WANTED, _CUTOFFS_NEEDED):
        for days in lengths:
            try:
                splits = rolling_origins(
                    first_seconds, end, Horizon(days), origins=settings.origins
                )
            except ModelRefused:
                continue
            if len(splits.cutoffs) >= min(cutoffs, settings.origins):
                said = (
                    f"the history is too short for {wanted} days: value is over {days} days instead"
                )
                return splits, "" if days == wanted else said
    days = lengths[-1]
    raise ModelRefused(
        expected=f"{FEWEST_ORIGINS * days + days} days of purchases, to fit, calibrate and test what "
        f"customers bring in {days} days",
        found=f"{max(0, (end.seconds - first_seconds) // DAY_SECONDS)} days",
        remedy="Add older purchases: of a shorter history no value can be learned.",
    )


def first_purchase(pack: Pack) -> int:
    """The second of the first purchase; ``ModelRefused`` when there is none, and where none brings money."""
    purchases = pack.streams.get("purchases")
    if purchases is None or not purchases.rows:
        raise ModelRefused(
            expected="purchases to learn from",
            found="none",
            remedy="Map the table of purchases in regulars.toml and ingest it.",
        )
    if not pack.money_is_known:
        raise no_money("purchases that bring money")
    return int(np.min(purchases.seconds))


def value_features(names: Sequence[str]) -> tuple[str, ...]:
    """The features a value model may read: those that know nothing beyond their own cutoff."""
    return tuple(name for name in names if not name.startswith(_FITTED_ELSEWHERE))


def value_dataset(
    pack: Pack,
    plan: Plan,
    splits: OriginSplits,
    margins: Margins,
    *,
    threads: int = 1,
    progress: Progress = silent,
) -> ValueDataset:
    """Everybody who had ordered before each cutoff, with what they brought in the horizon after it.

    Raises ``ModelRefused`` when a cutoff has fewer than a hundred customers or thirty buyers.
    """
    dataset = customers_with_money(
        pack, plan, splits.cutoffs, splits.horizon, margins, threads=threads, progress=progress
    )
    for cutoff in splits.cutoffs:
        dataset.at(cutoff.seconds).require_fit()
    return dataset


def customers_with_money(
    pack: Pack,
    plan: Plan,
    cutoffs: Sequence[Cutoff],
    horizon: Horizon,
    margins: Margins,
    *,
    threads: int = 1,
    progress: Progress = silent,
) -> ValueDataset:
    """Everybody who had ordered before each cutoff, with what they brought after it, however few they are."""
    vectors = build_vectors(pack, plan, cutoffs, threads=threads, progress=progress)
    vectors = vectors.select(vectors.column("orders_count_lifetime") >= 1)
    amounts = money_after(
        pack.streams["purchases"], margins.cents, vectors.customer_keys, vectors.cutoff_seconds, horizon
    )  # fmt: skip
    return ValueDataset(vectors, np.maximum(amounts, 0.0))


def customers_at(pack: Pack, plan: Plan, cutoff: Cutoff, *, threads: int = 1) -> Vectors:
    """Everybody who had ordered before a cutoff, of whom nothing need be known after it."""
    vectors = build_vectors(pack, plan, [cutoff], threads=threads)
    return vectors.select(vectors.column("orders_count_lifetime") >= 1)


def money_after(
    purchases: EventStream,
    line_cents: Floats,
    customer_keys: NDArray[np.int32],
    cutoff_seconds: NDArray[np.int64],
    horizon: Horizon,
) -> Floats:
    """The sum of the lines of each customer in ``[cutoff + gap, cutoff + gap + horizon)``, in cents.

    Returns count with their negative amounts, at their own time.
    """
    offsets, seconds = np.asarray(purchases.offsets), np.asarray(purchases.seconds)
    people = len(offsets) - 1
    owners = np.repeat(np.arange(people), np.diff(offsets))
    totals = np.zeros(len(customer_keys))
    for cutoff in np.unique(cutoff_seconds):
        start, end = horizon.start(Cutoff(int(cutoff))), horizon.end(Cutoff(int(cutoff)))
        inside = (seconds >= start.seconds) & (seconds < end.seconds)
        sums = np.bincount(owners[inside], line_cents[inside], minlength=people)
        rows = cutoff_seconds == cutoff
        totals[rows] = sums[customer_keys[rows]]
    return totals


def _refused(expected: str, found: str) -> ModelRefused:
    return ModelRefused(
        expected=expected,
        found=found,
        remedy="Choose another horizon_days or fewer origins in [value], or add more customers.",
    )
