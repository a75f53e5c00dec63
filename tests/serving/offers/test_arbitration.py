"""Which offer or none: by hand, by laws, and by a machine that goes through many days of one company."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from features.vocabulary.errors import DataRefused, UsageRefused
from features.vocabulary.time import DAY_SECONDS
from serving.offers.arbitration import (
    NOTHING,
    REASONS,
    STEP_OF,
    Permissions,
    Terms,
    decide,
    option_chances,
)
from serving.offers.contact_policy import ContactPolicy, ShownOffer
from serving.offers.rules import OfferRule

NO_LOT = np.array([[0.999]])


def terms(chance: float, effect: float | None = None, lever: float = 1.0) -> Terms:
    """One customer and an offer with a margin of 1000 cents, a reward of 200 and a contact of 10."""
    return Terms.of(
        np.array([[chance]]),
        None if effect is None else np.array([[effect]]),
        np.array([1000.0]),
        np.array([200.0]),
        10.0,
        levers=np.array([lever]),
        context=np.array([1.5]),
    )


def test_a_priority_is_chance_times_context_times_value_times_lever_less_cost() -> None:
    found = terms(0.1, lever=2.0)
    assert found.of_pair(0, 0) == {
        "chance": 0.1, "context": 1.5, "value_cents": 800.0, "lever": 2.0, "cost_cents": 10.0,
    }  # fmt: skip
    assert found.priority[0, 0] == pytest.approx(0.1 * 1.5 * 800 * 2 - 10)
    assert found.money[0, 0] == pytest.approx(0.1 * 800 - 10)


def test_an_effect_is_paid_for_by_everybody_who_takes_the_offer() -> None:
    found = terms(0.1, effect=0.03)
    assert found.priority[0, 0] == pytest.approx(0.03 * 1.5 * 1000 - (10 + 0.1 * 200))


def test_a_budget_that_runs_short_is_paid_for_and_no_money_is_lost_by_it() -> None:
    """At a price of two a cent, the contact and the reward of who takes it count three times."""
    short = Terms.of(
        np.array([[0.1]]), np.array([[0.05]]), np.array([1000.0]), np.array([200.0]), 10.0, budget_price=2.0
    )  # fmt: skip
    assert short.priority[0, 0] == pytest.approx(50 - 3 * (10 + 20))
    assert short.money[0, 0] == pytest.approx(50 - 30)
    assert short.of_pair(0, 0)["cost_cents"] == pytest.approx(90)


def test_a_lever_makes_no_harm_smaller_or_larger() -> None:
    assert terms(0.1, -0.05, lever=2.0).priority == pytest.approx(terms(0.1, -0.05).priority)
    with pytest.raises(UsageRefused):
        terms(0.1, lever=-0.5)


def test_nothing_is_shown_where_nothing_is_worth_its_cost() -> None:
    found = decide(np.array([[-5.0, 0.0]]), np.ones((1, 2), np.bool_), NO_LOT)
    assert found.offers.tolist() == [[NOTHING]] and found.probability.tolist() == [[1.0]]


def test_the_best_permitted_offer_is_shown_and_one_of_a_kind() -> None:
    priority = np.array([[9.0, 8.0, 7.0, 6.0]])
    permitted = np.array([[False, True, True, True]])
    found = decide(priority, permitted, np.full((1, 3), 0.999), alike=[0, 1, 1, 2])
    assert found.offers.tolist() == [[1, 3, NOTHING]]


def test_a_lot_falls_on_each_candidate_alike_and_its_chance_is_told() -> None:
    lots = (np.arange(4_000)[:, None] + 0.5) / 4_000
    priority = np.tile([[5.0, 1.0, -1.0]], (4_000, 1))
    permitted = np.tile([[True, False, True]], (4_000, 1))
    found = decide(priority, permitted, lots, explore=0.3)
    counts = {offer: int((found.offers == offer).sum()) for offer in (0, 1, 2, NOTHING)}
    assert counts == {0: 2800 + 400, 1: 0, 2: 400, NOTHING: 400}
    for offer, count in counts.items():
        told = found.probability[found.offers == offer]
        assert np.allclose(told, count / 4_000)
    assert option_chances(priority[:1], permitted[:1], 0.3) == pytest.approx(
        np.array([[0.8, 0.0, 0.1, 0.1]])
    )


@settings(max_examples=60)
@given(st.data())
def test_more_of_a_lever_never_shows_an_offer_to_fewer(data: st.DataObject) -> None:
    numbers = st.floats(-1, 1, allow_nan=False)
    effect = np.array(
        data.draw(st.lists(st.lists(numbers, min_size=3, max_size=3), min_size=1, max_size=6))
    )
    low, high = sorted(data.draw(st.tuples(st.floats(0.1, 5), st.floats(0.1, 5))))
    shown = []
    for lever in (low, high):
        found = Terms.of(
            np.abs(effect), effect, np.full(3, 100.0), np.zeros(3), 1.0,
            levers=np.array([lever, 1.0, 1.0]),
        )  # fmt: skip
        lots = np.full((len(effect), 1), 0.999)
        chosen = decide(found.priority, np.ones_like(effect, np.bool_), lots).offers
        shown.append(int((chosen == 0).sum()))
    assert shown[0] <= shown[1]


def test_the_reason_of_the_earliest_step_is_told() -> None:
    yes = np.ones((1, 2), np.bool_)
    found = Permissions.of((1, 2), {"quiet_days": yes, "not_eligible": np.array([[True, False]])})
    assert found.dropped(0) == {"not_eligible": [0], "quiet_days": [1]}
    assert not found.is_permitted.any()
    assert set(STEP_OF) == set(REASONS)


def test_a_rule_holds_for_those_it_says_and_for_nobody_it_knows_nothing_of() -> None:
    read = OfferRule.read("orders >= 2 and spend < 100.5", ("spend", "orders"), whose="tea")
    values = np.array([[100, 2], [101, 5], [3, 1], [np.nan, 9]], np.float32)
    assert read.holds(values).tolist() == [True, False, False, False]
    assert OfferRule.read("", ("spend",), whose="tea").holds(values).all()


@pytest.mark.parametrize("text", ["ordrs >= 2", "orders >", "orders >= 2 or spend < 1", "1 = 1"])
def test_a_rule_that_names_what_nobody_knows_is_refused(text: str) -> None:
    with pytest.raises(DataRefused) as raised:
        OfferRule.read(text, ("spend", "orders"), whose="tea")
    assert "tea" in str(raised.value)


OFFERS, CUSTOMERS = 3, 2
CHANNELS = ("email", "email", "post")
POLICY = ContactPolicy({"email": 2}, quiet_days=2, refusals=3, suppressed_days=20)


class Days(RuleBasedStateMachine):
    """A company decides day after day: what breaks a rule is never shown, and nothing else is held back."""

    @initialize(seed=st.integers(0, 10_000))
    def opens(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self.now = 1_000 * DAY_SECONDS
        self.rows: list[tuple[int, int, int, bool]] = []
        self.objected = np.zeros(CUSTOMERS, np.bool_)

    def shown(self) -> ShownOffer:
        rows = np.array([row[:3] for row in self.rows], np.int64).reshape(-1, 3)
        return ShownOffer(
            rows[:, 0],
            rows[:, 1],
            rows[:, 2],
            np.array([row[3] for row in self.rows], np.bool_),
        )

    @rule(
        days=st.integers(0, 9),
        seconds=st.sampled_from([-1, 0, 0, 1]),
        explore=st.sampled_from([0.0, 0.5, 1.0]),
        expired=st.booleans(),
    )
    def decides(self, days: int, seconds: int, explore: float, expired: bool) -> None:
        self.now += max(days * DAY_SECONDS + seconds, 0)
        shown, shape = self.shown(), (CUSTOMERS, OFFERS)
        valid = np.array([not expired, True, True])
        permissions = Permissions.of(
            shape,
            {
                "not_valid": ~valid[None, :],
                "no_consent": self.objected[:, None],
                "taken_already": shown.taken_before(*shape, self.now, 25),
                "channel_full": shown.capped(POLICY, CHANNELS, CUSTOMERS, self.now),
                "quiet_days": shown.quiet(POLICY, CUSTOMERS, self.now)[:, None],
                "suppressed": shown.suppressed(POLICY, *shape, self.now),
            },
        )
        priority = self.random.normal(size=shape)
        lots = self.random.random((CUSTOMERS, 1))
        once = decide(priority, permissions.is_permitted, lots, explore=explore)
        again = decide(priority, permissions.is_permitted, lots, explore=explore)
        assert np.array_equal(once.offers, again.offers)
        for customer in range(CUSTOMERS):
            broken = [self.broken(customer, offer, expired) for offer in range(OFFERS)]
            dropped: dict[str, list[int]] = {}
            for offer, reason in enumerate(broken):
                if reason:
                    dropped.setdefault(reason, []).append(offer)
            assert permissions.dropped(customer) == dropped
            offer = int(once.offers[customer, 0])
            free = [one for one, reason in enumerate(broken) if not reason]
            best = max(free, key=lambda one: priority[customer, one], default=NOTHING)
            if explore == 0.0:
                is_worth_it = best != NOTHING and priority[customer, best] > 0
                assert offer == (best if is_worth_it else NOTHING)
            assert offer in (*free, NOTHING)
            if offer != NOTHING:
                self.rows.append((customer, offer, self.now, bool(self.random.random() < 0.2)))

    def broken(self, customer: int, offer: int, expired: bool) -> str:
        """The first rule that is broken, told from the rows one by one; empty where none is."""
        mine = [row for row in self.rows if row[0] == customer]
        week = [row for row in mine if self.now - row[2] < 7 * DAY_SECONDS]
        month = [row for row in mine if self.now - row[2] < 25 * DAY_SECONDS]
        took = max((row[2] for row in mine if row[1] == offer and row[3]), default=-1)
        vain = [row[2] for row in mine if row[1] == offer and not row[3] and row[2] > took]
        emails = sum(CHANNELS[row[1]] == "email" for row in week)
        rules = {
            "not_valid": expired and offer == 0,
            "no_consent": bool(self.objected[customer]),
            "taken_already": any(row[1] == offer and row[3] for row in month),
            "channel_full": CHANNELS[offer] == "email" and emails >= 2,
            "quiet_days": any(self.now - row[2] < 2 * DAY_SECONDS for row in mine),
            "suppressed": len(vain) >= 3 and self.now - max(vain) < 20 * DAY_SECONDS,
        }
        return next((reason for reason, is_broken in rules.items() if is_broken), "")

    @rule(customer=st.integers(0, CUSTOMERS - 1), objects=st.booleans())
    def objects(self, customer: int, objects: bool) -> None:
        self.objected[customer] = objects


TestDays = Days.TestCase
TestDays.settings = settings(max_examples=40, stateful_step_count=30)


def test_of_equal_priorities_the_first_is_shown_and_from_just_above_nothing_on() -> None:
    priority = np.array([[2.0, 2.0], [0.0, -0.0], [1e-12, 0.0], [-1e-12, -1.0]])
    found = decide(priority, np.ones((4, 2), np.bool_), np.full((4, 1), 0.999))
    assert found.offers[:, 0].tolist() == [0, NOTHING, 0, NOTHING]
    assert option_chances(priority, np.ones((4, 2), np.bool_), 0.0).argmax(axis=1).tolist() == [0, 2, 0, 2]  # fmt: skip


@pytest.mark.parametrize(("lot", "is_drawn"), [(0.0, True), (0.2499, True), (0.25, False), (0.9, False)])  # fmt: skip
def test_a_lot_below_the_share_of_lots_is_drawn(lot: float, is_drawn: bool) -> None:
    found = decide(np.array([[-1.0, 5.0]]), np.ones((1, 2), np.bool_), np.array([[lot]]), explore=0.25)  # fmt: skip
    assert found.explored.tolist() == [[is_drawn]]
    drawn = 0 if lot == 0.0 else NOTHING
    assert found.offers.tolist() == [[drawn if is_drawn else 1]]


def test_every_slot_has_its_own_best_until_nothing_is_worth_showing() -> None:
    priority = np.array([[1.0, 3.0, 2.0, -1.0]])
    found = decide(priority, np.ones((1, 4), np.bool_), np.full((1, 5), 0.999))
    assert found.offers.tolist() == [[1, 2, 0, NOTHING, NOTHING]]
    assert not found.explored.any() and (found.probability == 1.0).all()


@pytest.mark.parametrize("weight", [0.0, -0.1])
def test_a_weight_must_be_above_nothing(weight: float) -> None:
    one, wrong = np.ones(1), np.array([weight])
    for levers, context in ((wrong, one), (one, wrong)):
        with pytest.raises(UsageRefused):
            Terms.of(np.ones((1, 1)), None, one, one, 0.0, levers=levers, context=context)
