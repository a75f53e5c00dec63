"""What is left to chance: every chance told is the one lots fall by, and follows what is unknown of offers."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.vocabulary.arrays import Floats
from serving.offers.arbitration import NOTHING, Terms, Unknown, decide, option_chances
from serving.offers.contact_policy import ContactPolicy
from serving.offers.exploration import DRAWS, TakenDraws, swing_of
from serving.offers.offering import Offering
from serving.offers.plans.plans import required_offering
from serving.offers.policy import Policy
from tests.serving.company import Company

MARGIN, CONTACT, EXPLORE, SHARE = 1_000.0, 10.0, 0.06, 0.3
IDS = ["cup", "pot", "tea"]
POSTERIOR = np.array([30.0, 3.0, 0.5]), np.array([970.0, 60.0, 19.5])
"""Of a thousand showings, of sixty-three and of twenty: means of 3, of 4.8 and of 2.5 percent."""


def expected(tastes: Floats) -> tuple[Floats, Floats]:
    """Priorities and swings of customers who like each offer so much more than others do."""
    brings = tastes * POSTERIOR[0] / (POSTERIOR[0] + POSTERIOR[1]) * MARGIN
    return brings - CONTACT, brings


def unknown(tastes: Floats, share: float = SHARE) -> Unknown:
    return Unknown(share, partial(TakenDraws.of(IDS, POSTERIOR).best, *expected(tastes)))


TASTES = np.array([[1.6, 1.0, 1.0]])
EVERYTHING = np.ones((1, 3), np.bool_)


def test_each_draw_is_a_share_of_what_is_expected_and_a_well_known_offer_hardly_moves() -> None:
    ratios = TakenDraws.of(IDS, POSTERIOR).ratios
    assert ratios.shape == (3, DRAWS)
    assert ratios.mean(axis=1) == pytest.approx(np.ones(3))
    # Of a beta distribution the deviation over the mean is by hand sqrt(b / (a (a + b + 1))).
    a, b = POSTERIOR
    assert ratios.std(axis=1) == pytest.approx(np.sqrt(b / (a * (a + b + 1))), rel=0.05)


def test_draws_belong_to_an_offer_whoever_stands_beside_it() -> None:
    alone = TakenDraws.of(IDS[1:2], (POSTERIOR[0][1:2], POSTERIOR[1][1:2]))
    turned = TakenDraws.of(IDS[::-1], (POSTERIOR[0][::-1], POSTERIOR[1][::-1]))
    found = TakenDraws.of(IDS, POSTERIOR).ratios
    assert np.array_equal(alone.ratios[0], found[1])
    assert np.array_equal(turned.ratios[::-1], found)


def test_an_offer_that_nobody_takes_is_drawn_as_expected() -> None:
    found = TakenDraws.of(["tea"], (np.array([1e-9]), np.array([1e9])))
    assert found.ratios.tolist() == [[1.0] * DRAWS]


def test_every_offer_is_shown_as_often_as_is_told() -> None:
    """Fifty thousand lots at even distances, so that what is counted is exact to one of them."""
    lots = (np.arange(50_000)[:, None] + 0.5) / 50_000
    tastes = np.repeat(TASTES, len(lots), axis=0)
    permitted = np.repeat(EVERYTHING, len(lots), axis=0)
    priority, _ = expected(tastes)
    found = decide(priority, permitted, lots, explore=EXPLORE, unknown=unknown(tastes))
    told = option_chances(priority[:1], EVERYTHING, EXPLORE, unknown(TASTES))[0]
    for place, offer in enumerate([0, 1, 2, NOTHING]):
        is_shown = found.offers[:, 0] == offer
        assert is_shown.mean() == pytest.approx(told[place], abs=3 / 50_000)
        assert np.allclose(found.probability[is_shown], told[place], rtol=0, atol=1e-12)
    # Whatever is not the best by what is expected was left to chance; of the best what the plain lot drew.
    assert found.explored.mean() == pytest.approx(1 - told[0] + EXPLORE / 4, abs=1e-4)


def test_seeded_decisions_fall_as_often_as_is_told() -> None:
    random = np.random.default_rng(5)
    lots, tastes = random.random((20_000, 1)), np.repeat(TASTES, 20_000, axis=0)
    permitted = np.repeat(EVERYTHING, 20_000, axis=0)
    priority, _ = expected(tastes)
    found = decide(priority, permitted, lots, explore=EXPLORE, unknown=unknown(tastes))
    told = option_chances(priority[:1], EVERYTHING, EXPLORE, unknown(TASTES))[0]
    counts = np.array([(found.offers == offer).sum() for offer in (0, 1, 2, NOTHING)])
    sure = 4 * np.sqrt(20_000 * told * (1 - told))
    assert (np.abs(counts - 20_000 * told) < sure).all()


def test_the_second_slot_is_told_given_what_stands_in_the_first() -> None:
    """The plain lot puts tea first; a second lot at even distances then chooses among cup, pot and nothing."""
    second = (np.arange(10_000) + 0.5) / 10_000
    lots = np.column_stack([np.full(10_000, EXPLORE * 0.6), second])
    tastes = np.repeat(TASTES, 10_000, axis=0)
    permitted = np.repeat(EVERYTHING, 10_000, axis=0)
    priority, _ = expected(tastes)
    found = decide(priority, permitted, lots, explore=EXPLORE, unknown=unknown(tastes))
    assert (found.offers[:, 0] == 2).all()
    without = np.array([[True, True, False]])
    told = option_chances(priority[:1], without, EXPLORE, unknown(TASTES))[0]
    for offer in (0, 1, NOTHING):
        is_shown = found.offers[:, 1] == offer
        assert is_shown.mean() == pytest.approx(told[offer], abs=3 / 10_000)
        assert np.allclose(found.probability[is_shown, 1], told[offer], rtol=0, atol=1e-12)


def test_an_offer_is_best_as_often_as_when_rates_are_drawn_at_random() -> None:
    """Two hundred thousand draws of numpy's own beta distribution, which no hundred were taken from."""
    random = np.random.default_rng(3)
    rates = random.beta(*POSTERIOR, (200_000, 3))
    worth = np.column_stack([TASTES[0] * rates * MARGIN - CONTACT, np.zeros(200_000)])
    truly = np.bincount(worth.argmax(axis=1), minlength=4) / 200_000
    priority, _ = expected(TASTES)
    told = option_chances(priority, EVERYTHING, 0.0, unknown(TASTES, 1.0))[0]
    assert told == pytest.approx(truly, abs=0.05)
    assert truly[2] > 0.05


