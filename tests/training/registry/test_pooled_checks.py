"""What the gate asks of a small company: all its cutoffs together, and the worst as far as chance leaves it open."""

from __future__ import annotations

from typing import Any

import pytest

from tests.training.registry.test_gate import NAN, at
from training.measures.levels import HeldLevel
from training.registry.gate import MOST_EXPECTED_OF_NONE, failed_of, pooled_checks


def together(bias: float = 0.0, *, ece: float = 0.0, by_chance: float = 0.0) -> HeldLevel:
    """The level of all cutoffs of a small company, which customers leave wide open."""
    return HeldLevel("all cutoffs together", 80, bias, -0.9, 9.0, ece, by_chance, 0.4)


@pytest.mark.parametrize(
    ("bias", "ece", "by_chance", "failed"),
    [
        (0.5, 0.05, 0.0, []),
        (0.5001, 0.05, 0.0, ["level, all cutoffs together"]),
        (-0.5, 0.0501, 0.0501, []),
        (-0.5001, 0.0501, 0.05, ["level, all cutoffs together", "calibration error, all cutoffs together"]),
    ],
)  # fmt: skip
def test_all_cutoffs_of_a_small_company_hold_together(
    bias: float, ece: float, by_chance: float, failed: list[str]
) -> None:
    checks = pooled_checks({"2026-01-01": at(0.0)}, together(bias, ece=ece, by_chance=by_chance))
    assert [one.name for one in failed_of(checks)] == failed


@pytest.mark.parametrize(
    ("level", "passes"),
    [
        (at(1.5, 0.25, 4.0), True),
        (at(1.5, 0.2501, 4.0), False),
        (at(-0.7, -0.9, -0.25), True),
        (at(-0.7, -0.9, -0.2501), False),
        (at(NAN), False),
        (at(NAN, rate=0.0, ece=MOST_EXPECTED_OF_NONE / 100), True),
        (at(NAN, rate=0.0, ece=1.001 * MOST_EXPECTED_OF_NONE / 100), False),
    ],
)
def test_one_cutoff_of_a_small_company_may_be_off_as_far_as_its_customers_leave_open(
    level: dict[str, Any], passes: bool
) -> None:
    checks = pooled_checks({"2025-06-01": level, "2026-01-01": at(0.0)}, together())
    assert [one.name for one in failed_of(checks)] == ([] if passes else ["level, worst test"])
    assert "at all" in checks[0].limit and "at all" not in checks[1].limit
    assert not pooled_checks({}, together())[1].passed
