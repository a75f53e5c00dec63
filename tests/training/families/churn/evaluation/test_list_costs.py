"""What a list costs and brings by the company's own actions, with customers one can count."""

from __future__ import annotations

import numpy as np
import pytest

from features.company.settings.actions import ActionSettings, CallSettings
from features.store.pack import Attributes
from features.vectors.vectors import Vectors
from tests.training.answers import answered
from training.actions.actions import Action, plain_contacts
from training.actions.measured import MeasuredContact, MeasuredStatus
from training.families.churn.evaluation.list_costs import NO_ACTION, list_costs
from training.families.churn.timing.probably_gone import ProbablyGone
from training.measures.profit import Costs

CALLS = ActionSettings(call=CallSettings(cost_cents=300, lapsed_percent=4, other_percent=20))
(CALL, *_) = plain_contacts(CALLS)
# Two who are active and two who have been silent for longer than the horizon; the first of each left.
SILENT_DAYS = (10.0, 10.0, 120.0, 120.0)
LEFT = [1.0, 0.0, 1.0, 0.0]
RISK = [0.6, 0.5, 0.9, 0.8]


def vectors() -> Vectors:
    names = ("orders_count_lifetime", "days_since_order", "gap_mean_days", "gap_sd_days")
    values = np.array([[5.0, silent, 30.0, 5.0] for silent in SILENT_DAYS], np.float32)
    keys = np.arange(len(values), dtype=np.int32)
    return Vectors("", names, keys, np.full(len(values), 1_700_000_000, np.int64), values)


def costs(
    action: Action | None = CALL, *, list_size: int = 4, gone: ProbablyGone | None = None
) -> Costs:
    return list_costs(
        action,
        [answered("model", LEFT, RISK)],
        [vectors()],
        Attributes(),
        list_size=list_size,
        value_cents=5_000.0,
        horizon_days=90,
        gone=gone,
    )


def test_success_is_what_is_assumed_to_be_kept_for_each_of_those_on_the_list_who_left() -> None:
    # Of the active a fifth of 0.6 x 0.4 and 0.5 x 0.5, of the lapsed 4 in 100 of 0.9 x 0.1 and 0.8 x 0.2; two left.
    found = costs()
    assert (found.value, found.incentive, found.contact) == (5_000.0, 0.0, 300.0)
    assert found.success == pytest.approx((0.2 * (0.24 + 0.25) + 0.04 * (0.09 + 0.16)) / 2)


def test_only_those_on_the_list_count() -> None:
    # The riskiest is lapsed and left, the next lapsed and stayed.
    assert costs(list_size=1).success == costs(list_size=0).success == pytest.approx(0.04 * 0.09)
    assert costs(list_size=2).success == pytest.approx(0.04 * (0.09 + 0.16))


def test_who_is_probably_gone_is_kept_as_little_as_is_assumed_of_them() -> None:
    rule = ProbablyGone(0.85, 50, 5, 0.0, 0.2, 180, 365)
    assert costs(gone=rule).success == pytest.approx(
        (0.2 * (0.24 + 0.25) + 0.01 * 0.09 + 0.04 * 0.16) / 2
    )


def test_what_was_measured_is_of_all_who_are_contacted() -> None:
    sure = MeasuredStatus(50_000, 50_000, 0.5, 0.5, 0.01, 1e-5)
    found = MeasuredContact("call", 1, "2026-01-01", "2026-01-01", 90, 90, {"active": sure})
    (call, *_) = plain_contacts(CALLS, {"call": found})
    # Both active ones: a hundredth each; of the lapsed the assumed share of those not yet gone; two left.
    assert costs(call).success == pytest.approx((0.01 + 0.01 + 0.04 * (0.09 + 0.16)) / 2, abs=1e-4)


def test_without_any_action_or_leaver_nothing_is_brought() -> None:
    assert costs(None) == NO_ACTION
    alone = list_costs(
        CALL,
        [answered("model", [0.0, 1.0, 0.0, 0.0], RISK)],
        [vectors()],
        Attributes(),
        list_size=1,
        value_cents=-9.0,
        horizon_days=90,
        gone=None,
    )
    assert alone == Costs(0.0, 0.0, 300.0, 0.0)
