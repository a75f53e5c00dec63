"""The level of every offer, the order within offers, and a model that is read back as it was written."""

from __future__ import annotations

import math

import numpy as np
import pytest

from features.vectors.vectors import Vectors
from features.vocabulary.errors import ModelRefused
from training.datasets.dataset import Dataset
from training.families.offers.exposures.exposed import NOT_TAKEN, Exposed
from training.families.offers.exposures.ground import Asked
from training.families.offers.ladder import _tests, within_offer_auc, within_offer_interval
from training.families.offers.propensity import Propensity, own_levels
from training.ladder.rung import Rung
from training.learners.calibration import sigmoid
from training.learners.logistic import LogisticModel

RUNG = Rung("line", LogisticModel.family, ("taste",), "")


def shown(rows: int = 4_000, seed: int = 1) -> tuple[Dataset, np.ndarray]:
    """Two offers: the second is taken more often by everybody than their taste says."""
    random = np.random.default_rng(seed)
    taste = random.normal(size=rows).astype(np.float32)
    offers = np.arange(rows) % 2
    chance = sigmoid(taste.astype(np.float64) - 1.0 + 1.5 * offers)
    keys = np.arange(rows, dtype=np.int32)
    vectors = Vectors("plan", ("taste",), keys, np.zeros(rows, np.int64), taste[:, None])
    return Dataset(vectors, (random.random(rows) < chance).astype(np.float64)), offers


def test_an_offer_that_was_shown_enough_has_a_level_of_its_own() -> None:
    dataset, offers = shown()
    fitted = Propensity.fit(RUNG, dataset, offers, 3)
    assert fitted.shifts[0] < -0.4 and fitted.shifts[1] > 0.4 and fitted.shifts[2] == 0.0
    chance = sigmoid(fitted.log_odds(dataset.vectors, offers))
    for offer in (0, 1):
        mine = offers == offer
        assert chance[mine].mean() == pytest.approx(dataset.outcomes[mine].mean(), abs=0.05)


@pytest.mark.parametrize(("taken", "others"), [(49, 500), (500, 49)])
def test_below_fifty_of_either_an_offer_has_the_level_of_all(taken: int, others: int) -> None:
    outcomes = np.repeat([1.0, 0.0], [taken, others])
    offers = np.zeros(len(outcomes), np.int64)
    assert own_levels(np.zeros(len(outcomes)), outcomes, offers, 1).tolist() == [0.0]


def test_a_level_is_held_back_by_two_hundred_acceptances() -> None:
    """A hundred of two hundred where a quarter was expected: log 3, of which a third counts."""
    outcomes = np.repeat([1.0, 0.0], [100, 100])
    found = own_levels(np.full(200, -math.log(3)), outcomes, np.zeros(200, np.int64), 1)
    assert found[0] == pytest.approx(math.log(3) * 100 / 300, abs=1e-6)


@pytest.mark.parametrize(("taken", "others"), [(950, 50), (50, 950), (600, 400)])
def test_a_level_is_found_however_far_it_lies(taken: int, others: int) -> None:
    outcomes = np.repeat([1.0, 0.0], [taken, others])
    found = own_levels(np.zeros(1_000), outcomes, np.zeros(1_000, np.int64), 1)
    assert found[0] == pytest.approx(math.log(taken / others) * taken / (taken + 200), abs=2e-9)


def test_no_level_is_further_than_three_from_that_of_all() -> None:
    outcomes = np.repeat([1.0, 0.0], [5_000, 50])
    for sign in (1, -1):
        answers = outcomes if sign > 0 else 1 - outcomes
        found = own_levels(np.zeros(5_050), answers, np.zeros(5_050, np.int64), 1)
        taken = answers.sum()
        assert found[0] == pytest.approx(sign * 3.0 * taken / (taken + 200), abs=2e-9)


def test_a_propensity_is_read_back_as_it_was_written() -> None:
    dataset, offers = shown(1_000)
    fitted = Propensity.fit(RUNG, dataset, offers, 2)
    again = Propensity.from_files(fitted.to_files())
    assert np.array_equal(
        again.log_odds(dataset.vectors, offers), fitted.log_odds(dataset.vectors, offers)
    )


