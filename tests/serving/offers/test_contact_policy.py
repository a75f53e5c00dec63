"""Limits of contact at every edge, in seconds: what is forbidden is forbidden, and what is allowed is allowed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from features.company.settings.offers import OfferSettings
from serving.offers.contact_policy import ContactPolicy, ShownOffer

DAY = 86_400
AT = 20_000 * DAY
CHANNELS = ("email", "email", "post", "")
Row = tuple[int, int, int, bool]
"""Customer, offer, seconds after now, whether it was taken."""


def shown(*rows: Row) -> ShownOffer:
    customers, offers, seconds, taken = zip(*rows, strict=True) if rows else ((), (), (), ())
    return ShownOffer(
        np.array(customers, np.int64),
        np.array(offers, np.int64),
        AT + np.array(seconds, np.int64),
        np.array(taken, np.bool_),
    )


def test_who_lays_nothing_down_holds_nobody_back() -> None:
    assert ContactPolicy({}) == ContactPolicy({}, quiet_days=0, refusals=0, suppressed_days=0)


def test_the_policy_is_as_the_settings_say() -> None:
    settings = replace(
        OfferSettings(),
        weekly_caps={"email": "2", "post": "0"},
        quiet_days=3,
        refusals=4,
        suppressed_days=50,
    )
    assert ContactPolicy.of(settings) == ContactPolicy({"email": 2, "post": 0}, 3, 4, 50)


@pytest.mark.parametrize(
    ("seconds", "is_full"),
    [
        (-8 * DAY, False),
        (-7 * DAY - 1, False),
        (-7 * DAY, False),
        (-7 * DAY + 1, True),
        (-1, True),
        (0, True),
        (1, False),
    ],
)
def test_seven_days_later_the_week_is_over_and_not_a_second_before(
    seconds: int, is_full: bool
) -> None:
    policy = ContactPolicy({"email": 1})
    found = shown((0, 1, seconds, False)).capped(policy, CHANNELS, 2, AT)
    assert found.tolist() == [[is_full, is_full, False, False], [False] * 4]


@pytest.mark.parametrize(
    ("cap", "emails", "is_full"),
    [(0, 0, True), (0, 1, True), (1, 0, False), (1, 1, True), (2, 1, False), (2, 2, True), (2, 3, True)],
)  # fmt: skip
def test_a_channel_is_full_from_its_cap_on(cap: int, emails: int, is_full: bool) -> None:
    rows: list[Row] = [(0, place % 2, -DAY, place == 0) for place in range(emails)]
    # Another customer's, and another channel's.
    others: list[Row] = [(1, 0, -DAY, False)] * 5 + [(0, 2, -DAY, False)] * 5
    found = shown(*rows, *others).capped(ContactPolicy({"email": cap}), CHANNELS, 2, AT)
    assert found[0].tolist() == [is_full, is_full, False, False]
    assert found[1].tolist() == [cap <= 5, cap <= 5, False, False]


def test_each_channel_has_its_own_cap_and_one_without_a_cap_is_never_full() -> None:
    rows: list[Row] = [(0, place, -DAY, False) for place in (0, 2, 2, 3, 3, 3)]
    policy = ContactPolicy({"email": 2, "post": 2, "telephone": 0})
    assert shown(*rows).capped(policy, CHANNELS, 1, AT).tolist() == [[False, False, True, False]]
    assert not shown(*rows).capped(ContactPolicy({}), CHANNELS, 1, AT).any()


@pytest.mark.parametrize(
    ("days", "seconds", "is_quiet"),
    [
        (2, -2 * DAY - 1, False),
        (2, -2 * DAY, False),
        (2, -2 * DAY + 1, True),
        (2, 0, True),
        (2, 1, False),
        (1, -DAY, False),
        (1, -DAY + 1, True),
        (0, -1, False),
        (0, 0, False),
    ],
)
def test_quiet_days_end_to_the_second(days: int, seconds: int, is_quiet: bool) -> None:
    for offer in range(4):
        found = shown((1, offer, seconds, offer == 1)).quiet(ContactPolicy({}, days), 2, AT)
        assert found.tolist() == [False, is_quiet]


VAIN, TAKEN = False, True


@pytest.mark.parametrize(
    ("history", "is_suppressed"),
    [
        ([], False),
        ([(-1, VAIN)], False),
        ([(-2, VAIN), (-1, VAIN)], True),
        ([(-3, VAIN), (-2, VAIN), (-1, VAIN)], True),
        ([(-40 * DAY, VAIN), (-1, VAIN)], True),
        # The rest begins with the last refusal and ends to the second.
        ([(-40 * DAY, VAIN), (-20 * DAY + 1, VAIN)], True),
        ([(-40 * DAY, VAIN), (-20 * DAY, VAIN)], False),
        ([(-40 * DAY, VAIN), (-20 * DAY - 1, VAIN)], False),
        # What was taken begins anew.
        ([(-3, VAIN), (-2, TAKEN), (-1, VAIN)], False),
        ([(-3, VAIN), (-2, VAIN), (-1, TAKEN)], False),
        ([(-3, TAKEN), (-2, VAIN), (-1, VAIN)], True),
        ([(-3, VAIN), (-2, TAKEN), (-2, VAIN), (-1, VAIN)], False),
        ([(-9, TAKEN), (-8, VAIN), (-7, TAKEN), (-2, VAIN), (-1, VAIN)], True),
        # What is not yet does not count, neither a refusal nor an acceptance.
        ([(-1, VAIN), (0, VAIN)], True),
        ([(-1, VAIN), (1, VAIN)], False),
        ([(-2, VAIN), (-1, VAIN), (1, TAKEN)], True),
    ],
)
def test_an_offer_refused_twice_rests_for_twenty_days(
    history: list[tuple[int, bool]], is_suppressed: bool
) -> None:
    policy = ContactPolicy({}, refusals=2, suppressed_days=20)
    rows: list[Row] = [(1, 2, seconds, taken) for seconds, taken in history]
    # Of another offer, and of another customer, one each.
    rows += [(1, 1, -5, VAIN), (0, 2, -5, VAIN)]
    found = shown(*rows).suppressed(policy, 2, 4, AT)
    assert found.tolist() == [[False] * 4, [False, False, is_suppressed, False]]
    assert not shown(*rows).suppressed(replace(policy, refusals=0), 2, 4, AT).any()


@pytest.mark.parametrize(
    ("seconds", "was_taken", "counts"),
    [
        (-25 * DAY - 1, TAKEN, False),
        (-25 * DAY, TAKEN, False),
        (-25 * DAY + 1, TAKEN, True),
        (0, TAKEN, True),
        (1, TAKEN, False),
        (-1, VAIN, False),
    ],
)
def test_what_was_taken_within_so_many_days_is_taken(
    seconds: int, was_taken: bool, counts: bool
) -> None:
    found = shown((1, 2, seconds, was_taken)).taken_before(2, 4, AT, 25)
    assert found.tolist() == [[False] * 4, [False, False, counts, False]]
