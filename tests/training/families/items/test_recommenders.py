import numpy as np
import pytest
import threadpoolctl
from hypothesis import given
from hypothesis import strategies as st

from tests.training.families.items.histories import history, random_history
from training.families.items.recommenders.factors import Factors, FactorSettings, Solver
from training.families.items.recommenders.item_kernel import ItemKernel
from training.families.items.recommenders.neighbours import cosine_neighbours
from training.families.items.recommenders.next_basket import NextBasket, TifuSettings
from training.families.items.recommenders.popularity import Popularity
from training.families.items.recommenders.spectral import Filter, Spectrum
from training.learners.ease import ease_weights
from training.purchases.bought import Bought, keep_bought


def test_ease_is_the_ridge_regression_of_each_item_on_the_others() -> None:
    bought, ridge = random_history(5, customers=40, catalogue=8), 3.0
    owned = bought.once().toarray().astype(np.float64)
    weights = ease_weights(bought, ridge)
    for item in range(8):
        others = [one for one in range(8) if one != item]
        x, y = owned[:, others], owned[:, item]
        expected = np.linalg.solve(x.T @ x + ridge * np.eye(7), x.T @ y)
        assert weights[others, item] == pytest.approx(expected, abs=1e-5)
        assert weights[item, item] == 0.0


def test_cosine_neighbours_are_cosines() -> None:
    bought = random_history(6, catalogue=6)
    times = bought.times().toarray().astype(np.float64)
    kernel = cosine_neighbours(bought)
    for one in range(6):
        for other in range(6):
            a, b = times[:, one], times[:, other]
            expected = a @ b / (np.linalg.norm(a) * np.linalg.norm(b))
            assert kernel.weight(one, other) == pytest.approx(expected, abs=1e-6)


def test_the_spectral_filter_is_that_of_the_dense_formula() -> None:
    bought, items = random_history(7, catalogue=9), 9
    owned = bought.once().toarray().astype(np.float64)
    customers, popularity = owned.sum(axis=1), owned.sum(axis=0)
    scaled = np.divide(
        owned, customers[:, None] ** 0.3, where=customers[:, None] > 0, out=0 * owned
    )
    scaled /= np.sqrt(popularity)
    co = scaled.T @ scaled
    values, vectors = np.linalg.eigh(co)
    co, values = co / values[-1], values / values[-1]
    kept = vectors[:, -4:]
    root = np.sqrt(popularity)
    backwards = sum(
        np.linalg.matrix_power(-1.5 * co, power) / _factorial(power) for power in range(5)
    )
    # Co-purchase is sharpened within the frequencies that are kept, the projection on all of it.
    heat = values[-4:]
    series = sum((-1.5 * heat) ** power / _factorial(power) for power in range(5))
    expected = co + (kept * (heat * (series - 1))) @ kept.T
    expected += 0.3 * (kept / root[:, None]) @ (kept.T * root) @ backwards
    found = Spectrum.of(bought, 4).rows(Filter(4, 0.3, 1.5))(0, items)
    assert found == pytest.approx(expected, abs=2e-5)


def _factorial(number: int) -> int:
    return 1 if number < 2 else number * _factorial(number - 1)


@given(st.integers(0, 50), st.integers(1, 6))
def test_a_kernel_keeps_the_largest_of_each_row(seed: int, most: int) -> None:
    dense = np.random.default_rng(seed).normal(size=(6, 6)).astype(np.float32)
    kernel = ItemKernel.of_rows(lambda begin, end: dense[begin:end], 6, most)
    for row in range(6):
        kept = {one for one in range(6) if kernel.weight(row, one)}
        assert kept == set(np.argsort(-np.abs(dense[row]))[:most].tolist())


def test_items_alike_are_others_the_strongest_first() -> None:
    dense = np.array([[9, 1, 3, -2], [1, 9, 0, 0], [3, 0, 9, 0], [0, 0, 0, 9]], np.float32)
    kernel = ItemKernel.of_rows(lambda begin, end: dense[begin:end], 4, 4)
    assert kernel.alike(0, 5) == [(2, 3.0), (1, 1.0)]
    assert kernel.alike(3, 5) == []


def test_scores_of_a_kernel_do_not_depend_on_the_threads() -> None:
    bought = random_history(8, customers=1_200)
    kernel = cosine_neighbours(bought)
    assert np.array_equal(kernel.scores(bought), kernel.scores(bought, threads=2))


