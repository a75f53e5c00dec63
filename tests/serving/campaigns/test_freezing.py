"""A campaign is frozen with its lot, its limits and all it was made from; what can never answer is not started unseen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.vocabulary.errors import UsageRefused
from serving.campaigns.freezing import CampaignTerms, StartedCampaign, start, within_limits
from serving.campaigns.plannable import PlanLimits
from serving.campaigns.planning import ContactPlan, planned
from serving.ledger.ledger import Ledger
from serving.snapshot.reading import Snapshot
from training.actions.actions import ASSUMED, Action


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(tmp_path / "ledger.db")
    yield opened
    opened.close()


def started(
    ledger: Ledger,
    snapshot: Snapshot,
    terms: CampaignTerms,
    limits: PlanLimits,
    *,
    anyway: bool = False,
) -> StartedCampaign:
    plan = planned(snapshot, limits)
    return start(ledger, snapshot, plan, terms, without_measurement=anyway, at=1_000)


def test_whom_the_lot_holds_out_is_whom_every_answer_says_is_held_out(
    ledger: Ledger, snapshot: Snapshot, terms: CampaignTerms
) -> None:
    found = started(ledger, snapshot, terms, PlanLimits(hold_out_percent=50), anyway=True)
    members = ledger.campaigns.members(found.campaign.campaign_id)
    assert {one.is_held_out for one in members} == {True, False}
    for one in members:
        assert one.is_held_out is ledger.hold_out.holds(one.customer_id, "spring", 50)
    assert found.held_out == sum(one.is_held_out for one in members)
    assert found.contacted == len(members) - found.held_out


def test_what_was_expected_of_each_is_frozen_with_them(
    ledger: Ledger, snapshot: Snapshot, terms: CampaignTerms
) -> None:
    found = started(ledger, snapshot, terms, PlanLimits(hold_out_percent=50), anyway=True)
    members = ledger.campaigns.members(found.campaign.campaign_id)
    for one in members:
        place = snapshot.places[snapshot.find(one.customer_id)]
        assert one.risk == snapshot.ranking.probability[place]
        assert one.net_gain_cents == pytest.approx(
            one.chance_kept * one.if_kept_cents - one.cost_cents, abs=1
        )
    contacted = [one for one in members if not one.is_held_out]
    assert found.spend_cents == sum(one.cost_cents for one in contacted)
    assert found.gain_cents == sum(one.net_gain_cents for one in contacted)
    assert len({one.decision_id for one in members}) == len(members)
    made_from = found.campaign.made_from
    assert made_from["model_digest"] == snapshot.manifest["model_digest"]
    assert made_from["cutoff_seconds"] == snapshot.cutoff_seconds
    assert ledger.campaigns.named("spring") == found.campaign


def test_a_hold_out_that_can_never_answer_is_refused_unless_nothing_is_to_be_measured(
    ledger: Ledger, snapshot: Snapshot, terms: CampaignTerms
) -> None:
    nobody = PlanLimits(hold_out_percent=0)
    with pytest.raises(UsageRefused, match="--without-measurement"):
        started(ledger, snapshot, terms, nobody)
    assert ledger.campaigns.all() == []
    found = started(ledger, snapshot, terms, nobody, anyway=True)
    assert not found.campaign.is_measurable and found.held_out == 0


def test_a_plan_of_nobody_is_not_started(
    ledger: Ledger, snapshot: Snapshot, terms: CampaignTerms
) -> None:
    with pytest.raises(UsageRefused, match="it pays to contact"):
        started(ledger, snapshot, terms, PlanLimits(budget_cents=0), anyway=True)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": "  "}, "a name"),
        ({"window_days": 0}, "1 to 365"),
        ({"window_days": 366}, "1 to 365"),
        ({"days_later": -1}, "the day of the scores"),
        ({"seconds_later": 3_600}, "midnight"),
    ],
)
def test_terms_that_make_no_sense_are_refused(
    ledger: Ledger,
    snapshot: Snapshot,
    terms: CampaignTerms,
    changes: dict[str, int | str],
    said: str,
) -> None:
    later = int(changes.pop("days_later", 0)) * 86_400 + int(changes.pop("seconds_later", 0))
    starts = type(terms.starts)(terms.starts.seconds + later)
    with pytest.raises(UsageRefused, match=said):
        started(ledger, snapshot, replace(terms, starts=starts, **changes), PlanLimits())  # type: ignore[arg-type]


def plan_of(costs: list[int], chosen: list[int], limits: PlanLimits) -> ContactPlan:
    actions = tuple(
        Action(name, "phone", cost, (0.1,) * 7, ASSUMED)
        for name, cost in zip(("call", "mail"), costs, strict=True)
    )
    count = len(chosen)
    nothing = np.zeros(count)
    return ContactPlan(
        actions,
        limits,
        count,
        np.arange(count),
        np.array(chosen, np.int64),
        np.zeros(count, np.int8),
        nothing,
        nothing,
        nothing,
        nothing,
        np.array(costs, np.float64)[np.array(chosen, np.int64)],
        nothing,
        {},
    )


@given(
    st.lists(st.tuples(st.integers(0, 1), st.booleans()), min_size=1, max_size=12),
    st.none() | st.integers(0, 2_000),
    st.none() | st.integers(0, 8),
    st.none() | st.integers(0, 4),
)
def test_whatever_the_lot_limits_are_kept_and_nobody_before_the_first_left_out_is_missing(
    drawn: list[tuple[int, bool]], budget: int | None, most: int | None, calls: int | None
) -> None:
    chosen, held = [one for one, _ in drawn], np.array([one for _, one in drawn])
    limits = PlanLimits(budget, most, {} if calls is None else {"call": calls})
    kept = within_limits(plan_of([500, 10], chosen, limits), held)
    # The same one after the other: the first who would break a limit ends it, of calls the calls alone.
    expected, spent, contacted, called, is_over = [], 0, 0, 0, False
    for place, (action, is_held) in enumerate(drawn):
        cost = 0 if is_held else (500, 10)[action]
        called += action == 0 and not is_held
        if action == 0 and calls is not None and called > calls:
            continue
        is_over |= most is not None and contacted + (not is_held) > most
        if is_over:
            break
        contacted += not is_held
        spent += cost
        if budget is not None and spent > budget:
            break
        expected.append(place)
    assert kept.tolist() == expected
