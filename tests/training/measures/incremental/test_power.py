"""What a hold-out finds: the formula against campaigns that were drawn, and the share against the formula."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.vocabulary.errors import UsageRefused
from training.measures.incremental.effect import campaign_effect
from training.measures.incremental.power import CampaignPower


def test_the_smallest_effect_is_found_in_eighty_of_a_hundred_campaigns() -> None:
    effect = CampaignPower(variance=4.0).smallest_effect(treated=160, held_out=40)
    # By hand: (1.96 + 0.8416) times two times the root of 1/160 + 1/40.
    assert effect == pytest.approx(2.8016 * 2 * math.sqrt(1 / 160 + 1 / 40), rel=1e-4)
    random = np.random.default_rng(4)
    treated = np.arange(200) < 160
    found = [
        campaign_effect(treated, 2 * random.normal(size=200) + effect * treated).per_treated.low > 0
        for _ in range(1_000)
    ]
    assert np.mean(found) == pytest.approx(0.8, abs=0.035)


def test_what_covariates_take_of_the_variance_makes_smaller_effects_show() -> None:
    careful, adjusted = (CampaignPower.of_share(0.2, taken) for taken in (0.0, 0.75))
    assert adjusted.smallest_effect(900, 100) == pytest.approx(
        careful.smallest_effect(900, 100) / 2
    )
    assert careful.variance == pytest.approx(0.16)


@given(
    share=st.floats(0.05, 0.95), customers=st.integers(100, 100_000), effect=st.floats(0.005, 0.2)
)
def test_the_share_to_hold_out_finds_that_very_effect(
    share: float, customers: int, effect: float
) -> None:
    power = CampaignPower.of_share(share)
    held_out = power.hold_out_share(customers, effect)
    of_half = power.smallest_effect(customers // 2, customers - customers // 2)
    if held_out is None:
        assert of_half > effect * (1 - 1e-4)
        return
    assert 0.0 < held_out <= 0.5
    error = math.sqrt(power.variance / customers / held_out / (1 - held_out))
    assert 2.80158 * error == pytest.approx(effect, rel=1e-4)


def test_an_empty_arm_finds_nothing_and_no_effect_needs_any_hold_out() -> None:
    power = CampaignPower.of_share(0.2)
    assert power.smallest_effect(100, 0) == power.smallest_effect(0, 100) == math.inf
    assert power.hold_out_share(1_000, 0.0) is None
    assert power.hold_out_share(100, 0.01) is None
    assert power.hold_out_share(10_000, -0.04) == power.hold_out_share(10_000, 0.04)


@pytest.mark.parametrize(("variance", "taken"), [(0.0, 0.0), (-1.0, 0.0), (1.0, 1.0), (1.0, -0.1)])
def test_what_is_no_variance_is_refused(variance: float, taken: float) -> None:
    with pytest.raises(UsageRefused, match="Take it from customers of the past"):
        CampaignPower(variance, taken)


def test_a_purchase_that_everybody_makes_has_nothing_to_find() -> None:
    with pytest.raises(UsageRefused, match="a variance above 0"):
        CampaignPower.of_share(1.0)
