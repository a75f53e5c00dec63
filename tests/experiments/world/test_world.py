"""The simulated company: repeatable, complete, safe to interrupt, and true to what it says is true."""

from __future__ import annotations

import hashlib
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from scipy.special import gammaincc

from experiments.world import Truth, World, WorldSpec, simulate
from experiments.world.belief import Seen, belief, no_order, passes_without_order
from experiments.world.contact_campaigns import ContactCampaigns
from experiments.world.people import People, drawn_people
from experiments.world.spec import BLOCK_CUSTOMERS, NEVER
from features.company.settings.reading import load_settings
from features.vocabulary.errors import UsageRefused
from features.vocabulary.time import Cutoff, Horizon

SMALL = WorldSpec(customers=300, seed=3, lines_per_customer=12, items=240)
LARGER = WorldSpec(customers=2 * BLOCK_CUSTOMERS, seed=11, lines_per_customer=20)
MIDDLE = LARGER.first.plus_days(455)
STANDARD_ERRORS = 4.0


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> World:
    return simulate(SMALL, tmp_path_factory.mktemp("small") / "world")


@pytest.fixture(scope="module")
def larger(tmp_path_factory: pytest.TempPathFactory) -> World:
    return simulate(LARGER, tmp_path_factory.mktemp("larger") / "world")


@pytest.fixture(scope="module")
def truth(larger: World) -> Truth:
    return larger.truth(MIDDLE, Horizon(days=90))


