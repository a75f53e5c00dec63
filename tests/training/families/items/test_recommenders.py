import numpy as np
import pytest
import threadpoolctl
from hypothesis import given
from hypothesis import strategies as st

from tests.training.families.items.histories import history, random_history
from training.datasets.purchases.bought import Bought, keep_bought
from training.families.items.recommenders.alternating_least_squares import Factors, FactorSettings
from training.families.items.recommenders.item_kernel import ItemKernel
from training.families.items.recommenders.kernels import EASE, EASE_RIDGES, kernels_for
from training.families.items.recommenders.neighbours import cosine_neighbours
from training.families.items.recommenders.next_basket import NextBasket, TifuSettings
from training.families.items.recommenders.popularity import Popularity
from training.families.items.recommenders.spectral import Filter, Spectrum
from training.learners.ease import ease_weights


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


def test_ease_of_more_items_than_are_done_at_once_is_the_exact_inverse() -> None:
    bought, ridge = random_history(5, customers=400, catalogue=300), 5.0
    owned = bought.once().toarray().astype(np.float64)
    inverse = np.linalg.inv(owned.T @ owned + ridge * np.eye(300))
    expected = -inverse / np.diag(inverse)[None, :]
    np.fill_diagonal(expected, 0.0)
    assert ease_weights(bought, ridge) == pytest.approx(expected, abs=1e-6)


def test_what_nobody_bought_changes_no_weight_of_a_ridge_regression() -> None:
    some = random_history(5, customers=40, catalogue=8)
    wide = Bought(some.offsets, 3 * some.items + 1, some.seconds, some.pieces, 30, some.as_of)
    learn = kernels_for(30)[f"{EASE}, {EASE_RIDGES[0]:g}"]
    kernel, dense = learn(wide), ease_weights(some, EASE_RIDGES[0])
    for owned in range(8):
        found = [kernel.weight(3 * owned + 1, 3 * item + 1) for item in range(8)]
        assert found == pytest.approx(dense[owned], abs=1e-7)
    assert not kernel.alike(0, 5) and kernel.items == 30
    assert np.array_equal(np.unique(kernel.neighbours % 3), [1])


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


@pytest.mark.parametrize(
    ("customers", "catalogue", "asked", "found"),
    [(40, 9, 4, 4), (40, 9, 8, 8), (40, 9, 20, 8), (5, 9, 20, 4), (40, 2, 4, 1), (40, 1, 4, 0)],
)
def test_of_few_items_or_customers_all_frequencies_but_one_are_found(
    customers: int, catalogue: int, asked: int, found: int
) -> None:
    spectrum = Spectrum.of(random_history(7, customers=customers, catalogue=catalogue), asked)
    assert spectrum.vectors.shape == (found, catalogue) and len(spectrum.values) == found


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


@pytest.mark.parametrize("customers", [1, 511, 512, 513, 1_025])
def test_a_score_is_the_sum_of_what_each_owned_item_adds(customers: int) -> None:
    """However many customers are added up together, each is once."""
    dense = np.random.default_rng(2).normal(size=(6, 6)).astype(np.float32)
    kernel = ItemKernel.of_rows(lambda begin, end: dense[begin:end], 6, 6)
    bought = random_history(3, customers=customers, catalogue=6)
    expected = bought.once().toarray() @ dense
    for threads in (1, 2):
        assert kernel.scores(bought, threads=threads) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("item", range(4))
def test_what_speaks_for_an_item_is_each_owned_item_with_what_it_adds(item: int) -> None:
    dense = np.array([[0, 1, 0, -2], [4, 0, 0, 0], [0, 6, 0, 7], [8, 0, 9, 5]], np.float32)
    kernel = ItemKernel.of_rows(lambda begin, end: dense[begin:end], 4, 4)
    told = kernel.because(history([[(1, 0, 1), (2, 2, 1), (2, 3, 1)]], 4), item)
    expected = {owned: float(dense[owned, item]) for owned in (0, 2, 3) if dense[owned, item]}
    assert dict(zip(told.items.tolist(), told.shares.tolist(), strict=True)) == expected
    assert kernel.weights_to(item, np.arange(4, dtype=np.int32)).tolist() == dense[:, item].tolist()


