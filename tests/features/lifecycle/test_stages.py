"""Stage and status by rule: one customer for each, the edges, and that everybody has exactly one."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.lifecycle.stages import (
    LifecycleSettings,
    LifecycleStatus,
    Stage,
    lifecycle,
    lifecycle_of_everybody,
)
from features.plan.plan import standard_plan
from features.store.pack import Attributes
from features.vectors.vectors import Vectors, build_vectors
from features.vocabulary.arrays import MISSING_NUMBER
from features.vocabulary.time import DAY_SECONDS
from tests.builders import Event, Profile, at, order, pack_of, returned

CUTOFF = at("2026-07-01")


def rows(*customers: Mapping[str, float]) -> Vectors:
    """Vectors of these customers at the cutoff; what one does not say is missing."""
    names = tuple(sorted({name for one in customers for name in one}))
    values = [[one.get(name, np.nan) for name in names] for one in customers]
    return Vectors(
        plan_hash="by hand",
        feature_names=names,
        customer_keys=np.arange(len(customers), dtype=np.int32),
        cutoff_seconds=np.full(len(customers), CUTOFF.seconds, np.int64),
        values=np.array(values, np.float32).reshape(len(customers), len(names)),
    )


def declared(
    member_days: float | None = None,
    referrals: float | None = None,
    registered_days: float | None = None,
) -> Attributes:
    """One customer's attributes; days count back from the cutoff."""

    def since(days: float | None) -> np.ndarray:
        seconds = MISSING_NUMBER if days is None else CUTOFF.seconds - int(days * DAY_SECONDS)
        return np.array([seconds], np.int64)

    brought = MISSING_NUMBER if referrals is None else int(referrals * 1000)
    return Attributes(
        {
            "member_since_seconds": since(member_days),
            "registered_seconds": since(registered_days),
            "referrals_milli": np.array([brought], np.int64),
        }
    )


def stage(customer: Mapping[str, float], attributes: Attributes = declared()) -> str:  # noqa: B008
    return Stage(int(lifecycle(rows(customer), attributes).stage[0])).word


def status(customer: Mapping[str, float]) -> str:
    return LifecycleStatus(int(lifecycle(rows(customer), Attributes()).status[0])).word


NOBODY = {"orders_count_lifetime": 0.0}
ONCE = {"orders_count_lifetime": 1.0, "orders_count_365d": 1.0, "days_since_order": 20.0}
TWICE = {**ONCE, "orders_count_lifetime": 2.0, "orders_count_365d": 2.0, "gap_mean_days": 30.0}
REGULAR = {
    **TWICE,
    "orders_count_365d": 4.0,
    "categories_count_365d": 3.0,
    "gap_variation_ratio": 0.9,
}


@pytest.mark.parametrize(
    ("expected", "customer", "attributes"),
    [
        ("suspect", NOBODY, declared()),
        ("prospect", NOBODY, declared(registered_days=10)),
        ("prospect", {**NOBODY, "contact_cart_count_lifetime": 1}, declared()),
        ("prospect", {**NOBODY, "returns_count_lifetime": 1}, declared()),
        ("first_time", ONCE, declared(registered_days=10)),
        ("repeat", TWICE, declared()),
        ("client", REGULAR, declared()),
        ("member", TWICE, declared(member_days=5)),
        ("advocate", TWICE, declared(member_days=5, referrals=1)),
        ("advocate", REGULAR, declared(referrals=2)),
        ("advocate", {**REGULAR, "survey_score_mean_365d": 9}, declared()),
        ("partner", REGULAR, declared(referrals=3)),
    ],
)
def test_one_customer_of_each_stage(
    expected: str, customer: Mapping[str, float], attributes: Attributes
) -> None:
    assert stage(customer, attributes) == expected


@pytest.mark.parametrize(
    ("expected", "changes"),
    [
        ("client", {}),
        ("repeat", {"orders_count_365d": 3}),
        ("repeat", {"categories_count_365d": 2}),
        ("repeat", {"gap_variation_ratio": 1.0}),
        ("repeat", {"gap_variation_ratio": np.nan}),
    ],
)
def test_a_client_buys_often_widely_and_regularly(
    expected: str, changes: Mapping[str, float]
) -> None:
    assert stage({**REGULAR, **changes}) == expected


def test_without_categories_nobody_can_be_known_as_a_client() -> None:
    customer = {name: one for name, one in REGULAR.items() if name != "categories_count_365d"}

    assert stage(customer) == "repeat"
    assert stage(customer, declared(member_days=1)) == "member"


@pytest.mark.parametrize(
    ("expected", "silence", "gap", "member_days"),
    [
        ("member", 60.0, 30.0, 5.0),  # twice the own cycle, to the day
        ("repeat", 60.1, 30.0, 5.0),
        ("member", 180.0, np.nan, 5.0),  # no gap yet: a cycle of 90 days
        ("repeat", 181.0, np.nan, 5.0),
        ("repeat", 20.0, 30.0, 0.0),  # joins at the second of the cutoff
        ("repeat", 20.0, 30.0, -5.0),
    ],
)
def test_a_member_bought_within_two_own_cycles(
    expected: str, silence: float, gap: float, member_days: float
) -> None:
    customer = {**TWICE, "days_since_order": silence, "gap_mean_days": gap}
    assert stage(customer, declared(member_days=member_days)) == expected


def test_a_member_who_never_bought_is_a_prospect_once_registered() -> None:
    assert stage(NOBODY, declared(member_days=5, registered_days=5)) == "prospect"


def test_referrals_alone_make_no_advocate() -> None:
    assert stage(TWICE, declared(referrals=9)) == "repeat"


