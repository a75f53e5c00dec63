"""A measured campaign has the figures that raw tables and least squares give by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from features.store.store import open_store
from features.vectors.refresh import end_of_data
from features.vocabulary.errors import DataRefused, UsageRefused
from features.vocabulary.time import DAY_SECONDS
from serving.campaigns.measuring import CampaignResult, Contaminated, measure, result_of
from serving.ledger.campaigns import CampaignMember, ContactOutcome, FrozenCampaign
from serving.ledger.ledger import ledger_of
from serving.snapshot.reading import Snapshot
from tests.serving.company import Company

DAYS = 60


@pytest.fixture
def campaign(demo_workspace: Company) -> FrozenCampaign:
    """A campaign whose window ends with the data."""
    end = end_of_data(open_store(demo_workspace.workspace).pack())
    starts = end.plus_days(-DAYS).seconds
    return FrozenCampaign("c1", "spring", "", "", starts, DAYS, 20, True, {}, starts)


@pytest.fixture
def members(snapshot: Snapshot) -> list[CampaignMember]:
    """Every third of the judged customers held out."""
    ranking = snapshot.ranking
    return [
        CampaignMember(
            "c1", snapshot.customer_ids[int(key)], f"d{place}", "call", place % 3 == 0, "active",
            float(ranking.probability[place]), 0.02, max(0, int(snapshot.spend_cents[key])), 500, 100, 0,
        )
        for place, key in enumerate(ranking.customer_keys)
    ]  # fmt: skip


def by_hand(
    company: Company, campaign: FrozenCampaign, members: Sequence[CampaignMember]
) -> pd.DataFrame:
    """What each customer did in the window, from the file of purchases and of items."""
    folder = company.settings_path.parent
    lines = pd.read_parquet(folder / "purchases.parquet").merge(
        pd.read_parquet(folder / "items.parquet")[["item_id", "unit_cost"]], on="item_id"
    )
    lines["margin"] = 100 * (
        lines.amount.astype(float) - lines.quantity.astype(float) * lines.unit_cost.astype(float)
    )
    seconds = lines.ordered_at.astype("datetime64[s]").astype("int64")
    day = (seconds - campaign.starts_at) // DAY_SECONDS
    inside, before = lines[(day >= 0) & (day < DAYS)], lines[(day >= -DAYS) & (day < 0)]
    buyers = set(inside[inside.quantity > 0].customer_id)
    people = pd.DataFrame([vars(one) for one in members]).set_index("customer_id")
    people["bought"] = [float(one in buyers) for one in people.index]
    for name, some in (("money", inside), ("money_before", before)):
        people[name] = some.groupby("customer_id").margin.sum().reindex(people.index).fillna(0.0)
    return people


def adjusted(people: pd.DataFrame, outcome: pd.Series) -> float:
    """The effect over all who were contacted, each arm fitted alone and compared at the mean of the contacted."""
    stays = 1 - people.risk
    known = np.column_stack([stays, stays * people.if_kept_cents, people.money_before])
    treated = ~people.is_held_out.to_numpy()
    known = (known - known[treated].mean(axis=0)) / known.std(axis=0)
    table = np.column_stack([np.ones(len(people)), known])
    at = [
        np.linalg.lstsq(table[arm], outcome[arm], rcond=None)[0][0] for arm in (treated, ~treated)
    ]
    return float((at[0] - at[1]) * treated.sum())


def test_every_figure_is_that_of_the_raw_tables(
    demo_workspace: Company, campaign: FrozenCampaign, members: list[CampaignMember]
) -> None:
    reached = ContactOutcome("c1", members[1].customer_id, campaign.starts_at, "accepted", 0)
    missed = ContactOutcome("c1", members[2].customer_id, campaign.starts_at, "no_answer", 0)
    found = result_of(open_store(demo_workspace.workspace), campaign, members, [reached, missed])
    people = by_hand(demo_workspace, campaign, members)
    contacted = people[~people.is_held_out]
    assert (found.contacted, found.held_out) == (len(contacted), int(people.is_held_out.sum()))
    assert found.share_bought == pytest.approx(contacted.bought.mean())
    assert found.bought.mean == pytest.approx(adjusted(people, people.bought), abs=1e-6)
    assert found.money_kind == "margin"
    assert found.money_cents.mean == pytest.approx(adjusted(people, people.money), rel=1e-6)
    worth = people.bought * people.if_kept_cents
    assert found.retained_cents.mean == pytest.approx(adjusted(people, worth), rel=1e-6)
    assert found.spend_cents == 500 * len(contacted)
    assert found.net_cents.mean == pytest.approx(found.retained_cents.mean - found.spend_cents)
    assert found.bought.low < found.bought.mean < found.bought.high
    assert found.expected_kept == pytest.approx(0.02 * len(contacted))
    assert (found.reached, found.reported) == (1, 2)
    assert found.by_outcome == {"accepted": 1, "no_answer": 1}


def test_what_went_otherwise_than_the_lot_had_it_is_counted(
    demo_workspace: Company, campaign: FrozenCampaign, members: list[CampaignMember]
) -> None:
    held, contacted = members[0].customer_id, members[1].customer_id
    first = campaign.starts_at
    outcomes = [
        ContactOutcome("c1", held, first, "reached", 0),
        ContactOutcome("c1", members[3].customer_id, first, "no_answer", 0),
        ContactOutcome("c1", contacted, first - 1, "accepted", 0),
        ContactOutcome("c1", contacted, first, "accepted", 0),
    ]
    store = open_store(demo_workspace.workspace)
    found = result_of(store, campaign, members, outcomes, elsewhere=[contacted, "nobody"])
    assert found.contamination == Contaminated(1, 1, 1)
    clean = result_of(store, campaign, members, [])
    assert clean.contamination == Contaminated(0, 0, 0)
    assert _rounded(found) == _rounded(clean)


def test_money_spent_in_vain_is_told_by_whom_it_went_to_and_adds_up(
    demo_workspace: Company, campaign: FrozenCampaign, members: list[CampaignMember]
) -> None:
    found = result_of(open_store(demo_workspace.workspace), campaign, members, [])
    wasted = found.wasted
    parts = (wasted.sure_things_cents, wasted.lost_causes_cents, wasted.made_worse_cents)
    assert sum(one.mean for one in parts) == pytest.approx(wasted.total_cents.mean)
    assert 0 < wasted.total_cents.mean < found.spend_cents
    assert wasted.total_cents.low <= wasted.total_cents.mean <= wasted.total_cents.high


def test_contacts_that_cost_nothing_waste_nothing(
    demo_workspace: Company, campaign: FrozenCampaign, members: list[CampaignMember]
) -> None:
    free = [replace(one, cost_cents=0) for one in members]
    found = result_of(open_store(demo_workspace.workspace), campaign, free, [])
    assert found.wasted.total_cents.high == 0.0 and found.wasted.unprofitable == ()


def test_the_result_is_the_same_whatever_the_order_of_its_customers(
    demo_workspace: Company, campaign: FrozenCampaign, members: list[CampaignMember]
) -> None:
    store = open_store(demo_workspace.workspace)
    assert _rounded(result_of(store, campaign, members, [])) == _rounded(
        result_of(store, campaign, members[::-1], [])
    )


def _rounded(result: CampaignResult) -> list[float]:
    return [
        round(value, 3)
        for one in (result.bought, result.money_cents, result.retained_cents)
        for value in (one.mean, one.low, one.high)
    ]


def test_customers_the_data_do_not_know_any_more_are_counted_and_left_out(
    demo_workspace: Company, campaign: FrozenCampaign, members: list[CampaignMember]
) -> None:
    store = open_store(demo_workspace.workspace)
    stranger = replace(members[1], customer_id="nobody")
    found = result_of(store, campaign, [*members, stranger], [])
    assert found.gone_from_data == 1
    assert _rounded(found) == _rounded(result_of(store, campaign, members, []))


def test_a_result_is_kept_with_its_campaign_and_names_nobody(
    company: Company, campaign: FrozenCampaign, members: list[CampaignMember]
) -> None:
    with ledger_of(company.workspace) as ledger:
        ledger.campaigns.freeze(campaign, members)
    _, result = measure(company.workspace, "spring", at=9_000)
    with ledger_of(company.workspace) as ledger:
        kept = ledger.campaigns.named("spring")
    assert kept.measured_at == 9_000 and kept.result == result.as_dict()
    assert not any(one.customer_id in str(kept.result) for one in members)


def test_a_campaign_is_not_measured_before_the_data_reach_to_the_end_of_its_window(
    company: Company, campaign: FrozenCampaign, members: list[CampaignMember]
) -> None:
    with ledger_of(company.workspace) as ledger:
        ledger.campaigns.freeze(replace(campaign, window_days=DAYS + 1), members)
    with pytest.raises(DataRefused, match="the end of the campaign's window"):
        measure(company.workspace, "spring", at=9_000)


def test_a_campaign_that_was_started_without_measurement_is_not_measured(
    company: Company, campaign: FrozenCampaign, members: list[CampaignMember]
) -> None:
    with ledger_of(company.workspace) as ledger:
        ledger.campaigns.freeze(replace(campaign, is_measurable=False), members)
    with pytest.raises(UsageRefused, match="without measurement"):
        measure(company.workspace, "spring", at=9_000)