def test_scores_of_a_kernel_do_not_depend_on_the_threads() -> None:
    bought = random_history(8, customers=1_200)
    kernel = cosine_neighbours(bought)
    assert np.array_equal(kernel.scores(bought), kernel.scores(bought, threads=2))


def _solved(owned: np.ndarray, fixed: np.ndarray, chosen: FactorSettings) -> np.ndarray:
    """Everybody's factors from who owns what, by the normal equations."""
    out = np.zeros((len(owned), fixed.shape[1]))
    for row, has in enumerate(owned):
        weight = np.where(has > 0, chosen.alpha, 1.0)
        system = (fixed.T * weight) @ fixed + chosen.regularisation * np.eye(fixed.shape[1])
        out[row] = np.linalg.solve(system, fixed.T @ (weight * has))
    return out


def _loss(owned: np.ndarray, items: np.ndarray, chosen: FactorSettings) -> float:
    """What these items' factors leave unexplained at best, and what their size costs."""
    people = _solved(owned, items, chosen)
    missed = np.where(owned > 0, chosen.alpha, 1.0) * (owned - people @ items.T) ** 2
    return float(missed.sum() + chosen.regularisation * ((people**2).sum() + (items**2).sum()))


CONVERGED = FactorSettings(4, alpha=8.0, regularisation=1.5, iterations=200)


@pytest.mark.parametrize("alpha", [1.0, 5.0])
def test_a_customer_is_folded_in_by_the_normal_equations(alpha: float) -> None:
    chosen = FactorSettings(3, alpha=alpha, regularisation=2.0, iterations=6)
    model = Factors.fit(random_history(9, customers=30, catalogue=12), chosen)
    asked = random_history(12, customers=20, catalogue=12)
    items = model.items.astype(np.float64)
    expected = _solved(asked.once().toarray(), items, chosen) @ items.T
    assert model.scores(asked) == pytest.approx(expected, abs=1e-6)


def test_als_ends_where_each_side_solves_the_normal_equations_of_the_other() -> None:
    bought = random_history(10, customers=120, catalogue=20)
    owned = bought.once().toarray()
    items = Factors.fit(bought, CONVERGED).items.astype(np.float64)
    people = _solved(owned, items, CONVERGED)
    assert items == pytest.approx(_solved(owned.T, people, CONVERGED), abs=1e-3)


def test_als_ends_where_exact_alternation_ends() -> None:
    bought = random_history(10, customers=120, catalogue=20)
    owned = bought.once().toarray()
    items = np.random.default_rng(3).normal(size=(20, 4))
    for _ in range(CONVERGED.iterations):
        items = _solved(owned.T, _solved(owned, items, CONVERGED), CONVERGED)
    found = Factors.fit(bought, CONVERGED).items.astype(np.float64)
    assert _loss(owned, found, CONVERGED) == pytest.approx(_loss(owned, items, CONVERGED), rel=0.02)


def test_factors_do_not_depend_on_the_threads() -> None:
    bought = random_history(11, customers=2_500)
    chosen = FactorSettings(8, alpha=8.0, regularisation=1.5, iterations=2)
    alone, *others = (Factors.fit(bought, chosen, threads=threads) for threads in (1, 1, 2, 4))
    for other in others:
        assert np.array_equal(alone.items, other.items)
        assert np.array_equal(alone.scores(bought), other.scores(bought))


def test_factors_do_not_depend_on_the_threads_of_the_arithmetic() -> None:
    bought = random_history(13, customers=400, catalogue=150)
    chosen = FactorSettings(64, alpha=8.0, regularisation=1.5, iterations=2)
    models = []
    for threads in (1, 2, 4):
        with threadpoolctl.threadpool_limits(threads):
            models.append(Factors.fit(bought, chosen))
    assert all(np.array_equal(models[0].items, model.items) for model in models)


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
