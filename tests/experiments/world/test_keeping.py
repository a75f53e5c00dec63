"""What a contact truly does in a simulated company: by the laws, day by day, and against lives that were lived."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from experiments.world import World, WorldSpec, simulate
from experiments.world.archive import Archive
from experiments.world.contact_campaigns import LETTER_SHARE
from experiments.world.keeping import Keeping, brings_within
from features.vocabulary.time import DAY_SECONDS, Cutoff

SPEC = WorldSpec(customers=2_000, seed=5)
DAYS = 90


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return simulate(SPEC, tmp_path_factory.mktemp("keeping"))


@pytest.fixture(scope="module")
def folder(world: World) -> Path:
    return world.folder


def a_day_before_the_end(days: int) -> Cutoff:
    return Cutoff(SPEC.end.seconds - days * DAY_SECONDS)


def test_a_contact_lowers_the_rate_of_leaving_and_costs_for_everybody() -> None:
    keeping = Keeping(
        np.array(["a", "b"]), np.log([2.0, 1.0]), np.array([1.0, 0.9]), np.array([10_000.0, 1e6])
    )
    # Half of those like a leave, and a call keeps them all; b has left.
    assert keeping.leaves == pytest.approx([0.5, 0.0])
    assert keeping.gain_cents("call", 500) == pytest.approx([4_500.0, -500.0])
    stays_as_well = 0.5 ** (1 - LETTER_SHARE) - 0.5
    assert keeping.gain_cents("letter", 0) == pytest.approx([10_000 * stays_as_well, 0.0])


def test_who_has_left_is_kept_by_nothing(world: World, folder: Path) -> None:
    cutoff = a_day_before_the_end(DAYS)
    keeping = world.keeping(cutoff, DAYS)
    left_day = Archive(folder, SPEC).left_days()
    numbers = np.char.lstrip(keeping.customer_ids, "C").astype(int)
    gone = left_day[numbers] < SPEC.days - DAYS
    assert gone.any()
    assert (keeping.leaves[gone] == 0).all()
    assert (keeping.leaves[~gone] > 0).all()


def test_as_many_leave_as_the_chances_say_where_complaints_to_come_add_a_little(
    world: World, folder: Path
) -> None:
    keeping = world.keeping(a_day_before_the_end(DAYS), DAYS)
    left_day = Archive(folder, SPEC).left_days()
    numbers = np.char.lstrip(keeping.customer_ids, "C").astype(int)
    left = np.count_nonzero(
        (left_day[numbers] >= SPEC.days - DAYS) & (left_day[numbers] < SPEC.days)
    )
    expected = keeping.leaves.sum()
    spread = np.sqrt((keeping.leaves * (1 - keeping.leaves)).sum())
    assert expected - 3 * spread < left < 1.25 * expected + 3 * spread


def test_what_a_customer_brings_is_the_usual_margin_of_their_orders(
    world: World, folder: Path
) -> None:
    keeping = world.keeping(SPEC.end, DAYS, 90)
    cost = {
        one["item_id"]: float(one["unit_cost"])
        for one in pq.read_table(folder / "items.parquet").to_pylist()
    }
    left = defaultdict[str, float](float)
    for line in pq.read_table(folder / "purchases.parquet").to_pylist():
        paid, pieces = float(line["amount"]), float(line["quantity"])
        left[line["customer_id"]] += paid - pieces * cost[line["item_id"]]
    archive = Archive(folder, SPEC)
    told = archive.table("orders")
    orders = Counter(told["customer"][told["is_regular"]].tolist())
    numbers = np.char.lstrip(keeping.customer_ids, "C").astype(int)
    for_a_cent = brings_within(archive.people().taken(numbers), np.ones(1), 90)
    usual = [
        100 * max(left[one], 0.0) / orders[number]
        for one, number in zip(keeping.customer_ids.tolist(), numbers.tolist(), strict=True)
    ]
    assert keeping.if_kept_cents / for_a_cent == pytest.approx(np.array(usual))


def test_whoever_stayed_has_brought_what_a_kept_customer_is_said_to_bring(
    world: World, folder: Path
) -> None:
    days = 180
    keeping = world.keeping(SPEC.end, DAYS, days)
    archive = Archive(folder, SPEC)
    numbers = np.char.lstrip(keeping.customer_ids, "C").astype(int)
    people = archive.people().taken(numbers)
    stayed = archive.left_days()[numbers] >= SPEC.days
    long_there = stayed & (people.acquired_day < SPEC.days - days)
    rate = people.leave_rate[long_there]
    # What is said reckons with leaving on the way, which these did not.
    said = keeping.if_kept_cents[long_there] * rate * days / -np.expm1(-rate * days)
    lines = pq.read_table(folder / "purchases.parquet").to_pandas()
    cost = pq.read_table(folder / "items.parquet").to_pandas().set_index("item_id")["unit_cost"]
    left = lines["amount"].astype(float) - lines["quantity"] * lines["item_id"].map(
        cost.astype(float)
    )
    since = np.datetime64(SPEC.end.seconds - days * DAY_SECONDS, "s")
    is_late = lines["ordered_at"].to_numpy().astype("datetime64[s]") >= since
    brought = left[is_late].groupby(lines["customer_id"][is_late]).sum()
    theirs = brought.reindex(keeping.customer_ids[long_there]).fillna(0.0)
    assert 100 * theirs.mean() == pytest.approx(said.mean(), rel=0.04)


def test_what_a_customer_brings_grows_with_the_days_until_they_have_left(world: World) -> None:
    week, year = (world.keeping(SPEC.end, DAYS, days).if_kept_cents for days in (7, 365))
    assert (week < year).all()
    assert (year < 365 / 7 * week + 1e-6).all()
