"""What an action is expected to bring: small enough to check by head, and against a loop that knows nothing of arrays."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.company.settings.actions import ActionSettings, CallSettings, MailSettings
from features.company.settings.questions import ContactWord
from features.lifecycle.stages import LifecycleStatus
from features.vocabulary.words import PLAIN_CONTACTS
from training.actions.actions import (
    ASSUMED,
    NOTHING,
    TITLES,
    Action,
    actions_of,
    plain_contacts,
    retention_chances,
)
from training.actions.net_gain import best_actions, net_gains_cents

ACTIVE, SLOWING = LifecycleStatus.ACTIVE, LifecycleStatus.SLOWING
LAPSED, GONE = LifecycleStatus.LAPSED, LifecycleStatus.PROBABLY_GONE
CALL = Action("call", "phone", 500, (0.1, 0.1, 0.2, 0.15, 0.05, 0.1, 0.01), ASSUMED)
MAIL = Action("mail", "email", 10, (0.01, 0.01, 0.03, 0.02, 0.01, 0.01, 0.0), ASSUMED)


def codes(*statuses: LifecycleStatus) -> np.ndarray:
    return np.array(statuses, np.int8)


def nobody(customers: int) -> np.ndarray:
    return np.zeros(customers, np.bool_)


def test_a_net_gain_is_the_share_kept_times_the_money_at_stake_less_the_cost() -> None:
    # Of a risk of 40 % six tenths are of those not yet gone, 24 %: of 200.00 a call keeps a fifth of 48.00 and costs 5.00.
    found = net_gains_cents((CALL, MAIL), codes(SLOWING), np.array([0.4]), np.array([20_000.0]))
    assert found.tolist() == [[pytest.approx(960 - 500), pytest.approx(144 - 10)]]


def test_of_a_high_risk_as_little_is_averted_as_of_a_low_one_since_they_have_left_already() -> None:
    risks = np.array([0.0, 0.1, 0.5, 0.9, 1.0])
    same = codes(*[SLOWING] * len(risks))
    (kept,) = retention_chances((CALL,), same, risks).T
    assert kept == pytest.approx([0.0, 0.018, 0.05, 0.018, 0.0])


def test_what_past_days_have_shown_of_leavers_takes_the_place_of_the_rule_never_above_the_risk() -> (
    None
):
    # Of a risk of 40 % the rule takes 24 % to leave; four tenths of that left of the slowing, four times as many of the lapsed.
    leaving = tuple({SLOWING: 0.4, LAPSED: 4.0}.get(one, 1.0) for one in LifecycleStatus)
    call = replace(CALL, leaving=leaving)
    both = codes(SLOWING, LAPSED)
    (kept,) = retention_chances((call,), both, np.array([0.4, 0.4])).T
    assert kept == pytest.approx([0.2 * 0.4 * 0.24, 0.05 * 0.4])
    alone = [call.retention_chance(one, 0.4) for one in (SLOWING, LAPSED)]
    assert alone == pytest.approx(kept.tolist())


def test_who_is_probably_gone_is_hardly_kept_by_a_call_whatever_they_were_worth() -> None:
    both = net_gains_cents(
        (CALL,), codes(GONE, SLOWING), np.array([0.97, 0.97]), np.array([40_000.0, 40_000.0])
    )
    # 0.97 x 0.03 x 400.00 are 11.64, of which a call keeps a hundredth or a fifth.
    assert both[:, 0] == pytest.approx([11.64 - 500, 232.8 - 500])


def test_who_gives_back_more_than_they_buy_has_nothing_to_be_kept_for() -> None:
    assert net_gains_cents((CALL,), codes(SLOWING), np.array([0.9]), np.array([-9_000.0])) == -500


@pytest.mark.parametrize(
    ("cents", "action", "gain"),
    [(15_624.0, NOTHING, 0), (15_625.0, NOTHING, 0), (15_641.0, 0, 1)],
    ids=["a loss", "nothing lost and nothing won", "a cent"],
)
def test_nothing_is_done_where_nothing_is_gained(cents: float, action: int, gain: int) -> None:
    # Of the money a fifth of 0.2 x 0.8 is kept: 15,625 cents bring the 500 that the call costs.
    best, net = best_actions((CALL,), codes(SLOWING), np.array([0.2]), np.array([cents]), nobody(1))
    assert (best.tolist(), net.tolist()) == ([action], [gain])


def test_whoever_refused_is_left_alone_however_much_there_is_to_gain() -> None:
    best, net = best_actions(
        (CALL, MAIL),
        codes(SLOWING, SLOWING),
        np.array([0.9, 0.9]),
        np.array([90_000.0, 90_000.0]),
        np.array([True, False]),
    )
    assert best.tolist() == [NOTHING, 0]
    assert net.tolist() == [0, 1_120]


def test_without_any_action_there_is_nothing_to_do() -> None:
    best, net = best_actions((), codes(SLOWING), np.array([0.9]), np.array([9e6]), nobody(1))
    assert (best.tolist(), net.tolist()) == ([NOTHING], [0])


statuses = st.lists(st.sampled_from(list(LifecycleStatus)), min_size=1, max_size=12)


@given(statuses, st.data())
def test_the_best_action_is_what_a_loop_over_customers_and_actions_finds(
    found: list[LifecycleStatus], data: st.DataObject
) -> None:
    def drawn(one: st.SearchStrategy[float]) -> list[float]:
        return data.draw(st.lists(one, min_size=len(found), max_size=len(found)))

    risk = drawn(st.floats(0, 1))
    money = drawn(st.floats(-1e6, 1e7))
    refused = [one > 0.5 for one in drawn(st.floats(0, 1))]
    best, net = best_actions(
        (CALL, MAIL), codes(*found), np.array(risk), np.array(money), np.array(refused)
    )
    for place, status in enumerate(found):
        gains = [
            one.keeps[status] * risk[place] * (1 - risk[place]) * max(money[place], 0.0)
            - one.cost_cents
            for one in (CALL, MAIL)
        ]
        if refused[place] or round(max(gains)) <= 0:
            assert (best[place], net[place]) == (NOTHING, 0)
        else:
            assert net[place] == pytest.approx(max(gains), abs=0.51)
            assert gains[best[place]] == pytest.approx(max(gains))


def test_the_company_says_what_it_does_and_what_it_assumes() -> None:
    said = ActionSettings(call=CallSettings(cost_cents=700, slowing_percent=33))
    call, letter, mail = plain_contacts(said)
    assert (call.cost_cents, call.keeps[SLOWING], call.channel) == (700, 0.33, "phone")
    assert call.keeps[LifecycleStatus.NEW] == call.keeps[ACTIVE] == 0.1
    assert (letter.name, mail.name) == ("letter", "mail")
    assert {one.source for one in (call, letter, mail)} == {ASSUMED}
    without = plain_contacts(ActionSettings(mail=MailSettings(is_possible=False)))
    assert [one.name for one in without] == ["call", "letter"]


def test_the_longer_a_customer_has_been_away_the_less_is_assumed_to_keep_them() -> None:
    for one in plain_contacts(ActionSettings()):
        away = [one.keeps[status] for status in (SLOWING, LifecycleStatus.AT_RISK, LAPSED, GONE)]
        assert away == sorted(away, reverse=True)


def test_every_list_of_plain_contacts_names_the_same_ones() -> None:
    settings = tuple(one.name for one in fields(ActionSettings))
    assert tuple(TITLES) == PLAIN_CONTACTS == get_args(ContactWord) == settings


def test_actions_are_read_as_they_were_written() -> None:
    made = plain_contacts(ActionSettings())
    assert actions_of([one.as_dict() for one in made]) == made


def test_the_chance_of_one_customer_is_that_of_many() -> None:
    shown = (None, 0.02, 0.5, None, 0.9, 0.0, 0.1)
    for action in (CALL, replace(CALL, kept_chances=shown)):
        for status in LifecycleStatus:
            for risk in (0.0, 0.05, 0.5, 1.0):
                many = retention_chances([action], np.array([status], np.int8), np.array([risk]))
                assert action.retention_chance(status, risk) == many[0, 0]
                assert action.retention_chance(status, risk) <= risk
