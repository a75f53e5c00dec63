"""Who bought once more and never again, counted by loops beside the arrays."""

from __future__ import annotations

from collections import Counter

import pytest

from features.lifecycle.stages import LifecycleSettings, LifecycleStatus, lifecycle
from features.vectors.refresh import end_of_data
from features.vectors.vectors import Vectors
from features.vocabulary.time import DAY_SECONDS, Cutoff, Horizon
from training.families.churn.evaluation.leavers import (
    FEWEST_LEAVERS,
    leavers_by_status,
    watched_days,
)
from training.families.churn.evaluation.tables import leavers_markdown
from training.families.churn.learning import Learned
from training.families.churn.timing.leavers import Leavers

DAYS = 60


def counted(
    learned: Learned, end: Cutoff, *, days: int = DAYS, gap_days: int = 0
) -> Leavers | None:
    return leavers_by_status(
        learned.dataset.vectors,
        learned.pack.attributes,
        learned.pack.streams["purchases"],
        end_seconds=end.seconds,
        horizon=Horizon(days, gap_days),
    )


def by_loops(
    learned: Learned, end: int, days: int, gap_days: int, watch_days: int
) -> dict[str, tuple[int, int, int]]:
    """Customers, silent ones and leavers by status."""
    seen: Vectors = learned.dataset.vectors
    purchases = learned.pack.streams["purchases"]
    rules = LifecycleSettings(horizon_days=days)
    statuses = lifecycle(seen, learned.pack.attributes, rules).status.tolist()
    found: dict[str, Counter[str]] = {}
    pairs = zip(seen.customer_keys.tolist(), seen.cutoff_seconds.tolist(), statuses, strict=True)
    for key, cutoff, status in pairs:
        until = cutoff + (gap_days + days) * DAY_SECONDS
        if until + watch_days * DAY_SECONDS > end:
            continue
        rows = range(int(purchases.offsets[key]), int(purchases.offsets[key + 1]))
        orders = [
            int(purchases.seconds[row])
            for row in rows
            if purchases.columns["quantity_milli"][row] > 0
        ]
        within = any(cutoff <= one < until for one in orders)
        after = any(until <= one < end for one in orders)
        kind = found.setdefault(LifecycleStatus(status).name.lower(), Counter())
        kind.update(["customers"] + ["silent"] * (not within) + ["left"] * (within and not after))
    return {
        word: (one["customers"], one["silent"], one["left"]) for word, one in sorted(found.items())
    }


@pytest.mark.parametrize(
    ("days", "gap_days", "watch_days"), [(DAYS, 0, 180), (DAYS, 7, 180), (95, 0, 190)]
)
def test_those_are_counted_who_bought_in_the_days_asked_about_and_never_again(
    learned_churn: Learned, days: int, gap_days: int, watch_days: int
) -> None:
    end = end_of_data(learned_churn.pack)
    found = counted(learned_churn, end, days=days, gap_days=gap_days)
    assert found is not None and found.watched_days >= watch_days
    assert {
        word: (one.customers, one.silent, one.left) for word, one in sorted(found.statuses.items())
    } == by_loops(learned_churn, end.seconds, days, gap_days, watch_days)
    assert sum(one.left for one in found.statuses.values()) >= FEWEST_LEAVERS


def test_a_cutoff_counts_from_the_day_on_that_was_watched_for_long_enough(
    learned_churn: Learned,
) -> None:
    first = int(learned_churn.dataset.vectors.cutoff_seconds.min())
    enough = Cutoff(first + (DAYS + watched_days(Horizon(DAYS))) * DAY_SECONDS)
    found = counted(learned_churn, enough)
    told = by_loops(learned_churn, enough.seconds, DAYS, 0, 180)
    assert sum(customers for customers, _, _ in told.values()) > 0
    assert (found is not None) == (sum(left for _, _, left in told.values()) >= FEWEST_LEAVERS)
    assert counted(learned_churn, Cutoff(enough.seconds - 1)) is None


def test_the_card_shows_them_by_status(learned_churn: Learned) -> None:
    found = counted(learned_churn, end_of_data(learned_churn.pack))
    assert found is not None
    said, table = leavers_markdown(found.as_dict())
    assert f"watched for {found.watched_days:,} days" in said
    active = found.statuses["active"]
    assert f"| active | {active.customers:,} | {active.silent / active.customers:.1%} |" in table
    assert leavers_markdown(None) == []
