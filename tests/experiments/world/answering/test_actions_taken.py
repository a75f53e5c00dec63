"""What contacts do to the rate of leaving: each by its share, less when others still work, and the wrong way for those who dislike mail."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from experiments.world import WorldSpec
from experiments.world.answering.actions_taken import KINDS, PUT_OFF_RATE, ActionsTaken
from experiments.world.campaigns import PUT_OFF_BELOW
from experiments.world.contact_campaigns import EFFECT_DAYS, SHARES, share_retained_by_call
from experiments.world.people import People, drawn_people
from features.vocabulary.errors import UsageRefused

CALL, LETTER, MAIL = (KINDS.index(name) for name in ("call", "letter", "mail"))


def people(count: int = 3) -> People:
    drawn = drawn_people(np.arange(count), WorldSpec(), np.random.default_rng(1))
    return replace(drawn, email_liking=np.zeros(count))


def taken(*rows: tuple[int, int, int]) -> ActionsTaken:
    columns = np.array(rows, np.int64).reshape(-1, 3).T
    return ActionsTaken.none().and_also(ActionsTaken(*columns))


def test_a_contact_works_for_its_days_by_its_share_of_what_a_call_does() -> None:
    somebody = people()
    lowering = taken((1, 100, LETTER)).lowering(somebody)
    share = SHARES["letter"] * share_retained_by_call(somebody)[1]
    for day, expected in (
        (99, 0.0),
        (100, share),
        (99 + EFFECT_DAYS, share),
        (100 + EFFECT_DAYS, 0),
    ):
        assert lowering.on(day) == pytest.approx([0.0, expected, 0.0])


def test_a_second_call_does_half_as_much_while_the_first_works_and_a_third_a_quarter() -> None:
    somebody = people()
    share = share_retained_by_call(somebody)[0]
    calls = taken((0, 100, CALL), (0, 130, CALL), (0, 189, CALL), (0, 300, CALL))
    assert calls.shares(somebody) == pytest.approx(np.array([1, 1 / 2, 1 / 4, 1]) * share)
    left_over = (1 - share) * (1 - share / 2)
    assert calls.lowering(somebody).on(130)[0] == pytest.approx(1 - left_over)


def test_an_e_mail_makes_those_leave_who_dislike_mail_and_a_call_does_not() -> None:
    somebody = replace(people(), email_liking=np.array([PUT_OFF_BELOW - 0.1, PUT_OFF_BELOW, 0.0]))
    mailed = taken((0, 10, MAIL), (1, 10, MAIL)).lowering(somebody).on(20)
    assert mailed[0] == pytest.approx(-PUT_OFF_RATE)
    assert mailed[1] > 0
    assert taken((0, 10, CALL)).lowering(somebody).on(20)[0] > 0


@given(some.permutations(range(6)))
def test_the_order_in_which_contacts_are_said_does_not_matter(order: list[int]) -> None:
    rows = [(0, 5, CALL), (0, 9, MAIL), (1, 5, CALL), (2, 1, LETTER), (2, 2, CALL), (2, 99, MAIL)]
    said = taken(*(rows[place] for place in order))
    assert [*zip(said.person, said.day, said.kind, strict=True)] == rows


def test_two_contacts_of_one_customer_on_a_day_are_refused() -> None:
    with pytest.raises(UsageRefused, match="one contact a customer and day; found 1 more"):
        taken((1, 5, CALL)).and_also(taken((1, 5, MAIL)))


def test_some_people_have_their_own_contacts_alone() -> None:
    mine = taken((1, 5, CALL), (4, 5, MAIL), (7, 5, CALL)).of(np.array([4, 7, 8]))
    assert [*zip(mine.person, mine.kind, strict=True)] == [(0, MAIL), (1, CALL)]
    assert len(taken((1, 5, CALL)).of(np.zeros(0, np.int64))) == 0
