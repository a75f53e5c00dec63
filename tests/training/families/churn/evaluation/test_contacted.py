"""What contacts have done is counted as pandas counts it, in every status, and only of whom there is something to count."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from experiments.world import World, WorldSpec, simulate
from features.company.settings.reading import load_settings
from features.company.workspace import Workspace
from features.store.ingestion import ingest
from features.store.pack import Pack
from features.store.store import open_store
from training.actions.measured import MeasuredContact
from training.families.churn.evaluation.contacted import measured_contacts
from training.questions.buying import Inactivity
from training.questions.kinds import question_of

SPEC = WorldSpec(customers=1_500, seed=4, contact_campaigns=4, contact_audience=0.9)
HORIZON_DAYS, ACTIVE_DAYS = 90, 180


@dataclass(frozen=True)
class Contacted:
    """A simulated company that has called, written and mailed."""

    world: World
    pack: Pack
    question: Inactivity

    @property
    def found(self) -> dict[str, MeasuredContact]:
        return {one.name: one for one in measured_contacts(self.pack, self.question)}

    def rows(self, name: str) -> Any:
        """Everybody drawn for one kind of contact who was judged that day, counted by pandas."""
        bought: Any = pd.read_parquet(self.world.folder / "purchases.parquet")
        bought = bought[bought.quantity > 0].groupby(["customer_id", "order_id"]).ordered_at.min()
        orders = bought.reset_index()[["customer_id", "ordered_at"]]
        drawn: Any = pd.read_parquet(self.world.folder / "exposures.parquet")
        drawn = drawn[drawn.offer_id == name].reset_index(drop=True)
        drawn["day"] = drawn.shown_at.dt.normalize()
        both = drawn.reset_index().merge(orders, on="customer_id")
        after = (both.ordered_at - both.day) / pd.Timedelta(days=1)
        by_row = both["index"]

        def any_between(first: float, last: float) -> Any:
            hit = ((after >= first) & (after < last)).groupby(by_row).any()
            return hit.reindex(drawn.index, fill_value=False)

        orders_before = (after < 0).groupby(by_row).sum().reindex(drawn.index, fill_value=0)
        is_recent = any_between(-ACTIVE_DAYS - 1e-9, 0)
        until = HORIZON_DAYS + 365
        rows = pd.DataFrame(
            {
                "contacted": drawn.arm == "treated",
                "was_silent": ~any_between(0, HORIZON_DAYS),
                "came_back": any_between(HORIZON_DAYS, until),
            }
        )
        return rows[(orders_before >= 2) & is_recent]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Contacted:
    world = simulate(SPEC, tmp_path_factory.mktemp("contacted"))
    settings = load_settings(world.settings_file)
    workspace = Workspace(settings.workspace_folder)
    ingest(settings, workspace)
    question = question_of(settings.churn)
    assert isinstance(question, Inactivity)
    return Contacted(world, open_store(workspace).pack(), question)


@pytest.mark.parametrize("name", ["call", "letter", "mail"])
def test_each_kind_is_counted_as_pandas_counts_it(company: Contacted, name: str) -> None:
    found, rows = company.found[name], company.rows(name)
    held_out = rows[~rows.contacted]
    assert found.contacted == rows.contacted.sum()
    assert found.held_out == len(held_out)
    statuses = list(found.statuses.values())
    weights = [one.held_out for one in statuses]
    for said, column in (("came_back", "came_back"), ("silent", "was_silent")):
        mean = np.average([getattr(one, said) for one in statuses], weights=weights)
        assert mean == pytest.approx(held_out[column].mean())


def test_the_days_are_those_of_the_campaigns(company: Contacted) -> None:
    call = company.found["call"]
    end = SPEC.end
    assert call.campaigns == 2
    assert call.last_day == f"{end.plus_days(-180).instant:%Y-%m-%d}"
    assert call.first_day == f"{end.plus_days(-180 - 3 * 45).instant:%Y-%m-%d}"
    assert (call.shortest_days, call.longest_days) == (90, 90 + 3 * 45)


def test_a_campaign_that_is_not_over_yet_tells_nothing(company: Contacted) -> None:
    longer = replace(company.question, horizon_days=91)
    assert measured_contacts(company.pack, longer) != ()
    assert {one.name for one in measured_contacts(company.pack, longer)} == {
        "call",
        "letter",
        "mail",
    }
    (call,) = (one for one in measured_contacts(company.pack, longer) if one.name == "call")
    # The latest was 180 days ago, which is less than twice 91.
    assert call.campaigns == 1


def test_without_people_held_out_nothing_is_measured(company: Contacted) -> None:
    stream = company.pack.streams["exposures"]
    for bare in (
        replace(stream, dictionaries={**stream.dictionaries, "arm": ("treated",)}),
        replace(stream, dictionaries={**stream.dictionaries, "offer": ("OFFER-01",)}),
    ):
        streams = {**company.pack.streams, "exposures": bare}
        assert measured_contacts(replace(company.pack, streams=streams), company.question) == ()
    streams = {k: v for k, v in company.pack.streams.items() if k != "exposures"}
    assert measured_contacts(replace(company.pack, streams=streams), company.question) == ()


def test_where_everybody_had_to_be_contacted_nothing_is_measured(company: Contacted) -> None:
    stream = company.pack.streams["exposures"]
    surely = np.full(stream.rows, 1_000, np.int64)
    sure = replace(stream, columns={**stream.columns, "action_probability_milli": surely})
    streams = {**company.pack.streams, "exposures": sure}
    assert measured_contacts(replace(company.pack, streams=streams), company.question) == ()
