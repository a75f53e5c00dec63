"""Looks before the end: many looks at campaigns without an effect, and what looking on without a rule would do."""

from __future__ import annotations

import numpy as np
import pytest

from features.vocabulary.errors import UsageRefused
from training.measures.incremental.effect import campaign_effect
from training.measures.incremental.looking import LookingRule, Looks, always_valid

PLANNED = 1_000
TREATED = np.arange(PLANNED) % 2 == 0


def test_ten_looks_at_nothing_find_something_in_five_of_a_hundred_campaigns_at_most() -> None:
    rule = LookingRule(Looks.ALWAYS, PLANNED)
    random = np.random.default_rng(9)
    by_rule = without = 0
    for _ in range(400):
        outcomes = random.normal(size=PLANNED)
        looks = [campaign_effect(TREATED[:n], outcomes[:n]) for n in range(100, PLANNED + 1, 100)]
        at_each = [rule.per_treated(one) for one in looks]
        by_rule += any(one.low > 0 or one.high < 0 for one in at_each)
        without += any(one.per_treated.low > 0 or one.per_treated.high < 0 for one in looks)
    assert by_rule / 400 <= 0.05
    assert without / 400 > 0.12


def test_an_effect_that_is_there_is_found_before_the_end() -> None:
    outcomes = np.random.default_rng(2).normal(size=PLANNED) + 0.5 * TREATED
    half = campaign_effect(TREATED[:500], outcomes[:500])
    nearly = campaign_effect(TREATED[1:], outcomes[1:])
    with pytest.raises(UsageRefused, match="found those of 999"):
        LookingRule(Looks.AT_THE_END, PLANNED).per_treated(nearly)
    assert LookingRule(Looks.ALWAYS, PLANNED).per_treated(half).low > 0
    with pytest.raises(UsageRefused, match="found those of 500"):
        LookingRule(Looks.AT_THE_END, PLANNED).per_treated(half)


def test_at_the_end_the_interval_is_the_usual_one() -> None:
    effect = campaign_effect(TREATED, np.random.default_rng(2).normal(size=PLANNED))
    assert LookingRule(Looks.AT_THE_END, PLANNED).per_treated(effect) == effect.per_treated
    always = LookingRule(Looks.ALWAYS, PLANNED).per_treated(effect)
    assert always.high - always.low == pytest.approx(2 * 3.035 * effect.standard_error, rel=1e-3)


def test_who_was_left_out_counts_as_known() -> None:
    strata = np.r_[np.zeros(PLANNED - 1), 1]
    effect = campaign_effect(TREATED, np.arange(float(PLANNED)), strata=strata)
    assert effect.left_out == 1
    assert LookingRule(Looks.AT_THE_END, PLANNED).per_treated(effect) == effect.per_treated


def test_in_its_size_the_interval_is_narrowest_at_the_planned_end() -> None:
    # Planned for another end it would be wider at this one.
    here = always_valid(PLANNED, PLANNED)
    assert here < min(always_valid(PLANNED, PLANNED // 3), always_valid(PLANNED, 3 * PLANNED))


def test_a_campaign_of_one_customer_is_refused() -> None:
    with pytest.raises(UsageRefused, match="two customers or more"):
        LookingRule(Looks.ALWAYS, 1)