numbers = st.floats(0.1, 3.0)


@settings(max_examples=60)
@given(
    tastes=st.lists(st.tuples(numbers, numbers, numbers), min_size=1, max_size=4),
    permits=st.tuples(st.booleans(), st.booleans(), st.booleans()),
    explore=st.sampled_from([0.01, 0.3, 1.0]),
    of_rest=st.sampled_from([0.0, 0.2, 1.0]),
    lot=st.floats(0, 1, exclude_max=True),
)
def test_chances_sum_to_one_and_nothing_permitted_has_less_than_the_lot_gives(
    tastes: list[tuple[float, float, float]],
    permits: tuple[bool, bool, bool],
    explore: float,
    of_rest: float,
    lot: float,
) -> None:
    liked = np.array(tastes)
    permitted = np.tile(permits, (len(liked), 1))
    priority, _ = expected(liked)
    left = unknown(liked, of_rest * (1 - explore))
    chances = option_chances(priority, permitted, explore, left)
    candidates = np.column_stack([permitted, np.ones(len(liked), np.bool_)])
    floor = explore / (sum(permits) + 1)
    assert chances.sum(axis=1) == pytest.approx(np.ones(len(liked)))
    assert (chances[candidates] >= floor - 1e-12).all() and not chances[~candidates].any()
    lots = np.full((len(liked), 1), lot)
    found = decide(priority, permitted, lots, explore=explore, unknown=left)
    shown = found.offers[:, 0]
    assert np.allclose(found.probability[:, 0], chances[np.arange(len(liked)), shown], atol=1e-12)
    again = decide(priority, permitted, lots, explore=explore, unknown=left)
    assert np.array_equal(again.offers, found.offers)


def test_what_another_policy_brings_is_told_without_bias_by_the_chances_that_are_told() -> None:
    """Over lots at even distances the weighed mean is the truth of a policy that shows pot to everybody."""
    lots = (np.arange(60_000)[:, None] + 0.5) / 60_000
    tastes = np.repeat(TASTES, len(lots), axis=0)
    permitted = np.repeat(EVERYTHING, len(lots), axis=0)
    priority, _ = expected(tastes)
    found = decide(priority, permitted, lots, explore=EXPLORE, unknown=unknown(tastes))
    truth = np.array([31.0, 77.0, -5.0, 0.0])
    brought = truth[found.offers[:, 0]]
    weights = (found.offers[:, 0] == 1) / found.probability[:, 0]
    assert (weights * brought).mean() == pytest.approx(77.0, rel=2e-3)


def test_the_more_an_offer_was_shown_the_less_is_left_to_chance() -> None:
    """Pot is taken by 4 of a hundred and cup by 3, however often both were shown: what is not the best is shown ever less."""
    left = []
    for shown in (50.0, 500.0, 5_000.0, 50_000.0):
        rates = np.array([0.03, 0.04])
        draws = TakenDraws.of(IDS[:2], (rates * shown, (1 - rates) * shown))
        brings = (rates * MARGIN)[None, :]
        unsure = Unknown(0.5, partial(draws.best, brings - CONTACT, brings))
        left.append(1 - option_chances(brings - CONTACT, EVERYTHING[:, :2], 0.02, unsure)[0, 1])
    assert left == sorted(left, reverse=True)
    assert left[0] > 0.1 and left[-1] == pytest.approx(0.02 * 2 / 3)