def contents(folder: Path) -> dict[str, str]:
    """The sha256 of every file of a world."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def within_bounds(chance: np.ndarray, happened: np.ndarray) -> bool:
    """Whether a count lies within its expectation under independent chances."""
    spread = np.sqrt((chance * (1 - chance)).sum())
    return bool(abs(happened.sum() - chance.sum()) <= STANDARD_ERRORS * spread + 1)


def assert_calibrated(chance: np.ndarray, happened: np.ndarray) -> None:
    """Customers binned by true chance: what happened must agree in every bin."""
    edges = np.array([0.01, 0.03, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.97, 0.99])
    bins = np.digitize(chance, edges)
    assert len(np.unique(bins)) >= 12
    bad = [
        one
        for one in np.unique(bins)
        if not within_bounds(chance[bins == one], happened[bins == one])
    ]
    assert bad == []


# --- repeatable ---------------------------------------------------------------------------------


def test_the_same_spec_gives_the_same_bytes(small: World, tmp_path: Path) -> None:
    again = simulate(SMALL, tmp_path / "again")
    assert contents(again.folder) == contents(small.folder)


def test_another_seed_gives_another_company(small: World, tmp_path: Path) -> None:
    other = simulate(replace(SMALL, seed=4), tmp_path / "other")
    ours, theirs = contents(small.folder), contents(other.folder)
    same = {name for name in ours if ours[name] == theirs[name]}
    assert same == {"regulars.toml"}


@pytest.mark.parametrize("end", ["2026-11-30", "2024-03-01", "2027-01-01"])
def test_a_company_that_ends_on_a_given_day_last_did_something_the_day_before(
    tmp_path: Path, end: str
) -> None:
    spec = SMALL.ending_at(Cutoff.parse(end))
    assert str(spec.end) == end and spec.days == SMALL.days
    once, again = simulate(spec, tmp_path / "once"), simulate(spec, tmp_path / "again")
    assert contents(once.folder) == contents(again.folder)
    happened = ("purchases", "ordered_at"), ("contacts", "contacted_at"), ("exposures", "shown_at")
    seconds = [
        pc.max(pq.read_table(once.folder / f"{table}.parquet")[column]).as_py().timestamp()
        for table, column in happened
    ]
    assert spec.end.plus_days(-1).seconds <= max(seconds) < spec.end.seconds


def test_without_seasons_a_company_on_other_days_does_the_same_on_each_of_them(
    small: World, tmp_path: Path
) -> None:
    moved = simulate(SMALL.ending_at(SMALL.end.plus_days(333)), tmp_path / "moved")
    ours, theirs = (pq.read_table(world.folder / "purchases.parquet") for world in (small, moved))
    later = pc.subtract(theirs["ordered_at"], ours["ordered_at"])
    assert {one.days for one in pc.unique(later).to_pylist()} == {333}
    assert ours.drop(["ordered_at"]).equals(theirs.drop(["ordered_at"]))


def test_a_full_block_of_customers_does_not_depend_on_how_many_follow(
    larger: World, tmp_path: Path
) -> None:
    alone = simulate(replace(LARGER, customers=BLOCK_CUSTOMERS), tmp_path / "alone")
    for name in ("purchases", "contacts", "exposures", "contracts", "customers"):
        first = pq.ParquetFile(larger.folder / f"{name}.parquet").read_row_group(0)
        assert pq.read_table(alone.folder / f"{name}.parquet").equals(first), name


# --- the company's tables -----------------------------------------------------------------------


def test_the_settings_map_columns_that_are_in_the_files(small: World) -> None:
    settings = load_settings(small.settings_file)
    assert set(settings.tables) == {
        "purchases", "customers", "items", "contacts", "offers", "exposures", "contracts"
    }  # fmt: skip
    assert settings.churn.horizon_days == 90
    for mapping in settings.tables.values():
        held = pq.read_schema(small.folder / mapping.source).names
        assert set(mapping.columns.values()) <= set(held)


def test_the_truth_is_never_mapped(small: World) -> None:
    sources = [mapping.source for mapping in load_settings(small.settings_file).tables.values()]
    assert not [source for source in sources if "truth" in source]


def test_lines_a_customer_meet_the_spec(larger: World) -> None:
    assert larger.rows("purchases") / LARGER.customers == pytest.approx(20, rel=0.04)


def test_an_item_stands_once_in_an_order(small: World) -> None:
    lines = pq.read_table(small.folder / "purchases.parquet")
    keys = lines.group_by(["order_id", "item_id"]).aggregate([])
    assert keys.num_rows == lines.num_rows


def test_amount_and_discount_add_up_to_quantity_times_price(small: World) -> None:
    lines = pq.read_table(small.folder / "purchases.parquet")
    items = pq.read_table(small.folder / "items.parquet", columns=["item_id", "list_price"])
    bought = lines.filter(pc.greater(lines["quantity"], 0)).join(items, "item_id").to_pylist()
    assert bought
    assert all(
        line["amount"] + line["discount"] == line["quantity"] * line["list_price"]
        for line in bought
    )


def test_a_return_takes_back_a_line_that_was_bought_before(small: World) -> None:
    rows = pq.read_table(small.folder / "purchases.parquet").to_pylist()
    bought = {(row["order_id"], row["item_id"]): row for row in rows if row["quantity"] > 0}
    returned = [row for row in rows if row["quantity"] < 0]
    assert returned
    for row in returned:
        line = bought["O" + row["order_id"].removeprefix("R"), row["item_id"]]
        assert (row["quantity"], row["amount"]) == (-line["quantity"], -line["amount"])
        assert row["ordered_at"] > line["ordered_at"]


def test_some_customers_only_visit_and_ask(larger: World) -> None:
    buyers = set(pq.read_table(larger.folder / "purchases.parquet")["customer_id"].to_pylist())
    visitors = set(pq.read_table(larger.folder / "contacts.parquet")["customer_id"].to_pylist())
    assert 0 < len(visitors - buyers) < 0.05 * LARGER.customers


def test_a_complaint_settled_after_the_last_day_is_still_open(larger: World) -> None:
    contacts = pq.read_table(larger.folder / "contacts.parquet")
    complaints = contacts.filter(pc.equal(contacts["kind"], "complaint"))
    end = np.datetime64(LARGER.end.seconds, "s")
    settled = complaints["resolved_at"].drop_null().to_numpy()
    assert 0 < complaints["resolved_at"].null_count < complaints.num_rows / 10
    assert (settled < end).all()
    assert (contacts["contacted_at"].to_numpy() < end).all()


def test_nobody_orders_after_leaving(small: World) -> None:
    orders = pq.read_table(small.folder / "truth/orders.parquet")
    left_day = pq.read_table(small.folder / "truth/customers.parquet")["left_day"].to_numpy()
    day = orders["seconds"].to_numpy() // 86_400
    assert (day < left_day[orders["customer"].to_numpy()]).all()
    assert (left_day < NEVER).any()


# --- who will order again -----------------------------------------------------------------------


def test_as_many_stay_silent_as_the_true_chance_says(truth: Truth) -> None:
    assert truth.was_silent is not None
    assert_calibrated(truth.no_order, truth.was_silent)


def test_as_many_are_still_here_as_the_true_chance_says(truth: Truth) -> None:
    assert_calibrated(truth.still_here, ~truth.has_left)


def test_the_truth_holds_with_a_gap_and_in_a_campaign(larger: World) -> None:
    # The campaign of day 540 is under way at day 543, and the next falls into the horizon.
    truth = larger.truth(LARGER.first.plus_days(543), Horizon(days=60, gap_days=3))
    assert truth.was_silent is not None
    assert_calibrated(truth.no_order, truth.was_silent)


def test_the_truth_holds_for_everyone_with_an_open_complaint(larger: World) -> None:
    cutoff, horizon = LARGER.first.plus_days(600), Horizon(days=30)
    truth = larger.truth(cutoff, horizon)
    orders = pq.read_table(larger.folder / "truth/orders.parquet").to_pandas()
    is_open = (orders["open_from"] < 600) & (orders["open_until"] >= 600)
    waiting = np.isin(truth.customer_ids, [f"C{one:07d}" for one in orders["customer"][is_open]])
    assert truth.was_silent is not None
    assert waiting.sum() > 50
    assert within_bounds(truth.no_order[waiting], truth.was_silent[waiting])


def test_what_the_company_sees_agrees_with_the_purchases_table(small: World) -> None:
    cutoff = SMALL.first.plus_days(400)
    truth = small.truth(cutoff, Horizon(days=90))
    rows = pq.read_table(small.folder / "purchases.parquet").to_pylist()
    orders = {
        (row["customer_id"], row["ordered_at"].timestamp(), row["order_id"])
        for row in rows
        if row["quantity"] > 0
    }
    instants: dict[str, list[float]] = {}
    for customer, instant, _ in orders:
        if instant < cutoff.seconds:
            instants.setdefault(customer, []).append(instant)
    assert truth.customer_ids.tolist() == sorted(instants)
    for at, customer in enumerate(truth.customer_ids):
        assert truth.orders_before[at] == len(instants[customer])
        days = (cutoff.seconds - max(instants[customer])) / 86_400
        assert truth.days_since_order[at] == pytest.approx(days)
    bought_later = {one for one, at, _ in orders if 0 <= at - cutoff.seconds < 90 * 86_400}
    assert truth.was_silent is not None
    silent = set(truth.customer_ids[truth.was_silent])
    assert silent == set(truth.customer_ids) - bought_later


def test_whether_it_came_true_is_unknown_where_the_calendar_ends_first(small: World) -> None:
    truth = small.truth(SMALL.end, Horizon(days=90))
    assert truth.was_silent is None
    assert ((truth.no_order >= 0) & (truth.no_order <= 1)).all()


def test_a_model_has_something_to_find_and_cannot_find_everything(truth: Truth) -> None:
    judged = truth.judged()
    assert truth.was_silent is not None
    silent = truth.was_silent[judged]
    assert 0.20 < silent.mean() < 0.35
    best = _area(truth.no_order[judged], silent)
    rule = _area(truth.days_since_order[judged], silent)
    assert 0.78 < best < 0.85
    assert best - rule > 0.05
    assert _area(truth.no_order_if_known[judged], silent) > best


def _area(score: np.ndarray, happened: np.ndarray) -> float:
    """The area under the curve by counting pairs, on every fifth customer."""
    score, happened = score[::5], happened[::5]
    higher = score[happened][:, None] - score[~happened][None, :]
    return float((np.sign(higher) + 1).mean() / 2)


def one_customer(**traits: object) -> People:
    """A customer without contract, complaints, touchpoints or offers, but for what is given."""
    drawn = drawn_people(np.array([0]), WorldSpec(), np.random.default_rng(0))
    plain = {
        "acquired_day": 0,
        "gap_mean_days": 20.0,
        "gap_shape": 1,
        "leave_rate": 0.01,
        "contract_from": NEVER,
        "contract_until": NEVER,
        "complaint_chance": 0.0,
        "touch_rate": 0.0,
        **traits,
    }
    values = {
        one.name: np.array([plain[one.name]]) if one.name in plain else getattr(drawn, one.name)
        for one in fields(People)
    }
    return People(**values)


def silent_since_day_0(people: People, until: int) -> Seen:
    campaigns = range(until // 60 + 1)
    return Seen(
        people=people,
        last_day=np.array([0]),
        open_from=np.array([NEVER]),
        open_until=np.array([NEVER]),
        touches={},
        chances={one: np.zeros(1) for one in campaigns},
        accepted_days={one: np.array([NEVER]) for one in campaigns},
        contacts=ContactCampaigns.none(1),
    )


@settings(max_examples=40)
@given(
    silent_days=some.integers(0, 200),
    gap=some.integers(0, 10),
    days=some.integers(1, 120),
    mean=some.floats(3, 100),
    rate=some.floats(0.0001, 0.05),
)
def test_without_memory_the_truth_is_a_sum_one_can_write_down(
    silent_days: int, gap: int, days: int, mean: float, rate: float
) -> None:
    people = one_customer(gap_mean_days=mean, leave_rate=rate)
    seen = silent_since_day_0(people, silent_days + 200)
    stay, skip = np.exp(-rate), np.exp(-1 / mean)
    # Silent for r days: still here and no order on each, or left on day j after j - 1 such days.
    here = (stay * skip) ** silent_days
    left = sum((1 - stay) * (stay * skip) ** (day - 1) for day in range(1, silent_days + 1))
    expected_here = here / (here + left)
    assert belief(seen, silent_days + 1) == pytest.approx(expected_here, abs=1e-9)
    # An order in the gap changes nothing where the rhythm has no memory: only leaving counts there.
    quiet = (stay * skip) ** days + sum(
        (1 - stay) * (stay * skip) ** (day - 1) for day in range(1, days + 1)
    )
    chance = no_order(seen, np.ones(1), silent_days + 1, gap, days)
    assert chance == pytest.approx(1 - stay**gap * (1 - quiet), abs=1e-9)


@given(shape=some.integers(1, 6), mean=some.floats(5, 200), age=some.integers(1, 60))
def test_a_gap_lasts_another_day_as_the_incomplete_gamma_function_says(
    shape: int, mean: float, age: int
) -> None:
    people = one_customer(gap_shape=shape, gap_mean_days=mean)
    survival = [gammaincc(shape, day * shape / mean) for day in (age - 1, age)]
    assert passes_without_order(people, 0, age - 1) == pytest.approx(
        survival[1] / survival[0], rel=1e-6
    )


def test_a_visit_makes_a_silent_customer_more_likely_to_be_here() -> None:
    people = one_customer(touch_rate=0.1)
    unseen = silent_since_day_0(people, 100)
    visited = replace(unseen, touches={59: np.array([0])})
    assert belief(visited, 60)[0] > belief(unseen, 60)[0]


def test_an_accepted_offer_proves_that_a_customer_is_here() -> None:
    unseen = silent_since_day_0(one_customer(), 100)
    chances = {**unseen.chances, 0: np.array([0.2])}
    accepted = {**unseen.accepted_days, 0: np.array([61])}
    seen = replace(unseen, chances=chances, accepted_days=accepted)
    assert belief(seen, 62)[0] == 1.0
    assert belief(seen, 61)[0] < belief(unseen, 61)[0] < 1.0


def test_an_open_complaint_and_no_contract_make_leaving_likelier() -> None:
    plain = silent_since_day_0(one_customer(), 100)
    complained = replace(plain, open_from=np.array([3]), open_until=np.array([NEVER]))
    contract = one_customer(contract_from=0, contract_until=400)
    bound = replace(plain, people=contract)
    ahead = [no_order(seen, np.ones(1), 10, 0, 30)[0] for seen in (bound, plain, complained)]
    assert ahead == sorted(ahead)
    assert len(set(ahead)) == 3


# --- what offers do -----------------------------------------------------------------------------


def test_the_arms_are_as_large_as_drawn_and_alike_in_hidden_traits(larger: World) -> None:
    rows = larger.exposures()
    treated = rows["treated"]
    assert within_bounds(np.full(len(treated), LARGER.treated_share), treated)
    people = pq.read_table(larger.folder / "truth/customers.parquet")
    for trait in ("satisfaction", "discount_liking", "email_liking", "gap_mean_days"):
        value = people[trait].to_numpy()[rows["customer"]]
        error = value.std() * np.sqrt(1 / treated.sum() + 1 / (~treated).sum())
        difference = value[treated].mean() - value[~treated].mean()
        assert abs(difference) < STANDARD_ERRORS * error, trait


def test_treated_less_control_is_the_mean_true_uplift(larger: World) -> None:
    rows = larger.exposures()
    treated, accepted = rows["treated"], rows["accepted"]
    uplift = (rows["chance_treated"] - rows["chance_control"]) * rows["alive_share"]
    for group in (uplift > -1, uplift < 0, uplift > np.quantile(uplift, 0.8)):
        seen, unseen = accepted[group & treated], accepted[group & ~treated]
        error = np.sqrt(seen.var() / len(seen) + unseen.var() / len(unseen))
        difference = seen.mean() - unseen.mean()
        assert abs(difference - uplift[group].mean()) < STANDARD_ERRORS * error


def test_the_exposures_table_says_what_the_truth_says(small: World) -> None:
    rows = small.exposures()
    table = pq.read_table(small.folder / "exposures.parquet")
    assert table["customer_id"].to_pylist() == rows["customer_id"].tolist()
    assert [arm == "treated" for arm in table["arm"].to_pylist()] == rows["treated"].tolist()
    accepted = [instant is not None for instant in table["accepted_at"].to_pylist()]
    assert accepted == rows["accepted"].tolist()
    assert any(accepted)


def test_the_uplift_of_an_offer_is_the_one_its_exposures_had(small: World) -> None:
    uplift = small.uplift("OFFER-02")
    rows = small.exposures()
    of_offer = rows["campaign"] == 2
    at = np.searchsorted(uplift.customer_ids, rows["customer_id"][of_offer])
    assert np.allclose(uplift.chance_treated[at], rows["chance_treated"][of_offer])
    assert np.allclose(uplift.chance_control[at], rows["chance_control"][of_offer])


def test_some_customers_are_put_off_by_offers(small: World) -> None:
    put_off = (small.uplift("OFFER-00").uplift < 0).mean()
    assert 0.05 < put_off < 0.25


# --- safe to interrupt --------------------------------------------------------------------------


def test_a_finished_world_is_opened_and_not_written_again(small: World) -> None:
    before = {path: path.stat().st_mtime_ns for path in small.folder.rglob("*")}
    assert simulate(SMALL, small.folder).spec == SMALL
    assert {path: path.stat().st_mtime_ns for path in small.folder.rglob("*")} == before


class Interrupted(Exception):
    """The stop signal of a test."""


def test_a_run_killed_in_the_middle_leaves_nothing_that_counts_as_a_world(
    small: World, tmp_path: Path
) -> None:
    def stop(step: str, done: int, total: int) -> None:
        if done == total:
            raise Interrupted

    with pytest.raises(Interrupted):
        simulate(SMALL, tmp_path / "world", stop)
    with pytest.raises(UsageRefused, match="Simulate it again"):
        World.open(tmp_path / "world")
    assert contents(simulate(SMALL, tmp_path / "world").folder) == contents(small.folder)


def test_a_half_moved_world_is_written_again(small: World, tmp_path: Path) -> None:
    (tmp_path / "world.json").write_text('{"digest": "unfinished"}')
    (tmp_path / "purchases.parquet").write_bytes(b"old")
    assert contents(simulate(SMALL, tmp_path).folder) == contents(small.folder)


def test_the_true_shares_of_items_are_what_customers_buy(larger: World) -> None:
    lines = pq.read_table(
        larger.folder / "purchases.parquet", columns=["customer_id", "item_id", "quantity"]
    ).to_pandas()
    asked = 3_000
    lines = lines[(lines.quantity > 0) & (lines.customer_id < f"C{asked:07d}")]
    customers = lines.customer_id.str[1:].astype(int).to_numpy()
    items = pq.read_table(larger.folder / "items.parquet", columns=["item_id"])[0].to_pylist()
    place = {one: at for at, one in enumerate(items)}
    shares = larger.item_shares(np.arange(asked))
    assert shares.sum(axis=1) == pytest.approx(np.ones(len(shares)))
    expected = np.bincount(customers, minlength=len(shares)) @ shares
    found = np.bincount(lines.item_id.map(place), minlength=len(items))
    popular = np.argsort(-expected)[:20]
    # Each item stands once an order and offers bring lines of their own: a few percent, not more.
    assert found[popular] == pytest.approx(expected[popular], rel=0.2)
    assert np.corrcoef(found, expected)[0, 1] > 0.99
    own = shares[customers, lines.item_id.map(place)]
    assert own.mean() > 5 * shares.mean(axis=0)[lines.item_id.map(place)].mean()


def test_another_spec_replaces_the_world_and_keeps_the_settings(tmp_path: Path) -> None:
    simulate(SMALL, tmp_path)
    (tmp_path / "regulars.toml").write_text("# mine\n")
    world = simulate(replace(SMALL, customers=50), tmp_path)
    assert world.rows("customers") == 50
    assert (tmp_path / "regulars.toml").read_text() == "# mine\n"


def test_a_folder_with_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "purchases.parquet").write_bytes(b"the real ones")
    with pytest.raises(UsageRefused, match="other files"):
        simulate(SMALL, tmp_path)
    assert (tmp_path / "purchases.parquet").read_bytes() == b"the real ones"


@pytest.mark.parametrize(
    "cutoff",
    [SMALL.first, SMALL.end.plus_days(1), Cutoff(SMALL.first.plus_days(9).seconds + 1)],
)
def test_the_truth_is_refused_outside_the_calendar_and_within_a_day(
    small: World, cutoff: Cutoff
) -> None:
    with pytest.raises(UsageRefused, match="midnight"):
        small.truth(cutoff, Horizon(days=90))


def test_an_unknown_offer_is_refused_with_the_known_ones(small: World) -> None:
    with pytest.raises(UsageRefused, match="OFFER-00"):
        small.uplift("OFFER-99")


@pytest.mark.parametrize(
    ("setting", "value"),
    [("customers", 0), ("days", 7), ("items", 5), ("treated_share", 1.0), ("start", "May")],
)
def test_an_impossible_company_is_refused(setting: str, value: Any) -> None:
    with pytest.raises(UsageRefused):
        replace(SMALL, **{setting: value})
