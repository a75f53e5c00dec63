"""When the next order may come: the chance of silence and the days by which so many have ordered."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from features.vocabulary.time import Cutoff
from serving.in_use.models_in_use import InUse
from serving.scores.next_order import NextOrder, next_orders
from training.families.churn.bundle import Bundle, ChurnTask
from training.families.churn.timing.hazard import Hazard
from training.questions.question import Question

# Half past one in the night of the first of March 2026.
CUTOFF = Cutoff(1_772_328_600)
PERIOD, HORIZON = 10, 90


def changed(bundle: Bundle, hazard: Hazard | None, question: Question) -> Bundle:
    """The same model with another way of telling when, or another horizon."""
    manifest = replace(bundle.manifest, task=ChurnTask(question))
    return Bundle(
        manifest, bundle.model, bundle.calibration, bundle.reference, hazard, bundle.declarations
    )


def day_of(silence: list[float], share: float) -> str | None:
    """The day by which so many have ordered, by the line between the ends of two periods, drawn in logarithms."""
    for period in range(1, len(silence)):
        if silence[period] <= 1 - share:
            high, low = math.log(silence[period - 1]), math.log(silence[period])
            days = PERIOD * (period - 1 + (high - math.log(1 - share)) / (high - low))
            instant = datetime.fromtimestamp(CUTOFF.seconds, UTC) + timedelta(days=days)
            return None if days > HORIZON else instant.date().isoformat()
    return None


def asked(bundle: Bundle, values: np.ndarray) -> list[NextOrder | None]:
    """The answers for rows that are given the probabilities the model has for them."""
    chances = bundle.probability(bundle.log_odds(values))
    return next_orders(bundle, values, chances, [CUTOFF.seconds] * len(values))


def test_the_chance_of_silence_is_told_in_thirty_sixty_and_ninety_days(in_use: InUse) -> None:
    bundle, values = in_use.scorer.bundle, np.ascontiguousarray(in_use.values[::9])
    chances = bundle.probability(bundle.log_odds(values)).tolist()
    found = asked(bundle, values)
    assert len(found) == len(values) and len({one and one.expected for one in found}) > 5
    none = 0
    for order, chance, shape in zip(found, chances, bundle.silence(values).tolist(), strict=True):
        # The hazard says how silence falls, and the risk how far it has fallen by the horizon.
        silence = [one ** (math.log(chance) / math.log(shape[-1])) for one in shape]
        assert order is not None and order.horizon_days == 90
        assert [day for day, _ in order.silent] == [30, 60, 90]
        told = [silence[3], silence[6], chance]
        assert [one for _, one in order.silent] == pytest.approx(told, abs=1e-12)
        days = (order.earliest, order.expected, order.latest)
        assert days == (day_of(silence, 0.1), day_of(silence, 0.5), day_of(silence, 0.9))
        none += order.latest is None
    assert 0 < none < len(found), "some order within the horizon nine times in ten, and some do not"


def test_each_row_is_counted_from_its_own_instant_and_without_one_nothing_is_told(
    in_use: InUse,
) -> None:
    bundle, values = in_use.scorer.bundle, np.ascontiguousarray(in_use.values[:3])
    chances = np.full(3, 0.1)
    later = CUTOFF.seconds + 5 * 86_400
    here, there, nowhere = next_orders(
        bundle, values[[0, 0, 0]], chances, [CUTOFF.seconds, later, None]
    )
    assert (
        nowhere is None
        and here is not None
        and there is not None
        and here.expected
        and there.expected
    )
    assert date.fromisoformat(there.expected) - date.fromisoformat(here.expected) == timedelta(
        days=5
    )
    assert here.silent == there.silent


@pytest.mark.parametrize(
    ("horizon_days", "days"), [(29, [29]), (30, [30]), (45, [30, 45]), (60, [30, 60]), (89, [30, 60, 89])]
)  # fmt: skip
def test_nothing_is_told_beyond_the_horizon_and_what_falls_on_it_is(
    in_use: InUse, horizon_days: int, days: list[int]
) -> None:
    question = replace(in_use.scorer.bundle.question, horizon_days=horizon_days)
    shorter = changed(in_use.scorer.bundle, in_use.scorer.bundle.hazard, question)
    last = str((CUTOFF.instant + timedelta(days=horizon_days)).date())
    found = asked(shorter, np.ascontiguousarray(in_use.values[::9]))
    told = [one.expected for one in found if one is not None and one.expected is not None]
    assert max(told) <= last and any(one is not None and one.expected is None for one in found)
    for one in found:
        assert one is not None and one.horizon_days == horizon_days
        assert [day for day, _ in one.silent] == days


def test_a_model_that_does_not_tell_when_says_nothing_of_anybody(in_use: InUse) -> None:
    bundle = in_use.scorer.bundle
    without = changed(bundle, None, bundle.question)
    assert asked(without, in_use.values[:3]) == [None] * 3