def test_where_rates_are_certain_or_no_share_follows_them_decisions_are_those_of_before() -> None:
    random = np.random.default_rng(2)
    tastes, lots = random.random((500, 3)) * 2, random.random((500, 2))
    permitted = random.random((500, 3)) < 0.8
    priority, swing = expected(tastes)
    certain = Unknown(SHARE, partial(TakenDraws(np.ones((3, DRAWS))).best, priority, swing))
    for explore, left in ((0.1, certain), (0.1, unknown(tastes, 0.0)), (1.0, unknown(tastes, 0.0))):
        plain = decide(priority, permitted, lots, explore=explore)
        found = decide(priority, permitted, lots, explore=explore, unknown=left)
        assert np.array_equal(found.offers, plain.offers)
        assert np.array_equal(found.explored, plain.explored)
        assert np.allclose(found.probability, plain.probability, rtol=0, atol=1e-12)


@pytest.mark.parametrize("effect", [None, 0.04, -0.02])
def test_a_priority_moves_as_if_as_many_more_took_the_offer(effect: float | None) -> None:
    """Whoever acts without the offer does so still: half as many more who take it are half as many more persuaded."""
    policy = Policy(ContactPolicy({}), {}, contact_cents=CONTACT, explore=EXPLORE, budget_price=0.5)
    once, half_more = (_terms(chance, effect, policy) for chance in (0.1, 0.15))
    swing = swing_of(once, np.array([[0.1]]), policy)
    assert once.priority + 0.5 * swing == pytest.approx(half_more.priority)


def _terms(chance: float, effect: float | None, policy: Policy) -> Terms:
    """Of one customer and an offer with a reward of 200 cents, taken more often than with a chance of 0.1 by the offer alone."""
    more = None if effect is None else np.array([[effect + chance - 0.1]])
    return Terms.of(
        np.array([[chance]]), more, np.array([MARGIN]), np.array([200.0]), policy.contact_cents,
        budget_price=policy.budget_price,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("explore", "unknown", "share"), [(0.02, 0.1, 0.1), (0.95, 0.1, 0.05), (0.0, 0.1, 0.0), (1.0, 1.0, 0.0)]
)  # fmt: skip
def test_a_policy_follows_what_is_unknown_beside_the_lot_and_never_without_one(
    explore: float, unknown: float, share: float
) -> None:
    policy = Policy(ContactPolicy({}), {}, explore=explore, explore_unknown=unknown)
    assert policy.unknown_share == pytest.approx(share)


def test_the_plain_lot_shows_what_a_few_lines_of_python_show() -> None:
    random = np.random.default_rng(4)
    priority, lots = random.normal(size=(400, 3)), random.random((400, 1))
    permitted = random.random((400, 3)) < 0.7
    found = decide(priority, permitted, lots, explore=0.25)
    for row, lot in enumerate(lots[:, 0].tolist()):
        free = np.flatnonzero(permitted[row]).tolist()
        best = max(free, key=lambda one: priority[row, one], default=NOTHING)
        first = best if best != NOTHING and priority[row, best] > 0 else NOTHING
        drawn = [*free, NOTHING][int(lot / 0.25 * (len(free) + 1))] if lot < 0.25 else first
        assert found.offers[row, 0] == drawn
        chance = 0.25 / (len(free) + 1) + (0.75 if drawn == first else 0.0)
        assert found.probability[row, 0] == chance


def test_the_service_tells_the_chance_of_what_it_shows_and_a_new_offer_is_unknown(
    offering_company: Company,
) -> None:
    """Of the offers of the company eight were shown some hundred times, and four never."""
    found = required_offering(offering_company.settings, offering_company.workspace)
    found = found.with_policy(
        replace(found.policy, contact=ContactPolicy({}), explore=0.02, explore_unknown=0.1)
    )
    assert found.unknown_share == 0.1
    keys = np.arange(300, dtype=np.int32)
    expected, at = found.expect(keys), found.as_of.seconds
    permissions, terms = found.permissions(keys, expected, (), at), found.terms(expected)
    random = np.random.default_rng(1)
    decided = found.arbitrate(expected, permissions, terms, random.random((300, 1))).decided
    draws = found.taken_draws
    assert draws is not None
    left = draws.unknown(terms, expected.propensity, found.policy)
    told = option_chances(terms.priority, permissions.is_permitted, 0.02, left)
    rows, shown = np.arange(300), decided.offers[:, 0]
    assert np.allclose(decided.probability[:, 0], told[rows, shown], rtol=0, atol=1e-12)
    names = set(found.pack.streams["exposures"].dictionaries["offer"])
    is_new = np.array([one.offer_id not in names for one in found.offers.listed])
    spread = draws.ratios.std(axis=1)
    assert is_new.any() and spread[is_new].min() > spread[~is_new].max()


def test_where_nobody_keeps_what_was_shown_nothing_follows_the_unknown(
    offering_company: Company,
) -> None:
    found = required_offering(offering_company.settings, offering_company.workspace)
    manifest = found.bundle.manifest
    told = replace(manifest, task=replace(manifest.task, kind="affinity"))
    policy = replace(found.policy, explore=0.02, explore_unknown=0.1)
    other = Offering(replace(found.bundle, manifest=told), found.pack, found.offers, policy)
    assert other.unknown_share == 0.0 and other.taken_draws is None
