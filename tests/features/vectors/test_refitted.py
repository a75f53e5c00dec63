"""One vector serves every training: what another one fitted is put in its place, to the last bit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.behaviour.buying import REPEATS
from features.behaviour.groups import RHYTHM
from features.behaviour.rhythm import RECENCY, TENURE_DAYS
from features.declarations import Declaration, Ratio, declare
from features.declarations.buying import Buying, BuyingModel, NoPurchase
from features.kernel.repeat_buying import expected_purchases, no_purchase
from features.plan.plan import plan_of, standard_plan
from features.vectors.refitted import Refitting
from features.vectors.vectors import build_vectors
from features.vocabulary.errors import PlanRefused
from features.vocabulary.time import Cutoff
from tests.builders import at, order, pack_of

CDNOW = BuyingModel(r=0.243, alpha=30.9, a=0.793, b=2.426)
OTHER = BuyingModel(r=1.7, alpha=66.1, a=0.4, b=5.0)
NOON = at("2026-03-29").seconds
models = st.builds(
    BuyingModel,
    r=st.floats(0.05, 20),
    alpha=st.floats(1, 400),
    a=st.floats(0.1, 8),
    b=st.floats(0.1, 30),
)
histories = st.lists(st.lists(st.integers(-10, 900 * 86_400), max_size=12), min_size=1, max_size=5)


@settings(max_examples=40)
@given(histories, models, models)
def test_a_vector_of_one_training_is_made_that_of_another_to_the_last_bit(
    ages: list[list[int]], first: BuyingModel, second: BuyingModel
) -> None:
    pack = pack_of(
        {f"c{place}": [order(NOON - age) for age in some] for place, some in enumerate(ages)}
    )
    mine, theirs = (standard_plan(pack, one) for one in (first, second))
    assert mine.hash == theirs.hash
    before, wanted = (build_vectors(pack, one, [Cutoff(NOON)]) for one in (mine, theirs))
    found = Refitting.of(mine.declarations, second).applied(before.values)
    assert found.tobytes() == wanted.values.tobytes()
    assert (before.fitted == wanted.fitted) == (first == second)


def test_what_was_fitted_is_asked_about_times_as_a_vector_holds_them_and_before_to_the_second() -> (
    None
):
    # 1,000 days and a second: a vector's 32 bits hold 1,000.00001 days as 1,000.
    seconds = 1_000 * 86_400 + 1
    pack = pack_of({"anna": [order(NOON - seconds)]})
    plan = standard_plan(pack, CDNOW)
    vectors = build_vectors(pack, plan, [Cutoff(NOON)])
    assert vectors.column("days_since_order")[0] == 1_000.0
    told = (CDNOW.r, CDNOW.alpha, CDNOW.a, CDNOW.b, 90.0)
    expected = expected_purchases(0.0, 1_000.0, 1_000.0, *told)
    assert vectors.column("buying_expected_90d")[0] == np.float32(expected)

    days = seconds / 86_400
    baked = plan_of([_baked(one, CDNOW) for one in plan.declarations], pack)
    old = build_vectors(pack, baked, [Cutoff(NOON)])
    assert old.column("buying_no_purchase_90d")[0] == pytest.approx(
        no_purchase(0.0, days, days, *told), rel=1e-7
    )
    # They define the same, and other numbers stand in them.
    assert baked.hash == plan.hash and baked.fitted != plan.fitted and baked.buying is None


def test_a_row_that_does_not_hold_what_is_asked_about_keeps_what_is_given() -> None:
    pack = pack_of({"anna": [order("2026-01-05"), order("2026-01-20")]})
    plan = standard_plan(pack, CDNOW)
    values = build_vectors(pack, plan, [at("2026-03-01")]).values.copy()
    again = Refitting.of(plan.declarations, OTHER)
    place = plan.feature_names.index("buying_no_purchase_90d")
    assert again.applied(values)[0, place] != values[0, place]
    for lacking in ("days_since_order", "days_since_first_order", "active_days_count_lifetime"):
        row = values.copy()
        row[0, plan.feature_names.index(lacking)] = np.nan
        assert again.applied(row).tobytes() == row.tobytes()


def test_vectors_that_hold_too_little_or_ask_within_another_feature_are_refused() -> None:
    pack = pack_of({"anna": [order("2026-01-05")]})
    plan = standard_plan(pack, CDNOW)
    alone = [one for one in plan.declarations if isinstance(one.value, Buying)]
    with pytest.raises(PlanRefused, match="regulars vectors"):
        Refitting.of(alone, CDNOW)
    asked = NoPurchase(REPEATS, RECENCY, TENURE_DAYS, None, 30)
    within = declare(
        "x", Ratio(asked, RECENCY), meaning="x", unit="ratio", group=RHYTHM, said="{value}", missing="x"
    )  # fmt: skip
    with pytest.raises(PlanRefused, match="x_ratio"):
        Refitting.of([*plan.declarations, within], CDNOW)
    with pytest.raises(PlanRefused, match="a fitted model of buying"):
        plan_of(plan.declarations, pack)


def _baked(one: Declaration, model: BuyingModel) -> Declaration:
    is_asking = isinstance(one.value, Buying)
    return replace(one, value=replace(one.value, model=model)) if is_asking else one  # type: ignore[call-arg]