def _solved(bought: Bought, fixed: np.ndarray, alpha: float, ridges: np.ndarray) -> np.ndarray:
    owned = bought.once().toarray().astype(np.float64)
    out = np.zeros((len(owned), fixed.shape[1]))
    for row, has in enumerate(owned):
        weight = np.where(has > 0, alpha, 1.0)
        system = (fixed.T * weight) @ fixed + ridges[row] * np.eye(fixed.shape[1])
        out[row] = np.linalg.solve(system, fixed.T @ (weight * has))
    return out


@pytest.mark.parametrize("exponent", [0.0, 1.0])
def test_one_half_of_als_is_the_normal_equations(exponent: float) -> None:
    bought = random_history(9, customers=30, catalogue=12)
    fixed = np.random.default_rng(1).normal(size=(12, 3)).astype(np.float32)
    solved = np.zeros((30, 3), np.float32)
    owned = [set(bought.items[slice(*bought.offsets[at : at + 2])]) for at in range(30)]
    known = np.array([item for one in owned for item in sorted(one)], np.int32)
    counts = np.array([len(one) for one in owned])
    offsets = np.concatenate([[0], np.cumsum(counts)])
    solver = Solver(alpha=5.0, regularisation=2.0, exponent=exponent)
    for _ in range(6):
        solver.update(solved, fixed, offsets, known)
    frequency = counts + 12 / 5.0
    ridges = 2.0 * (frequency / frequency.mean()) ** exponent
    assert solved == pytest.approx(_solved(bought, fixed, 5.0, ridges), abs=1e-3)


def test_als_without_scaling_ends_where_implicit_ends() -> None:
    from implicit.cpu.als import AlternatingLeastSquares

    bought = random_history(10, customers=120, catalogue=20)
    chosen = FactorSettings(4, alpha=8.0, regularisation=1.5, iterations=60)
    ours = Factors.fit(bought, chosen)
    with threadpoolctl.threadpool_limits(1, "blas"):
        theirs = AlternatingLeastSquares(
            factors=4, alpha=8.0, regularization=1.5, iterations=60, random_state=3, num_threads=1
        )
        theirs.fit(bought.once().astype(np.float64), show_progress=False)

    def loss(items: np.ndarray) -> float:
        people = _solved(bought, items.astype(np.float64), 8.0, np.full(120, 1.5))
        owned = bought.once().toarray()
        missed = (np.where(owned > 0, 8.0, 1.0) * (owned - people @ items.T) ** 2).sum()
        return float(missed + 1.5 * ((people**2).sum() + (items**2).sum()))

    assert loss(ours.items) == pytest.approx(loss(np.asarray(theirs.item_factors)), rel=0.02)


def test_factors_do_not_depend_on_the_threads() -> None:
    bought = random_history(11, customers=2_500)
    chosen = FactorSettings(8, alpha=8.0, regularisation=1.5, iterations=2)
    one, two = (Factors.fit(bought, chosen, threads=threads) for threads in (1, 2))
    assert np.array_equal(one.items, two.items)


def test_popularity_leans_on_everybody_where_a_segment_is_small() -> None:
    people = [[(95, 0, 1)]] * 60 + [[(95, 1, 1)]] * 2
    bought = history(people, 2)
    segments = np.array([0] * 60 + [1] * 2)
    shares = Popularity.fit(bought, segments).shares
    assert shares[2] == pytest.approx([60 / 62, 2 / 62])
    assert shares[1] == pytest.approx([(50 * 60 / 62) / 52, (2 + 50 * 2 / 62) / 52])
    asked = Popularity.fit(bought, segments).asked_for(np.array([1, -1]))
    assert np.array_equal(asked.scores(bought.select(np.array([0, 1]))), shares[[1, 2]])


def test_what_was_bought_a_year_ago_counts_where_the_history_reaches_back() -> None:
    day = 400
    seconds = np.array([5, 45, 395]) * 86_400
    kept = keep_bought(np.array([0, 3]), np.array([0, 1, 2], np.int32), seconds, np.full(3, 1_000))
    bought = Bought(*kept, 3, day * 86_400)
    # 400 - 365 = 35: what was bought on day 45 is what the weeks to come brought a year ago.
    assert Popularity.fit(bought).shares[0] == pytest.approx([0.0, 0.5, 0.5])


def test_next_baskets_weigh_own_orders_by_age() -> None:
    bought = history([[(1, 0, 1), (2, 1, 1)], [(1, 2, 1)]], 3)
    scores = NextBasket.fit(bought, TifuSettings(neighbours=1, own_share=1.0)).scores(bought)
    assert scores[0] == pytest.approx([0.9 / 2, 1 / 2, 0.0])
    assert scores[1] == pytest.approx([0.0, 0.0, 1.0])