def test_telling_popular_offers_apart_is_no_skill_within_them() -> None:
    outcomes = np.r_[np.repeat([1.0, 0.0], [30, 10]), np.repeat([1.0, 0.0], [10, 30])]
    offers = np.repeat([0, 1], 40)
    popular = 1.0 - offers
    assert within_offer_auc(outcomes, popular, offers) == 0.5
    assert within_offer_auc(outcomes, outcomes, offers) == 1.0
    low, high = within_offer_interval(outcomes, outcomes, offers, np.arange(80, dtype=np.int32))
    assert low == high == 1.0


def test_offers_with_too_few_of_either_say_nothing() -> None:
    assert math.isnan(within_offer_auc(np.array([1.0, 0.0]), np.zeros(2), np.zeros(2, np.int64)))


@pytest.mark.parametrize(
    ("taken", "missed", "counts"), [(10, 10, True), (9, 30, False), (30, 9, False), (10, 30, True)]
)
def test_an_offer_tells_of_order_from_ten_takers_and_ten_others_on(
    taken: int, missed: int, counts: bool
) -> None:
    """Beside it stands an offer whose order is all wrong; what tells nothing leaves that alone."""
    outcomes = np.r_[np.repeat([1.0, 0.0], [taken, missed]), np.repeat([1.0, 0.0], [10, 10])]
    scores = np.r_[outcomes[: taken + missed], 1 - outcomes[taken + missed :]]
    offers = np.repeat([0, 1], [taken + missed, 20])
    assert within_offer_auc(outcomes, scores, offers) == (0.5 if counts else 0.0)


DAY = 86_400


def asked(*days: tuple[int, int], over_after: int = DAY) -> Asked:
    """So many who took and who did not, day by day; what is shown is over so long after."""
    outcomes = np.concatenate([np.repeat([1.0, 0.0], some) for some in days])
    rows = len(outcomes)
    shown = np.repeat(np.arange(1, len(days) + 1) * DAY, [sum(some) for some in days])
    keys = np.arange(rows, dtype=np.int32)
    exposed = Exposed(
        keys, np.zeros(rows, np.int32), shown, shown, shown, shown + over_after,
        np.where(outcomes > 0, shown, NOT_TAKEN), np.ones(rows, np.bool_), np.ones(rows),
    )  # fmt: skip
    vectors = Vectors("plan", ("a",), keys, shown, np.zeros((rows, 1), np.float32))
    return Asked(Dataset(vectors, outcomes), exposed, 1)


def stretches(*days: tuple[int, int], over_after: int = DAY) -> list[tuple[int, int]]:
    """The first day and the number of rows of each test."""
    found = _tests(asked(*days, over_after=over_after))
    return [(day.seconds // DAY, len(rows)) for day, rows in found]


def test_a_stretch_is_tested_with_thirty_takers_in_it_and_thirty_of_either_before() -> None:
    assert stretches((30, 30), (30, 1)) == [(2, 31)]
    for days in ([(29, 30), (30, 1)], [(30, 29), (30, 1)], [(30, 30), (29, 9)], [(90, 90)]):
        with pytest.raises(ModelRefused, match="at least 30 acceptances"):
            stretches(*days)


def test_days_of_few_takers_are_tested_together_and_no_more_than_four_stretches() -> None:
    assert stretches((30, 30), (20, 5), (10, 5)) == [(2, 40)]
    assert stretches(*[(30, 30)] * 4) == [(2, 60), (3, 60), (4, 60)]
    assert stretches(*[(30, 30)] * 7) == [(4, 60), (5, 60), (6, 60), (7, 60)]
    # A test is an eighth of all that was taken, at least.
    assert stretches((240, 200), (40, 9), (40, 9)) == [(2, 49), (3, 49)]
    assert stretches((241, 200), (40, 9), (40, 9)) == [(2, 98)]


def test_what_was_not_over_before_a_test_does_not_count_before_it() -> None:
    assert stretches((30, 30), (30, 30), over_after=DAY) == [(2, 60)]
    with pytest.raises(ModelRefused):
        stretches((30, 30), (30, 30), over_after=DAY + 1)
