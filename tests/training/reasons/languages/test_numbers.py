"""What is put into words once for all that are shown like it is shown like it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from training.reasons.languages.numbers import rounded, share, short

NEAR = some.floats(-1_000, 1_000) | some.integers(-20_000, 20_000).map(lambda one: one / 1_000)


@given(value=NEAR)
def test_a_number_and_a_share_are_shown_as_before_they_were_rounded(value: float) -> None:
    assert short(rounded(value, "ratio")) == short(value)
    # Of zero there is one alone, without a sign.
    assert share(rounded(value, "share")) == share(value + 0.0)


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (1.23456, "ratio", 1.2), (0.126, "ratio", 0.13), (123.4, "ratio", 123.0), (-0.001, "ratio", 0.0),
        (0.28341, "share", 0.28), (0.01234, "share", 0.012),
        # 0.04 % is no 0 %, and 9.96 % is shown as 10.0 % beside a 10 %.
        (0.0004, "share", 0.0004), (0.0996, "share", 0.0996), (0.7, "yes_no", 0.7),
    ],
)  # fmt: skip
def test_values_that_are_shown_alike_are_made_equal(
    value: float, unit: str, expected: float
) -> None:
    assert rounded(value, unit) == pytest.approx(expected, abs=1e-12)
