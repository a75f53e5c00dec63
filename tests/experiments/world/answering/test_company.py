"""A company that answers: without actions the archive, and with them other only where somebody was acted on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from experiments.world import World, WorldSpec, simulate
from experiments.world.answering.company import AnsweringCompany, FutureCompany
from features.company.settings.reading import load_settings
from features.vocabulary.errors import UsageRefused
from tests.experiments.world.test_world import contents

SPEC = WorldSpec(customers=1_200, seed=6, lines_per_customer=25, days=820, items=240)
TODAY = 700
TABLES = ("purchases", "customers", "items", "contacts", "offers", "exposures", "contracts")
HAPPENED = {"purchases": "ordered_at", "contacts": "contacted_at", "exposures": "shown_at"}
EVERY_SECOND = np.arange(0, SPEC.customers, 2)


@pytest.fixture(scope="module")
def future() -> FutureCompany:
    return FutureCompany(SPEC)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> World:
    return simulate(SPEC, tmp_path_factory.mktemp("archive"))


@pytest.fixture(scope="module")
def answering(future: FutureCompany, tmp_path_factory: pytest.TempPathFactory) -> AnsweringCompany:
    """The company at the end of its calendar, when every second customer was called on one day and mailed to on another."""
    company = AnsweringCompany(future, tmp_path_factory.mktemp("answering"), TODAY)
    act(company)
    return company


def act(company: AnsweringCompany) -> None:
    company.contact(EVERY_SECOND, "call")
    company.step(40)
    company.contact(EVERY_SECOND, "mail")
    company.step(SPEC.days - company.day)


def read(folder: Path, name: str) -> pd.DataFrame:
    found: pd.DataFrame = pq.read_table(folder / f"{name}.parquet").to_pandas()
    return found


def test_without_actions_the_tables_are_those_of_the_archive(
    future: FutureCompany, archive: World, tmp_path: Path
) -> None:
    company = AnsweringCompany(future, tmp_path / "alone", TODAY)
    for _ in range(4):
        company.step(30)
    for name in TABLES:
        ours = pq.read_table(company.folder / f"{name}.parquet")
        assert ours.equals(pq.read_table(archive.folder / f"{name}.parquet")), name
    assert load_settings(company.folder / "regulars.toml").churn.horizon_days == 90


def test_on_a_day_before_the_end_they_are_the_rows_of_before_it(
    future: FutureCompany, archive: World, tmp_path: Path
) -> None:
    company = AnsweringCompany(future, tmp_path / "earlier", TODAY)
    company.write()
    until = pd.Timestamp(SPEC.first.plus_days(TODAY).seconds, unit="s")
    for name, column in HAPPENED.items():
        everything = read(archive.folder, name)
        expected = everything[everything[column] < until]
        assert len(read(company.folder, name)) == len(expected) < len(everything)
    contacts = read(archive.folder, "contacts")
    contacts = contacts[contacts.contacted_at < until].reset_index(drop=True)
    settled_later = contacts.resolved_at >= until
    assert settled_later.any()
    seen = read(company.folder, "contacts")["resolved_at"]
    pd.testing.assert_series_equal(seen, contacts.resolved_at.mask(settled_later))


def test_some_stay_longer_because_of_it_and_whoever_was_not_acted_on_does_as_before(
    answering: AnsweringCompany, archive: World
) -> None:
    before = pq.read_table(archive.folder / "truth/customers.parquet")["left_day"].to_numpy()
    after = answering.left_days
    changed = np.flatnonzero(before != after)
    assert 0 < len(changed) < 200
    assert (changed % 2 == 0).all()
    assert (after[changed] > before[changed]).sum() > len(changed) / 2
    theirs = {f"C{one:07d}" for one in changed}
    for name in TABLES:
        ours, archived = read(answering.folder, name), read(archive.folder, name)
        if "customer_id" in ours:
            ours, archived = (one[~one.customer_id.isin(theirs)] for one in (ours, archived))
        pd.testing.assert_frame_equal(ours.reset_index(drop=True), archived.reset_index(drop=True))


def test_who_stays_longer_orders_on_and_nobody_orders_after_leaving(
    answering: AnsweringCompany, archive: World
) -> None:
    before = pq.read_table(archive.folder / "truth/customers.parquet")["left_day"].to_numpy()
    longer = np.flatnonzero(answering.left_days > before)
    lines = read(answering.folder, "purchases")
    number = lines.customer_id.str[1:].astype(int).to_numpy()
    day = (lines.ordered_at - pd.Timestamp(SPEC.start)).dt.days.to_numpy()
    is_bought = (lines.quantity > 0).to_numpy()
    assert (day < answering.left_days[number])[is_bought].all()
    beyond = is_bought & np.isin(number, longer) & (day >= before[number])
    assert len(np.unique(number[beyond])) >= 3
    # A customer's orders are numbered on.
    orders = lines[is_bought & np.isin(number, longer)].drop_duplicates("order_id")
    for _, theirs in orders.sort_values("ordered_at").groupby("customer_id"):
        numbered = theirs.order_id.str[-4:].astype(int).tolist()
        assert numbered == [*range(1, len(numbered) + 1)]


def test_every_accepted_offer_is_an_order_of_that_instant(answering: AnsweringCompany) -> None:
    exposures, lines = read(answering.folder, "exposures"), read(answering.folder, "purchases")
    taken = exposures[exposures.accepted_at.notna()]
    bought = set(zip(lines.customer_id, lines.ordered_at, strict=True))
    assert len(taken) > 50
    assert all(pair in bought for pair in zip(taken.customer_id, taken.accepted_at, strict=True))


def test_whoever_leaves_sooner_meets_the_company_half_as_often_until_they_had_left_anyway(
    future: FutureCompany, archive: World, tmp_path: Path
) -> None:
    company = AnsweringCompany(future, tmp_path / "mailed", 200)
    for _ in range(6):
        company.contact(np.arange(SPEC.customers), "mail")
        company.pass_days(100)
    company.step(SPEC.days - company.day)
    before = pq.read_table(archive.folder / "truth/customers.parquet")["left_day"].to_numpy()
    sooner = np.flatnonzero(company.left_days < before)
    assert len(sooner) > 5
    met, archived = (_touches(one.folder, sooner) for one in (company, archive))
    had_left = [one.day >= before[one.number] for one in (met, archived)]
    pd.testing.assert_frame_equal(
        met[had_left[0]].reset_index(drop=True), archived[had_left[1]].reset_index(drop=True)
    )
    between = [
        int(((one.day >= company.left_days[one.number]) & ~left).sum())
        for one, left in zip((met, archived), had_left, strict=True)
    ]
    assert 0 < between[0] < between[1]


def _touches(folder: Path, people: np.ndarray) -> pd.DataFrame:
    """What some people did that belongs to no order: visits, mail, questions."""
    contacts = read(folder, "contacts")
    found = pd.DataFrame(
        {
            "number": contacts.customer_id.str[1:].astype(int),
            "day": (contacts.contacted_at - pd.Timestamp(SPEC.start)).dt.days,
            "kind": contacts.kind.astype(str),
        }
    )
    is_touch = ~found.kind.isin(["complaint", "survey"])
    found = found[is_touch & found.number.isin(people)]
    return found.sort_values(["number", "day", "kind"])


def test_what_has_happened_stays_when_more_is_done(future: FutureCompany, tmp_path: Path) -> None:
    company = AnsweringCompany(future, tmp_path / "company", TODAY)
    company.contact(EVERY_SECOND, "call")
    company.step(60)
    before = {name: read(company.folder, name) for name in HAPPENED}
    until = pd.Timestamp(SPEC.first.plus_days(company.day).seconds, unit="s")
    company.contact(EVERY_SECOND, "letter")
    company.step(60)
    for name, column in HAPPENED.items():
        later = read(company.folder, name)
        keys = [
            str(one) for one in before[name] if one not in ("resolved_at", "accepted_at", "revenue")
        ]
        then, now = (
            one.astype(str).sort_values(keys).reset_index(drop=True)
            for one in (before[name][keys], later.loc[later[column] < until, keys])
        )
        pd.testing.assert_frame_equal(then, now)


def test_the_same_actions_in_another_order_give_the_same_bytes(
    answering: AnsweringCompany, tmp_path: Path
) -> None:
    again = AnsweringCompany(FutureCompany(SPEC), tmp_path / "again", TODAY)
    shuffled = np.random.default_rng(1).permutation(EVERY_SECOND)
    again.contact(shuffled[:100], "call")
    again.contact(shuffled[100:], "call")
    again.step(40)
    again.contact(shuffled, "mail")
    again.step(SPEC.days - again.day)
    assert contents(again.folder) == contents(answering.folder)


def test_where_customers_stand_is_what_the_archive_says(
    future: FutureCompany, archive: World, tmp_path: Path
) -> None:
    standing = AnsweringCompany(future, tmp_path / "company", TODAY).standing()
    orders = pq.read_table(archive.folder / "truth/orders.parquet").to_pandas()
    orders = orders[orders.is_regular & (orders.seconds < TODAY * 86_400)]
    last = orders.groupby("customer").last()
    assert standing.number.tolist() == last.index.tolist()
    assert standing.last_day.tolist() == (last.seconds // 86_400).tolist()
    assert standing.open_until.tolist() == last.open_until.tolist()
    left = pq.read_table(archive.folder / "truth/customers.parquet")["left_day"].to_numpy()
    assert standing.is_here.tolist() == (left[standing.number] >= TODAY).tolist()


def test_what_cannot_be_done_is_refused(future: FutureCompany, tmp_path: Path) -> None:
    with pytest.raises(UsageRefused, match="in no campaign yet; found 1 campaigns"):
        FutureCompany(WorldSpec(customers=10, contact_campaigns=1))
    company = AnsweringCompany(future, tmp_path / "company", TODAY)
    with pytest.raises(UsageRefused, match='call, letter, mail; found "fax"'):
        company.contact(EVERY_SECOND, "fax")
    with pytest.raises(UsageRefused, match="below 1200; found 0 to 1200"):
        company.contact(np.array([0, 1_200]), "call")
    with pytest.raises(UsageRefused, match="1 to 820; found 821"):
        company.step(121)
