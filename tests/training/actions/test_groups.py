"""Whom contacts keep: every side of every border of the four groups, and one customer as many."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.lifecycle.stages import LifecycleStatus
from training.actions.actions import ASSUMED, MEASURED, NOTHING, Action
from training.actions.best import ContactCase, best_actions_for
from training.actions.groups import ContactGroup, contact_group, contact_groups
from training.actions.net_gain import best_actions

SLOWING, GONE = LifecycleStatus.SLOWING, LifecycleStatus.PROBABLY_GONE
ALL = len(LifecycleStatus)
CALL = Action("call", "phone", 500, (0.1,) * ALL, MEASURED, (0.04,) * ALL)
MAIL = Action("mail", "email", 10, (0.01,) * ALL, ASSUMED)
HARMFUL = replace(CALL, kept_chances=(-0.01,) * ALL)
USELESS = replace(CALL, name="letter", kept_chances=(0.0,) * ALL)
NOT_OF_THEM = replace(CALL, kept_chances=(None,) * ALL)


def group_of(
    actions: tuple[Action, ...], risk: float, *, cents: float = 0.0, refused: bool = False
) -> ContactGroup:
    """The group of a slowing customer who brings so much if kept."""
    status = np.array([SLOWING], np.int8)
    given_up = np.array([refused])
    best, _ = best_actions(actions, status, np.array([risk]), np.array([cents]), given_up)
    (found,) = contact_groups(actions, status, np.array([risk]), best, given_up)
    return ContactGroup(found)


def test_who_is_worth_a_measured_contact_is_persuadable_and_nobody_else() -> None:
    # Four of a hundred are kept: of 125.00 that is what the call costs, and 126.00 bring four cents more.
    assert group_of((CALL,), 0.3, cents=12_600) == ContactGroup.PERSUADABLE
    assert group_of((CALL,), 0.3, cents=12_500) == ContactGroup.SURE_THING


def test_who_comes_back_anyway_is_a_sure_thing_and_who_does_not_a_lost_cause() -> None:
    borders = [group_of((CALL,), risk) for risk in (0.0, 0.499, 0.5, 1.0)]
    assert borders == [ContactGroup.SURE_THING] * 2 + [ContactGroup.LOST_CAUSE] * 2


def test_where_every_measured_contact_drives_people_away_nobody_is_to_be_disturbed() -> None:
    assert group_of((HARMFUL,), 0.9, cents=9e6) == ContactGroup.DO_NOT_DISTURB
    assert group_of((HARMFUL, USELESS), 0.9) == ContactGroup.LOST_CAUSE
    assert group_of((HARMFUL, MAIL), 0.9) == ContactGroup.DO_NOT_DISTURB


def test_no_assumption_puts_anybody_in_a_group() -> None:
    assert group_of((MAIL,), 0.4, cents=9e6) == ContactGroup.UNTOLD
    assert group_of((MAIL,), 0.4) == ContactGroup.UNTOLD
    assert group_of((NOT_OF_THEM,), 0.4) == ContactGroup.UNTOLD
    # A measured call of whose effect on the slowing no campaign tells gains by what is assumed of it.
    assert group_of((NOT_OF_THEM,), 0.4, cents=9e6) == ContactGroup.UNTOLD
    # The mail gains more by what is assumed of it: what was measured of the call does not speak for that.
    assumed = replace(MAIL, keeps=(0.9,) * ALL)
    assert group_of((CALL, assumed), 0.4, cents=9e6) == ContactGroup.UNTOLD


def test_of_whoever_refused_nothing_is_told() -> None:
    assert group_of((CALL,), 0.3, cents=9e6, refused=True) == ContactGroup.UNTOLD


def test_without_any_action_nothing_is_told() -> None:
    assert group_of((), 0.3) == ContactGroup.UNTOLD


@pytest.mark.parametrize("one", list(ContactGroup))
def test_a_group_has_a_word_and_a_title_unless_nothing_is_told(one: ContactGroup) -> None:
    assert bool(one.word) == bool(one.title) == (one != ContactGroup.UNTOLD)


chances = st.one_of(st.none(), st.floats(-0.2, 0.5))
some_action = st.builds(
    lambda name, kept, source: replace(CALL, name=name, kept_chances=tuple(kept), source=source),
    st.sampled_from(["call", "letter", "mail"]),
    st.lists(chances, min_size=ALL, max_size=ALL),
    st.sampled_from([MEASURED, ASSUMED]),
)
customers = st.lists(
    st.tuples(st.sampled_from(list(LifecycleStatus)), st.floats(0, 1), st.integers(0, 10**6)),
    min_size=1,
    max_size=8,
)


@given(st.lists(some_action, max_size=3, unique_by=lambda one: one.name), customers)
def test_one_customer_has_the_group_they_have_among_many(
    actions: list[Action], told: list[tuple[LifecycleStatus, float, int]]
) -> None:
    statuses = np.array([one for one, _, _ in told], np.int8)
    risk, money = np.array([one for _, one, _ in told]), np.array([float(one) for *_, one in told])
    nobody = np.zeros(len(told), np.bool_)
    best, _ = best_actions(actions, statuses, risk, money, nobody)
    many = contact_groups(actions, statuses, risk, best, nobody)
    alone = [
        contact_group(actions, status, one, None if place == NOTHING else actions[place])
        for (status, one, _), place in zip(told, best.tolist(), strict=True)
    ]
    assert many.tolist() == alone
    cases = [ContactCase(*one, has_refused=False) for one in told]
    assert [one.group for one in best_actions_for(actions, cases)] == alone
