from __future__ import annotations

import math

import numpy as np
import pytest

from features.behaviour.contracts import contracts
from features.plan.plan import standard_plan
from features.vectors.vectors import build_vectors
from tests.builders import Event, Term, at, order, pack_of

HISTORY: list[Event] = [
    Term("2024-01-01", ends="2025-01-01", price=40.00, plan="basic", renews=True),
    Term("2025-01-01", ends="2026-01-01", price=40.00, plan="basic", renews=True),
    Term(
        "2026-01-01",
        ends="2027-01-01",
        price=50.00,
        plan="plus",
        renews=True,
        cancelled="2026-06-01",
    ),
]


def of_anna(history: list[Event], *cutoffs: str) -> dict[str, list[float]]:
    pack = pack_of({"anna": history})
    vectors = build_vectors(pack, standard_plan(pack), [at(one) for one in cutoffs])
    return {name: vectors.column(name).tolist() for name in vectors.feature_names}


def test_the_contract_of_one_customer_by_hand() -> None:
    found = of_anna(HISTORY, "2026-12-30")

    expected = {
        "running_contracts_count_lifetime": 1,
        "contract_terms_count_lifetime": 3,
        "contract_repeats_lifetime": 2,
        "days_since_first_contract": 1094,
        "days_since_contract_term": 363,
        "days_until_contract_end": 2,
        "days_since_contract_end": 363,
        "contract_price_last": 5_000,
        "contract_price_change": 0.25,
        "renewing_contracts_count_lifetime": 1,
        "contract_plans_count_lifetime": 2,
        "leaving_contracts_count_lifetime": 1,
        "cancelled_contracts_count_lifetime": 1,
        "days_since_cancellation": 212,
    }
    assert {name: found[name][0] for name in expected} == pytest.approx(expected, rel=1e-6)


def test_a_contract_runs_until_its_end_has_passed() -> None:
    found = of_anna(HISTORY, "2026-12-31", "2027-01-01", "2027-01-01T00:00:01", "2028-01-01")

    assert found["running_contracts_count_lifetime"] == [1, 1, 0, 0]
    assert found["days_until_contract_end"][:2] == [1, 0]
    assert found["leaving_contracts_count_lifetime"] == [1, 1, 0, 0]
    assert found["cancelled_contracts_count_lifetime"] == [1, 1, 1, 1]
    assert found["days_since_contract_end"][3] == 365


def test_a_notice_changes_nothing_before_its_own_instant() -> None:
    cutoffs = ("2026-03-01", "2026-06-01", "2026-06-02")
    loyal = of_anna([Term("2026-01-01", ends="2027-01-01")], *cutoffs)
    leaving = of_anna([Term("2026-01-01", ends="2027-01-01", cancelled="2026-06-01")], *cutoffs)

    for name in loyal:
        np.testing.assert_array_equal(loyal[name][:2], leaving[name][:2], err_msg=name)
    assert leaving["leaving_contracts_count_lifetime"] == [0, 0, 1]


def test_a_contract_without_an_end_runs_for_good_and_never_expires() -> None:
    found = of_anna([Term("2024-01-01")], "2025-01-01", "2030-01-01")

    assert found["running_contracts_count_lifetime"] == [1, 1]
    for name in ("days_until_contract_end", "days_since_contract_end", "contract_price_change"):
        assert all(math.isnan(one) for one in found[name]), name
    unmapped = pack_of({"anna": [Term("2024-01-01")]}, without=("ends_seconds", "price_cents"))
    names = {one.feature.name for one in contracts(unmapped)}
    assert "running_contracts_count_lifetime" in names
    assert not any("end" in name or "price" in name for name in names)


def test_a_term_that_begins_later_is_not_seen_although_it_is_known() -> None:
    begun = Term("2025-01-01", ends="2026-01-01", price=40.00)
    signed = Term("2026-01-01", ends="2027-01-01", price=10.00, known="2025-11-01")

    found = of_anna([begun, signed], "2025-12-01", "2026-01-02")

    assert found["contract_repeats_lifetime"] == [0, 1]
    assert found["days_until_contract_end"] == [31, 364]
    assert contracts(pack_of({"anna": [order("2026-01-01")]})) == ()
