"""What every recommender promises, whatever taught it."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.training.families.items.histories import AS_OF, history, random_history
from training.datasets.purchases.bought import Bought
from training.families.items.recommenders.alternating_least_squares import Factors, FactorSettings
from training.families.items.recommenders.kernels import kernels_for
from training.families.items.recommenders.personal import PersonalFrequency
from training.families.items.recommenders.popularity import Popularity
from training.families.items.recommenders.recommender import Recommender

CATALOGUE = 25
SMALL = FactorSettings(8, alpha=10.0, regularisation=3.0, iterations=4)
FITS: dict[str, Callable[[Bought], Recommender]] = {
    "popularity": Popularity.fit,
    "personal": PersonalFrequency.fit,
    "decayed": lambda bought: PersonalFrequency.fit(bought, half_life_days=30.0),
    "factors": lambda bought: Factors.fit(bought, SMALL),
    **kernels_for(CATALOGUE),
}


@pytest.fixture(scope="module", params=sorted(FITS))
def name(request: pytest.FixtureRequest) -> str:
    """Every way to recommend that can ship."""
    found: str = request.param
    return found


@pytest.fixture(scope="module")
def model(name: str) -> Recommender:
    """Fitted on the same history."""
    return FITS[name](random_history(1))


def test_a_score_is_the_sum_of_its_reasons(model: Recommender) -> None:
    bought = random_history(2)
    for customer in range(0, bought.customers, 7):
        one = bought.select(np.array([customer]))
        scores = model.scores(one)[0]
        for item in range(0, CATALOGUE, 3):
            assert model.because(one, item).total == pytest.approx(scores[item], rel=1e-4, abs=1e-5)


def test_reasons_name_what_the_customer_bought_and_nothing_else(model: Recommender) -> None:
    one = random_history(2).select(np.array([5]))
    for item in range(CATALOGUE):
        assert set(model.because(one, item).items.tolist()) <= set(one.items.tolist())


def test_a_model_comes_back_from_its_arrays(model: Recommender) -> None:
    again = type(model).from_arrays(model.to_arrays())
    bought = random_history(3)
    assert np.array_equal(again.scores(bought), model.scores(bought))


def test_no_array_has_a_row_a_customer(model: Recommender) -> None:
    customers = random_history(1).customers
    assert all(array.shape[:1] != (customers,) for array in model.to_arrays().values())


def test_the_same_history_gives_the_same_model(name: str, model: Recommender) -> None:
    again = FITS[name](random_history(1))
    for key, array in model.to_arrays().items():
        assert np.array_equal(array, again.to_arrays()[key])


@settings(max_examples=20)
@given(st.permutations(range(8)))
def test_an_answer_depends_on_nobody_else(model: Recommender, order: list[int]) -> None:
    bought = random_history(2)
    together = model.scores(bought.select(np.array(order)))
    for row, customer in enumerate(order):
        alone = model.scores(bought.select(np.array([customer])))[0]
        assert np.array_equal(alone, together[row])


def test_a_fresh_purchase_changes_the_answer(name: str, model: Recommender) -> None:
    before = history([[(10, 0, 1)]], CATALOGUE)
    after = history([[(10, 0, 1), (98, 3, 1)]], CATALOGUE)
    is_alike = np.array_equal(model.scores(before), model.scores(after))
    assert is_alike == (name == "popularity")


def test_scores_are_numbers_of_every_item_for_everybody(model: Recommender) -> None:
    bought = random_history(4)
    scores = model.scores(bought)
    assert scores.shape == (bought.customers, CATALOGUE)
    assert scores.dtype == np.float32
    # implicit fills what it leaves out with numbers near -3.4e38.
    assert np.isfinite(scores).all()
    assert np.abs(scores).max() < 1e6


@pytest.mark.parametrize("fit", FITS.values(), ids=FITS.keys())
@pytest.mark.parametrize(
    "bought",
    [
        history([[(1, 0, 1)]], 1),
        history([[(1, 0, 1)], [(1, 0, 1)], []], 1),
        history([[(1, 0, 1), (2, 1, 1)]], 2),
        history([[]], 3),
    ],
    ids=["one customer, one item", "one item", "one customer", "nobody bought anything"],
)
def test_the_smallest_companies_are_answered(
    fit: Callable[[Bought], Recommender], bought: Bought
) -> None:
    scores = fit(bought).scores(bought)
    assert scores.shape == (bought.customers, bought.catalogue)
    assert np.isfinite(scores).all()


def test_histories_end_where_they_say() -> None:
    assert random_history(1).as_of == AS_OF
    assert random_history(1).seconds.max() < AS_OF