STEADY = {
    "orders_count_lifetime": 9.0,
    "days_since_order": 10.0,
    "days_since_first_order": 400.0,
    "gap_mean_days": 20.0,
    "gap_sd_days": 10.0,
    "gap_last1_days": 20.0,
}


@pytest.mark.parametrize(
    ("expected", "changes"),
    [
        ("active", {}),
        ("new", {"days_since_first_order": 89.9}),
        ("active", {"days_since_first_order": 90.0}),
        ("active", {"days_since_order": 30.0}),  # 1.5 gaps, to the day
        ("slowing", {"days_since_order": 30.1}),
        ("slowing", {"days_since_order": 36.4}),  # 20 + 1.645 · 10 = 36.45
        ("at_risk", {"days_since_order": 36.5}),
        ("slowing", {"days_since_order": 50.0, "gap_sd_days": np.nan}),
        ("active", {"days_since_order": 25.0, "gap_sd_days": 0.0}),  # regular as a clock
        ("at_risk", {"days_since_order": 30.1, "gap_sd_days": 0.0}),
        ("at_risk", {"days_since_order": 89.9}),
        ("lapsed", {"days_since_order": 90.0}),
        ("won_back", {"gap_last1_days": 90.0}),
        ("active", {"gap_last1_days": 89.0}),
        ("at_risk", {"gap_last1_days": 90.0, "days_since_order": 40.0}),
        ("lapsed", {"gap_last1_days": 200.0, "days_since_order": 120.0}),
        ("new", {"orders_count_lifetime": 0.0, "days_since_order": np.nan}),
    ],
)
def test_each_status_and_its_edges(expected: str, changes: Mapping[str, float]) -> None:
    assert status({**STEADY, **changes}) == expected


def test_a_first_buyer_is_new_and_lapses_with_the_horizon() -> None:
    assert status({**ONCE, "days_since_first_order": 20.0}) == "new"
    assert status({**ONCE, "days_since_first_order": 90.0, "days_since_order": 90.0}) == "lapsed"


def test_the_numbers_in_the_rules_can_be_chosen() -> None:
    settings = LifecycleSettings(horizon_days=30, client_categories=4)

    found = lifecycle(rows({**REGULAR, **STEADY, "days_since_order": 30.0}), Attributes(), settings)

    assert (Stage(int(found.stage[0])), LifecycleStatus(int(found.status[0]))) == (
        Stage.REPEAT,
        LifecycleStatus.LAPSED,
    )


NAMES = sorted({*REGULAR, *STEADY, "survey_score_mean_365d", "contact_cart_count_lifetime"})
anything = st.floats(width=32, allow_nan=True, allow_infinity=True)
people = st.lists(st.fixed_dictionaries(dict.fromkeys(NAMES, anything)), min_size=1, max_size=8)


@given(people, st.integers(-(2**62), 2**62), st.integers(-(2**62), 2**62))
def test_everybody_has_exactly_one_stage_and_one_status(
    customers: list[dict[str, float]], joined: int, brought: int
) -> None:
    attributes = Attributes(
        {
            "member_since_seconds": np.full(len(customers), joined),
            "referrals_milli": np.full(len(customers), brought),
        }
    )

    found = lifecycle(rows(*customers), attributes)
    alone = [lifecycle(rows(one), attributes) for one in customers]

    assert len(found.stage) == len(found.status) == len(customers)
    assert set(found.stage.tolist()) <= set(Stage)
    assert set(found.status.tolist()) <= set(LifecycleStatus)
    assert found.stage.tolist() == [int(one.stage[0]) for one in alone]
    assert found.status.tolist() == [int(one.status[0]) for one in alone]


@given(people)
def test_more_of_what_counts_never_leads_a_stage_down(customers: list[dict[str, float]]) -> None:
    before = lifecycle(rows(*customers), Attributes()).stage
    raised = [{**one, "orders_count_lifetime": np.inf} for one in customers]
    after = lifecycle(rows(*raised), Attributes()).stage

    assert (after >= before).all()


def test_from_events_to_stage_and_status_for_everybody_with_or_without_a_vector() -> None:
    monthly: list[Event] = [
        order(f"2026-{month:02d}-15", category=kind)
        for month, kind in zip(range(1, 7), ["tea", "cups", "pots"] * 2, strict=True)
    ]
    histories: dict[str, list[Event]] = {
        "anna": monthly,
        "bert": [order("2026-06-20")],
        "carl": [order("2025-01-10"), order("2025-02-10")],
        "dora": [returned("2026-06-20")],
        "emil": [order("2026-07-01")],  # at the second of the cutoff
        "fred": [],
        "gina": [order("2025-06-01"), order("2026-06-20")],
    }
    profiles = {"anna": Profile(referrals=1), "emil": Profile(registered="2026-06-01")}
    pack = pack_of(histories, profiles=profiles)
    vectors = build_vectors(pack, standard_plan(pack), [CUTOFF])

    found = lifecycle_of_everybody(pack, vectors, CUTOFF.seconds)

    assert [(Stage(s).word, LifecycleStatus(t).word) for s, t in zip(found.stage.tolist(), found.status.tolist(), strict=True)] == [
        ("advocate", "active"),
        ("first_time", "new"),
        ("repeat", "lapsed"),
        ("prospect", "new"),
        ("prospect", "new"),
        ("suspect", "new"),
        ("repeat", "won_back"),
    ]  # fmt: skip


def test_stages_and_statuses_have_words_and_titles() -> None:
    assert [one.word for one in Stage] == [
        "suspect", "prospect", "first_time", "repeat", "client", "member", "advocate", "partner",
    ]  # fmt: skip
    assert [one.title for one in LifecycleStatus] == [
        "New", "Active", "Slowing", "At risk", "Lapsed", "Won back", "Probably gone",
    ]  # fmt: skip
    assert Stage.FIRST_TIME.title == "First-time"
